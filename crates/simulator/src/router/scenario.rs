//! Scenarios: what an Azure starts with, and what happens to it behind everybody's back.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use resource::ResourceId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kind::azure::Azure;
use crate::settings::faults::Faults;
use crate::store::outside::{HostHealth, Record, Visitor};
use crate::wire::answer::{Answer, Body};
use crate::wire::request::Request;

/// What an Azure starts with, and what happens to it.
///
/// `${subscription}`, `${tenant}` and `${principal}` stand for the simulator's own IDs,
/// `${principalOf:<resource ID>}` for the object ID of a resource's system identity.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Scenario {
    /// Writes that happen first, in this order, without waiting and without regard to locks.
    pub seed: Vec<Step>,
    /// Writes that happen after the seed, in this order.
    pub changes: Vec<Step>,
    /// How hosts answer, by name; a host that is not named answers 200 while its site runs.
    pub hosts: BTreeMap<String, HostHealth>,
    /// Records of zones that are not in this Azure.
    pub dns: Vec<Record>,
    /// Those who look at hosts once a second of Azure's time from now on.
    pub visitors: Vec<Visitor>,
    /// What goes wrong from now on; absent leaves it as it is.
    pub faults: Option<Faults>,
    /// Provider namespaces that the subscription has not registered.
    pub unregistered: Vec<String>,
}

/// One write: exactly one of the methods names the resource.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Step {
    /// The resource to PUT.
    pub put: Option<String>,
    /// The resource to PATCH.
    pub patch: Option<String>,
    /// The resource to DELETE.
    pub delete: Option<String>,
    /// The action to POST.
    pub post: Option<String>,
    /// The API version; `2024-01-01` where none is given.
    pub api_version: Option<String>,
    /// The body.
    pub body: Option<Value>,
    /// Whether locks refuse the step and operations take their time.
    pub guarded: bool,
}

/// Why a scenario cannot be read or carried out.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The text is no scenario.
    #[error("scenario cannot be read: {0}")]
    Unreadable(String),
    /// A step names no resource, or more than one.
    #[error("step {0} names not exactly one of put, patch, delete and post")]
    Method(usize),
    /// A step names something that is no path.
    #[error("`{0}` is not a path")]
    Path(String),
    /// The folder of the state cannot be used.
    #[error("state folder cannot be used")]
    Folder(#[source] std::io::Error),
    /// Azure refused a step.
    #[error("`{step}` was refused with {status}: {reason}")]
    Refused {
        /// The method and path.
        step: String,
        /// The HTTP status.
        status: u16,
        /// What Azure said.
        reason: String,
    },
}

impl Scenario {
    /// Reads a scenario from YAML.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        serde_yaml::from_str(text).map_err(|error| ScenarioError::Unreadable(error.to_string()))
    }

    /// Carries the scenario out.
    pub(crate) fn apply(&self, azure: &mut Azure) -> Result<(), ScenarioError> {
        azure.state.hosts.extend(self.hosts.iter().map(|(host, health)| {
            (host.trim_end_matches('.').to_ascii_lowercase(), health.clone())
        }));
        for record in &self.dns {
            let mut record = record.clone();
            for value in &mut record.values {
                *value = filled(azure, value);
            }
            azure.state.records.retain(|known| {
                !(known.name.eq_ignore_ascii_case(&record.name)
                    && known.kind.eq_ignore_ascii_case(&record.kind))
            });
            azure.state.records.push(record);
        }
        let namespaces = self.unregistered.iter().map(|name| name.to_ascii_lowercase());
        azure.state.unregistered.extend(namespaces);
        for visitor in &self.visitors {
            azure.state.visitors.retain(|known| known.host != visitor.host);
            azure.state.visitors.push(visitor.clone());
        }
        azure.touched();
        for (index, step) in self.seed.iter().chain(&self.changes).enumerate() {
            step.apply(azure, index)?;
        }
        Ok(())
    }
}

