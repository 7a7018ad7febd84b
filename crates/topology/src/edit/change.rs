//! The edits, each on the bytes that it must change.

use std::ops::Range;

use serde_json::{Map, Value};

use super::EditError;
use super::outline::{Outline, Path, Piece, PieceKind, Step, Style};
use super::write::{entry, write};

/// A file's text while one edit is made.
pub(super) struct Draft<'t> {
    text: &'t str,
    outline: Outline,
}

/// Puts a text in the place of a range.
type Patch = (Range<usize>, String);

impl<'t> Draft<'t> {
    pub fn new(text: &'t str) -> Result<Self, EditError> {
        Ok(Self { text, outline: Outline::read(text)? })
    }

    /// Returns the text with patches that do not overlap.
    fn patched(&self, mut patches: Vec<Patch>) -> String {
        patches.sort_by_key(|(range, _)| range.start);
        let mut text = String::with_capacity(self.text.len() + 64);
        let mut at = 0;
        for (range, new) in patches {
            text.push_str(&self.text[at..range.start]);
            text.push_str(&new);
            at = range.end;
        }
        text.push_str(&self.text[at..]);
        text
    }

    /// Gives the value at `path` another text; keys that are missing on the way are made.
    pub fn set(&self, path: &Path, value: &Value) -> Result<String, EditError> {
        let mut piece = &self.outline.root;
        let mut key = None;
        let mut in_flow = false;
        for (index, step) in path.0.iter().enumerate() {
            in_flow |= is_flow(piece);
            let Some(next) = piece.child(step) else {
                return self.make(piece, key, in_flow, &path.0[index..], value);
            };
            key = key_of(piece, step);
            piece = next;
        }
        match &piece.kind {
            _ if piece.is_empty() => {
                let key = key.ok_or_else(|| no_place(path))?;
                Ok(self.patched(vec![self.behind_key(key, &write(value, Style::Plain, in_flow))]))
            }
            PieceKind::Scalar { style, .. } if *style != Style::Block => {
                let new = write(value, *style, in_flow);
                Ok(self.patched(vec![(piece.span.clone(), new)]))
            }
            PieceKind::Alias => {
                let new = write(value, Style::Plain, in_flow);
                Ok(self.patched(vec![(piece.span.clone(), new)]))
            }
            PieceKind::Map { flow: true, .. } | PieceKind::List { flow: true, .. } => {
                let new = write(value, Style::Plain, true);
                Ok(self.patched(vec![(piece.span.clone(), new)]))
            }
            _ => Err(EditError::SeveralLines(path.clone())),
        }
    }

    /// Makes the missing keys below a piece.
    fn make(
        &self,
        piece: &Piece,
        key: Option<&Piece>,
        in_flow: bool,
        missing: &[Step],
        value: &Value,
    ) -> Result<String, EditError> {
        let mut keys = Vec::new();
        for step in missing {
            match step {
                Step::Key(key) => keys.push(key.as_str()),
                Step::Item(_) => return Err(no_place(&Path(missing.to_vec()))),
            }
        }
        let (first, rest) = keys.split_first().ok_or_else(|| no_place(&Path::default()))?;
        let nest =
            |value: Value, key: &&str| Value::Object(Map::from_iter([((*key).to_owned(), value)]));
        let value = rest.iter().rev().fold(value.clone(), nest);
        let patch = match &piece.kind {
            PieceKind::Map { flow: true, entries } => {
                self.add_in_brackets(piece, entries.last().map(end_of), &entry(first, &value, true))
            }
            PieceKind::Map { entries, .. } if !entries.is_empty() => {
                let indent = self.column(entries[0].0.span.start);
                let end = entries.last().map_or(piece.span.end, end_of);
                self.on_new_line(
                    end,
                    &format!("{}{}", " ".repeat(indent), entry(first, &value, false)),
                )
            }
            _ if piece.is_empty() => {
                let whole = nest(value, first);
                let key = key.ok_or_else(|| no_place(&Path(missing.to_vec())))?;
                self.behind_key(key, &write(&whole, Style::Plain, in_flow))
            }
            _ => return Err(no_place(&Path(missing.to_vec()))),
        };
        Ok(self.patched(vec![patch]))
    }

    /// Adds a member to the list at `path`; one value becomes a list of two.
    pub fn append(&self, path: &Path, value: &Value) -> Result<String, EditError> {
        let Some(piece) = self.outline.piece(path).filter(|piece| !piece.is_empty()) else {
            return self.set(path, &Value::Array(vec![value.clone()]));
        };
        let patch = match &piece.kind {
            PieceKind::List { flow: true, items } => {
                let end = items.last().map(|item| item.span.end);
                self.add_in_brackets(piece, end, &write(value, Style::Plain, true))
            }
            PieceKind::List { items, .. } => {
                let (Some(first), Some(last)) = (items.first(), items.last()) else {
                    return Err(no_place(path));
                };
                let lead = self.dash_before(first).ok_or_else(|| no_place(path))?;
                let value = write(value, Style::Plain, false);
                self.on_new_line(last.span.end, &format!("{lead}{value}"))
            }
            PieceKind::Scalar { style, .. } if *style != Style::Block => {
                let old = &self.text[piece.span.clone()];
                (piece.span.clone(), format!("[{old}, {}]", write(value, Style::Plain, true)))
            }
            _ => return Err(EditError::SeveralLines(path.clone())),
        };
        Ok(self.patched(vec![patch]))
    }

