//! What the language can say.

use super::parsed;
use families::apps::{self, App};
use families::domains::Domain;
use families::plans::Plan;
use families::storage::Storage;
use families::traffic_manager::{EndpointTarget, TrafficManager};
use resource::{ResourceType, catalogue};
use topology::{Part, SecretSource, Severity, Stamp, Topology, render};

/// Returns the topology of a text that must have one.
fn topology(text: &str) -> Topology {
    let parsed = parsed(text);
    let told = render(&parsed.diagnostics, &parsed.sources, false, 120);
    assert!(parsed.diagnostics.iter().all(|it| it.severity == Severity::Warning), "{told}");
    parsed.topology.unwrap()
}

pub(super) const NORTHWIND: &str = r#"
version: 1
name: northwind
subscription: ${env:AZURE_SUBSCRIPTION_ID}
cloud: public
tags: { environment: prod, costCenter: travel }
resourceGroup: rg-{name}-global
objectives: { rto: 3m, rpo: 15m }
stamp:
  resourceGroup: rg-{name}-{stamp}
  plan: { sku: P1v3, os: linux, zoneRedundant: true, instances: 3,
          autoscale: { min: 3, max: 10, scaleOut: { cpu: 70 } } }
  apps:
    web:
      runtime: dotnet|8.0
      identity: system
      settings:
        REGION: "{region}-{index}"
        SELF: "https://{web.defaultHostName}/"
        OTHER: "{weu/web.principalId}"
        JSON: '{{"a": 1}}'
      healthPath: /health/deep
    jobs: { kind: function, runtime: dotnet-isolated|8.0, storage: queue }
stamps:
  weu: { region: westeurope }
  sea: { region: Southeast Asia, plan: { instances: 4 }, apps: { web: { settings: { OTHER: null, ONLY: 1.10 } } } }
trafficManager:
  main:
    dnsName: northwind
    routing: priority
    ttl: 60s
    monitor: { protocol: https, port: 443, path: /health/deep, interval: 10s, timeout: 5s,
               toleratedFailures: 2, expectedStatus: [200-299, 301] }
    endpoints:
      weu:  { app: weu/web, priority: 1 }
      sea:  { app: sea/web, priority: 2 }
      eu2:  { host: eu2.example.com, priority: 3, location: westeurope,
              headers: { Host: api.example.com, Authorization: "${secret:env:PROBE_AUTH}" } }
domains:
  app.example.com:
    routeTo: trafficManager/main
    bind: web
    certificate: { keyVault: shared, secret: app-cert }
vaults:
  shared: { name: kv-shared, existing: true }
dns:
  example.com:
    resourceGroup: rg-dns
    existing: true
    lock: lift
    records:
      status: { cname: status.example.net, ttl: 300 }
storage:
  portal: { name: stportal, redundancy: RA-GZRS, containers: [media] }
  queue: { redundancy: GZRS, queues: [jobs] }
"#;

#[test]
fn stamps_are_resolved() {
    let topology = topology(NORTHWIND);
    let (weu, sea) = (&topology.stamps["weu"], &topology.stamps["sea"]);
    assert_eq!(weu.resource_group, "rg-northwind-weu");
    assert_eq!(sea.region.value, "southeastasia");
    let instances =
        |stamp: &Stamp| stamp.sections.one::<Plan>()?.instances.as_ref().map(|it| it.value);
    assert_eq!((instances(weu), instances(sea)), (Some(3), Some(4)));
    assert_eq!(sea.sections.one::<Plan>().unwrap().name, "asp-northwind-sea");
    let app = |stamp: &Stamp, key| stamp.sections.get::<App>(key).unwrap().clone();
    let settings = &app(sea, "web").settings;
    assert_eq!(settings["REGION"].literal(), Some("southeastasia-1"));
    assert_eq!(settings["ONLY"].literal(), Some("1.10"));
    assert_eq!(settings["JSON"].literal(), Some("{\"a\": 1}"));
    assert!(!settings.contains_key("OTHER"));
    assert_eq!(app(weu, "web").settings["SELF"].to_string(), "https://{weu/web.defaultHostName}/");
    assert_eq!(
        app(weu, "jobs").storage.as_ref().map(|it| it.value.to_string()).as_deref(),
        Some("storage/queue")
    );
}

