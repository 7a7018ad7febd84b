//! Lines of text with colour, within a width.

use anstyle::{AnsiColor, Style};

use crate::escape;

/// How text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextOptions {
    /// Columns to stay within, where the text can be broken; at least 60.
    pub width: usize,
    /// True where ANSI colours are written; the caller strips them for what is no terminal.
    pub styled: bool,
    /// True where nothing is left out: every property of a create, every resource kept.
    pub verbose: bool,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self { width: 80, styled: false, verbose: false }
    }
}

/// What a piece of text means, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Strong,
    Quiet,
    Added,
    Changed,
    Replaced,
    Removed,
    Adopted,
    Loud,
    /// Something goes away, said to somebody who must not miss it.
    Loss,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Quiet => Style::new().dimmed(),
            Self::Added => AnsiColor::Green.on_default(),
            Self::Changed => AnsiColor::Yellow.on_default(),
            Self::Replaced => AnsiColor::Magenta.on_default(),
            Self::Removed => AnsiColor::Red.on_default(),
            Self::Adopted => AnsiColor::Cyan.on_default(),
            Self::Loud => AnsiColor::Yellow.on_default().bold(),
            Self::Loss => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// A text that grows line by line.
pub(crate) struct Page {
    options: TextOptions,
    text: String,
}

impl Page {
    pub(crate) fn new(options: TextOptions) -> Self {
        Self {
            options: TextOptions { width: options.width.max(60), ..options },
            text: String::new(),
        }
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.options.verbose
    }

    /// Tells whether `chars` characters behind an indent stay within the width.
    pub(crate) fn fits(&self, indent: usize, chars: usize) -> bool {
        indent + chars <= self.options.width
    }

    /// Writes one line, which is not broken.
    pub(crate) fn line(&mut self, indent: usize, spans: &[(Tone, &str)]) {
        let used = spans.iter().rposition(|(_, text)| !text.trim_end().is_empty());
        self.text.push_str(&" ".repeat(indent));
        for (at, (tone, text)) in spans.iter().enumerate().take(used.map_or(0, |last| last + 1)) {
            let text = escape::line(if Some(at) == used { text.trim_end() } else { text });
            if self.options.styled && *tone != Tone::Plain {
                let style = tone.style();
                self.text.push_str(&format!("{style}{text}{style:#}"));
            } else {
                self.text.push_str(&text);
            }
        }
        self.text.push('\n');
    }

    /// Writes one line that is broken between spans where it is too long; further lines hang.
    pub(crate) fn spans(&mut self, hang: usize, spans: &[(Tone, &str)]) {
        let mut line: Vec<(Tone, &str)> = vec![];
        let (mut used, mut indent) = (0, 0);
        for (tone, text) in spans {
            let chars = text.trim_end().chars().count();
            if !line.is_empty() && !self.fits(indent, used + chars) {
                self.line(indent, &line);
                line.clear();
                (used, indent) = (0, hang);
            }
            let text = if line.is_empty() && indent > 0 { text.trim_start() } else { text };
            used += text.chars().count();
            line.push((*tone, text));
        }
        self.line(indent, &line);
    }

    /// Writes text that is broken between words where it is too long for the line.
    pub(crate) fn flow(&mut self, indent: usize, tone: Tone, text: &str) {
        for line in fold(text, self.options.width.saturating_sub(indent)) {
            self.line(indent, &[(tone, &line)]);
        }
    }

    /// Writes a label and text behind it, whose further lines hang under the first.
    pub(crate) fn hanging(&mut self, indent: usize, label: (Tone, &str), text: &str) {
        let hang = indent + label.1.chars().count();
        for (at, line) in fold(text, self.options.width.saturating_sub(hang)).iter().enumerate() {
            match at {
                0 => self.line(indent, &[label, (Tone::Plain, line)]),
                _ => self.line(hang, &[(Tone::Plain, line)]),
            }
        }
    }

    /// Writes a mark and text behind it in one tone; the text keeps its own indent.
    pub(crate) fn hanging_in(&mut self, indent: usize, tone: Tone, mark: &str, text: &str) {
        let hang = indent + mark.chars().count();
        if self.fits(hang, text.chars().count()) {
            return self.line(indent, &[(tone, mark), (tone, text)]);
        }
        let blank = " ".repeat(mark.chars().count());
        for (at, line) in fold(text, self.options.width.saturating_sub(hang)).iter().enumerate() {
            self.line(indent, &[(tone, if at == 0 { mark } else { &blank }), (tone, line)]);
        }
    }

    /// Writes an empty line, unless the page is empty.
    pub(crate) fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// Begins a section: an empty line, unless the page is empty, and a heading.
    pub(crate) fn heading(&mut self, spans: &[(Tone, &str)]) {
        self.gap();
        self.line(0, spans);
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

/// Breaks `text` between words into lines of at most `width` characters.
///
/// A word that is longer stays whole, so that an ID or a URL can be copied. The indent of the first
/// line is kept.
pub(crate) fn fold(text: &str, width: usize) -> Vec<String> {
    let words = text.trim_start_matches(' ');
    let mut lines = vec![" ".repeat(text.len() - words.len())];
    let mut has_word = false;
    for word in words.split(' ') {
        let last = lines.last_mut().expect("there is always a line");
        if !has_word {
            last.push_str(word);
            has_word = true;
        } else if last.chars().count() + 1 + word.chars().count() <= width {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_between_words() {
        assert_eq!(fold("one two three four five six", 20), ["one two three four", "five six"]);
    }

    #[test]
    fn word_longer_than_a_line_stays_whole() {
        let id = "x".repeat(45);
        assert_eq!(fold(&format!("  at {id} end"), 20), ["  at", &id, "end"]);
    }

    #[test]
    fn colour_is_written_only_when_asked_for() {
        let line = |styled| {
            let mut page = Page::new(TextOptions { styled, ..TextOptions::default() });
            page.line(0, &[(Tone::Added, "new")]);
            page.into_text()
        };
        assert_eq!(line(false), "new\n");
        assert_eq!(line(true), "\u{1b}[32mnew\u{1b}[0m\n");
    }
}
