//! Plans and outcomes, made by hand, that the tests render.

use std::collections::{BTreeMap, BTreeSet};

use plan::{
    Action, ActionId, ActionOutcome, Band, Code, Coverage, Done, Guard, Notice, Operation, Outcome,
    Place, Plan, PropertyChange, Reliance, Risk, Severity, Verb, Write,
};
use resource::{Expression, ResourceId, types};
use serde_json::{Value, json};

use crate::html::Made;
use crate::picture::{Node, Picture};

/// When the reports of these plans were made.
pub(crate) fn made() -> Made {
    Made {
        at: "2026-01-31T12:00:00Z".to_owned(),
        commit: Some("commit 0123456789ab, with changes of its own".to_owned()),
    }
}

/// A second region for an app that exists: profile, clone, record behind a lock, storage moved.
pub(crate) fn first_apply() -> Plan {
    Plan {
        notices: vec![Notice {
            severity: Severity::Warning,
            code: Code::ManualDnsRecord.into(),
            address: "domains/app.corp.example".into(),
            message: "corp.example is not in Azure DNS: make the record CNAME app.corp.example → \
                      northwind.trafficmanager.net, TTL 60, in the company's DNS"
                .into(),
            help: Some("`evenkeel check` tells when it is there".into()),
        }],
        // The name leads to the profile, which is told to lead nowhere that is not known.
        reliances: [(
            id("rg", types::PROFILE, "main").key().to_owned(),
            Reliance::LeadsOn(BTreeSet::new()),
        )]
        .into(),
        coverage: Coverage {
            evaluated: 23,
            unmanaged: vec![zone_record("TXT", "legacy")],
            not_evaluated: [(
                id("rg", types::SITE, "app-weu").child("config", "appsettings"),
                "listing application settings needs more than the Reader role".to_owned(),
            )]
            .into(),
            requests: 17,
        },
        ..plan_of([apps(), names_and_data()].concat())
    }
}

/// Plans and apps of both regions, and the profile that leads to them.
fn apps() -> Vec<Action> {
    vec![
        create("weu", "plan", types::PLAN, json!({
            "location": "westeurope", "sku": { "name": "P1v3", "capacity": 3 }, "kind": "linux",
            "properties": { "reserved": true, "zoneRedundant": true },
        })),
        create("sea", "plan", types::PLAN, json!({
            "location": "southeastasia", "sku": { "name": "P1v3", "capacity": 4 }, "kind": "linux",
            "properties": { "reserved": true, "zoneRedundant": true },
        })),
        Action {
            id: ActionId("adopt weu/web".into()),
            verb: Verb::Adopt,
            ..stamp_update("weu", "web")
                .changing("tags.evenkeel", Value::Null, json!("northwind"))
                .changing("properties.httpsOnly", json!(false), json!(true))
                .risking([Risk::Restarts])
        },
        verify("weu", ["adopt weu/web"]),
        create("sea", "web", types::SITE, json!({
            "location": "southeastasia", "kind": "app,linux", "identity": { "type": "SystemAssigned" },
            "properties": {
                "serverFarmId": id("rg", types::PLAN, "plan-sea").as_str(),
                "httpsOnly": true,
                "siteConfig": { "linuxFxVersion": "DOTNETCORE|8.0", "alwaysOn": true, "minTlsVersion": "1.2",
                    "healthCheckPath": "/health/deep", "ftpsState": "Disabled" },
            },
        })).after(["verify weu/web", "create sea/plan"]),
        global(Verb::Create, "trafficManager/main", id("rg", types::PROFILE, "main")).writing(true, json!({
            "location": "global",
            "properties": {
                "trafficRoutingMethod": "Priority",
                "dnsConfig": { "relativeName": "northwind", "ttl": 60 },
                "monitorConfig": { "protocol": "HTTPS", "port": 443, "path": "/health/deep" },
                "endpoints": [{ "name": "weu" }, { "name": "sea" }],
            },
        })).because("endpoints and profile are one aggregate, written by one PUT").after(["create sea/web"]),
    ]
}