#[test]
fn apply_lock_is_read_with_its_default() {
    assert_eq!(topology(NORTHWIND).apply_lock, None);
    let locked = topology(&format!("{NORTHWIND}\napplyLock: {{ account: storage/queue }}\n"));
    let lock = locked.apply_lock.unwrap();
    assert_eq!(lock.account.to_string(), "storage/queue");
    assert_eq!(lock.container(), "evenkeel");
}

#[test]
fn global_parts_are_read() {
    let topology = topology(NORTHWIND);
    let profile = topology.sections.get::<TrafficManager>("main").unwrap();
    let EndpointTarget::App(app) = profile.endpoints["sea"].target().unwrap() else { panic!() };
    assert_eq!(apps::find(&topology, app).unwrap().1.name, "app-northwind-web-sea");
    let secret = &profile.endpoints["eu2"].headers["Authorization"];
    assert_eq!(secret.0, [Part::Secret(SecretSource::Env("PROBE_AUTH".into()))]);
    assert_eq!(families::dns::zone_of(&topology, "app.example.com").unwrap().0, "example.com");
    let domain = topology.sections.get::<Domain>("app.example.com").unwrap();
    let bound: Vec<_> = domain.bind[0].apps.iter().map(ToString::to_string).collect();
    assert_eq!(bound, ["weu/web", "sea/web"]);
    assert_eq!(topology.sections.get::<Storage>("queue").unwrap().name, "stnorthwindqueue");
}

#[test]
fn null_in_a_free_map_is_a_key_that_shall_not_be_there() {
    let topology = topology(
        "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
tags: { top: null }
stamps:
  weu:
    region: westeurope
    tags: { inner: null }
    plan: { sku: S1, tags: { own: null, kept: x } }
    apps:
      web:
        settings: { A: null, B: x }
        connectionStrings: { C: null }
trafficManager:
  main:
    routing: priority
    monitor: { protocol: https, path: /, headers: { X-A: null } }
    endpoints: { weu: { app: weu/web, headers: { X-B: null } } }
",
    );
    let keys = |absent: &[topology::Sp<String>]| {
        absent.iter().map(|key| key.value.clone()).collect::<Vec<_>>().join(" ")
    };
    let stamp = &topology.stamps["weu"];
    let app = stamp.sections.get::<App>("web").unwrap();
    let profile = topology.sections.get::<TrafficManager>("main").unwrap();
    let plan = stamp.sections.one::<Plan>().unwrap();
    let told = [
        keys(topology.tags.absent()),
        keys(stamp.tags.absent()),
        keys(plan.tags.absent()),
        keys(app.settings.absent()),
        keys(app.connection_strings.absent()),
        keys(profile.monitor.as_ref().unwrap().headers.absent()),
        keys(profile.endpoints["weu"].headers.absent()),
    ];
    assert_eq!(told, ["top", "inner", "own", "A", "C", "X-A", "X-B"]);
    assert_eq!((plan.tags.len(), app.settings.len()), (1, 1));
}

#[test]
fn every_section_is_told_by_its_key_and_its_type() {
    let language = families::language();
    for section in language.sections() {
        assert_eq!(language.section(section.key), Some(*section));
        if let Some(arm) = section.resource_type() {
            let found = language.section_of_type(&ResourceType::new(arm));
            assert_eq!(found, Some(*section), "{arm}");
            let facts = catalogue::facts(&ResourceType::new(arm));
            assert!(!facts.api_version.is_empty(), "{arm} is not in the catalogue");
        }
    }
}
