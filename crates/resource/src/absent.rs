//! The mark for what shall not be: a declared nothing.

use serde_json::{Map, Value};

const KEY: &str = "$absent";

/// Returns what stands in a desired body where nothing shall be.
///
/// A null says nothing, whatever Azure holds is right; this is a wish: what is there is taken out. Like
/// an expression it survives a plan file; how it is sent is the way of the request.
pub fn absent() -> Value {
    Value::Object(Map::from_iter([(KEY.to_owned(), Value::Bool(true))]))
}

/// Tells whether `value` is the mark for what shall not be.
pub fn is_absent(value: &Value) -> bool {
    value.as_object().is_some_and(|map| map.len() == 1 && map.contains_key(KEY))
}

/// Returns `body` without the marks: what the body of a PUT does not hold is not there.
pub fn without_absent(body: &Value) -> Value {
    replaced(body, None)
}

/// Returns `body` with a null for each mark: what a PATCH takes out.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc7396>.
pub fn absent_as_null(body: &Value) -> Value {
    replaced(body, Some(&Value::Null))
}

fn replaced(value: &Value, put: Option<&Value>) -> Value {
    match value {
        Value::Object(map) => {
            let members = map.iter().filter_map(|(key, member)| {
                let member = if is_absent(member) { put?.clone() } else { replaced(member, put) };
                Some((key.clone(), member))
            });
            Value::Object(members.collect())
        }
        Value::Array(items) => {
            items.iter().filter(|item| !is_absent(item)).map(|item| replaced(item, put)).collect()
        }
        scalar => scalar.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_put_leaves_out_what_a_patch_sends_as_null() {
        let body = json!({ "a": 1, "b": absent(), "c": [{ "d": absent(), "e": 2 }, absent()] });
        assert_eq!(without_absent(&body), json!({ "a": 1, "c": [{ "e": 2 }] }));
        assert_eq!(
            absent_as_null(&body),
            json!({ "a": 1, "b": null, "c": [{ "d": null, "e": 2 }] })
        );
    }
}