/// The record behind a lock, and the storage.
fn names_and_data() -> Vec<Action> {
    let zone = id("rg-dns", types::ZONE, "example.com");
    let lock = zone.extension(types::LOCK, "keep");
    let lock_body = json!({ "properties": { "level": "CanNotDelete" } });
    let record = zone.child("CNAME", "app");
    let fqdn =
        Expression::reference(&id("rg", types::PROFILE, "main"), "/properties/dnsConfig/fqdn");
    vec![
        Action {
            operation: Operation::LiftLock { lock: lock_body.clone() },
            ..global(Verb::LiftLock, "dns/example.com/lock/keep", lock.clone())
                .risking([Risk::WeakerSecurity])
        },
        global(Verb::ReplaceDelete, "dns/example.com/app", zone.child("A", "app"))
            .because("DNS allows no CNAME beside it; the new record follows at once")
            .risking([Risk::Deletes, Risk::Traffic])
            .after(["lift dns/example.com/lock/keep"]),
        global(Verb::Create, "dns/example.com/app", record)
            .writing(
                true,
                json!({
                    "properties": { "TTL": 300, "CNAMERecord": { "cname": fqdn.to_value() } },
                }),
            )
            .risking([Risk::Traffic])
            .after(["delete dns/example.com/app", "create trafficManager/main"]),
        Action {
            operation: Operation::RestoreLock { lock: lock_body },
            ..global(Verb::RestoreLock, "dns/example.com/lock/keep", lock)
        }
        .after(["lift dns/example.com/lock/keep", "delete dns/example.com/app"]),
        Action {
            band: Band::Data,
            ..global(Verb::Update, "storage/shared", id("rg", types::STORAGE_ACCOUNT, "stshared"))
                .changing("sku.name", json!("Standard_LRS"), json!("Standard_GRS"))
                .because("redundancy changes in place; no data moves out of its region")
        },
    ]
}

/// Settings that have moved: one TTL, one app in both stamps, one app in one stamp alone.
pub(crate) fn drifted() -> Plan {
    let policy = |level: &str| {
        format!(
            "<policies>\n  <inbound>\n    <log level=\"{level}\" />\n    <base />\n  </inbound>\n</policies>\n"
        )
    };
    let web = |stamp: &str| {
        stamp_update(stamp, "web")
            .changing("properties.siteConfig.minTlsVersion", json!("1.0"), json!("1.2"))
            .changing(
                "properties.siteConfig.appSettings[CACHE__HOST]",
                json!(format!("redis-{stamp}-old.example.net")),
                json!(format!("redis-{stamp}.example.net")),
            )
            .changing(
                "properties.siteConfig.numberOfWorkers",
                json!(if stamp == "weu" { 1 } else { 2 }),
                json!(3),
            )
            .changing(
                "properties.siteConfig.policy",
                json!(policy("debug")),
                json!(policy("warning")),
            )
            .risking([Risk::Restarts])
    };
    let mut jobs = stamp_update("sea", "jobs").changing(
        "properties.siteConfig.appSettings[API_KEY]",
        json!("***"),
        json!("***"),
    );
    jobs.changes[0].sensitive = true;
    let profile = global(Verb::Update, "trafficManager/main", id("rg", types::PROFILE, "main"))
        .changing("properties.dnsConfig.ttl", json!(3600), json!(60))
        .changing("properties.endpoints[sea]", Value::Null, json!({ "name": "sea", "properties": { "targetResourceId": id("rg", types::SITE, "app-northwind-sea").as_str(), "priority": 2, "endpointStatus": "Enabled" } }))
        .risking([Risk::Traffic]);
    let actions = vec![
        profile,
        web("weu").after(["update trafficManager/main"]),
        verify("weu", ["update weu/web"]),
        web("sea").after(["verify weu/web"]),
        jobs.after(["verify weu/web"]),
    ];
    Plan {
        coverage: Coverage {
            evaluated: 23,
            unmanaged: vec![zone_record("TXT", "legacy")],
            not_evaluated: BTreeMap::new(),
            requests: 17,
        },
        ..plan_of(actions)
    }
}

