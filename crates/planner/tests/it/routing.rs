//! What profiles say of each other.

use resource::contains_expression;
use serde_json::json;

use crate::azure::expand;

const PROFILES: &str = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
trafficManager:
  main:
    routing: weighted
    monitor: { protocol: https, path: /, headers: { X-From: \"{trafficManager/main.fqdn}\" } }
    endpoints:
      one: { host: one.example.net, headers: { X-To: \"https://{trafficManager/next.fqdn}/a\" } }
  next:
    dnsName: osprey-second
    routing: weighted
    monitor: { protocol: https, path: / }
    endpoints:
      one: { host: \"{trafficManager/main.fqdn}\" }
";

#[test]
fn profiles_may_name_themselves_and_each_other() {
    let desired = expand(PROFILES);
    let body = |address: &str| desired.by_address(address).expect("a profile").body.clone();
    let (main, next) = (body("trafficManager/main"), body("trafficManager/next"));
    assert!(!contains_expression(&main), "{main:#}");
    assert!(!contains_expression(&next), "{next:#}");
    let value = |pointer: &str| main.pointer(pointer).cloned().unwrap_or_default();
    assert_eq!(
        value("/properties/monitorConfig/customHeaders/0/value"),
        "osprey-main.trafficmanager.net"
    );
    assert_eq!(
        value("/properties/endpoints/0/properties/customHeaders/0/value"),
        "https://osprey-second.trafficmanager.net/a"
    );
    let target = next.pointer("/properties/endpoints/0/properties/target");
    assert_eq!(target.and_then(|it| it.as_str()), Some("osprey-main.trafficmanager.net"));
}

#[test]
fn rule_14_one_host_is_asked_for_every_router_that_leads_there() {
    let before = "
version: 1
name: tr
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
trafficManager:
  inner:
    routing: weighted
    monitor: { protocol: tcp, port: 443 }
    endpoints: { one: { host: a.example.net, weight: 1 } }
  main:
    routing: weighted
    monitor: { protocol: https, path: /ready }
    endpoints: { one: { host: a.example.net, weight: 1 } }
";
    let azure = crate::azure::as_desired(&crate::azure::expand(before));
    let after = crate::azure::expand(&before.replace("a.example.net", "b.example.net"));
    let plan = crate::azure::plan(&after, &azure);
    for step in ["update trafficManager/inner", "update trafficManager/main"] {
        let probe = "probe trafficManager/main/endpoints/one";
        crate::azure::assert_ordered(&plan, &[probe, step]);
    }
}

#[test]
fn rule_14_a_name_is_not_led_to_an_app_that_stays_stopped() {
    let text = "
version: 1
name: tr
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
stamp: { plan: { sku: S1 }, apps: { web: { runtime: node|22-lts } } }
stamps: { weu: { region: westeurope } }
dns: { example.com: {} }
domains: { app.example.com: { routeTo: weu/web } }
";
    let desired = crate::azure::expand(text);
    let mut azure = crate::azure::as_desired(&desired);
    let site = desired.by_address("weu/web").unwrap().id.clone();
    azure.resources.get_mut(&site).unwrap().body["properties"]["enabled"] = json!(false);
    azure.resources.remove(desired.domains[0].record.as_ref().unwrap());
    let refused = crate::azure::plan(&desired, &azure);
    assert_eq!(refused.refusals[0].code, plan::Code::NoTargetLeft);
    assert_eq!(refused.refusals[0].address, "domains/app.example.com");
    let permitted = ["weu/web".to_owned()].into();
    let options = planner::Options { permitted, ..Default::default() };
    assert!(crate::azure::plan_with(&desired, &azure, &options).refusals.is_empty());
}
