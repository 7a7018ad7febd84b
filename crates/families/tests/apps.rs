//! Apps are imported as far as they could be read.

use std::collections::BTreeMap;

use families::language;
use importer::{Request, Verdict};
use resource::{NotEvaluated, Observation, Observed, ResourceId};
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";

fn id(kind: &str, name: &str) -> ResourceId {
    ResourceId::in_group(SUBSCRIPTION, "rg-shop", kind, name)
}

fn observed(resources: Vec<(ResourceId, Value)>) -> Observed {
    let mut observed = Observed::default();
    let group = ResourceId::group(SUBSCRIPTION, "rg-shop");
    let group = (group, json!({ "location": "westeurope" }));
    for (id, body) in resources.into_iter().chain([group]) {
        observed.insert(Observation { id, body, etag: None });
    }
    observed
}

#[test]
fn a_function_app_whose_settings_are_hidden_is_only_read() {
    let plan = id("Microsoft.Web/serverfarms", "asp-shop-weu");
    let app = id("Microsoft.Web/sites", "func-shop-jobs-weu");
    let settings = app.child("config", "appsettings");
    let mut observed = observed(vec![
        (
            plan.clone(),
            json!({
                "location": "West Europe", "kind": "linux",
                "sku": { "name": "P1v3", "capacity": 1 },
                "properties": { "reserved": true },
            }),
        ),
        (
            app,
            json!({
                "location": "West Europe", "kind": "functionapp,linux",
                "properties": {
                    "serverFarmId": plan.as_str(), "httpsOnly": true,
                    "clientAffinityEnabled": false,
                },
            }),
        ),
    ]);
    let reason = "the right to read it is missing".to_owned();
    observed.not_evaluated.insert(settings, NotEvaluated { reason });
    let scopes = vec![ResourceId::group(SUBSCRIPTION, "rg-shop")];
    let request = Request { scopes, name: None, cloud: None, environment: BTreeMap::new() };
    let found = importer::import(language(), &observed, &request);
    insta::assert_snapshot!(found.body);
    assert_eq!(found.verdict, Verdict::Adopts(1));
    let told: Vec<&str> = found.remarks.iter().map(|remark| &*remark.why).collect();
    assert!(told[0].contains("could not be read"), "{told:?}");
}
