//! What is declared and then left out is as if it had never been declared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::scenario::{Scenario, root};
use crate::verdict::{commit, git};

/// Properties with a default that this pair cannot show, each with the reason.
const NOT_HERE: &[(&str, &str)] = &[
    ("resourceGroup", "another group is another resource"),
    ("location", "nothing moves to another region"),
    ("subscription", "nothing moves to another subscription"),
    ("tenant", "the simulator has one"),
    ("cloud", "the simulator is one"),
    ("index", "a living stamp keeps its number"),
    ("tags", "a free map: its keys are dropped"),
    ("os", "fixed when a plan is made"),
    ("kind", "fixed when an app or an account is made"),
    ("dnsName", "fixed when a profile is made"),
    ("retentionDays", "fixed when a vault is made"),
    ("highAvailability", "fixed when a cache is made"),
    ("clustering", "fixed when a cache is made"),
    ("endpoint", "another name is another endpoint"),
    ("existing", "says whose a resource is, not what it is"),
    ("adopt", "says whose a resource is, not what it is"),
    ("protect", "a guard of ours, nothing in Azure"),
    ("lock", "a guard of ours, nothing in Azure"),
    ("external", "says where a zone is"),
    ("alias", "another type of record"),
    ("container", "where our own lock is"),
];

fn text(name: &str) -> String {
    let path = root().join(format!("tests/scenarios/unset/{name}.yaml"));
    std::fs::read_to_string(path).expect("the text is there")
}

/// Applies texts one after the other and returns what Azure holds then.
fn applied(texts: &[&str]) -> BTreeMap<String, Value> {
    let scenario = Scenario::of("minimal");
    git(scenario.folder(), &["init", "--quiet"]);
    let mut permits = vec!["--permit".to_owned(), "vaults/one".to_owned()];
    let ends = ["main/endpoints/a", "main/endpoints/b", "main/endpoints/c", "nets/endpoints/a"];
    let more = ["nets/endpoints/b", "inner/endpoints/a", "inner/endpoints/b", "off/endpoints/a"];
    for end in ends.iter().chain(&more) {
        permits.extend(["--permit".to_owned(), format!("trafficManager/{end}")]);
    }
    for name in texts {
        scenario.write("topology.yaml", &text(name));
        commit(&scenario, name);
        let permits = permits.iter().map(String::as_str);
        let run = scenario.run(&["apply", "--yes"].into_iter().chain(permits).collect::<Vec<_>>());
        assert_eq!(run.code, 0, "{name}: {}\n{}", run.stdout, run.stderr);
        scenario.assert_converged();
    }
    let dump = scenario.run_offline(&["simulate", "--dir", ".evenkeel/azure", "--dump"]);
    let dump: Value = serde_json::from_str(&dump.stdout).expect("JSON");
    let all = dump["resources"].as_object().expect("resources").iter();
    let all = all.map(|(id, stored)| (id.to_lowercase(), stored.get("body").unwrap_or(stored)));
    all.map(|(id, body)| (id, told(body))).collect()
}

/// Returns a body without what the service makes of its own accord and what is remembered of an apply.
fn told(body: &Value) -> Value {
    const MADE: [&str; 11] = [
        "clientId",
        "principalId",
        "objectId",
        "nameServers",
        "NSRecords",
        "SOARecord",
        "etag",
        "createdOn",
        "updatedOn",
        "evenkeel-applied",
        "evenkeel-owner",
    ];
    // What App Service does where it has been told nothing, and answers once it has been told.
    let nothing = [
        ("publicNetworkAccess", json!("Enabled")),
        ("ipSecurityRestrictionsDefaultAction", json!("Allow")),
        ("scmIpSecurityRestrictionsDefaultAction", json!("Allow")),
        ("cors", json!({ "allowedOrigins": [], "supportCredentials": false })),
        ("excludedPaths", json!([])),
    ];
    match body {
        Value::Object(map) => {
            let is_said = |(key, value): &(&String, &Value)| {
                let same = |(same, default): &(&str, Value)| same == key && default == *value;
                let is_nothing = value.is_null() || **value == "" || nothing.iter().any(same);
                !MADE.contains(&key.as_str()) && !key.contains("Time") && !is_nothing
            };
            let members = map.iter().filter(is_said);
            members.map(|(key, value)| (key.clone(), told(value))).collect()
        }
        Value::Array(items) => items.iter().map(told).collect(),
        // The owner is drawn from the first text.
        Value::String(note) if note.contains("evenkeel: osprey/") => {
            Value::from(note.split("osprey/").next())
        }
        scalar => scalar.clone(),
    }
}

#[test]
fn what_is_set_and_then_left_out_is_as_if_never_set() {
    let (changed, fresh) = (applied(&["set", "unset"]), applied(&["unset"]));
    let ids = |all: &BTreeMap<String, Value>| all.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(ids(&changed), ids(&fresh));
    for (id, body) in &changed {
        assert_eq!(body, &fresh[id], "{id}");
    }
}

#[test]
fn every_property_with_a_default_is_set_and_left_out() {
    let page = root().join("docs/reference/topology-language.md");
    let page = std::fs::read_to_string(page).expect("the reference is there");
    let (set, unset) = (text("set"), text("unset"));
    let count = |text: &str, key: &str| {
        let key = format!("{key}:");
        let at = text.match_indices(&key);
        at.filter(|(at, _)| !text[..*at].ends_with(|c: char| c.is_alphanumeric())).count()
    };
    let (mut seen, mut tells_defaults) = (0, false);
    for line in page.lines().filter(|line| line.starts_with("| ")) {
        if line.starts_with("| key |") {
            tells_defaults = line.contains("| default |");
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, key, _, default, ..] = cells.as_slice() else { continue };
        // Only a value stands there in code; "none" and "left as it is" are words.
        let is_value = default.contains('`') || default.chars().any(|c| c.is_ascii_digit());
        let has_default = tells_defaults && is_value && !default.contains("needed");
        let keys = key.split(", ").map(|key| key.trim_matches('`'));
        let known = |key: &&str| !NOT_HERE.iter().any(|(other, _)| other == key);
        for key in keys.filter(|_| has_default && cells.len() == 6).filter(known) {
            assert!(count(&set, key) > count(&unset, key), "`{key}` is not set and left out");
            seen += 1;
        }
    }
    assert!(seen >= 18, "{seen} properties");
}
