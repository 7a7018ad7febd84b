//! Recorded exchanges, as they lie in files.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use resource::{ResourceId, ResourceType};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Where the recordings' client found ARM.
const ORIGIN: &str = "https://management.azure.com";

/// A sequence of exchanges.
#[derive(Debug, Deserialize)]
pub struct Flow {
    /// The file's name without `.json`.
    pub id: String,
    /// Where it was recorded.
    pub source: Source,
    /// The exchanges in the order in which they were recorded.
    pub exchanges: Vec<Exchange>,
}

/// Where something was recorded.
#[derive(Debug, Deserialize)]
pub struct Source {
    /// The repository, `owner/name`.
    pub repo: String,
}

impl Flow {
    /// Tells whether the recorder kept the header `Retry-After`: its absence then says something.
    pub fn keeps_retry_after(&self) -> bool {
        self.source.repo == "Azure/azure-service-operator"
    }
}

/// One request with its answer.
#[derive(Debug, Clone, Deserialize)]
pub struct Exchange {
    /// What was asked.
    pub request: Request,
    /// What was answered.
    pub response: Response,
}

/// A recorded request.
#[derive(Debug, Clone, Deserialize)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The headers that were kept.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[serde(default)]
    pub body: Value,
}

impl Request {
    /// Returns the path and query, without origin.
    pub fn target(&self) -> &str {
        without_origin(&self.url)
    }

    /// Returns the path.
    pub fn path(&self) -> &str {
        path_of(&self.url)
    }

    /// Returns the resource that the path names, if it names one.
    pub fn resource(&self) -> Option<ResourceId> {
        ResourceId::parse(&self.path().replace("%20", " ")).ok()
    }

    /// Returns the type that the path speaks of.
    pub fn resource_type(&self) -> ResourceType {
        if let Some(id) = self.resource() {
            return id.resource_type();
        }
        let segments: Vec<&str> = self.path().split('/').filter(|part| !part.is_empty()).collect();
        let provider = segments.iter().rposition(|part| part.eq_ignore_ascii_case("providers"));
        let Some(tail) = provider.map(|at| &segments[at + 1..]).filter(|tail| tail.len() > 1)
        else {
            return ResourceType::new(resource::types::GROUP);
        };
        let names: Vec<&str> = tail[1..].iter().step_by(2).copied().collect();
        ResourceType::new(format!("{}/{}", tail[0], names.join("/")))
    }
}

/// A recorded answer.
#[derive(Debug, Clone, Deserialize)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The headers that were kept.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body; null where there was none.
    #[serde(default)]
    pub body: Value,
}

impl Response {
    /// Returns a header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.as_str())
    }

    /// Returns the code of a refusal, whichever form it has.
    pub fn code(&self) -> Option<&str> {
        code_of(&self.body)
    }

    /// Tells whether the request was carried out.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Returns the code of a refusal: `error.code`, `code` or `Code`.
pub fn code_of(body: &Value) -> Option<&str> {
    let found = ["/error/code", "/code", "/Code"].iter().find_map(|path| body.pointer(path));
    found.and_then(Value::as_str)
}

/// Returns what follows the origin of a URL.
pub fn without_origin(url: &str) -> &str {
    let rest = url.strip_prefix(ORIGIN).unwrap_or(url);
    let rest = rest.strip_prefix(":443").unwrap_or(rest);
    match rest.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => rest,
    }
}

/// Returns the path of a URL.
pub fn path_of(url: &str) -> &str {
    without_origin(url).split('?').next().unwrap_or_default()
}

/// Reads all recordings of a folder, sorted by file name.
pub fn load<T: DeserializeOwned>(directory: &Path) -> anyhow::Result<Vec<T>> {
    let entries = std::fs::read_dir(directory)
        .with_context(|| format!("failed to read the folder `{}`", directory.display()))?;
    let mut files = vec![];
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path)?;
        serde_json::from_str(&text)
            .with_context(|| format!("`{}` is not a recording", path.display()))
    };
    files.iter().map(read).collect()
}
