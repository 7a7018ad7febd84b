//! Makes a drawn or edited tree one that a team would write: what does not fit is mended, and
//! nothing else is touched.

mod apps;
mod edge;
mod names;
mod references;
mod routing;

use serde_json::Value;

use super::draw::Draw;

/// Mends a whole tree. What it cannot mend, the language refuses.
pub fn mend(tree: &mut Value, draw: &mut Draw<'_>) {
    // One mend takes away what another reference led to; two rounds are enough for nearly all.
    for _ in 0..2 {
        references::mend(tree, draw);
        apps::mend(tree);
        names::mend(tree);
        routing::mend(tree);
        edge::mend(tree);
        sweep(tree);
    }
}

/// Takes out the sections that have become empty.
fn sweep(tree: &mut Value) {
    let Some(root) = tree.as_object_mut() else { return };
    root.retain(|_, section| !section.as_object().is_some_and(serde_json::Map::is_empty));
    for part in ["stamp"] {
        if let Some(Value::Object(part)) = root.get_mut(part) {
            part.retain(|key, section| {
                key == "apps" || !section.as_object().is_some_and(serde_json::Map::is_empty)
            });
        }
    }
}

/// Returns the members of a section of a part of the tree.
fn members<'a>(part: &'a mut Value, section: &str) -> impl Iterator<Item = &'a mut Value> {
    part.get_mut(section).and_then(Value::as_object_mut).into_iter().flat_map(|it| it.values_mut())
}

/// Takes keys out of a map.
fn drop_keys(map: &mut Value, keys: &[&str]) {
    if let Some(map) = map.as_object_mut() {
        map.retain(|key, _| !keys.contains(&key.as_str()));
    }
}

/// Returns the text at a key.
fn text_of<'a>(map: &'a Value, key: &str) -> &'a str {
    map.get(key).and_then(Value::as_str).unwrap_or_default()
}
