//! The client against the simulated Azure: HTTPS with its own authority, and a real login.

// The functions beside the tests may do what tests may.
#![allow(clippy::panic, clippy::unwrap_used)]

use azure::{
    Auth, Client, ClientSecret, Cloud, Error, Holder, LEASE, LeaseBlob, Precondition, Settings,
    Wants, Writer, observe,
};
use resource::catalogue::facts_of;
use resource::{NameState, ResourceId};
use serde_json::{Value, json};
use simulator::{Fault, Faults, Latency, Rule, Scenario, Simulator};
use uuid::Uuid;

async fn start(settings: simulator::Settings) -> Simulator {
    Simulator::start(settings).await.expect("a simulator")
}

fn settings(simulator: &Simulator, secret: &str) -> Settings {
    let cloud = Cloud::custom(simulator.resource_manager(), simulator.authority());
    Settings {
        auth: Auth::ClientSecret,
        client_secret: Some(ClientSecret {
            tenant: simulator.tenant().to_owned(),
            client_id: simulator.client_id().to_owned(),
            secret: secret.to_owned().into(),
        }),
        extra_ca_pem: Some(simulator.ca_pem().as_bytes().to_vec()),
        connect_to: simulator.resource_manager().parse().ok(),
        time_scale: 0.0,
        ..Settings::new(cloud.expect("valid URLs"))
    }
}

fn client(simulator: &Simulator) -> Client {
    Client::new(settings(simulator, simulator.client_secret())).expect("a client")
}

async fn put(writer: &Writer, id: &ResourceId, body: &Value) {
    let api_version = facts_of(id).api_version;
    let operation = writer.put(id, api_version, body, Precondition::None).await;
    let operation = operation.unwrap_or_else(|error| panic!("{id}: {error}"));
    writer.wait(operation).await.unwrap_or_else(|error| panic!("{id}: {error}"));
}

#[tokio::test]
async fn wrong_secret_is_told_in_the_words_of_entra() {
    let simulator = start(simulator::Settings::default()).await;
    let client = Client::new(settings(&simulator, "wrong")).expect("a client");
    let group = ResourceId::group(simulator.subscription(), "rg");
    let error = client.reader().get(&group, "2021-04-01").await.expect_err("refused");
    let Error::LogIn(cause) = error else { panic!("expected a failed login, found {error:?}") };
    let text = cause.to_string();
    assert!(text.contains("AADSTS") && !text.contains("wrong"), "{text}");
    simulator.stop().await;
}

#[tokio::test]
async fn unknown_authority_is_named_as_the_cause() {
    let simulator = start(simulator::Settings::default()).await;
    let trusting = settings(&simulator, simulator.client_secret());
    let client = Client::new(Settings { extra_ca_pem: None, ..trusting }).expect("a client");
    let group = ResourceId::group(simulator.subscription(), "rg");
    let error = client.reader().get(&group, "2021-04-01").await.expect_err("refused");
    let Error::LogIn(cause) = error else { panic!("expected a failed login, found {error:?}") };
    assert!(cause.to_string().to_lowercase().contains("certificate"), "{cause}");
    simulator.stop().await;
}

