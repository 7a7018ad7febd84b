//! Folds stamps that are written in full into a module and its instances' differences.

use crate::names::parts;
use crate::node::{Map, Member, Node};

/// What placeholders stand for in one stamp.
#[derive(Debug, Clone)]
pub struct Instance {
    /// `{stamp}`.
    pub stamp: String,
    /// `{region}`.
    pub region: String,
}

/// Returns the topology with its `stamps` folded into `stamp` and what each instance has of its
/// own. `application` is what `{name}` stands for.
pub fn fold(root: &Map, instances: &[Instance], application: &str) -> Map {
    let Some(Node::Map(stamps)) = root.get("stamps") else { return root.clone() };
    let bodies: Vec<Option<&Node>> =
        stamps.members.iter().map(|member| Some(&member.value)).collect();
    let folder = Folder { instances, application };
    let Folded { shared, own } = folder.node("", &bodies);
    let mut folded = Map::default();
    for member in &root.members {
        if member.key != "stamps" {
            folded.members.push(member.clone());
            continue;
        }
        if let Some(module) = shared.as_ref().filter(|module| !module.is_empty()) {
            folded.set("stamp", module.clone());
        }
        let list = folded.child("stamps");
        for (stamp, own) in stamps.members.iter().zip(&own) {
            let value = own.clone().unwrap_or_else(|| Node::Map(Map::default()));
            list.members.push(Member { value, ..stamp.clone() });
        }
    }
    folded
}

/// What all instances share, and what each has of its own.
struct Folded {
    shared: Option<Node>,
    own: Vec<Option<Node>>,
}

struct Folder<'a> {
    instances: &'a [Instance],
    application: &'a str,
}

impl Folder<'_> {
    fn node(&self, key: &str, values: &[Option<&Node>]) -> Folded {
        let keep = || Folded { shared: None, own: values.iter().map(|it| it.cloned()).collect() };
        let Some(all) = values.iter().copied().collect::<Option<Vec<&Node>>>() else {
            return keep();
        };
        if let Some(maps) = all.iter().map(|node| node.map()).collect::<Option<Vec<&Map>>>() {
            return self.map(&maps);
        }
        match self.template(key, &all).or_else(|| majority(&all)) {
            Some(shared) => {
                let own = all.iter().enumerate().map(|(at, node)| {
                    (self.filled(&shared, at) != **node).then(|| (*node).clone())
                });
                Folded { own: own.collect(), shared: Some(shared) }
            }
            None => keep(),
        }
    }

    fn map(&self, maps: &[&Map]) -> Folded {
        let mut keys: Vec<&str> = vec![];
        for member in maps.iter().flat_map(|map| &map.members) {
            if !keys.contains(&&*member.key) {
                keys.push(&member.key);
            }
        }
        let mut shared = Map::default();
        let mut own: Vec<Map> = vec![Map::default(); maps.len()];
        for key in keys {
            let members: Vec<Option<&Member>> =
                maps.iter().map(|map| map.members.iter().find(|it| it.key == key)).collect();
            let values: Vec<Option<&Node>> =
                members.iter().map(|member| member.map(|it| &it.value)).collect();
            // Where a stamp is, no module can say.
            let folded = match key {
                "region" | "subscription" => Folded {
                    shared: None,
                    own: values.iter().map(|value| value.cloned()).collect(),
                },
                _ => self.node(key, &values),
            };
            let is_shared = folded.shared.is_some();
            if let Some(value) = folded.shared {
                let first = members.iter().flatten().next();
                shared.members.push(member(key, value, first.copied(), true));
            }
            for (at, value) in folded.own.into_iter().enumerate() {
                if let Some(value) = value {
                    own[at].members.push(member(key, value, members[at], !is_shared));
                }
            }
        }
        // An entry without members is an entry all the same.
        let is_shared = !shared.members.is_empty() || maps.iter().all(|map| map.members.is_empty());
        let own = own
            .into_iter()
            .map(|map| (!is_shared || !map.members.is_empty()).then_some(Node::Map(map)));
        Folded { own: own.collect(), shared: is_shared.then_some(Node::Map(shared)) }
    }

    /// Finds a text that gives every instance its own when the placeholders are filled in.
    fn template(&self, key: &str, values: &[&Node]) -> Option<Node> {
        let is_name = ["name", "resourceGroup"].contains(&key);
        let first = values.first()?;
        let candidates = match first {
            Node::Text(text) => {
                let instance = self.instances.first()?;
                let stamp = |text: &str| replace(text, &instance.stamp, "{stamp}");
                let region = |text: &str| replace(text, &instance.region, "{region}");
                let named = |text: &str| self.named(text);
                let alone = self.instances.len() == 1;
                let mut all = vec![];
                if is_name {
                    all.push(named(&stamp(text)));
                    all.push(stamp(text));
                }
                if !(alone && is_name) {
                    all.push(text.clone());
                }
                all.extend([stamp(text), region(text), stamp(&region(text))]);
                all.into_iter().map(Node::Text).collect()
            }
            other => vec![(*other).clone()],
        };
        let fits = |candidate: &Node| {
            values.iter().enumerate().all(|(at, value)| self.filled(candidate, at) == **value)
        };
        candidates.into_iter().find(fits).or_else(|| self.list(values))
    }

    /// Folds lists member by member.
    fn list(&self, values: &[&Node]) -> Option<Node> {
        let lists: Option<Vec<&Vec<Node>>> = values
            .iter()
            .map(|value| match value {
                Node::List(items) => Some(items),
                _ => None,
            })
            .collect();
        let lists = lists?;
        let length = lists.first()?.len();
        if lists.iter().any(|list| list.len() != length) {
            return None;
        }
        let shared = (0..length).map(|at| {
            let members: Vec<&Node> = lists.iter().map(|list| &list[at]).collect();
            self.whole(&members)
        });
        shared.collect::<Option<Vec<Node>>>().map(Node::List)
    }

    /// Folds values of which nothing may be left over for the instances.
    fn whole(&self, values: &[&Node]) -> Option<Node> {
        let optional: Vec<Option<&Node>> = values.iter().map(|node| Some(*node)).collect();
        let Folded { shared, .. } = self.node("", &optional);
        let shared = shared?;
        let fits = |(at, value): (usize, &&Node)| self.filled(&shared, at) == **value;
        values.iter().enumerate().all(fits).then_some(shared)
    }

    /// Puts `{name}` where the application's name is a part of a name.
    fn named(&self, text: &str) -> String {
        let run = parts(self.application).join("-");
        let bounded = format!("-{text}-");
        let found = bounded.replacen(&format!("-{run}-"), "-{name}-", 1);
        found[1..found.len() - 1].to_owned()
    }

    /// Returns a node as one instance reads it.
    fn filled(&self, node: &Node, at: usize) -> Node {
        let instance = &self.instances[at];
        match node {
            Node::Text(text) => Node::Text(
                text.replace("{stamp}", &instance.stamp)
                    .replace("{region}", &instance.region)
                    .replace("{name}", self.application),
            ),
            Node::Plain(_) => node.clone(),
            Node::List(items) => {
                Node::List(items.iter().map(|item| self.filled(item, at)).collect())
            }
            Node::Map(map) => {
                let members = map.members.iter();
                let members =
                    members.map(|it| Member { value: self.filled(&it.value, at), ..it.clone() });
                Node::Map(Map { members: members.collect() })
            }
        }
    }
}

