//! A body as it may be shown: without the values that are secret.

use serde_json::{Value, json};

use super::{PropertyPath, TypeFacts, facts_of};
use crate::{Expression, ResourceId};

/// Stands where a secret value is.
const MASK: &str = "(sensitive)";

/// Returns `body` with every value masked that the type's facts call sensitive.
///
/// Expressions are kept: they name a secret and do not hold it.
pub fn masked(id: &ResourceId, body: &Value) -> Value {
    mask(facts_of(id), &mut PropertyPath::root(), body)
}

fn mask(facts: &TypeFacts, path: &mut PropertyPath, value: &Value) -> Value {
    if Expression::read(value).is_some() {
        return value.clone();
    }
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, item)| {
                path.push_key(key);
                let shown = mask(facts, path, item);
                path.pop();
                (key.clone(), shown)
            })
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| {
                let label = item["name"].as_str().map_or_else(|| at.to_string(), str::to_owned);
                path.push_member(&label);
                let shown = mask(facts, path, item);
                path.pop();
                shown
            })
            .collect(),
        Value::Null => Value::Null,
        _ if facts.is_sensitive(path) => json!(MASK),
        plain => plain.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_10_application_settings_are_masked() {
        let site = ResourceId::in_group("s", "rg", "Microsoft.Web/sites", "web");
        let body = json!({ "name": "appsettings", "properties": { "PIN": "1234", "NONE": null } });
        let shown = masked(&site.child("config", "appsettings"), &body);
        let wanted = json!({ "PIN": "(sensitive)", "NONE": null });
        assert_eq!(shown, json!({ "name": "appsettings", "properties": wanted }));
    }

    #[test]
    fn what_is_no_secret_is_shown() {
        let site = ResourceId::in_group("s", "rg", "Microsoft.Web/sites", "web");
        let body = json!({ "properties": { "httpsOnly": true, "hostNames": ["a", "b"] } });
        assert_eq!(masked(&site, &body), body);
    }
}
