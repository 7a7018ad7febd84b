//! The language as a whole, from text to model.

use std::path::Path;
use std::sync::LazyLock;

use crate::{Input, Language, Parsed, parse, section};

mod checks;
mod docs;
mod examples;
mod files;
mod hidden;
mod language;
mod mistakes;
mod scale;

/// Returns the language that the tests are written in.
pub(crate) fn language() -> &'static Language {
    static LANGUAGE: LazyLock<Language> =
        LazyLock::new(|| Language::new(section::ALL.iter().copied()));
    &LANGUAGE
}

/// Parses a text with the variables that the tests use.
pub(crate) fn parsed(text: &str) -> Parsed {
    let env = |name: &str| match name {
        "AZURE_SUBSCRIPTION_ID" => Some("00000000-0000-0000-0000-000000000001".to_owned()),
        "PROBE_AUTH" => Some("Basic dXNlcjpwYXNz".to_owned()),
        _ => None,
    };
    let read = |path: &Path| Err(std::io::Error::other(format!("no {}", path.display())));
    let file = Path::new("topology.yaml");
    parse(&Input { language: language(), file, text, env: &env, read: &read, overlays: &[] })
}
