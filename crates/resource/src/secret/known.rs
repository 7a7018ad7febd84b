//! Secrets taken out of texts by their value.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::places::Places;
use super::spelling::spelled;
use crate::ResourceId;

/// What stands where a secret was.
pub const SCRUBBED: &str = "(sensitive)";

/// A shorter value is not looked for: to take `1234` or `blue` out of every text would spoil what
/// has nothing to do with it. Such a secret is hidden where it stands, by the name of its property.
const SHORTEST: usize = 6;

/// Of a shorter one base64 has too few digits to know them again.
const SHORTEST_ENCODED: usize = 8;

/// A line of a secret of several lines is looked for by itself when it has so many characters.
const SHORTEST_LINE: usize = 16;

/// The secrets that a run has come to know; clones share them.
///
/// What is about to leave the process as text passes through [`KnownSecrets::scrub`].
#[derive(Clone, Default)]
pub struct KnownSecrets {
    values: Arc<RwLock<Values>>,
    places: Arc<RwLock<Places>>,
}

impl KnownSecrets {
    /// Remembers a secret, and what base64 makes of it.
    pub fn add(&self, secret: &str) {
        let trimmed = secret.trim();
        if trimmed.len() < SHORTEST {
            return;
        }
        let lines = trimmed.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_LINE);
        let texts = [trimmed].into_iter().chain(lines.filter(|line| *line != trimmed));
        let mut known = self.values.write().unwrap_or_else(PoisonError::into_inner);
        for text in texts {
            known.add(text);
            encoded(text).iter().for_each(|form| known.add(form));
        }
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

    /// Returns `text` without the secrets, however a format has written them.
    pub fn scrub<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let known = self.values.read().unwrap_or_else(PoisonError::into_inner);
        let found = known.find(text);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let (mut shown, mut end) = (String::with_capacity(text.len()), 0);
        for range in found {
            shown.push_str(&text[end..range.start]);
            shown.push_str(SCRUBBED);
            end = range.end;
        }
        shown.push_str(&text[end..]);
        Cow::Owned(shown)
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

/// The values of secrets, by how they begin.
#[derive(Default)]
struct Values {
    known: Vec<SecretString>,
    by_first: BTreeMap<u8, Vec<usize>>,
    /// Those that begin with neither a letter nor a digit: formats write these in ways of their own.
    odd: Vec<usize>,
}

impl Values {
    fn add(&mut self, value: &str) {
        let Some(first) = value.bytes().next() else { return };
        if self.known.iter().any(|old| old.expose_secret() == value) {
            return;
        }
        // Markdown writes a backtick in code as another sign.
        for start in [first].into_iter().chain((first == b'`').then_some(b'\'')) {
            self.by_first.entry(start).or_default().push(self.known.len());
        }
        if !first.is_ascii_alphanumeric() {
            self.odd.push(self.known.len());
        }
        self.known.push(value.into());
    }

    /// Returns where a secret stands in `text`, in order; ranges that overlap are one.
    fn find(&self, text: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = vec![];
        if self.known.is_empty() {
            return found;
        }
        for (start, c) in text.char_indices() {
            let rest = &text[start..];
            let longest = match c {
                '\\' | '&' | '%' => self.longest(self.marked(rest), rest),
                _ => {
                    let mut first = [0; 4];
                    let first = c.encode_utf8(&mut first).bytes().next().unwrap_or_default();
                    let begin = self.beginning(first).iter().copied();
                    self.longest(begin.filter(|at| self.may_go_on(*at, rest)), rest)
                }
            };
            let Some(end) = longest.map(|length| start + length) else { continue };
            match found.last_mut() {
                // A secret may be a part of another, or go on where another ends.
                Some(last) if start < last.end => last.end = last.end.max(end),
                _ => found.push(start..end),
            }
        }
        found
    }

