//! Maps in which people choose the keys, and others may too.

use std::ops::Deref;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::decode::{Context, Decode};
use crate::tree::{Node, NodeKind};
use crate::{Place, Sp};

/// A map whose keys people choose: settings, tags, connection strings, headers.
///
/// A key with a value is declared. One with `null` shall not be there, whoever has written it; of all
/// others nothing is said.
#[derive(Debug, Clone, PartialEq)]
pub struct FreeMap<T> {
    given: IndexMap<String, T>,
    absent: Vec<Sp<String>>,
}

impl<T> FreeMap<T> {
    /// Returns the keys that shall not be there.
    pub fn absent(&self) -> &[Sp<String>] {
        &self.absent
    }

    /// Tells whether the map says nothing: neither of what is there nor of what is not.
    pub fn is_silent(&self) -> bool {
        self.given.is_empty() && self.absent.is_empty()
    }
}

impl<T> Default for FreeMap<T> {
    fn default() -> Self {
        Self { given: IndexMap::new(), absent: Vec::new() }
    }
}

impl<T> Deref for FreeMap<T> {
    type Target = IndexMap<String, T>;

    fn deref(&self) -> &Self::Target {
        &self.given
    }
}

impl<'a, T> IntoIterator for &'a FreeMap<T> {
    type Item = (&'a String, &'a T);
    type IntoIter = indexmap::map::Iter<'a, String, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.given.iter()
    }
}

impl<T: Serialize> Serialize for FreeMap<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let given = self.given.iter().map(|(key, value)| (key, Some(value)));
        let absent = self.absent.iter().map(|key| (&key.value, None));
        serializer.collect_map(given.chain(absent))
    }
}

impl<T: JsonSchema> JsonSchema for FreeMap<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("FreeMap{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<Option<T>>();
        json_schema!({ "type": "object", "additionalProperties": value })
    }
}

impl<T: Decode> Decode for FreeMap<T> {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let NodeKind::Map(entries) = &node.kind else {
            cx.wrong_type(node, "a map");
            return None;
        };
        let mut map = Self::default();
        for entry in entries {
            cx.entry = entry.key.clone();
            if matches!(entry.value.kind, NodeKind::Null) {
                map.absent.push(Sp::new(entry.key.to_string(), entry.place.clone()));
            } else if let Some(value) = T::decode(&entry.value, cx) {
                map.given.insert(entry.key.to_string(), value);
            }
        }
        Some(map)
    }

    fn absent(_: &str, _: &Place, _: &mut Context<'_>) -> Option<Self> {
        Some(Self::default())
    }

    fn stand_in(_: &Place) -> Option<Self> {
        Some(Self::default())
    }
}
