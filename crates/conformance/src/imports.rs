//! Recorded answers judge the importer.
//!
//! Each recorded resource is imported as if it stood in its group alone. The topology that is
//! written must be valid, and its plan must change nothing but the ownership mark.

use std::path::Path;

use anyhow::ensure;
use importer::{Imported, Request, Verdict};
use resource::{Observation, Observed, ResourceId};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::flows::recording;

/// A recorded resource.
#[derive(Debug, Deserialize)]
struct Case {
    id: String,
    resource_id: String,
    settled: Settled,
}

#[derive(Debug, Deserialize)]
struct Settled {
    body: Value,
}

/// Judges all cases in `directory`, prints the score and tells whether all passed.
pub fn run(directory: &Path, verbose: bool) -> anyhow::Result<bool> {
    let cases: Vec<Case> = recording::load(directory)?;
    ensure!(!cases.is_empty(), "no case found in `{}`", directory.display());
    let (mut passed, mut failed) = (0, 0);
    for case in &cases {
        let Some(imported) = import(case)? else { continue };
        match imported.verdict {
            Verdict::Empty | Verdict::Adopts(_) => passed += 1,
            Verdict::Differs(_) | Verdict::Unknown => {
                failed += 1;
                if verbose {
                    println!("{}: {:?}\n{}", case.id, imported.verdict, imported.body);
                }
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    Ok(failed == 0)
}

/// Imports one resource with what it lies in; `None` for what lies in no group.
fn import(case: &Case) -> anyhow::Result<Option<Imported>> {
    let own = case.settled.body["id"].as_str().unwrap_or(&case.resource_id);
    let own = own.replace("%20", " ").replace("//", "/");
    let id = ResourceId::parse(&format!("/{}", own.trim_start_matches('/')))?;
    let (Some(subscription), Some(group)) = (id.subscription(), id.resource_group()) else {
        return Ok(None);
    };
    let scope = ResourceId::group(subscription, group);
    let mut observed = Observed::default();
    let mut see = |id: ResourceId, body: Value| {
        observed.insert(Observation { id, body, etag: None });
    };
    see(ResourceId::subscription_scope(subscription), json!({ "tenantId": TENANT }));
    see(scope.clone(), json!({ "location": "westeurope" }));
    let above = id.ancestors();
    for parent in above.take_while(|parent| *parent != scope) {
        let is_zone = resource::catalogue::Duty::Zone.is_of(&parent);
        let place = if is_zone { "global" } else { "westeurope" };
        see(parent, json!({ "location": place, "properties": { "zoneType": "Public" } }));
    }
    let mut body = case.settled.body.clone();
    body["id"] = json!(id.as_str());
    see(id, body);
    let name = Some("shop".to_owned());
    let request =
        Request { scopes: vec![scope], name, cloud: None, environment: Default::default() };
    Ok(Some(importer::import(families::language(), &observed, &request)))
}

/// The tenant of every recording.
const TENANT: &str = "aaaaaaaa-0000-0000-0000-000000000001";
