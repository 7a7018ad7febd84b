//! Recorded writes judge what the simulator makes of a body.
//!
//! Each recorded write is sent to a fresh simulator in which its parents and what it refers to
//! were made first. What a GET then answers is compared with what Azure held in the end.

use std::path::Path;

use anyhow::ensure;
use resource::ResourceId;
use serde::Deserialize;
use serde_json::Value;
use simulator::Latency;

use crate::flows::judge::Verdict;
use crate::flows::{prior, recording, report};
use crate::likeness;
use crate::stage::{Stage, encoded, is_moving};

/// A recorded write with what came of it.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// The file's name without `.json`.
    pub id: String,
    /// The API version of the request.
    pub api_version: String,
    resource_id: String,
    /// What was sent.
    pub request: Message,
    settled: Settled,
}

/// A recorded request.
#[derive(Debug, Deserialize)]
pub struct Message {
    /// PUT or PATCH.
    pub method: String,
    body: Value,
}

#[derive(Debug, Deserialize)]
struct Settled {
    body: Value,
}

/// Judges all cases in `directory`, prints the score and tells whether all passed.
pub fn run(directory: &Path, verbose: bool) -> anyhow::Result<bool> {
    let cases: Vec<Case> = recording::load(directory)?;
    ensure!(!cases.is_empty(), "no case found in `{}`", directory.display());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut played = vec![];
    for case in &cases {
        let verdict = runtime.block_on(play(case))?;
        played.push((case.id.as_str(), vec![verdict]));
    }
    Ok(report(&played, verbose))
}

/// A fresh simulator in which a recorded write can be repeated.
pub struct Prepared {
    /// The simulator.
    pub stage: Stage,
    /// What is written.
    pub id: ResourceId,
    /// The body to send.
    pub body: Value,
    /// Whether the simulator models the type.
    pub is_covered: bool,
}

/// Makes what a recorded write needs around it.
pub async fn prepare(case: &Case) -> anyhow::Result<Prepared> {
    let mut stage = Stage::open(Latency::None, 100).await?;
    let id = ResourceId::parse(&case.resource_id.replace("//", "/"))?;
    let kind = id.resource_type();
    let is_covered = stage.covers(&kind).await?;
    let properties = &case.settled.body["properties"];
    let place = case.settled.body["location"].as_str().or(properties["endpointLocation"].as_str());
    let place = place.unwrap_or("westus2");
    let place = if place.eq_ignore_ascii_case("global") { "westus2" } else { place };
    let mut body = case.request.body.clone();
    if is_covered {
        prior::ensure_around(&stage, &id, &body, place).await?;
        if case.request.method == "PATCH" {
            prior::ensure(&stage, &id, None, place).await?;
        }
        know_principal(&stage, &mut body, place).await?;
        if kind.last().eq_ignore_ascii_case("hostNameBindings") {
            stage.own_domain(id.name())?;
        }
    }
    Ok(Prepared { stage, id, body, is_covered })
}

async fn play(case: &Case) -> anyhow::Result<Verdict> {
    let Prepared { stage, id, body, is_covered } = prepare(case).await?;
    let kind = id.resource_type();
    let target = format!("{}?api-version={}", encoded(id.as_str()), case.api_version);
    let written = stage.send(&case.request.method, &target, &[], &body).await?;
    let mut answer = stage.get(&target).await?;
    for _ in 0..20 {
        if is_moving(&answer.body) {
            answer = stage.get(&target).await?;
        }
    }
    let is_hidden = written.is_success() && !answer.is_success();
    // Some documents are only shown to who POSTs for them: the answer to the write shows them too.
    let shown = if is_hidden { written.clone() } else { answer };
    let status = if written.is_success() { 200 } else { written.status };
    Ok(Verdict {
        exchange: match written.code() {
            Some(code) => format!("{} {id}: {code}: {}", case.request.method, written.body),
            None => format!("{} {id}", case.request.method),
        },
        resource_type: kind,
        is_covered,
        status: (200, status),
        headers: 0,
        wrong_headers: vec![],
        wrong_code: None,
        likeness: likeness::compare(&case.settled.body, &shown.body),
    })
}

/// Puts a principal that the simulator knows where the recording has one that Azure knew.
async fn know_principal(stage: &Stage, body: &mut Value, place: &str) -> anyhow::Result<()> {
    let Some(principal) = body.pointer_mut("/properties/principalId") else { return Ok(()) };
    *principal = prior::principal(stage, "principals", place).await?;
    Ok(())
}
