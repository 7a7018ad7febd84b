//! Front Door: to Azure and back.

// The functions beside the tests may do what tests may.
#![allow(clippy::panic, clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use families::language;
use importer::{Request, Verdict};
use resource::ResourceId;

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