impl Step {
    fn apply(&self, azure: &mut Azure, index: usize) -> Result<(), ScenarioError> {
        let named = [
            (Method::PUT, &self.put),
            (Method::PATCH, &self.patch),
            (Method::DELETE, &self.delete),
            (Method::POST, &self.post),
        ];
        let mut named =
            named.into_iter().filter_map(|(method, path)| Some((method, path.as_ref()?)));
        let (Some((method, path)), None) = (named.next(), named.next()) else {
            return Err(ScenarioError::Method(index));
        };
        let path = filled(azure, path);
        let version = self.api_version.as_deref().unwrap_or_else(|| any_version(azure, &path));
        let uri = format!("{}?api-version={version}", path.replace(' ', "%20").replace('#', "%23"));
        let uri: Uri = uri.parse().map_err(|_| ScenarioError::Path(path.clone()))?;
        let body = self.body.as_ref().map(|body| filled(azure, &body.to_string()));
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("localhost"));
        let request = Request::new(method, &uri, headers, body.unwrap_or_default().into_bytes());
        let was_unguarded = std::mem::replace(&mut azure.is_unguarded, true);
        azure.is_unguarded = !self.guarded;
        let answer = crate::router::arm::answer(azure, &request);
        azure.is_unguarded = was_unguarded;
        if answer.is_success() { Ok(()) } else { Err(refused(&request, answer)) }
    }
}

/// Returns a version that the type of a resource has.
fn any_version(azure: &Azure, path: &str) -> &'static str {
    const VERSION: &str = "2024-01-01";
    let id = ResourceId::parse(path).ok();
    let known = id.map(|id| azure.kind_of(&id.resource_type()).versions).unwrap_or_default();
    known.iter().find(|known| **known >= VERSION).or(known.last()).unwrap_or(&VERSION)
}

fn refused(request: &Request, answer: Answer) -> ScenarioError {
    let reason = match answer.body {
        Body::Empty => String::new(),
        Body::Json(value) => value.to_string(),
        Body::Text(_, text) => text,
        Body::Bytes(_, bytes) => String::from_utf8_lossy(&bytes).into_owned(),
    };
    let step = format!("{} {}", request.method, request.path);
    ScenarioError::Refused { step, status: answer.status, reason }
}

fn filled(azure: &Azure, text: &str) -> String {
    let text = text
        .replace("${subscription}", &azure.settings.subscription)
        .replace("${tenant}", &azure.settings.tenant)
        .replace("${principal}", &azure.principal())
        .replace("${verificationId}", &crate::families::web::verification_id(azure));
    with_principals(azure, &text)
}

/// Fills in `${principalOf:<resource ID>}`, the object ID of a resource's system identity.
fn with_principals(azure: &Azure, text: &str) -> String {
    const OPEN: &str = "${principalOf:";
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(OPEN) {
        let Some(end) = rest[at..].find('}') else { break };
        filled.push_str(&rest[..at]);
        filled.push_str(&crate::protocol::identity::principal_of(
            azure,
            &rest[at + OPEN.len()..at + end],
        ));
        rest = &rest[at + end + 1..];
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_mistakes() {
        assert!(Scenario::parse("sede: []").is_err());
        assert!(Scenario::parse("seed: [{put: /a, bdy: {}}]").is_err());
    }

    #[test]
    fn every_part_is_read() {
        let text = "
seed:
  - put: /subscriptions/${subscription}/resourceGroups/rg
    apiVersion: 2024-03-01
    body: {location: westeurope}
changes:
  - delete: /subscriptions/${subscription}/resourceGroups/rg
hosts:
  app.azurewebsites.net: {status: 503, paths: {/live: 200}}
dns:
  - {name: www.example.com, type: CNAME, values: [app.trafficmanager.net.]}
faults:
  seed: 3
  rules: [{fault: reset-after, probability: 0.1, methods: [PUT]}]
unregistered: [Microsoft.Cdn]
";
        let scenario = Scenario::parse(text).expect("valid scenario");
        assert_eq!(scenario.seed.len(), 1);
        assert_eq!(scenario.hosts["app.azurewebsites.net"].paths["/live"], 200);
        assert_eq!(scenario.dns[0].ttl, 3600);
        assert_eq!(scenario.faults.expect("faults").rules[0].probability, 0.1);
    }
}
