//! What Azure holds is written into the text, and the next plan is empty.

use std::path::Path;

use planner::accept::{Acceptance, Files, Request, accept};
use planner::{Desired, Options};
use resource::{Observed, SecretSource};
use serde_json::{Value, json};
use topology::{Input, Parsed};

use crate::azure::as_desired;

const R1: &str = include_str!("../../../../topologies/r1.yaml");
const R2: &str = include_str!("../../../../topologies/r2.yaml");

fn read(files: &Files) -> Parsed {
    let (main, text) = files.first().expect("a main file");
    let other = |path: &Path| {
        let text = files.get(path.to_str().unwrap_or_default());
        text.cloned().ok_or_else(|| std::io::ErrorKind::NotFound.into())
    };
    topology::parse(&Input {
        language: families::language(),
        file: Path::new(main),
        text,
        env: &|name| (name == "PROBE_AUTH").then(|| "secret".to_owned()),
        read: &other,
        overlays: &[],
    })
}

/// Accepts `azure` into several files.
fn accept_files(files: &Files, azure: &Observed, addresses: &[&str]) -> Acceptance {
    let secret = SecretSource::Env("PROBE_AUTH".to_owned());
    // What `as_desired` holds where it cannot know a value.
    let secrets = [(secret, "value of a reference".into())].into();
    let options = Options { secrets, ..Options::default() };
    let addresses: Vec<String> = addresses.iter().map(|it| (*it).to_owned()).collect();
    let request = Request {
        language: families::language(),
        files,
        parse: &read,
        plan: &|desired| planner::plan(desired, azure, &options).ok(),
        addresses: &addresses,
        is_pending: &|_, _| false,
    };
    accept(&request).expect("a topology")
}

fn files(text: &str) -> Files {
    Files::from_iter([("topology.yaml".to_owned(), text.to_owned())])
}

/// Changes Azure and returns what accepting that makes of the text.
fn accepted(
    text: &str,
    addresses: &[&str],
    change: impl Fn(&Desired, &mut Observed),
) -> Acceptance {
    let parsed = read(&files(text));
    let desired = planner::expand(families::language(), &parsed.topology.expect("a topology"));
    let mut azure = as_desired(&desired);
    change(&desired, &mut azure);
    accept_files(&files(text), &azure, addresses)
}

/// Sets a value in Azure.
fn set(address: &str, pointer: &str, value: Value) -> impl Fn(&Desired, &mut Observed) {
    move |desired, azure| {
        let id = desired.by_address(address).unwrap_or_else(|| panic!("no {address}")).id.clone();
        let body = &mut azure.resources.get_mut(&id).expect("it is there").body;
        let (above, key) = pointer.rsplit_once('/').expect("a pointer");
        let owner = body.pointer_mut(above).unwrap_or_else(|| panic!("no {above} in {address}"));
        if value.is_null() {
            drop(owner.as_object_mut().map(|map| map.remove(key)));
        } else {
            owner[key] = value.clone();
        }
    }
}

/// Returns the lines that went and came: `-a` and `+b`.
fn lines(before: &str, acceptance: &Acceptance) -> Vec<String> {
    let after = &acceptance.files[0];
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let gone =
        old.iter().filter(|line| !new.contains(line)).map(|line| format!("-{}", line.trim()));
    let come =
        new.iter().filter(|line| !old.contains(line)).map(|line| format!("+{}", line.trim()));
    gone.chain(come).collect()
}

/// Asserts that all was accepted, with these lines changed.
fn assert_changed(text: &str, acceptance: &Acceptance, expected: &[&str]) {
    assert!(acceptance.left.is_empty(), "{:?}", acceptance.left);
    assert_eq!(lines(text, acceptance), expected);
}

fn check(text: &str, address: &str, pointer: &str, value: Value, expected: &[&str]) {
    let acceptance = accepted(text, &[], set(address, pointer, value));
    assert_changed(text, &acceptance, expected);
}

#[test]
fn a_value_is_spelled_as_the_language_has_it() {
    let monitor = "/properties/monitorConfig/toleratedNumberOfFailures";
    let changed = ["-toleratedFailures: 3", "+toleratedFailures: 9"];
    check(R2, "trafficManager/main", monitor, json!(9), &changed);
    let ttl = ["-ttl: 60s", "+ttl: 1h"];
    check(R2, "trafficManager/main", "/properties/dnsConfig/ttl", json!(3600), &ttl);
    let redundancy = ["-redundancy: GRS", "+redundancy: RA-GRS"];
    check(R1, "storage/shared", "/sku/name", json!("Standard_RAGRS"), &redundancy);
}

