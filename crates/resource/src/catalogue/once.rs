//! Sets hold each member once.

use serde_json::Value;

use super::{ArrayKey, PropertyPath, TypeFacts, facts};
use crate::ResourceType;

/// Takes out of each set what it holds twice: two expressions may have come to one value.
pub fn each_once(resource_type: &ResourceType, body: &mut Value) {
    walk(facts(resource_type), body, &mut PropertyPath::root());
}

fn walk(facts: &TypeFacts, value: &mut Value, path: &mut PropertyPath) {
    match value {
        Value::Object(map) => {
            for (key, member) in map {
                path.push_key(key);
                walk(facts, member, path);
                path.pop();
            }
        }
        Value::Array(items) => {
            if facts.array_key_at(path) == Some(ArrayKey::Set) {
                let mut seen: Vec<Value> = vec![];
                items.retain(|item| {
                    let is_new = !seen.contains(item);
                    seen.push(item.clone());
                    is_new
                });
            }
            path.push_member("");
            items.iter_mut().for_each(|item| walk(facts, item, path));
            path.pop();
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_set_of_texts_holds_each_once_and_a_text_keeps_its_parts() {
        let kind = ResourceType::new("Microsoft.Network/dnsZones/TXT");
        let mut body = json!({ "properties": { "TXTRecords": [
            { "value": ["a", "a"] }, { "value": ["b"] }, { "value": ["a", "a"] },
        ]}});
        each_once(&kind, &mut body);
        let once = json!([{ "value": ["a", "a"] }, { "value": ["b"] }]);
        assert_eq!(body["properties"]["TXTRecords"], once);
    }
}
