//! A value or a list of values.

use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use crate::Place;
use crate::decode::{Context, Decode};
use crate::tree::{Node, NodeKind};

/// One value, or a list of them; absent is an empty list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct OneOrMany<T>(pub Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for OneOrMany<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'a, T> IntoIterator for &'a OneOrMany<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("OneOrMany{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one }] })
    }
}

impl<T: Decode> Decode for OneOrMany<T> {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        match &node.kind {
            NodeKind::Seq(_) => Vec::decode(node, cx).map(Self),
            NodeKind::Null => Some(Self::default()),
            _ => Some(Self(T::decode(node, cx).into_iter().collect())),
        }
    }

    fn absent(_: &str, _: &Place, _: &mut Context<'_>) -> Option<Self> {
        Some(Self::default())
    }

    fn stand_in(_: &Place) -> Option<Self> {
        Some(Self::default())
    }
}
