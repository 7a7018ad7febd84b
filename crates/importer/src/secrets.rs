//! Values that must not be written: they become names of variables.

use std::collections::BTreeMap;

use crate::node::Node;

/// Words in a name that speak of a secret, in lower case and without what parts them.
const NAMES: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "accountkey",
    "accesskey",
    "privatekey",
    "authorization",
    "credential",
    "connectionstring",
];

/// Parts of a name that are a secret's by themselves, in lower case.
const PARTS: [&str; 6] = ["key", "pin", "pass", "sas", "auth", "signature"];

/// What gives a secret away at the beginning of a value, in lower case.
const STARTS: [&str; 6] =
    ["-----begin", "bearer ", "basic ", "ghp_", "eyj", "defaultendpointsprotocol="];

/// What gives a secret away anywhere in a value, in lower case.
const MARKS: [&str; 6] =
    ["accountkey=", "sharedaccesskey=", "password=", "pwd=", "sig=", "instrumentationkey="];

/// A value of at least this many letters and digits in a row, mixed, is taken for a key.
const LONG: usize = 20;

/// Tells whether a setting or header looks like a secret. In doubt it is one: a secret that is
/// written down cannot be taken back.
pub fn is_secret(name: &str, value: &str) -> bool {
    let words = || value.split(|c: char| !c.is_ascii_alphanumeric());
    speaks_of_secret(name, value)
        || !is_harmless(&value.to_ascii_lowercase()) && words().any(is_key)
}

/// Tells whether a name or a value gives a secret away in so many words.
pub fn speaks_of_secret(name: &str, value: &str) -> bool {
    let (name, lower) = (name.to_ascii_lowercase(), value.to_ascii_lowercase());
    if is_harmless(&lower) {
        return false;
    }
    let squeezed: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let is_named = NAMES.iter().any(|word| squeezed.contains(word))
        || name.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| PARTS.contains(&part));
    STARTS.iter().any(|start| lower.starts_with(start))
        || MARKS.iter().any(|mark| lower.contains(mark))
        || is_named && !is_address(&lower)
        || has_password(&lower)
}

/// Switches, numbers and references to a vault hold no secret, whatever their name.
fn is_harmless(value: &str) -> bool {
    value.is_empty()
        || ["true", "false"].contains(&value)
        || value.len() < 4 && value.parse::<f64>().is_ok()
        || value.starts_with("@microsoft.keyvault(")
}

/// Tells whether a value says where something is.
fn is_address(value: &str) -> bool {
    (value.starts_with("https://") || value.starts_with("http://") || value.starts_with('/'))
        && !value.contains(['?', '@'])
}

/// Tells whether a URL carries a password: `amqp://user:password@host`.
fn has_password(value: &str) -> bool {
    let authority = value.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or(rest));
    authority.is_some_and(|authority| {
        authority.split_once('@').is_some_and(|(user, _)| user.contains(':'))
    })
}

/// Tells whether a run of letters and digits looks like a key rather than a word.
fn is_key(run: &str) -> bool {
    let has = |is: fn(&u8) -> bool| run.bytes().any(|byte| is(&byte));
    run.len() >= LONG && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
}

/// The secrets that a topology refers to.
#[derive(Debug, Default)]
pub struct Secrets {
    /// Variables of the caller's environment, by what they hold.
    environment: BTreeMap<String, String>,
    values: BTreeMap<String, String>,
}

impl Secrets {
    /// Prefers the names of variables that hold a secret already.
    pub fn new(environment: &BTreeMap<String, String>) -> Self {
        let long = environment.iter().filter(|(_, value)| value.len() >= 8);
        let by_value = long.map(|(name, value)| (value.clone(), name.clone()));
        Self { environment: by_value.collect(), values: BTreeMap::new() }
    }

    /// Returns the text that stands for a secret. `name` is a good name for the variable, `owner`
    /// tells it from another secret of that name.
    pub fn refer(&mut self, name: &str, owner: &str, value: &str) -> Node {
        let known = self.environment.get(value).cloned();
        let first = known.unwrap_or_else(|| variable(name));
        let is_free = |values: &BTreeMap<String, String>, name: &str| {
            values.get(name).is_none_or(|other| other == value)
        };
        let mut chosen = first.clone();
        if !is_free(&self.values, &chosen) {
            chosen = variable(&format!("{name}_{owner}"));
        }
        let mut number = 2;
        while !is_free(&self.values, &chosen) {
            chosen = format!("{first}_{number}");
            number += 1;
        }
        self.values.insert(chosen.clone(), value.to_owned());
        Node::Text(format!("${{secret:env:{chosen}}}"))
    }

    /// Returns the variables and what they must hold.
    pub fn into_values(self) -> BTreeMap<String, String> {
        self.values
    }
}

/// Makes the name of an environment variable.
fn variable(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let name: String = text.chars().map(plain).collect();
    match name.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("_{name}"),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_from_settings() {
        for (name, value) in [
            ("DB_PASSWORD", "hunter2"),
            ("SIGNING__PIN", "7Hq-pin-of-the-signing-key"),
            ("STORE", "AccountName=x;AccountKey=abcdefgh"),
            ("Authorization", "Basic dXNlcjpwYXNz"),
            ("BROKER", "amqp://user:pass@broker.example.net/"),
            ("PACKAGE", "https://st.blob.core.windows.net/a.zip?sv=1&sig=abc"),
            ("LICENCE", "a1b2c3d4e5f6a7b8c9d0e1"),
        ] {
            assert!(is_secret(name, value), "{name}");
        }
        for (name, value) in [
            ("TOKEN_URL", "https://login.example.com/token"),
            ("USE_TOKEN", "true"),
            ("KEY_SIZE", "256"),
            ("DB_PASSWORD", "@Microsoft.KeyVault(VaultName=kv;SecretName=db)"),
            ("GREETING", "hello, world"),
            ("REGION", "westeurope"),
            ("WEBSITE_RUN_FROM_PACKAGE", "https://artefacts-weu.example.net/pki/app.zip"),
        ] {
            assert!(!is_secret(name, value), "{name}");
        }
    }

    #[test]
    fn one_value_has_one_name_and_two_values_have_two() {
        let environment = [("MY_PIN".to_owned(), "12345678".to_owned())].into();
        let mut secrets = Secrets::new(&environment);
        let text = |name: &str| Node::Text(format!("${{secret:env:{name}}}"));
        assert_eq!(secrets.refer("APP:PIN", "weu", "12345678"), text("MY_PIN"));
        assert_eq!(secrets.refer("APP:PIN", "weu", "one"), text("APP_PIN"));
        assert_eq!(secrets.refer("APP:PIN", "neu", "one"), text("APP_PIN"));
        assert_eq!(secrets.refer("APP:PIN", "neu", "two"), text("APP_PIN_NEU"));
        assert_eq!(secrets.refer("APP:PIN", "neu", "three"), text("APP_PIN_2"));
    }
}