/// An app that must be replaced because its kind cannot change, and a store that goes with leave.
pub(crate) fn replacement() -> Plan {
    let half = |verb, operation| Action {
        verb,
        operation,
        ..stamp_update("weu", "web").risking([Risk::Deletes, Risk::Traffic])
    };
    let mut change = PropertyChange {
        path: "kind".into(),
        before: Some(json!("app")),
        after: Some(json!("app,linux")),
        sensitive: false,
        forces_replacement: Some("an app cannot change its operating system".into()),
    };
    change.path = "kind".into();
    let mut create = half(
        Verb::ReplaceCreate,
        Operation::Write { write: Write::PutExact, body: json!({}), create: true },
    );
    create.changes.push(change);
    let store = Action {
        band: Band::Data,
        permission: Some("`protect: false` on storage/media".into()),
        ..global(Verb::Delete, "stmedia", id("rg", types::STORAGE_ACCOUNT, "stmedia"))
            .risking([Risk::LosesData, Risk::Deletes])
            .because("no longer in the topology")
    };
    let mut delete = half(Verb::ReplaceDelete, Operation::Delete);
    delete.id = ActionId("replace-delete weu/web".into());
    create.id = ActionId("replace-create weu/web".into());
    plan_of(vec![delete, create.after(["replace-delete weu/web"]), store])
}

/// Nothing but a refusal.
pub(crate) fn refused() -> Plan {
    let guard = Guard {
        code: Code::AdoptionNotAllowed,
        address: "weu/web".into(),
        message: "app-northwind-weu exists and does not carry our mark".into(),
        help: "write `adopt: true` on it, or pass `--adopt weu/web`".into(),
    };
    Plan { refusals: vec![guard], ..plan_of(vec![]) }
}

/// The topology that the other samples are plans of.
pub(crate) fn picture() -> Picture {
    let node = |band: Band, address: &str, resource| {
        let address = match &band {
            Band::Stamp(stamp) => format!("{stamp}/{address}"),
            Band::Global | Band::Data => address.to_owned(),
        };
        Node { address, resource, band, verb: None }
    };
    let mut nodes = vec![
        node(Band::Global, "trafficManager/main", id("rg", types::PROFILE, "main")),
        node(Band::Global, "dns/example.com/app", zone_record("CNAME", "app")),
    ];
    let mut edges = vec![("dns/example.com/app".to_owned(), "trafficManager/main".to_owned())];
    for stamp in ["weu", "sea"] {
        let at = |kind, name: &str| id("rg", kind, &format!("{name}-{stamp}"));
        for (name, kind) in [("plan", types::PLAN), ("web", types::SITE), ("jobs", types::SITE)] {
            nodes.push(node(Band::Stamp(stamp.into()), name, at(kind, name)));
        }
        let in_stamp = |name: &str| format!("{stamp}/{name}");
        edges.push(("trafficManager/main".to_owned(), in_stamp("web")));
        edges.push((in_stamp("web"), in_stamp("plan")));
        edges.push((in_stamp("jobs"), in_stamp("plan")));
        edges.push((in_stamp("web"), "storage/shared".to_owned()));
    }
    let shared = id("rg", types::STORAGE_ACCOUNT, "stshared");
    nodes.push(node(Band::Data, "storage/shared", shared));
    Picture { nodes, edges }
}

