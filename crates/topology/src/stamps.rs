//! Stamps: the module with an instance's differences laid over it.

use std::collections::HashSet;
use std::sync::Arc;

use crate::decode::{Context, StampScope};
use crate::tree::{Entry, Node, NodeKind, Positions};
use crate::{Section, regions};

/// Lays one tree over another: maps merge by key, `null` removes, anything else replaces.
///
/// What is not touched is shared with `base`.
pub(crate) fn merge(base: &Arc<Node>, over: &Arc<Node>) -> Arc<Node> {
    let (NodeKind::Map(below), NodeKind::Map(above)) = (&base.kind, &over.kind) else {
        return over.clone();
    };
    let mut entries: Vec<Entry> = below.clone();
    let mut positions = Positions::of(&entries);
    let mut removed = HashSet::new();
    for entry in above {
        let same = positions.find(&entries, &entry.key).filter(|index| !removed.contains(index));
        match (same, &entry.value.kind) {
            (Some(index), NodeKind::Null) => {
                removed.insert(index);
            }
            (None, NodeKind::Null) => {}
            (Some(index), _) => {
                let value = merge(&entries[index].value, &entry.value);
                entries[index] = Entry { value, ..entry.clone() };
            }
            (None, _) => {
                entries.push(entry.clone());
                positions.note(&entries);
            }
        }
    }
    if !removed.is_empty() {
        let kept = entries.into_iter().enumerate().filter(|(index, _)| !removed.contains(index));
        entries = kept.map(|(_, entry)| entry).collect();
    }
    Arc::new(Node { kind: NodeKind::Map(entries), place: over.place.clone(), verbatim: None })
}

/// Returns the root with every instance replaced by its resolved stamp.
pub(crate) fn resolve(root: &Arc<Node>) -> Arc<Node> {
    let (Some(module), Some(stamps)) = (root.get("stamp"), root.get("stamps")) else {
        return root.clone();
    };
    let resolved = stamps.entries().iter().map(|entry| {
        let value = match entry.value.kind {
            NodeKind::Map(_) => merge(module, &entry.value),
            _ => entry.value.clone(),
        };
        Entry { value, ..entry.clone() }
    });
    let kind = match stamps.kind {
        NodeKind::Map(_) => NodeKind::Map(resolved.collect()),
        _ => return root.clone(),
    };
    let resolved = Arc::new(Node { kind, place: stamps.place.clone(), verbatim: None });
    let entries = root.entries().iter().map(|entry| match &*entry.key {
        "stamps" => Entry { value: resolved.clone(), ..entry.clone() },
        _ => entry.clone(),
    });
    let kind = NodeKind::Map(entries.collect());
    Arc::new(Node { kind, place: root.place.clone(), verbatim: None })
}

impl Context<'_> {
    /// Begins to read a stamp: `{stamp}`, `{region}` and `{index}` have values now.
    pub fn enter_stamp(&mut self, name: Arc<str>, node: &Node) {
        let region = match node.get("region").map(|region| &region.kind) {
            Some(NodeKind::Text(region)) => regions::canonical(region),
            _ => String::new(),
        };
        let written = node.get("index").and_then(|index| match &index.kind {
            NodeKind::Number(text) | NodeKind::Text(text) => text.parse().ok(),
            _ => None,
        });
        let index = written.unwrap_or(self.stamps_read);
        self.stamps_read += 1;
        self.index_used = false;
        self.scope.stamp = Some(StampScope { name, region, index });
    }

    /// Returns the entries of a section that a text names: that of a key in all stamps, or of the
    /// one stamp in `<stamp>/<key>`; each by its stamp and its key.
    pub fn in_stamps(&self, section: &Section, text: &str) -> Vec<(String, String)> {
        let Some(stamps) = self.declared.root.as_ref().and_then(|root| root.get("stamps")) else {
            return Vec::new();
        };
        let (only, key) = match text.split_once('/') {
            Some((stamp, key)) => (Some(stamp), key),
            None => (None, text),
        };
        let has_it = |entry: &&Entry| {
            entry.value.get(section.key).is_some_and(|entries| entries.get(key).is_some())
        };
        let is_meant = |entry: &&Entry| only.is_none_or(|only| *only == *entry.key);
        let entries = stamps.entries().iter().filter(is_meant).filter(has_it);
        entries.map(|entry| (entry.key.to_string(), key.to_owned())).collect()
    }
}
