//! What stands in a list in the body of another resource.

use serde_json::Value;

use crate::kind::azure::Azure;
use crate::wire::answer::Answer;

/// Refuses resources that cannot stand beside each other in what they lie in, given its body.
pub(crate) type Beside = fn(&Azure, &Value, &[Value]) -> Result<(), Answer>;

/// Resources of their own that stand in the body of the one they lie in, too.
///
/// They are kept once, as resources; the list is made of them when the body is read.
pub(crate) struct Part {
    /// The list, a pointer in `properties`.
    pub list: &'static str,
    /// Whether those that are there stay where a PUT says nothing of the list.
    pub stays: bool,
    /// See [`Beside`].
    pub beside: Beside,
}

impl Part {
    /// Returns the last segment of their type, as the list is called.
    pub fn segment(&self) -> &'static str {
        self.list.rsplit('/').next().unwrap_or_default()
    }
}

/// Members of a list that have an ID and can only be written with the whole.
pub(crate) struct Member {
    /// The list, a pointer in `properties`.
    pub list: &'static str,
    /// What the service fills in, a JSON object.
    pub defaults: &'static str,
}

impl Member {
    /// Members of which no more is known than that they have an ID and a state.
    pub const fn of(list: &'static str) -> Self {
        Self { list, defaults: "" }
    }
}
