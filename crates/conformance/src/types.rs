//! Bodies checked against Microsoft's published type definitions, in the format of bicep-types.
//!
//! The format: <https://github.com/Azure/bicep-types>; the definitions:
//! <https://github.com/Azure/bicep-types-az>.

use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;
use serde_json::Value;

pub mod definitions;
pub mod topologies;
mod validate;

pub use definitions::Definitions;
pub use validate::{Finding, validate};

/// One body as it would be sent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SentBody {
    /// The resource type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The API version of the request.
    pub api_version: String,
    /// The last segment of the resource's name: it decides what the body of a `sites/config` is.
    #[serde(default)]
    pub name: Option<String>,
    /// True for a PATCH, whose body states only what changes.
    #[serde(default)]
    pub partial: bool,
    /// The body.
    pub body: Value,
}

/// Checks the bodies, prints what is wrong with them and tells whether all are valid.
pub fn run(definitions: &Path, files: &[PathBuf]) -> anyhow::Result<bool> {
    let definitions = Definitions::load(definitions)?;
    let mut bodies = vec![];
    for file in files {
        if file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            bodies.extend(topologies::bodies(file)?);
            continue;
        }
        let open = File::open(file).with_context(|| format!("failed to open `{}`", file.display()));
        bodies.extend(read(BufReader::new(open?), &file.display().to_string())?);
    }
    if files.is_empty() {
        bodies = read(stdin().lock(), "standard input")?;
    }
    check(&definitions, &bodies)
}

/// Checks bodies, prints what is wrong with them and tells whether all are valid.
pub fn check(definitions: &Definitions, bodies: &[SentBody]) -> anyhow::Result<bool> {
    let (mut passed, mut failed, mut unknown) = (0, 0, 0);
    for sent in bodies {
        let label = format!(
            "{}@{} {}",
            sent.resource_type,
            sent.api_version,
            sent.name.as_deref().unwrap_or_default()
        );
        match validate(definitions, sent)? {
            None => {
                unknown += 1;
                println!("{label}: no definition");
            }
            Some(findings) if findings.is_empty() => passed += 1,
            Some(findings) => {
                failed += 1;
                for Finding { path, problem } in findings {
                    println!("{label}: {path}: {problem}");
                }
            }
        }
    }
    println!("{unknown} without a definition");
    println!("{passed} passed, {failed} failed");
    Ok(failed == 0)
}

fn read(lines: impl BufRead, origin: &str) -> anyhow::Result<Vec<SentBody>> {
    let mut bodies = vec![];
    for (index, line) in lines.lines().enumerate() {
        let line = line.with_context(|| format!("failed to read {origin}"))?;
        if !line.trim().is_empty() {
            let body = serde_json::from_str(&line)
                .with_context(|| format!("{origin}:{}: not a body", index + 1))?;
            bodies.push(body);
        }
    }
    Ok(bodies)
}
