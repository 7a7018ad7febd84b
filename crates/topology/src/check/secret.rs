//! Secrets written out in the file.

use super::Check;
use crate::{App, Part, Sp, Text};

/// Words in a key that speak of a secret, in lower case.
const SECRET_KEYS: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "accountkey",
    "accesskey",
    "access_key",
    "privatekey",
    "private_key",
    "authorization",
];

/// What gives a secret away at the beginning of a value, in lower case.
const SECRET_STARTS: &[&str] = &["-----begin", "bearer ", "basic ", "ghp_", "eyj"];

/// What gives a secret away anywhere in a value, in lower case.
const SECRET_MARKS: &[&str] = &["accountkey=", "sharedaccesskey=", "password=", "pwd=", "sig="];

/// Beginnings of values that name a place instead of holding a secret, in lower case.
const HARMLESS_STARTS: &[&str] = &["http", "@microsoft.keyvault"];

/// Shorter values are flags and numbers.
const SHORTEST: usize = 8;

/// Shorter texts of letters and digits are names.
const SHORTEST_TOKEN: usize = 20;

impl Check<'_> {
    /// Warns of settings that look like secrets.
    pub(super) fn plain_secrets(&mut self, app: &App) {
        for (key, value) in &app.settings {
            self.plain_secret(key, value);
        }
        for (key, string) in &app.connection_strings {
            self.plain_secret(key, &string.value);
        }
    }

    /// Warns of a value that looks like a secret.
    pub(super) fn plain_secret(&mut self, key: &str, text: &Sp<Text>) {
        if let [Part::Literal(value)] = text.0.as_slice()
            && is_secret(key, value)
        {
            let message = format!("`{key}` looks like a secret written out");
            let help = "write `${secret:env:NAME}` or `${secret:keyVault:<vault>/<name>}`";
            self.warning("plain-secret", &text.place, message, help);
        }
    }
}

/// Returns whether a value looks like a secret, by itself or by its key.
fn is_secret(key: &str, value: &str) -> bool {
    if value.len() < SHORTEST {
        return false;
    }
    let starts = |words: &[&str]| words.iter().any(|word| starts_with(value, word));
    let by_key = || SECRET_KEYS.iter().any(|word| contains(key, word));
    let is_harmless = || starts(HARMLESS_STARTS) || value.contains(char::is_whitespace);
    starts(SECRET_STARTS)
        || value.contains('=') && SECRET_MARKS.iter().any(|mark| contains(value, mark))
        || by_key() && !is_harmless()
}

/// Returns whether a value may be a secret, so that it is better not shown.
///
/// Takes more for a secret than the check of a topology does: whatever stands under a secret's name,
/// and long texts without words, as keys and tokens are.
pub fn may_be_secret(key: &str, value: &str) -> bool {
    let is_wordless = |value: &str| {
        let has = |wanted: fn(&char) -> bool| value.chars().any(|c| wanted(&c));
        value.len() >= SHORTEST_TOKEN
            && !value.contains(|c: char| c.is_whitespace() || "/:.@,;|{".contains(c))
            && has(char::is_ascii_uppercase)
            && has(char::is_ascii_lowercase)
            && has(char::is_ascii_digit)
    };
    SECRET_KEYS.iter().any(|word| contains(key, word))
        || is_secret(key, value)
        || is_wordless(value)
}

/// Returns whether `text` begins with `word`, whatever its case.
fn starts_with(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// Returns whether `text` holds `word`, whatever its case; without a copy, since every setting of
/// every stamp comes by.
fn contains(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{is_secret, may_be_secret};

    #[test]
    fn what_may_be_a_secret_is_more_than_what_looks_like_one() {
        assert!(may_be_secret("PASSWORD", "short"));
        assert!(may_be_secret("MODE", "aB3dE5gH7jK9mN1pQ3sT5vW7"));
        assert!(!may_be_secret("MODE", "blue"));
        assert!(!may_be_secret("WEBSITE_RUN_FROM_PACKAGE", "https://a.example.net/App1.zip"));
    }

    #[test]
    fn secrets_are_told_from_settings() {
        assert!(is_secret("DB_PASSWORD", "hunter2-hunter2"));
        assert!(is_secret("STORE", "AccountName=x;AccountKey=abcdefgh"));
        assert!(is_secret("Authorization", "Basic dXNlcjpwYXNz"));
        assert!(!is_secret("TOKEN_URL", "https://login.example.com/token"));
        assert!(!is_secret("USE_TOKEN", "true"));
        assert!(!is_secret("DB_PASSWORD", "@Microsoft.KeyVault(SecretUri=https://kv/secrets/db)"));
        assert!(!is_secret("GREETING", "hello, world"));
    }
}
