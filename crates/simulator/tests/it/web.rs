//! App Service, Traffic Manager and DNS, which lean on each other.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::client::{Client, reply};

pub const STAMPS: &str = "
seed:
  - put: /subscriptions/${subscription}/resourceGroups/rg
    body: {location: westeurope}
  - put: /subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Web/serverfarms/plan-weu
    body: {location: westeurope, sku: {name: P1V3}, properties: {reserved: true}}
  - put: /subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Web/serverfarms/plan-neu
    body: {location: northeurope, sku: {name: P1V3}, properties: {reserved: true}}
  - put: /subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Web/sites/shop-weu
    body:
      location: westeurope
      identity: {type: SystemAssigned}
      properties:
        serverFarmId: plan-weu
        siteConfig: {linuxFxVersion: 'NODE|20-lts', alwaysOn: true, http20Enabled: true, appSettings: [{name: A, value: '1'}]}
  - put: /subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Web/sites/shop-neu
    body: {location: northeurope, properties: {serverFarmId: plan-neu}}
  - put: /subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Network/dnsZones/example.com
    body: {location: global}
";
const PLAN: &str = "/resourceGroups/rg/providers/Microsoft.Web/serverfarms/plan-weu";
const SITE: &str = "/resourceGroups/rg/providers/Microsoft.Web/sites/shop-weu";
const OTHER: &str = "/resourceGroups/rg/providers/Microsoft.Web/sites/shop-neu";
const ZONE: &str = "/resourceGroups/rg/providers/Microsoft.Network/dnsZones/example.com";
const PROFILE: &str = "/resourceGroups/rg/providers/Microsoft.Network/trafficmanagerprofiles/tm";

async fn stamps() -> Client {
    Client::seeded(STAMPS).await
}

fn profile(client: &Client, sites: &[&str]) -> serde_json::Value {
    let endpoints: Vec<_> = sites
        .iter()
        .map(|site| {
            let name = site.rsplit('/').next().expect("name");
            json!({
                "name": name,
                "type": "Microsoft.Network/trafficManagerProfiles/azureEndpoints",
                "properties": {"targetResourceId": client.id(site)},
            })
        })
        .collect();
    json!({
        "location": "global",
        "properties": {
            "trafficRoutingMethod": "performance",
            "dnsConfig": {"relativeName": "shop", "ttl": 30},
            "monitorConfig": {"protocol": "https", "port": 443, "path": "/healthz"},
            "endpoints": endpoints,
        },
    })
}

#[tokio::test]
async fn function_app_without_a_plan_gets_one_that_is_paid_by_use() {
    let client = Client::seeded("seed: [{put: '/subscriptions/${subscription}/resourceGroups/rg', body: {location: westeurope}}]").await;
    let site = |name: &str| format!("/resourceGroups/rg/providers/Microsoft.Web/sites/{name}");
    let function = json!({"location": "westeurope", "kind": "functionapp,linux", "properties": {}});
    let made = client.put(&site("jobs-weu"), function.clone()).await;
    assert_eq!(made.status, StatusCode::OK, "{:?}", made.body);
    assert_eq!(made.body["properties"]["sku"], "Dynamic");
    let other = client.put(&site("more-weu"), function).await;
    let plan = &made.body["properties"]["serverFarmId"];
    assert_eq!(&other.body["properties"]["serverFarmId"], plan);
    let app =
        client.put(&site("shop-weu"), json!({"location": "westeurope", "properties": {}})).await;
    assert_eq!(app.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn plan_is_answered_with_the_services_spelling() {
    let client = stamps().await;
    let plan = client.get(PLAN).await.body;
    assert_eq!(plan["location"], "West Europe");
    let sku = json!({"name": "P1v3", "tier": "PremiumV3", "size": "P1v3", "family": "Pv3", "capacity": 1});
    assert_eq!(plan["sku"], sku);
    assert_eq!(plan["kind"], "linux");
    assert_eq!(plan["properties"]["numberOfSites"], 1);
    let refused = client.delete(PLAN).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "Conflict"));
}

