//! Networks: what stands in another's body, what may stand beside what, and who is tied to whom.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::client::Client;

const GROUP: &str = "seed: [{put: '/subscriptions/${subscription}/resourceGroups/rg', body: {location: westeurope}}]";
const PROVIDER: &str = "/resourceGroups/rg/providers/Microsoft.Network";

fn at(path: &str) -> String {
    format!("{PROVIDER}/{path}")
}

/// Puts a resource in West Europe and returns the answer's code; nothing where it was taken.
async fn put(client: &Client, path: &str, properties: Value) -> String {
    let body = json!({"location": "westeurope", "properties": properties});
    let reply = client.put(&at(path), body).await;
    if reply.status.is_success() { String::new() } else { reply.code().to_owned() }
}

async fn properties(client: &Client, path: &str) -> Value {
    client.get(&at(path)).await.body["properties"].clone()
}

/// Starts with a network of two subnets.
async fn start() -> Client {
    let client = Client::seeded(GROUP).await;
    let network = json!({
        "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        "subnets": [
            {"name": "web", "properties": {"addressPrefix": "10.0.1.0/24"}},
            {"name": "data", "properties": {"addressPrefix": "10.0.2.0/24"}},
        ],
    });
    assert_eq!(put(&client, "virtualNetworks/net", network).await, "");
    client
}

fn names(rows: &Value) -> Vec<&str> {
    rows.as_array().into_iter().flatten().filter_map(|row| row["name"].as_str()).collect()
}

#[tokio::test]
async fn a_subnet_is_the_same_in_its_network_and_by_itself() {
    let client = start().await;
    let alone = client.get(&at("virtualNetworks/net/subnets/web")).await.body;
    let network = client.get(&at("virtualNetworks/net")).await.body;
    assert_eq!(network["properties"]["subnets"][0], alone);
    assert_eq!(alone["etag"], network["etag"]);
    let wide = json!({"addressPrefix": "10.0.3.0/24"});
    assert_eq!(put(&client, "virtualNetworks/net/subnets/more", wide).await, "");
    let after = client.get(&at("virtualNetworks/net")).await.body;
    assert_eq!(names(&after["properties"]["subnets"]), ["web", "data", "more"]);
    assert_ne!(after["etag"], network["etag"], "whatever is written in a network changes it");
    client.delete(&at("virtualNetworks/net/subnets/data")).await;
    let left = properties(&client, "virtualNetworks/net").await;
    assert_eq!(names(&left["subnets"]), ["web", "more"]);
}

