//! Every diagnostic, each in the smallest topology that has its mistake and no other.

use std::collections::BTreeSet;

use families::language;

use super::parsed;
use topology::render;

/// What every topology begins with.
const HEADER: &str = "version: 1\nname: app\nsubscription: 00000000-0000-0000-0000-000000000001\n";

/// A sound stamp in each of two regions, with one app.
const STAMPS: &str = "
stamp:
  plan: { sku: P1v3 }
  apps: { web: { runtime: node|20-lts } }
stamps:
  weu: { region: westeurope }
  neu: { region: northeurope }
";

/// Codes, and what has just these mistakes. `STAMPS` is put before what begins with `+`.
const CASES: &[(&[&str], &str)] = &[
    (
        &["domain-unrouted"],
        "frontDoor: { main: { tier: standard, waf: {} } }\ndomains: { www.example.com: { routeTo: frontDoor/main } }\ndns: { example.com: {} }",
    ),
    (
        &["edge-certificate"],
        "frontDoor: { main: { tier: standard, origins: { web: { hosts: { one: { host: a.example.net } } } }, routes: { web: { to: web } }, waf: {} } }\ndomains: { \"*.example.com\": { routeTo: frontDoor/main, certificate: managed } }\ndns: { example.com: {} }",
    ),
    (
        &["edge-certificate"],
        "frontDoor: { main: { tier: standard, origins: { web: { hosts: { one: { host: a.example.net } } } }, routes: { web: { to: web } }, waf: {} } }\nvaults: { main: {} }\ndomains: { www.example.com: { routeTo: frontDoor/main, certificate: { keyVault: main, secret: www } } }\ndns: { example.com: {} }",
    ),
    (
        &[],
        "frontDoor: { main: { tier: standard, origins: { web: { hosts: { one: { host: a.example.net } } } }, routes: { web: { to: web } }, waf: {} } }\ndomains: { www.example.com: { routeTo: frontDoor/main, certificate: managed } }\ndns: { example.com: {} }",
    ),
    (
        &["secondary-needs-ra"],
        "storage: { media: { redundancy: GRS } }\nlocation: westeurope\nfrontDoor: { main: { tier: standard, origins: { media: { storage: media, secondary: true, probe: { path: /a } } } } }",
    ),
    (
        &["static-no-read-access"],
        "+storage: { media: { redundancy: GZRS } }\nlocation: westeurope\nfrontDoor: { main: { tier: standard, origins: { media: { storage: media } } } }",
    ),
    (
        &[],
        "+storage: { media: { redundancy: RA-GZRS } }\nlocation: westeurope\nfrontDoor: { main: { tier: standard, origins: { media: { storage: media, secondary: true, probe: { path: /a } } } } }",
    ),
    (
        &["origin-kinds"],
        "+storage: { media: { redundancy: RA-GZRS } }\nlocation: westeurope\nfrontDoor: { main: { tier: standard, origins: { media: { storage: media, app: web, probe: { path: /health } } } } }",
    ),
    (
        &["origin-kinds"],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: web, secondary: true, probe: { path: /health } } } } }",
    ),
    (&["edge-rule"], "+frontDoor: { main: { tier: standard, rules: { a: { b: { then: {} } } } } }"),
    (
        &["edge-rule"],
        "+frontDoor: { main: { tier: standard, rules: { a: { b: { then: { deleteRequestHeader: [a, b, c, d, e, f] } } } } } }",
    ),
    (
        &["edge-rule"],
        "+frontDoor: { main: { tier: standard, rules: { a: { b: { then: { deleteRequestHeader: a } }, c: { then: { deleteRequestHeader: a }, order: 1 } } } } }",
    ),
    (
        &["edge-rule"],
        "+frontDoor: { main: { tier: standard, rules: { a: { b: { then: { cache: { rule: origin, ttl: 1h } } } } } } }",
    ),
    (
        &["edge-rule"],
        "frontDoor: { main: { tier: standard, origins: { web: { hosts: { one: { host: a.example.net } } } }, routes: { web: { to: web, rules: [nine] } } } }",
    ),
    (
        &["edge-rule"],
        "frontDoor: { main: { tier: standard, steer: { token: \"${secret:keyVault:kv-app/steer}\" }, origins: { web: { hosts: { one: { host: a.example.net } } } }, rules: { steerweb: { a: { then: { deleteRequestHeader: a } } } } } }",
    ),
    (
        &["route-without-target"],
        "+frontDoor: { main: { tier: standard, rules: { a: { b: { then: { to: nowhere } } } } } }",
    ),
    (
        &["bad-name"],
        "+frontDoor: { main: { tier: standard, rules: { a-b: { b: { then: { deleteRequestHeader: a } } } } } }",
    ),
    (&["steer-token"], "+frontDoor: { main: { tier: standard, steer: { token: abc } } }"),
    (
        &[],
        "+frontDoor: { main: { tier: standard, rules: { a: { b: { if: { device: { in: Mobile }, path: { matches: ^a } }, then: { redirect: { path: /m } } } } } } }",
    ),
    (
        &["waf-missing"],
        "frontDoor: { main: { tier: standard, origins: { web: { hosts: { one: { host: a.example.net } } } }, routes: { web: { to: web } } } }\ndomains: { www.example.com: { routeTo: frontDoor/main, certificate: managed } }\ndns: { example.com: {} }",
    ),
    (
        &["waf-missing"],
        "frontDoor: { main: { tier: premium, waf: off, origins: { web: { hosts: { one: { host: a.example.net } } } }, routes: { web: { to: web } } } }\ndomains: { www.example.com: { routeTo: frontDoor/main, certificate: managed } }\ndns: { example.com: {} }",
    ),
    (&["waf-detection"], "+frontDoor: { main: { tier: standard, waf: { mode: detection } } }"),
    (&["waf-tier"], "+frontDoor: { main: { tier: standard, waf: { managed: 2.2 } } }"),
    (&["waf-tier"], "+frontDoor: { main: { tier: standard, waf: { bots: 1.1 } } }"),
    (
        &["waf-tier"],
        "+frontDoor: { main: { tier: standard, waf: { rules: { a: { if: { path: { in: /a } }, then: captcha } } } } }",
    ),
    (&[], "+frontDoor: { main: { tier: standard, waf: { managed: off, bots: off } } }"),
    (&["waf-old-rules"], "+frontDoor: { main: { tier: premium, waf: { managed: 2.0 } } }"),
    (&["waf-old-rules"], "+frontDoor: { main: { tier: premium, waf: { bots: 1.0 } } }"),
    (&["waf-rule"], "+frontDoor: { main: { tier: premium, waf: { managed: newest } } }"),
    (
        &["waf-rule"],
        "+frontDoor: { main: { tier: premium, waf: { rateLimit: { perClient: 0 } } } }",
    ),
    (
        &["waf-rule"],
        "+frontDoor: { main: { tier: premium, waf: { rateLimit: { perClient: 5, window: 2m } } } }",
    ),
    (
        &["waf-rule"],
        "+frontDoor: { main: { tier: premium, waf: { rules: { a: { if: { path: { in: /a } }, then: block }, b: { if: { path: { in: /b } }, then: block, priority: 100 } } } } }",
    ),
    (
        &["waf-rule"],
        "+frontDoor: { main: { tier: premium, waf: { rules: { a: { if: {}, then: block } } } } }",
    ),
    (
        &["waf-rule"],
        "+frontDoor: { main: { tier: premium, waf: { rules: { a: { if: { path: { in: /a } }, then: redirect } } } } }",
    ),
    (&["waf-rule"], "+frontDoor: { main: { tier: premium, waf: { exclusions: [{}] } } }"),
    (
        &["waf-rule"],
        "+frontDoor: { main: { tier: standard, waf: { exclusions: [{ cookie: a }] } } }",
    ),
    (&["bad-name"], "+frontDoor: { main: { tier: premium, waf: { name: a-b } } }"),
    (
        &["bad-name"],
        "+frontDoor: { main: { tier: premium, waf: { rules: { a-b: { if: { path: { in: /a } }, then: block } } } } }",
    ),
    (
        &["match-condition"],
        "+frontDoor: { main: { tier: premium, waf: { rules: { a: { if: { path: { in: a } }, then: block } } } } }",
    ),
    (
        &["match-condition"],
        "+frontDoor: { main: { tier: premium, waf: { rules: { a: { if: { path: { matches: ^a } }, then: block } } } } }",
    ),
    (
        &["match-condition"],
        "+frontDoor: { main: { tier: premium, waf: { rules: { a: { if: { device: { in: Mobile } }, then: block } } } } }",
    ),
    (
        &["match-condition"],
        "+frontDoor: { main: { tier: premium, waf: { rules: { a: { if: { method: { contains: P } }, then: block } } } } }",
    ),
    (
        &["match-condition"],
        "+frontDoor: { main: { tier: premium, waf: { rules: { a: { if: { header: { X-A: {} } }, then: block } } } } }",
    ),
    (&["missing-key"], "+frontDoor: { main: { } }"),
    (&["origin-timeout"], "+frontDoor: { main: { tier: standard, originTimeout: 5m } }"),
    (
        &["origin-kinds"],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: web, hosts: { old: { host: old.example.net } }, probe: { path: /health } } } } }",
    ),
    (&["missing-key"], "+frontDoor: { main: { tier: standard, origins: { web: { } } } }"),
    (
        &["bad-name"],
        "+frontDoor: { main: { tier: standard, origins: { web: { hosts: { a: { host: a.example.net } } } } } }",
    ),
    (
        &["bad-name"],
        "+frontDoor: { main: { tier: standard, origins: { w_b: { hosts: { one: { host: a.example.net } } } } } }",
    ),
    (
        &["probe-missing"],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: web } } } }",
    ),
    (
        &["probe-not-deep"],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: web, probe: { path: / } } } } }",
    ),
    (
        &["probe-load"],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: web, probe: { path: /health, interval: 5s } } } } }",
    ),
    (
        &["origin-probe"],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: web, probe: { path: /health, interval: 5m } } } } }",
    ),
    (
        &["probe-samples"],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: web, probe: { path: /health, samples: 3, healthy: 4 } } } } }",
    ),
    (
        &["affinity-on"],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: web, affinity: true, probe: { path: /health } } } } }",
    ),
    (
        &["one-origin"],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: weu/web } } } }",
    ),
    (
        &["latency-band"],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: web, latencyBand: 5s, probe: { path: /health } } } } }",
    ),
    (
        &["origin-number"],
        "+frontDoor: { main: { tier: standard, origins: { old: { hosts: { old: { host: old.example.net, priority: 6 } } } } } }",
    ),
    (
        &["origin-weights"],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: web, weights: { weu: 9 }, probe: { path: /health } } } } }",
    ),
    (
        &["origin-weights"],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: web, routing: weighted, weights: { eus: 9 }, probe: { path: /health } } } } }",
    ),
    (
        &["route-without-target"],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: web, probe: { path: /health/deep } } }, routes: { web: { to: wbe } } } }",
    ),
    (
        &["route-without-target"],
        "+frontDoor: { main: { tier: standard, origins: { old: { hosts: { old: { host: old.example.net, enabled: false } } } }, routes: { web: { to: old } } } }",
    ),
    (
        &["route-without-target"],
        "frontDoor: { main: { tier: standard, origins: { old: { hosts: { old: { host: old.example.net, enabled: false } } } }, routes: { web: { to: old, enabled: false } } } }",
    ),
    (
        &["route-overlap"],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: web, probe: { path: /health/deep } } }, routes: { web: { to: web }, api: { to: web, paths: [/api/*, \"/*\"] } } } }",
    ),
    (
        &["cache-personal"],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: web, probe: { path: /health/deep } } }, routes: { web: { to: web, cache: { query: all } } } } }",
    ),
    (
        &[],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: web, routing: priority, probe: { path: /health/deep, interval: 15s } }, one: { hosts: { old: { host: old.example.net, priority: 5, weight: 1000 } } } }, routes: { web: { to: web }, assets: { to: web, paths: [/assets/*], cache: { query: [page], compress: true } } } } }",
    ),
    (
        &[],
        "+frontDoor: { main: { tier: standard, originTimeout: 240s, origins: { web: { app: web, routing: weighted, weights: { weu: 900, neu: 100 }, latencyBand: 1s, probe: { path: /ready, samples: 4, healthy: 4, interval: 10s } } } } }",
    ),
    (
        &[],
        "+frontDoor: { main: { tier: standard, origins: { web: { app: web, probe: { path: /health/deep } } }, routes: { web: { to: web }, old: { to: web, enabled: false } } } }",
    ),
    (&[], "frontDoor: { main: { existing: true } }"),
    (&["unused-module"], "stamp: { plan: { sku: P1v3 } }"),
    (
        &["autoscale-sku"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1, autoscale: { min: 1, max: 3, scaleOut: { cpu: 70% } } } } }",
    ),
    (
        &["runtime-kind"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { runtime: powershell|7.4 } } } }",
    ),
    (
        &["clone-cycle"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { cloneOf: weu/web } } } }",
    ),
    (
        &["always-on-free"],
        "stamps: { weu: { region: westeurope, plan: { sku: Y1 }, apps: { web: { alwaysOn: true } } } }",
    ),
    (
        &["domain-sku"],
        "stamps: { weu: { region: westeurope, plan: { sku: F1 }, apps: { web: {} } } }\ndomains: { app.example.com: { routeTo: weu/web, bind: web } }\ndns: { example.com: {} }",
    ),
    (
        &["domain-two-subscriptions"],
        "stamp: { plan: { sku: B1 }, apps: { web: {} } }\nstamps: { weu: { region: westeurope }, neu: { region: northeurope, subscription: 00000000-0000-0000-0000-000000000002 } }\ndomains: { app.example.com: { routeTo: weu/web, bind: web } }\ndns: { example.com: {} }",
    ),
    (
        &["alias-without-address"],
        "+trafficManager: { main: { routing: weighted, monitor: { protocol: https, path: / }, endpoints: { one: { app: weu/web } } } }\ndns: { example.com: { records: { \"@\": { alias: trafficManager/main } } } }",
    ),
    (
        &["same-index"],
        "stamp: { plan: { sku: B1 }, apps: { web: { name: \"app-{stamp}-{index}\" } } }\nstamps: { weu: { region: westeurope }, neu: { region: northeurope, index: 0 } }",
    ),
    (
        &[],
        "stamp: { plan: { sku: B1 }, apps: { web: {} } }\nstamps: { weu: { region: westeurope, index: 7 }, neu: { region: northeurope, index: 7 } }",
    ),
    (&["duplicate-name"], "tags: { owner: a, Owner: b }"),
    (&["duplicate-name"], "tags: { owner: a }\ndns: { example.com: { tags: { Owner: b } } }"),
    (&["duplicate-name"], "dns: { example.com: {}, Example.com.: {} }"),
    (&["duplicate-name"], "dns: { bücher.example: {}, xn--bcher-kva.example: {} }"),
    (
        &["duplicate-name"],
        "dns: { example.com: { records: { www: { a: 192.0.2.1 }, WWW: { a: 192.0.2.2 } } } }",
    ),
    (
        &["duplicate-name"],
        "+domains: { app.example.com: { routeTo: weu/web }, App.example.com: { routeTo: neu/web } }\ndns: { example.com: {} }",
    ),
    (
        &["duplicate-name"],
        "trafficManager: { main: { routing: weighted, monitor: { protocol: https, path: /, headers: { X-A: a, x-a: b } }, endpoints: { one: { host: a.example.net } } } }",
    ),
    (
        &["duplicate-name"],
        "trafficManager: { main: { routing: weighted, monitor: { protocol: https, path: / }, endpoints: { one: { host: a.example.net }, One: { host: b.example.net } } } }",
    ),
    (
        &["duplicate-name", "duplicate-name"],
        "stamp: { plan: { sku: B1 }, apps: { web: { settings: { Foo: a } } } }\nstamps: { weu: { region: westeurope, apps: { web: { settings: { foo: a } } } }, neu: { region: northeurope, apps: { web: { settings: { FOO: a } } } } }",
    ),
    (
        &["duplicate-value"],
        "dns: { example.com: { records: { www: { a: [192.0.2.1, 192.0.2.1] } } } }",
    ),
    (
        &["duplicate-value"],
        "dns: { example.com: { records: { www: { aaaa: [\"2001:db8::1\", \"2001:0db8:0::1\"] } } } }",
    ),
    (
        &["duplicate-value"],
        "dns: { example.com: { records: { www: { txt: [same, other, same] } } } }",
    ),
    (
        &["duplicate-value"],
        "dns: { example.com: { records: { mx: { mx: [{ preference: 10, exchange: bücher.example }, { preference: 10, exchange: xn--bcher-kva.example. }, { preference: 20, exchange: bücher.example }] } } } }",
    ),
    (
        &["duplicate-value"],
        "dns: { example.com: { records: { _sip._tcp: { srv: [{ priority: 1, weight: 1, port: 5060, target: a.example.net }, { priority: 1, weight: 1, port: 5060, target: A.example.net }] } } } }",
    ),
    (
        &["duplicate-value"],
        "dns: { example.com: { records: { \"@\": { caa: [{ tag: issue, value: ca.example }, { flags: 0, tag: issue, value: ca.example }] } } } }",
    ),
    (
        &["cname-beside-others"],
        "+domains: { app.example.com: { routeTo: weu/web } }\ndns: { example.com: { records: { app: { txt: hello } } } }",
    ),
    (&["bad-tag"], "tags: { \"a<b\": x }"),
    (&["bad-tag"], "tags: { azure-team: x }"),
    (&["bad-tag"], "tags: { Evenkeel: other }"),
    (&["bad-tag"], "tags: { evenkeel-owner: null }"),
    (&["bad-tag"], "tags: { \"1st\": x }\ndns: { example.com: {} }"),
    (
        &["bad-tag"],
        "tags: { \"a b\": x }\ntrafficManager: { main: { routing: weighted, monitor: { protocol: https, path: / }, endpoints: { one: { host: a.example.net } } } }",
    ),
    (
        &["bad-tag"],
        "location: westeurope\nresources: { zone: { type: Microsoft.Network/privateDnsZones, apiVersion: 2024-06-01, name: a.example, location: global, tags: { \"a (b)\": x } } }",
    ),
    (
        &["too-many-tags"],
        "dns: { example.com: { tags: { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1, k: 1, l: 1, m: 1, n: 1 } } }",
    ),
    (
        &["bad-setting"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { settings: { \"Mail:Host\": x } } } } }",
    ),
    (
        &["bad-setting"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1, os: windows }, apps: { web: { settings: { \" \": x, \"Mail:Host\": x } } } } }",
    ),
    (&["bad-name"], "location: westeurope\nstorage: { a.b: { redundancy: GRS } }"),
    (
        &["bad-name"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { resourceGroup: { name: app-x } } } }",
    ),
    (&["invalid-yaml"], "stamps: [a"),
    (&["unknown-key"], "colour: red"),
    (&["unknown-key"], "frontGate: { main: {} }"),
    (&["duplicate-key"], "location: westeurope\nlocation: northeurope"),
    (&["missing-key"], "stamp: { plan: { sku: B1 } }\nstamps: { weu: { plan: { instances: 2 } } }"),
    (&["missing-key"], "stamps: { weu: { region: westeurope, plan: { os: linux } } }"),
    (&["wrong-type"], "tags: [a, b]"),
    (&["wrong-type"], "resourceGroup: {name}"),
    (
        &["wrong-type"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1, instances: many } } }",
    ),
    (
        &["wrong-type"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1, zoneRedundant: on } } }",
    ),
    (&["missing-unit"], "objectives: { rto: 60 }"),
    (&["unknown-value"], "storage: { media: { redundancy: GSR } }"),
    (&["unknown-value"], "cloud: publik"),
    (&["bad-include"], "include: [nowhere.yaml]"),
    (&["dangling-reference"], "+locks: { one: { on: weu/wbe } }"),
    (&["dangling-reference"], "applyLock: { account: storage/state }"),
    (&["bad-reference-kind"], "+applyLock: { account: weu/web }"),
    (&["missing-key"], "applyLock: { container: locks }"),
    (
        &["bad-name"],
        "location: westeurope\nstorage: { state: { redundancy: GRS } }\napplyLock: { account: storage/state, container: No }",
    ),
    (
        &["apply-lock-place"],
        "applyLock: { account: /subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st/blobServices/default }",
    ),
    (
        &["apply-lock-place"],
        "location: westeurope\nstorage: { files: { kind: FileStorage, redundancy: Premium-LRS } }\napplyLock: { account: storage/files }",
    ),
    (
        &["apply-lock-place"],
        "applyLock: { account: /subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st, container: $web }",
    ),
    (
        &["host-header-missing"],
        "trafficManager: { main: { routing: priority, monitor: { protocol: https, path: / }, endpoints: { one: { host: a.example.net } } } }\ndomains: { www.example.com: { routeTo: trafficManager/main } }\ndns: { example.com: {} }",
    ),
    (
        &[],
        "trafficManager: { main: { routing: priority, monitor: { protocol: https, path: / }, endpoints: { one: { host: a.example.net, headers: { host: www.example.com } } } } }\ndomains: { www.example.com: { routeTo: trafficManager/main } }\ndns: { example.com: {} }",
    ),
    (
        &["basic-user"],
        "trafficManager: { main: { routing: priority, monitor: { protocol: https, path: / }, endpoints: { one: { host: a.example.net, auth: { basic: { user: \"a:b\", password: \"${secret:env:PROBE_AUTH}\" } } } } } }",
    ),
    (
        &["one-of"],
        "trafficManager: { main: { routing: priority, monitor: { protocol: https, path: / }, endpoints: { one: { host: a.example.net, headers: { authorization: \"${secret:env:PROBE_AUTH}\" }, auth: { basic: { user: a, password: \"${secret:env:PROBE_AUTH}\" } } } } } }",
    ),
    (
        &["expected-body"],
        "trafficManager: { main: { routing: priority, monitor: { protocol: https, path: /, expectedBody: \" \" }, endpoints: { one: { host: a.example.com } } } }",
    ),
    (
        &["tcp-probe"],
        "trafficManager: { main: { routing: priority, monitor: { protocol: tcp, port: 443, expectedBody: green }, endpoints: { one: { host: a.example.com } } } }",
    ),
    (
        &["tenant-alone", "tenant-address"],
        "parity: { tenants: { a: { url: http://a.example.net } }, compare: [{ path: /x }] }",
    ),
    (
        &["tenant-address"],
        "parity: { tenants: { a: { url: \"https://a.example.net?x=1\" }, b: { url: http://127.0.0.1:8080 } }, compare: [{ path: /x }] }",
    ),
    (
        &["tenant-address"],
        "parity: { tenants: { a: { url: https://a.example.net, auth: { oauth: { token: http://login.example.net, clientId: a, secret: \"${secret:env:PROBE_AUTH}\" } } }, b: { url: https://b.example.net } }, compare: [{ path: /x }] }",
    ),
    (
        &["tenant-secret"],
        "parity: { tenants: { a: { url: https://a.example.net, headers: { X-Login: \"${secret:keyVault:kv/a}\" } }, b: { url: https://b.example.net } }, compare: [{ path: /x }] }",
    ),
    (
        &["plain-secret"],
        "parity: { tenants: { a: { url: https://a.example.net, auth: { basic: { user: reader, password: hunter2-hunter2 } } }, b: { url: https://b.example.net } }, compare: [{ path: /x }] }",
    ),
    (
        &["one-of"],
        "parity: { tenants: { a: { url: https://a.example.net, auth: { oauth: { token: https://login.example.net, clientId: a, secret: \"${secret:env:PROBE_AUTH}\" }, basic: { user: a, password: \"${secret:env:PROBE_AUTH}\" } } }, b: { url: https://b.example.net } }, compare: [{ path: /x }] }",
    ),
    (
        &["missing-key"],
        "parity: { tenants: { a: { url: https://a.example.net, auth: {} }, b: { url: https://b.example.net } }, compare: [{ path: /x }] }",
    ),
    (
        &["compare-nothing"],
        "parity: { tenants: { a: { url: https://a.example.net }, b: { url: https://b.example.net } }, compare: [] }",
    ),
    (
        &["compare-path"],
        "parity: { tenants: { a: { url: https://a.example.net }, b: { url: https://b.example.net } }, compare: [{ path: \"/x/{Id}\" }] }",
    ),
    (
        &["compare-path"],
        "parity: { tenants: { a: { url: https://a.example.net }, b: { url: https://b.example.net } }, compare: [{ path: x }] }",
    ),
    (
        &["compare-path"],
        "parity: { tenants: { a: { url: https://a.example.net }, b: { url: https://b.example.net } }, compare: [{ path: /x, items: d.results }] }",
    ),
    (
        &["missing-key"],
        "parity: { tenants: { a: { url: https://a.example.net }, b: { url: https://b.example.net } }, compare: [{ path: /x, forEach: [{ path: \"/x/{Id}\" }] }] }",
    ),
    (
        &["field-not-used"],
        "parity: { tenants: { a: { url: https://a.example.net }, b: { url: https://b.example.net } }, compare: [{ path: /x, key: Id, only: [Id, Version] }] }",
    ),
    (
        &["dangling-reference"],
        "+domains: { app.example.com: { routeTo: weu/web, bind: wbe } }\ndns: { example.com: {} }",
    ),
    (
        &["bad-reference-kind"],
        "+domains: { app.example.com: { routeTo: weu/plan } }\ndns: { example.com: {} }",
    ),
    (&["bad-resource-id"], "locks: { one: { on: /sites/shop } }"),
    (
        &["unknown-property"],
        "+resources: { r: { type: A.B/c, apiVersion: 2024-01-01, properties: { x: \"{weu/web.hostname}\" } } }",
    ),
    (&["unknown-placeholder"], "resourceGroup: rg-{stamp}"),
    (&["unknown-placeholder"], "resourceGroup: rg-{nam}"),
    (&["unknown-placeholder"], "resourceGroup: rg-{name"),
    (&["unknown-substitution"], "resourceGroup: ${NAME}"),
    (&["missing-variable"], "resourceGroup: ${env:NO_SUCH_VARIABLE}"),
    (
        &["missing-variable"],
        "+resources: { r: { type: A.B/c, apiVersion: 2024-01-01, properties: { x: \"${secret:env:NOPE}\" } } }",
    ),
    (&["key-of-the-run"], "resourceGroup: ${env:SYSTEM_ACCESSTOKEN}"),
    (
        &["key-of-the-run"],
        "+resources: { r: { type: A.B/c, apiVersion: 2024-01-01, properties: { x: \"${secret:env:GITHUB_TOKEN}\" } } }",
    ),
    (&["bad-include"], "include: [../elsewhere.yaml]"),
    (&["bad-include"], "include: [/etc/passwd]"),
    (
        &["plain-secret"],
        "+resources: { r: { type: A.B/c, apiVersion: 2024-01-01, properties: { adminPassword: hunter2 } } }",
    ),
    (
        &["plain-secret"],
        "+resources: { r: { type: A.B/c, apiVersion: 2024-01-01, properties: { env: [{ name: DB_PASSWORD, value: hunter2 }] } } }",
    ),
    (&["plain-secret"], "tags: { password: hunter2 }"),
    (
        &["plain-secret"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { healthPath: \"/health?code=hunter22\" } } } }",
    ),
    (
        &["plain-secret"],
        "+trafficManager: { main: { routing: weighted, monitor: { protocol: https, path: /, headers: { Cookie: hunter2 } }, endpoints: { one: { app: weu/web } } } }",
    ),
    (
        &["plain-secret"],
        "dns: { example.com: { records: { \"@\": { txt: [\"-----BEGIN RSA PRIVATE KEY-----\"] } } } }",
    ),
    (&["not-plain"], "resourceGroup: rg-${secret:env:PROBE_AUTH}"),
    (
        &["plain-secret"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { settings: { DB_PASSWORD: hunter2-hunter2 } } } } }",
    ),
    (
        &["one-of"],
        "+trafficManager: { main: { routing: weighted, monitor: { protocol: https, path: / }, endpoints: { one: { app: weu/web, host: a.example.com } } } }",
    ),
    (
        &["missing-key"],
        "+trafficManager: { main: { routing: weighted, monitor: { protocol: https, path: / }, endpoints: { one: { weight: 3 } } } }",
    ),
    (
        &["listed-twice"],
        "location: westeurope\nstorage: { work: { redundancy: GRS, queues: [jobs, jobs] } }",
    ),
    (&["out-of-range"], "stamps: { weu: { region: westeurope, plan: { sku: B1, instances: 0 } } }"),
    (
        &["bad-name"],
        "location: westeurope\nstorage: { media: { name: st-media, redundancy: GRS } }",
    ),
    (&["bad-name"], "location: westeurope\nvaults: { with-a-name-that-is-far-too-long: {} }"),
    (&["bad-name"], "stamps: { storage: { region: westeurope } }"),
    (&["bad-name"], "location: westeurope\nstorage: { work: { redundancy: GRS, queues: [a--b] } }"),
    (
        &["name-taken"],
        "stamp: { plan: { sku: B1 }, apps: { web: { name: app-shop } } }\nstamps: { weu: { region: westeurope }, neu: { region: northeurope } }",
    ),
    (
        &["name-taken"],
        "frontDoor: { a: { tier: standard, endpoint: shop-edge }, b: { tier: standard, endpoint: Shop-Edge } }",
    ),
    (
        &[],
        "frontDoor: { a: { tier: standard, endpoint: shop-edge }, b: { existing: true, endpoint: shop-edge } }",
    ),
    (&["bad-id"], "tenant: contoso"),
    (
        &["bad-path"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { healthPath: health } } } }",
    ),
    (&["unknown-region"], "stamps: { weu: { region: westeurop } }"),
    (
        &["unknown-region"],
        "stamps: { weu: { region: westeurope, storage: { a: { redundancy: LRS, location: westeurop } } } }",
    ),
    (
        &["unknown-region"],
        "stamps: { weu: { region: westeurope, vaults: { a: { location: westeurop } } } }",
    ),
    (
        &["unknown-region"],
        "stamps: { weu: { region: westeurope, identities: { a: { location: westeurop } } } }",
    ),
    (&["bad-tag"], "identities: { a: { tags: { \"a<b\": c } } }"),
    (
        &[],
        "stamp: { plan: { sku: B1 }, apps: { web: { name: shared, existing: true } } }\nstamps: { weu: { region: westeurope }, neu: { region: northeurope } }",
    ),
    (&["same-region-stamps"], "stamps: { a: { region: westeurope }, b: { region: West Europe } }"),
    (
        &["no-zones"],
        "stamps: { wus: { region: westus, plan: { sku: P1v3, zoneRedundant: true, instances: 3 } } }",
    ),
    (&["no-zones"], "storage: { a: { redundancy: ZRS, location: westus } }"),
    (&["no-region-pair"], "storage: { a: { redundancy: GRS, location: polandcentral } }"),
    (&["unknown-sku"], "stamps: { weu: { region: westeurope, plan: { sku: P9v3 } } }"),
    (
        &["zone-redundant-sku"],
        "stamps: { weu: { region: westeurope, plan: { sku: S1, zoneRedundant: true, instances: 3 } } }",
    ),
    (
        &["zone-redundant-instances"],
        "stamps: { weu: { region: westeurope, plan: { sku: P1v3, zoneRedundant: true, instances: 1 } } }",
    ),
    (
        &["zone-redundant-instances"],
        "stamps: { weu: { region: westeurope, plan: { sku: P1v3, zoneRedundant: true } } }",
    ),
    (
        &["autoscale-range"],
        "stamps: { weu: { region: westeurope, plan: { sku: P1v3, instances: 2, autoscale: { min: 3, max: 10, scaleOut: { cpu: 70 } } } } }",
    ),
    (
        &["autoscale-range"],
        "stamps: { weu: { region: westeurope, plan: { sku: P1v3, autoscale: { min: 3, max: 2, scaleOut: { cpu: 70% } } } } }",
    ),
    (
        &["autoscale-swing"],
        "stamps: { weu: { region: westeurope, plan: { sku: P1v3, autoscale: { min: 2, max: 8, scaleOut: { cpu: 60 }, scaleIn: { cpu: 60 } } } } }",
    ),
    (
        &["autoscale-idle"],
        "stamps: { weu: { region: westeurope, plan: { sku: P1v3, autoscale: { min: 3, max: 10 } } } }",
    ),
    (
        &["out-of-range"],
        "stamps: { weu: { region: westeurope, plan: { sku: P1v3, autoscale: { min: 3, max: 10, scaleOut: { cpu: 70, window: 1m } } } } }",
    ),
    (&["missing-plan"], "stamps: { weu: { region: westeurope, apps: { web: {} } } }"),
    (
        &["runtime-and-image"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { runtime: node|20-lts, image: nginx } } } }",
    ),
    (
        &["always-on-free"],
        "stamps: { weu: { region: westeurope, plan: { sku: F1 }, apps: { web: { alwaysOn: true } } } }",
    ),
    (
        &["only-for-functions"],
        "storage: { a: { redundancy: GRS } }\nstamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { storage: a } } } }",
    ),
    (
        &["missing-key"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { job: { kind: function } } } }",
    ),
    (
        &["host-storage-twice"],
        "storage: { a: { redundancy: LRS } }\nstamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { job: { kind: function, storage: a, hostConnection: \"@Microsoft.KeyVault(VaultName=kv;SecretName=host)\" } } } }",
    ),
    (
        &["no-identity"],
        "storage: { a: { redundancy: LRS } }\nstamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { job: { kind: function, storage: a, identity: none } } } }",
    ),
    (
        &["only-for-functions"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { hostConnection: \"@Microsoft.KeyVault(VaultName=kv;SecretName=host)\" } } } }",
    ),
    (
        &["cors-any-origin"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { cors: { origins: [\"*\"], credentials: true } } } } }",
    ),
    (
        &["cors-any-origin"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { cors: { origins: [\"*\", \"https://www.example.com\"] } } } } }",
    ),
    (
        &["access-priority"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { access: { rules: { a: { address: 192.0.2.0/24, priority: 100 }, b: { serviceTag: AzureCloud, priority: 100 } } } } } } }",
    ),
    (
        &["one-of"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { access: { rules: { a: { address: 192.0.2.0/24, serviceTag: AzureCloud, priority: 100 } } } } } } }",
    ),
    (
        &["one-of"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { access: { rules: { a: { priority: 100 } } } } } } }",
    ),
    (
        &["bad-address"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { access: { rules: { a: { address: 192.0.2.7, priority: 100 } } } } } } }",
    ),
    (
        &["out-of-range"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { access: { rules: { a: { serviceTag: AzureCloud, priority: 0 } } } } } } }",
    ),
    (
        &["scm-rules-unused"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { access: { scmAsMain: true, scmRules: { a: { serviceTag: AzureCloud, priority: 1 } } } } } } }",
    ),
    // App Service itself probes from inside.
    (
        &[],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { healthPath: /health, publicAccess: false, auth: { entra: { clientId: a } }, clientCertificates: { } } } } }",
    ),
    (
        &["probe-shut-out"],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, auth: { entra: { clientId: a } } } } } }\ntrafficManager: { main: { routing: priority, monitor: { protocol: https, path: /health }, endpoints: { weu: { app: weu/web }, old: { host: old.example.net } } } }",
    ),
    (
        &[],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, auth: { entra: { clientId: a }, unauthenticated: refuse } } } } }\ntrafficManager: { main: { routing: priority, monitor: { protocol: https, path: /health, expectedStatus: [200-204, 401] }, endpoints: { weu: { app: weu/web }, old: { host: old.example.net } } } }",
    ),
    (
        &[],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, auth: { entra: { clientId: a }, unauthenticated: allow } } } } }\ntrafficManager: { main: { routing: priority, monitor: { protocol: https, path: /health }, endpoints: { weu: { app: weu/web }, old: { host: old.example.net } } } }",
    ),
    (
        &["probe-shut-out"],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, clientCertificates: { except: [/healthy] } } } } }\ntrafficManager: { main: { routing: priority, monitor: { protocol: https, path: /health }, endpoints: { weu: { app: weu/web }, old: { host: old.example.net } } } }",
    ),
    (
        &[],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, clientCertificates: { except: [/health] }, auth: { excluded: [/health] } } } } }\ntrafficManager: { main: { routing: priority, monitor: { protocol: https, path: /health }, endpoints: { weu: { app: weu/web }, old: { host: old.example.net } } } }",
    ),
    (
        &["probe-shut-out"],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, publicAccess: false } } } }\ntrafficManager: { main: { routing: priority, monitor: { protocol: https, path: /health }, endpoints: { weu: { app: weu/web }, old: { host: old.example.net } } } }",
    ),
    (
        &[],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, publicAccess: false } } } }\ntrafficManager: { main: { routing: priority, monitor: { protocol: https, path: /health }, endpoints: { weu: { app: weu/web, enabled: false }, old: { host: old.example.net } } } }",
    ),
    (
        &[],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, publicAccess: false } } } }\ntrafficManager: { main: { routing: priority, monitor: { protocol: tcp, port: 443 }, endpoints: { weu: { app: weu/web }, old: { host: old.example.net } } } }",
    ),
    (
        &["probe-shut-out"],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, access: { rules: { office: { address: 192.0.2.0/24, priority: 100 } } } } } } }\ntrafficManager: { main: { routing: priority, monitor: { protocol: https, path: /health }, endpoints: { weu: { app: weu/web }, old: { host: old.example.net } } } }",
    ),
    (
        &["probe-shut-out"],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, access: { otherwise: deny } } } } }\ntrafficManager: { main: { routing: priority, monitor: { protocol: https, path: /health }, endpoints: { weu: { app: weu/web }, old: { host: old.example.net } } } }",
    ),
    (
        &[],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, access: { rules: { office: { address: 192.0.2.0/24, action: deny, priority: 100 } } } } } } }\ntrafficManager: { main: { routing: priority, monitor: { protocol: https, path: /health }, endpoints: { weu: { app: weu/web }, old: { host: old.example.net } } } }",
    ),
    (
        &[],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, access: { rules: { probes: { serviceTag: AzureTrafficManager, priority: 100 } } } } } } }\ntrafficManager: { main: { routing: priority, monitor: { protocol: https, path: /health }, endpoints: { weu: { app: weu/web }, old: { host: old.example.net } } } }",
    ),
    (
        &["probe-shut-out"],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, access: { rules: { not: { serviceTag: AzureTrafficManager, action: deny, priority: 9 }, all: { address: 0.0.0.0/0, priority: 100 } } } } } } }\ntrafficManager: { main: { routing: priority, monitor: { protocol: https, path: /health }, endpoints: { weu: { app: weu/web }, old: { host: old.example.net } } } }",
    ),
    (
        &["probe-shut-out"],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, access: { rules: { probes: { serviceTag: AzureTrafficManager, priority: 100 } } } } } } }\nfrontDoor: { main: { tier: standard, origins: { web: { app: web, probe: { path: /health } } }, routes: { web: { to: web } } } }",
    ),
    (
        &[],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, access: { rules: { edge: { serviceTag: AzureFrontDoor.Backend, priority: 100, headers: { x-azure-fdid: [a] } } } } } } } }\nfrontDoor: { main: { tier: standard, origins: { web: { app: web, probe: { path: /health } } }, routes: { web: { to: web } } } }",
    ),
    (
        &["probe-shut-out"],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, publicAccess: false } } } }\nfrontDoor: { main: { tier: standard, origins: { web: { app: web } }, routes: { web: { to: web } } } }",
    ),
    (
        &[],
        "stamps: { weu: { region: westeurope, plan: { sku: S1 }, apps: { web: { runtime: node|22-lts, clientCertificates: { mode: optional }, auth: { enabled: false } } } } }\nfrontDoor: { main: { tier: standard, origins: { web: { app: web, probe: { path: /health } } }, routes: { web: { to: web } } } }",
    ),
    (
        &["mount"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { mounts: { data: { account: stdata, share: data, path: /home, key: \"@AppSettingRef(KEY)\" } } } } } }",
    ),
    (
        &["mount"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1, os: windows }, apps: { web: { mounts: { data: { type: blobs, account: stdata, share: data, path: /mounts/data, key: \"@AppSettingRef(KEY)\" } } } } } }",
    ),
    (
        &["backup"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { backup: { container: \"${secret:keyVault:kv/backup}\", every: 90m } } } } }",
    ),
    (
        &["backup"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { backup: { container: \"${secret:keyVault:kv/backup}\", every: 1d, keep: 36h } } } } }",
    ),
    (
        &["package-twice"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { package: https://example.net/a.zip, settings: { WEBSITE_RUN_FROM_PACKAGE: https://example.net/a.zip } } } } }",
    ),
    (
        &["site-config"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { siteConfig: { alwaysOn: true } } } } }",
    ),
    (
        &["site-config"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { siteConfig: { APPCOMMANDLINE: run } } } } }",
    ),
    (
        &[],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { healthPath: /health, auth: { excluded: [/health] }, clientCertificates: { except: [/health] } } } } }",
    ),
    (
        &[],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { job: { kind: function, settings: { AzureWebJobsStorage: \"@Microsoft.KeyVault(VaultName=kv;SecretName=host)\" } } } } }",
    ),
    (
        &["no-identity"],
        "stamps: { weu: { region: westeurope, plan: { sku: B1 }, apps: { web: { identity: none, permissions: [{ role: Reader, scope: resourceGroup }] } } } }",
    ),
    (
        &["queue-read-access"],
        "location: westeurope\nstorage: { work: { redundancy: RA-GRS, queues: [jobs] } }",
    ),
    (
        &["bad-use"],
        "location: westeurope\nstorage: { a: { redundancy: ZRS } }\nidentities: { worker: { uses: [{ storage/a: mail }] } }",
    ),
    (&["single-region-data"], "+storage: { work: { redundancy: LRS } }"),
    (
        &["premium-kind"],
        "location: westeurope\nstorage: { fast: { kind: BlockBlobStorage, redundancy: GRS } }",
    ),
    (
        &["policies-with-rbac"],
        "location: westeurope\nvaults: { app: { rbac: true, accessPolicies: [{ objectId: x, secrets: [get] }] } }",
    ),
    (
        &["purge-protection-off"],
        "location: westeurope\nvaults: { app: { purgeProtection: false } }",
    ),
    (
        &["unknown-value"],
        "location: westeurope\nvaults: { app: { rbac: false, accessPolicies: [{ objectId: x, secrets: [gte] }] } }",
    ),
    (
        &["one-of"],
        "location: westeurope\nvaults: { app: { rbac: false, accessPolicies: [{ secrets: [get] }] } }",
    ),
    (&["bad-resource-type"], "resources: { cache: { type: redis, apiVersion: 2024-11-01 } }"),
    (&["bad-resource-type"], "resources: { cache: { type: 10.0.0.0/8, apiVersion: 2024-11-01 } }"),
    (
        &["bad-resource-type"],
        "resources: { cache: { type: Microsoft.Cache/redis, apiVersion: 2024-11-01, parent: /subscriptions/s/resourceGroups/rg } }",
    ),
    (
        &["missing-key"],
        "resources: { rule: { type: Microsoft.Cache/redis/firewallRules, apiVersion: 2024-11-01 } }",
    ),
    (&["bad-api-version"], "resources: { cache: { type: Microsoft.Cache/redis, apiVersion: v1 } }"),
    (
        &["bad-host"],
        "dns: { example.com: { records: { www: { cname: \"https://x.example.net\" } } } }",
    ),
    (
        &["bad-host"],
        "dns: { example.com: { records: { www: { mx: { preference: 1, exchange: a b } } } } }",
    ),
    (&["no-zone"], "+domains: { app.example.com: { routeTo: weu/web } }"),
    (&["external-zone"], "dns: { corp.example: { external: true, lock: lift } }"),
    (
        &["cname-at-apex"],
        "dns: { example.com: { records: { \"@\": { cname: www.example.net } } } }",
    ),
    (
        &["cname-beside-others"],
        "dns: { example.com: { records: { www: { cname: a.example.net, txt: hello } } } }",
    ),
    (&["missing-key"], "dns: { example.com: { records: { www: { ttl: 5m } } } }"),
    (
        &["record-twice"],
        "+domains: { app.example.com: { routeTo: weu/web } }\ndns: { example.com: { records: { app: { cname: x.example.net } } } }",
    ),
    (
        &["absolute-record"],
        "dns: { example.com: { records: { app.example.com: { a: 20.1.2.3 } } } }",
    ),
    (&["out-of-range"], "stamps: { weu: { region: westeurope, plan: { sku: B1, instances: 4 } } }"),
    (
        &["out-of-range"],
        "stamps: { weu: { region: westeurope, plan: { sku: S1, autoscale: { min: 1, max: 11, scaleOut: { cpu: 70% } } } } }",
    ),
    (&["ttl-range"], "dns: { example.com: { records: { www: { a: 20.1.2.3, ttl: 0 } } } }"),
    (
        &["unknown-value"],
        "dns: { example.com: { records: { www: { caa: { tag: issu, value: digicert.com } } } } }",
    ),
    (
        &["bound-not-routed"],
        "+trafficManager: { main: { routing: weighted, monitor: { protocol: https, path: / }, endpoints: { one: { app: weu/web } } } }\ndomains: { app.example.com: { routeTo: trafficManager/main, bind: web } }\ndns: { example.com: {} }",
    ),
    (
        &["certificate-unbound"],
        "+domains: { app.example.com: { routeTo: weu/web, certificate: managed } }\ndns: { example.com: {} }",
    ),
    (
        &["host-header-missing", "managed-certificate"],
        "+trafficManager: { main: { routing: weighted, monitor: { protocol: https, path: / }, endpoints: { one: { app: weu/web }, two: { host: a.example.com } } } }\ndomains: { app.example.com: { routeTo: trafficManager/main, bind: weu/web, certificate: managed } }\ndns: { example.com: {} }",
    ),
    (
        &["managed-certificate"],
        "+domains: { app.example.com: { routeTo: weu/web, bind: web, certificate: managed } }\ndns: { example.com: {} }",
    ),
    (
        &["bound-not-routed", "managed-certificate"],
        "+trafficManager: { main: { routing: weighted, monitor: { protocol: https, path: / }, endpoints: { one: { app: weu/web } } } }\ndomains: { app.example.com: { routeTo: trafficManager/main, bind: web, certificate: managed } }\ndns: { example.com: {} }",
    ),
    (
        &["alias-without-address", "managed-certificate"],
        "+trafficManager: { main: { routing: weighted, monitor: { protocol: https, path: / }, endpoints: { one: { app: weu/web } } } }\ndomains: { example.com: { routeTo: trafficManager/main, bind: weu/web, certificate: managed } }\ndns: { example.com: {} }",
    ),
];

/// The same for profiles: what stands in `trafficManager: { main: … }`, behind a probe.
const PROFILES: &[(&[&str], &str)] = &[
    (
        &[],
        "routing: priority, endpoints: { one: { app: weu/web, priority: 1 }, two: { app: neu/web, priority: 2 } }",
    ),
    (&[], "routing: priority, endpoints: { one: { app: weu/web }, two: { app: neu/web } }"),
    (
        &[],
        "routing: performance, endpoints: { one: { app: weu/web }, two: { host: a.example.com, location: westus } }",
    ),
    (
        &[],
        "routing: multiValue, maxReturn: 2, endpoints: { one: { host: 20.1.2.3 }, two: { host: \"2603::1\" } }",
    ),
    (
        &[],
        "routing: subnet, endpoints: { one: { app: weu/web, subnets: [1.2.3.0/24, 1.2.4.1-1.2.4.9] }, two: { app: neu/web } }",
    ),
    (&["no-endpoints"], "routing: priority"),
    (&["no-endpoints"], "routing: priority, endpoints: { one: { app: weu/web, enabled: false } }"),
    (
        &["same-priority"],
        "routing: priority, endpoints: { one: { app: weu/web, priority: 1 }, two: { app: neu/web, priority: 1 } }",
    ),
    (
        &["missing-priority"],
        "routing: priority, endpoints: { one: { app: weu/web, priority: 1 }, two: { app: neu/web } }",
    ),
    (&["out-of-range"], "routing: weighted, endpoints: { one: { app: weu/web, weight: 1001 } }"),
    (&["field-not-used"], "routing: weighted, endpoints: { one: { app: weu/web, priority: 1 } }"),
    (&["field-not-used"], "routing: weighted, maxReturn: 2, endpoints: { one: { app: weu/web } }"),
    (
        &["field-not-used"],
        "routing: weighted, endpoints: { one: { app: weu/web, minChildEndpoints: 1 } }",
    ),
    (
        &["field-not-used"],
        "routing: performance, endpoints: { one: { app: weu/web, location: westeurope } }",
    ),
    (&["missing-location"], "routing: performance, endpoints: { one: { host: a.example.com } }"),
    (
        &["missing-geo"],
        "routing: geographic, endpoints: { one: { host: a.example.com, geo: [WORLD] }, two: { host: b.example.com } }",
    ),
    (
        &["unknown-geo"],
        "routing: geographic, endpoints: { one: { host: a.example.com, geo: [WORLD, GEO-EZ] } }",
    ),
    (
        &["geo-overlap"],
        "routing: geographic, endpoints: { one: { host: a.example.com, geo: [WORLD, DE] }, two: { host: b.example.com, geo: [DE] } }",
    ),
    (
        &["geo-no-failover"],
        "routing: geographic, endpoints: { one: { app: weu/web, geo: [WORLD] } }",
    ),
    (
        &["no-fallback"],
        "routing: geographic, endpoints: { one: { host: a.example.com, geo: [US-CA] } }",
    ),
    (
        &["no-fallback"],
        "routing: subnet, endpoints: { one: { host: a.example.com, subnets: [1.2.3.4] } }",
    ),
    (
        &["subnet-overlap"],
        "routing: subnet, endpoints: { one: { host: a.example.com, subnets: [1.0.0.0/8] }, two: { host: b.example.com, subnets: [1.2.0.0/16] }, three: { host: c.example.com } }",
    ),
    (
        &["subnet-overlap"],
        "routing: subnet, endpoints: { one: { host: a.example.com }, two: { host: b.example.com } }",
    ),
    (
        &["wrong-type"],
        "routing: subnet, endpoints: { one: { host: a.example.com, subnets: [1.2.3.9-1.2.3.4] }, two: { host: b.example.com } }",
    ),
    (
        &["multi-value"],
        "routing: multiValue, maxReturn: 2, endpoints: { one: { host: a.example.com } }",
    ),
    (&["multi-value"], "routing: multiValue, endpoints: { one: { host: 20.1.2.3 } }"),
    (
        &["mixed-addresses"],
        "routing: weighted, endpoints: { one: { host: a.example.com }, two: { host: 20.1.2.3 } }",
    ),
    (&["private-address"], "routing: weighted, endpoints: { one: { host: 10.0.0.4 } }"),
    (&["bad-host"], "routing: weighted, endpoints: { one: { host: \"https://a.example.com\" } }"),
    (&["nested-cycle"], "routing: weighted, endpoints: { one: { profile: main } }"),
    (&["dangling-reference"], "routing: weighted, endpoints: { one: { profile: asia } }"),
    (
        &["too-many-headers"],
        "routing: weighted, endpoints: { one: { app: weu/web, headers: { A: 1, B: 2, C: 3, D: 4, E: 5, F: 6, G: 7, H: 8, I: 9 } } }",
    ),
    (
        &["bad-header"],
        "routing: weighted, endpoints: { one: { app: weu/web, headers: { \"Host:\": a.example.com } } }",
    ),
];

/// The same for probes: what stands in `monitor: …`.
const MONITORS: &[(&[&str], &str)] = &[
    (&[], "protocol: tcp, port: 443"),
    (&[], "protocol: http, path: /, interval: 30s, timeout: 10s"),
    (&["bad-path"], "protocol: https, path: health"),
    (&["missing-key"], "protocol: https"),
    (&["missing-key"], "path: /"),
    (&["missing-key"], "protocol: tcp"),
    (&["tcp-probe"], "protocol: tcp, port: 443, path: /"),
    (&["tcp-probe"], "protocol: tcp, port: 443, expectedStatus: [200]"),
    (&["probe-interval"], "protocol: https, path: /, interval: 20s"),
    (&["probe-timeout"], "protocol: https, path: /, interval: 10s, timeout: 10s"),
    (&["probe-timeout"], "protocol: https, path: /, timeout: 4s"),
    (&["out-of-range"], "protocol: https, path: /, toleratedFailures: 10"),
    (&["out-of-range"], "protocol: https, path: /, port: 0"),
    (&["wrong-type"], "protocol: https, path: /, port: 70000"),
    (&["wrong-type"], "protocol: https, path: /, expectedStatus: [299-200]"),
    (
        &["too-many-status"],
        "protocol: https, path: /, expectedStatus: [200, 202, 204, 206, 208, 301, 303, 307, 401]",
    ),
];

/// Returns every case as a whole file.
fn cases() -> Vec<(&'static [&'static str], String)> {
    let header = HEADER;
    let mut cases: Vec<(&[&str], String)> = Vec::new();
    for (codes, text) in CASES {
        let body = match text.strip_prefix('+') {
            Some(text) => format!("{STAMPS}{text}"),
            None => (*text).to_owned(),
        };
        cases.push((codes, format!("{header}{body}\n")));
    }
    for (codes, text) in PROFILES {
        let probe = "monitor: { protocol: https, path: / }";
        let text = format!("{header}{STAMPS}trafficManager: {{ main: {{ {probe}, {text} }} }}\n");
        cases.push((codes, text));
    }
    for (codes, text) in MONITORS {
        let rest = "routing: weighted, endpoints: { one: { app: weu/web } }";
        let text = format!(
            "{header}{STAMPS}trafficManager: {{ main: {{ monitor: {{ {text} }}, {rest} }} }}\n"
        );
        cases.push((codes, text));
    }
    cases.push((&["unknown-version"], header.replace("version: 1", "version: 7")));
    let small = format!(
        "{STAMPS}trafficManager: {{ main: {{ routing: weighted, monitor: {{ protocol: https, path: / }}, endpoints: {{ one: {{ app: weu/web }} }} }} }}\n"
    );
    let (small, apart) = (small.replace("P1v3", "B1"), small.replace("northeurope", "westeurope"));
    cases.push((&["traffic-manager-sku"], format!("{header}{small}")));
    let apart =
        apart.replace("one: { app: weu/web }", "one: { app: weu/web }, two: { app: neu/web }");
    cases.push((&["same-region-stamps", "same-region-endpoints"], format!("{header}{apart}")));
    let hosts: Vec<_> =
        (0..201).map(|index| format!("e{index}: {{ host: h{index}.example.com }}")).collect();
    cases.push((
        &["too-many-endpoints"],
        format!(
            "{header}trafficManager: {{ main: {{ routing: weighted, monitor: {{ protocol: https, path: / }}, endpoints: {{ {} }} }} }}\n",
            hosts.join(", ")
        ),
    ));
    // Octets count, not letters: 2100 of two octets each.
    cases.push((
        &["txt-too-long"],
        format!(
            "{header}dns: {{ example.com: {{ records: {{ long: {{ txt: [{}, {}] }}, fits: {{ txt: [{}, b] }} }} }} }}\n",
            "é".repeat(1100),
            "ü".repeat(1000),
            "a".repeat(4095)
        ),
    ));
    cases
}

#[test]
fn every_case_has_its_mistakes_and_no_other() {
    let mut wrong = String::new();
    for (codes, text) in cases() {
        let parsed = parsed(&text);
        let found: Vec<_> = parsed.diagnostics.iter().map(|it| it.code).collect();
        if found != codes {
            let told = render(&parsed.diagnostics, &parsed.sources, false, 120);
            wrong.push_str(&format!("expected {codes:?}\n{text}\n{told}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Tells whether the example of a code has the mistake, alone in a topology.
fn shows_itself(code: &str) -> bool {
    let example = language().explain(code).map(|it| it.example).unwrap_or_default();
    let stamps = "stamps: { weu: { region: westeurope } }\n";
    let stamps = if example.starts_with("stamp:") { stamps } else { "" };
    let text = format!("{HEADER}location: westeurope\n{stamps}{example}\n");
    parsed(&text).diagnostics.iter().any(|it| it.code == code)
}

#[test]
fn every_code_has_a_case() {
    let cases = cases();
    let tried: BTreeSet<_> = cases.iter().flat_map(|(codes, _)| codes.iter().copied()).collect();
    // Files that contradict each other need two files; what two entries come to is the planner's.
    let elsewhere = ["defined-twice", "declared-twice", "no-region"];
    let all = language().codes().map(|it| it.code).filter(|code| !elsewhere.contains(code));
    let missing: Vec<_> = all.filter(|code| !tried.contains(code) && !shows_itself(code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
