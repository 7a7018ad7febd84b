//! Plans carried out against a simulated Azure that misbehaves, over HTTPS and with a real login.

// The functions beside the tests may do what tests may.
#![allow(clippy::panic, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use azure::{Auth, Client, ClientSecret, Cloud, Precondition, Settings, Writer};
use executor::{Cancel, Options, RealWorld, Silent, apply};
use plan::{Action, ActionId, ActionOutcome, Band, Operation, Outcome, Plan, Verb, Write};
use resource::catalogue::facts_of;
use resource::{Expression, ResourceId};
use serde_json::{Value, json};
use simulator::{Fault, Faults, Rule, Simulator};

/// Runs of one plan before a seed counts as stuck.
const RUNS: usize = 12;

struct Azure {
    simulator: Simulator,
    writer: Writer,
    world: RealWorld,
}

async fn azure(faults: Faults) -> Azure {
    let settings = simulator::Settings { faults, ..simulator::Settings::default() };
    let simulator = Simulator::start(settings).await.expect("a simulator");
    let cloud = Cloud::custom(simulator.resource_manager(), simulator.authority());
    let settings = Settings {
        auth: Auth::ClientSecret,
        client_secret: Some(ClientSecret {
            tenant: simulator.tenant().to_owned(),
            client_id: simulator.client_id().to_owned(),
            secret: simulator.client_secret().to_owned().into(),
        }),
        extra_ca_pem: Some(simulator.ca_pem().as_bytes().to_vec()),
        time_scale: 0.0,
        ..Settings::new(cloud.expect("valid URLs"))
    };
    let writer = Client::new(settings).expect("a client").writer();
    let world = RealWorld::new(reqwest::Client::new()).with_vaults(writer.clone());
    Azure { simulator, writer, world }
}

struct Ids {
    group: ResourceId,
    identity: ResourceId,
    zone: ResourceId,
    record: ResourceId,
    old_record: ResourceId,
    lock: ResourceId,
    profile: ResourceId,
    storage: ResourceId,
    vault: ResourceId,
}

impl Ids {
    fn new(subscription: &str) -> Self {
        let id = |kind: &str, name: &str| ResourceId::in_group(subscription, "rg-n", kind, name);
        let zone = id("Microsoft.Network/dnsZones", "example.com");
        Self {
            group: ResourceId::group(subscription, "rg-n"),
            identity: id("Microsoft.ManagedIdentity/userAssignedIdentities", "id-n"),
            record: zone.child("TXT", "proof"),
            old_record: zone.child("A", "old"),
            lock: zone.extension("Microsoft.Authorization/locks", "keep"),
            zone,
            profile: id("Microsoft.Network/trafficManagerProfiles", "tm-n"),
            storage: id("Microsoft.Storage/storageAccounts", "stnorthwind"),
            vault: id("Microsoft.KeyVault/vaults", "kv-northwind"),
        }
    }
}

fn action(name: &str, resource: &ResourceId, operation: Operation, after: &[&str]) -> Action {
    Action {
        id: ActionId(name.to_owned()),
        verb: Verb::Create,
        address: name.to_owned(),
        resource: resource.clone(),
        api_version: facts_of(resource).api_version.to_owned(),
        band: Band::Global,
        operation,
        changes: vec![],
        reasons: vec![],
        risks: BTreeSet::new(),
        permission: None,
        after: after.iter().map(|id| ActionId((*id).to_owned())).collect(),
    }
}

fn create(body: Value) -> Operation {
    Operation::Write { write: Write::PutOver, body, create: true }
}

fn lock_body() -> Value {
    json!({"properties": {"level": "CanNotDelete"}})
}

fn profile_body() -> Value {
    let endpoint = |name: &str, priority: u32| {
        json!({
            "name": name,
            "type": "Microsoft.Network/trafficManagerProfiles/externalEndpoints",
            "properties": {"target": format!("{name}.example.net"), "priority": priority,
                "endpointStatus": "Enabled", "endpointLocation": "westeurope"},
        })
    };
    json!({"location": "global", "properties": {
        "trafficRoutingMethod": "Priority",
        "dnsConfig": {"relativeName": "tm-n-faults", "ttl": 60},
        "monitorConfig": {"protocol": "HTTPS", "port": 443, "path": "/health"},
        "endpoints": [endpoint("eu2", 1), endpoint("eu3", 2)],
    }})
}

