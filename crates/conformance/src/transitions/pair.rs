//! Pairs of topologies: drawn from a seed, and made smaller while what was found stays.

use std::fmt;
use std::path::Path as FilePath;
use std::sync::Arc;

use proptest::prelude::RngExt;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;
use topology::{Input, Severity, Topology};

use super::draw::Draw;
use super::edit::{Edit, edit};
use super::language::{TOPOLOGY, VARIABLE};
use super::mend::mend;
use super::shape::{Path, Step, at, remove};

/// How often a tree is drawn or edited anew before a seed is given up.
const ATTEMPTS: usize = 200;

/// What happens between the two applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Nothing.
    Calm,
    /// Somebody else changes or deletes something, chosen by this number, and the first topology
    /// is applied again.
    Disturbed(u64),
    /// The second apply is killed after so many requests, and repeated.
    Killed(u64),
    /// The second apply is killed when an action begins, and repeated: once for each action.
    KilledAtEach,
}

/// A topology and its successor.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The first.
    pub a: Value,
    /// What follows it.
    pub b: Value,
    /// What happens on the way.
    pub mode: Mode,
    /// What was edited, before anything was made smaller.
    pub edits: Arc<Vec<Edit>>,
    /// How many trees were thrown away on the way to this one.
    pub thrown: usize,
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "# before.yaml\n{}# after.yaml ({:?})\n{}",
            text(&self.a),
            self.mode,
            text(&self.b)
        )
    }
}

/// Draws pairs.
#[derive(Debug)]
pub struct Pairs {
    /// What happens on the way, where that is not drawn too.
    pub mode: Option<Mode>,
    /// Whether more of the language is drawn.
    pub wide: bool,
}

impl Strategy for Pairs {
    type Tree = Shrinking;
    type Value = Pair;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let mut random = StdRng::seed_from_u64(runner.rng().random());
        let mut thrown = 0;
        let wealth = [40, 70, 100, 100][random.random_range(0..4)];
        for _ in 0..ATTEMPTS {
            let mut draw = Draw::new(&mut random, wealth);
            draw.wide = self.wide;
            let a = first(&mut draw);
            if parse(&text(&a)).is_err() {
                thrown += 1;
                continue;
            }
            for _ in 0..ATTEMPTS / 10 {
                let Some((b, edits)) = second(&a, &mut draw) else { continue };
                if parse(&text(&b)).is_err() {
                    thrown += 1;
                    continue;
                }
                let mode = self.mode.unwrap_or_else(|| mode(&mut random));
                return Ok(Shrinking::new(Pair { a, b, mode, edits: Arc::new(edits), thrown }));
            }
        }
        Err(format!("no valid pair in {ATTEMPTS} attempts").into())
    }
}

fn first(draw: &mut Draw<'_>) -> Value {
    let mut tree = draw.shape(&TOPOLOGY);
    mend(&mut tree, draw);
    tree
}

fn second(a: &Value, draw: &mut Draw<'_>) -> Option<(Value, Vec<Edit>)> {
    let mut tree = a.clone();
    let mut edits = vec![];
    let wanted = draw.one(&[1, 1, 2, 3]);
    for _ in 0..wanted * 4 {
        let mut edited = tree.clone();
        if let Some(done) = edit(&mut edited, draw) {
            mend(&mut edited, draw);
            edits.push(done);
            tree = edited;
        }
        if edits.len() == wanted {
            break;
        }
    }
    let is_same = text(&tree) == text(a);
    (!is_same).then_some((tree, edits))
}

fn mode(random: &mut StdRng) -> Mode {
    match random.random_range(0..10) {
        0 | 1 => Mode::Disturbed(random.random()),
        2 | 3 => Mode::Killed(random.random_range(1..200)),
        _ => Mode::Calm,
    }
}

/// Writes a tree as a topology is written.
pub fn text(tree: &Value) -> String {
    serde_yaml::to_string(tree).unwrap_or_default()
}

/// Reads a topology; the error tells its mistakes.
pub fn parse(text: &str) -> Result<Topology, String> {
    let parsed = topology::parse(&Input {
        language: families::language(),
        file: FilePath::new("topology.yaml"),
        text,
        env: &|name| (name == VARIABLE.0).then(|| VARIABLE.1.to_owned()),
        read: &|_| Err(std::io::ErrorKind::NotFound.into()),
        overlays: &[],
    });
    let mistakes = parsed.diagnostics.iter().filter(|it| it.severity == Severity::Error);
    let told = |it: &topology::Diagnostic| format!("{}: {}", it.code, it.message);
    let mut mistakes: Vec<String> = mistakes.map(told).collect();
    // Some show only in what the entries come to.
    let come_to =
        parsed.topology.as_ref().map(|it| planner::expand(families::language(), it).diagnostics);
    mistakes.extend(come_to.iter().flatten().map(told));
    parsed.topology.filter(|_| mistakes.is_empty()).ok_or_else(|| mistakes.join("; "))
}

