//! Names of Azure resources: written, or derived by the naming convention.

use std::fmt;
use std::ops::Deref;

use schemars::json_schema;
use serde::{Serialize, Serializer};

use crate::Place;
use crate::decode::{Context, Decode};
use crate::inline_schema;
use crate::tree::Node;

/// The name of an Azure resource, or of the group it lives in.
///
/// In a parsed topology it is always there: what the file leaves out has been derived or inherited.
#[derive(Debug, Clone)]
pub struct Name {
    /// The name.
    pub value: String,
    /// Where it is written or, when derived, where what it names is written.
    pub place: Place,
    /// Whether the file leaves it out.
    pub is_derived: bool,
}

impl Name {
    /// Sets the name if the file has none.
    pub fn or_derive(&mut self, derive: impl FnOnce() -> String) {
        if self.is_derived && self.value.is_empty() {
            self.value = derive();
        }
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.value == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.value == *other
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.value)
    }
}

impl Default for Name {
    /// Returns a name still to be derived.
    fn default() -> Self {
        let place = Place { file: "".into(), start: 0, end: 0, line: 1, column: 1 };
        Self { value: String::new(), place, is_derived: true }
    }
}

inline_schema!(Name, _ => json_schema!({ "type": "string" }));

impl Decode for Name {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let value = String::decode(node, cx)?;
        Some(Self { value, place: node.place.clone(), is_derived: false })
    }

    fn absent(_: &str, owner: &Place, _: &mut Context<'_>) -> Option<Self> {
        Some(Self { value: String::new(), place: owner.clone(), is_derived: true })
    }

    fn stand_in(place: &Place) -> Option<Self> {
        // A mistake in a name has been told already: the rest of the file is still checked.
        Some(Self { value: String::new(), place: place.clone(), is_derived: true })
    }
}
