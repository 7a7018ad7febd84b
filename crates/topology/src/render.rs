//! Diagnostics for people, in the look that rustc made familiar.

use std::collections::BTreeMap;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::plain_secrets::Written;
use crate::{Diagnostic, Place, Severity};

/// The texts that diagnostics point into.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Arc<str>>,
    texts: BTreeMap<Arc<str>, String>,
    secrets: Vec<Written>,
}

impl Sources {
    /// Adds the text of a file.
    pub fn add(&mut self, file: Arc<str>, text: &str) {
        if self.texts.insert(file.clone(), text.to_owned()).is_none() {
            self.files.push(file);
        }
    }

    /// Returns the text of a file.
    pub fn text(&self, file: &str) -> Option<&str> {
        self.texts.get(file).map(String::as_str)
    }

    /// Returns the files in the order in which they were read.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| &**file)
    }

    /// Returns the texts with stars in the place of what was found to be a secret: an excerpt shows its
    /// whole line, whatever it is an excerpt for.
    pub fn without_secrets(&self) -> Self {
        let mut hidden = self.clone();
        for Written { place, .. } in &self.secrets {
            let Some(text) = hidden.texts.get_mut(&place.file) else { continue };
            let Some(secret) = text.get(place.range()) else { continue };
            // As many bytes as before, so that the places after it stay where they are.
            let stars =
                |c: char| if c == '\n' { "\n".to_owned() } else { "*".repeat(c.len_utf8()) };
            let stars: String = secret.chars().map(stars).collect();
            text.replace_range(place.range(), &stars);
        }
        hidden
    }

    /// Remembers what no excerpt and no message may show.
    pub(crate) fn hide(&mut self, secrets: Vec<Written>) {
        self.secrets.extend(secrets);
    }

    /// Takes secrets out of what diagnostics say.
    pub(crate) fn hide_in(&self, diagnostics: &mut [Diagnostic]) {
        for diagnostic in diagnostics {
            self.secrets.iter().for_each(|secret| secret.hide_in(diagnostic));
        }
    }

    /// Returns how many files were read before this one.
    pub(crate) fn index(&self, file: &str) -> usize {
        self.files.iter().position(|known| **known == *file).unwrap_or(self.files.len())
    }
}

/// Renders diagnostics, each with its lines of the file, a caret and its help.
///
/// `width` is the terminal's, in columns. Without `colour` the text has no escape codes.
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, colour: bool, width: usize) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(width);
    let sources = &sources.without_secrets();
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&[group(diagnostic, sources)]));
        text.push_str("\n\n");
    }
    text
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code);
    let mut group = Group::with_title(title);
    let here = [&diagnostic.place].into_iter();
    let places: Vec<&Place> = here.chain(diagnostic.also.iter().map(|(place, _)| place)).collect();
    // One excerpt a file: the diagnostic's own first.
    let mut files: Vec<&str> = Vec::new();
    for place in places {
        if !files.contains(&&*place.file) {
            files.push(&place.file);
        }
    }
    for file in files {
        let Some(text) = sources.text(file) else { continue };
        group = group.element(snippet(diagnostic, file, text));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    group
}

fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    file: &'a str,
    text: &'a str,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let places = [&diagnostic.place].into_iter().chain(diagnostic.also.iter().map(|(it, _)| it));
    let (skipped, line, text) = excerpt(places.filter(|place| &*place.file == file), text);
    let mut snippet = Snippet::source(text).path(file).line_start(line);
    if &*diagnostic.place.file == file {
        let label = (!diagnostic.label.is_empty()).then_some(diagnostic.label.as_str());
        let span = first_line(&diagnostic.place, skipped, text);
        snippet = snippet.annotation(AnnotationKind::Primary.span(span).label(label));
    }
    for (place, label) in diagnostic.also.iter().filter(|(place, _)| &*place.file == file) {
        let span = first_line(place, skipped, text);
        snippet = snippet.annotation(AnnotationKind::Context.span(span).label(label.as_str()));
    }
    snippet
}

/// Returns the lines of `text` that hold `places`, with how many bytes stand before them and the number of
/// the first: the renderer reads all that it is given, for each of a thousand diagnostics.
fn excerpt<'p, 't>(
    places: impl Iterator<Item = &'p Place>,
    text: &'t str,
) -> (usize, usize, &'t str) {
    let places: Vec<&Place> = places.collect();
    let first = places.iter().min_by_key(|place| place.start);
    let last = places.iter().map(|place| place.range().end.min(text.len())).max();
    let (Some(first), Some(last)) = (first, last) else { return (0, 1, text) };
    let start = first.range().start.min(text.len());
    let (Some(before), Some(after)) = (text.get(..start), text.get(last..)) else {
        return (0, 1, text);
    };
    let begin = before.rfind('\n').map_or(0, |at| at + 1);
    let end = after.find('\n').map_or(text.len(), |at| last + at + 1);
    (begin, first.line as usize, &text[begin..end])
}

/// Returns the range of a place within its first line, `skipped` bytes of the file being left out: a caret
/// under a block text says no more.
fn first_line(place: &Place, skipped: usize, text: &str) -> std::ops::Range<usize> {
    let range = place.range();
    let within = |at: usize| at.saturating_sub(skipped).min(text.len());
    let (start, end) = (within(range.start), within(range.end));
    let end = text[start..end].find('\n').map_or(end, |line| start + line);
    start..end
}
