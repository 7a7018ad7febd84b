//! Secrets taken out of what is written down.

use resource::secret;
use serde_json::Value;

use crate::request::is_secret_document;

/// What stands where a secret was.
pub(crate) const HIDDEN: &str = "scrubbed";

/// Returns `body` without its secrets, as it may be written to a log.
///
/// `path` is the path of the request: what is sent to and read from application settings and documents like
/// them is secret as a whole.
pub fn scrub(path: &str, body: &Value) -> Value {
    let all_secret = is_secret_document(path) || path.to_ascii_lowercase().contains("/listkeys");
    let mut copy = body.clone();
    if all_secret {
        let root =
            if copy.get("properties").is_some() { &mut copy["properties"] } else { &mut copy };
        hide_all(root);
    } else {
        hide_named(&mut copy);
    }
    copy
}

/// Returns a query without signatures and continuation tokens.
pub(crate) fn scrub_query(url: &url::Url) -> String {
    let mut shown = url.clone();
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .map(|(name, value)| match name.as_ref() {
            "c" | "s" | "h" | "t" | "sig" | "code" | "key" => {
                (name.into_owned(), HIDDEN.to_owned())
            }
            name if secret::is_name_of_secret(name) => (name.to_owned(), HIDDEN.to_owned()),
            _ => (name.into_owned(), value.into_owned()),
        })
        .collect();
    if !kept.is_empty() {
        shown.query_pairs_mut().clear().extend_pairs(kept);
    }
    shown.into()
}

fn hide_all(value: &mut Value) {
    match value {
        Value::Object(map) => map.values_mut().for_each(hide_all),
        Value::Array(items) => items.iter_mut().for_each(hide_all),
        Value::Null => {}
        leaf => *leaf = HIDDEN.into(),
    }
}

fn hide_named(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let is_pair = is_named_pair(map);
            for (name, member) in map {
                let is_secret = is_pair && name.eq_ignore_ascii_case("value")
                    || secret::is_property_of_secret(name);
                match member {
                    Value::Bool(_) | Value::Null => {}
                    // `{"clientSecret": {"value": "…"}}`, and lists of passwords.
                    _ if is_secret => hide_all(member),
                    Value::String(_) if secret::speaks_of_secret(name) => hide_all(member),
                    _ => hide_named(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_named),
        Value::String(text) => hide_text(text),
        _ => {}
    }
}

/// Hides a text that is a secret, and the secrets of a document that is sent as a text.
fn hide_text(text: &mut String) {
    let is_document = text.trim_start().starts_with(['{', '[']);
    match serde_json::from_str::<Value>(text) {
        Ok(mut document) if is_document => {
            hide_named(&mut document);
            *text = document.to_string();
        }
        _ if secret::is_secret_text(text) || is_document && secret::speaks_of_secret(text) => {
            *text = HIDDEN.to_owned();
        }
        _ => {}
    }
}

/// Tells whether this is a header or setting: `{"name": "Authorization", "value": "…"}`. Only
/// `Host` is known to be harmless; of what is no text the name tells.
fn is_named_pair(map: &serde_json::Map<String, Value>) -> bool {
    let has_text =
        map.iter().any(|(key, value)| key.eq_ignore_ascii_case("value") && value.is_string());
    secret::name_of_pair(map).is_some_and(|name| {
        has_text && !name.eq_ignore_ascii_case("host") || secret::speaks_of_secret(name)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_never_shown_in_a_trace() {
        let settings = json!({"id": "/x", "properties": {"MODE": "hush"}});
        let path = "/subscriptions/s/providers/Microsoft.Web/sites/a/config/appsettings";
        assert_eq!(scrub(path, &settings), json!({"id": "/x", "properties": {"MODE": HIDDEN}}));

        let profile = json!({"properties": {"customHeaders": [
            {"name": "Host", "value": "api.example.com"},
            {"name": "Authorization", "value": "Basic hush"},
        ]}});
        let shown = scrub("/profile", &profile).to_string();
        assert!(shown.contains("api.example.com") && !shown.contains("hush"), "{shown}");

        let body = json!({"adminPassword": "hush", "keys": [{"accessKey": "hush"}],
            "storage": "DefaultEndpointsProtocol=https;AccountKey=hush", "clientSecret": "hush"});
        assert!(!scrub("/other", &body).to_string().contains("hush"));
    }

    #[test]
    fn secrets_are_found_in_pairs_nested_maps_lists_and_documents() {
        for body in [
            json!({ "parameters": { "clientSecret": { "value": "hush", "type": "SecureString" } } }),
            json!({ "credential": { "Name": "clientSecret", "Value": "hush" } }),
            json!([{ "key": "clientSecret", "value": { "text": ["hush"] } }]),
            json!({ "items": [{ "name": "pin of the token", "value": 123_456_789 }, "sig=hush"] }),
            json!({ "adminPasswords": "x", "adminPassword": ["hush", { "next": "hush" }] }),
            json!("{\"name\": \"clientSecret\", \"value\": \"hush\"}"),
            json!({ "raw": "{\"a\": {\"accessToken\": \"hush\"}}" }),
            json!("{\"clientSecret\": \"hush\", broken"),
            json!("<connection>Server=a;Password=hush</connection>"),
        ] {
            let shown = scrub("/other", &body).to_string();
            assert!(!shown.contains("hush") && !shown.contains("123456789"), "{shown}");
        }
        let harmless = json!({ "properties": { "allowSharedKeyAccess": false, "secrets": ["get"],
            "name": "web", "value": 3, "list": ["a"] } });
        assert_eq!(scrub("/other", &harmless), harmless);
    }

    #[test]
    fn signatures_of_polling_urls_are_left_out() {
        let url = "https://management.azure.com/op?api-version=1&t=1&c=hush&s=hush&h=hush";
        let shown = scrub_query(&url.parse().expect("valid URL"));
        assert!(shown.contains("api-version=1") && !shown.contains("hush"), "{shown}");
    }
}
