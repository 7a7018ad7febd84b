//! Who has moved since the last apply: Azure, the topology, or both.

use plan::{ActionVerdict, LastApply, Verdict, Verdicts};
use planner::{Base, Desired, Options};
use resource::{Observed, ResourceId, SecretSource};
use serde_json::{Value, json};

use crate::azure::{as_desired, expand, plan_with, put};

const TWO_STAMPS: &str = include_str!("../../../../topologies/minimal.yaml");

/// The topology that was applied, with a TTL of 60 s.
fn applied() -> String {
    TWO_STAMPS.replace("    routing: priority\n", "    routing: priority\n    ttl: 60s\n")
}

/// An Azure in which `base` was applied in full.
fn azure(base: &Desired) -> Observed {
    let mut azure = as_desired(base);
    *body(&mut azure, base, "resourceGroups/rg-hello-global", "/tags/evenkeel-applied") =
        json!(base.note.to_string());
    azure
}

/// Returns a value in the body of an observed resource, made where it is missing.
fn body<'a>(
    azure: &'a mut Observed,
    desired: &Desired,
    address: &str,
    pointer: &str,
) -> &'a mut Value {
    let id = &desired.by_address(address).expect("it is declared").id;
    let mut at = &mut azure.resources.get_mut(id).expect("it is there").body;
    for segment in pointer.split('/').skip(1) {
        at = match segment.parse::<usize>() {
            Ok(index) => &mut at[index],
            Err(_) => &mut at[segment],
        };
    }
    at
}

fn judge(file: &Desired, azure: &Observed, base: Option<&Desired>) -> Verdicts {
    judge_with(file, azure, base, &Options::default())
}

fn judge_with(
    file: &Desired,
    azure: &Observed,
    base: Option<&Desired>,
    options: &Options,
) -> Verdicts {
    let plan = plan_with(file, azure, options);
    let base = base.map(|desired| Base { desired, version: "1a2b3c" });
    planner::verdicts(&plan, file, azure, base, options)
}

fn of<'a>(verdicts: &'a Verdicts, action: &str) -> &'a ActionVerdict {
    let found = verdicts.actions.iter().find(|(id, _)| id.0 == action);
    found.unwrap_or_else(|| panic!("no `{action}` in {verdicts:#?}")).1
}

fn at(verdicts: &Verdicts, action: &str, path: &str) -> (Verdict, Option<Value>) {
    let properties = &of(verdicts, action).properties;
    let found = properties.get(path).unwrap_or_else(|| panic!("no `{path}` in {properties:#?}"));
    (found.verdict, found.base.clone())
}

const TTL: &str = "properties.dnsConfig.ttl";

#[test]
fn where_the_topology_is_as_it_was_applied_all_is_drift() {
    let base = expand(&applied());
    let mut azure = azure(&base);
    *body(&mut azure, &base, "trafficManager/main", "/properties/dnsConfig/ttl") = json!(300);
    let verdicts = judge(&base, &azure, None);
    assert_eq!(verdicts.last_apply, LastApply::Same);
    assert_eq!(of(&verdicts, "update trafficManager/main").verdict, Verdict::Drift);
    // The note is no change, so nothing is said of it.
    assert_eq!(verdicts.actions.len(), 1);
}

#[test]
fn where_only_the_topology_has_moved_all_is_pending() {
    let base = expand(&applied());
    let file = expand(&applied().replace("ttl: 60s", "ttl: 30s").replace("P0v3", "P1v3"));
    let verdicts = judge(&file, &azure(&base), Some(&base));
    assert!(
        matches!(&verdicts.last_apply, LastApply::Before { version, .. } if version == "1a2b3c")
    );
    assert_eq!(verdicts.actions.len(), 3);
    assert!(
        verdicts.actions.values().all(|found| found.verdict == Verdict::Pending),
        "{verdicts:#?}"
    );
}

#[test]
fn three_ways_are_compared_property_by_property() {
    let base = expand(&applied());
    let file = expand(
        &applied()
            .replace("ttl: 60s", "ttl: 30s")
            .replace("/health }\n    end", "/well }\n    end"),
    );
    let mut azure = azure(&base);
    *body(&mut azure, &base, "trafficManager/main", "/properties/dnsConfig/ttl") = json!(300);
    *body(&mut azure, &base, "trafficManager/main", "/properties/trafficRoutingMethod") =
        json!("Weighted");
    let verdicts = judge(&file, &azure, Some(&base));
    let update = "update trafficManager/main";
    assert_eq!(at(&verdicts, update, TTL), (Verdict::Both, Some(json!(60))));
    let method = at(&verdicts, update, "properties.trafficRoutingMethod");
    assert_eq!(method, (Verdict::Drift, Some(json!("Priority"))));
    let path = at(&verdicts, update, "properties.monitorConfig.path");
    assert_eq!(path, (Verdict::Pending, None));
    assert_eq!(of(&verdicts, update).verdict, Verdict::Both);
}

