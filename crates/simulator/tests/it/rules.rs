//! The rules of each service: records, settings, tiers, identities, priorities.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::client::Client;

const GROUP: &str = "seed: [{put: '/subscriptions/${subscription}/resourceGroups/rg', body: {location: westeurope}}]";
const ZONE: &str = "/resourceGroups/rg/providers/Microsoft.Network/dnsZones/example.com";
const PLAN: &str = "/resourceGroups/rg/providers/Microsoft.Web/serverfarms/plan";
const SITE: &str = "/resourceGroups/rg/providers/Microsoft.Web/sites/shop-weu";
const PROFILE: &str = "/resourceGroups/rg/providers/Microsoft.Network/trafficManagerProfiles/shop";
const VAULT: &str = "/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-shop";

/// Starts with a zone, a plan of the given size and a site on it.
async fn start(size: &str, is_linux: bool) -> Client {
    let client = Client::seeded(GROUP).await;
    let plan = json!({"location": "westeurope", "sku": {"name": size}, "properties": {"reserved": is_linux}});
    assert_eq!(client.put(PLAN, plan).await.status, StatusCode::OK);
    let site = json!({"location": "westeurope", "properties": {"serverFarmId": client.id(PLAN)}});
    assert_eq!(client.put(SITE, site).await.status, StatusCode::OK);
    assert_eq!(client.put(ZONE, json!({"location": "global"})).await.status, StatusCode::CREATED);
    client
}

async fn record(client: &Client, set: &str, properties: Value) -> StatusCode {
    let mut properties = properties;
    properties["TTL"] = json!(300);
    client.put(&format!("{ZONE}/{set}"), json!({"properties": properties})).await.status
}

