//! Rule 16: roles are not configuration.

use plan::{Notice, Plan, Verb};
use planner::Desired;
use resource::Observed;
use serde_json::{Value, json};

use crate::azure::{as_desired, body, expand, names, plan, with_verb};

const HEAD: &str = "version: 1\nname: data\nsubscription: 11111111-2222-3333-4444-555555555555\nlocation: westeurope\n";

fn cosmos(locations: &str) -> Desired {
    expand(&format!(
        "{HEAD}resources:
  orders:
    type: Microsoft.DocumentDB/databaseAccounts
    apiVersion: \"2025-10-15\"
    name: cosmos-orders
    location: westeurope
    kind: GlobalDocumentDB
    properties:
      databaseAccountOfferType: Standard
      locations: [{locations}]
"
    ))
}

const WEU_FIRST: &str = "{ locationName: westeurope, failoverPriority: 0 }, \
                         { locationName: northeurope, failoverPriority: 1 }";

/// Regions as the service answers them, by priority.
fn locations(regions: &[&str]) -> Value {
    let location = |(at, name): (usize, &&str)| {
        json!({
            "id": format!("cosmos-orders-{}", name.replace(' ', "").to_lowercase()),
            "locationName": name, "failoverPriority": at, "isZoneRedundant": false,
            "provisioningState": "Succeeded",
        })
    };
    regions.iter().enumerate().map(location).collect()
}

fn with(desired: &Desired, address: &str, change: impl FnOnce(&mut Value)) -> Observed {
    let mut azure = as_desired(desired);
    let id = &desired.by_address(address).expect("it is declared").id;
    change(&mut azure.resources.get_mut(id).expect("it is there").body);
    azure
}

fn failed_over(plan: &Plan) -> Option<&Notice> {
    plan.failed_over().next()
}

#[test]
fn rule_16_a_cosmos_account_that_has_failed_over_is_told_and_left() {
    let desired = cosmos(WEU_FIRST);
    let azure = with(&desired, "resources/orders", |body| {
        body["properties"]["locations"] = locations(&["North Europe", "West Europe"]);
    });
    let plan = plan(&desired, &azure);
    assert!(plan.is_empty(), "{:?}", names(&plan));
    let notice = failed_over(&plan).expect("it is told");
    assert_eq!(notice.address, "resources/orders");
    assert!(notice.message.starts_with("writes go to `northeurope`"), "{}", notice.message);
    assert!(!plan.is_as_declared());
}

#[test]
fn rule_16_a_region_that_is_added_meanwhile_leaves_the_roles() {
    let sea = format!("{WEU_FIRST}, {{ locationName: southeastasia, failoverPriority: 2 }}");
    let desired = cosmos(&sea);
    let azure = with(&desired, "resources/orders", |body| {
        body["properties"]["locations"] = locations(&["North Europe", "West Europe"]);
    });
    let plan = plan(&desired, &azure);
    assert!(failed_over(&plan).is_some());
    let update = with_verb(&plan, Verb::Update)[0];
    let paths: Vec<&str> = update.changes.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(paths, ["properties.locations[southeastasia]"]);
    let sent: Vec<_> = body(update)["properties"]["locations"]
        .as_array()
        .expect("locations")
        .iter()
        .map(|location| (location["locationName"].clone(), location["failoverPriority"].clone()))
        .collect();
    let role = |name: &str, priority: u64| (json!(name), json!(priority));
    assert_eq!(sent, [role("westeurope", 1), role("northeurope", 0), role("southeastasia", 2)]);
}

#[test]
fn rule_16_the_order_of_the_readers_alone_is_no_failover() {
    let desired =
        cosmos(&format!("{WEU_FIRST}, {{ locationName: southeastasia, failoverPriority: 2 }}"));
    let azure = with(&desired, "resources/orders", |body| {
        body["properties"]["locations"] =
            locations(&["West Europe", "Southeast Asia", "North Europe"]);
    });
    let plan = plan(&desired, &azure);
    assert_eq!(names(&plan), ["update resources/orders"]);
    assert!(failed_over(&plan).is_none());
}