/// Resources of several styles of operation, a value known late, and a delete under a lock.
fn plan(ids: &Ids, subscription: &str, tenant: &str) -> Plan {
    let owner = Expression::reference(&ids.identity, "/properties/principalId").to_value();
    let storage = json!({"location": "westeurope", "sku": {"name": "Standard_GRS"}, "kind": "StorageV2",
        "properties": {"minimumTlsVersion": "TLS1_2"}});
    let vault = json!({"location": "westeurope", "properties": {"tenantId": tenant,
        "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": true}});
    let actions = vec![
        action("identity", &ids.identity, create(json!({"location": "westeurope"})), &[]),
        action("storage", &ids.storage, create(storage), &[]),
        action("vault", &ids.vault, create(vault), &[]),
        action("profile", &ids.profile, create(profile_body()), &[]),
        action(
            "record",
            &ids.record,
            create(json!({"properties": {"TTL": 60, "TXTRecords": [{"value": [owner]}]}})),
            &["identity"],
        ),
        action("lift", &ids.lock, Operation::LiftLock { lock: lock_body() }, &[]),
        action("delete old", &ids.old_record, Operation::Delete, &["lift"]),
        action(
            "restore",
            &ids.lock,
            Operation::RestoreLock { lock: lock_body() },
            &["lift", "delete old"],
        ),
    ];
    Plan {
        version: Plan::VERSION,
        topology: "northwind".to_owned(),
        topology_hash: String::new(),
        suffixes: resource::Suffixes::default(),
        apply_lock: None,
        subscription: subscription.to_owned(),
        stamps: vec![],
        actions,
        fingerprints: BTreeMap::new(),
        reliances: BTreeMap::new(),
        unused: [].into(),
        parts: BTreeMap::new(),
        api_versions: BTreeMap::new(),
        places: BTreeMap::new(),
        notices: vec![],
        refusals: vec![],
        coverage: Default::default(),
        verdicts: None,
    }
}

/// Writes what is there before the plan: a locked zone with an old record.
async fn prepare(writer: &Writer, ids: &Ids) {
    let old = json!({"properties": {"TTL": 60, "ARecords": [{"ipv4Address": "192.0.2.1"}]}});
    for (id, body) in [
        (&ids.group, json!({"location": "westeurope"})),
        (&ids.zone, json!({"location": "global"})),
        (&ids.old_record, old),
        (&ids.lock, lock_body()),
    ] {
        let api_version = facts_of(id).api_version;
        let operation = writer.put(id, api_version, &body, Precondition::None).await;
        let operation = operation.unwrap_or_else(|error| panic!("{id}: {error}"));
        writer.wait(operation).await.expect("settled");
    }
}

async fn run(azure: &Azure, plan: &Plan) -> Outcome {
    let (options, cancel) = (Options::default(), Cancel::default());
    let outcome = apply(plan, &azure.writer, &azure.world, &options, &Silent, &cancel).await;
    outcome.expect("a run without a journal")
}

fn faults(seed: u64) -> Faults {
    let kinds = [
        Fault::Throttled,
        Fault::ThrottledWithoutHint,
        Fault::Busy,
        Fault::InternalError,
        Fault::BadGateway,
        Fault::Unavailable,
        Fault::GatewayTimeout,
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Truncated,
        Fault::Conflict,
        Fault::StaleReads,
        Fault::ExpiredToken,
        Fault::OperationFails,
    ];
    let rule = |fault: Fault| {
        let text = json!({"fault": fault, "probability": 0.03, "after": 12,
            "path": "/subscriptions/"});
        serde_json::from_value::<Rule>(text).expect("a rule")
    };
    Faults { seed, rules: kinds.into_iter().map(rule).collect() }
}

#[tokio::test]
async fn every_write_can_be_repeated() {
    let azure = azure(Faults::default()).await;
    let ids = Ids::new(azure.simulator.subscription());
    prepare(&azure.writer, &ids).await;
    let plan = plan(&ids, azure.simulator.subscription(), azure.simulator.tenant());
    let first = run(&azure, &plan).await;
    assert!(first.is_success(), "{first:#?}");
    let second = run(&azure, &plan).await;
    assert!(second.is_success(), "{second:#?}");
    // The lock is lifted and put back; nothing else needs a write.
    assert_eq!(second.writes, 2, "{second:#?}");
    azure.simulator.stop().await;
}

#[tokio::test]
async fn apply_ends_well_whatever_goes_wrong_on_the_way() {
    for seed in 0..40 {
        let azure = azure(faults(seed)).await;
        let ids = Ids::new(azure.simulator.subscription());
        prepare(&azure.writer, &ids).await;
        let plan = plan(&ids, azure.simulator.subscription(), azure.simulator.tenant());
        let mut last = Outcome::default();
        for _ in 0..RUNS {
            last = run(&azure, &plan).await;
            assert!(
                azure.simulator.lifted_locks().is_empty() || !is_restored(&last),
                "seed {seed}"
            );
            if last.is_success() {
                break;
            }
        }
        assert!(last.is_success(), "seed {seed}: {last:#?}");
        let violations = azure.simulator.violations();
        let no_target = violations.iter().filter(|found| found.rule == "no-enabled-target").count();
        assert_eq!(no_target, 0, "seed {seed}: {violations:?}");
        azure.simulator.stop().await;
    }
}

fn is_restored(outcome: &Outcome) -> bool {
    let restore = &outcome.actions[&ActionId("restore".to_owned())];
    matches!(restore, ActionOutcome::Succeeded { .. })
}
