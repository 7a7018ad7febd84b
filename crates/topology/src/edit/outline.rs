//! Where in a file's text each key and value stands, whatever its layout.

use std::fmt;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle};

use super::EditError;

/// One step down into a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// To the value of a key.
    Key(String),
    /// To a member of a list, counted from 0.
    Item(usize),
}

/// The way from the top of a file to a value.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// Makes a path of keys.
    pub fn of<'k>(keys: impl IntoIterator<Item = &'k str>) -> Self {
        Self(keys.into_iter().map(|key| Step::Key(key.to_owned())).collect())
    }

    /// Returns the path of a key below this one.
    pub fn key(&self, key: &str) -> Self {
        self.joined(&[Step::Key(key.to_owned())])
    }

    /// Returns the path that leads on from this one by `steps`.
    pub fn joined(&self, steps: &[Step]) -> Self {
        Self(self.0.iter().chain(steps).cloned().collect())
    }

    /// Returns the last key on the way.
    pub fn last_key(&self) -> Option<&str> {
        self.0.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Item(_) => None,
        })
    }

    /// Returns the steps below `above`, if this path lies at it or below it.
    pub fn below(&self, above: &Self) -> Option<&[Step]> {
        self.0.strip_prefix(above.0.as_slice())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if index == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Item(item) => write!(f, "[{item}]")?,
            }
        }
        Ok(())
    }
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    /// `|` or `>`, over several lines.
    Block,
}

/// A value and its text.
#[derive(Debug)]
pub(super) struct Piece {
    /// From the value's first byte to the byte behind its last; of nothing, where it would stand.
    pub span: Range<usize>,
    pub kind: PieceKind,
}

#[derive(Debug)]
pub(super) enum PieceKind {
    Scalar { text: String, style: Style },
    Alias,
    Map { flow: bool, entries: Vec<(Piece, Piece)> },
    List { flow: bool, items: Vec<Piece> },
}

impl Piece {
    /// Tells whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.span.is_empty()
    }

    /// Returns the text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            PieceKind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Returns what one step leads to.
    pub fn child(&self, step: &Step) -> Option<&Piece> {
        match (&self.kind, step) {
            (PieceKind::Map { entries, .. }, Step::Key(wanted)) => entries
                .iter()
                .rev()
                .find(|(key, _)| key.text() == Some(wanted))
                .map(|(_, value)| value),
            (PieceKind::List { items, .. }, Step::Item(index)) => items.get(*index),
            _ => None,
        }
    }
}

/// What a value is, to one who wants to change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// One value, as text.
    Scalar(String),
    /// A key without a value.
    Nothing,
    /// The use of an anchor.
    Alias,
    /// A map with these keys.
    Map(Vec<String>),
    /// A list of so many members.
    List(usize),
}

/// All values of a file with the places of their texts.
#[derive(Debug)]
pub struct Outline {
    pub(super) root: Piece,
}

impl Outline {
    /// Reads the outline of a file.
    ///
    /// # Errors
    /// Text that is not YAML.
    pub fn read(text: &str) -> Result<Self, EditError> {
        let mut reader = Reader { text, parser: Parser::new_from_str(text) };
        loop {
            match reader.next()? {
                (Event::StreamStart | Event::DocumentStart(..), _) => {}
                (Event::StreamEnd | Event::DocumentEnd, _) => {
                    let end = text.len();
                    let kind = PieceKind::Map { flow: false, entries: Vec::new() };
                    return Ok(Self { root: Piece { span: end..end, kind } });
                }
                (event, span) => return Ok(Self { root: reader.piece(event, span)? }),
            }
        }
    }

    /// Returns what stands at a path.
    pub fn get(&self, path: &Path) -> Option<Written> {
        self.piece(path).map(written)
    }

    /// Returns the path of the key or the value that begins at a line and column, both counted
    /// from 1, the column in characters.
    pub fn path_at(&self, text: &str, line: usize, column: usize) -> Option<Path> {
        let before: usize =
            text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
        let rest = text.get(before..)?;
        let (within, _) = rest.char_indices().nth(column.checked_sub(1)?)?;
        find(&self.root, before + within, &Path::default())
    }

    /// Returns every value, from the top down, with its path.
    pub fn values(&self) -> Vec<(Path, Written)> {
        let mut all = Vec::new();
        collect(&self.root, Path::default(), &mut all);
        all
    }

    pub(super) fn piece(&self, path: &Path) -> Option<&Piece> {
        path.0.iter().try_fold(&self.root, |piece, step| piece.child(step))
    }
}

