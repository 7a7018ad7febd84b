//! Front Door: what it refuses, what it waits for, and whom it asks.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use simulator::{Latency, Settings};

use crate::client::{Client, Reply};

const GROUP: &str = "seed: [{put: '/subscriptions/${subscription}/resourceGroups/rg', body: {location: westeurope}}]";
const PROFILE: &str = "/resourceGroups/rg/providers/Microsoft.Cdn/profiles/edge";

/// Longer than any of these tests, in seconds of the simulator.
const MONTH: u64 = 30 * 24 * 3600;

fn at(path: &str) -> String {
    format!("{PROFILE}/{path}")
}

/// Writes below the profile; returns the code of a refusal, nothing where it was taken.
async fn put(client: &Client, path: &str, properties: Value) -> String {
    let body = json!({"location": "global", "properties": properties});
    code(client.put(&at(path), body).await)
}

fn code(reply: Reply) -> String {
    if reply.status.is_success() { String::new() } else { reply.code().to_owned() }
}

async fn profile(client: &Client, tier: &str) {
    let body = json!({"location": "global", "sku": {"name": format!("{tier}_AzureFrontDoor")}});
    assert_eq!(code(client.put(PROFILE, body).await), "");
}

/// Starts with a profile that has an endpoint, and a group of one origin.
async fn start(tier: &str) -> Client {
    let client = Client::seeded(GROUP).await;
    fill(&client, tier).await;
    client
}

async fn fill(client: &Client, tier: &str) {
    profile(client, tier).await;
    assert_eq!(put(client, "afdEndpoints/front", json!({})).await, "");
    assert_eq!(put(client, "originGroups/web", json!({})).await, "");
    assert_eq!(put(client, "originGroups/web/origins/weu", origin("weu.example.net")).await, "");
}

fn origin(host: &str) -> Value {
    json!({"hostName": host, "priority": 1, "weight": 500})
}

