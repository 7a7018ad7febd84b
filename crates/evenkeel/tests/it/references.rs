//! What a text may ask of another resource is there to be asked.

use resource::catalogue;

use crate::scenario::Scenario;

/// Where this test's topology has a resource of a type; one that can be asked must have a place.
fn address(resource_type: &str) -> &'static str {
    match resource_type {
        "Microsoft.Web/sites" => "weu/api",
        "Microsoft.Web/sites/slots" => "",
        "Microsoft.Storage/storageAccounts" => "storage/data",
        "Microsoft.KeyVault/vaults" => "vaults/main",
        "Microsoft.ManagedIdentity/userAssignedIdentities" => "identities/worker",
        "Microsoft.Cache/redisEnterprise" => "weu/redis",
        "Microsoft.Cdn/profiles" => "frontDoor/edge",
        "Microsoft.Network/trafficManagerProfiles" => "trafficManager/front",
        // Its name servers are a list, which no setting can hold.
        "Microsoft.Network/dnsZones" => "",
        other => panic!("`{other}` answers something and has no place in this test"),
    }
}

#[test]
fn every_property_that_a_text_may_ask_for_is_answered() {
    let mut settings = String::new();
    let mut asked = 0;
    for facts in catalogue::known_types() {
        for (property, _) in facts.answers {
            let address = address(facts.resource_type);
            if !address.is_empty() {
                asked += 1;
                settings += &format!("        ASKED_{asked}: \"<{{{address}.{property}}}>\"\n");
            }
        }
    }
    let topology = format!(
        "version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
storage: {{ data: {{ redundancy: ZRS }} }}
vaults: {{ main: {{}} }}
identities: {{ worker: {{}} }}
frontDoor: {{ edge: {{ tier: standard }} }}
trafficManager:
  front:
    dnsName: osprey-front
    routing: priority
    monitor: {{ protocol: https, path: / }}
    endpoints: {{ one: {{ host: one.example.net }} }}
stamp:
  plan: {{ sku: P1v3 }}
  redis: {{ sku: Balanced_B1 }}
  apps:
    api: {{ runtime: node|20-lts, identity: system }}
    web:
      runtime: node|20-lts
      settings:
{settings}stamps: {{ weu: {{ region: westeurope }} }}
"
    );
    let scenario = Scenario::of("r2");
    scenario.write("topology.yaml", &topology);
    scenario.apply();
    let shown = scenario.run(&["show", "weu/web/appsettings"]);
    let state = scenario.run_offline(&["simulate", "--dir", ".evenkeel/azure", "--dump"]).stdout;
    for number in 1..=asked {
        let value = state.split(&format!("\"ASKED_{number}\":")).nth(1).unwrap_or_default();
        let value: String = value.trim_start().chars().take(8).collect();
        assert!(
            value.starts_with("\"<") && !value.starts_with("\"<>"),
            "{number}: {value}\n{settings}\n{}",
            shown.stdout
        );
    }
    assert!(asked >= 12, "{asked}");
}
