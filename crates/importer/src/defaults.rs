//! Leaves out what the language means anyway.
//!
//! No table of defaults: a member that may be left out is left out where the topology asks for the
//! same without it. So what is written and what the planner expands cannot fall apart.

use std::collections::{BTreeMap, BTreeSet};

use planner::Desired;
use resource::ResourceId;

use crate::check::{self, Variables};
use crate::family::Language;
use crate::node::{Map, Member, Node};
use crate::yaml;

/// Returns the topology without the members that go without saying.
pub fn leave_out(
    language: &'static Language,
    root: Map,
    wanted: &Desired,
    variables: &Variables,
) -> Map {
    let mut root = root;
    let mut keys = BTreeSet::new();
    optional_keys(&root, &mut keys);
    for key in keys {
        root = without(language, root, &key, wanted, variables);
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

/// Leaves out the optional members of one key as far as each resource asks for the same without its
/// own.
///
/// A member is about one resource, so one expansion tries something for every resource at once: the
/// number of expansions grows with the members of one resource, not with the resources. What stands
/// further up is a default for what stands below it, and a resource group is as what lies in it, so
/// the deepest members go first.
fn without(
    language: &'static Language,
    root: Map,
    key: &str,
    wanted: &Desired,
    variables: &Variables,
) -> Map {
    let expanded =
        |map: &Map| check::expand(language, &yaml::write(language, map).text, variables).ok();
    let trial = Trial {
        wanted,
        expand: &|kept| {
            expanded(&filtered(&root, key, &mut |member| kept.contains(&member.number)))
        },
    };
    let mut kept = BTreeSet::new();
    let mut levels: BTreeMap<(usize, usize), Groups> = BTreeMap::new();
    filtered(&root, key, &mut |member| {
        let within = member.about.map_or(0, |about| about.segments().count());
        let level = levels.entry((member.depth, within)).or_default();
        let group = level.entry(member.about.cloned());
        group.or_default().push(member.number);
        kept.insert(member.number)
    });
    for groups in levels.into_values().rev() {
        trial.shed(&mut kept, groups);
    }
    filtered(&root, key, &mut |member| kept.contains(&member.number))
}

/// Members of one key, by their numbers, grouped by the resource they are about.
type Groups = BTreeMap<Option<ResourceId>, Vec<usize>>;

/// An optional member of the key that is looked at.
struct Optional<'a> {
    about: Option<&'a ResourceId>,
    number: usize,
    /// How many maps it lies in.
    depth: usize,
}

/// Members of one key, told by their numbers, and a way to try the topology with some of them.
struct Trial<'a> {
    wanted: &'a Desired,
    expand: &'a dyn Fn(&BTreeSet<usize>) -> Option<Desired>,
}

impl Trial<'_> {
    /// Takes out of `kept` what can go of `groups`. In each round every group tries to do without one
    /// range of its members: all of them first, then halves of what could not go.
    fn shed(&self, kept: &mut BTreeSet<usize>, groups: Groups) {
        let mut open: BTreeMap<Option<ResourceId>, Vec<Vec<usize>>> =
            groups.into_iter().map(|(about, all)| (about, vec![all])).collect();
        loop {
            let round: Vec<(Option<ResourceId>, Vec<usize>)> = open
                .iter_mut()
                .filter_map(|(about, ranges)| Some((about.clone(), ranges.pop()?)))
                .collect();
            if round.is_empty() {
                return;
            }
            let gone = self.dispensable(kept, &round);
            for ((about, range), is_gone) in round.into_iter().zip(gone) {
                if is_gone {
                    range.iter().for_each(|number| {
                        kept.remove(number);
                    });
                } else if range.len() > 1 {
                    let (first, second) = range.split_at(range.len() / 2);
                    open.entry(about).or_default().extend([second.to_vec(), first.to_vec()]);
                }
            }
        }
    }

    /// Tells of each range of a round whether the topology means the same without it.
    fn dispensable(
        &self,
        kept: &BTreeSet<usize>,
        round: &[(Option<ResourceId>, Vec<usize>)],
    ) -> Vec<bool> {
        let ranges = || round.iter().map(|(_, range)| range);
        let found = (self.expand)(&without_ranges(kept, ranges()));
        let is_same = |found: &Desired| check::same(found, self.wanted);
        if found.as_ref().is_some_and(is_same) {
            return vec![true; round.len()];
        }
        let holds = |about: &Option<ResourceId>| {
            let (about, found) = (about.as_ref()?, found.as_ref()?);
            Some(check::same_resource(found.get(about), self.wanted.get(about)))
        };
        let gone: Vec<bool> = round.iter().map(|(about, _)| holds(about) == Some(true)).collect();
        let together = || ranges().zip(&gone).filter(|(_, gone)| **gone).map(|(range, _)| range);
        let is_told = round.iter().all(|(about, _)| about.is_some()) && found.is_some();
        let none = !gone.contains(&true);
        if is_told && (none || self.does_without(kept, together())) {
            return gone;
        }
        // Something reaches beyond its own resource: each range is tried by itself.
        let mut left = kept.clone();
        let alone = ranges().map(|range| {
            let can_go = self.does_without(&left, [range].into_iter());
            if can_go {
                left = without_ranges(&left, [range].into_iter());
            }
            can_go
        });
        alone.collect()
    }

    fn does_without<'r>(
        &self,
        kept: &BTreeSet<usize>,
        ranges: impl Iterator<Item = &'r Vec<usize>>,
    ) -> bool {
        (self.expand)(&without_ranges(kept, ranges))
            .is_some_and(|found| check::same(&found, self.wanted))
    }
}

