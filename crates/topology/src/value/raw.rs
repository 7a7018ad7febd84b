//! Parts of a body that are written as ARM has them.

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use crate::decode::{Context, Decode};
use crate::tree::{Node, NodeKind};
use crate::{Part, Sp, Text};

/// A value of an ARM body.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Raw {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// A text, perhaps with references and secrets.
    Text(Text),
    /// A list.
    List(Vec<Sp<Raw>>),
    /// A map.
    Map(IndexMap<String, Sp<Raw>>),
}

impl JsonSchema for Raw {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Raw".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!(true)
    }
}

impl Decode for Raw {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        Some(match &node.kind {
            NodeKind::Null => Self::Null,
            NodeKind::Bool(value) => Self::Bool(*value),
            NodeKind::Number(text) => match text.parse() {
                Ok(number) => Self::Number(number),
                Err(_) => Self::Text(Text(vec![Part::Literal(text.clone())])),
            },
            NodeKind::Text(_) => Self::Text(Text::decode(node, cx)?),
            NodeKind::Seq(_) => Self::List(Vec::decode(node, cx)?),
            NodeKind::Map(_) => Self::Map(IndexMap::decode(node, cx)?),
        })
    }
}
