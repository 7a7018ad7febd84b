//! The text that is posted: marked, signed, and never longer than the forge takes.

use crate::Error;

/// What the first line of a text of ours begins with.
const BEGIN: &str = "<!-- evenkeel:";
const END: &str = " -->";

/// How a file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As Markdown.
    Markdown,
    /// As text, shown as it stands.
    Plain,
}

/// A text and the hidden marker by which it is found again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The hidden first line.
    pub marker: String,
    /// What follows it.
    pub body: String,
}

impl Text {
    /// Reads what a command has written.
    ///
    /// `key` takes the place of the marker in the text; a text without a marker needs one. Plain text
    /// becomes a code block that it cannot close, under `heading`.
    pub fn read(
        content: &str,
        form: Form,
        key: Option<&str>,
        heading: Option<&str>,
    ) -> Result<Self, Error> {
        let (own, rest) = split(content);
        let marker = match key {
            Some(key) => marker(key),
            None => own.ok_or(Error::NoMarker)?.to_owned(),
        };
        let heading = heading.map(|heading| format!("### {heading}\n\n")).unwrap_or_default();
        let body = match form {
            Form::Markdown => format!("{heading}{rest}"),
            Form::Plain => {
                let fence = fence(rest);
                format!("{heading}{fence}text\n{}\n{fence}\n", rest.trim_end())
            }
        };
        Ok(Self { marker, body })
    }

    /// Returns the text with a signature, in at most `limit` characters.
    ///
    /// What does not fit is cut between lines, never inside a code block or a fold that stays open.
    pub fn fitted(&self, signature: &str, limit: usize) -> String {
        let signature = match signature {
            "" => String::new(),
            signature => format!("\n<sub>{signature}</sub>\n"),
        };
        let whole = format!("{}\n{}{signature}", self.marker, self.body);
        if whole.chars().count() <= limit {
            return whole;
        }
        let note = "\n_Cut to fit; the run's artefacts hold all of it._\n";
        let fixed = [&self.marker, "\n", note, &signature].iter().map(|t| t.chars().count()).sum();
        let room = limit.saturating_sub(fixed);
        format!("{}\n{}{note}{signature}", self.marker, cut(&self.body, room))
    }

    /// Tells whether a text of ours carries the same marker.
    pub(crate) fn is_mark_of(&self, text: &str) -> bool {
        split(text).0 == Some(&self.marker[..])
    }
}

/// Parts the marker from what follows; a marker stands in the first line or nowhere, so that who
/// quotes a comment does not become us.
fn split(text: &str) -> (Option<&str>, &str) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let first = first.trim_end();
    let is_marker = first.starts_with(BEGIN) && first.ends_with(END);
    if is_marker { (Some(first), rest) } else { (None, text) }
}

/// Makes a marker of a key; what could end the hidden line is replaced.
fn marker(key: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || " ._:/@-".contains(c);
    let plain: String = key.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    format!("{BEGIN}{}{END}", plain.replace("--", "-_").trim())
}

/// Returns a fence that no line of `block` can close.
fn fence(block: &str) -> String {
    let longest = block.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// Keeps the first lines of `text`, in at most `room` characters with what closes them.
fn cut(text: &str, room: usize) -> String {
    let mut kept = String::new();
    let mut used = 0;
    let mut open = Open::default();
    for line in text.split_inclusive('\n') {
        let chars = line.chars().count();
        let mut after = open.clone();
        after.read(line.trim_end());
        if used + chars + after.closing().chars().count() > room {
            break;
        }
        kept.push_str(line);
        used += chars;
        open = after;
    }
    kept + &open.closing()
}

/// What a reader of Markdown has entered and not left.
#[derive(Debug, Clone, Default)]
struct Open {
    fence: Option<String>,
    folds: usize,
}

impl Open {
    fn read(&mut self, line: &str) {
        match &self.fence {
            Some(fence) if line == fence => self.fence = None,
            Some(_) => {}
            None if line.starts_with("```") => {
                self.fence = Some(line.chars().take_while(|c| *c == '`').collect());
            }
            None => {
                self.folds += line.matches("<details").count();
                self.folds = self.folds.saturating_sub(line.matches("</details>").count());
            }
        }
    }

    fn closing(&self) -> String {
        let fence = self.fence.as_ref().map(|fence| format!("{fence}\n")).unwrap_or_default();
        let folds = match self.folds {
            0 => String::new(),
            folds => format!("\n{}", "</details>\n".repeat(folds)),
        };
        fence + &folds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &str) -> Text {
        Text::read(content, Form::Markdown, None, None).expect("a marker")
    }

    #[test]
    fn marker_is_the_first_line() {
        let text = read("<!-- evenkeel:plan:shop -->\n### shop\n");
        assert_eq!(text.marker, "<!-- evenkeel:plan:shop -->");
        assert!(text.is_mark_of("<!-- evenkeel:plan:shop -->\r\nolder"));
        assert!(!text.is_mark_of("> <!-- evenkeel:plan:shop -->\nquoted"));
        assert!(!text.is_mark_of("words\n<!-- evenkeel:plan:shop -->\n"));
        assert!(!text.is_mark_of("<!-- evenkeel:plan:shop2 -->\n"));
    }

    #[test]
    fn text_without_a_marker_needs_a_key() {
        let error = Text::read("words", Form::Markdown, None, None).expect_err("no marker");
        assert!(matches!(error, Error::NoMarker));
        let text = Text::read("words", Form::Markdown, Some("plan:a--b-->.yaml\n"), None);
        assert_eq!(text.expect("a key").marker, "<!-- evenkeel:plan:a-_b-__.yaml_ -->");
    }

    #[test]
    fn key_takes_the_place_of_the_marker() {
        let text =
            Text::read("<!-- evenkeel:plan:shop -->\nbody\n", Form::Markdown, Some("x"), None)
                .expect("a key");
        assert_eq!(text.fitted("", 1000), "<!-- evenkeel:x -->\nbody\n");
    }

    #[test]
    fn plain_text_cannot_leave_its_block() {
        let text = Text::read("a\n```\n# b\n", Form::Plain, Some("x"), Some("Failed"));
        assert_eq!(text.expect("a key").body, "### Failed\n\n````text\na\n```\n# b\n````\n");
    }

    #[test]
    fn long_text_is_cut_between_lines_and_closed() {
        let lines = "+ create web\n".repeat(50);
        let body = format!("<details><summary>x</summary>\n\n```diff\n{lines}```\n\n</details>\n");
        let text = Text { marker: "<!-- evenkeel:x -->".to_owned(), body };
        for limit in [200, 213, 400] {
            let fitted = text.fitted("by a run", limit);
            assert!(fitted.chars().count() <= limit, "{limit}: {fitted}");
            assert_eq!(fitted.matches("```").count(), 2, "{fitted}");
            assert!(fitted.contains("+ create web\n```\n\n</details>\n"), "{fitted}");
            assert!(fitted.ends_with("<sub>by a run</sub>\n"), "{fitted}");
        }
    }

    #[test]
    fn characters_count_not_bytes() {
        let text = Text { marker: "m".to_owned(), body: "ä".repeat(98) };
        assert_eq!(text.fitted("", 100).chars().count(), 100);
        assert!(!text.fitted("", 100).contains("Cut to fit"));
    }
}