#[test]
fn what_the_language_says_by_itself_gets_a_key() {
    let off = ["+enabled: false"];
    check(R2, "trafficManager/main", "/properties/profileStatus", json!("Disabled"), &off);
    let pointer = "/properties/endpoints/1/properties/endpointStatus";
    check(R2, "trafficManager/main", pointer, json!("Disabled"), &off);
    check(R1, "domains/ca.example.com", "/properties/TTL", json!(7200), &["+ttl: 2h"]);
    check(
        R1,
        "storage/shared",
        "/properties/minimumTlsVersion",
        json!("TLS1_0"),
        &["+minTls: \"1.0\""],
    );
}

#[test]
fn one_stamp_gets_a_value_of_its_own() {
    let acceptance = accepted(R1, &[], set("neu/plan", "/sku/name", json!("P0v3")));
    assert_changed(R1, &acceptance, &["+plan: { sku: P0v3 }"]);
}

#[test]
fn all_stamps_alike_change_the_module_once() {
    let acceptance = accepted(R1, &[], |desired, azure| {
        set("weu/plan", "/sku/name", json!("P0v3"))(desired, azure);
        set("neu/plan", "/sku/name", json!("P0v3"))(desired, azure);
    });
    assert_changed(R1, &acceptance, &["-sku: P1v3", "+sku: P0v3"]);
    assert_eq!(acceptance.accepted.len(), 2);
}

#[test]
fn of_two_stamps_that_drifted_one_can_be_meant() {
    let acceptance = accepted(R1, &["neu"], |desired, azure| {
        set("weu/plan", "/sku/name", json!("P0v3"))(desired, azure);
        set("neu/plan", "/sku/name", json!("P0v3"))(desired, azure);
    });
    assert_changed(R1, &acceptance, &["+plan: { sku: P0v3 }"]);
    assert_eq!(acceptance.accepted.len(), 1);
}

#[test]
fn endpoints_come_and_go() {
    let acceptance = accepted(R2, &[], |desired, azure| {
        let id = desired.by_address("trafficManager/main").unwrap().id.clone();
        let endpoints = &mut azure.resources.get_mut(&id).unwrap().body["properties"]["endpoints"];
        endpoints.as_array_mut().unwrap().push(json!({
            "name": "rogue",
            "type": "Microsoft.Network/trafficManagerProfiles/externalEndpoints",
            "properties": { "target": "rogue.example.org", "priority": 9, "endpointStatus": "Disabled" },
        }));
    });
    let rogue = "+rogue: { host: rogue.example.org, priority: 9, enabled: false }";
    assert_changed(R2, &acceptance, &[rogue]);

    let acceptance = accepted(R2, &[], without_endpoint(0));
    assert!(acceptance.left.is_empty(), "{:?}", acceptance.left);
    let (head, rest) = R2.split_once("      eu2:").unwrap();
    let (_, rest) = rest.split_once("      eu3:").unwrap();
    assert_eq!(acceptance.files[0], format!("{head}      eu3:{rest}"));
}

#[test]
fn an_endpoint_that_needs_a_region_gets_it() {
    let acceptance = accepted(R1, &[], |desired, azure| {
        let id = desired.by_address("trafficManager/main").unwrap().id.clone();
        let endpoints = &mut azure.resources.get_mut(&id).unwrap().body["properties"]["endpoints"];
        endpoints.as_array_mut().unwrap().push(json!({
            "name": "rogue",
            "id": format!("{id}/externalEndpoints/rogue"),
            "type": "Microsoft.Network/trafficManagerProfiles/externalEndpoints",
            "properties": {
                "target": "rogue.example.org", "endpointLocation": "West Europe", "weight": 1,
                "priority": 3, "alwaysServe": "Disabled", "endpointStatus": "Disabled",
                "endpointMonitorStatus": "Inactive", "minChildEndpoints": null,
            },
        }));
    });
    let rogue = "+rogue: { host: rogue.example.org, location: West Europe, enabled: false }";
    assert_changed(R1, &acceptance, &[rogue]);
}

fn without_endpoint(index: usize) -> impl Fn(&Desired, &mut Observed) {
    move |desired, azure| {
        let id = desired.by_address("trafficManager/main").unwrap().id.clone();
        let endpoints = &mut azure.resources.get_mut(&id).unwrap().body["properties"]["endpoints"];
        endpoints.as_array_mut().unwrap().remove(index);
    }
}

#[test]
fn what_the_checks_warn_of_is_left_with_the_warning() {
    let acceptance = accepted(R1, &[], without_endpoint(1));
    assert_eq!(acceptance.files[0], R1);
    let [left] = acceptance.left.as_slice() else { panic!("{:?}", acceptance.left) };
    assert!(left.reason.contains("never sends to it"), "{left:?}");
    let acceptance = accepted(R1, &[], set("storage/shared", "/sku/name", json!("Standard_LRS")));
    let [left] = acceptance.left.as_slice() else { panic!("{:?}", acceptance.left) };
    assert!(left.reason.contains("keeps this data in one"), "{left:?}");
}

