//! The mark by which a topology knows what is its own.

use serde_json::Value;

/// The key of the ownership mark, in tags and in record-set metadata; its value is the topology's name.
pub const MARK: &str = "evenkeel";

/// Returns the entry `name` of tags or metadata. ARM compares such keys without case.
pub fn tag<'a>(map: Option<&'a Value>, name: &str) -> Option<&'a str> {
    let mut entries = map?.as_object()?.iter();
    entries.find(|(key, _)| key.eq_ignore_ascii_case(name))?.1.as_str()
}

/// Tells whether tags or metadata carry the mark of `topology`.
pub fn is_marked(map: Option<&Value>, topology: &str) -> bool {
    tag(map, MARK) == Some(topology)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_key_of_a_mark_is_compared_without_case_and_its_value_with() {
        assert!(is_marked(Some(&json!({ "a": "b", "Evenkeel": "north" })), "north"));
        for other in [json!({ "evenkeel": "North" }), json!({ "evenkeel-x": "north" }), json!([])] {
            assert!(!is_marked(Some(&other), "north"), "{other}");
        }
        assert!(!is_marked(None, "north"));
    }
}
