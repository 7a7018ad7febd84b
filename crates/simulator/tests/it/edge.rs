//! The edge of Front Door: what becomes of a request, and when a change is in force.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::{Latency, Settings};

use crate::client::{Client, trusting};

const PROFILE: &str = "/resourceGroups/rg/providers/Microsoft.Cdn/profiles/edge";
const WEB: &str = "/resourceGroups/rg/providers/Microsoft.Web";

/// Two apps, a profile with an endpoint, a group of both and a route to it.
const WORLD: &str = "
seed:
  - {put: '/subscriptions/${subscription}/resourceGroups/rg', body: {location: westeurope}}
  - {put: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Web/serverfarms/plan', body: {location: westeurope, sku: {name: P1v3}}}
  - {put: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Web/sites/one', body: {location: westeurope, properties: {serverFarmId: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Web/serverfarms/plan'}}}
  - {put: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Web/sites/two', body: {location: westeurope, properties: {serverFarmId: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Web/serverfarms/plan'}}}
  - {put: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Cdn/profiles/edge', body: {location: global, sku: {name: Premium_AzureFrontDoor}}}
  - {put: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Cdn/profiles/edge/afdEndpoints/front', body: {location: global, properties: {}}}
  - put: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Cdn/profiles/edge/originGroups/web'
    body: {properties: {loadBalancingSettings: {sampleSize: 4, successfulSamplesRequired: 3}, healthProbeSettings: {probePath: /health, probeProtocol: Https, probeRequestType: HEAD, probeIntervalInSeconds: 30}}}
  - {put: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Cdn/profiles/edge/originGroups/web/origins/one', body: {properties: {hostName: one.azurewebsites.net, originHostHeader: one.azurewebsites.net, priority: 1}}}
  - {put: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Cdn/profiles/edge/originGroups/web/origins/two', body: {properties: {hostName: two.azurewebsites.net, originHostHeader: two.azurewebsites.net, priority: 2}}}
  - put: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Cdn/profiles/edge/afdEndpoints/front/routes/web'
    body: {properties: {originGroup: {id: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Cdn/profiles/edge/originGroups/web'}, patternsToMatch: ['/*'], supportedProtocols: [Http, Https], linkToDefaultDomain: Enabled, httpsRedirect: Enabled, forwardingProtocol: HttpsOnly}}
";

const ONE: &str = "one.azurewebsites.net";
const TWO: &str = "two.azurewebsites.net";
const DOWN: &str = "hosts: {one.azurewebsites.net: {status: 503}}";

struct Edge {
    client: Client,
    host: String,
}

/// What a user sees: the status, what answered, and the headers.
struct Seen {
    status: u16,
    by: String,
    headers: reqwest::header::HeaderMap,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Edge {
    async fn start(latency: Latency) -> Self {
        let settings =
            Settings { latency, token_lifetime_secs: 30 * 24 * 3600, ..Settings::default() };
        let client = Client::with(settings).await;
        client.apply(WORLD);
        let endpoint = client.get(&at("afdEndpoints/front")).await.body;
        let host = endpoint["properties"]["hostName"].as_str().expect("a host").to_owned();
        Self { client, host }
    }

    async fn look_at(&self, host: &str, path: &str, headers: &[(&str, &str)]) -> Seen {
        let address = self.client.simulator.address();
        let http = trusting(&self.client.simulator).resolve(host, address);
        let http = http.redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let mut request = http.get(format!("https://{host}:{}{path}", address.port()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("an answer");
        let headers = answer.headers().clone();
        let mut seen = Seen { status: answer.status().as_u16(), by: String::new(), headers };
        seen.by = seen.header("x-simulated-site").to_owned();
        seen
    }

    async fn look(&self, path: &str) -> Seen {
        self.look_at(&self.host, path, &[]).await
    }

    fn pass(&self, secs: u64) {
        self.client.simulator.pass_time(Duration::from_secs(secs));
    }

    async fn put(&self, path: &str, properties: Value) {
        let body = json!({"location": "global", "properties": properties});
        let reply = self.client.put(&at(path), body).await;
        assert!(reply.status.is_success(), "{path}: {:?}", reply.body);
    }

    fn group(&self, name: &str) -> Value {
        json!({"id": self.client.id(&at(&format!("originGroups/{name}")))})
    }

    fn route(&self, more: Value) -> Value {
        let mut body = json!({
            "originGroup": self.group("web"), "patternsToMatch": ["/*"],
            "supportedProtocols": ["Http", "Https"], "linkToDefaultDomain": "Enabled",
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        body
    }
}

fn at(path: &str) -> String {
    format!("{PROFILE}/{path}")
}

fn origin(host: &str) -> Value {
    json!({"hostName": host, "originHostHeader": host, "priority": 1})
}

#[tokio::test]
async fn a_request_goes_to_the_origin_of_its_route() {
    let edge = Edge::start(Latency::None).await;
    let seen = edge.look("/anything").await;
    assert_eq!((seen.status, seen.by.as_str()), (200, ONE));
    assert!(!seen.header("x-azure-ref").is_empty());
    // In the clear one is led to the other protocol.
    let clear = edge.look_at(&edge.host, "/a", &[("x-simulated-scheme", "http")]).await;
    assert_eq!(clear.status, 307);
    assert_eq!(clear.header("location"), format!("https://{}/a", edge.host));
    // The longest path wins, and what has no route is not found.
    edge.put("originGroups/api", json!({})).await;
    edge.put("originGroups/api/origins/two", origin(TWO)).await;
    let api = edge.route(json!({"originGroup": edge.group("api"), "patternsToMatch": ["/api/*"]}));
    edge.put("afdEndpoints/front/routes/api", api).await;
    assert_eq!(edge.look("/api/orders").await.by, TWO);
    assert_eq!(edge.look("/apis").await.by, ONE);
    let few = edge.route(json!({"patternsToMatch": ["/shop/*"]}));
    edge.put("afdEndpoints/front/routes/web", few).await;
    assert_eq!(edge.look("/anything").await.status, 404);
}

#[tokio::test]
async fn the_standby_answers_once_probes_have_failed() {
    let edge = Edge::start(Latency::Real).await;
    edge.pass(300);
    assert_eq!(edge.look("/").await.by, ONE);
    edge.client.apply(DOWN);
    assert_eq!(edge.look("/").await.status, 503);
    // Two of four samples at thirty seconds.
    edge.pass(95);
    assert_eq!(edge.look("/").await.by, TWO);
    edge.client.apply("hosts: {one.azurewebsites.net: {status: 200}}");
    edge.pass(35);
    assert_eq!(edge.look("/").await.by, TWO, "one good sample is not enough");
    edge.pass(200);
    assert_eq!(edge.look("/").await.by, ONE);
}

#[tokio::test]
async fn where_none_is_well_all_are_taken() {
    let edge = Edge::start(Latency::None).await;
    edge.client.apply("hosts: {one.azurewebsites.net: {status: 500, paths: {/works: 200}}, two.azurewebsites.net: {status: 500}}");
    let seen = edge.look("/works").await;
    assert_eq!((seen.status, seen.by.as_str()), (200, ONE));
}

#[tokio::test]
async fn a_change_is_in_force_when_it_has_reached_the_edge() {
    let edge = Edge::start(Latency::Real).await;
    let narrow = edge.route(json!({"patternsToMatch": ["/shop/*"]}));
    edge.put("afdEndpoints/front/routes/web", narrow).await;
    edge.pass(600);
    assert_eq!(edge.look("/").await.status, 200, "the edge still has what was before");
    // What is written meanwhile waits for the next turn.
    edge.put("afdEndpoints/front/routes/web", edge.route(json!({"patternsToMatch": ["/new/*"]})))
        .await;
    edge.pass(601);
    assert_eq!(edge.look("/").await.status, 404);
    assert_eq!(edge.look("/new/a").await.status, 404);
    assert_eq!(edge.look("/shop/a").await.status, 200);
    edge.pass(1200);
    assert_eq!(edge.look("/new/a").await.status, 200);
    assert_eq!(edge.look("/shop/a").await.status, 404);
}

#[tokio::test]
async fn an_app_lets_in_whom_its_rules_name() {
    let edge = Edge::start(Latency::None).await;
    let id = edge.client.get(PROFILE).await.body["properties"]["frontDoorId"].clone();
    let rules = |id: &Value| {
        json!({"properties": {
            "ipSecurityRestrictionsDefaultAction": "Deny",
            "ipSecurityRestrictions": [{"name": "edge", "priority": 100, "action": "Allow",
                "tag": "ServiceTag", "ipAddress": "AzureFrontDoor.Backend", "headers": {"x-azure-fdid": [id]}}],
        }})
    };
    let config = format!("{WEB}/sites/one/config/web");
    assert!(edge.client.patch(&config, rules(&id)).await.status.is_success());
    assert_eq!(edge.look_at(ONE, "/", &[]).await.status, 403);
    // Nobody is let in who only claims to be the edge.
    assert_eq!(edge.look_at(ONE, "/", &[("x-azure-fdid", id.as_str().unwrap())]).await.status, 403);
    assert_eq!(edge.look("/").await.by, ONE);
    // The tag alone is everybody's edge.
    let other = json!("11111111-2222-3333-4444-555555555555");
    assert!(edge.client.patch(&config, rules(&other)).await.status.is_success());
    assert_eq!(edge.look("/").await.by, TWO, "probes are refused, so the standby answers");
    let address = json!({"properties": {"ipSecurityRestrictions": [
        {"name": "office", "priority": 1, "action": "Allow", "ipAddress": "198.51.100.0/24"}]}});
    assert!(edge.client.patch(&config, address).await.status.is_success());
    assert_eq!(edge.look_at(ONE, "/", &[("x-simulated-client", "198.51.100.7")]).await.status, 200);
    assert_eq!(edge.look_at(ONE, "/", &[]).await.status, 403);
}

#[tokio::test]
async fn an_app_turns_away_who_shows_no_certificate_or_has_not_signed_in() {
    let edge = Edge::start(Latency::None).await;
    let site = format!("{WEB}/sites/one");
    let statuses =
        async |path: &str, headers: &[(&str, &str)]| edge.look_at(ONE, path, headers).await.status;
    let asks = json!({"properties": {"clientCertEnabled": true, "clientCertExclusionPaths": "/free;/other"}});
    assert!(edge.client.patch(&site, asks).await.status.is_success());
    assert_eq!(statuses("/", &[]).await, 403);
    assert_eq!(statuses("/freely", &[]).await, 403);
    assert_eq!(statuses("/free/a", &[]).await, 200);
    assert_eq!(edge.look("/").await.by, TWO, "the edge has no certificate either");
    let optional = json!({"properties": {"clientCertMode": "Optional"}});
    assert!(edge.client.patch(&site, optional).await.status.is_success());
    assert_eq!(statuses("/", &[]).await, 200);
    let sign_in = |action: &str| {
        json!({"properties": {
            "platform": {"enabled": true},
            "globalValidation": {"requireAuthentication": true, "excludedPaths": ["/health"],
                "unauthenticatedClientAction": action},
        }})
    };
    let auth = format!("{site}/config/authsettingsV2");
    for (action, plain, browser) in [
        ("RedirectToLoginPage", 401, 302),
        ("Return401", 401, 401),
        ("Return403", 403, 403),
        ("AllowAnonymous", 200, 200),
    ] {
        assert!(edge.client.put(&auth, sign_in(action)).await.status.is_success());
        assert_eq!(statuses("/", &[]).await, plain, "{action}");
        assert_eq!(statuses("/", &[("accept", "text/html")]).await, browser, "{action}");
        assert_eq!(statuses("/health", &[]).await, 200, "{action}");
    }
}

#[tokio::test]
async fn a_private_origin_answers_once_its_target_has_agreed() {
    let edge = Edge::start(Latency::None).await;
    edge.put("originGroups/inside", json!({})).await;
    let mut private = origin(ONE);
    private["sharedPrivateLinkResource"] = json!({"privateLink": {"id": edge.client.id(&format!("{WEB}/sites/one"))},
        "groupId": "sites", "privateLinkLocation": "westeurope", "requestMessage": "please"});
    edge.put("originGroups/inside/origins/one", private).await;
    let inside =
        edge.route(json!({"originGroup": edge.group("inside"), "patternsToMatch": ["/inside/*"]}));
    edge.put("afdEndpoints/front/routes/inside", inside).await;
    let shut = json!({"properties": {"publicNetworkAccess": "Disabled"}});
    assert!(edge.client.patch(&format!("{WEB}/sites/one"), shut).await.status.is_success());
    assert_eq!(edge.look("/inside/a").await.status, 404);
    assert_eq!(edge.look_at(ONE, "/", &[]).await.status, 403);
    let connections = format!("{WEB}/sites/one/privateEndpointConnections");
    let row = edge.client.get(&connections).await.body["value"][0]["name"].clone();
    let approve =
        json!({"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}});
    let path = format!("{connections}/{}", row.as_str().expect("a name"));
    assert!(edge.client.put(&path, approve).await.status.is_success());
    assert_eq!(edge.look("/inside/a").await.by, ONE);
    assert_eq!(edge.look_at(ONE, "/", &[]).await.status, 403);
}

#[tokio::test]
async fn rules_lead_write_and_choose() {
    let edge = Edge::start(Latency::None).await;
    edge.put("originGroups/second", json!({})).await;
    edge.put("originGroups/second/origins/two", origin(TWO)).await;
    edge.put("ruleSets/steer", json!({})).await;
    let when = |selector: &str, value: &str| {
        json!([{"name": "RequestHeader", "parameters": {
        "typeName": "DeliveryRuleRequestHeaderConditionParameters", "operator": "Equal",
        "selector": selector, "matchValues": [value]}}])
    };
    let over = json!([{"name": "RouteConfigurationOverride", "parameters": {
        "typeName": "DeliveryRuleRouteConfigurationOverrideActionParameters",
        "originGroupOverride": {"originGroup": edge.group("second"), "forwardingProtocol": "HttpsOnly"}}}]);
    edge.put(
        "ruleSets/steer/rules/second",
        json!({"order": 1, "conditions": when("X-Evenkeel-Stamp", "two"), "actions": over}),
    )
    .await;
    let old = json!([{"name": "UrlPath", "parameters": {"typeName": "DeliveryRuleUrlPathMatchConditionParameters",
        "operator": "BeginsWith", "matchValues": ["OLD/"], "transforms": ["Uppercase"]}}]);
    let gone = json!([{"name": "UrlRedirect", "parameters": {"typeName": "DeliveryRuleUrlRedirectActionParameters",
        "redirectType": "Moved", "customPath": "/new"}}]);
    edge.put("ruleSets/steer/rules/moved", json!({"order": 2, "conditions": old, "actions": gone}))
        .await;
    let header = json!([{"name": "ModifyResponseHeader", "parameters": {"typeName": "DeliveryRuleHeaderActionParameters",
        "headerAction": "Overwrite", "headerName": "Strict-Transport-Security", "value": "max-age=1"}}]);
    edge.put(
        "ruleSets/steer/rules/strict",
        json!({"order": 3, "conditions": [], "actions": header}),
    )
    .await;
    let sets = json!({"ruleSets": [{"id": edge.client.id(&at("ruleSets/steer"))}]});
    edge.put("afdEndpoints/front/routes/web", edge.route(sets)).await;
    let seen = edge.look("/").await;
    assert_eq!((seen.by.as_str(), seen.header("strict-transport-security")), (ONE, "max-age=1"));
    assert_eq!(edge.look_at(&edge.host, "/", &[("x-evenkeel-stamp", "two")]).await.by, TWO);
    let moved = edge.look("/old/page").await;
    assert_eq!(
        (moved.status, moved.header("location")),
        (301, format!("https://{}/new", edge.host).as_str())
    );
}

#[tokio::test]
async fn the_firewall_stops_what_its_rules_match() {
    let edge = Edge::start(Latency::None).await;
    let policy = "/resourceGroups/rg/providers/Microsoft.Network/frontDoorWebApplicationFirewallPolicies/waf";
    let firewall = |mode: &str| {
        let rule = |name: &str, kind: &str, priority: u64, condition: Value| {
            json!({"name": name, "priority": priority,
            "ruleType": kind, "action": "Block", "rateLimitThreshold": 3, "rateLimitDurationInMinutes": 1, "matchConditions": [condition]})
        };
        json!({"location": "global", "sku": {"name": "Premium_AzureFrontDoor"}, "properties": {
        "policySettings": {"mode": mode, "enabledState": "Enabled"},
        "customRules": {"rules": [
            rule("admin", "MatchRule", 2, json!({"matchVariable": "RequestUri", "operator": "RegEx", "matchValue": ["/admin"]})),
            rule("limit", "RateLimitRule", 1, json!({"matchVariable": "RemoteAddr", "operator": "IPMatch", "matchValue": ["0.0.0.0/0", "::/0"]})),
        ]}}})
    };
    assert!(edge.client.put(policy, firewall("Prevention")).await.status.is_success());
    edge.put("securityPolicies/waf", json!({"parameters": {"type": "WebApplicationFirewall", "wafPolicy": {"id": edge.client.id(policy)},
        "associations": [{"domains": [{"id": edge.client.id(&at("afdEndpoints/front"))}], "patternsToMatch": ["/*"]}]}})).await;
    assert_eq!(edge.look("/admin/users").await.status, 403);
    assert_eq!(edge.look("/").await.status, 200);
    assert_eq!(edge.look("/").await.status, 200);
    assert_eq!(edge.look("/").await.status, 403, "the fourth within a minute");
    assert_eq!(
        edge.look_at(&edge.host, "/", &[("x-simulated-client", "198.51.100.7")]).await.status,
        200
    );
    edge.pass(61);
    assert_eq!(edge.look("/").await.status, 200);
    assert!(edge.client.put(policy, firewall("Detection")).await.status.is_success());
    for _ in 0..5 {
        assert_eq!(edge.look("/admin/users").await.status, 200);
    }
}

#[tokio::test]
async fn what_is_kept_is_answered_until_it_is_purged() {
    let edge = Edge::start(Latency::None).await;
    let cache = json!({"cacheConfiguration": {"queryStringCachingBehavior": "IncludeSpecifiedQueryStrings", "queryParameters": "page"}});
    edge.put("afdEndpoints/front/routes/web", edge.route(cache)).await;
    assert_eq!(edge.look("/list?page=1").await.header("x-cache"), "");
    assert_eq!(edge.look("/list?page=1&session=7").await.header("x-cache"), "TCP_HIT");
    assert_eq!(edge.look("/list?page=2").await.header("x-cache"), "");
    let purge = json!({"contentPaths": ["/list*"]});
    assert_eq!(edge.client.post(&at("afdEndpoints/front/purge"), purge).await.status, 202);
    assert_eq!(edge.look("/list?page=1").await.header("x-cache"), "");
}

#[tokio::test]
async fn a_domain_serves_once_it_is_proved_and_its_users_are_counted() {
    let edge = Edge::start(Latency::None).await;
    edge.put("customDomains/www", json!({"hostName": "www.example.com"})).await;
    let on = json!({"customDomains": [{"id": edge.client.id(&at("customDomains/www"))}]});
    edge.put("afdEndpoints/front/routes/web", edge.route(on)).await;
    let host = &edge.host;
    edge.client.apply(&format!("dns: [{{name: www.example.com, type: CNAME, values: ['{host}.']}}]\nvisitors: [{{host: www.example.com}}]"));
    assert_eq!(edge.look_at("www.example.com", "/", &[]).await.status, 404);
    let body = edge.client.get(&at("customDomains/www")).await.body;
    let token = &body["properties"]["validationProperties"]["validationToken"];
    edge.client
        .apply(&format!("dns: [{{name: _dnsauth.www.example.com, type: TXT, values: [{token}]}}]"));
    assert_eq!(edge.look_at("www.example.com", "/", &[]).await.by, ONE);
    let visitor = async || {
        let url = format!("{}/simulator/violations", edge.client.simulator.resource_manager());
        let body: Value =
            edge.client.http.get(url).send().await.expect("an answer").json().await.expect("JSON");
        body
    };
    let well = visitor().await;
    assert_eq!(
        (&well["visitors"][0]["wasServed"], &well["visitors"][0]["outageSecs"]),
        (&json!(true), &json!(0)),
        "{well}"
    );
    assert_eq!(well["violations"], json!([]));
    // Both origins off: the last is refused to go, and may be switched off all the same.
    for name in ["one", "two"] {
        let mut off = origin(if name == "one" { ONE } else { TWO });
        off["enabledState"] = json!("Disabled");
        edge.put(&format!("originGroups/web/origins/{name}"), off).await;
    }
    assert_eq!(edge.look_at("www.example.com", "/", &[]).await.status, 404);
    let hurt = visitor().await;
    assert_ne!(hurt["visitors"][0]["outageSecs"], json!(0), "{hurt}");
    assert_eq!(hurt["violations"][0]["rule"], "route-without-origin");
}

#[tokio::test]
async fn a_visitor_counts_the_seconds_of_an_outage() {
    let edge = Edge::start(Latency::Real).await;
    let host = &edge.host;
    edge.client.apply(&format!("visitors: [{{host: {host}}}]"));
    edge.pass(300);
    assert_eq!(edge.look("/").await.status, 200);
    edge.client.apply(DOWN);
    edge.pass(600);
    let url = format!("{}/simulator/violations", edge.client.simulator.resource_manager());
    let body: Value =
        edge.client.http.get(url).send().await.expect("an answer").json().await.expect("JSON");
    let outage = body["visitors"][0]["outageSecs"].as_u64().expect("seconds");
    // Two failed samples, thirty seconds apart, at the edge that is asked.
    assert!((30..=65).contains(&outage), "{body}");
    assert_eq!(body["visitors"][0]["last"], format!("200 {TWO}"));
}
