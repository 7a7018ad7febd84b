//! Percentages.

use schemars::json_schema;
use serde::Serialize;

use crate::Diagnostic;
use crate::decode::{Context, Decode};
use crate::inline_schema;
use crate::tree::Node;

/// A share of a hundred, written `70%` or, where nothing else can be meant, `70`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Percent(pub u8);

inline_schema!(Percent, _ => json_schema!({
    "type": ["integer", "string"],
    "minimum": 0,
    "maximum": 100,
    "pattern": "^([0-9]{1,2}|100)%?$"
}));

impl Decode for Percent {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let text = cx.scalar(node, "a percentage such as `70%`")?;
        let number = text.strip_suffix('%').unwrap_or(&text).trim_end();
        if let Some(share) = number.parse().ok().filter(|share| *share <= 100) {
            return Some(Self(share));
        }
        let message = format!("`{text}` is not a percentage from 0 to 100");
        cx.report(Diagnostic::error("wrong-type", &node.place, message).help("write `70%`"));
        None
    }
}