/// A pair that is made smaller part by part.
#[derive(Debug)]
pub struct Shrinking {
    /// The smallest pair so far of which the worst is known.
    best: Pair,
    /// What is tried.
    tried: Pair,
    /// Cuts that are still to be tried.
    left: Vec<Cut>,
    /// Whether any cut of this round went well.
    has_shrunk: bool,
}

/// A way to make a pair smaller.
#[derive(Debug, Clone)]
enum Cut {
    /// Nothing happens on the way.
    Calm,
    /// A part is taken out of both.
    Both(Path),
    /// A part is as it was in the first.
    AsBefore(Path),
    /// A part was always as it becomes.
    AsAfter(Path),
}

impl Shrinking {
    fn new(pair: Pair) -> Self {
        let left = cuts(&pair);
        Self { tried: pair.clone(), best: pair, left, has_shrunk: false }
    }

    /// Goes on to the next cut that leaves two valid topologies that are not the same.
    fn next(&mut self) -> bool {
        loop {
            while let Some(cut) = self.left.pop() {
                if let Some(smaller) = apply(&self.best, &cut) {
                    self.tried = smaller;
                    return true;
                }
            }
            if !self.has_shrunk {
                self.tried = self.best.clone();
                return false;
            }
            self.has_shrunk = false;
            self.left = cuts(&self.best);
        }
    }
}

impl ValueTree for Shrinking {
    type Value = Pair;

    fn current(&self) -> Pair {
        self.tried.clone()
    }

    fn simplify(&mut self) -> bool {
        // What was tried has failed too, so it is the smaller pair.
        if text(&self.tried.a) != text(&self.best.a)
            || text(&self.tried.b) != text(&self.best.b)
            || self.tried.mode != self.best.mode
        {
            self.best = self.tried.clone();
            self.has_shrunk = true;
        }
        self.next()
    }

    fn complicate(&mut self) -> bool {
        self.next()
    }
}

/// Returns the cuts of a pair, the greatest last.
fn cuts(pair: &Pair) -> Vec<Cut> {
    let mut paths: Vec<Path> = vec![];
    parts(&pair.a, &mut vec![], &mut paths);
    let mut more = vec![];
    parts(&pair.b, &mut vec![], &mut more);
    for path in more {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    let size = |path: &Path| {
        let of = |tree| at(tree, path).map_or(0, |part: &Value| part.to_string().len());
        of(&pair.a).max(of(&pair.b))
    };
    paths.sort_by_key(size);
    let mut found = vec![];
    for path in paths {
        if at(&pair.a, &path) != at(&pair.b, &path) {
            found.push(Cut::AsAfter(path.clone()));
            found.push(Cut::AsBefore(path.clone()));
        }
        found.push(Cut::Both(path));
    }
    if pair.mode != Mode::Calm {
        found.push(Cut::Calm);
    }
    found
}

fn parts(tree: &Value, path: &mut Path, found: &mut Vec<Path>) {
    let mut below = |step: Step, value: &Value| {
        path.push(step);
        found.push(path.clone());
        parts(value, path, found);
        path.pop();
    };
    match tree {
        Value::Object(map) => {
            for (key, value) in map {
                below(Step::Key(key.clone()), value);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                below(Step::Index(index), value);
            }
        }
        _ => {}
    }
}

fn apply(pair: &Pair, cut: &Cut) -> Option<Pair> {
    let mut smaller = pair.clone();
    match cut {
        Cut::Calm => {
            smaller.mode = Mode::Calm;
            return Some(smaller);
        }
        Cut::Both(path) => {
            let gone = (remove(&mut smaller.a, path), remove(&mut smaller.b, path));
            if gone == (None, None) {
                return None;
            }
        }
        Cut::AsBefore(path) => copy(&pair.a, &mut smaller.b, path)?,
        Cut::AsAfter(path) => copy(&pair.b, &mut smaller.a, path)?,
    }
    let (a, b) = (text(&smaller.a), text(&smaller.b));
    if a == b && smaller.mode == Mode::Calm {
        return None;
    }
    let is_smaller = a.len() + b.len() < text(&pair.a).len() + text(&pair.b).len();
    let is_nearer = matches!(cut, Cut::AsBefore(_) | Cut::AsAfter(_));
    if !(is_smaller || is_nearer) || parse(&a).is_err() || parse(&b).is_err() {
        return None;
    }
    Some(smaller)
}

/// Makes a part of one tree what it is in another.
fn copy(from: &Value, to: &mut Value, path: &Path) -> Option<()> {
    if at(from, path) == at(to, path) {
        return None;
    }
    match at(from, path) {
        None => remove(to, path).map(|_| ()),
        Some(part) => {
            let (last, parent) = path.split_last()?;
            match (super::shape::at_mut(to, parent)?, last) {
                (Value::Object(map), Step::Key(key)) => {
                    map.insert(key.clone(), part.clone());
                }
                (Value::Array(items), Step::Index(index)) => match items.get_mut(*index) {
                    Some(member) => *member = part.clone(),
                    None => items.push(part.clone()),
                },
                _ => return None,
            }
            Some(())
        }
    }
}
