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
