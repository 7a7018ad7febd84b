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
    "clientsecret",
];

/// Beginnings of a value's parts that give a secret away.
const SECRET_VALUES: &[&str] = &[
    "accountkey=",
    "sharedaccesskey=",
    "password=",
    "pwd=",
    "-----begin",
    "bearer ",
    "basic ",
    "sig=",
    "ghp_",
    "eyj",
];

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
        let [Part::Literal(value)] = text.0.as_slice() else { return };
        let (name, lower) = (key.to_lowercase(), value.to_lowercase());
        let reveals = |mark: &&str| match *mark {
            "bearer " | "basic " | "eyj" | "ghp_" | "-----begin" => lower.starts_with(*mark),
            _ => lower.contains(*mark),
        };
        let by_name = SECRET_KEYS.iter().any(|word| name.contains(word));
        // Names, paths, URLs and vault references are no secrets; nor are flags and numbers.
        let is_harmless = value.len() < 8
            || lower.starts_with("http")
            || lower.starts_with("@microsoft.keyvault")
            || value.contains(char::is_whitespace) && !lower.starts_with("b");
        if SECRET_VALUES.iter().any(reveals) || by_name && !is_harmless {
            let message = format!("`{key}` looks like a secret written out");
            let help = "write `${secret:env:NAME}` or `${secret:keyVault:<vault>/<name>}`";
            self.warning("plain-secret", &text.place, message, help);
        }
    }
}
