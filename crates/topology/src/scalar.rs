//! Scalars with a form of their own, and keys that take a word or a map.

use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::decode::{Context, Decode};
use crate::tree::{Node, NodeKind};
use crate::{
    AnyIdentity, App, AppIdentity, Cloud, CloudEndpoints, Diagnostic, PullIdentity, Ref, Runtime,
    Sp, Stamp, StampInstance, StampModule,
};

/// Gives a type a schema that stands where it is used.
macro_rules! schema {
    ($name:ident, $generator:ident => $schema:expr) => {
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

schema!(AppIdentity, _g => json_schema!({
    "anyOf": [
        { "type": "string", "enum": ["system", "none"] },
        { "type": "array", "items": { "type": "string" } }
    ]
}));
schema!(PullIdentity, _g => json_schema!({ "type": "string" }));
schema!(Runtime, _g => json_schema!({ "type": "string", "pattern": "^[^|]+\\|.+$" }));
schema!(Cloud, g => json_schema!({
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

impl Decode for AppIdentity {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let items = match &node.kind {
            NodeKind::Seq(items) => items,
            _ => {
                let word = cx.word(node, &["system", "none"])?;
                return Some(Self { system: word == "system", user: Vec::new() });
            }
        };
        let mut identity = Self::default();
        for item in items {
            match &item.kind {
                NodeKind::Text(text) if text == "system" => identity.system = true,
                _ => identity.user.extend(Sp::<Ref<(AnyIdentity, App)>>::decode(item, cx)),
            }
        }
        Some(identity)
    }
}

impl Decode for PullIdentity {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        match &node.kind {
            NodeKind::Text(text) if text == "system" => Some(Self::System),
            _ => Ref::decode(node, cx).map(Self::User),
        }
    }
}

/// Stacks that App Service runs, as `runtime` names them.
const STACKS: &[&str] = &[
    "custom",
    "dotnet",
    "dotnet-isolated",
    "go",
    "java",
    "jbosseap",
    "node",
    "php",
    "powershell",
    "python",
    "ruby",
    "tomcat",
];

impl Decode for Runtime {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let text = cx.scalar(node, "a runtime such as `dotnet|8.0`")?;
        let (stack, version) = text.split_once('|').unwrap_or((&text, ""));
        let stack = match stack.to_ascii_lowercase() {
            stack if stack == "dotnetcore" => "dotnet".to_owned(),
            stack => stack,
        };
        if version.is_empty() && stack != "custom" {
            let message = format!("runtime `{text}` names no version");
            let diagnostic = Diagnostic::error("wrong-type", &node.place, message)
                .help("write stack and version: `dotnet|8.0`, `node|20-lts`, `python|3.12`");
            cx.report(diagnostic);
            return None;
        }
        if !STACKS.contains(&stack.as_str()) {
            cx.not_allowed(node, &stack, STACKS);
            return None;
        }
        Some(Self { version: version.to_owned(), stack })
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
