//! What profiles say of each other.

use resource::contains_expression;

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
