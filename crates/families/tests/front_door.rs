//! Front Door: to Azure and back.

// The functions beside the tests may do what tests may.
#![allow(clippy::panic, clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use families::language;
use importer::{Request, Verdict};
use resource::ResourceId;
use resource::types::SITE;
use serde_json::json;

const HEADER: &str = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
";

/// Asserts that what is imported asks for what was expanded; returns the text.
fn there_and_back(text: &str) -> String {
    let desired = support::expanded(language(), &format!("{HEADER}{text}"));
    let observed = support::azure(&desired);
    let scopes =
        vec![ResourceId::group("11111111-2222-3333-4444-555555555555", "rg-osprey-global")];
    let request = Request { scopes, name: None, cloud: None, environment: BTreeMap::new() };
    let imported = importer::import(language(), &observed, &request);
    assert!(
        matches!(imported.verdict, Verdict::Empty),
        "{:?}\n{}",
        imported.verdict,
        imported.body
    );
    let again = support::expanded(language(), &imported.body);
    for resource in desired.resources() {
        let found = again.get(&resource.id).map(|it| &it.body);
        assert_eq!(found, Some(&resource.body), "{}\n{}", resource.address, imported.body);
    }
    assert!(!imported.body.contains("resources:"), "{}", imported.body);
    imported.body
}

const FIREWALL: &str = "
frontDoor:
  main:
    tier: premium
    origins: { web: { hosts: { one: { host: one.example.net } } } }
    routes: { web: { to: web } }
    waf:
      mode: detection
      bots: off
      rateLimit: { perClient: 500, window: 5m }
      redirect: https://example.net/sorry
      rules:
        admin: { if: { path: { beginsWith: /admin, notEndsWith: .css }, address: { notIn: [203.0.113.0/24] } }, then: block }
        countries: { if: { country: { in: [KP, SY] }, uri: { contains: /pay } }, then: challenge }
        browsers: { if: { header: { User-Agent: { exists: false } }, host: { in: www.example.com } }, then: redirect, priority: 300 }
        forms: { if: { method: { in: POST }, cookie: { session: { matches: ^x, transform: lowerCase } } }, then: log, enabled: false }
      exclusions: [{ cookie: session }, { json: password }]
  usual: { tier: premium }
  open: { tier: premium, waf: off }
  small: { tier: standard, waf: { name: wafofmine, link: security-1 } }
  none: { tier: standard }
";

#[test]
fn a_firewall_is_imported_as_it_was_expanded() {
    insta::assert_snapshot!(there_and_back(FIREWALL));
}