fn route(client: &Client, more: Value) -> Value {
    let mut body = json!({
        "originGroup": {"id": client.id(&at("originGroups/web"))},
        "patternsToMatch": ["/*"],
        "supportedProtocols": ["Http", "Https"],
        "linkToDefaultDomain": "Enabled",
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

#[tokio::test]
async fn an_endpoint_is_given_a_host_and_keeps_its_routes() {
    let client = start("Standard").await;
    let endpoint = client.get(&at("afdEndpoints/front")).await.body;
    let host = endpoint["properties"]["hostName"].as_str().expect("a host name").to_owned();
    assert!(host.starts_with("front-") && host.ends_with(".z01.azurefd.net"), "{host}");
    let route = route(&client, json!({}));
    assert_eq!(put(&client, "afdEndpoints/front/routes/web", route).await, "");
    assert_eq!(code(client.delete(&at("afdEndpoints/front")).await), "Conflict");
    assert_eq!(code(client.delete(&at("afdEndpoints/front/routes/web")).await), "");
    assert_eq!(code(client.delete(&at("afdEndpoints/front")).await), "");
}

#[tokio::test]
async fn a_route_is_refused_without_a_group_that_has_an_origin() {
    let client = start("Standard").await;
    assert_eq!(put(&client, "originGroups/none", json!({})).await, "");
    for (more, wanted) in [
        (json!({"originGroup": {"id": client.id(&at("originGroups/none"))}}), "BadRequest"),
        (json!({"originGroup": {"id": client.id(&at("originGroups/gone"))}}), "BadRequest"),
        (json!({"customDomains": [{"id": client.id(&at("customDomains/gone"))}]}), "BadRequest"),
        (json!({"ruleSets": [{"id": client.id(&at("ruleSets/gone"))}]}), "BadRequest"),
        (json!({"cacheConfiguration": {}}), "BadRequest"),
        (json!({"linkToDefaultDomain": "Disabled"}), "BadRequest"),
        (json!({"patternsToMatch": ["web"]}), "BadRequest"),
        (json!({}), ""),
    ] {
        let route = route(&client, more.clone());
        assert_eq!(put(&client, "afdEndpoints/front/routes/web", route).await, wanted, "{more}");
    }
    // A path of a host leads to one place.
    let twice = route(&client, json!({}));
    assert_eq!(put(&client, "afdEndpoints/front/routes/twice", twice).await, "Conflict");
    let other = route(&client, json!({"patternsToMatch": ["/api/*"]}));
    assert_eq!(put(&client, "afdEndpoints/front/routes/api", other).await, "");
}

#[tokio::test]
async fn a_patch_that_does_not_speak_of_caching_switches_it_off() {
    let client = start("Standard").await;
    let cached = json!({"cacheConfiguration": {"queryStringCachingBehavior": "UseQueryString"}});
    assert_eq!(put(&client, "afdEndpoints/front/routes/web", route(&client, cached)).await, "");
    let patch = json!({"properties": {"httpsRedirect": "Enabled"}});
    assert_eq!(code(client.patch(&at("afdEndpoints/front/routes/web"), patch).await), "");
    let shown = client.get(&at("afdEndpoints/front/routes/web")).await.body;
    assert_eq!(shown["properties"]["cacheConfiguration"], Value::Null);
}

#[tokio::test]
async fn what_a_route_leads_to_is_kept() {
    let client = start("Standard").await;
    let route = route(&client, json!({}));
    assert_eq!(put(&client, "afdEndpoints/front/routes/web", route).await, "");
    assert_eq!(code(client.delete(&at("originGroups/web/origins/weu")).await), "Conflict");
    assert_eq!(code(client.delete(&at("originGroups/web")).await), "Conflict");
    assert_eq!(code(client.delete(&at("afdEndpoints/front/routes/web")).await), "");
    assert_eq!(code(client.delete(&at("originGroups/web/origins/weu")).await), "");
    assert_eq!(code(client.delete(&at("originGroups/web")).await), "");
}

#[tokio::test]
async fn origins_beside_each_other_need_probes() {
    let client = start("Standard").await;
    let second = origin("neu.example.net");
    assert_eq!(put(&client, "originGroups/web/origins/neu", second.clone()).await, "BadRequest");
    let probe = json!({"healthProbeSettings": {"probePath": "/health", "probeProtocol": "Https"}});
    assert_eq!(put(&client, "originGroups/web", probe).await, "");
    assert_eq!(put(&client, "originGroups/web/origins/neu", second).await, "");
    assert_eq!(put(&client, "originGroups/web", json!({})).await, "BadRequest");
    let samples = json!({"sampleSize": 3, "successfulSamplesRequired": 4});
    let samples = json!({"loadBalancingSettings": samples});
    assert_eq!(put(&client, "originGroups/few", samples).await, "BadRequest");
}

#[tokio::test]
async fn rules_are_checked_as_recorded() {
    let client = start("Standard").await;
    let redirect = json!({"name": "UrlRedirect", "parameters": {
        "typeName": "DeliveryRuleUrlRedirectActionParameters", "redirectType": "Moved"}});
    let scheme = |protocols: Value| {
        json!([{"name": "SslProtocol", "parameters": {
            "typeName": "DeliveryRuleSslProtocolConditionParameters", "operator": "Equal",
            "matchValues": protocols}}])
    };
    assert_eq!(put(&client, "ruleSets/no-hyphen", json!({})).await, "BadRequest");
    assert_eq!(put(&client, "ruleSets/secure", json!({})).await, "");
    let rule = |conditions: Value, actions: Value, order: u64| json!({"order": order, "conditions": conditions, "actions": actions});
    let wrong = json!([{"name": "UrlRedirect", "parameters": {"typeName": "DeliveryRuleUrlRewriteActionParameters"}}]);
    for (name, body, wanted) in [
        ("protocol", rule(scheme(json!(["TLSv11"])), json!([redirect]), 1), "BadRequest"),
        ("type", rule(json!([]), wrong, 1), "BadRequest"),
        ("nothing", rule(json!([]), json!([]), 1), "BadRequest"),
        ("good", rule(scheme(json!(["TLSv1.1"])), json!([redirect]), 1), ""),
        ("same", rule(json!([]), json!([redirect]), 1), "BadRequest"),
    ] {
        assert_eq!(
            put(&client, &format!("ruleSets/secure/rules/{name}"), body).await,
            wanted,
            "{name}"
        );
    }
    let set = json!({"ruleSets": [{"id": client.id(&at("ruleSets/secure"))}]});
    assert_eq!(put(&client, "afdEndpoints/front/routes/web", route(&client, set)).await, "");
    assert_eq!(code(client.delete(&at("ruleSets/secure")).await), "Conflict");
}

#[tokio::test]
async fn one_write_at_a_time_is_taken_in_a_profile() {
    let settings = Settings { latency: Latency::Real, ..Settings::default() };
    let client = Client::with(settings).await;
    client.apply(GROUP);
    let body = json!({"location": "global", "sku": {"name": "Standard_AzureFrontDoor"}});
    assert_eq!(client.put(PROFILE, body).await.status, StatusCode::CREATED);
    let busy = client.put(&at("afdEndpoints/front"), json!({"location": "global"})).await;
    assert_eq!((busy.status, busy.code()), (StatusCode::CONFLICT, "AnotherOperationInProgress"));
    client.simulator.pass_time(Duration::from_secs(31));
    assert_eq!(put(&client, "afdEndpoints/front", json!({})).await, "");
    assert_eq!(put(&client, "originGroups/web", json!({})).await, "AnotherOperationInProgress");
}

#[tokio::test]
async fn a_domain_is_approved_by_its_record() {
    let settings =
        Settings { latency: Latency::Real, token_lifetime_secs: MONTH, ..Settings::default() };
    let client = Client::with(settings).await;
    client.apply(GROUP);
    let pass = |secs| client.simulator.pass_time(Duration::from_secs(secs));
    profile(&client, "Standard").await;
    pass(31);
    let domain = json!({"hostName": "www.example.com"});
    assert_eq!(put(&client, "customDomains/www", domain.clone()).await, "");
    let state = async || {
        let body = client.get(&at("customDomains/www")).await.body;
        body["properties"]["domainValidationState"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(state().await, "Submitting");
    pass(31);
    assert_eq!(state().await, "Pending");
    // A host name is in one profile, and nothing is changed of what is not proved.
    assert_eq!(put(&client, "customDomains/other", domain).await, "Conflict");
    let tls = json!({"properties": {"tlsSettings": {"certificateType": "ManagedCertificate"}}});
    assert_eq!(code(client.patch(&at("customDomains/www"), tls).await), "Conflict");
    let body = client.get(&at("customDomains/www")).await.body;
    let token = body["properties"]["validationProperties"]["validationToken"].as_str();
    let token = token.expect("a token").to_owned();
    client.apply("dns: [{name: _dnsauth.www.example.com, type: TXT, values: [wrong]}]");
    pass(31);
    assert_eq!(state().await, "Pending");
    client
        .apply(&format!("dns: [{{name: _dnsauth.www.example.com, type: TXT, values: [{token}]}}]"));
    pass(31);
    assert_eq!(state().await, "Approved");
    // Once proved it stays so.
    client.apply("dns: [{name: _dnsauth.www.example.com, type: TXT, values: [wrong]}]");
    pass(8 * 24 * 3600);
    assert_eq!(state().await, "Approved");
}

#[tokio::test]
async fn a_domain_that_nobody_proves_times_out_until_its_token_is_made_anew() {
    let client = Client::with(Settings { token_lifetime_secs: MONTH, ..Settings::default() }).await;
    client.apply(GROUP);
    fill(&client, "Standard").await;
    let domain = json!({"hostName": "www.example.com"});
    assert_eq!(put(&client, "customDomains/www", domain).await, "");
    client.simulator.pass_time(Duration::from_secs(8 * 24 * 3600));
    let properties = async || client.get(&at("customDomains/www")).await.body["properties"].clone();
    let late = properties().await;
    assert_eq!(late["domainValidationState"], "TimedOut");
    let anew = client.post(&at("customDomains/www/refreshValidationToken"), json!({})).await;
    assert_eq!(anew.status, StatusCode::ACCEPTED);
    let fresh = properties().await;
    assert_eq!(fresh["domainValidationState"], "Pending");
    assert_ne!(fresh["validationProperties"], late["validationProperties"]);
}

#[tokio::test]
async fn a_managed_certificate_follows_proof_and_route() {
    let client = start("Standard").await;
    let domain = json!({"hostName": "www.example.com"});
    assert_eq!(put(&client, "customDomains/www", domain).await, "");
    let body = client.get(&at("customDomains/www")).await.body;
    let token = body["properties"]["validationProperties"]["validationToken"].clone();
    client
        .apply(&format!("dns: [{{name: _dnsauth.www.example.com, type: TXT, values: [{token}]}}]"));
    let properties = async || client.get(&at("customDomains/www")).await.body["properties"].clone();
    assert_eq!(properties().await["tlsSettings"]["secret"], json!({"id": null}));
    let on = json!({"customDomains": [{"id": client.id(&at("customDomains/www"))}]});
    assert_eq!(put(&client, "afdEndpoints/front/routes/web", route(&client, on)).await, "");
    assert!(properties().await["tlsSettings"]["secret"]["id"].is_string());
    assert_eq!(properties().await["deploymentStatus"], "Succeeded");
    let shown = client.get(&at("afdEndpoints/front/routes/web")).await.body;
    assert_eq!(shown["properties"]["customDomains"][0]["isActive"], true);
    assert_eq!(code(client.delete(&at("customDomains/www")).await), "Conflict");
}

#[tokio::test]
async fn firewall_and_profile_are_of_one_tier_and_a_domain_is_behind_one_policy() {
    let client = start("Standard").await;
    let firewall =
        "/resourceGroups/rg/providers/Microsoft.Network/frontDoorWebApplicationFirewallPolicies";
    let make = async |name: &str, tier: &str, properties: Value| {
        let body = json!({"location": "global", "sku": {"name": format!("{tier}_AzureFrontDoor")}, "properties": properties});
        code(client.put(&format!("{firewall}/{name}"), body).await)
    };
    let managed = json!({"managedRules": {"managedRuleSets": [
        {"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.1", "ruleSetAction": "Block"}]}});
    assert_eq!(make("good", "Standard", json!({})).await, "");
    assert_eq!(make("no-hyphen", "Standard", json!({})).await, "BadRequest");
    assert_eq!(make("managed", "Standard", managed.clone()).await, "BadRequest");
    assert_eq!(make("premium", "Premium", managed).await, "");
    let limit = json!({"customRules": {"rules": [{"name": "limit", "priority": 1, "ruleType": "RateLimitRule",
        "rateLimitThreshold": 100, "rateLimitDurationInMinutes": 1, "action": "Block", "matchConditions": []}]}});
    assert_eq!(make("limit", "Standard", limit).await, "BadRequest");
    let policy = |name: &str| {
        json!({"parameters": {"type": "WebApplicationFirewall",
            "wafPolicy": {"id": client.id(&format!("{firewall}/{name}"))},
            "associations": [{"domains": [{"id": client.id(&at("afdEndpoints/front"))}], "patternsToMatch": ["/*"]}]}})
    };
    assert_eq!(put(&client, "securityPolicies/waf", policy("premium")).await, "BadRequest");
    assert_eq!(put(&client, "securityPolicies/waf", policy("good")).await, "");
    assert_eq!(put(&client, "securityPolicies/twice", policy("good")).await, "Conflict");
    assert_eq!(code(client.delete(&format!("{firewall}/good")).await), "Conflict");
    let links =
        client.get(&format!("{firewall}/good")).await.body["properties"]["securityPolicyLinks"]
            .clone();
    assert_eq!(links.as_array().map(Vec::len), Some(1));
    // The tier is raised by a procedure that names a policy of the new tier.
    let sku = json!({"location": "global", "sku": {"name": "Premium_AzureFrontDoor"}});
    assert_eq!(code(client.put(PROFILE, sku).await), "BadRequest");
    let upgrade = async |body: Value| code(client.post(&format!("{PROFILE}/upgrade"), body).await);
    assert_eq!(upgrade(json!({"wafMappingList": []})).await, "BadRequest");
    let row = json!({"securityPolicyName": "waf", "changeToWafPolicy": {"id": client.id(&format!("{firewall}/premium"))}});
    assert_eq!(upgrade(json!({"wafMappingList": [row]})).await, "");
    assert_eq!(client.get(PROFILE).await.body["sku"]["name"], "Premium_AzureFrontDoor");
}

#[tokio::test]
async fn a_private_origin_waits_for_its_target() {
    let client = start("Premium").await;
    client.apply("seed:\n  - put: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Web/serverfarms/plan'\n    body: {location: westeurope, sku: {name: P1v3}}\n  - put: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Web/sites/app'\n    body: {location: westeurope, properties: {serverFarmId: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Web/serverfarms/plan'}}");
    let site = "/resourceGroups/rg/providers/Microsoft.Web/sites/app";
    let link = |part: &str| {
        json!({"privateLink": {"id": client.id(site)}, "groupId": part,
        "privateLinkLocation": "westeurope", "requestMessage": "evenkeel shop web"})
    };
    let private = |part: &str| {
        let mut body = origin("app.azurewebsites.net");
        body["sharedPrivateLinkResource"] = link(part);
        body
    };
    assert_eq!(
        put(&client, "originGroups/web/origins/mixed", private("sites")).await,
        "BadRequest"
    );
    assert_eq!(put(&client, "originGroups/inside", json!({})).await, "");
    assert_eq!(
        put(&client, "originGroups/inside/origins/app", private("blob")).await,
        "BadRequest"
    );
    assert_eq!(put(&client, "originGroups/inside/origins/app", private("sites")).await, "");
    let listed = client.get(&format!("{site}/privateEndpointConnections")).await.body;
    let row = &listed["value"][0];
    let state = &row["properties"]["privateLinkServiceConnectionState"];
    assert_eq!(
        (&state["status"], &state["description"]),
        (&json!("Pending"), &json!("evenkeel shop web"))
    );
    let status = async || {
        let body = client.get(&at("originGroups/inside/origins/app")).await.body;
        body["properties"]["sharedPrivateLinkResource"]["status"].clone()
    };
    assert_eq!(status().await, "Pending");
    let name = row["name"].as_str().expect("a name");
    let approve = json!({"properties": {"privateLinkServiceConnectionState": {"status": "Approved", "description": "shop"}}});
    let approved = client.put(&format!("{site}/privateEndpointConnections/{name}"), approve).await;
    assert_eq!(approved.status, StatusCode::OK);
    assert!(
        approved.body["properties"]["privateEndpoint"]["id"].is_string(),
        "{:?}",
        approved.body
    );
    assert_eq!(status().await, "Approved");
    assert_eq!(code(client.delete(&at("originGroups/inside/origins/app")).await), "");
    let listed = client.get(&format!("{site}/privateEndpointConnections")).await.body;
    assert_eq!(listed["value"], json!([]));
}

#[tokio::test]
async fn private_links_belong_to_the_premium_tier() {
    let client = start("Standard").await;
    assert_eq!(put(&client, "originGroups/inside", json!({})).await, "");
    let mut body = origin("app.azurewebsites.net");
    body["sharedPrivateLinkResource"] = json!({"privateLink": {"id": client.id("/resourceGroups/rg")},
        "groupId": "sites", "privateLinkLocation": "westeurope", "requestMessage": "please"});
    assert_eq!(put(&client, "originGroups/inside/origins/app", body).await, "BadRequest");
}

#[tokio::test]
async fn a_certificate_is_taken_from_a_vault_that_lets_the_profile_read() {
    let client = Client::seeded(GROUP).await;
    let body = json!({"location": "global", "identity": {"type": "SystemAssigned"}, "sku": {"name": "Standard_AzureFrontDoor"}});
    let profile = client.put(PROFILE, body).await.body;
    let vault = "/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-edge1";
    let policies = |policies: Value| {
        json!({"location": "westeurope", "properties": {
        "tenantId": client.simulator.tenant(), "sku": {"family": "A", "name": "standard"}, "accessPolicies": policies}})
    };
    assert_eq!(code(client.put(vault, policies(json!([]))).await), "");
    let secret = json!({"parameters": {"type": "CustomerCertificate", "useLatestVersion": true,
        "secretSource": {"id": client.id(&format!("{vault}/secrets/www-example-com"))}}});
    assert_eq!(put(&client, "secrets/www", secret.clone()).await, "BadRequest");
    client.apply("seed: [{put: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-edge1/secrets/www-example-com', body: {properties: {value: x}}}]");
    assert_eq!(put(&client, "secrets/www", secret.clone()).await, "BadRequest");
    let right = json!([{"tenantId": client.simulator.tenant(), "objectId": profile["identity"]["principalId"],
        "permissions": {"secrets": ["get"]}}]);
    assert_eq!(code(client.put(vault, policies(right)).await), "");
    assert_eq!(put(&client, "secrets/www", secret.clone()).await, "");
    let ask = json!({"secretType": "CustomerCertificate", "secretSource": secret["parameters"]["secretSource"]});
    let valid = client.post(&format!("{PROFILE}/validateSecret"), ask).await;
    assert_eq!(valid.body["status"], "Valid");
    let shown = client.get(&at("secrets/www")).await.body;
    assert_eq!(shown["properties"]["parameters"]["subject"], "www.example.com");
    let mut other = secret;
    other["parameters"]["secretSource"]["id"] = json!(client.id(&format!("{vault}/secrets/other")));
    assert_eq!(put(&client, "secrets/www", other).await, "Conflict");
}

#[tokio::test]
async fn what_clients_ask_is_answered() {
    let client = start("Standard").await;
    let usages = client.post(&format!("{PROFILE}/usages"), json!({})).await.body;
    let endpoints = usages["value"]
        .as_array()
        .and_then(|rows| rows.iter().find(|row| row["name"]["value"] == "afdEndpoint"));
    assert_eq!(endpoints.map(|row| &row["currentValue"]), Some(&json!(1)));
    let ask = json!({"name": "front", "type": "Microsoft.Cdn/Profiles/AfdEndpoints"});
    let taken = client
        .post("/resourceGroups/rg/providers/Microsoft.Cdn/checkEndpointNameAvailability", ask)
        .await;
    assert_eq!(taken.body["nameAvailable"], false, "{taken:?}");
    let free = client
        .post(
            &format!("{PROFILE}/checkHostNameAvailability"),
            json!({"hostName": "www.example.com"}),
        )
        .await;
    assert_eq!(free.body["nameAvailable"], true);
    let purge = client.post(&at("afdEndpoints/front/purge"), json!({"contentPaths": ["/*"]})).await;
    assert_eq!(purge.status, StatusCode::ACCEPTED);
    let nothing = client.post(&at("afdEndpoints/front/purge"), json!({"contentPaths": []})).await;
    assert_eq!(nothing.code(), "BadRequest");
    let leads = client
        .post(
            &at("afdEndpoints/front/validateCustomDomain"),
            json!({"hostName": "www.example.com"}),
        )
        .await;
    assert_eq!(leads.body["customDomainValidated"], false);
}
