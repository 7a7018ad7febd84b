//! Leaves out what the language means anyway.
//!
//! No table of defaults: a member that may be left out is left out where the topology asks for the
//! same without it. So what is written and what the planner expands cannot fall apart.

use std::collections::BTreeSet;

use planner::Desired;
use resource::ResourceId;

use crate::check::{self, Variables};
use crate::node::{Map, Member, Node};
use crate::yaml;

/// Returns the topology without the members that go without saying.
pub fn leave_out(root: Map, wanted: &Desired, variables: &Variables) -> Map {
    let mut root = root;
    let mut keys = BTreeSet::new();
    optional_keys(&root, &mut keys);
    for key in keys {
        root = without(root, &key, wanted, variables);
    }
    root
}

fn optional_keys(map: &Map, keys: &mut BTreeSet<String>) {
    for member in &map.members {
        if member.optional {
            keys.insert(member.key.clone());
        }
        if let Node::Map(map) = &member.value {
            optional_keys(map, keys);
        }
    }
}

/// Leaves out the optional members of one key: all of them at once, or else those whose own
/// resource does not change, and then what else can go.
fn without(root: Map, key: &str, wanted: &Desired, variables: &Variables) -> Map {
    let expanded = |map: &Map| check::expand(&yaml::write(map).text, variables).ok();
    let is_same = |map: &Map| expanded(map).is_some_and(|found| check::same(&found, wanted));
    let bare = filtered(&root, key, &mut |_, _| false);
    let found = expanded(&bare);
    if found.as_ref().is_some_and(|found| check::same(found, wanted)) {
        return bare;
    }
    let mut root = root;
    if let Some(found) = &found {
        let changes =
            |about: &ResourceId| !check::same_resource(found.get(about), wanted.get(about));
        let some = filtered(&root, key, &mut |about, _| about.is_none_or(changes));
        if is_same(&some) {
            root = some;
        }
    }
    // What is left may have been kept for the sake of another member of the same resource.
    let mut count = 0;
    filtered(&root, key, &mut |_, _| {
        count += 1;
        true
    });
    let mut kept: BTreeSet<usize> = (0..count).collect();
    shed(&mut kept, 0..count, &|kept| {
        is_same(&filtered(&root, key, &mut |_, number| kept.contains(&number)))
    });
    filtered(&root, key, &mut |_, number| kept.contains(&number))
}

/// Takes out of `kept` what of `range` can go, halving it: most of it goes or stays together.
fn shed(
    kept: &mut BTreeSet<usize>,
    range: std::ops::Range<usize>,
    is_same: &dyn Fn(&BTreeSet<usize>) -> bool,
) {
    let fewer: BTreeSet<usize> = kept.iter().copied().filter(|at| !range.contains(at)).collect();
    if fewer.len() == kept.len() {
        return;
    }
    if is_same(&fewer) {
        *kept = fewer;
    } else if range.len() > 1 {
        let middle = range.start + range.len() / 2;
        shed(kept, range.start..middle, is_same);
        shed(kept, middle..range.end, is_same);
    }
}

/// Returns the tree without the optional members of `key` that `is_kept` refuses: it is told the
/// resource that a member is about, and the member's number.
fn filtered(
    map: &Map,
    key: &str,
    is_kept: &mut dyn FnMut(Option<&ResourceId>, usize) -> bool,
) -> Map {
    let mut number = 0;
    filter(map, key, None, &mut number, is_kept)
}

fn filter(
    map: &Map,
    key: &str,
    about: Option<&ResourceId>,
    number: &mut usize,
    is_kept: &mut dyn FnMut(Option<&ResourceId>, usize) -> bool,
) -> Map {
    let mut members = vec![];
    for member in &map.members {
        let about = member.about.as_ref().or(about);
        if member.optional && member.key == key {
            let own = *number;
            *number += 1;
            if !is_kept(about, own) {
                continue;
            }
        }
        let value = match &member.value {
            Node::Map(map) => Node::Map(filter(map, key, about, number, is_kept)),
            other => other.clone(),
        };
        // A map that held nothing but what goes without saying is no entry less.
        members.push(Member { value, ..member.clone() });
    }
    Map { members }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::{literal, plain};

    #[test]
    fn what_goes_without_saying_is_left_out_and_the_rest_is_kept() {
        let mut root = Map::default();
        root.set("version", 1_u64);
        root.set("name", literal("pki"));
        root.set("subscription", literal("11111111-2222-3333-4444-555555555555"));
        root.set("location", literal("westeurope"));
        for (key, name, tls) in [("a", "stpkia", "1.2"), ("b", "other", "1.0")] {
            let account = root.child("storage").child(key);
            account.set("redundancy", literal("GRS"));
            account.set_default("name", literal(name));
            account.set_default("minTls", literal(tls));
            account.set_default("publicAccess", plain("false"));
        }
        let wanted = check::expand(&yaml::write(&root).text, &Variables::new()).expect("valid");
        let lean = leave_out(root, &wanted, &Variables::new());
        insta::assert_snapshot!(yaml::write(&lean).text);
    }
}