#[tokio::test]
async fn look_sees_all_through_small_and_broken_pages() {
    let rule = json!({"fault": Fault::BrokenPage, "times": 3});
    let faults =
        Faults { seed: 7, rules: vec![serde_json::from_value::<Rule>(rule).expect("a rule")] };
    let settings = simulator::Settings { page_size: 1, faults, ..Default::default() };
    let simulator = start(settings).await;
    let subscription = simulator.subscription().to_owned();
    let client = client(&simulator);
    let writer = client.writer();
    let mut ids = vec![];
    for stamp in ["weu", "sea"] {
        let group = ResourceId::group(&subscription, &format!("rg-{stamp}"));
        let tags = json!({"evenkeel": "northwind"});
        put(&writer, &group, &json!({"location": "westeurope", "tags": tags})).await;
        let zone = group.extension("Microsoft.Network/dnsZones", &format!("{stamp}.example.com"));
        put(&writer, &zone, &json!({"location": "global", "tags": tags})).await;
        for name in ["a", "b", "c"] {
            let record = zone.child("A", name);
            let body =
                json!({"properties": {"TTL": 60, "ARecords": [{"ipv4Address": "192.0.2.1"}]}});
            put(&writer, &record, &body).await;
            ids.push(record);
        }
        ids.extend([group, zone]);
    }
    // The second stamp is no longer wanted; its mark alone brings it to light.
    let is_wanted = |id: &&ResourceId| id.as_str().contains("weu");
    let wants = Wants {
        ids: ids
            .iter()
            .filter(is_wanted)
            .map(|id| (id.clone(), facts_of(id).api_version.to_owned()))
            .collect(),
        owned_by: Some("northwind".to_owned()),
        ..Wants::default()
    };
    let observed = observe(&client.reader(), &wants).await.expect("a look");
    for id in &ids {
        assert!(observed.get(id).is_some(), "{id} was not seen");
    }
    assert!(observed.not_evaluated.is_empty());
    simulator.stop().await;
}

#[tokio::test]
async fn operations_that_take_time_are_seen_to_their_end() {
    let latency = Latency::Scaled(0.01);
    let simulator = start(simulator::Settings { latency, ..Default::default() }).await;
    let subscription = simulator.subscription().to_owned();
    let writer = client(&simulator).writer();
    let group = ResourceId::group(&subscription, "rg");
    put(&writer, &group, &json!({"location": "westeurope"})).await;
    let zone = group.extension("Microsoft.Network/dnsZones", "example.com");
    put(&writer, &zone, &json!({"location": "global"})).await;
    for id in [&zone, &group] {
        let operation = writer.delete(id, facts_of(id).api_version, Precondition::None).await;
        writer.wait(operation.expect("accepted")).await.expect("gone");
        let found = writer.reader().get(id, facts_of(id).api_version).await;
        assert_eq!(found.expect("an answer"), None, "{id} is still there");
    }
    simulator.stop().await;
}

const BORNE: &str = "
seed:
  - put: /subscriptions/${subscription}/resourceGroups/rg
    body: {location: westeurope}
  - put: /subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/sttaken
    body: {location: westeurope, kind: StorageV2, sku: {name: Standard_LRS}}
  - put: /subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-gone
    body: {location: westeurope, properties: {tenantId: '${tenant}', sku: {family: A, name: standard}, enableRbacAuthorization: true}}
  - put: /subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.AppConfiguration/configurationStores/appcs-gone
    body: {location: westeurope, sku: {name: standard}, properties: {}}
changes:
  - delete: /subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-gone
  - delete: /subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.AppConfiguration/configurationStores/appcs-gone
unregistered: [Microsoft.Sql]
";