#[tokio::test]
async fn site_keeps_its_configuration_in_documents_of_their_own() {
    let client = stamps().await;
    let site = client.get(SITE).await.body;
    assert_eq!(site["properties"]["defaultHostName"], "shop-weu.azurewebsites.net");
    assert_eq!(site["properties"]["siteConfig"]["http20Enabled"], true);
    assert!(site["properties"]["siteConfig"]["appSettings"].is_null());
    assert!(site["identity"]["principalId"].is_string());
    assert_eq!(site["properties"]["sku"], "PremiumV3");

    let web = client.get(&format!("{SITE}/config/web")).await.body;
    assert_eq!(web["properties"]["linuxFxVersion"], "NODE|20-lts");
    assert_eq!(web["type"], "Microsoft.Web/sites/config");
    let patched = client
        .patch(
            &format!("{SITE}/config/web"),
            json!({"properties": {"healthCheckPath": "/healthz"}}),
        )
        .await;
    assert_eq!(patched.body["type"], "Microsoft.Web/sites");
    let web = client.get(&format!("{SITE}/config/web")).await.body;
    assert_eq!(web["properties"]["healthCheckPath"], "/healthz");
    assert_eq!(web["properties"]["alwaysOn"], true);

    let list = format!("{SITE}/config/appsettings/list");
    assert_eq!(client.post(&list, json!({})).await.body["properties"], json!({"A": "1"}));
    assert_eq!(
        client.get(&format!("{SITE}/config/appsettings")).await.status,
        StatusCode::NOT_FOUND
    );
    client.put(&format!("{SITE}/config/appsettings"), json!({"properties": {"B": "2"}})).await;
    assert_eq!(client.post(&list, json!({})).await.body["properties"], json!({"B": "2"}));
    // A site without siteConfig in its body keeps what it has.
    client.put(SITE, json!({"location": "westeurope", "properties": {"serverFarmId": "plan-weu", "httpsOnly": true}})).await;
    assert_eq!(client.post(&list, json!({})).await.body["properties"], json!({"B": "2"}));
}

