//! What the language allows at a place, from its own JSON Schema.

use serde_json::Value;
use topology::edit::{Path, Step};

/// How deep below a resource a key may be made.
const DEEPEST: usize = 3;

/// Keys that say which resource is meant or what may be done with it, rather than how it is.
const NOT_VALUES: [&str; 9] = [
    "name",
    "resourceGroup",
    "subscription",
    "existing",
    "adopt",
    "protect",
    "cloneOf",
    "external",
    "lock",
];

/// What a scalar may be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scalar {
    /// The words that are allowed, where only some are.
    pub words: Vec<String>,
    pub boolean: bool,
    pub integer: bool,
    pub text: bool,
    /// A time with its unit.
    pub duration: bool,
    /// A share of a hundred.
    pub percentage: bool,
}

/// What can stand at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot {
    /// One value.
    Scalar(Scalar),
    /// A list of such values, or one of them.
    List(Scalar),
    /// A map of such values, by names of one's own.
    Map(Scalar),
    /// A map of records, by names of one's own: each with its keys.
    Records(Vec<(String, Scalar)>),
}

/// The JSON Schema of the language, with the questions that are asked of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schema<'a>(pub &'a Value);

impl<'a> Schema<'a> {
    /// Returns the words that are allowed at a path.
    pub(super) fn words(self, path: &Path) -> Vec<String> {
        let node = self.at(path);
        node.map(|node| self.scalar(node).words).unwrap_or_default()
    }

    /// Returns what can stand below a path, with the steps that lead there. Of maps with names of
    /// one's own, those among `names` are gone into.
    pub(super) fn slots(self, path: &Path, names: &[&str]) -> Vec<(Path, Slot)> {
        let mut found = Vec::new();
        if let Some(node) = self.at(path) {
            self.collect(node, path, 0, names, &mut found);
        }
        found
    }

    fn collect(
        self,
        node: &'a Value,
        path: &Path,
        depth: usize,
        names: &[&str],
        found: &mut Vec<(Path, Slot)>,
    ) {
        for record in self.variants(node) {
            let properties = record.get("properties").and_then(Value::as_object);
            for (key, value) in properties.into_iter().flatten() {
                if NOT_VALUES.contains(&key.as_str()) {
                    continue;
                }
                let path = path.key(key);
                self.slot(value, &path, depth, names, found);
            }
        }
    }

    fn slot(
        self,
        node: &'a Value,
        path: &Path,
        depth: usize,
        names: &[&str],
        found: &mut Vec<(Path, Slot)>,
    ) {
        let one = self.scalar(node);
        let is_scalar = one != Scalar::default();
        let list = self.variants(node).into_iter().find_map(|variant| variant.get("items"));
        if let Some(items) = list {
            found.push((path.clone(), Slot::List(self.scalar(items))));
        } else if is_scalar {
            found.push((path.clone(), Slot::Scalar(one)));
        }
        for variant in self.variants(node) {
            let Some(entries) = variant.get("additionalProperties").filter(|it| it.is_object())
            else {
                continue;
            };
            let each = self.scalar(entries);
            if each != Scalar::default() {
                found.push((path.clone(), Slot::Map(each)));
                continue;
            }
            found.push((path.clone(), Slot::Records(self.keys(entries))));
            for name in names {
                if depth + 1 < DEEPEST {
                    self.collect(entries, &path.key(name), depth + 2, names, found);
                }
            }
        }
        if depth + 1 < DEEPEST {
            self.collect(node, path, depth + 1, names, found);
        }
    }

    /// Returns the keys of a record that take one value.
    fn keys(self, record: &'a Value) -> Vec<(String, Scalar)> {
        let all =
            self.variants(record).into_iter().filter_map(|it| it.get("properties")?.as_object());
        let keys = all.flatten().map(|(key, value)| (key.clone(), self.scalar(value)));
        keys.filter(|(_, value)| *value != Scalar::default()).collect()
    }