#[tokio::test]
async fn what_stands_in_the_way_of_a_creation_is_seen_by_reads() {
    let simulator = start(simulator::Settings::default()).await;
    simulator.apply_scenario(&Scenario::parse(BORNE).expect("a scenario")).expect("applied");
    let client = client(&simulator);
    let subscription = simulator.subscription();
    let of = |kind: &str, name: &str| ResourceId::in_group(subscription, "new", kind, name);
    let account = of("Microsoft.Storage/storageAccounts", "sttaken");
    let fresh = of("Microsoft.Storage/storageAccounts", "stfresh");
    let vault = of("Microsoft.KeyVault/vaults", "KV-gone");
    let store = of("Microsoft.AppConfiguration/configurationStores", "appcs-gone");
    let server = of("Microsoft.Sql/servers", "sql-a");
    let profile = of("Microsoft.Network/trafficManagerProfiles", "p");
    let there =
        ResourceId::in_group(subscription, "rg", "Microsoft.Storage/storageAccounts", "sttaken");
    let all = [&account, &fresh, &vault, &store, &server, &profile, &there];
    let wants = Wants {
        ids: all.map(|id| (id.clone(), facts_of(id).api_version.to_owned())).into(),
        made: all.map(|id| (id.clone(), Some(id.name().to_owned()))).into(),
        ..Wants::default()
    };
    let observed = observe(&client.reader(), &wants).await.expect("a look");
    let state = |id: &ResourceId| observed.names.get(id);
    assert_eq!(state(&account), Some(&NameState::Taken { by: Some(there.clone()) }));
    for free in [&fresh, &server, &profile] {
        assert_eq!(state(free), Some(&NameState::Free), "{free}");
    }
    for deleted in [&vault, &store] {
        let found = state(deleted);
        assert!(matches!(found, Some(NameState::Deleted { purged_at: Some(_), .. })), "{found:?}");
    }
    assert_eq!(state(&there), None, "nothing is asked of what is there");
    let namespaces: Vec<_> = observed.unregistered.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(namespaces, ["Microsoft.Sql"]);
    assert_eq!(client.counts().writes, 0);

    let ids = vec![(there.clone(), facts_of(&there).api_version.to_owned())];
    let wants = Wants { ids, ..Wants::default() };
    let plain = observe(&client.reader(), &wants).await.expect("a look").requests;
    let made = [(there.clone(), Some("sttaken".to_owned()))].into();
    let with_names = observe(&client.reader(), &Wants { made, ..wants }).await.expect("a look");
    assert_eq!(with_names.requests, plain, "what is there costs no request");
    simulator.stop().await;
}

#[tokio::test]
async fn a_name_that_may_not_be_asked_for_is_not_evaluated() {
    let rule = json!({"fault": Fault::Denied, "methods": ["POST"]});
    let rules = vec![serde_json::from_value::<Rule>(rule).expect("a rule")];
    let settings = simulator::Settings { faults: Faults { seed: 7, rules }, ..Default::default() };
    let simulator = start(settings).await;
    let client = client(&simulator);
    let kind = "Microsoft.Storage/storageAccounts";
    let id = ResourceId::in_group(simulator.subscription(), "rg", kind, "sta");
    let wants = Wants {
        ids: vec![(id.clone(), facts_of(&id).api_version.to_owned())],
        made: [(id.clone(), Some("sta".to_owned()))].into(),
        ..Wants::default()
    };
    let observed = observe(&client.reader(), &wants).await.expect("no failure");
    let state = observed.names.get(&id);
    assert!(matches!(state, Some(NameState::Hidden(_))), "{state:?}");
    simulator.stop().await;
}

const ACCOUNT: &str = "
seed:
  - put: /subscriptions/${subscription}/resourceGroups/rg
    body: {location: westeurope}
  - put: /subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stlock
    body: {location: westeurope, kind: StorageV2, sku: {name: Standard_LRS}}
";

async fn with_account() -> Simulator {
    let simulator = start(simulator::Settings::default()).await;
    simulator.apply_scenario(&Scenario::parse(ACCOUNT).expect("a scenario")).expect("seeded");
    simulator
}

fn account(simulator: &Simulator) -> ResourceId {
    let kind = "Microsoft.Storage/storageAccounts";
    ResourceId::in_group(simulator.subscription(), "rg", kind, "stlock")
}

async fn blob(simulator: &Simulator) -> LeaseBlob {
    let writer = client(simulator).writer();
    let found = writer.lease_blob(&account(simulator), "locks", "shop.lock").await;
    found.expect("an answer").expect("the account is there")
}

fn holder(name: &str) -> Holder {
    Holder { name: name.to_owned(), since: "2026-11-21T08:00:00Z".to_owned(), run: "1".to_owned() }
}