fn member(key: &str, value: Node, from: Option<&Member>, has_comment: bool) -> Member {
    let from = from.filter(|_| has_comment);
    Member {
        key: key.to_owned(),
        value,
        comment: from.map(|it| it.comment.clone()).unwrap_or_default(),
        optional: false,
        about: from.and_then(|it| it.about.clone()),
    }
}

/// Returns the value that more than half of three stamps or more have.
fn majority(values: &[&Node]) -> Option<Node> {
    let count = |node: &Node| values.iter().filter(|other| **other == node).count();
    let most = values.iter().max_by_key(|node| count(node))?;
    (count(most) * 2 > values.len() && values.len() > 2).then(|| (*most).clone())
}

/// Replaces a word where it stands by itself, outside of braces.
fn replace(text: &str, word: &str, placeholder: &str) -> String {
    let mut out = String::new();
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(c) = text[at..].chars().next() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && !word.is_empty() && text[at..].starts_with(word) {
            out.push_str(placeholder);
            at += word.len();
        } else {
            out.push(c);
            at += c.len_utf8();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family::tests::language;
    use crate::node::literal;
    use crate::yaml;

    /// A stamp's name, its region and what its plan says.
    type Written<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

    fn folded(stamps: &[Written<'_>]) -> String {
        let mut root = Map::default();
        let mut instances = vec![];
        for (stamp, region, values) in stamps {
            let map = root.child("stamps").child(stamp);
            map.set("region", literal(region));
            for (key, value) in *values {
                map.child("plan").set(key, literal(value));
            }
            instances.push(Instance { stamp: (*stamp).to_owned(), region: (*region).to_owned() });
        }
        yaml::write(language(), &fold(&root, &instances, "pki")).text
    }

    #[test]
    fn what_differs_by_a_placeholder_is_shared() {
        let weu: &[_] = &[("name", "asp-pki-weu"), ("sku", "P1v3"), ("at", "westeurope")];
        let neu: &[_] = &[("name", "asp-pki-neu"), ("sku", "P1v3"), ("at", "northeurope")];
        insta::assert_snapshot!(folded(&[("weu", "westeurope", weu), ("neu", "northeurope", neu)]));
    }

    #[test]
    fn what_differs_otherwise_stays_with_the_instance() {
        let weu: &[_] = &[("sku", "P1v3"), ("only", "here")];
        let neu: &[_] = &[("sku", "P2v3")];
        insta::assert_snapshot!(folded(&[("weu", "westeurope", weu), ("neu", "northeurope", neu)]));
    }

    #[test]
    fn of_three_stamps_the_majority_is_the_module() {
        let two: &[_] = &[("sku", "P1v3")];
        let one: &[_] = &[("sku", "P2v3")];
        insta::assert_snapshot!(folded(&[
            ("weu", "westeurope", two),
            ("neu", "northeurope", one),
            ("sdc", "swedencentral", two),
        ]));
    }

    #[test]
    fn words_are_replaced_outside_of_references_alone() {
        assert_eq!(replace("a-weu-{weu/web.id}", "weu", "{stamp}"), "a-{stamp}-{weu/web.id}");
    }
}
