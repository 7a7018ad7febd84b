//! What gives a secret away: the one list of words, for everybody who hides, warns or asks.
//!
//! Three questions are answered, from sure to doubtful: [`is_property_of_secret`] for the names
//! that Azure's providers give, [`is_secret`] for settings of which a person is warned, and
//! [`may_be_secret`] where a mistake would write a secret down for good.

mod known;
mod places;
mod spelling;

pub use known::{KnownSecrets, SCRUBBED};

/// Words of a name that speak of a secret; in lower case, letters and digits only.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "credential",
    AUTHORIZATION,
    "assertion",
    "apikey",
    "accountkey",
    "accesskey",
    "sharedkey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "primarykey",
    "secondarykey",
    "subscriptionkey",
    "functionskey",
    "sasuri",
    "sasurl",
    "pfxblob",
    "kubeconfig",
];

/// The header that carries a secret, with or without something before it; as the end of a property's
/// name it speaks of rights: `enableRbacAuthorization`.
const AUTHORIZATION: &str = "authorization";

/// What the name of a switch begins with: what it tells of a secret is yes or no.
const SWITCH_STARTS: &[&str] =
    &["enable", "disable", "allow", "require", "support", "is", "has", "use"];

/// Words of a name whose value is often a secret, and often not.
const DOUBTFUL_WORDS: &[&str] = &["connectionstring", "instrumentationkey", "signature", "cookie"];

/// Parts of a name that are a secret's by themselves: `SIGNING__PIN`, but not `SPINNER`.
const DOUBTFUL_PARTS: &[&str] = &["key", "pin", "pass", "sas", "auth"];

/// Names of a URL's parameters that are a secret's, besides those that speak of one: Azure Functions
/// calls its key `code`, a shared access signature its own `sig`.
///
/// Source: <https://learn.microsoft.com/azure/azure-functions/function-keys-how-to>.
const PARAMETERS: &[&str] = &["code", "sig", "key"];

/// A parameter's value that is shorter is a word or a number rather than a key.
const SHORTEST_PARAMETER: usize = 6;

/// What a name of something *about* a secret ends in: `TOKEN_LIFETIME`, `PASSWORD_POLICY`.
const ABOUT: &[&str] = &[
    "name",
    "url",
    "uri",
    "endpoint",
    "host",
    "path",
    "file",
    "header",
    "field",
    "issuer",
    "audience",
    "scope",
    "provider",
    "type",
    "mode",
    "format",
    "algorithm",
    "version",
    "policy",
    "hint",
    "length",
    "size",
    "count",
    "limit",
    "lifetime",
    "expiry",
    "expiration",
    "ttl",
    "timeout",
    "seconds",
    "minutes",
    "hours",
    "days",
    "enabled",
    "required",
    "rotation",
    "id",
];

/// What gives a secret away at the beginning of a value, in lower case.
const STARTS: &[&str] = &[
    "-----begin",
    "bearer ",
    "basic ",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "sk_live_",
    "eyj",
];

/// What gives a secret away anywhere in a value, in lower case.
const MARKS: &[&str] = &[
    "accountkey=",
    "sharedaccesskey=",
    "sharedsecret=",
    "clientsecret=",
    "client_secret=",
    "access_token=",
    "password=",
    "pwd=",
    "sig=",
];

/// Values that are switches and not secrets, whatever their name; in lower case.
const SWITCHES: &[&str] = &[
    "true", "false", "yes", "no", "on", "off", "none", "null", "enabled", "disabled", "required",
    "optional",
];

/// A value of at least this many letters and digits in a row, mixed, is taken for a key.
const LONG: usize = 20;

/// Tells whether a property of this name holds a secret, going by the names that providers give.
pub fn is_property_of_secret(name: &str) -> bool {
    let squeezed = squeezed(name);
    !is_name_of_switch(name)
        && (is_authorization_header(name)
            || all_words().any(|word| word != AUTHORIZATION && squeezed.ends_with(word)))
}

/// Tells whether a name speaks of a secret anywhere, also of something about one.
pub fn speaks_of_secret(name: &str) -> bool {
    let name = squeezed(name);
    all_words().any(|word| name.contains(word))
}

/// Tells whether a name that people have chosen, of a tag or a setting, is a secret's.
pub fn is_name_of_secret(name: &str) -> bool {
    is_named_secret(&squeezed(name))
}

/// Tells whether the header of a request is a secret: by its name, in doubt too, or by what it holds.
pub fn is_secret_header(name: &str, value: &str) -> bool {
    may_be_named_secret(name, value)
}

/// Tells whether a setting or header is a secret: by its name, or by what it holds.
pub fn is_secret(name: &str, value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    !is_harmless(&lower)
        && (is_secret_text(value) || !is_address(&lower) && is_named_secret(&squeezed(name)))
}