/// A plan with `size` of each: creates, long updates, deletes and replacements.
pub(crate) fn large(size: usize) -> Plan {
    let actions = (0..size).flat_map(|at| {
        let site = |name: &str| id("rg", types::SITE, &format!("{name}-{at}"));
        let long = "x".repeat(150);
        let replaced = site("replaced");
        [
            global(Verb::Create, &format!("created/{at}"), site("created"))
                .writing(true, json!({ "properties": { "a": long } })),
            global(Verb::Update, &format!("updated/{at}"), site("updated")).changing(
                "properties.a",
                json!(long),
                json!("short"),
            ),
            global(Verb::Delete, &format!("deleted-{at}"), site("deleted")),
            global(Verb::ReplaceDelete, &format!("replaced/{at}"), replaced),
        ]
    });
    plan_of(actions.collect())
}

/// An outcome in which the first create after the first success fails.
pub(crate) fn failed(plan: &Plan) -> Outcome {
    let mut outcome = succeeded(plan);
    let culprit = &plan.actions[plan.actions.len() / 2 - 1];
    let failure = ActionOutcome::Failed {
        errors: vec![
            format!("failed to write `{}`", culprit.resource),
            "Conflict: Cannot modify this site because another operation is in progress. Please wait \
             for it to complete."
                .into(),
        ],
        code: Some("Conflict".into()),
        correlation_id: Some("5f0c1f8e-6a0f-4d0e-9a53-0d9f3f0e8a11".into()),
        elapsed_ms: 83_400,
    };
    outcome.actions.insert(culprit.id.clone(), failure);
    for action in &plan.actions {
        if action.after.contains(&culprit.id) {
            outcome
                .actions
                .insert(action.id.clone(), ActionOutcome::Blocked { by: culprit.id.clone() });
        }
    }
    if let Some(restore) = plan.actions.iter().find(|action| action.verb == Verb::RestoreLock) {
        outcome.actions.insert(restore.id.clone(), ActionOutcome::NotStarted);
    }
    outcome
}

/// An outcome that the user interrupted while the second action ran.
pub(crate) fn interrupted(plan: &Plan) -> Outcome {
    let mut outcome = Outcome { interrupted: true, ..succeeded(plan) };
    for (at, action) in plan.actions.iter().enumerate().skip(1) {
        let state = if at == 1 { ActionOutcome::InFlight } else { ActionOutcome::NotStarted };
        outcome.actions.insert(action.id.clone(), state);
    }
    outcome
}

/// An outcome without a flaw.
pub(crate) fn succeeded(plan: &Plan) -> Outcome {
    let done = ActionOutcome::Succeeded { done: Done::Now, elapsed_ms: 1_240 };
    Outcome {
        actions: plan.actions.iter().map(|action| (action.id.clone(), done.clone())).collect(),
        interrupted: false,
        requests: 21,
        writes: plan.actions.len(),
    }
}

fn plan_of(actions: Vec<Action>) -> Plan {
    let place = |line| Place { file: "topologies/app.yaml".into(), line, column: 5 };
    let declared = ["weu/web", "sea/web", "trafficManager/main"].map(str::to_owned);
    Plan {
        version: Plan::VERSION,
        topology: "northwind".into(),
        topology_hash: "9d2f".into(),
        suffixes: resource::Suffixes::default(),
        apply_lock: None,
        subscription: "00000000-0000-0000-0000-000000000001".into(),
        stamps: vec!["weu".into(), "sea".into()],
        actions,
        fingerprints: BTreeMap::new(),
        reliances: BTreeMap::new(),
        unused: [].into(),
        parts: BTreeMap::new(),
        api_versions: BTreeMap::new(),
        places: declared.into_iter().zip([12, 12, 31].map(place)).collect(),
        notices: vec![],
        refusals: vec![],
        coverage: Coverage { evaluated: 23, requests: 17, ..Coverage::default() },
        verdicts: None,
    }
}

fn id(group: &str, kind: &str, name: &str) -> ResourceId {
    ResourceId::in_group("00000000-0000-0000-0000-000000000001", group, kind, name)
}