#[tokio::test]
async fn a_list_that_is_left_out_stays_or_goes_as_in_azure() {
    let client = start().await;
    let space = json!({"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}});
    assert_eq!(put(&client, "virtualNetworks/net", space.clone()).await, "");
    assert_eq!(names(&properties(&client, "virtualNetworks/net").await["subnets"]).len(), 2);
    let mut without = space;
    without["subnets"] = json!([]);
    assert_eq!(put(&client, "virtualNetworks/net", without).await, "");
    assert!(names(&properties(&client, "virtualNetworks/net").await["subnets"]).is_empty());

    let rule = json!({"name": "in", "properties": {"priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp"}});
    let group = json!({"securityRules": [rule]});
    assert_eq!(put(&client, "networkSecurityGroups/nsg", group).await, "");
    assert_eq!(put(&client, "networkSecurityGroups/nsg", json!({})).await, "");
    let group = properties(&client, "networkSecurityGroups/nsg").await;
    assert!(names(&group["securityRules"]).is_empty());
    assert_eq!(names(&group["defaultSecurityRules"]).len(), 6);
}

#[tokio::test]
async fn what_cannot_stand_beside_another_is_refused_both_ways() {
    let client = start().await;
    let subnet = |prefix: &str| json!({"addressPrefix": prefix});
    for (prefix, code) in [
        ("10.1.0.0/24", "NetcfgInvalidSubnet"),
        ("10.0.1.128/25", "NetcfgSubnetRangesOverlap"),
        ("10.0.0.0/33", "InvalidCIDRNotation"),
    ] {
        let alone = put(&client, "virtualNetworks/net/subnets/x", subnet(prefix)).await;
        assert_eq!(alone, code, "{prefix}");
        let whole = json!({
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [
                {"name": "web", "properties": subnet("10.0.1.0/24")},
                {"name": "x", "properties": subnet(prefix)},
            ],
        });
        assert_eq!(put(&client, "virtualNetworks/net", whole).await, code, "{prefix}");
    }
    let narrow = json!({"addressSpace": {"addressPrefixes": ["10.0.1.0/24"]}});
    assert_eq!(put(&client, "virtualNetworks/net", narrow).await, "NetcfgInvalidSubnet");

    assert_eq!(put(&client, "networkSecurityGroups/nsg", json!({})).await, "");
    let rule = |priority: u64, direction: &str| json!({"priority": priority, "direction": direction, "access": "Deny", "protocol": "*"});
    let put_rule = async |name: &str, priority: u64, direction: &str| {
        let path = format!("networkSecurityGroups/nsg/securityRules/{name}");
        put(&client, &path, rule(priority, direction)).await
    };
    assert_eq!(put_rule("one", 100, "Inbound").await, "");
    assert_eq!(put_rule("out", 100, "Outbound").await, "");
    assert_eq!(put_rule("two", 100, "Inbound").await, "SecurityRuleConflict");
    assert_eq!(put_rule("low", 99, "Inbound").await, "SecurityRuleInvalidPriority");
}

#[tokio::test]
async fn what_is_used_cannot_be_deleted_and_what_is_missing_cannot_be_used() {
    let client = start().await;
    let id = |path: &str| client.id(&at(path));
    let lost = json!({"addressPrefix": "10.0.1.0/24", "networkSecurityGroup": {"id": id("networkSecurityGroups/nsg")}});
    let code = put(&client, "virtualNetworks/net/subnets/web", lost.clone()).await;
    assert_eq!(code, "InvalidResourceReference");
    for path in ["networkSecurityGroups/nsg", "routeTables/routes", "natGateways/nat"] {
        assert_eq!(put(&client, path, json!({})).await, "");
    }
    let mut tied = lost;
    tied["routeTable"] = json!({"id": id("routeTables/routes")});
    tied["natGateway"] = json!({"id": id("natGateways/nat"), "properties": {"more": 1}});
    assert_eq!(put(&client, "virtualNetworks/net/subnets/web", tied).await, "");
    let subnet = properties(&client, "virtualNetworks/net/subnets/web").await;
    assert_eq!(subnet["natGateway"], json!({"id": id("natGateways/nat")}));
    for (path, code) in [
        ("networkSecurityGroups/nsg", "InUseNetworkSecurityGroupCannotBeDeleted"),
        ("routeTables/routes", "InUseRouteTableCannotBeDeleted"),
        ("natGateways/nat", "InUseNatGatewayCannotBeDeleted"),
    ] {
        assert_eq!(
            properties(&client, path).await["subnets"][0]["id"],
            id("virtualNetworks/net/subnets/web")
        );
        assert_eq!(client.delete(&at(path)).await.code(), code);
    }
    // A subnet that is written without its ties has none.
    let bare = json!({"addressPrefix": "10.0.1.0/24"});
    assert_eq!(put(&client, "virtualNetworks/net/subnets/web", bare).await, "");
    assert!(client.delete(&at("networkSecurityGroups/nsg")).await.status.is_success());
}

#[tokio::test]
async fn peerings_are_connected_from_both_sides() {
    let client = start().await;
    let far = json!({"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}});
    assert_eq!(put(&client, "virtualNetworks/far", far).await, "");
    let to = |name: &str| json!({"remoteVirtualNetwork": {"id": client.id(&at(&format!("virtualNetworks/{name}")))}});
    assert_eq!(put(&client, "virtualNetworks/net/virtualNetworkPeerings/out", to("far")).await, "");
    let state = async || {
        properties(&client, "virtualNetworks/net/virtualNetworkPeerings/out").await["peeringState"]
            .clone()
    };
    assert_eq!(state().await, "Initiated");
    assert_eq!(
        put(&client, "virtualNetworks/far/virtualNetworkPeerings/back", to("net")).await,
        ""
    );
    assert_eq!(state().await, "Connected");
    let space = properties(&client, "virtualNetworks/net/virtualNetworkPeerings/out").await;
    assert_eq!(space["remoteAddressSpace"]["addressPrefixes"], json!(["10.1.0.0/16"]));
}

const VAULT: &str = "/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-shop";

async fn start_with_endpoint() -> Client {
    let client = start().await;
    let vault = json!({"location": "westeurope", "properties": {
        "tenantId": "c7b1d2e4-08f5-4a3c-b6d9-91e2f3a4b5c6",
        "sku": {"family": "A", "name": "standard"}, "accessPolicies": []}});
    assert!(client.put(VAULT, vault).await.status.is_success());
    assert_eq!(put(&client, "privateEndpoints/pe", endpoint(&client, "vault")).await, "");
    client
}

fn endpoint(client: &Client, group: &str) -> Value {
    json!({
        "subnet": {"id": client.id(&at("virtualNetworks/net/subnets/data"))},
        "privateLinkServiceConnections": [{"name": "kv", "properties": {
            "privateLinkServiceId": client.id(VAULT), "groupIds": [group]}}],
    })
}

#[tokio::test]
async fn a_private_endpoint_has_an_address_and_writes_names_into_zones() {
    let client = start_with_endpoint().await;
    let found = properties(&client, "privateEndpoints/pe").await;
    let names = json!([{"fqdn": "kv-shop.vault.azure.net", "ipAddresses": ["10.0.2.4"]}]);
    assert_eq!(found["customDnsConfigs"], names);
    let nic = found["networkInterfaces"][0]["id"].as_str().expect("an interface").to_owned();
    let nic = nic.split_once("/providers/Microsoft.Network/").map(|(_, name)| name.to_owned());
    let nic = properties(&client, &nic.expect("an interface of the provider")).await;
    assert_eq!(nic["ipConfigurations"][0]["properties"]["privateIPAddress"], "10.0.2.4");
    let subnet = properties(&client, "virtualNetworks/net/subnets/data").await;
    assert_eq!(subnet["privateEndpoints"][0]["id"], client.id(&at("privateEndpoints/pe")));
    let in_use = client.delete(&at("virtualNetworks/net/subnets/data")).await;
    assert_eq!(in_use.code(), "InUseSubnetCannotBeDeleted");

    let zone = at("privateDnsZones/privatelink.vaultcore.azure.net");
    let config = json!({"privateDnsZoneConfigs": [{"name": "kv", "properties": {"privateDnsZoneId": client.id(&zone)}}]});
    let group = "privateEndpoints/pe/privateDnsZoneGroups/default";
    assert_eq!(put(&client, group, config.clone()).await, "InvalidResourceReference");
    assert!(client.put(&zone, json!({"location": "global"})).await.status.is_success());
    assert_eq!(put(&client, group, config).await, "");
    let record = client.get(&format!("{zone}/A/kv-shop")).await.body;
    assert_eq!(record["properties"]["aRecords"], json!([{"ipv4Address": "10.0.2.4"}]));
    let written = properties(&client, group).await;
    let sets = &written["privateDnsZoneConfigs"][0]["properties"]["recordSets"];
    assert_eq!(sets[0]["fqdn"], "kv-shop.privatelink.vaultcore.azure.net");
    client.delete(&at("privateEndpoints/pe")).await;
    let gone = client.get(&format!("{zone}/A/kv-shop")).await.status;
    assert_eq!(gone, StatusCode::NOT_FOUND, "what an endpoint wrote goes with it");
}

#[tokio::test]
async fn a_connection_is_what_its_target_says() {
    let client = start_with_endpoint().await;
    let state = async |client: &Client, list: &str| {
        let found = properties(client, "privateEndpoints/pe").await;
        let state = &found[list][0]["properties"]["privateLinkServiceConnectionState"]["status"];
        (state.clone(), found["customDnsConfigs"].as_array().map_or(0, Vec::len))
    };
    assert_eq!(state(&client, "privateLinkServiceConnections").await, (json!("Approved"), 1));
    assert_eq!(put(&client, "privateEndpoints/two", endpoint(&client, "blob")).await, "BadRequest");
    let mut manual = endpoint(&client, "vault");
    manual["manualPrivateLinkServiceConnections"] = manual["privateLinkServiceConnections"].take();
    client.delete(&at("privateEndpoints/pe")).await;
    assert_eq!(put(&client, "privateEndpoints/pe", manual).await, "");
    let list = "manualPrivateLinkServiceConnections";
    assert_eq!(state(&client, list).await, (json!("Pending"), 0));
    let mirrors = client.get(&format!("{VAULT}/privateEndpointConnections")).await.body;
    let mirror = mirrors["value"][0].clone();
    let path =
        format!("{VAULT}/privateEndpointConnections/{}", mirror["name"].as_str().expect("a name"));
    let mut approved = mirror;
    approved["properties"]["privateLinkServiceConnectionState"]["status"] = json!("Approved");
    assert!(client.put(&path, approved).await.status.is_success());
    assert_eq!(state(&client, list).await, (json!("Approved"), 1));
    client.delete(VAULT).await;
    assert_eq!(state(&client, list).await, (json!("Disconnected"), 0));
}

#[tokio::test]
async fn the_label_of_an_address_belongs_to_one_of_a_region() {
    let client = start().await;
    let address = |method: &str| {
        json!({"location": "westeurope", "sku": {"name": "Standard"},
        "properties": {"publicIPAllocationMethod": method, "dnsSettings": {"domainNameLabel": "Shop"}}})
    };
    let put = async |name: &str, body: Value| {
        client.put(&at(&format!("publicIPAddresses/{name}")), body).await
    };
    assert_eq!(put("dynamic", address("Dynamic")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(put("one", address("Static")).await.status, StatusCode::CREATED);
    assert_eq!(put("two", address("Static")).await.code(), "DnsRecordInUse");
    let one = properties(&client, "publicIPAddresses/one").await;
    assert_eq!(one["dnsSettings"]["fqdn"], "shop.westeurope.cloudapp.azure.com");
    assert!(one["ipAddress"].is_string());
    let nat = json!({"publicIpAddresses": [{"id": client.id(&at("publicIPAddresses/one"))}]});
    assert_eq!(self::put(&client, "natGateways/nat", nat).await, "");
    let kept = client.delete(&at("publicIPAddresses/one")).await;
    assert_eq!(kept.code(), "PublicIPAddressCannotBeDeleted");
}