fn written(piece: &Piece) -> Written {
    match &piece.kind {
        _ if piece.is_empty() => Written::Nothing,
        PieceKind::Scalar { text, .. } => Written::Scalar(text.clone()),
        PieceKind::Alias => Written::Alias,
        PieceKind::Map { entries, .. } => {
            let keys = entries.iter().filter_map(|(key, _)| key.text());
            Written::Map(keys.map(str::to_owned).collect())
        }
        PieceKind::List { items, .. } => Written::List(items.len()),
    }
}

fn children(piece: &Piece) -> Vec<(Step, &Piece, usize)> {
    match &piece.kind {
        PieceKind::Map { entries, .. } => {
            let known = entries.iter().filter_map(|(key, value)| {
                Some((Step::Key(key.text()?.to_owned()), value, key.span.start))
            });
            known.collect()
        }
        PieceKind::List { items, .. } => {
            let numbered = items.iter().enumerate();
            numbered.map(|(index, item)| (Step::Item(index), item, item.span.start)).collect()
        }
        PieceKind::Scalar { .. } | PieceKind::Alias => Vec::new(),
    }
}

fn find(piece: &Piece, offset: usize, path: &Path) -> Option<Path> {
    children(piece).into_iter().find_map(|(step, child, start)| {
        let path = path.joined(&[step]);
        if start == offset {
            return Some(path);
        }
        // A block begins with its first key, which is what is meant.
        let is_here = child.span.start == offset && !child.is_empty();
        find(child, offset, &path).or_else(|| is_here.then_some(path))
    })
}

fn collect(piece: &Piece, path: Path, all: &mut Vec<(Path, Written)>) {
    let below = children(piece);
    all.push((path.clone(), written(piece)));
    for (step, child, _) in below {
        collect(child, path.joined(&[step]), all);
    }
}

/// Builds pieces from the events of the YAML parser.
struct Reader<'t> {
    text: &'t str,
    parser: Parser<'t, granit_parser::StrInput<'t>>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), EditError> {
        loop {
            match self.parser.next_event() {
                Some(Ok((Event::Comment(..), _))) => {}
                Some(Ok(event)) => return Ok(event),
                Some(Err(error)) => return Err(EditError::NotYaml(error.to_string())),
                None => return Err(EditError::NotYaml("the text ends too early".to_owned())),
            }
        }
    }

    fn piece(&mut self, event: Event<'t>, span: Span) -> Result<Piece, EditError> {
        let range = span.byte_range().unwrap_or_default();
        Ok(match event {
            Event::Scalar(text, style, ..) => {
                // The span of a plain or block scalar may run on over blanks and comments.
                let written = self.text.get(range.clone()).unwrap_or_default().trim_end();
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::Single,
                    ScalarStyle::DoubleQuoted => Style::Double,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                };
                Piece {
                    span: range.start..range.start + written.len(),
                    kind: PieceKind::Scalar { text: text.into_owned(), style },
                }
            }
            Event::MappingStart(style, ..) => self.map(range, style == StructureStyle::Flow)?,
            Event::SequenceStart(style, ..) => self.list(range, style == StructureStyle::Flow)?,
            // What else stands for a node is an alias.
            _ => Piece { span: range, kind: PieceKind::Alias },
        })
    }

    fn map(&mut self, start: Range<usize>, flow: bool) -> Result<Piece, EditError> {
        let mut entries: Vec<(Piece, Piece)> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                let last = entries.last().map(|(key, value)| key.span.end.max(value.span.end));
                let span = start.start..self.end(last, &span, flow, start.end);
                return Ok(Piece { span, kind: PieceKind::Map { flow, entries } });
            }
            let key = self.piece(event, span)?;
            let (event, span) = self.next()?;
            let value = self.piece(event, span)?;
            entries.push((key, value));
        }
    }

    fn list(&mut self, start: Range<usize>, flow: bool) -> Result<Piece, EditError> {
        let mut items: Vec<Piece> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                let last = items.last().map(|item| item.span.end);
                let span = start.start..self.end(last, &span, flow, start.end);
                return Ok(Piece { span, kind: PieceKind::List { flow, items } });
            }
            let item = self.piece(event, span)?;
            items.push(item);
        }
    }

    /// Returns where a collection ends: behind its bracket, or behind its last member's text.
    fn end(&self, last: Option<usize>, end: &Span, flow: bool, start: usize) -> usize {
        if flow { end.byte_range().map_or(start, |range| range.end) } else { last.unwrap_or(start) }
    }
}