fn zone_record(kind: &str, name: &str) -> ResourceId {
    id("rg-dns", types::ZONE, "example.com").child(kind, name)
}

fn global(verb: Verb, address: &str, resource: ResourceId) -> Action {
    let word = match verb {
        Verb::Create => "create",
        Verb::Delete | Verb::ReplaceDelete => "delete",
        Verb::Adopt => "adopt",
        Verb::LiftLock => "lift",
        Verb::RestoreLock => "restore",
        _ => "update",
    };
    let operation = match verb {
        Verb::Delete | Verb::ReplaceDelete => Operation::Delete,
        _ => Operation::Write { write: Write::PutOver, body: json!({}), create: false },
    };
    Action {
        id: ActionId(format!("{word} {address}")),
        verb,
        address: address.to_owned(),
        resource,
        api_version: "2024-04-01".into(),
        band: Band::Global,
        operation,
        changes: vec![],
        reasons: vec![],
        risks: [].into(),
        permission: None,
        after: [].into(),
    }
}

fn create(stamp: &str, name: &str, kind: &str, body: Value) -> Action {
    let resource = id("rg", kind, &format!("{name}-{stamp}"));
    let action = global(Verb::Create, &format!("{stamp}/{name}"), resource).writing(true, body);
    Action { band: Band::Stamp(stamp.into()), ..action }
}

fn stamp_update(stamp: &str, name: &str) -> Action {
    let resource = id("rg", types::SITE, &format!("{name}-{stamp}"));
    let action =
        global(Verb::Update, &format!("{stamp}/{name}"), resource).writing(false, json!({}));
    Action { band: Band::Stamp(stamp.into()), ..action }
}

fn verify<const N: usize>(stamp: &str, after: [&str; N]) -> Action {
    let site = id("rg", types::SITE, &format!("web-{stamp}"));
    let host = Expression::reference(&site, "/properties/defaultHostName");
    let probe = Operation::Probe {
        url: json!({ "$join": ["https://", host.to_value(), "/health/deep"] }),
        headers: vec![],
        expected: vec![(200, 299)],
        holds: None,
        timeout_secs: 300,
    };
    Action {
        id: ActionId(format!("verify {stamp}/web")),
        verb: Verb::Verify,
        operation: probe,
        ..stamp_update(stamp, "web")
    }
    .because("the next stamp changes only when this one is healthy")
    .after(after)
}

/// Words to shape an action with.
trait Shape: Sized {
    fn writing(self, create: bool, body: Value) -> Self;
    fn changing(self, path: &str, before: Value, after: Value) -> Self;
    fn risking<const N: usize>(self, risks: [Risk; N]) -> Self;
    fn because(self, reason: &str) -> Self;
    fn after<const N: usize>(self, names: [&str; N]) -> Self;
}

impl Shape for Action {
    fn writing(self, create: bool, body: Value) -> Self {
        Self { operation: Operation::Write { write: Write::PutOver, body, create }, ..self }
    }

    fn changing(mut self, path: &str, before: Value, after: Value) -> Self {
        let present = |value: Value| (!value.is_null()).then_some(value);
        self.changes.push(PropertyChange {
            path: path.to_owned(),
            before: present(before),
            after: present(after),
            sensitive: false,
            forces_replacement: None,
        });
        self
    }

    fn risking<const N: usize>(mut self, risks: [Risk; N]) -> Self {
        self.risks.extend(risks);
        self
    }

    fn because(mut self, reason: &str) -> Self {
        self.reasons.push(reason.to_owned());
        self
    }

    fn after<const N: usize>(mut self, names: [&str; N]) -> Self {
        self.after.extend(names.map(|name| ActionId(name.to_owned())));
        self
    }
}

#[test]
fn samples_keep_the_rules_of_the_engine() {
    for plan in [first_apply(), drifted(), replacement(), refused(), large(3)] {
        assert_eq!(plan::check(&plan), []);
    }
}
