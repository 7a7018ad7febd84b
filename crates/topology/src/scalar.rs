//! Scalars with a form of their own, and keys that take a word or a map.

use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::decode::{Context, Decode};
use crate::inline_schema;
use crate::tree::{Node, NodeKind};
use crate::{Cloud, CloudEndpoints, Stamp, StampInstance, StampModule};

inline_schema!(Cloud, g => json_schema!({
    "anyOf": [
        { "type": "string", "enum": ["public", "usGovernment", "china"] },
        g.subschema_for::<CloudEndpoints>()
    ]
}));

impl JsonSchema for StampModule {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "StampModule".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Stamp>()
    }
}

impl JsonSchema for StampInstance {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "StampInstance".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Stamp>()
    }
}

impl Decode for StampModule {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        match node.kind {
            // Its contents are read as part of each stamp.
            NodeKind::Map(_) | NodeKind::Null => Some(Self),
            _ => {
                cx.wrong_type(node, "a map");
                None
            }
        }
    }
}

impl Decode for Arc<Stamp> {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let name = cx.entry.clone();
        cx.enter_stamp(name, node);
        let stamp = Stamp::decode(node, cx);
        cx.scope.stamp = None;
        let mut stamp = stamp?;
        stamp.index.is_used = cx.index_used;
        Some(Self::new(stamp))
    }
}

impl Decode for Cloud {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        if let NodeKind::Map(_) = node.kind {
            return CloudEndpoints::decode(node, cx).map(|it| Self::Custom(Box::new(it)));
        }
        Some(match cx.word(node, &["public", "usGovernment", "china"])? {
            "usGovernment" => Self::UsGovernment,
            "china" => Self::China,
            _ => Self::Public,
        })
    }
}
