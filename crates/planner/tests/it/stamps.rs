//! Stamps change one at a time.

use plan::{Band, Operation};
use serde_json::json;

use crate::azure::{as_desired, assert_ordered, expand, plan};

#[test]
fn rule_06_stamps_change_one_at_a_time_and_serve_before_the_next() {
    let text = include_str!("../../../../topologies/minimal.yaml");
    let desired = expand(text);
    let mut azure = as_desired(&desired);
    for address in ["weu/web/config", "neu/web/config"] {
        let id = desired.by_address(address).unwrap().id.clone();
        azure.resources.get_mut(&id).unwrap().body["properties"]["healthCheckPath"] = json!("/old");
    }
    let plan = plan(&desired, &azure);
    assert_ordered(
        &plan,
        &["update weu/web/config", "probe weu/web", "update neu/web/config", "probe neu/web"],
    );
    let probe = plan.actions.iter().find(|action| action.id.0 == "probe weu/web").unwrap();
    assert_eq!(probe.band, Band::Stamp("weu".to_owned()));
    assert!(
        matches!(&probe.operation, Operation::Probe { expected, .. } if expected == &[(200, 200)])
    );
}

#[test]
fn a_stamp_whose_app_stays_stopped_is_not_asked() {
    let text = include_str!("../../../../topologies/minimal.yaml");
    let desired = expand(text.split("trafficManager:").next().unwrap());
    let mut azure = as_desired(&desired);
    let mut set = |address: &str, property: &str, value: serde_json::Value| {
        let id = desired.by_address(address).unwrap().id.clone();
        azure.resources.get_mut(&id).unwrap().body["properties"][property] = value;
    };
    set("weu/web/config", "healthCheckPath", json!("/old"));
    set("neu/web/config", "healthCheckPath", json!("/old"));
    // Somebody has stopped it, or an earlier text has, and nobody says that it runs.
    set("weu/web", "enabled", json!(false));
    let plan = plan(&desired, &azure);
    let asked: Vec<_> = crate::azure::names(&plan);
    assert!(!asked.contains(&"probe weu/web"), "{asked:?}");
    assert_ordered(&plan, &["update weu/web/config", "update neu/web/config", "probe neu/web"]);
}