#[tokio::test]
async fn lease_is_had_by_one_at_a_time_and_names_its_holder() {
    let simulator = with_account().await;
    let (ours, theirs) = (blob(&simulator).await, blob(&simulator).await);
    let (first, second) = (Uuid::new_v4(), Uuid::new_v4());
    assert_eq!(ours.holder().await.expect("an answer"), None);
    assert!(ours.acquire(first, &holder("Zoë")).await.expect("an answer"));
    assert!(!theirs.acquire(second, &holder("me")).await.expect("an answer"));
    let found = theirs.holder().await.expect("an answer").expect("somebody");
    assert_eq!(found, holder("Zo?"), "what a header cannot hold is replaced");
    assert!(ours.acquire(first, &holder("Zoë")).await.expect("an answer"), "safe to repeat");
    ours.release(first).await.expect("released");
    ours.release(first).await.expect("safe to repeat");
    assert_eq!(theirs.holder().await.expect("an answer"), None);
    assert!(theirs.acquire(second, &holder("me")).await.expect("an answer"));
    simulator.stop().await;
}

#[tokio::test]
async fn lease_ends_by_itself_and_is_then_lost_to_the_next() {
    let simulator = with_account().await;
    let (ours, theirs) = (blob(&simulator).await, blob(&simulator).await);
    let (first, second) = (Uuid::new_v4(), Uuid::new_v4());
    assert!(ours.acquire(first, &holder("killed")).await.expect("an answer"));
    simulator.pass_time(LEASE / 2);
    ours.renew(first).await.expect("renewed");
    simulator.pass_time(LEASE / 2);
    assert!(!theirs.acquire(second, &holder("me")).await.expect("an answer"));
    simulator.pass_time(LEASE);
    assert!(theirs.acquire(second, &holder("me")).await.expect("an answer"));
    let lost = ours.renew(first).await.expect_err("lost");
    assert_eq!(lost.code(), Some("LeaseIdMismatchWithLeaseOperation"));
    ours.release(first).await.expect("what is lost needs no release");
    let found = theirs.holder().await.expect("an answer");
    assert_eq!(found, Some(holder("me")), "and releases nobody else's");
    simulator.stop().await;
}

#[tokio::test]
async fn account_that_is_not_there_or_is_closed_is_told_apart() {
    let simulator = with_account().await;
    let writer = client(&simulator).writer();
    let nowhere = ResourceId::group(simulator.subscription(), "none")
        .extension("Microsoft.Storage/storageAccounts", "stnone");
    assert!(writer.lease_blob(&nowhere, "locks", "l").await.expect("an answer").is_none());
    let closed = json!({"properties": {"networkAcls": {"defaultAction": "Deny"}}});
    let id = account(&simulator);
    let version = facts_of(&id).api_version;
    writer.patch(&id, version, &closed, Precondition::None).await.expect("closed");
    let refused = blob(&simulator).await.acquire(Uuid::new_v4(), &holder("me")).await;
    let refused = refused.expect_err("refused");
    assert!(refused.is_denied(), "{refused}");
    assert_eq!(refused.code(), Some("AuthorizationFailure"));
    simulator.stop().await;
}

#[tokio::test]
async fn leases_are_traced_without_their_ids() {
    let simulator = with_account().await;
    let file = tempfile::NamedTempFile::new().expect("a file");
    let settings = Settings {
        trace_http: Some(file.path().to_owned()),
        ..settings(&simulator, simulator.client_secret())
    };
    let writer = Client::new(settings).expect("a client").writer();
    let blob = writer.lease_blob(&account(&simulator), "locks", "shop.lock").await;
    let id = Uuid::new_v4();
    let before = writer.counts();
    let acquired = blob.expect("an answer").expect("there").acquire(id, &holder("me")).await;
    assert!(acquired.expect("an answer"));
    assert_eq!(writer.counts(), before, "only what ARM is asked counts");
    let trace = std::fs::read_to_string(file.path()).expect("a trace");
    let lines: Vec<&str> = trace.lines().filter(|line| line.contains("stlock.blob.core")).collect();
    assert!(lines.len() >= 4 && trace.contains("x-ms-lease-action"), "{trace}");
    assert!(!trace.contains(&id.to_string()), "{trace}");
    simulator.stop().await;
}
