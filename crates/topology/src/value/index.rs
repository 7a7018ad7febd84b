//! The number of a stamp.

use schemars::json_schema;
use serde::{Serialize, Serializer};

use crate::Place;
use crate::decode::{Context, Decode};
use crate::inline_schema;
use crate::tree::Node;

/// The number of a stamp: what `{index}` stands for in its texts.
///
/// In a parsed topology it is always there: left out, it is the stamp's position, counted from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StampIndex {
    /// The number.
    pub value: u32,
    /// Whether a text of the stamp holds it.
    pub is_used: bool,
}

impl Serialize for StampIndex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.value)
    }
}

inline_schema!(StampIndex, _ => json_schema!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }));

impl Decode for StampIndex {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        Some(Self { value: u32::decode(node, cx)?, is_used: false })
    }

    fn absent(_: &str, _: &Place, cx: &mut Context<'_>) -> Option<Self> {
        let value = cx.scope.stamp.as_ref().map_or(0, |stamp| stamp.index);
        Some(Self { value, is_used: false })
    }

    fn stand_in(_: &Place) -> Option<Self> {
        Some(Self::default())
    }
}
