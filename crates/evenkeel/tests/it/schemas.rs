//! What the commands print for programs fits the schemas that are published.

use serde_json::Value;

use crate::scenario::{Scenario, root};

/// Fails where `document` does not fit the schema `name`, or has a member that the schema's own
/// properties do not tell.
pub fn assert_fits(name: &str, document: &str) {
    let document: Value =
        serde_json::from_str(document).unwrap_or_else(|e| panic!("{e}: {document}"));
    let path = root().join(format!("docs/reference/{name}.schema.json"));
    let schema = std::fs::read_to_string(path).expect("the schema is published");
    let mut schema: Value = serde_json::from_str(&schema).expect("a schema is JSON");
    let fits = |schema: &Value| {
        let validator = jsonschema::draft202012::new(schema).expect("a valid schema");
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
    };
    fits(&schema);
    close(&mut schema);
    fits(&schema);
}

/// Forbids what is not told, as a reader of the schema must not: a new member has to be told.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            // What an operation holds besides its kind is Azure's, or the executor's.
            let is_operation = map.get("properties").is_some_and(|told| told.get("kind").is_some());
            let is_told = map.get("type").is_some_and(|kind| kind == "object")
                && map.contains_key("properties")
                && !is_operation;
            map.values_mut().for_each(close);
            if is_told {
                map.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

#[test]
fn plans_drifts_outcomes_and_rounds_fit_their_schemas() {
    for name in ["r1", "language"] {
        let scenario = Scenario::of(name);
        assert_fits("plan", &scenario.run(&["plan", "--format", "json"]).stdout);
        let applied = scenario.run(&["apply", "--yes", "--format", "json"]);
        assert_eq!(applied.code, 0, "{}", applied.stderr);
        assert_fits("outcome", &applied.stdout);
        assert_fits("plan", &scenario.run(&["drift", "--format", "json"]).stdout);
    }
}

#[test]
fn what_is_refused_drifts_and_fails_fits_too() {
    let scenario = Scenario::of("r1");
    scenario.edit("    redundancy: GRS\n    adopt: true", "    redundancy: GRS");
    assert_fits("plan", &scenario.run(&["plan", "--format", "json"]).stdout);
    scenario.edit("    redundancy: GRS", "    redundancy: GRS\n    adopt: true");
    scenario.apply();
    let drift = root().join("tests/scenarios/r1/drifts/changed-probe-path.yaml");
    scenario.change(&std::fs::read_to_string(drift).expect("the drift is there"));
    assert_fits("plan", &scenario.run(&["drift", "--format", "json"]).stdout);
    let watched = scenario.run(&["watch", "--rounds", "1"]);
    assert_eq!(watched.code, 2, "{}", watched.stderr);
    assert_fits("watch", &watched.stdout);

    let refusing =
        "faults: { rules: [{ fault: denied, methods: [PUT], path: /trafficManagerProfiles/ }] }\n";
    let scenario = Scenario::with_azure("minimal", refusing);
    let failed = scenario.run(&["apply", "--yes", "--format", "json"]);
    assert_eq!(failed.code, 1, "{}\n{}", failed.stdout, failed.stderr);
    assert_fits("outcome", &failed.stdout);
}
