//! Secrets taken out of texts by their value.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::places::Places;
use crate::ResourceId;

/// What stands where a secret was.
pub const SCRUBBED: &str = "(sensitive)";

/// A shorter value is not looked for: to take `1234` or `blue` out of every text would spoil what
/// has nothing to do with it. Such a secret is hidden where it stands, by the name of its property.
const SHORTEST: usize = 6;

/// A line of a secret of several lines is looked for by itself when it has so many characters.
const SHORTEST_LINE: usize = 16;

/// The secrets that a run has come to know; clones share them.
///
/// What is about to leave the process as text passes through [`KnownSecrets::scrub`].
#[derive(Clone, Default)]
pub struct KnownSecrets {
    values: Arc<RwLock<Vec<SecretString>>>,
    places: Arc<RwLock<Places>>,
}

impl KnownSecrets {
    /// Remembers a secret, in all the forms in which formats write it.
    pub fn add(&self, secret: &str) {
        let trimmed = secret.trim();
        if trimmed.len() < SHORTEST {
            return;
        }
        let lines = trimmed.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_LINE);
        let texts = [trimmed].into_iter().chain(lines.filter(|line| *line != trimmed));
        let mut known = self.values.write().unwrap_or_else(PoisonError::into_inner);
        for form in texts.flat_map(forms) {
            if !known.iter().any(|old| old.expose_secret() == form) {
                known.push(form.into());
            }
        }
        // The longest first: a secret may be a part of another.
        known.sort_by_key(|form| std::cmp::Reverse(form.expose_secret().len()));
    }

    /// Remembers where the resource at `id` holds secrets: where `body`, as a topology has it, takes them.
    pub fn add_places(&self, id: &ResourceId, body: &Value) {
        self.places.write().unwrap_or_else(PoisonError::into_inner).add(id, body);
    }

    /// Hides what stands in the places of secrets, also what no run knows: of the resource at `path`, whose
    /// `document` it is, and of every resource in it that names itself.
    pub fn hide_places(&self, path: &str, document: &mut Value) {
        self.places.read().unwrap_or_else(PoisonError::into_inner).hide(path, document);
    }

    /// Returns `text` without the secrets.
    pub fn scrub<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let known = self.values.read().unwrap_or_else(PoisonError::into_inner);
        let mut shown = Cow::Borrowed(text);
        for form in known.iter().map(ExposeSecret::expose_secret) {
            if shown.contains(form) {
                shown = Cow::Owned(shown.replace(form, SCRUBBED));
            }
        }
        shown
    }

    /// Takes the secrets out of every text in `value`, the names of its properties included.
    pub fn scrub_value(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Cow::Owned(shown) = self.scrub(text) {
                    *text = shown;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.scrub_value(item)),
            Value::Object(map) => {
                let is_known = |name: &String| matches!(self.scrub(name), Cow::Owned(_));
                if map.keys().any(is_known) {
                    let members = std::mem::take(map).into_iter();
                    *map = members
                        .map(|(name, member)| (self.scrub(&name).into_owned(), member))
                        .collect();
                }
                map.values_mut().for_each(|member| self.scrub_value(member));
            }
            // A PIN can be a number.
            Value::Number(number) => {
                if let Cow::Owned(shown) = self.scrub(&number.to_string()) {
                    *value = Value::String(shown);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }
}

impl fmt::Debug for KnownSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnownSecrets")
    }
}

/// Returns a text as it stands and as JSON, markup and URLs write it, each form once.
fn forms(text: &str) -> Vec<String> {
    let json = Value::from(text).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let markup = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quoted = markup.replace('"', "&quot;").replace('\'', "&#39;");
    let mut forms = vec![text.to_owned(), json, markup, quoted, percent_encoded(text)];
    forms.dedup();
    forms
}

/// Returns a text as a URL writes it: everything but unreserved characters as bytes.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc3986#section-2.3>.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            _ if byte.is_ascii_alphanumeric() => encoded.push(byte.into()),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn knowing(secrets: &[&str]) -> KnownSecrets {
        let known = KnownSecrets::default();
        secrets.iter().for_each(|secret| known.add(secret));
        known
    }

    #[test]
    fn a_secret_is_found_in_every_form() {
        let secret = "p\"w<&d\n'x+/=";
        let known = knowing(&[secret]);
        for text in [
            secret.to_owned(),
            json!(secret).to_string(),
            "p&quot;w&lt;&amp;d\n&#39;x+/=".to_owned(),
            "?code=p%22w%3C%26d%0A%27x%2B%2F%3D".to_owned(),
        ] {
            let shown = known.scrub(&text);
            assert!(shown.contains(SCRUBBED) && !shown.contains("x+"), "{shown}");
        }
    }

    #[test]
    fn the_longer_of_two_goes_first_and_short_ones_stay() {
        let known = knowing(&["hunter2", "hunter2-of-weu", "blue"]);
        assert_eq!(known.scrub("a hunter2-of-weu b blue"), "a (sensitive) b blue");
        assert!(matches!(known.scrub("nothing"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_line_of_a_key_is_found_alone() {
        let known = knowing(&["-----BEGIN KEY-----\nMIIEvQIBADANBgkqhki\n-----END KEY-----\n"]);
        assert_eq!(known.scrub("x MIIEvQIBADANBgkqhki y"), "x (sensitive) y");
    }

    #[test]
    fn names_texts_and_numbers_of_a_document_are_scrubbed() {
        let mut value = json!({"hunter2": [{"a": "is hunter2"}, 12345678], "b": true});
        knowing(&["hunter2", "12345678"]).scrub_value(&mut value);
        let wanted = json!({"(sensitive)": [{"a": "is (sensitive)"}, "(sensitive)"], "b": true});
        assert_eq!(value, wanted);
    }
}