    fn longest(&self, candidates: impl Iterator<Item = usize>, text: &str) -> Option<usize> {
        let known = candidates.filter_map(|at| self.known.get(at));
        known.filter_map(|secret| spelled(secret.expose_secret(), text)).max()
    }

    fn beginning(&self, first: u8) -> &[usize] {
        self.by_first.get(&first).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the secrets that may begin where an escape, an entity or a byte of a URL stands: letters and
    /// digits are seldom written so, and a text has many of these signs.
    fn marked(&self, text: &str) -> impl Iterator<Item = usize> {
        let after = &text[1..];
        let is_again = |rest: &str| rest.starts_with("25") || rest.starts_with("AZP25");
        let (is_any, byte) = match text.as_bytes()[0] {
            b'\\' => (after.trim_start_matches('\\').starts_with('u'), None),
            b'&' => (after.starts_with('#') || after.starts_with("amp;"), None),
            _ => {
                let digits = after.get(..2);
                (is_again(after), digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()))
            }
        };
        let all = if is_any { 0..self.known.len() } else { 0..0 };
        let odd = if is_any { &[] } else { self.odd.as_slice() };
        let bytes = byte.filter(|byte| byte.is_ascii_alphanumeric() && !is_any);
        let by_byte = bytes.map(|byte| self.beginning(byte)).unwrap_or_default();
        all.chain(odd.iter().copied()).chain(by_byte.iter().copied())
    }

    /// Tells whether what stands behind the first letter may be the second of a secret.
    fn may_go_on(&self, at: usize, text: &str) -> bool {
        let secret = self.known.get(at).map(|secret| secret.expose_secret().as_bytes());
        let (Some([_, wanted, ..]), [_, found, ..]) = (secret, text.as_bytes()) else {
            return true;
        };
        let is_plain = found.is_ascii_alphanumeric() || b"_-./:,;=\"{}[]()".contains(found);
        wanted == found || !is_plain
    }
}

/// Returns what base64 makes of a text, whatever stands before and behind it: the digits that no neighbour
/// has a part in, in both alphabets. A login is written so (`Basic …`), and whatever Kubernetes keeps.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc4648#section-4>.
fn encoded(text: &str) -> Vec<String> {
    if text.len() < SHORTEST_ENCODED {
        return vec![];
    }
    let forms = (0..3).flat_map(|before: usize| {
        let bytes = [&[0; 2][..before], text.as_bytes()].concat();
        let (first, last) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        [STANDARD_NO_PAD, URL_SAFE_NO_PAD]
            .map(|alphabet| alphabet.encode(&bytes)[first..last].to_owned())
    });
    forms.collect()
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
    fn secrets_that_overlap_leave_nothing() {
        let known = knowing(&["abcdef", "defghi"]);
        assert_eq!(known.scrub("x abcdefghi abcdef y"), "x (sensitive) (sensitive) y");
    }

    #[test]
    fn a_page_and_base64_hide_nothing_from_us() {
        let secret = "correct horse battery staple";
        let known = knowing(&[secret]);
        for text in [
            "pre correct horse\n      battery staple post".to_owned(),
            STANDARD_NO_PAD.encode(secret),
            STANDARD_NO_PAD.encode(format!("user:{secret}")),
            URL_SAFE_NO_PAD.encode(format!("me:{secret}\n")),
            STANDARD_NO_PAD.encode(format!("x{secret}yz")),
        ] {
            let shown = known.scrub(&text);
            assert!(shown.contains(SCRUBBED) && shown.len() < SCRUBBED.len() + 12, "{shown}");
        }
    }

    #[test]
    fn names_texts_and_numbers_of_a_document_are_scrubbed() {
        let mut value = json!({"hunter2": [{"a": "is hunter2"}, 12345678], "b": true});
        knowing(&["hunter2", "12345678"]).scrub_value(&mut value);
        let wanted = json!({"(sensitive)": [{"a": "is (sensitive)"}, "(sensitive)"], "b": true});
        assert_eq!(value, wanted);
    }
}
