//! What of a resource a plan rests on.

use resource::catalogue::{Ownership, facts_of};
use resource::{Expression, ResourceId, walk_expressions};
use serde_json::{Map, Value};

use crate::{Action, Operation, Write};

/// Returns the part of the body of `id` that `actions` speak of: what they write there and the values
/// that they take from it. An object holds members, null stands for all of a value.
///
/// A write shows in other resources too: the size of a plan in its apps, a subnet in its network. Where
/// the plan itself has begun to write, this part alone tells whether somebody else has moved.
pub fn part_of(actions: &[Action], id: &ResourceId) -> Value {
    let mut part = Value::Object(Map::new());
    for action in actions {
        let is_own = action.resource == *id;
        match &action.operation {
            // What is not sent goes.
            Operation::Write { write: Write::PutExact, create: false, .. } if is_own => {
                return Value::Null;
            }
            Operation::Write { body, .. } if is_own => add(&mut part, body),
            Operation::Delete if is_own => add_pointer(&mut part, mark_of(id)),
            Operation::LiftLock { .. } | Operation::RestoreLock { .. } | Operation::Post { .. }
                if is_own =>
            {
                return Value::Null;
            }
            _ => {}
        }
        let asked = serde_json::to_value(&action.operation).unwrap_or_default();
        walk_expressions(&asked, &mut |expression| {
            for reference in expression.references().into_iter().filter(|other| other.id == *id) {
                add_pointer(&mut part, Some(&reference.pointer));
            }
        });
    }
    part
}

/// A delete rests on our mark.
fn mark_of(id: &ResourceId) -> Option<&'static str> {
    match facts_of(id).ownership {
        Ownership::Tags => Some("/tags"),
        Ownership::Metadata(pointer) | Ownership::Note(pointer) => Some(pointer),
        Ownership::Parent | Ownership::None => None,
    }
}

fn add(part: &mut Value, body: &Value) {
    match (part, body) {
        (Value::Null, _) => {}
        (Value::Object(part), Value::Object(members)) if Expression::read(body).is_none() => {
            for (key, member) in members {
                let empty = || Value::Object(Map::new());
                add(part.entry(key.to_ascii_lowercase()).or_insert_with(empty), member);
            }
        }
        (part, _) => *part = Value::Null,
    }
}

fn add_pointer(part: &mut Value, pointer: Option<&str>) {
    let Some(pointer) = pointer else { return };
    let keys = pointer.trim_start_matches('/').split('/').rev();
    let body = keys.fold(Value::Null, |inner, key| {
        let key = key.replace("~1", "/").replace("~0", "~");
        Value::Object(Map::from_iter([(key, inner)]))
    });
    add(part, &body);
}

#[cfg(test)]
mod tests {
    use resource::Reference;
    use serde_json::json;

    use super::*;
    use crate::sample::{create, delete, site, update};

    #[test]
    fn a_part_is_what_is_written_and_what_is_read() {
        let value = Expression::Reference(Reference {
            id: site("a"),
            pointer: "/properties/defaultHostName".to_owned(),
        });
        let actions = [
            update("a").writing(json!({ "Tags": { "x": "1" }, "properties": { "list": [1] } })),
            create(site("b"), json!({ "properties": { "host": value.to_value() } })),
            delete(site("c")),
        ];
        let expected = json!({
            "tags": { "x": null }, "properties": { "list": null, "defaulthostname": null },
        });
        assert_eq!(part_of(&actions, &site("a")), expected);
        assert_eq!(part_of(&actions, &site("c")), json!({ "tags": null }));
        assert_eq!(part_of(&actions, &site("d")), json!({}));
    }
}