    /// Removes the entry or the list's member at `path`, with the lines that only it stands on.
    pub fn remove(&self, path: &Path) -> Result<String, EditError> {
        let (step, above) = path.0.split_last().ok_or_else(|| no_place(path))?;
        let above = Path(above.to_vec());
        let owner = self.outline.piece(&above).ok_or_else(|| no_place(path))?;
        let members: Vec<Range<usize>> = match &owner.kind {
            PieceKind::Map { entries, .. } => {
                entries.iter().map(|pair| pair.0.span.start..end_of(pair)).collect()
            }
            PieceKind::List { items, .. } => items.iter().map(|item| item.span.clone()).collect(),
            _ => return Err(no_place(path)),
        };
        let index = match (&owner.kind, step) {
            (PieceKind::Map { entries, .. }, Step::Key(wanted)) => {
                entries.iter().rposition(|(key, _)| key.text() == Some(wanted))
            }
            (PieceKind::List { .. }, Step::Item(index)) => Some(*index),
            _ => None,
        };
        let index = index.filter(|index| *index < members.len()).ok_or_else(|| no_place(path))?;
        if is_flow(owner) {
            return Ok(self.patched(vec![out_of_brackets(owner, &members, index)]));
        }
        let lines = self.lines_of(owner, &members, index).ok_or_else(|| no_place(path))?;
        if members.len() > 1 {
            return Ok(self.patched(vec![(lines, String::new())]));
        }
        // Nothing is left below the key: that it is empty is said.
        let key = match (above.0.split_last(), &owner.kind) {
            (Some((step, above)), _) => {
                let above = self.outline.piece(&Path(above.to_vec()));
                above.and_then(|above| key_of(above, step))
            }
            (None, _) => None,
        };
        let empty = if matches!(owner.kind, PieceKind::Map { .. }) { "{}" } else { "[]" };
        let key = key.ok_or_else(|| no_place(path))?;
        Ok(self.patched(vec![self.behind_key(key, empty), (lines, String::new())]))
    }

    /// Returns the lines of one member of a block, or, where its line holds more, its text.
    fn lines_of(
        &self,
        owner: &Piece,
        members: &[Range<usize>],
        index: usize,
    ) -> Option<Range<usize>> {
        let member = &members[index];
        let start = self.line_start(member.start);
        let lead = &self.text[start..member.start];
        let is_alone = match owner.kind {
            PieceKind::List { .. } => lead.trim_start() == "- ",
            _ => lead.trim_start().is_empty(),
        };
        if is_alone {
            return Some(start..self.line_end(member.end));
        }
        // The first key behind a dash: the next one takes its place.
        let next = members.get(index + 1)?;
        let between = &self.text[member.end..next.start];
        let is_list = matches!(owner.kind, PieceKind::List { .. });
        (!is_list && !between.contains('#')).then_some(member.start..next.start)
    }

    /// Writes a value behind a key that has none.
    fn behind_key(&self, key: &Piece, value: &str) -> Patch {
        let end = key.span.end;
        let rest = &self.text[end..];
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        if rest[blanks..].starts_with(':') {
            (end + blanks + 1..end + blanks + 1, format!(" {value}"))
        } else {
            (end..end, format!(": {value}"))
        }
    }

    /// Adds a member before the closing bracket of a piece, behind its last member.
    fn add_in_brackets(&self, piece: &Piece, last: Option<usize>, member: &str) -> Patch {
        let is_map = matches!(piece.kind, PieceKind::Map { .. });
        let Some(end) = last else {
            let new = if is_map { format!("{{ {member} }}") } else { format!("[{member}]") };
            return (piece.span.clone(), new);
        };
        let rest = &self.text[end..piece.span.end];
        let blanks = rest.len() - rest.trim_start().len();
        if rest[blanks..].starts_with(',') {
            (end + blanks + 1..end + blanks + 1, format!(" {member}"))
        } else {
            (end..end, format!(", {member}"))
        }
    }

    /// Adds a line behind the one that holds the byte `at`.
    fn on_new_line(&self, at: usize, line: &str) -> Patch {
        let at = self.line_end(at);
        let newline = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        if self.text[..at].ends_with('\n') {
            (at..at, format!("{line}{newline}"))
        } else {
            (at..at, format!("{newline}{line}"))
        }
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Returns the byte behind the line, its line break included.
    fn line_end(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline + 1)
    }

    fn column(&self, at: usize) -> usize {
        self.text[self.line_start(at)..at].chars().count()
    }

    /// Returns the indentation and the dash before a list's member.
    fn dash_before(&self, item: &Piece) -> Option<String> {
        let lead = &self.text[self.line_start(item.span.start)..item.span.start];
        (lead.trim_start() == "- ").then(|| lead.to_owned())
    }
}

fn no_place(path: &Path) -> EditError {
    EditError::NoPlace(path.clone())
}

fn is_flow(piece: &Piece) -> bool {
    matches!(piece.kind, PieceKind::Map { flow: true, .. } | PieceKind::List { flow: true, .. })
}

fn key_of<'p>(owner: &'p Piece, step: &Step) -> Option<&'p Piece> {
    match (&owner.kind, step) {
        (PieceKind::Map { entries, .. }, Step::Key(wanted)) => {
            entries.iter().rev().map(|(key, _)| key).find(|key| key.text() == Some(wanted))
        }
        _ => None,
    }
}

fn end_of((key, value): &(Piece, Piece)) -> usize {
    key.span.end.max(value.span.end)
}

/// Takes a member and one of the commas beside it out of a flow collection.
fn out_of_brackets(owner: &Piece, members: &[Range<usize>], index: usize) -> Patch {
    let member = &members[index];
    let range = match (members.get(index + 1), index.checked_sub(1)) {
        (Some(next), _) => member.start..next.start,
        (None, Some(before)) => members[before].end..member.end,
        (None, None) => owner.span.start + 1..owner.span.end - 1,
    };
    (range, String::new())
}