#[test]
fn a_member_of_a_list_changes_in_place() {
    let text = "version: 1\nname: a\nsubscription: 11111111-2222-3333-4444-555555555555\n\
        location: westeurope\ndns:\n  a.example:\n    records:\n      \
        _sip._tcp: { srv: { priority: 1, weight: 2, port: 5060, target: sip.a.example } }\n      \
        www: { a: [192.0.2.1, 192.0.2.2] } # both\n";
    let port = "/properties/SRVRecords/0/port";
    let acceptance = accepted(text, &[], set("dns/a.example/_sip._tcp/SRV", port, json!(5061)));
    assert!(acceptance.left.is_empty(), "{:?}", acceptance.left);
    assert_eq!(acceptance.files[0], text.replace("5060", "5061"));
    let priority = "/properties/SRVRecords/0/priority";
    let acceptance = accepted(text, &[], set("dns/a.example/_sip._tcp/SRV", priority, json!(7)));
    assert!(acceptance.left.is_empty(), "{:?}", acceptance.left);
    assert_eq!(acceptance.files[0], text.replace("priority: 1", "priority: 7"));
    let address = "/properties/ARecords/1/ipv4Address";
    let acceptance = accepted(text, &[], set("dns/a.example/www/A", address, json!("192.0.2.9")));
    assert!(acceptance.left.is_empty(), "{:?}", acceptance.left);
    assert_eq!(acceptance.files[0], text.replace("192.0.2.2", "192.0.2.9"));
}

#[test]
fn priorities_change_places() {
    let acceptance = accepted(R2, &[], |desired, azure| {
        let endpoint = |index: usize| format!("/properties/endpoints/{index}/properties/priority");
        set("trafficManager/main", &endpoint(0), json!(2))(desired, azure);
        set("trafficManager/main", &endpoint(1), json!(1))(desired, azure);
    });
    assert!(acceptance.left.is_empty(), "{:?}", acceptance.left);
    let text = &acceptance.files[0];
    let (eu2, eu3) = (text.find("priority: 2").unwrap(), text.find("priority: 1").unwrap());
    assert!(eu2 < eu3, "{text}");
}

#[test]
fn what_has_no_meaning_beside_the_live_value_goes_with_the_old_one() {
    let changed = ["-routing: priority", "-priority: 1", "-priority: 2", "+routing: weighted"];
    let pointer = "/properties/trafficRoutingMethod";
    check(R2, "trafficManager/main", pointer, json!("Weighted"), &changed);
}

#[test]
fn tags_are_the_resources_own() {
    let tag = ["+tags: { environment: test }"];
    check(R1, "trafficManager/main", "/tags/environment", json!("test"), &tag);
}

#[test]
fn secrets_and_what_is_missing_are_left_with_a_reason() {
    let header = "/properties/endpoints/0/properties/customHeaders/1/value";
    let acceptance = accepted(R2, &[], set("trafficManager/main", header, json!("Basic b2xk")));
    assert_eq!(acceptance.files[0], R2);
    let [left] = acceptance.left.as_slice() else { panic!("{:?}", acceptance.left) };
    assert!(left.reason.contains("secret"), "{left:?}");

    let acceptance = accepted(R1, &[], |desired, azure| {
        let id = desired.by_address("locks/zone").unwrap().id.clone();
        azure.resources.remove(&id);
    });
    assert_eq!(acceptance.files[0], R1);
    let [left] = acceptance.left.as_slice() else { panic!("{:?}", acceptance.left) };
    assert!(left.help.contains("remove it from the file"), "{left:?}");
}

#[test]
fn the_file_that_holds_a_value_is_changed() {
    let (head, rest) = R2.split_once("trafficManager:").unwrap();
    let main = format!("{head}include: [routing.yaml]\n");
    let mut files = files(&main);
    files.insert("routing.yaml".to_owned(), format!("trafficManager:{rest}"));
    let desired =
        planner::expand(families::language(), &read(&files).topology.expect("a topology"));
    let mut azure = as_desired(&desired);
    set("trafficManager/main", "/properties/monitorConfig/path", json!("/x"))(&desired, &mut azure);
    let acceptance = accept_files(&files, &azure, &[]);
    assert!(acceptance.left.is_empty(), "{:?}", acceptance.left);
    assert_eq!(acceptance.files[0], main);
    assert_eq!(acceptance.files[1], files[1].replace("/api/ping", "/x"));
}

#[test]
fn line_breaks_of_windows_stay() {
    let text = R2.replace('\n', "\r\n");
    let acceptance = accepted(
        &text,
        &[],
        set("trafficManager/main", "/properties/profileStatus", json!("Disabled")),
    );
    assert!(acceptance.left.is_empty(), "{:?}", acceptance.left);
    assert_eq!(acceptance.files[0].replace("    enabled: false\r\n", ""), text);
}

#[test]
fn nothing_is_changed_where_nothing_has_drifted() {
    let acceptance = accepted(R1, &[], |_, _| {});
    assert_eq!(acceptance.files[0], R1);
    assert_eq!((acceptance.accepted.len(), acceptance.left.len()), (0, 0));
}
