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

    /// Returns the values that are secrets written out: whoever is sent one may say it back.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().filter_map(Written::secret)
    }

    /// Remembers what no excerpt and no message may show.
    pub(crate) fn hide(&mut self, secrets: Vec<Written>) {
        self.secrets.extend(secrets);
    }

    /// Takes secrets out of what diagnostics say of the places where they stand.
    pub(crate) fn hide_in(&self, diagnostics: &mut [Diagnostic]) {
        let secrets = ByPlace::of(&self.secrets);
        for diagnostic in diagnostics {
            let places =
                [&diagnostic.place].into_iter().chain(diagnostic.also.iter().map(|(it, _)| it));
            let found: Vec<&Written> = places.flat_map(|place| secrets.at(place)).collect();
            found.iter().for_each(|secret| secret.hide_in(diagnostic));
        }
    }

    /// Returns how many files were read before this one.
    pub(crate) fn index(&self, file: &str) -> usize {
        self.files.iter().position(|known| **known == *file).unwrap_or(self.files.len())
    }
}

/// Secrets in the order in which they stand, so that those at a place are found without a look at all.
struct ByPlace<'s> {
    sorted: Vec<&'s Written>,
    /// How far those up to each reach in its file.
    reach: Vec<u32>,
}

impl<'s> ByPlace<'s> {
    fn of(secrets: &'s [Written]) -> Self {
        let mut sorted: Vec<&Written> = secrets.iter().collect();
        sorted.sort_by(|one, other| one.place.cmp(&other.place));
        let mut reach: Vec<u32> = Vec::with_capacity(sorted.len());
        for (at, secret) in sorted.iter().enumerate() {
            let before = at.checked_sub(1).filter(|at| sorted[*at].place.file == secret.place.file);
            let before = before.map_or(0, |at| reach[at]);
            reach.push(before.max(secret.place.end));
        }
        Self { sorted, reach }
    }

    /// Returns the secrets that touch a place.
    fn at(&self, place: &Place) -> Vec<&'s Written> {
        let is_before = |secret: &&Written| {
            (&secret.place.file, secret.place.start) <= (&place.file, place.end)
        };
        let end = self.sorted.partition_point(is_before);
        let reaches = |at: &usize| {
            self.sorted[*at].place.file == place.file && self.reach[*at] >= place.start
        };
        let near = (0..end).rev().take_while(reaches).map(|at| self.sorted[at]);
        near.filter(|secret| secret.place.end >= place.start).collect()
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
        group = group.elements(snippets(diagnostic, file, text));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    group
}

/// Lines between two places from which each gets an excerpt of its own: the renderer reads all that stands
/// between them, and two keys of one name can be a whole file apart.
const FAR: u32 = 200;

/// Returns the excerpts of a file: one around the diagnostic's own place, and one for each group of others that
/// stand far from it.
fn snippets<'a>(
    diagnostic: &'a Diagnostic,
    file: &'a str,
    text: &'a str,
) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let own = (AnnotationKind::Primary, &diagnostic.place, diagnostic.label.as_str());
    let also = diagnostic.also.iter();
    let also = also.map(|(place, label)| (AnnotationKind::Context, place, label.as_str()));
    let mut groups: Vec<Vec<(AnnotationKind, &Place, &str)>> = vec![];
    for noted in std::iter::once(own).chain(also).filter(|(_, place, _)| &*place.file == file) {
        let is_near = |group: &Vec<(_, &Place, _)>| {
            group.iter().any(|(_, place, _)| place.line.abs_diff(noted.1.line) < FAR)
        };
        match groups.iter_mut().find(|group| is_near(group)) {
            Some(group) => group.push(noted),
            None => groups.push(vec![noted]),
        }
    }
    let snippet = |group: Vec<(AnnotationKind, &'a Place, &'a str)>| {
        let (skipped, line, text) = excerpt(group.iter().map(|(_, place, _)| *place), text);
        let snippet = Snippet::source(text).path(file).line_start(line);
        group.into_iter().fold(snippet, |snippet, (kind, place, label)| {
            let label = Some(label).filter(|label| !label.is_empty());
            snippet.annotation(kind.span(first_line(place, skipped, text)).label(label))
        })
    };
    groups.into_iter().map(snippet).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain_secrets;

    /// A file in which the first and the last line have one key.
    fn far_apart() -> String {
        let between: String = (0..FAR * 2).map(|at| format!("  key-{at}: 1\n")).collect();
        format!("tags:\n  same: 1\n{between}  same: 2\n")
    }

    #[test]
    fn places_far_apart_have_an_excerpt_each() {
        let text = far_apart();
        let mut sources = Sources::default();
        sources.add("a.yaml".into(), &text);
        let place = |line: u32, at: usize| Place {
            file: "a.yaml".into(),
            start: u32::try_from(at).expect("a short text"),
            end: u32::try_from(at + 4).expect("a short text"),
            line,
            column: 3,
        };
        let first = place(2, text.find("same").expect("there"));
        let second = place(FAR * 2 + 3, text.rfind("same").expect("there"));
        let twice = Diagnostic::error("duplicate-key", &second, "key `same` stands here twice");
        let twice = twice.label("the second one").also(&first, "the first one");
        let told = render(&[twice], &sources, false, 80);
        for line in ["--> a.yaml:403:3", "the second one", "::: a.yaml:2:3", "the first one"] {
            assert!(told.contains(line), "{line}: {told}");
        }
        assert!(!told.contains("key-"), "{told}");
    }

    #[test]
    fn secrets_are_found_by_their_place_also_where_they_overlap() {
        let file: Arc<str> = "a.yaml".into();
        let text = "a: {password: 'x', token: [y, z]}\nb: 1\nsecret: |\n  one\n  two\nc: 2\n";
        let all = plain_secrets::find_in_lines(&file, text);
        assert!(all.len() > 3, "{all:?}");
        let by_place = ByPlace::of(&all);
        for start in 0..u32::try_from(text.len()).expect("a short text") {
            let place = Place { file: file.clone(), start, end: start + 2, line: 1, column: 1 };
            let touches = |secret: &&Written| {
                secret.place.start <= place.end && secret.place.end >= place.start
            };
            let mut wanted: Vec<&Place> = all.iter().filter(touches).map(|it| &it.place).collect();
            let mut found: Vec<&Place> = by_place.at(&place).iter().map(|it| &it.place).collect();
            wanted.sort();
            found.sort();
            assert_eq!(found, wanted, "{start}");
        }
    }
}
