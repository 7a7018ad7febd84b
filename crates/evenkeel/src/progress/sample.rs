//! A plan made by hand, for the tests: two stamps, routing above, data below.

use std::collections::BTreeMap;

use plan::{Action, ActionId, ActionOutcome, Band, Coverage, Done, Operation, Plan, Verb, Write};
use resource::ResourceId;
use serde_json::json;

/// Returns a plan whose typical times are known, but for its one probe.
pub fn plan() -> Plan {
    let weu = || Band::Stamp("weu".into());
    let neu = || Band::Stamp("neu".into());
    let probe = Operation::Probe {
        url: json!("https://web/"),
        headers: vec![],
        expected: vec![(200, 299)],
        holds: None,
        timeout_secs: 300,
    };
    let actions = vec![
        create(weu(), "weu/plan", resource::types::PLAN, &[]),
        create(weu(), "weu/web", resource::types::SITE, &["create weu/plan"]),
        create(weu(), "weu/cert", families::domains::CERTIFICATE, &["create weu/web"]),
        Action {
            id: ActionId("verify weu/web".into()),
            verb: Verb::Verify,
            operation: probe,
            ..create(weu(), "weu/web", resource::types::SITE, &["create weu/web"])
        },
        create(neu(), "neu/plan", resource::types::PLAN, &[]),
        create(neu(), "neu/web", resource::types::SITE, &["create neu/plan"]),
        create(Band::Data, "data/orders", "Microsoft.DocumentDB/databaseAccounts", &[]),
        create(
            Band::Global,
            "main",
            resource::types::PROFILE,
            &["create weu/cert", "create neu/web"],
        ),
    ];
    Plan {
        version: Plan::VERSION,
        topology: "northwind".into(),
        topology_hash: "00".into(),
        subscription: "s".into(),
        suffixes: resource::Suffixes::default(),
        apply_lock: None,
        stamps: vec!["weu".into(), "neu".into()],
        actions,
        places: BTreeMap::new(),
        fingerprints: BTreeMap::new(),
        reliances: BTreeMap::new(),
        unused: [].into(),
        parts: BTreeMap::new(),
        api_versions: BTreeMap::new(),
        notices: vec![],
        refusals: vec![],
        coverage: Coverage::default(),
        verdicts: None,
    }
}

/// Returns the outcome of an action that was done in a few seconds.
pub fn ended() -> ActionOutcome {
    ActionOutcome::Succeeded { done: Done::Now, elapsed_ms: 4_200 }
}

fn create(band: Band, address: &str, resource_type: &str, after: &[&str]) -> Action {
    Action {
        id: ActionId(format!("create {address}")),
        verb: Verb::Create,
        address: address.into(),
        resource: ResourceId::in_group("s", "rg", resource_type, &address.replace('/', "-")),
        api_version: "2024-11-01".into(),
        band,
        operation: Operation::Write { write: Write::PutExact, body: json!({}), create: true },
        changes: vec![],
        reasons: vec![],
        risks: [].into(),
        permission: None,
        after: after.iter().map(|id| ActionId((*id).into())).collect(),
    }
}
