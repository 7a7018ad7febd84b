//! Each cloud has names of its own for its services.

use plan::Reliance;
use resource::Observed;
use serde_json::json;

use crate::azure::{expand, plan, put};

const CLOUDS: [(&str, &str, &str); 4] = [
    ("public", "trafficmanager.net", "azurewebsites.net"),
    ("usGovernment", "usgovtrafficmanager.net", "azurewebsites.us"),
    ("china", "trafficmanager.cn", "chinacloudsites.cn"),
    (
        "{ resourceManager: https://arm.corp.example, authority: https://login.corp.example, \
         suffixes: { trafficManager: tm.corp.example, appService: sites.corp.example } }",
        "tm.corp.example",
        "sites.corp.example",
    ),
];

fn topology(cloud: &str) -> String {
    format!(
        "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
cloud: {cloud}
stamp: {{ plan: {{ sku: S1 }}, apps: {{ web: {{ runtime: node|22-lts }} }} }}
stamps: {{ weu: {{ region: westeurope }} }}
trafficManager:
  main:
    routing: weighted
    monitor: {{ protocol: https, path: / }}
    endpoints: {{ one: {{ host: one.example.net }} }}
  next:
    routing: weighted
    monitor: {{ protocol: https, path: / }}
    endpoints: {{ one: {{ host: \"{{trafficManager/main.fqdn}}\" }} }}
"
    )
}

#[test]
fn a_router_that_is_still_to_be_made_is_known_by_its_name_in_every_cloud() {
    for (cloud, suffix, _) in CLOUDS {
        let desired = expand(&topology(cloud));
        let host = format!("osprey-main.{suffix}");
        let next = desired.by_address("trafficManager/next").expect("a profile");
        let target = next.body.pointer("/properties/endpoints/0/properties/target");
        assert_eq!(target, Some(&json!(host)), "{cloud}");
        let plan = plan(&desired, &Observed::default());
        let main = desired.by_address("trafficManager/main").expect("a profile").id.key();
        let known = Reliance::LeadsOn([main.to_owned()].into());
        assert_eq!(plan.reliances.get(&host), Some(&known), "{cloud}");
        assert_eq!(plan.suffixes.is_public(), cloud == "public");
    }
}

#[test]
fn host_names_that_a_service_gave_are_nobodys_in_every_cloud() {
    for (cloud, traffic_manager, app_service) in CLOUDS {
        let desired = expand(&topology(cloud));
        let app = &desired.by_address("weu/web").expect("an app").id;
        let mut azure = crate::azure::as_desired(&desired);
        let given = [format!("web.{app_service}"), format!("osprey-main.{traffic_manager}")];
        let chosen = "www.example.com".to_owned();
        for host in given.iter().chain([&chosen]) {
            put(&mut azure, &app.child("hostNameBindings", host), json!({}));
        }
        let unmanaged = plan(&desired, &azure).coverage.unmanaged;
        assert_eq!(unmanaged, [app.child("hostNameBindings", &chosen)], "{cloud}");
    }
}
