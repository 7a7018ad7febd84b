//! The language as a whole, with all its families, from text to model.

// The functions beside the tests may do what tests may.
#![allow(clippy::panic, clippy::unwrap_used)]

use std::path::Path;

use topology::{Input, Parsed, parse};

mod checks;
mod docs;
mod engines;
mod examples;
mod explanations;
mod files;
mod hidden;
mod language;
mod mistakes;
mod scale;
mod walk_through;

/// Parses a text with the variables that the tests use.
pub fn parsed(text: &str) -> Parsed {
    let env = |name: &str| match name {
        "AZURE_SUBSCRIPTION_ID" => Some("00000000-0000-0000-0000-000000000001".to_owned()),
        "PROBE_AUTH" => Some("Basic dXNlcjpwYXNz".to_owned()),
        "EU2_SECRET" | "EU3_SECRET" => Some("secret-of-a-reader".to_owned()),
        _ => None,
    };
    let read = |path: &Path| Err(std::io::Error::other(format!("no {}", path.display())));
    let file = Path::new("topology.yaml");
    parse(&Input {
        language: families::language(),
        file,
        text,
        env: &env,
        read: &read,
        overlays: &[],
    })
}
