use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use plan::{
    Action, ActionId, ActionOutcome, Band, Done, Fingerprint, Operation, Outcome, Plan, Verb, Write,
};
use resource::catalogue::{facts_of, fingerprint, fingerprint_of_part};
use resource::{Expression, Part, ResourceId, SecretSource};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::fake_azure::{FakeAzure, error};
use crate::{
    ActionError, Answered, Cancel, Options, Probe, Progress, Silent, World, WorldError, apply,
    recover,
};

mod interruptions;
mod locks;
mod looked;
mod moved;

/// A world of constants.
#[derive(Default)]
struct FakeWorld {
    statuses: Mutex<Vec<u16>>,
    records: Mutex<Vec<Vec<String>>>,
    probes: Mutex<Vec<Probe>>,
}

#[async_trait]
impl World for FakeWorld {
    async fn secret(&self, source: &SecretSource) -> Result<SecretString, WorldError> {
        match source {
            SecretSource::Env(name) if name == "PANIC" => panic!("out of order"),
            SecretSource::Env(name) if name == "PROBE_AUTH" => Ok("hush-hush".to_owned().into()),
            SecretSource::Env(name) => Err(WorldError::MissingVariable(name.clone())),
            SecretSource::KeyVault { vault, .. } => Err(WorldError::NotAUrl(vault.clone())),
        }
    }

    async fn probe(&self, probe: &Probe) -> Result<Answered, WorldError> {
        self.probes.lock().expect("the probes").push(probe.clone());
        let status = self.statuses.lock().expect("the statuses").pop().unwrap_or(503);
        Ok(Answered { status, is_held: probe.holds.is_none() })
    }

    async fn lookup(&self, _name: &str, _record_type: &str) -> Result<Vec<String>, WorldError> {
        Ok(self.records.lock().expect("the records").pop().unwrap_or_default())
    }
}

fn app(name: &str) -> ResourceId {
    ResourceId::in_group("s", "rg", "Microsoft.ManagedIdentity/userAssignedIdentities", name)
}

fn record(name: &str) -> ResourceId {
    ResourceId::in_group("s", "rg", "Microsoft.Network/dnsZones", "example.com")
        .child("CNAME", name)
}

