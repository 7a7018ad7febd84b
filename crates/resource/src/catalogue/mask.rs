//! A body as it may be shown: without the values that are secret.

use serde_json::{Map, Value, json};

use super::{PropertyPath, TypeFacts, facts_of, member_label};
use crate::secret::{
    is_name_of_secret, is_secret_header, is_secret_pair, is_secret_text, may_be_secret,
};
use crate::{Expression, Part, ResourceId, is_absent};

/// Stands where a secret value is.
const MASK: &str = "(sensitive)";

/// Returns `body` with every value masked that the type's facts call sensitive.
///
/// Expressions are kept: they name a secret and do not hold it.
pub fn masked(id: &ResourceId, body: &Value) -> Value {
    mask(facts_of(id), &mut PropertyPath::root(), body, false)
}

/// Returns a body that the topology declares as a plan may show it: what the file holds word for word for
/// everybody to read stays, unless it looks like a secret all the same.
pub fn declared(id: &ResourceId, body: &Value) -> Value {
    mask(facts_of(id), &mut PropertyPath::root(), body, true)
}

/// Returns the observed `body` masked, also where the topology takes its value from a secret.
pub fn masked_beside(id: &ResourceId, body: &Value, desired: &Value) -> Value {
    let mut shown = masked(id, body);
    hide(&mut shown, &[desired]);
    shown
}

/// Masks what any of `desired` says to be a secret. Which member of an array stands for which is not asked:
/// a secret in one hides its place in all.
fn hide(value: &mut Value, desired: &[&Value]) {
    let is_secret =
        |value: &&Value| Expression::read(value).is_some_and(|expression| expression.is_secret());
    if desired.iter().any(is_secret) {
        *value = json!(MASK);
        return;
    }
    match value {
        Value::Object(map) => {
            for (key, member) in map {
                let known = desired.iter().filter_map(|desired| {
                    let mut members = desired.as_object()?.iter();
                    Some(members.find(|(name, _)| name.eq_ignore_ascii_case(key))?.1)
                });
                hide(member, &known.collect::<Vec<_>>());
            }
        }
        Value::Array(items) => {
            let known: Vec<&Value> =
                desired.iter().filter_map(|desired| desired.as_array()).flatten().collect();
            items.iter_mut().for_each(|item| hide(item, &known));
        }
        _ => {}
    }
}

fn mask(facts: &TypeFacts, path: &mut PropertyPath, value: &Value, is_declared: bool) -> Value {
    if let Some(expression) = Expression::read(value) {
        return masked_expression(expression, value);
    }
    if is_absent(value) {
        return value.clone();
    }
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, item)| {
                if is_value_of_secret(map, key) && Expression::read(item).is_none() {
                    return (key.clone(), json!(MASK));
                }
                path.push_key(key);
                let shown = mask(facts, path, item, is_declared);
                path.pop();
                (key.clone(), shown)
            })
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| {
                path.push_member(&member_label(item, at));
                let shown = mask(facts, path, item, is_declared);
                path.pop();
                shown
            })
            .collect(),
        Value::Null => Value::Null,
        Value::String(text) if is_secret_text(text) => json!(MASK),
        Value::String(text)
            if is_declared
                && facts.is_plain_where_literal(path)
                && !may_be_secret(path.last_key(), text) =>
        {
            value.clone()
        }
        _ if facts.is_sensitive(path) => json!(MASK),
        plain => plain.clone(),
    }
}

/// Tells whether the member `key` of a map is the value of a pair that names a secret.
pub fn is_value_of_secret(map: &Map<String, Value>, key: &str) -> bool {
    let is_of_condition = || CONDITIONS.iter().any(|values| key.eq_ignore_ascii_case(values));
    key.eq_ignore_ascii_case("value") && is_secret_pair(map)
        || is_of_condition() && selects_secret(map)
}

/// How conditions call the values that a part of a request is compared with.
const CONDITIONS: [&str; 2] = ["matchValues", "matchValue"];

/// Tells whether a condition is about a header or cookie whose name is a secret's.
fn selects_secret(map: &Map<String, Value>) -> bool {
    let mut members = map.iter();
    let selector = members.find(|(key, _)| key.eq_ignore_ascii_case("selector"));
    selector.and_then(|(_, name)| name.as_str()).is_some_and(is_name_of_secret)
}

/// Returns a header of a request as it may be shown.
pub fn masked_header(name: &str, value: &Value) -> Value {
    match (Expression::read(value), value) {
        (Some(expression), _) => masked_expression(expression, value),
        (None, Value::String(text)) if !is_secret_header(name, text) => value.clone(),
        (None, _) => json!(MASK),
    }
}