const RULES: &str = "
frontDoor:
  main:
    tier: premium
    origins:
      web: { hosts: { one: { host: one.example.net } } }
      new: { hosts: { two: { host: two.example.net } } }
    routes:
      web: { to: web }
      bare: { to: web, paths: [/bare/*], rules: [] }
      assets: { to: web, paths: [/assets/*], rules: [moved, security], cache: { ttl: 7d, query: [v], compress: true } }
    rules:
      moved:
        old: { if: { path: { beginsWith: /old, notIn: /old/x } }, then: { redirect: { status: \"301\", protocol: https, host: www.example.com, path: /new, query: a=b, fragment: c } }, stop: true }
        mobile: { if: { device: { in: Mobile }, cookie: { v: { exists: true } } }, then: { to: new, forward: match, setRequestHeader: { X-Mobile: \"1\" } } }
        inside: { then: { rewrite: { from: /a, to: /b, keepRest: true }, deleteRequestHeader: [X-A, X-B] }, order: 9 }
      security:
        hsts: { then: { setResponseHeader: { Strict-Transport-Security: max-age=31536000 }, appendResponseHeader: { Vary: Accept }, deleteResponseHeader: Server } }
        keep: { if: { host: { in: www.example.com } }, then: { cache: { ttl: 90m, rule: always, query: all, compress: true } } }
        honour: { if: { uri: { contains: //x } }, then: { cache: { rule: origin } } }
";

#[test]
fn rules_are_imported_as_they_were_expanded() {
    insta::assert_snapshot!(there_and_back(RULES));
}

const STEER: &str = "
stamp:
  plan: { sku: P1v3 }
  apps: { web: { runtime: node|22-lts } }
stamps:
  weu: { region: westeurope }
  neu: { region: northeurope }
frontDoor:
  main:
    tier: standard
    steer: { token: \"${secret:env:STEER_TOKEN}\" }
    origins: { web: { app: web, routing: priority, probe: { path: /health/deep } } }
    routes: { web: { to: web } }
    rules: { security: { hsts: { then: { deleteResponseHeader: Server } } } }
";

#[test]
fn steering_is_imported_as_it_was_expanded() {
    let desired = support::expanded(language(), &format!("{HEADER}{STEER}"));
    let mut observed = support::azure(&desired);
    let hosts = desired.resources().filter(|it| it.id.resource_type().last() == "origins");
    for origin in hosts {
        let host = format!("{}.example.net", origin.id.name());
        let body = &mut observed.resources.get_mut(&origin.id).unwrap().body;
        body["properties"]["hostName"] = json!(host);
        body["properties"]["originHostHeader"] = json!(host);
    }
    for seen in observed.resources.values_mut().filter(|it| it.id.resource_type().is(SITE)) {
        let stamp = if seen.id.name().ends_with("weu") { "weu" } else { "neu" };
        let host = format!("{stamp}.example.net");
        seen.body["properties"]["defaultHostName"] = json!(host);
    }
    let scopes = ["rg-osprey-global", "rg-osprey-weu", "rg-osprey-neu"]
        .map(|group| ResourceId::group("11111111-2222-3333-4444-555555555555", group));
    let environment = [("STEER_TOKEN".to_owned(), "of Azure".to_owned())].into();
    let request = Request { scopes: scopes.to_vec(), name: None, cloud: None, environment };
    let imported = importer::import(language(), &observed, &request);
    assert!(
        imported.body.contains("steer: { token: \"${secret:env:STEER_TOKEN}\" }"),
        "{}",
        imported.body
    );
    assert!(!imported.body.contains("resources:"), "{}", imported.body);
    let again = support::expanded(language(), &imported.body);
    let body = |desired: &planner::Desired| {
        desired.by_address("frontDoor/main/origins/web/at/neu/rule").unwrap().body.clone()
    };
    assert_eq!(body(&again), body(&desired));
}

const STORED: &str = "
storage: { media: { redundancy: RA-GZRS }, plain: { redundancy: LRS } }
frontDoor:
  main:
    tier: standard
    origins:
      media: { storage: media, secondary: true, probe: { path: /media/probe.txt } }
      plain: { storage: plain }
    routes: { media: { to: media, paths: [/media/*], cache: { ttl: 7d } } }
";

#[test]
fn blobs_are_imported_as_they_were_expanded() {
    let text = there_and_back(STORED);
    assert!(
        text.contains("media: { storage: storage/media, secondary: true")
            || text.contains("media: { storage: media, secondary: true"),
        "{text}"
    );
}

const NAMED: &str = "
stamp:
  plan: { sku: P1v3 }
  apps: { web: { runtime: node|22-lts } }
stamps:
  weu: { region: westeurope }
frontDoor:
  main:
    tier: standard
    origins: { web: { hosts: { one: { host: one.example.net } } } }
    routes: { web: { to: web, rules: [hosts] } }
    rules:
      hosts:
        own: { if: { header: { X-Host: { in: \"{weu/web.defaultHostName}\" } } }, then: { setRequestHeader: { X-Origin: \"{weu/web.defaultHostName}\" } } }
";

#[test]
fn what_another_resource_answers_is_imported_as_a_reference() {
    const HOST: &str = "app-osprey-web-weu.azurewebsites.net";
    let desired = support::expanded(language(), &format!("{HEADER}{NAMED}"));
    let mut observed = support::azure(&desired);
    for seen in observed.resources.values_mut() {
        if seen.id.resource_type().is(SITE) {
            seen.body["properties"]["defaultHostName"] = json!(HOST);
        } else if seen.id.name() == "own" {
            let own = &mut seen.body["properties"];
            own["conditions"][0]["parameters"]["matchValues"] = json!([HOST]);
            own["actions"][0]["parameters"]["value"] = json!(HOST);
        }
    }
    let group = |name: &str| ResourceId::group("11111111-2222-3333-4444-555555555555", name);
    let scopes = vec![group("rg-osprey-global"), group("rg-osprey-weu")];
    let request = Request { scopes, name: None, cloud: None, environment: BTreeMap::new() };
    let imported = importer::import(language(), &observed, &request);
    let referred = imported.body.matches("{weu/web.defaultHostName}").count();
    assert_eq!(referred, 2, "{}", imported.body);
    assert!(matches!(imported.verdict, Verdict::Empty), "{:?}", imported.verdict);
}