#[tokio::test]
async fn records_are_what_their_type_says() {
    let client = start("S1", true).await;
    let long = "x".repeat(256);
    let strings = vec!["y".repeat(250); 17];
    let broken = [
        ("A/a", json!({"ARecords": [{"ipv4Address": "1.2.3"}]})),
        ("A/a", json!({"ARecords": [{"ipv4Address": "1.2.3.4"}, {"ipv4Address": "1.2.3.4"}]})),
        ("AAAA/a", json!({"AAAARecords": [{"ipv6Address": "1.2.3.4"}]})),
        (
            "AAAA/a",
            json!({"AAAARecords": [{"ipv6Address": "2001:db8::1"}, {"ipv6Address": "2001:DB8:0::1"}]}),
        ),
        ("CNAME/c", json!({"CNAMERecord": {"cname": "not a host"}})),
        ("CNAME/c", json!({"CNAMERecord": {"cname": "m\u{fc}ller.example.com"}})),
        (
            "MX/m",
            json!({"MXRecords": [{"preference": 1, "exchange": "mx.example.net"}, {"preference": 1, "exchange": "MX.example.net."}]}),
        ),
        ("MX/m", json!({"MXRecords": [{"preference": 65536, "exchange": "mx.example.net"}]})),
        (
            "SRV/_sip._tcp",
            json!({"SRVRecords": [{"priority": 1, "weight": 1, "port": 70000, "target": "sip.example.net"}]}),
        ),
        ("CAA/@", json!({"caaRecords": [{"flags": 256, "tag": "issue", "value": "ca.example"}]})),
        ("TXT/t", json!({"TXTRecords": [{"value": [long]}]})),
        ("TXT/t", json!({"TXTRecords": [{"value": ["\u{e4}".repeat(128)]}]})),
        ("TXT/t", json!({"TXTRecords": [{"value": strings}]})),
        ("TXT/t", json!({"TXTRecords": [{"value": ["same"]}, {"value": ["sa", "me"]}]})),
        ("A/b\u{fc}ro", json!({"ARecords": []})),
        ("A/a..b", json!({"ARecords": []})),
        ("A/x.*", json!({"ARecords": []})),
        ("NS/*", json!({"NSRecords": [{"nsdname": "ns.example.net"}]})),
        ("NS/@", json!({"NSRecords": [{"nsdname": "ns.example.net"}]})),
    ];
    for (set, properties) in broken {
        let status = record(&client, set, properties.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{set} {properties}");
    }
    let good = [
        ("A/*", json!({"ARecords": [{"ipv4Address": "1.2.3.4"}]})),
        ("MX/@", json!({"MXRecords": [{"preference": 0, "exchange": "."}]})),
        ("TXT/t", json!({"TXTRecords": [{"value": ["y".repeat(255), "z".repeat(255)]}]})),
        ("CNAME/xn--bro-hoa", json!({"CNAMERecord": {"cname": "xn--mller-kva.example.com."}})),
    ];
    for (set, properties) in good {
        assert_eq!(record(&client, set, properties.clone()).await, StatusCode::CREATED, "{set}");
    }
}

#[tokio::test]
async fn own_name_servers_stay_and_others_may_join() {
    let client = start("S1", true).await;
    let set = client.get(&format!("{ZONE}/NS/@")).await;
    let mut servers = set.body["properties"]["NSRecords"].as_array().unwrap().clone();
    servers.push(json!({"nsdname": "ns.example.net."}));
    assert_eq!(record(&client, "NS/@", json!({"NSRecords": servers})).await, StatusCode::OK);
}

#[tokio::test]
async fn names_that_the_service_writes_in_lower_case_come_back_so() {
    let client = start("S1", true).await;
    let caa = json!({"caaRecords": [{"flags": 0, "tag": "issue", "value": "ca.example"}]});
    assert_eq!(record(&client, "CAA/Www", caa).await, StatusCode::CREATED);
    assert_eq!(client.get(&format!("{ZONE}/CAA/WWW")).await.body["name"], "www");
    let address = json!({"ARecords": [{"ipv4Address": "1.2.3.4"}]});
    assert_eq!(record(&client, "A/Api", address).await, StatusCode::CREATED);
    assert_eq!(client.get(&format!("{ZONE}/A/api")).await.body["name"], "Api");
}

#[tokio::test]
async fn settings_have_one_case_and_no_colon_on_linux() {
    for is_linux in [true, false] {
        let client = start("S1", is_linux).await;
        let settings = format!("{SITE}/config/appsettings");
        let put = |properties: Value| client.put(&settings, json!({"properties": properties}));
        let twice = put(json!({"Mode": "a", "MODE": "b"})).await;
        assert_eq!((twice.status, twice.code()), (StatusCode::CONFLICT, "Conflict"));
        let nested = put(json!({"Mail:Host": "x"})).await.status;
        assert_eq!(nested, if is_linux { StatusCode::BAD_REQUEST } else { StatusCode::OK });
        put(json!({"Mode": "a"})).await;
        let changed = put(json!({"MODE": "b"})).await;
        let spelled = if is_linux { json!({"MODE": "b"}) } else { json!({"Mode": "b"}) };
        assert_eq!(changed.body["properties"], spelled);
    }
}

#[tokio::test]
async fn tiers_offer_what_they_offer_when_asked_and_when_left() {
    let client = start("F1", true).await;
    let web = format!("{SITE}/config/web");
    let on = json!({"properties": {"alwaysOn": true}});
    assert_eq!(client.patch(&web, on.clone()).await.status, StatusCode::CONFLICT);
    let mut site =
        json!({"location": "westeurope", "properties": {"serverFarmId": client.id(PLAN)}});
    let slot = format!("{SITE}/slots/staging");
    assert_eq!(client.put(&slot, site.clone()).await.status, StatusCode::CONFLICT);
    site["properties"]["siteConfig"] = json!({"alwaysOn": true});
    assert_eq!(client.put(SITE, site.clone()).await.status, StatusCode::CONFLICT);
    let plan = |size: &str, capacity: u64| json!({"location": "westeurope", "sku": {"name": size, "capacity": capacity}, "properties": {"reserved": true}});
    assert_eq!(client.put(PLAN, plan("B1", 4)).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(client.put(PLAN, plan("S1", 2)).await.status, StatusCode::OK);
    assert_eq!(client.put(SITE, site.clone()).await.status, StatusCode::OK);
    assert_eq!(client.put(PLAN, plan("F1", 1)).await.status, StatusCode::CONFLICT);
    client.patch(&web, json!({"properties": {"alwaysOn": false}})).await;
    site["properties"].as_object_mut().unwrap().shift_remove("siteConfig");
    assert_eq!(client.put(&slot, site).await.status, StatusCode::OK);
    assert_eq!(client.put(PLAN, plan("B1", 1)).await.status, StatusCode::CONFLICT);
    client.delete(&format!("{slot}?deleteEmptyServerFarm=false")).await;
    assert_eq!(client.put(PLAN, plan("F1", 1)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn slots_stand_in_the_list_of_resources() {
    let client = start("S1", true).await;
    let slot = json!({"location": "westeurope", "properties": {}});
    assert_eq!(client.put(&format!("{SITE}/slots/staging"), slot).await.status, StatusCode::OK);
    let list = client.get("/resourceGroups/rg/resources").await;
    let kinds: Vec<&str> = list.body["value"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| row["type"].as_str())
        .collect();
    assert!(kinds.contains(&"Microsoft.Web/sites/slots"), "{kinds:?}");
    let sites = "/resourceGroups/rg/providers/Microsoft.Web/sites";
    let count = |reply: crate::client::Reply| reply.body["value"].as_array().map(Vec::len);
    assert_eq!(count(client.get(sites).await), Some(1));
    assert_eq!(count(client.get(&format!("{sites}?includeSlots=true")).await), Some(2));
}

#[tokio::test]
async fn kinds_and_stacks_of_apps_are_known() {
    let client = start("S1", true).await;
    let site = |kind: &str, stack: &str| json!({"location": "westeurope", "kind": kind, "properties": {"serverFarmId": client.id(PLAN), "siteConfig": {"linuxFxVersion": stack}}});
    for (kind, stack) in [("spaceship", ""), ("app,linux", "COBOL|74"), ("app,linux", "NODE")] {
        let refused = client.put(SITE, site(kind, stack)).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{kind} {stack}");
    }
    assert_eq!(client.put(SITE, site("app,linux", "node|20-lts")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn identities_follow_their_type_and_a_new_one_is_another() {
    let client = start("S1", true).await;
    let named =
        "/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/shop";
    client.put(named, json!({"location": "westeurope"})).await;
    let assigned = json!({client.id(named): {}});
    let site = |identity: Value| json!({"location": "westeurope", "identity": identity, "properties": {"serverFarmId": client.id(PLAN)}});
    for identity in [
        json!({"type": "Everybody"}),
        json!({"type": "SystemAssigned", "userAssignedIdentities": assigned}),
        json!({"type": "UserAssigned"}),
    ] {
        let refused = client.put(SITE, site(identity.clone())).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{identity}");
    }
    let both = json!({"type": "UserAssigned,systemassigned", "userAssignedIdentities": assigned});
    let made = client.put(SITE, site(both)).await.body;
    assert_eq!(made["identity"]["type"], "SystemAssigned, UserAssigned");
    let first = made["identity"]["principalId"].clone();
    let narrowed = client.patch(SITE, json!({"identity": {"type": "SystemAssigned"}})).await.body;
    assert_eq!(narrowed["identity"].get("userAssignedIdentities"), None);
    assert_eq!(narrowed["identity"]["principalId"], first);
    client.delete(&format!("{SITE}?deleteEmptyServerFarm=false")).await;
    let again = client.put(SITE, site(json!({"type": "SystemAssigned"}))).await.body;
    assert_ne!(again["identity"]["principalId"], first);
    client.patch(SITE, json!({"identity": {"type": "None"}})).await;
    let third = client.patch(SITE, json!({"identity": {"type": "SystemAssigned"}})).await.body;
    assert_ne!(third["identity"]["principalId"], again["identity"]["principalId"]);
}

#[tokio::test]
async fn endpoint_without_priority_gets_a_free_one() {
    let client = Client::seeded(GROUP).await;
    let endpoint = |name: &str, priority: Value| json!({"name": name, "type": "Microsoft.Network/trafficManagerProfiles/externalEndpoints", "properties": {"target": format!("{name}.example.com"), "priority": priority}});
    let profile = |endpoints: Value| json!({"location": "global", "properties": {"trafficRoutingMethod": "Weighted", "dnsConfig": {"relativeName": "shop", "ttl": 30}, "monitorConfig": {"protocol": "HTTPS", "port": 443, "path": "/"}, "endpoints": endpoints}});
    let list = json!([
        endpoint("new", json!(null)),
        endpoint("old", json!(1)),
        endpoint("other", json!(2))
    ]);
    let made = client.put(PROFILE, profile(list)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let new = client.get(&format!("{PROFILE}/externalEndpoints/new")).await;
    assert_eq!(new.body["properties"]["priority"], 3);
    let twice = json!([endpoint("one", json!(1)), endpoint("two", json!(1))]);
    assert_eq!(client.put(PROFILE, profile(twice)).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn vaults_keep_what_cannot_change_and_their_names() {
    let client = Client::seeded(GROUP).await;
    let vault = |days: u64| json!({"location": "westeurope", "properties": {"tenantId": "c7b1d2e4-08f5-4a3c-b6d9-91e2f3a4b5c6", "sku": {"family": "A", "name": "standard"}, "accessPolicies": [], "softDeleteRetentionInDays": days}});
    for name in ["1kv", "kv--shop", "kv-"] {
        let refused = client.put(&VAULT.replace("kv-shop", name), vault(7)).await;
        assert_eq!(refused.code(), "VaultNameNotValid", "{name}");
    }
    assert!(client.put(VAULT, vault(7)).await.status.is_success());
    assert_eq!(client.put(VAULT, vault(30)).await.status, StatusCode::BAD_REQUEST);
    let check = "/providers/Microsoft.KeyVault/checkNameAvailability";
    let asked = json!({"name": "KV-shop", "type": "Microsoft.KeyVault/vaults"});
    assert_eq!(client.post(check, asked.clone()).await.body["nameAvailable"], false);
    client.delete(VAULT).await;
    assert_eq!(client.post(check, asked).await.body["nameAvailable"], false);
    let free = client.post(check, json!({"name": "kv-other"})).await;
    assert_eq!(free.body["nameAvailable"], true);
}

#[tokio::test]
async fn one_setting_scales_a_plan_between_bounds_that_do_not_fall() {
    let client = start("S1", true).await;
    let scale = |name: &str| {
        format!("/resourceGroups/rg/providers/Microsoft.Insights/autoscaleSettings/{name}")
    };
    let setting = |least: &str, usual: &str, most: &str| json!({"location": "westeurope", "properties": {"targetResourceUri": client.id(PLAN), "profiles": [{"name": "default", "capacity": {"minimum": least, "default": usual, "maximum": most}, "rules": []}]}});
    for (least, usual, most) in [("3", "2", "4"), ("1", "5", "4"), ("one", "2", "3")] {
        let refused = client.put(&scale("one"), setting(least, usual, most)).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{least} {usual} {most}");
    }
    assert_eq!(client.put(&scale("one"), setting("1", "2", "3")).await.status, StatusCode::CREATED);
    assert_eq!(
        client.put(&scale("two"), setting("1", "2", "3")).await.status,
        StatusCode::CONFLICT
    );
}

#[tokio::test]
async fn diagnostics_go_somewhere_and_once() {
    let client = start("S1", true).await;
    let path =
        |name: &str| format!("{SITE}/providers/Microsoft.Insights/diagnosticSettings/{name}");
    let workspace = "/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/logs";
    let setting = |places: Value| {
        let mut properties = places;
        properties["logs"] = json!([{"category": "AppServiceHTTPLogs", "enabled": true}]);
        json!({"properties": properties})
    };
    assert_eq!(client.put(&path("one"), setting(json!({}))).await.status, StatusCode::BAD_REQUEST);
    let to = json!({"workspaceId": client.id(workspace)});
    assert_eq!(client.put(&path("one"), setting(to.clone())).await.status, StatusCode::OK);
    assert_eq!(client.put(&path("two"), setting(to)).await.status, StatusCode::CONFLICT);
}