#[test]
fn rule_16_a_failover_group_seen_from_its_secondary_is_told_and_left() {
    let server = |name: &str| {
        format!(
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-data-global\
             /providers/Microsoft.Sql/servers/{name}"
        )
    };
    let (weu, neu) = (server("sql-weu"), server("sql-neu"));
    let desired = expand(&format!(
        "{HEAD}resources:
  fog:
    type: Microsoft.Sql/servers/failoverGroups
    apiVersion: \"2023-08-01\"
    id: {weu}/failoverGroups/fog-orders
    properties:
      readWriteEndpoint: {{ failoverPolicy: Manual }}
      readOnlyEndpoint: {{ failoverPolicy: Disabled, targetServer: {neu} }}
      partnerServers: [{{ id: {neu} }}]
      databases: [{weu}/databases/orders]
"
    ));
    // As it was recorded: https://github.com/Azure/azure-cli, test_sql_failover_group_mgmt.
    let azure = with(&desired, "resources/fog", |body| {
        let properties = &mut body["properties"];
        properties["readOnlyEndpoint"]["targetServer"] = json!(weu);
        properties["replicationRole"] = json!("Secondary");
        properties["replicationState"] = json!("CATCH_UP");
        properties["partnerServers"] =
            json!([{ "id": neu, "location": "North Europe", "replicationRole": "Primary" }]);
    });
    let plan = plan(&desired, &azure);
    assert!(plan.is_empty(), "{:?}", names(&plan));
    let notice = failed_over(&plan).expect("it is told");
    assert!(notice.message.starts_with("writes go to `sql-neu`"), "{}", notice.message);
}

fn account() -> Desired {
    expand(&format!("{HEAD}storage:\n  kept: {{ name: stdatakept, redundancy: RA-GZRS }}\n"))
}

fn serving_from(primary: &str, secondary: Option<&str>, sku: &str) -> Observed {
    with(&account(), "storage/kept", |body| {
        body["sku"]["name"] = json!(sku);
        body["properties"]["primaryLocation"] = json!(primary);
        body["properties"]["secondaryLocation"] = json!(secondary);
    })
}

#[test]
fn rule_16_a_storage_account_that_has_failed_over_is_told_and_left() {
    // Planned: both regions are up, and the account stays geo-redundant.
    let swapped = serving_from("northeurope", Some("westeurope"), "Standard_RAGZRS");
    // Not planned: the account ends locally redundant in the other region.
    let alone = serving_from("northeurope", None, "Standard_LRS");
    for azure in [swapped, alone] {
        let plan = plan(&account(), &azure);
        assert!(plan.is_empty(), "{:?}", names(&plan));
        let notice = failed_over(&plan).expect("it is told");
        assert!(notice.message.starts_with("the account serves from `northeurope`"));
    }
}

#[test]
fn rule_16_a_redundancy_that_was_lowered_in_place_is_drift() {
    let azure = serving_from("West Europe", Some("North Europe"), "Standard_ZRS");
    let plan = plan(&account(), &azure);
    assert_eq!(names(&plan), ["update storage/kept"]);
    assert!(failed_over(&plan).is_none());
}

fn profile(statuses: [&str; 2]) -> Plan {
    let desired = expand(include_str!("../../../../topologies/minimal.yaml"));
    let azure = with(&desired, "trafficManager/main", |body| {
        let endpoints = body["properties"]["endpoints"].as_array_mut().expect("endpoints");
        for (endpoint, status) in endpoints.iter_mut().zip(statuses) {
            endpoint["properties"]["endpointMonitorStatus"] = json!(status);
        }
    });
    plan(&desired, &azure)
}

#[test]
fn rule_16_traffic_that_has_left_the_first_endpoint_is_told_with_both_names() {
    for down in ["Degraded", "Stopped"] {
        let plan = profile([down, "Online"]);
        assert!(plan.is_empty(), "{:?}", names(&plan));
        let notice = failed_over(&plan).expect("it is told");
        assert_eq!(notice.message, format!("traffic goes to `neu`, as `weu` is {down}"));
    }
}

#[test]
fn traffic_is_not_said_to_have_moved_where_it_is_not_known_to() {
    let statuses = [
        ["Online", "Online"],
        ["Online", "Degraded"],
        ["CheckingEndpoint", "Online"],
        ["Degraded", "Degraded"],
        ["Degraded", "CheckingEndpoint"],
    ];
    for statuses in statuses {
        assert!(failed_over(&profile(statuses)).is_none(), "{statuses:?}");
    }
}