/// Returns a value that stands outside every body as it may be shown: a URL, a record.
pub fn masked_text(value: &Value) -> Value {
    match (Expression::read(value), value) {
        (Some(expression), _) => masked_expression(expression, value),
        (None, Value::String(text)) if is_secret_text(text) => json!(MASK),
        (None, _) => value.clone(),
    }
}

/// An expression names a secret and does not hold it; what it is joined with may.
fn masked_expression(expression: Expression, value: &Value) -> Value {
    let parts = match expression {
        Expression::Join(parts) => parts,
        Expression::Base64(inner) if !inner.is_secret() => return json!(MASK),
        _ => return value.clone(),
    };
    let masked = parts.into_iter().map(|part| match part {
        Part::Literal(text) if is_secret_text(&text) => Part::Literal(MASK.to_owned()),
        part => part,
    });
    Expression::Join(masked.collect()).to_value()
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
    fn what_the_topology_takes_from_a_secret_is_masked_where_it_stands() {
        let zone = ResourceId::in_group("s", "rg", "Microsoft.Network/dnsZones", "example.org");
        let secret = json!({ "$secret": { "env": "TXT" } });
        let of = |value: Value| json!({ "properties": { "TXTRecords": [{ "value": [value] }] } });
        let shown = masked_beside(&zone.child("TXT", "@"), &of(json!("hush")), &of(secret));
        assert_eq!(shown, of(json!("(sensitive)")));
    }

    #[test]
    fn named_values_and_texts_that_are_secrets_are_masked() {
        let app = ResourceId::in_group("s", "rg", "Microsoft.App/containerApps", "web");
        let body = json!({ "properties": {
            "env": [{ "name": "DB_PASSWORD", "value": "hush" }, { "name": "MODE", "value": "x" }],
            "note": "AccountName=x;AccountKey=hush",
        } });
        let shown = masked(&app, &body);
        assert!(!shown.to_string().contains("hush"), "{shown}");
        assert_eq!(shown["properties"]["env"][1]["value"], "x");
    }

    #[test]
    fn what_the_topology_declares_is_shown_but_for_secrets_written_out() {
        let site = ResourceId::in_group("s", "rg", "Microsoft.Web/sites", "web");
        let body = json!({ "properties": { "MODE": "blue", "DB_PASSWORD": "hunter2" } });
        let shown = declared(&site.child("config", "appsettings"), &body);
        let wanted = json!({ "MODE": "blue", "DB_PASSWORD": "(sensitive)" });
        assert_eq!(shown, json!({ "properties": wanted }));
    }

    #[test]
    fn names_that_people_choose_are_heeded_anywhere() {
        let app = ResourceId::in_group("s", "rg", "Microsoft.App/containerApps", "web");
        let body = json!({
            "tags": { "DB_PASSWORD_PROD": "hush", "password": "hush", "team": "shop" },
            "properties": {
                "httpHeaders": [{ "name": "X-Key", "value": "hush" }, { "name": "Host", "value": "a" }],
                "headers": { "Cookie": "hush", "X-Functions-Key": "hush", "Accept": "text/html" },
                "single": { "name": "clientSecret", "value": "hush" },
                "keyed": [{ "key": "DB_PASSWORD", "value": "hush" }],
                "clientSecret": { "type": "SecureString", "value": "hush" },
                "url": "https://a.example/x?code=hush-hush",
                "path": { "$join": ["https://", { "$reference": {
                    "id": app.as_str(), "pointer": "/properties/host" } }, "/x?sig=hush-hush"] },
            },
        });
        let shown = masked(&app, &body);
        assert!(!shown.to_string().contains("hush"), "{shown}");
        assert_eq!(shown["tags"]["team"], "shop");
        assert_eq!(shown["properties"]["headers"]["Accept"], "text/html");
        assert_eq!(shown["properties"]["httpHeaders"][1]["value"], "a");
        assert_eq!(masked_header("Cookie", &json!("hush")), "(sensitive)");
        assert_eq!(masked_header("Accept", &json!("text/html")), "text/html");
    }

    #[test]
    fn what_is_no_secret_is_shown() {
        let site = ResourceId::in_group("s", "rg", "Microsoft.Web/sites", "web");
        let body = json!({ "properties": { "httpsOnly": true, "hostNames": ["a", "b"] } });
        assert_eq!(masked(&site, &body), body);
    }
}
