//! Pages of the documentation as data: their fenced blocks, links and anchors.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::scenario::root;

/// A fenced block, or the setup in a comment.
#[derive(Debug, Clone)]
pub struct Block {
    /// The language behind the fence; `setup` of a comment.
    pub language: String,
    /// What follows the language: `exits=3`, `no-run=azure`.
    pub attributes: Vec<String>,
    /// What stands in the block.
    pub text: String,
    /// Where that stands in the page.
    pub range: Range<usize>,
    /// The line of the block's first line, counted from 1.
    pub line: usize,
}

impl Block {
    /// Returns the value of an attribute, empty where it has none.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes.find_map(|attribute| match attribute.split_once('=') {
            Some((key, value)) => (key == name).then_some(value),
            None => (attribute == name).then_some(""),
        })
    }
}

fn events(source: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    Parser::new_ext(source, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH)
        .into_offset_iter()
}

fn line_of(source: &str, offset: usize) -> usize {
    source[..offset].matches('\n').count() + 1
}

/// Returns the fenced blocks and the setups of a page, in their order.
pub fn blocks(source: &str) -> Vec<Block> {
    let mut found = vec![];
    let mut open: Option<Block> = None;
    for (event, range) in events(source) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let mut words = info.split([',', ' ']).map(str::to_owned);
                let start =
                    source[range.start..].find('\n').map_or(range.end, |at| range.start + at + 1);
                open = Some(Block {
                    language: words.next().unwrap_or_default(),
                    attributes: words.collect(),
                    text: String::new(),
                    range: start..start,
                    line: line_of(source, start),
                });
            }
            Event::Text(text) => {
                if let Some(block) = &mut open {
                    block.text.push_str(&text);
                    block.range.end = range.end;
                }
            }
            Event::End(TagEnd::CodeBlock) => found.extend(open.take()),
            Event::Html(text) => found.extend(setup(source, &text, &range)),
            _ => {}
        }
    }
    found
}

/// Reads `<!-- setup: commands -->`, one line: what a page takes for granted.
fn setup(source: &str, html: &str, range: &Range<usize>) -> Option<Block> {
    let text = html.trim().strip_prefix("<!-- setup: ")?.strip_suffix("-->")?;
    Some(Block {
        language: "setup".to_owned(),
        attributes: vec![],
        text: text.trim().to_owned(),
        range: range.clone(),
        line: line_of(source, range.start),
    })
}

/// Returns the destinations of a page's links and pictures, each with its line.
pub fn links(source: &str) -> Vec<(usize, String)> {
    let destination = |(event, range): (Event<'_>, Range<usize>)| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            Some((line_of(source, range.start), dest_url.into_string()))
        }
        _ => None,
    };
    events(source).filter_map(destination).collect()
}

/// Returns what a link into the page can name: the anchors of its headings.
///
/// Made as mdBook and GitHub make them: lower-case, blanks as hyphens, nothing but letters,
/// digits, hyphens and underscores; the second of its kind ends in `-1`.
pub fn anchors(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, heading) in headings(source) {
        let kept = heading.to_lowercase().replace(char::is_whitespace, "-");
        let kept: String =
            kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
        let mut anchor = kept.clone();
        let mut count = 0;
        while !found.insert(anchor.clone()) {
            count += 1;
            anchor = format!("{kept}-{count}");
        }
    }
    found
}

/// Returns a page's headings with their levels.
pub fn headings(source: &str) -> Vec<(HeadingLevel, String)> {
    let mut found = vec![];
    let mut open: Option<(HeadingLevel, String)> = None;
    for (event, _) in events(source) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => open = Some((level, String::new())),
            Event::Text(text) | Event::Code(text) => {
                if let Some((_, heading)) = &mut open {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => found.extend(open.take()),
            _ => {}
        }
    }
    found
}

/// Returns the folder of the book.
pub fn docs() -> PathBuf {
    root().join("docs").canonicalize().expect("docs/ is there")
}

/// Reads a page, with what it includes: a line `{{#include path}}` is a whole file.
pub fn read(path: &Path) -> String {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if !text.contains("{{#include ") {
        return text;
    }
    let folder = path.parent().unwrap_or(path);
    let include = |line: &str| {
        line.strip_prefix("{{#include ")
            .and_then(|line| line.strip_suffix("}}"))
            .map(|file| std::fs::read_to_string(folder.join(file)))
            .map_or_else(
                || line.to_owned(),
                |text| text.unwrap_or_else(|error| panic!("{}: {line}: {error}", path.display())),
            )
    };
    text.lines().map(include).collect::<Vec<_>>().join("\n")
}

/// Returns the pages of the book in the order of `SUMMARY.md`, relative to `docs/`.
pub fn pages() -> Vec<String> {
    let summary = read(&docs().join("SUMMARY.md"));
    links(&summary).into_iter().map(|(_, page)| page).collect()
}