fn lock() -> ResourceId {
    let zone = ResourceId::in_group("s", "rg", "Microsoft.Network/dnsZones", "example.com");
    zone.extension("Microsoft.Authorization/locks", "keep")
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

fn update(body: Value) -> Operation {
    Operation::Write { write: Write::PutOver, body, create: false }
}

fn plan(actions: Vec<Action>) -> Plan {
    Plan {
        version: Plan::VERSION,
        topology: "northwind".to_owned(),
        topology_hash: String::new(),
        suffixes: resource::Suffixes::default(),
        apply_lock: None,
        subscription: "s".to_owned(),
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

async fn run(azure: &FakeAzure, plan: &Plan) -> Outcome {
    run_in(azure, plan, &FakeWorld::default()).await
}

async fn run_in(azure: &FakeAzure, plan: &Plan, world: &FakeWorld) -> Outcome {
    let (options, cancel) = (Options::default(), Cancel::default());
    apply(plan, &azure.writer(), world, &options, &Silent, &cancel).await.expect("a journal")
}

fn of<'a>(outcome: &'a Outcome, name: &str) -> &'a ActionOutcome {
    &outcome.actions[&ActionId(name.to_owned())]
}

fn is_done(outcome: &Outcome, name: &str, expected: Done) -> bool {
    matches!(of(outcome, name), ActionOutcome::Succeeded { done, .. } if *done == expected)
}

#[tokio::test(start_paused = true)]
async fn rule_09_a_plan_can_be_applied_twice() {
    let azure = FakeAzure::start().await;
    azure.set(&app("old"), json!({"location": "westeurope"}));
    let plan = plan(vec![
        action("create a", &app("a"), create(json!({"location": "westeurope"})), &[]),
        action("delete old", &app("old"), Operation::Delete, &["create a"]),
    ]);
    let first = run(&azure, &plan).await;
    assert!(is_done(&first, "create a", Done::Now) && is_done(&first, "delete old", Done::Now));
    assert_eq!(first.writes, 2);
    let second = run(&azure, &plan).await;
    assert!(is_done(&second, "create a", Done::Before));
    assert!(is_done(&second, "delete old", Done::Before));
    assert_eq!(second.writes, 0);
}

#[tokio::test(start_paused = true)]
async fn failed_action_stops_only_its_dependents() {
    let azure = FakeAzure::with_rule(|method, path, _, _| {
        (method == "PUT" && path.ends_with("/a")).then(|| error(400, "InvalidParameter"))
    })
    .await;
    let body = || create(json!({"location": "westeurope"}));
    let plan = plan(vec![
        action("a", &app("a"), body(), &[]),
        action("b", &app("b"), body(), &["a"]),
        action("c", &app("c"), body(), &["b"]),
        action("d", &app("d"), body(), &[]),
    ]);
    let outcome = run(&azure, &plan).await;
    let ActionOutcome::Failed { errors, code, .. } = of(&outcome, "a") else {
        panic!("a should have failed: {outcome:?}")
    };
    assert_eq!(errors[0], format!("failed to write `{}`", app("a")));
    assert_eq!(code.as_deref(), Some("InvalidParameter"));
    let by = ActionId("a".to_owned());
    assert_eq!(*of(&outcome, "b"), ActionOutcome::Blocked { by: by.clone() });
    assert_eq!(*of(&outcome, "c"), ActionOutcome::Blocked { by });
    assert!(is_done(&outcome, "d", Done::Now));
}

#[tokio::test(start_paused = true)]
async fn panic_fails_the_action_and_not_the_run() {
    let azure = FakeAzure::start().await;
    let secret = Expression::Secret(SecretSource::Env("PANIC".into())).to_value();
    let plan = plan(vec![
        action("a", &app("a"), create(json!({"tags": {"x": secret}})), &[]),
        action("b", &app("b"), create(json!({"location": "westeurope"})), &[]),
    ]);
    let outcome = run(&azure, &plan).await;
    assert!(matches!(of(&outcome, "a"), ActionOutcome::Failed { errors, .. }
        if errors[0].contains("out of order")));
    assert!(is_done(&outcome, "b", Done::Now));
}

#[tokio::test(start_paused = true)]
async fn rule_04_unknown_values_resolve_during_the_apply() {
    // The principal shows up in the third look only.
    let azure = FakeAzure::with_rule(|method, path, _, before| {
        let seen = method == "GET" && path.ends_with("/a") && before > 2;
        seen.then(|| (200, json!({"properties": {"principalId": "1234"}})))
    })
    .await;
    let principal = Expression::reference(&app("a"), "/properties/principalId");
    let text =
        Expression::Join(vec![Part::Literal("id-".into()), Part::Expression(Box::new(principal))]);
    let plan = plan(vec![
        action("a", &app("a"), create(json!({"location": "westeurope"})), &[]),
        action("b", &app("b"), create(json!({"tags": {"owner": text.to_value()}})), &["a"]),
    ]);
    let outcome = run(&azure, &plan).await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(azure.get(&app("b")), Some(json!({"tags": {"owner": "id-1234"}})));
}

#[tokio::test(start_paused = true)]
async fn rule_10_secrets_are_sent_and_never_shown() {
    let azure = FakeAzure::with_rule(|method, path, body, _| {
        let echo = json!({"error": {"code": "Bad", "message": format!("bad value {body}")}});
        (method == "PUT" && path.ends_with("/echo")).then_some((400, echo))
    })
    .await;
    let secret = Expression::Secret(SecretSource::Env("PROBE_AUTH".into())).to_value();
    let missing = Expression::Secret(SecretSource::Env("NOT_THERE".into())).to_value();
    let plan = plan(vec![
        action("kept", &app("kept"), create(json!({"tags": {"x": secret}})), &[]),
        action("echo", &app("echo"), create(json!({"tags": {"x": secret}})), &[]),
        action("missing", &app("missing"), create(json!({"tags": {"x": missing}})), &[]),
    ]);
    let outcome = run(&azure, &plan).await;
    assert_eq!(azure.get(&app("kept")), Some(json!({"tags": {"x": "hush-hush"}})));
    let text = serde_json::to_string(&outcome).expect("plain data");
    assert!(!text.contains("hush-hush") && text.contains("(sensitive value)"), "{text}");
    assert!(text.contains("`NOT_THERE` is not set"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn rule_17_a_404_after_a_create_means_not_yet() {
    let azure = FakeAzure::with_rule(|method, path, _, before| {
        let early = method == "PUT" && path.ends_with("/b") && before < 2;
        early.then(|| error(404, "ParentResourceNotFound"))
    })
    .await;
    let body = || create(json!({"location": "westeurope"}));
    let plan =
        plan(vec![action("a", &app("a"), body(), &[]), action("b", &app("b"), body(), &["a"])]);
    let outcome = run(&azure, &plan).await;
    assert!(outcome.is_success(), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn rule_02_a_patch_keeps_the_tags_of_others() {
    let azure = FakeAzure::start().await;
    let account = app("a");
    azure
        .set(&account, json!({"location": "westeurope", "tags": {"owner": "theirs", "TIER": "x"}}));
    let body = json!({"tags": {"tier": "gold"}});
    let patch = Operation::Write { write: Write::Patch, body, create: false };
    let outcome = run(&azure, &plan(vec![action("tag a", &account, patch, &[])])).await;
    assert!(is_done(&outcome, "tag a", Done::Now), "{outcome:?}");
    let tags = azure.get(&account).expect("the app")["tags"].clone();
    assert_eq!(tags, json!({"owner": "theirs", "tier": "gold"}));
}

#[tokio::test(start_paused = true)]
async fn rule_09_a_create_whose_answer_was_lost_counts_as_done() {
    // The first PUT takes effect and is answered with 500; the repeated one meets its own work.
    let azure = FakeAzure::start().await;
    let inner = azure.clone();
    let lossy = FakeAzure::with_rule(move |method, _, body, before| match (method, before) {
        ("PUT", 0) => {
            inner.set(&record("www"), body.clone());
            Some(error(500, "InternalServerError"))
        }
        ("PUT", _) => Some(error(412, "PreconditionFailed")),
        ("GET", 0) => None,
        _ => inner.get(&record("www")).map(|body| (200, body)),
    })
    .await;
    let body = json!({"properties": {"TTL": 60, "CNAMERecord": {"cname": "a.example"}}});
    let plan = plan(vec![action("a", &record("www"), create(body), &[])]);
    let outcome = run(&lossy, &plan).await;
    assert!(is_done(&outcome, "a", Done::Now), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn what_a_failed_creation_has_left_is_written_again() {
    let of = |state: &str| json!({"tags": {"a": "1"}, "properties": {"provisioningState": state}});
    let azure = FakeAzure::with_rule(move |method, _, _, before| {
        let state = if before == 0 { "Failed" } else { "Succeeded" };
        (method == "GET").then(|| (200, of(state)))
    })
    .await;
    let plan = plan(vec![action("a", &app("a"), create(json!({"tags": {"a": "1"}})), &[])]);
    let outcome = run(&azure, &plan).await;
    assert!(is_done(&outcome, "a", Done::Now), "{outcome:?}");
    assert_eq!(azure.writes(), ["PUT a"]);
}

#[tokio::test(start_paused = true)]
async fn etag_that_a_child_has_changed_is_no_move() {
    let zone = ResourceId::in_group("s", "rg", "Microsoft.Network/dnsZones", "example.com");
    let of = |etag: &str, a: &str| json!({"etag": etag, "tags": {"a": a}, "properties": {}});
    let azure = FakeAzure::with_rule(move |method, _, _, before| match (method, before) {
        ("PUT", 0) => Some(error(412, "PreconditionFailed")),
        ("PUT", _) => Some((200, of("3", "2"))),
        (_, before) => Some((200, of(&before.to_string(), "1"))),
    })
    .await;
    let plan = plan(vec![action("a", &zone, update(json!({"tags": {"a": "2"}})), &[])]);
    let outcome = run(&azure, &plan).await;
    assert!(is_done(&outcome, "a", Done::Now), "{outcome:?}");
    assert_eq!(outcome.writes, 2);
}

#[tokio::test(start_paused = true)]
async fn rule_17_a_resource_still_updating_is_waited_for_and_not_fought() {
    let of = |state: &str| json!({"tags": {"a": "1"}, "properties": {"provisioningState": state}});
    let azure = FakeAzure::with_rule(move |method, path, _, before| {
        let state = if before < 3 { "Updating" } else { "Succeeded" };
        (method == "GET" && path.ends_with("/a")).then(|| (200, of(state)))
    })
    .await;
    let plan = plan(vec![action("a", &app("a"), update(json!({"tags": {"a": "1"}})), &[])]);
    let outcome = run(&azure, &plan).await;
    assert!(is_done(&outcome, "a", Done::Before), "{outcome:?}");
    assert_eq!(outcome.requests, 4);
}

#[tokio::test(start_paused = true)]
async fn what_holds_an_identity_that_is_made_anew_is_told_once_more() {
    let azure = FakeAzure::start().await;
    let holder = ResourceId::in_group("s", "rg", "Microsoft.Web/sites", "a");
    let identity = app("i");
    let held = json!({"identity": {"userAssignedIdentities": {identity.as_str(): {}}}});
    azure.set(&holder, held.clone());
    azure.set(&identity, json!({"properties": {"principalId": "new"}}));
    let mut tell = action("tell", &holder, update(held), &[]);
    let outcome = run(&azure, &plan(vec![tell.clone()])).await;
    assert!(is_done(&outcome, "tell", Done::Before), "{outcome:?}");
    tell.changes = vec![plan::PropertyChange {
        path: "identity.userAssignedIdentities.i".to_owned(),
        before: Some(json!("old")),
        after: Some(Expression::reference(&identity, "/properties/principalId").to_value()),
        sensitive: false,
        forces_replacement: None,
    }];
    let outcome = run(&azure, &plan(vec![tell])).await;
    assert!(is_done(&outcome, "tell", Done::Now), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_cut_for_a_while_is_cut_although_it_ends_as_it_began() {
    let azure = FakeAzure::start().await;
    let of = |value: &str| json!({"tags": {"a": value}});
    azure.set(&app("a"), of("led"));
    let mut cut = action("cut", &app("a"), update(of("cut")), &[]);
    cut.verb = plan::Verb::CutEdge;
    let between = action("b", &app("b"), create(of("new")), &["cut"]);
    let back = action("back", &app("a"), update(of("led")), &["b"]);
    let outcome = run(&azure, &plan(vec![cut, between, back])).await;
    for name in ["cut", "b", "back"] {
        assert!(is_done(&outcome, name, Done::Now), "{name}: {outcome:?}");
    }
    assert_eq!(outcome.writes, 3);
}

#[tokio::test(start_paused = true)]
async fn probes_and_dns_are_asked_until_they_answer_or_time_is_up() {
    let azure = FakeAzure::start().await;
    azure.set(&app("a"), json!({"properties": {"host": "a.example", "state": "ready"}}));
    let host = Expression::Join(vec![
        Part::Literal("https://".into()),
        Part::Expression(Box::new(Expression::reference(&app("a"), "/properties/host"))),
    ]);
    let probe = |timeout_secs| Operation::Probe {
        url: host.to_value(),
        headers: vec![("Host".into(), json!("app.example.com"))],
        expected: vec![(200, 299)],
        holds: None,
        timeout_secs,
    };
    let dns = |value: &str, required| Operation::VerifyDns {
        name: "app.example.com".into(),
        record_type: "CNAME".into(),
        value: json!(value),
        timeout_secs: 25,
        required,
    };
    let wait = |value: &str| Operation::WaitFor {
        pointer: "/properties/state".into(),
        values: vec![json!(value)],
        timeout_secs: 60,
    };
    let world = FakeWorld {
        statuses: Mutex::new(vec![200, 503]),
        records: Mutex::new(vec![vec!["TM.example.".into()], vec![]]),
        probes: Mutex::default(),
    };
    let plan = plan(vec![
        action("probe", &app("a"), probe(60), &[]),
        action("dns", &app("a"), dns("tm.example", true), &["probe"]),
        action("manual", &app("a"), dns("other.example", false), &["dns"]),
        action("required", &app("a"), dns("other.example", true), &["dns"]),
        action("ready", &app("a"), wait("Ready"), &[]),
        action("never", &app("a"), wait("Gone"), &[]),
        action("dead", &app("a"), probe(30), &["dns"]),
        action("pause", &app("a"), Operation::Wait { secs: 3600 }, &[]),
    ]);
    let outcome = run_in(&azure, &plan, &world).await;
    for name in ["probe", "dns", "manual", "pause"] {
        assert!(is_done(&outcome, name, Done::Now), "{name}: {:?}", of(&outcome, name));
    }
    assert!(is_done(&outcome, "ready", Done::Before));
    for (name, part) in [("required", "no such record"), ("never", "\"ready\""), ("dead", "503")] {
        let ActionOutcome::Failed { errors, .. } = of(&outcome, name) else {
            panic!("{name} should have failed")
        };
        assert!(errors[0].contains(part), "{errors:?}");
    }
    let first = &world.probes.lock().expect("the probes")[0];
    assert_eq!(first.url, "https://a.example");
}

#[tokio::test]
async fn real_world_probes_with_host_and_asks_dns_over_http() {
    let azure = FakeAzure::with_rule(|_, path, _, _| match path {
        "/health" => Some((204, Value::Null)),
        "/page" => Some((200, json!({ "everything": "green" }))),
        "/dns" => Some((
            200,
            json!({"Status": 0, "Answer": [
                {"name": "app.example.com", "type": 5, "data": "tm.example."},
                {"name": "tm.example", "type": 1, "data": "192.0.2.1"},
            ]}),
        )),
        _ => None,
    })
    .await;
    let origin: url::Url = azure.origin().parse().expect("a URL");
    let dns = origin.join("/dns").expect("a URL");
    let world = crate::RealWorld::new(reqwest::Client::new()).with_dns(dns).with_connect_to(origin);
    let probe = Probe { url: "https://a.example/health".into(), headers: vec![], holds: None };
    let answered = |status, is_held| Answered { status, is_held };
    assert_eq!(world.probe(&probe).await.expect("an answer"), answered(204, true));
    for (text, is_held) in [("green", true), ("red", false)] {
        let url = "https://a.example/page".into();
        let probe = Probe { url, headers: vec![], holds: Some(text.into()) };
        assert_eq!(world.probe(&probe).await.expect("an answer"), answered(200, is_held));
    }
    let found = world.lookup("app.example.com", "CNAME").await.expect("an answer");
    assert_eq!(found, ["tm.example"]);
    let missing = SecretSource::Env("EVENKEEL_TEST_NOT_SET".into());
    assert!(world.secret(&missing).await.is_err());
}