    /// Returns the schema of a path.
    fn at(self, path: &Path) -> Option<&'a Value> {
        path.0.iter().try_fold(self.0, |node, step| {
            self.variants(node).into_iter().find_map(|variant| match step {
                Step::Key(key) => variant
                    .get("properties")
                    .and_then(|properties| properties.get(key))
                    .or_else(|| variant.get("additionalProperties").filter(|it| it.is_object())),
                Step::Item(_) => variant.get("items"),
            })
        })
    }

    /// Returns the schemas that a value may fit, references followed.
    fn variants(self, node: &'a Value) -> Vec<&'a Value> {
        if let Some(name) = node.get("$ref").and_then(Value::as_str) {
            let target = name.strip_prefix('#').and_then(|pointer| self.0.pointer(pointer));
            return target.map(|it| self.variants(it)).unwrap_or_default();
        }
        match node.get("anyOf").and_then(Value::as_array) {
            Some(choices) => choices.iter().flat_map(|it| self.variants(it)).collect(),
            None => vec![node],
        }
    }

    fn scalar(self, node: &'a Value) -> Scalar {
        let mut scalar = Scalar::default();
        for variant in self.variants(node) {
            if let Some(words) = variant.get("enum").and_then(Value::as_array) {
                scalar.words.extend(words.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            let is = |name: &str| match variant.get("type") {
                Some(Value::Array(types)) => types.iter().any(|it| it == name),
                Some(one) => one == name,
                None => false,
            };
            // The units are in the pattern, which is what editors are told of such values.
            let pattern = variant.get("pattern").and_then(Value::as_str).unwrap_or_default();
            // A number or a switch may be given by a variable, which is no text of one's own.
            let is_number = pattern.starts_with("^([0-9]+|");
            scalar.text |= is("string") && !is_number;
            scalar.boolean |= is("boolean") && !is("string");
            scalar.integer |= is("integer");
            scalar.duration |= pattern.contains("(ms|s|m|h|d)");
            scalar.percentage |= pattern.contains("%?");
        }
        scalar
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use serde_json::Value;

    use super::*;

    /// The published schema: that of all families, which stand above this crate.
    fn schema() -> Schema<'static> {
        static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
            let text = include_str!("../../../../docs/reference/topology.schema.json");
            serde_json::from_str(text).expect("a schema")
        });
        Schema(&SCHEMA)
    }

    fn found(path: &[&str], names: &[&str], wanted: &[&str]) -> Option<Slot> {
        let wanted = Path::of(wanted.iter().copied());
        let all = schema().slots(&Path::of(path.iter().copied()), names);
        all.into_iter().find(|(path, _)| *path == wanted).map(|(_, slot)| slot)
    }

    #[test]
    fn the_schema_tells_what_can_stand_where() {
        let profile = ["trafficManager", "main"];
        assert_eq!(schema().words(&Path::of(["trafficManager", "main", "routing"])).len(), 6);
        let tags = found(&profile, &[], &["trafficManager", "main", "tags"]);
        assert!(matches!(tags, Some(Slot::Map(_))), "{tags:?}");
        let failures = ["trafficManager", "main", "monitor", "toleratedFailures"];
        assert!(matches!(found(&profile, &[], &failures), Some(Slot::Scalar(it)) if it.integer));
        let enabled = ["trafficManager", "main", "endpoints", "weu", "enabled"];
        assert!(
            matches!(found(&profile, &["weu"], &enabled), Some(Slot::Scalar(it)) if it.boolean)
        );
        assert_eq!(found(&profile, &["neu"], &enabled), None);
        let app = ["stamps", "weu", "apps", "web"];
        let always = ["stamps", "weu", "apps", "web", "alwaysOn"];
        assert!(matches!(found(&app, &[], &always), Some(Slot::Scalar(it)) if it.boolean));
        assert_eq!(found(&app, &[], &["stamps", "weu", "apps", "web", "existing"]), None);
        let endpoints = found(&profile, &[], &["trafficManager", "main", "endpoints"]);
        let Some(Slot::Records(keys)) = endpoints else { panic!("{endpoints:?}") };
        assert!(keys.iter().any(|(key, _)| key == "host"), "{keys:?}");
    }
}
