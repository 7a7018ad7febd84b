//! The control endpoint, `/simulator/…`: what tests ask and tell the simulator itself.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::json;

use crate::router::cloud::Cloud;
use crate::router::faults::Injector;
use crate::router::scenario::Scenario;
use crate::wire::answer::{Answer, Body};
use crate::wire::request::Request;

/// Answers a request for the simulator itself, or `None` where the path says something else.
pub(crate) fn answer(cloud: &mut Cloud, request: &Request) -> Option<Answer> {
    let segments = request.segments();
    let ["simulator", what] = segments.as_slice() else { return None };
    let azure = &cloud.azure;
    Some(match (&request.method, *what) {
        (&Method::GET, "counts") => Answer::json(200, json!(cloud.journal.counts())),
        (&Method::GET, "log") => Answer::json(200, json!(cloud.journal.lines())),
        (&Method::GET, "violations") => Answer::json(
            200,
            json!({"violations": azure.state.violations, "liftedLocks": azure.state.lifted.iter().collect::<BTreeMap<_, _>>(), "visitors": azure.state.visitors}),
        ),
        (&Method::GET, "settings") => Answer::json(
            200,
            json!({
                "resourceManager": azure.origin,
                "subscription": azure.settings.subscription,
                "tenant": azure.settings.tenant,
                "clientId": azure.settings.client_id,
                "principalId": azure.principal(),
            }),
        ),
        (&Method::GET, "resources") => {
            let rows = azure.state.resources.values().map(|stored| azure.view(stored));
            Answer::json(200, json!({"value": rows.collect::<Vec<_>>()}))
        }
        (&Method::GET, "ca.pem") => {
            let body = Body::Text("application/x-pem-file", cloud.ca_pem.clone());
            Answer { body, ..Answer::empty(200) }
        }
        (&Method::POST, "scenario") => scenario(cloud, request),
        (&Method::POST, "reset") => reset(cloud),
        // Where the link of a broken page leads; the way back is to ask for the list again.
        (&Method::GET, "broken-page") => {
            let text = "The server encountered an internal error. Please retry the request.";
            Answer::error(500, "InternalServerError", text)
        }
        _ => Answer::error(404, "NotFound", format!("The simulator has no '{what}'.")),
    })
}

fn scenario(cloud: &mut Cloud, request: &Request) -> Answer {
    let text = String::from_utf8_lossy(&request.body).into_owned();
    match Scenario::parse(&text).and_then(|scenario| apply(cloud, &scenario)) {
        Ok(()) => Answer::empty(204),
        Err(error) => Answer::error(400, "InvalidScenario", error.to_string()),
    }
}

/// Carries a scenario out and takes over its faults.
pub(crate) fn apply(
    cloud: &mut Cloud,
    scenario: &Scenario,
) -> Result<(), crate::router::scenario::ScenarioError> {
    scenario.apply(&mut cloud.azure)?;
    if let Some(faults) = &scenario.faults {
        cloud.injector = Injector::new(faults.clone());
    }
    Ok(())
}

fn reset(cloud: &mut Cloud) -> Answer {
    let azure = &mut cloud.azure;
    azure.state.forget();
    azure.touched();
    cloud.journal.clear();
    Answer { body: Body::Empty, ..Answer::empty(204) }
}
