//! An Azure that is only data: it holds what a topology asks for, until a test changes it.

use std::path::Path;

use plan::{Action, Operation, Plan, Verb};
use planner::{Desired, Mode, Options};
use resource::{Expression, Observation, Observed, ResourceId, without_absent};
use serde_json::{Value, json};
use topology::{Input, Topology};

/// Parses a topology that holds no mistakes.
pub fn parse(text: &str) -> Topology {
    let parsed = topology::parse(&Input {
        language: families::language(),
        file: Path::new("topology.yaml"),
        text,
        env: &|name| ["PROBE_AUTH", "NEXT"].contains(&name).then(|| "is set".to_owned()),
        read: &|_| Err(std::io::ErrorKind::NotFound.into()),
        overlays: &[],
    });
    let told = topology::render(&parsed.diagnostics, &parsed.sources, false, 100);
    parsed.topology.unwrap_or_else(|| panic!("{told}"))
}

/// Expands a topology that holds no mistakes.
pub fn expand(text: &str) -> Desired {
    planner::expand(families::language(), &parse(text))
}

/// Returns an Azure in which everything is as `desired` asks, existing resources included.
pub fn as_desired(desired: &Desired) -> Observed {
    let mut azure = Observed::default();
    for resource in desired.resources() {
        let mut body = without_absent(&resource.body);
        if resource.mode == Mode::Existing {
            body = json!({ "location": "westeurope", "properties": {} });
        }
        put(&mut azure, &resource.id, body);
    }
    // A clone is like its original where it declares nothing.
    for resource in desired.resources() {
        let Some(source) = resource.clone_of.as_ref().and_then(|id| desired.get(id)) else {
            continue;
        };
        let Some(clone) = azure.resources.get_mut(&resource.id) else { continue };
        let original = without_absent(&source.body);
        let clone = &mut clone.body;
        take_missing(clone, &original);
        take_missing(&mut clone["properties"], &original["properties"]);
    }
    // What the service makes of its own accord, then the values that bodies refer to.
    for observation in azure.resources.values_mut() {
        add_service_values(observation);
    }
    let seen = azure.clone();
    for observation in azure.resources.values_mut() {
        observation.body = resolved(&observation.body, &seen);
    }
    azure
}

fn take_missing(clone: &mut Value, original: &Value) {
    let Some(clone) = clone.as_object_mut() else { return };
    for (key, value) in original.as_object().into_iter().flatten() {
        clone.entry(key).or_insert_with(|| value.clone());
    }
}

/// Puts a body into an Azure.
pub fn put(azure: &mut Observed, id: &ResourceId, mut body: Value) {
    body["name"] = json!(id.name());
    azure.insert(Observation { id: id.clone(), body, etag: None });
}

fn add_service_values(observation: &mut Observation) {
    let resource_type = observation.id.resource_type();
    let name = observation.id.name().to_owned();
    let properties = &mut observation.body["properties"];
    if resource_type.is("Microsoft.Web/sites") {
        properties["defaultHostName"] = json!(format!("{name}.azurewebsites.net"));
        properties["customDomainVerificationId"] = json!("VERIFICATION");
        observation.body["identity"]["principalId"] = json!(format!("principal-of-{name}"));
    } else if resource_type.is("Microsoft.Web/certificates") {
        properties["thumbprint"] = json!(format!("THUMBPRINT-{name}"));
    } else if resource_type.is("Microsoft.Network/trafficManagerProfiles") {
        let relative = properties["dnsConfig"]["relativeName"].as_str().unwrap_or_default();
        let fqdn = format!("{relative}.trafficmanager.net");
        properties["dnsConfig"]["fqdn"] = json!(fqdn);
        for endpoint in properties["endpoints"].as_array_mut().into_iter().flatten() {
            endpoint["properties"]["endpointMonitorStatus"] = json!("Online");
        }
    } else if resource_type.is("Microsoft.Resources/subscriptions") {
        observation.body["tenantId"] = json!("00000000-0000-0000-0000-00000000000a");
    }
}

fn resolved(value: &Value, seen: &Observed) -> Value {
    if let Some(expression) = Expression::read(value) {
        return planner::resolve(&expression, seen, &Default::default())
            .unwrap_or_else(|| json!("value of a reference"));
    }
    match value {
        Value::Array(items) => items.iter().map(|item| resolved(item, seen)).collect(),
        Value::Object(map) => {
            map.iter().map(|(key, item)| (key.clone(), resolved(item, seen))).collect()
        }
        other => other.clone(),
    }
}

/// Plans and proves the plan's rules.
pub fn plan(desired: &Desired, azure: &Observed) -> Plan {
    plan_with(desired, azure, &Options::default())
}

/// Plans with what the user allows, and proves the plan's rules.
pub fn plan_with(desired: &Desired, azure: &Observed, options: &Options) -> Plan {
    let plan = planner::plan(desired, azure, options).expect("no cycle");
    let violations = if plan.refusals.is_empty() { plan::check(&plan) } else { vec![] };
    assert!(violations.is_empty(), "{violations:#?}\n{:#?}", names(&plan));
    plan
}

/// Returns the IDs of a plan's actions in order, but for the note of what was applied.
pub fn names(plan: &Plan) -> Vec<&str> {
    let told = plan.actions.iter().filter(|action| action.verb != Verb::Note);
    told.map(|action| action.id.0.as_str()).collect()
}

/// Returns where the action stands in its plan.
pub fn position(plan: &Plan, id: &str) -> usize {
    let found = plan.actions.iter().position(|action| action.id.0 == id);
    found.unwrap_or_else(|| panic!("no action `{id}` in {:#?}", names(plan)))
}

/// Asserts that the actions stand in the given order and wait for one another.
pub fn assert_ordered(plan: &Plan, ids: &[&str]) {
    for pair in ids.windows(2) {
        assert!(waits(plan, pair[1], pair[0]), "`{}` does not wait for `{}`", pair[1], pair[0]);
    }
}

fn waits(plan: &Plan, user: &str, need: &str) -> bool {
    let user = &plan.actions[position(plan, user)];
    user.after.iter().any(|id| id.0 == need || waits(plan, &id.0, need))
}

/// Returns the body that an action writes.
pub fn body(action: &Action) -> &Value {
    match &action.operation {
        Operation::Write { body, .. } => body,
        other => panic!("{other:?} writes no body"),
    }
}

/// Returns the actions of a verb.
pub fn with_verb(plan: &Plan, verb: Verb) -> Vec<&Action> {
    plan.actions.iter().filter(|action| action.verb == verb).collect()
}
