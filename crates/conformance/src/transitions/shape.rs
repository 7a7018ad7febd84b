//! The shape of the language, as far as a generator must know it, and walks over a tree by it.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::draw::Draw;

/// What can stand at a place of a topology.
pub enum Shape {
    /// A value that is drawn as a whole.
    Value(fn(&mut Draw<'_>) -> Value),
    /// The address of something in the topology.
    Reference(&'static [Kind]),
    /// A map with fixed keys.
    Record(&'static Record),
    /// A map of named members.
    Map(&'static Members),
    /// A list.
    List {
        /// The most members that are drawn.
        most: usize,
        /// What each is.
        member: &'static Shape,
    },
}

/// A map with fixed keys.
pub struct Record {
    /// Its keys.
    pub keys: &'static [Key],
    /// Keys of which one stands for the others.
    pub alternatives: &'static [&'static [&'static str]],
}

/// A key of a record.
pub struct Key {
    /// How it is written.
    pub name: &'static str,
    /// How often it is written, in per cent; what must be there has 100.
    pub odds: u32,
    /// What stands behind it.
    pub shape: Shape,
    /// Whether it is drawn only where more of the language is asked for.
    pub is_wide: bool,
}

/// A map of named members.
pub struct Members {
    /// The names that are drawn.
    pub names: &'static [&'static str],
    /// The least and the most members that are drawn.
    pub count: (usize, usize),
    /// What each is.
    pub member: Shape,
    /// Whether a team would write a name in another case.
    pub any_case: bool,
}

/// What a reference leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// An app.
    App,
    /// A storage account.
    Storage,
    /// A key vault.
    Vault,
    /// A managed identity.
    Identity,
    /// An entry of `resources`.
    Resource,
    /// A Traffic Manager profile.
    Profile,
    /// A DNS zone.
    Zone,
    /// The cache of a stamp.
    Cache,
}

/// A step from a tree to a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// To the value of a key.
    Key(String),
    /// To a member of a list.
    Index(usize),
}

/// The way from the root to a part of a tree.
pub type Path = Vec<Step>;

/// A part of a tree that the shape speaks of.
#[derive(Clone)]
pub struct Site {
    /// Where it is.
    pub path: Path,
    /// What can stand there.
    pub shape: &'static Shape,
    /// Its own key, where it is the value of a record's key.
    pub key: Option<&'static Key>,
}

/// Returns every part of `tree` that `shape` speaks of, those that hold others first.
pub fn sites(tree: &Value, shape: &'static Shape) -> Vec<Site> {
    let mut found = vec![];
    visit(tree, &mut vec![], shape, None, &mut found);
    found
}

fn visit(
    tree: &Value,
    path: &mut Path,
    shape: &'static Shape,
    key: Option<&'static Key>,
    found: &mut Vec<Site>,
) {
    found.push(Site { path: path.clone(), shape, key });
    let mut below = |step: Step, tree: &Value, shape, key| {
        path.push(step);
        visit(tree, path, shape, key, found);
        path.pop();
    };
    match (shape, tree) {
        (Shape::Record(record), Value::Object(map)) => {
            for key in record.keys {
                if let Some(value) = map.get(key.name) {
                    below(Step::Key(key.name.to_owned()), value, &key.shape, Some(key));
                }
            }
        }
        (Shape::Map(members), Value::Object(map)) => {
            for (name, value) in map {
                below(Step::Key(name.clone()), value, &members.member, None);
            }
        }
        (Shape::List { member, .. }, Value::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                below(Step::Index(index), value, member, None);
            }
        }
        _ => {}
    }
}

/// Returns the part of a tree at `path`.
pub fn at<'a>(tree: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(tree, |tree, step| match step {
        Step::Key(key) => tree.get(key),
        Step::Index(index) => tree.get(index),
    })
}

/// Returns the part of a tree at `path`, to be changed.
pub fn at_mut<'a>(tree: &'a mut Value, path: &[Step]) -> Option<&'a mut Value> {
    path.iter().try_fold(tree, |tree, step| match step {
        Step::Key(key) => tree.get_mut(key),
        Step::Index(index) => tree.get_mut(index),
    })
}

/// Takes the part at `path` out of its tree.
pub fn remove(tree: &mut Value, path: &[Step]) -> Option<Value> {
    let (last, parent) = path.split_last()?;
    match (at_mut(tree, parent)?, last) {
        (Value::Object(map), Step::Key(key)) => map.shift_remove(key),
        (Value::Array(items), Step::Index(index)) if *index < items.len() => {
            Some(items.remove(*index))
        }
        _ => None,
    }
}

/// Puts a value at `path`; maps on the way are made where they are missing.
pub fn put(tree: &mut Value, path: &[Step], value: Value) {
    let mut at = tree;
    for step in path {
        at = match step {
            Step::Key(key) => {
                if !at.is_object() {
                    *at = Value::Object(Map::new());
                }
                match at {
                    Value::Object(map) => map.entry(key.clone()).or_insert(Value::Null),
                    _ => return,
                }
            }
            Step::Index(index) => match at.get_mut(index) {
                Some(member) => member,
                None => return,
            },
        };
    }
    *at = value;
}

/// Writes a path as people do: `stamps.weu.apps`.
pub fn written(path: &[Step]) -> String {
    let steps: Vec<String> = path
        .iter()
        .map(|step| match step {
            Step::Key(key) => key.clone(),
            Step::Index(index) => index.to_string(),
        })
        .collect();
    steps.join(".")
}
