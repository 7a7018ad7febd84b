//! One recorded request with what the service held afterwards.

use std::path::Path;

use anyhow::Context;
use serde::Deserialize;
use serde_json::Value;

/// A case, ready to be compared.
#[derive(Debug)]
pub struct Case {
    /// The file's name without `.json`.
    pub id: String,
    /// The type in the request's URL.
    pub resource_type: String,
    /// The API version in the request's URL.
    pub api_version: String,
    /// The body that was sent.
    pub desired: Value,
    /// The body that was answered when everything had settled.
    pub observed: Value,
}

#[derive(Deserialize)]
struct Recording {
    id: String,
    #[serde(rename = "type")]
    resource_type: String,
    api_version: String,
    request: Message,
    settled: Message,
}

#[derive(Deserialize)]
struct Message {
    body: Value,
}

impl From<Recording> for Case {
    fn from(recording: Recording) -> Self {
        let Recording { id, resource_type, api_version, request, settled } = recording;
        let (desired, observed) = (request.body, settled.body);
        Self { id, resource_type, api_version, desired, observed }
    }
}

/// Reads all cases of a folder, sorted by type and ID.
pub fn load(directory: &Path) -> anyhow::Result<Vec<Case>> {
    let entries = std::fs::read_dir(directory)
        .with_context(|| format!("failed to read the folder `{}`", directory.display()))?;
    let mut cases = vec![];
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path)?;
            let recording: Recording = serde_json::from_str(&text)
                .with_context(|| format!("`{}` is not a recorded pair", path.display()))?;
            cases.push(Case::from(recording));
        }
    }
    cases.sort_by_key(|case| (case.resource_type.to_lowercase(), case.id.clone()));
    Ok(cases)
}