/// Tells whether a setting or header may be a secret. In doubt it is one: what is written down or
/// shown cannot be taken back.
pub fn may_be_secret(name: &str, value: &str) -> bool {
    let runs = || value.split(|c: char| !c.is_ascii_alphanumeric());
    let lower = value.to_ascii_lowercase();
    may_be_named_secret(name, value) || !is_harmless(&lower) && runs().any(is_key)
}

/// Tells whether a name, in doubt, or a text gives a secret away in so many words.
pub fn may_be_named_secret(name: &str, value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    if is_harmless(&lower) {
        return false;
    }
    let is_named = || {
        let name = name.to_ascii_lowercase();
        let mut parts = name.split(|c: char| !c.is_ascii_alphanumeric());
        speaks_of_secret(&name) || parts.any(|part| DOUBTFUL_PARTS.contains(&part))
    };
    is_secret_text(value) || !is_address(&lower) && is_named()
}

/// Tells whether a text is a secret whatever its name: a key, a token, a connection string with its
/// password, a signed URL.
pub fn is_secret_text(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    STARTS.iter().any(|start| lower.len() > start.len() && lower.starts_with(start))
        || lower.contains('=') && MARKS.iter().any(|mark| lower.contains(mark))
        || lower.contains("instrumentationkey=")
        || has_password(&lower)
        || has_secret_parameter(value)
}

/// Returns the name under which a member holds its `value`, where it is such a pair: a header, a setting,
/// a variable (`{"name": "clientSecret", "value": "…"}`).
pub fn name_of_pair(map: &serde_json::Map<String, serde_json::Value>) -> Option<&str> {
    let at = |wanted: &str| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted));
    at("value")?;
    let names = ["name", "key", "header", "headerName"].into_iter();
    names.filter_map(at).find_map(|(_, name)| name.as_str())
}

/// Tells whether a member is a pair whose name is a secret's, wherever it stands.
pub fn is_secret_pair(map: &serde_json::Map<String, serde_json::Value>) -> bool {
    name_of_pair(map).is_some_and(|name| is_property_of_secret(name) || is_name_of_secret(name))
}

/// Tells whether a name is that of the header, whose words are parted by hyphens where it has some.
fn is_authorization_header(name: &str) -> bool {
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.next_back().is_some_and(|last| last.eq_ignore_ascii_case(AUTHORIZATION))
        || squeezed(name) == "proxyauthorization"
}

/// Tells whether a name in camel case begins with the verb of a switch, as a word: `isToken`, but not
/// `issuerToken`.
fn is_name_of_switch(name: &str) -> bool {
    SWITCH_STARTS.iter().any(|start| {
        let rest = name.strip_prefix(start).and_then(|rest| rest.chars().next());
        rest.is_some_and(|next| next.is_ascii_uppercase())
    })
}

fn all_words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().chain(DOUBTFUL_WORDS).copied()
}

fn is_named_secret(squeezed: &str) -> bool {
    WORDS.iter().any(|word| squeezed.contains(word))
        && !ABOUT.iter().any(|about| squeezed.ends_with(about))
}

/// Returns a name in lower case, without what parts its words.
fn squeezed(name: &str) -> String {
    let kept = name.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

/// Switches, numbers and references to a vault hold no secret, whatever their name.
fn is_harmless(value: &str) -> bool {
    value.is_empty()
        || SWITCHES.contains(&value)
        || value.len() < 4 && value.parse::<f64>().is_ok()
        || value.starts_with("@microsoft.keyvault(")
        || value.starts_with("@microsoft.appconfiguration(")
}

/// Tells whether a value says where something is.
fn is_address(value: &str) -> bool {
    (value.starts_with("https://") || value.starts_with("http://") || value.starts_with('/'))
        && !value.contains(['?', '@'])
}

/// Tells whether a URL carries a login: `amqp://user:password@host`, `https://token@host`.
fn has_password(value: &str) -> bool {
    value.match_indices("://").any(|(at, _)| {
        let (before, rest) = (&value[..at], &value[at + 3..]);
        let end = rest.find(['/', '?', '#', ' ', '"', '\'']).unwrap_or(rest.len());
        let is_web = before.ends_with("http") || before.ends_with("https");
        rest[..end].rsplit_once('@').is_some_and(|(user, _)| is_web || user.contains(':'))
    })
}

/// Tells whether a URL, or a path with its query, carries a secret: `/health?code=…`.
fn has_secret_parameter(value: &str) -> bool {
    if !value.starts_with('/') && !value.contains("://") {
        return false;
    }
    let queries = value.split('?').skip(1);
    let pairs = queries.flat_map(|query| query.split(['&', ';', '#', ' ', '"']));
    pairs.filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
        let is_one = |name: &str| {
            speaks_of_secret(name)
                || PARAMETERS.contains(&name)
                || name.split(|c: char| !c.is_ascii_alphanumeric()).any(is_secret_part)
        };
        let name = name.to_ascii_lowercase();
        let about = ABOUT.iter().any(|about| squeezed(&name).ends_with(about));
        value.len() >= SHORTEST_PARAMETER
            && !about
            && !is_harmless(&value.to_ascii_lowercase())
            && is_one(&name)
    })
}