#[tokio::test]
async fn site_needs_its_plan_in_its_own_region() {
    let client = stamps().await;
    let path = "/resourceGroups/rg/providers/Microsoft.Web/sites/third";
    let missing = client
        .put(path, json!({"location": "westeurope", "properties": {"serverFarmId": "none"}}))
        .await;
    assert_eq!((missing.status, missing.code()), (StatusCode::NOT_FOUND, "NotFound"));
    let elsewhere = client
        .put(path, json!({"location": "northeurope", "properties": {"serverFarmId": "plan-weu"}}))
        .await;
    assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn last_site_takes_its_plan_along_unless_told_otherwise() {
    let client = stamps().await;
    client.delete(&format!("{SITE}?deleteEmptyServerFarm=false")).await;
    assert_eq!(client.get(PLAN).await.status, StatusCode::OK);
    client.delete(OTHER).await;
    let gone = client.get(&PLAN.replace("weu", "neu")).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn endpoints_go_with_their_profile() {
    let client = stamps().await;
    let made = client.put(PROFILE, profile(&client, &[SITE, OTHER])).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let properties = &made.body["properties"];
    assert_eq!(properties["trafficRoutingMethod"], "Performance");
    assert_eq!(properties["dnsConfig"]["fqdn"], "shop.trafficmanager.net");
    assert_eq!(properties["monitorConfig"]["protocol"], "HTTPS");
    assert_eq!(properties["monitorConfig"]["timeoutInSeconds"], 10);
    assert_eq!(
        made.body["id"],
        client.id(&PROFILE.replace("trafficmanagerprofiles", "trafficManagerProfiles"))
    );
    let first = &properties["endpoints"][0]["properties"];
    assert_eq!(first["target"], "shop-weu.azurewebsites.net");
    assert_eq!(first["endpointLocation"], "West Europe");
    assert_eq!((&first["priority"], &first["weight"]), (&json!(1), &json!(1)));

    let one = client.get(&format!("{PROFILE}/azureEndpoints/shop-neu")).await;
    assert_eq!(one.body["properties"]["priority"], 2);
    let refused = client.patch(PROFILE, json!({"properties": {"endpoints": []}})).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let ttl = client.patch(PROFILE, json!({"properties": {"dnsConfig": {"ttl": 60}}})).await;
    assert_eq!(ttl.body["properties"]["dnsConfig"]["ttl"], 60);
    assert_eq!(ttl.body["properties"]["endpoints"].as_array().map(Vec::len), Some(2));
    assert_eq!(client.simulator.violations(), []);

    client.put(PROFILE, profile(&client, &[])).await;
    assert_eq!(
        client.get(&format!("{PROFILE}/azureEndpoints/shop-neu")).await.status,
        StatusCode::NOT_FOUND
    );
    let violations = client.simulator.violations();
    assert_eq!(violations.len(), 1, "a served profile lost its last target");
    assert_eq!(client.delete(PROFILE).await.body, json!({"properties": {"boolean": true}}));
}

#[tokio::test]
async fn profile_follows_traffic_managers_rules() {
    let client = stamps().await;
    let mut cases = Vec::new();
    for (pointer, value) in [
        ("/properties/monitorConfig/intervalInSeconds", json!(15)),
        ("/properties/monitorConfig/timeoutInSeconds", json!(11)),
        ("/properties/monitorConfig/path", json!("healthz")),
        ("/properties/monitorConfig/toleratedNumberOfFailures", json!(10)),
        ("/properties/trafficRoutingMethod", json!("Nearest")),
        ("/properties/trafficRoutingMethod", json!("Geographic")),
        ("/properties/dnsConfig", json!({})),
        ("/properties/endpoints/1/properties/priority", json!(1)),
        ("/properties/endpoints/1/properties/weight", json!(0)),
        ("/properties/endpoints/1/properties/targetResourceId", json!("/subscriptions/x/none")),
    ] {
        let mut body = profile(&client, &[SITE, OTHER]);
        body["properties"]["endpoints"][0]["properties"]["priority"] = json!(1);
        body["properties"]["monitorConfig"]["intervalInSeconds"] = json!(30);
        body["properties"]["monitorConfig"]["timeoutInSeconds"] = json!(10);
        body["properties"]["monitorConfig"]["toleratedNumberOfFailures"] = json!(3);
        body["properties"]["endpoints"][1]["properties"]["priority"] = json!(2);
        body["properties"]["endpoints"][1]["properties"]["weight"] = json!(1);
        *body.pointer_mut(pointer).expect("a place") = value;
        cases.push((pointer, body));
    }
    for (pointer, body) in cases {
        let refused = client.put(PROFILE, body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{pointer}: {:?}", refused.body);
    }
    let twice = profile(&client, &[SITE, SITE]);
    assert!(client.put(PROFILE, twice).await.status.is_client_error());
    assert_eq!(client.get(PROFILE).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn basic_plan_is_no_endpoint() {
    let client = stamps().await;
    client.patch(PLAN, json!({"sku": {"name": "B1", "tier": "Basic"}})).await;
    let refused = client.put(PROFILE, profile(&client, &[SITE])).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{:?}", refused.body);
}

#[tokio::test]
async fn cname_stands_alone_and_never_at_the_apex() {
    let client = stamps().await;
    let cname =
        json!({"properties": {"TTL": 300, "CNAMERecord": {"cname": "shop.trafficmanager.net"}}});
    assert_eq!(
        client.put(&format!("{ZONE}/CNAME/@"), cname.clone()).await.status,
        StatusCode::BAD_REQUEST
    );
    let text = json!({"properties": {"ttl": 300, "txtrecords": [{"value": ["x"]}]}});
    let made = client.put(&format!("{ZONE}/TXT/www"), text).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(made.body["properties"]["TTL"], 300);
    assert_eq!(made.body["properties"]["fqdn"], "www.example.com.");
    assert_eq!(
        client.put(&format!("{ZONE}/CNAME/www"), cname.clone()).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(client.put(&format!("{ZONE}/CNAME/shop"), cname).await.status, StatusCode::CREATED);
    let zone = client.get(ZONE).await.body;
    assert_eq!(zone["properties"]["numberOfRecordSets"], 4);
    let sets = client.get(&format!("{ZONE}/recordsets")).await.body;
    assert_eq!(sets["value"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn etags_guard_record_sets() {
    let client = stamps().await;
    let path = format!("{ZONE}/A/x");
    let body = json!({"properties": {"TTL": 60, "ARecords": [{"ipv4Address": "192.0.2.1"}]}});
    let made = client.put(&path, body.clone()).await;
    let etag = made.header("etag").expect("an ETag").to_owned();
    assert_eq!(made.body["etag"], etag);
    let create =
        reply(client.request(Method::PUT, &path).header("If-None-Match", "*").json(&body)).await;
    assert_eq!(
        (create.status, create.code()),
        (StatusCode::PRECONDITION_FAILED, "PreconditionFailed")
    );
    let good =
        reply(client.request(Method::PUT, &path).header("If-Match", &etag).json(&body)).await;
    assert_eq!(good.status, StatusCode::OK);
    let stale = reply(client.request(Method::DELETE, &path).header("If-Match", &etag)).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
}

#[tokio::test]
async fn alias_has_the_ttl_of_its_profile_and_empties_with_it() {
    let client = stamps().await;
    client.put(PROFILE, profile(&client, &[SITE])).await;
    let alias = json!({"properties": {"TTL": 3600, "targetResource": {"id": client.id(PROFILE)}}});
    let refused = client.put(&format!("{ZONE}/A/@"), alias.clone()).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "an address alias needs address endpoints");
    let made = client.put(&format!("{ZONE}/CNAME/www"), alias).await;
    assert_eq!(made.body["properties"]["TTL"], 30);
    client.delete(PROFILE).await;
    let after = client.get(&format!("{ZONE}/CNAME/www")).await;
    assert_eq!(after.body["properties"]["targetResource"], json!({}));
}

#[tokio::test]
async fn host_name_is_bound_to_who_proves_to_own_it() {
    let client = stamps().await;
    let binding = format!("{SITE}/hostNameBindings/www.example.com");
    let body = json!({"properties": {"siteName": "shop-weu"}});
    let refused = client.put(&binding, body.clone()).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "BadRequest"));
    let site = client.get(SITE).await.body;
    let proof = &site["properties"]["customDomainVerificationId"];
    let text = json!({"properties": {"TTL": 60, "TXTRecords": [{"value": [proof]}]}});
    client.put(&format!("{ZONE}/TXT/asuid.www"), text).await;
    let bound = client.put(&binding, body.clone()).await;
    assert_eq!(bound.status, StatusCode::OK, "{:?}", bound.body);
    assert_eq!(bound.body["name"], "shop-weu/www.example.com");
    let names = client.get(SITE).await.body["properties"]["hostNames"].clone();
    assert_eq!(names, json!(["shop-weu.azurewebsites.net", "www.example.com"]));
    // The same name on the site of the other region is fine.
    let other = client.put(&format!("{OTHER}/hostNameBindings/www.example.com"), body).await;
    assert_eq!(other.status, StatusCode::OK);
}

#[tokio::test]
async fn record_of_an_external_zone_is_proof_as_well() {
    let client = stamps().await;
    client
        .apply("dns: [{name: asuid.www.elsewhere.net, type: TXT, values: ['${verificationId}']}]");
    let binding = format!("{SITE}/hostNameBindings/www.elsewhere.net");
    assert_eq!(client.put(&binding, json!({"properties": {}})).await.status, StatusCode::OK);
    let url = format!(
        "{}/dns-query?name=asuid.www.elsewhere.net&type=TXT",
        client.simulator.resource_manager()
    );
    let answer = reply(client.http.get(url)).await.body;
    assert_eq!(answer["Status"], 0);
    assert_eq!(answer["Answer"][0]["type"], 16);
}

#[tokio::test]
async fn certificate_is_for_one_webspace_and_stays_while_bound() {
    let client = stamps().await;
    let vault = "/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv";
    client.apply(
        "
dns: [{name: asuid.www.example.com, type: TXT, values: ['${verificationId}']}]
seed:
  - put: /subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv
    body: {location: westeurope, properties: {tenantId: '${tenant}', sku: {family: A, name: standard}, accessPolicies: []}}
",
    );
    let path = "/resourceGroups/rg/providers/Microsoft.Web/certificates/www";
    let body = json!({"location": "westeurope", "properties": {
        "keyVaultId": client.id(vault), "keyVaultSecretName": "www", "password": "", "serverFarmId": client.id(PLAN)}});
    let made = client.put(path, body).await;
    assert_eq!(made.status, StatusCode::OK, "{:?}", made.body);
    let thumbprint = made.body["properties"]["thumbprint"].as_str().expect("thumbprint");
    assert_eq!(thumbprint.len(), 40);
    assert!(made.body["properties"]["serverFarmId"].is_null());
    let ssl = json!({"properties": {"sslState": "SniEnabled", "thumbprint": thumbprint}});
    let binding = |site: &str| format!("{site}/hostNameBindings/www.example.com");
    let far = client.put(&binding(OTHER), ssl.clone()).await;
    assert_eq!(far.status, StatusCode::NOT_FOUND, "the certificate lies in another webspace");
    assert_eq!(client.put(&binding(SITE), ssl).await.status, StatusCode::OK);
    assert_eq!(client.delete(path).await.status, StatusCode::CONFLICT);
    client.put(&binding(SITE), json!({"properties": {"sslState": "Disabled"}})).await;
    assert_eq!(client.delete(path).await.status, StatusCode::OK);
}

#[tokio::test]
async fn managed_certificate_needs_the_binding_and_the_cname() {
    let client = stamps().await;
    client.apply("dns: [{name: asuid.www.example.com, type: TXT, values: ['${verificationId}']}]");
    client.put(PROFILE, profile(&client, &[SITE])).await;
    let path = "/resourceGroups/rg/providers/Microsoft.Web/certificates/www";
    let body = json!({"location": "westeurope", "properties": {"canonicalName": "www.example.com", "serverFarmId": client.id(PLAN)}});
    assert_eq!(client.put(path, body.clone()).await.status, StatusCode::BAD_REQUEST);
    client
        .put(&format!("{SITE}/hostNameBindings/www.example.com"), json!({"properties": {}}))
        .await;
    assert_eq!(client.put(path, body.clone()).await.status, StatusCode::BAD_REQUEST);
    let cname =
        json!({"properties": {"TTL": 60, "CNAMERecord": {"cname": "shop.trafficmanager.net."}}});
    client.put(&format!("{ZONE}/CNAME/www"), cname).await;
    let accepted = client.put(path, body).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{:?}", accepted.body);
    assert!(client.get(path).await.body["properties"]["thumbprint"].is_string());
}

#[tokio::test]
async fn sites_answer_under_their_names() {
    let client = stamps().await;
    client.put(PROFILE, profile(&client, &[SITE])).await;
    let status = |host: &'static str| {
        let url = format!("https://{host}:{}/healthz", client.simulator.address().port());
        let http = crate::client::trusting(&client.simulator)
            .resolve(host, client.simulator.address())
            .build()
            .expect("client");
        async move { http.get(url).send().await.expect("an answer").status().as_u16() }
    };
    assert_eq!(status("shop-weu.azurewebsites.net").await, 200);
    assert_eq!(status("shop.trafficmanager.net").await, 200);
    assert_eq!(status("nobody.azurewebsites.net").await, 404);
    assert_eq!(status("somebody.example.net").await, 200);
    client.apply("hosts: {shop-weu.azurewebsites.net: {status: 200, paths: {/healthz: 503}}}");
    assert_eq!(status("shop.trafficmanager.net").await, 503);
    let endpoint = client.get(&format!("{PROFILE}/azureEndpoints/shop-weu")).await;
    assert_eq!(endpoint.body["properties"]["endpointMonitorStatus"], "Degraded");
    client.post(&format!("{OTHER}/stop"), json!({})).await;
    assert_eq!(status("shop-neu.azurewebsites.net").await, 403);
}

#[tokio::test]
async fn deleting_the_last_enabled_endpoint_is_noticed() {
    let client = stamps().await;
    client.put(PROFILE, profile(&client, &[SITE, OTHER])).await;
    let disabled = json!({"properties": {"endpointStatus": "Disabled"}});
    client.patch(&format!("{PROFILE}/azureEndpoints/shop-neu"), disabled).await;
    assert_eq!(client.simulator.violations(), []);
    client.delete(&format!("{PROFILE}/azureEndpoints/shop-weu")).await;
    let violations = client.simulator.violations();
    assert_eq!(violations.len(), 1);
    assert!(violations[0].request.starts_with("DELETE"));
}

#[tokio::test]
async fn slots_are_swapped_from_either_side() {
    let client = stamps().await;
    let slot = format!("{SITE}/slots/staging");
    let made = client.put(&slot, json!({"location": "westeurope", "properties": {}})).await;
    assert!(made.status.is_success(), "{}", made.body);
    let settings = async |of: &str| {
        let list = format!("{of}/config/appsettings/list");
        client.post(&list, json!({})).await.body["properties"]["V"].clone()
    };
    for (of, value) in [(SITE, "live"), (slot.as_str(), "next")] {
        let body = json!({"properties": {"V": value}});
        assert!(client.put(&format!("{of}/config/appsettings"), body).await.status.is_success());
    }
    for (from, target, live) in [
        (SITE, "staging", "next"),
        (slot.as_str(), "production", "live"),
        (slot.as_str(), "Production", "next"),
    ] {
        let swapped =
            client.post(&format!("{from}/slotsswap"), json!({"targetSlot": target})).await;
        assert_eq!(swapped.status, StatusCode::ACCEPTED, "{}", swapped.body);
        assert_eq!(settings(SITE).await, json!(live), "{from} to {target}");
        assert_ne!(settings(&slot).await, json!(live), "{from} to {target}");
        let status = client.get(SITE).await.body["properties"]["slotSwapStatus"].clone();
        assert_eq!(status["sourceSlotName"], json!("staging"), "{from} to {target}");
        assert_eq!(status["destinationSlotName"], json!("Production"));
    }
    let itself = client.post(&format!("{slot}/slotsswap"), json!({"targetSlot": "staging"})).await;
    assert_eq!(itself.status, StatusCode::CONFLICT);
}