#[test]
fn what_is_missing_was_deleted_or_is_yet_to_come() {
    let base = expand(&applied());
    let file = expand(&applied().replace(
        "  neu: { region: northeurope }",
        "  neu: { region: northeurope }\n  sea: { region: southeastasia }",
    ));
    let mut azure = azure(&base);
    let lost = base.by_address("weu/web").expect("it is declared").id.clone();
    azure.resources.retain(|id, _| !id.is_within(&lost));
    let verdicts = judge(&file, &azure, Some(&base));
    assert_eq!(of(&verdicts, "create weu/web").verdict, Verdict::Drift);
    assert_eq!(of(&verdicts, "create sea/web").verdict, Verdict::Pending);
}

#[test]
fn what_is_not_wanted_left_the_topology_or_came_from_elsewhere() {
    let base = expand(&applied());
    let file = applied().replace("  neu: { region: northeurope }\n", "");
    let file = expand(&file.replace("      neu: { app: neu/web, priority: 2 }\n", ""));
    let mut azure = azure(&base);
    let group = ResourceId::group("11111111-2222-3333-4444-555555555555", "rg-hello-weu");
    let stray = group.extension("Microsoft.Web/serverfarms", "stray");
    put(&mut azure, &stray, json!({ "location": "westeurope", "tags": { "evenkeel": "hello" } }));
    let verdicts = judge(&file, &azure, Some(&base));
    assert_eq!(
        of(&verdicts, "delete Microsoft.Web/sites rg-hello-neu/app-hello-web-neu").verdict,
        Verdict::Pending
    );
    assert_eq!(
        of(&verdicts, "delete Microsoft.Web/serverfarms rg-hello-weu/stray").verdict,
        Verdict::Drift
    );
    let endpoint = at(&verdicts, "update trafficManager/main", "properties.endpoints[neu]");
    assert_eq!(endpoint.0, Verdict::Pending);
}

#[test]
fn an_endpoint_that_azure_and_the_topology_lost_alike_is_no_difference_and_one_that_came_is_drift()
{
    let base = expand(&applied());
    let file = expand(&applied().replace("ttl: 60s", "ttl: 30s"));
    let mut azure = azure(&base);
    let endpoints = body(&mut azure, &base, "trafficManager/main", "/properties/endpoints");
    let foreign = json!({
        "name": "foreign", "type": "Microsoft.Network/trafficManagerProfiles/externalEndpoints",
        "properties": { "target": "elsewhere.example.net", "priority": 3 },
    });
    endpoints.as_array_mut().expect("endpoints").push(foreign);
    let verdicts = judge(&file, &azure, Some(&base));
    let endpoint = at(&verdicts, "update trafficManager/main", "properties.endpoints[foreign]");
    assert_eq!(endpoint.0, Verdict::Drift);
}

#[test]
fn nothing_is_claimed_of_what_is_not_known() {
    let base = expand(&applied());
    let file = expand(&applied().replace("ttl: 60s", "ttl: 30s"));
    let update = "update trafficManager/main";

    let lost = judge(&file, &azure(&base), None);
    assert_eq!(lost.last_apply, LastApply::Lost { noted: base.note.digits().to_owned() });
    assert_eq!(at(&lost, update, TTL), (Verdict::Unknown, None));

    // A version that is not what was applied is no base.
    let other = expand(&applied().replace("ttl: 60s", "ttl: 90s"));
    assert_eq!(judge(&file, &azure(&base), Some(&other)), lost);

    let never = judge(&file, &as_desired(&base), Some(&base));
    assert_eq!(never.last_apply, LastApply::Never);
    assert_eq!(of(&never, update).verdict, Verdict::Unknown);
}

#[test]
fn a_secret_is_judged_without_being_told() {
    const R2: &str = include_str!("../../../../topologies/r2.yaml");
    let base = expand(R2);
    let secret = |name: &str| SecretSource::Env(name.to_owned());
    let secrets = [(secret("PROBE_AUTH"), "one".into()), (secret("NEXT"), "two".into())];
    let options = Options { secrets: secrets.into(), ..Options::default() };
    let mut azure = as_desired(&base);
    *body(&mut azure, &base, "resourceGroups/rg-integration", "/tags/evenkeel-applied") =
        json!(base.note.to_string());
    let endpoints = body(&mut azure, &base, "trafficManager/main", "/properties/endpoints");
    for endpoint in endpoints.as_array_mut().expect("endpoints") {
        let headers = endpoint["properties"]["customHeaders"].as_array_mut().expect("headers");
        let header = headers.iter_mut().find(|header| header["name"] == "Authorization");
        header.expect("the header")["value"] = json!("three");
    }
    let ttl = R2.replace("ttl: 60s", "ttl: 30s");
    let update = "update trafficManager/main";
    let header = "properties.endpoints[eu2].properties.customHeaders[Authorization].value";

    let verdicts = judge_with(&expand(&ttl), &azure, Some(&base), &options);
    assert_eq!(at(&verdicts, update, header).0, Verdict::Drift);
    assert_eq!(at(&verdicts, update, TTL).0, Verdict::Pending);

    let next = expand(&ttl.replace("env:PROBE_AUTH", "env:NEXT"));
    let verdicts = judge_with(&next, &azure, Some(&base), &options);
    assert_eq!(at(&verdicts, update, header).0, Verdict::Both);
    let told = serde_json::to_string(&verdicts).expect("plain data");
    assert!(!["one", "two", "three"].iter().any(|secret| told.contains(&format!("\"{secret}\""))));
}