fn is_secret_part(part: &str) -> bool {
    DOUBTFUL_PARTS.contains(&part)
}

/// Tells whether a run of letters and digits looks like a key rather than a word.
fn is_key(run: &str) -> bool {
    let has = |is: fn(&u8) -> bool| run.bytes().any(|byte| is(&byte));
    run.len() >= LONG && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_of_secrets_are_told_by_the_end_of_their_name() {
        for name in ["adminPassword", "clientSecret", "primaryKey", "kubeConfig", "accessToken"] {
            assert!(is_property_of_secret(name), "{name}");
        }
        for name in ["tokenStore", "allowSharedKeyAccess", "passwordPolicy", "secretUri", "key"] {
            assert!(!is_property_of_secret(name), "{name}");
        }
    }

    #[test]
    fn switches_and_rights_are_no_secrets_and_the_header_is() {
        for name in ["enableRbacAuthorization", "roleAuthorization", "isToken", "requirePassword"] {
            assert!(!is_property_of_secret(name), "{name}");
        }
        for name in [
            "Authorization",
            "authorization",
            "Proxy-Authorization",
            "proxyAuthorization",
            "X-Authorization",
            "issuerToken",
            "userPassword",
        ] {
            assert!(is_property_of_secret(name), "{name}");
        }
    }

    #[test]
    fn secrets_are_told_from_settings() {
        for (name, value) in [
            ("DB_PASSWORD", "hunter2"),
            ("DB_PASSWORD_PROD", "hunter2"),
            ("ConnectionStrings:Main", "Server=x;Password=hunter2"),
            ("STORE", "AccountName=x;AccountKey=abcdefgh"),
            ("Authorization", "Basic dXNlcjpwYXNz"),
            ("BROKER", "amqp://user:pass@broker.example.net/"),
            ("PACKAGE", "https://st.blob.core.windows.net/a.zip?sv=1&sig=abc"),
            ("api-key", "correct horse"),
        ] {
            assert!(is_secret(name, value), "{name}");
            assert!(may_be_secret(name, value), "{name}");
        }
        for url in [
            "/health?code=aB3dE5gH7j",
            "/health?a=b&Api-Key=hunter22",
            "https://f.azurewebsites.net/api/x?code=aB3dE5gH7j==",
            "https://st.blob.core.windows.net/a?sv=2&sig=abcdef",
            "https://ghp@github.com/a/b",
            "see https://a.example and amqp://user:pass@b.example",
            "https://user:pass@host?x=y",
        ] {
            assert!(is_secret("healthPath", url), "{url}");
        }
        for url in [
            "/health?key=name",
            "/health?verbose=true&probe=router",
            "https://a.example/?mail=a@b.example",
            "ssh://git@github.com/a/b",
            "/a?codec=utf-8-utf-8",
            "/a?token_lifetime=3600000",
        ] {
            assert!(!is_secret("healthPath", url), "{url}");
        }
        for (name, value) in [
            ("TOKEN_URL", "https://login.example.com/token"),
            ("TOKEN_LIFETIME", "3600"),
            ("PASSWORD_HINT", "your first pet"),
            ("USE_TOKEN", "true"),
            ("DB_PASSWORD", "@Microsoft.KeyVault(SecretUri=https://kv/secrets/db)"),
            ("GREETING", "hello, world"),
            ("SORT_KEY", "name"),
        ] {
            assert!(!is_secret(name, value), "{name}");
        }
    }

    #[test]
    fn in_doubt_a_value_is_a_secret() {
        for (name, value) in [
            ("PASSWORD", "short"),
            ("SIGNING__PIN", "7Hq-pin-of-the-signing-key"),
            ("LICENCE", "a1b2c3d4e5f6a7b8c9d0e1"),
            ("MODE", "aB3dE5gH7jK9mN1pQ3sT5vW7"),
        ] {
            assert!(may_be_secret(name, value), "{name}");
        }
        for (name, value) in [
            ("MODE", "blue"),
            ("KEY_SIZE", "256"),
            ("REGION", "westeurope"),
            ("TOKEN_URL", "https://login.example.com/token"),
            ("WEBSITE_RUN_FROM_PACKAGE", "https://artefacts-weu.example.net/pki/app.zip"),
        ] {
            assert!(!may_be_secret(name, value), "{name}");
        }
    }
}
