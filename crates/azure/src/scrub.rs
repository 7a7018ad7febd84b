//! Secrets taken out of what is written down.

use resource::secret;
use serde_json::Value;

/// What stands where a secret was.
pub(crate) const HIDDEN: &str = "scrubbed";

/// Returns `body` without its secrets, as it may be written to a log.
///
/// `path` is the path of the request: what is sent to and read from application settings and
/// connection strings is secret as a whole.
pub fn scrub(path: &str, body: &Value) -> Value {
    let path = path.to_ascii_lowercase();
    let documents = ["/config/appsettings", "/config/connectionstrings"];
    let all_secret =
        documents.iter().any(|document| path.contains(document)) || path.contains("/listkeys");
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
            "c" | "s" | "h" | "t" | "sig" => (name.into_owned(), HIDDEN.to_owned()),
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
            if is_named_pair(map) {
                map.insert("value".to_owned(), HIDDEN.into());
            }
            for (name, member) in map {
                match member {
                    Value::String(text) if is_secret(name, text) => *text = HIDDEN.to_owned(),
                    _ => hide_named(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_named),
        _ => {}
    }
}

/// Tells whether this is a header or setting: `{"name": "Authorization", "value": "…"}`. Only
/// `Host` is known to be harmless.
fn is_named_pair(map: &serde_json::Map<String, Value>) -> bool {
    let name = map.get("name").and_then(Value::as_str);
    let has_text = map.get("value").is_some_and(Value::is_string);
    has_text && name.is_some_and(|name| !name.eq_ignore_ascii_case("host"))
}

fn is_secret(name: &str, text: &str) -> bool {
    secret::speaks_of_secret(name) || secret::is_secret_text(text)
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
    fn signatures_of_polling_urls_are_left_out() {
        let url = "https://management.azure.com/op?api-version=1&t=1&c=hush&s=hush&h=hush";
        let shown = scrub_query(&url.parse().expect("valid URL"));
        assert!(shown.contains("api-version=1") && !shown.contains("hush"), "{shown}");
    }
}
