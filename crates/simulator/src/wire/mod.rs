//! What goes over the wire: requests, answers and the JSON in them.

pub(crate) mod answer;
pub(crate) mod json;
pub(crate) mod request;
