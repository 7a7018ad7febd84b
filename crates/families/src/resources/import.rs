//! What the language has no section for, with ARM's own body.

use std::collections::BTreeSet;

use importer::{
    Draft, Import, Life, Map, Node, capital, existing, is_unit, literal, plain, region, text,
};
use resource::catalogue::{
    PropertyPath, Treatment, TypeFacts, facts_of, is_value_of_secret, member_label,
};
use resource::types::GROUP;
use resource::{Observation, ResourceId, secret};
use serde_json::Value;
use topology::section::{Addressed, Entry};

use super::Resource;

impl Import for Resource {
    fn import(draft: &mut Draft<'_>, stamp: Option<usize>, home: &mut Map) {
        home.set_some(Self::SECTION.key, resources(draft, stamp));
    }
}

/// Writes the entries of the escape hatch.
fn resources(draft: &mut Draft<'_>, stamp: Option<usize>) -> Map {
    let mut resources = Map::default();
    for (seen, key) in draft.entries(Resource::SECTION, stamp) {
        let facts = facts_of(&seen.id);
        let mut map = Map::default();
        let kind = seen.id.resource_type();
        let spelled =
            if facts.resource_type.is_empty() { kind.as_str() } else { facts.resource_type };
        map.set("type", literal(spelled));
        map.set("apiVersion", literal(facts.api_version));
        locate(draft, &mut map, &seen.id, stamp);
        if let Life::Existing(reason) = life_of(draft, seen) {
            resources.set(&key, existing(map)).about(&seen.id).comment(capital(&reason));
            continue;
        }
        self::body(draft, &mut map, seen, (&key, stamp), facts);
        draft.tail(&mut map, seen, stamp);
        let member = resources.set(&key, map).about(&seen.id);
        if let Some(why) = why(draft, seen) {
            member.comment(capital(why));
        }
    }
    resources
}

/// Returns why a resource is told here although the language has a section for its type.
fn why<'d>(draft: &'d Draft<'_>, seen: &Observation) -> Option<&'d str> {
    let kind = seen.id.resource_type();
    let reason = draft.choices.raw.get(&seen.id).map(String::as_str);
    let section = draft.survey.language.section_of_type(&kind);
    let is_second = section.is_some_and(|section| section.addressed == Addressed::Alone);
    reason
        .or_else(|| is_unit(&kind).then_some("a stamp has one plan, and this is beside it"))
        .or_else(|| is_second.then_some("a stamp has one of these, and this is beside it"))
}

/// A child without a place for a mark goes with the nearest above it that was read.
fn life_of(draft: &Draft<'_>, seen: &Observation) -> Life {
    use resource::catalogue::Ownership;
    let life = draft.life(seen);
    let carries = !matches!(facts_of(&seen.id).ownership, Ownership::Parent | Ownership::None);
    if carries || life == Life::Owned {
        return life;
    }
    let parent = seen.id.ancestors().find_map(|above| draft.survey.observed.get(&above));
    parent.map_or(life, |parent| life_of(draft, parent))
}

/// Writes what the resource's ID is made of.
fn locate(draft: &Draft<'_>, map: &mut Map, id: &ResourceId, stamp: Option<usize>) {
    let parent = id.parent();
    let is_top = parent.as_ref().is_some_and(|parent| parent.resource_type().is(GROUP));
    map.set_default("name", literal(id.name()));
    if is_top {
        draft.place(map, id, stamp);
    } else if let Some(parent) = parent {
        let key = if id.resource_type().parent().is_some() { "parent" } else { "scope" };
        map.set(key, draft.target(&parent, stamp));
    }
}

fn body(
    draft: &mut Draft<'_>,
    map: &mut Map,
    seen: &Observation,
    (key, stamp): (&str, Option<usize>),
    facts: &TypeFacts,
) {
    let body = &seen.body;
    let dropped = draft.choices.dropped.get(&seen.id).cloned().unwrap_or_default();
    if let Some(place) = text(body, "/location") {
        map.set("location", literal(&region(place)));
    }
    for member in MEMBERS {
        let mut path = PropertyPath::root();
        path.push_key(member);
        let mut cleaner = Cleaner { draft, facts, stamp, owner: key, dropped: &dropped };
        if let Some(node) = cleaner.clean(&mut path, &body[member]) {
            map.set(member, node);
        }
    }
}

/// What the language takes of a body, beside `location` and `tags`.
const MEMBERS: [&str; 11] = [
    "sku",
    "kind",
    "identity",
    "zones",
    "plan",
    "managedBy",
    "managedByExtended",
    "extendedLocation",
    "scale",
    "placement",
    "properties",
];

/// Properties in which providers repeat what stands elsewhere.
const REPEATED: [&str; 2] = ["properties.resourceGroup", "properties.tags"];

/// Takes out of a body what a client cannot send or need not.
struct Cleaner<'c, 'd> {
    draft: &'c mut Draft<'d>,
    facts: &'c TypeFacts,
    stamp: Option<usize>,
    owner: &'c str,
    dropped: &'c BTreeSet<String>,
}

impl Cleaner<'_, '_> {
    fn clean(&mut self, path: &mut PropertyPath, value: &Value) -> Option<Node> {
        let told = self.facts.import.told;
        let is_property = path.depth() == 2 && path.to_string().starts_with("properties.");
        if is_property && !told.is_empty() && !told.contains(&path.last_key()) {
            return None;
        }
        let is_sent = self.facts.treatment(path) == Treatment::Compared
            && !REPEATED.contains(&&*path.to_string());
        if !is_sent
            || self.facts.is_default(path, value)
            || self.dropped.contains(&path.to_string())
        {
            return None;
        }
        match value {
            Value::Null => None,
            Value::Bool(switch) => Some(Node::from(*switch)),
            Value::Number(number) => Some(plain(number.to_string())),
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => Some(self.text(path, text)),
            Value::Array(items) => {
                let mut cleaned = vec![];
                for (index, item) in items.iter().enumerate() {
                    path.push_member(&member_label(item, index));
                    cleaned.extend(self.clean(path, item));
                    path.pop();
                }
                (!cleaned.is_empty()).then_some(Node::List(cleaned))
            }
            Value::Object(members) => {
                let mut map = Map::default();
                for (key, member) in members {
                    if is_value_of_secret(members, key)
                        && let Some(text) = member.as_str().filter(|text| !text.is_empty())
                    {
                        let name = secret::name_of_pair(members).unwrap_or(key);
                        map.set(key, self.secret(name, text));
                        continue;
                    }
                    path.push_key(key);
                    if let Some(node) = self.clean(path, member) {
                        map.set(key, node);
                    }
                    path.pop();
                }
                // The identities that a resource has are keys without a value.
                let is_identity = path.to_string().starts_with("identity.userAssignedIdentities");
                if is_identity && map.members.is_empty() {
                    return Some(Node::Map(map));
                }
                (!map.members.is_empty()).then_some(Node::Map(map))
            }
        }
    }

    /// Writes a secret by the name of a variable.
    fn secret(&mut self, name: &str, text: &str) -> Node {
        let name = format!("{}_{name}", self.owner);
        self.draft.secrets.refer(&name, "secret", text)
    }

    fn text(&mut self, path: &PropertyPath, text: &str) -> Node {
        let is_secret =
            self.facts.is_sensitive(path) || secret::may_be_named_secret(path.last_key(), text);
        if is_secret {
            return self.secret(path.last_key(), text);
        }
        self.draft.reference_for(text, self.stamp).unwrap_or_else(|| literal(text))
    }
}