fn without_ranges<'r>(
    kept: &BTreeSet<usize>,
    ranges: impl Iterator<Item = &'r Vec<usize>>,
) -> BTreeSet<usize> {
    let gone: BTreeSet<usize> = ranges.flatten().copied().collect();
    kept.difference(&gone).copied().collect()
}

/// Returns the tree without the optional members of `key` that `is_kept` refuses.
fn filtered(map: &Map, key: &str, is_kept: &mut dyn FnMut(Optional<'_>) -> bool) -> Map {
    Filter { key, is_kept, number: 0 }.filter(map, None, 0)
}

struct Filter<'a> {
    key: &'a str,
    is_kept: &'a mut dyn FnMut(Optional<'_>) -> bool,
    /// How many optional members of the key were met.
    number: usize,
}

impl Filter<'_> {
    fn filter(&mut self, map: &Map, about: Option<&ResourceId>, depth: usize) -> Map {
        let mut members = vec![];
        for member in &map.members {
            let about = member.about.as_ref().or(about);
            if member.optional && member.key == self.key {
                let number = self.number;
                self.number += 1;
                if !(self.is_kept)(Optional { about, number, depth }) {
                    continue;
                }
            }
            let value = match &member.value {
                Node::Map(map) => Node::Map(self.filter(map, about, depth + 1)),
                other => other.clone(),
            };
            // A map that held nothing but what goes without saying is no entry less.
            members.push(Member { value, ..member.clone() });
        }
        Map { members }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family::tests::language;
    use crate::node::{literal, plain};

    #[test]
    fn what_goes_without_saying_is_left_out_and_the_rest_is_kept() {
        let mut root = Map::default();
        root.set("version", 1_u64);
        root.set("name", literal("pki"));
        root.set("subscription", literal("11111111-2222-3333-4444-555555555555"));
        root.set("location", literal("westeurope"));
        for (key, name, tls) in [("a", "stpkia", "1.2"), ("b", "other", "1.0")] {
            let account = root.child("chests").child(key);
            account.set("copies", literal("GRS"));
            account.set_default("name", literal(name));
            account.set_default("minTls", literal(tls));
            account.set_default("publicAccess", plain("false"));
        }
        let wanted =
            check::expand(language(), &yaml::write(language(), &root).text, &Variables::new())
                .expect("valid");
        let lean = leave_out(language(), root, &wanted, &Variables::new());
        insta::assert_snapshot!(yaml::write(language(), &lean).text);
    }

    #[test]
    fn expansions_do_not_grow_with_the_resources() {
        // Of each account the one default can go and the other value cannot.
        let expansions = |accounts: usize| {
            let mut root = Map::default();
            root.set("version", 1_u64);
            root.set("name", literal("pki"));
            root.set("subscription", literal("11111111-2222-3333-4444-555555555555"));
            root.set("location", literal("westeurope"));
            for number in 0..accounts {
                let account = root.child("chests").child(&format!("a{number}"));
                account.set("copies", literal("GRS"));
                account.set_default("minTls", literal(if number % 2 == 0 { "1.2" } else { "1.1" }));
            }
            let expand = |map: &Map| {
                check::expand(language(), &yaml::write(language(), map).text, &Variables::new())
                    .ok()
            };
            let wanted = expand(&root).expect("valid");
            let count = std::cell::Cell::new(0);
            let trial = Trial {
                wanted: &wanted,
                expand: &|kept| {
                    count.set(count.get() + 1);
                    expand(&filtered(&root, "minTls", &mut |it| kept.contains(&it.number)))
                },
            };
            let ids = wanted.resources().filter(|it| it.id.name().starts_with("stpkia"));
            let groups: Groups =
                ids.enumerate().map(|(at, it)| (Some(it.id.clone()), vec![at])).collect();
            let mut kept = (0..accounts).collect();
            trial.shed(&mut kept, groups);
            assert_eq!(kept.len(), accounts / 2);
            count.get()
        };
        assert_eq!(expansions(4), expansions(64));
    }
}
