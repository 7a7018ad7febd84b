//! What the look of a plan has told is not asked again.

use tokio::time::Instant;

use super::*;

/// A body of a record.
fn cname(target: &str) -> Value {
    json!({"properties": {"TTL": 60, "CNAMERecord": {"cname": target}}})
}

fn made(body: Value) -> Operation {
    Operation::Write { write: Write::PutExact, body, create: true }
}

/// A plan that creates a record, whose type knows `If-None-Match`, and an identity, whose type does not.
fn both() -> Plan {
    let mut plan = plan(vec![
        action("record", &record("www"), made(cname("a.example")), &[]),
        action("app", &app("a"), made(json!({"location": "westeurope"})), &["record"]),
    ]);
    for id in [record("www"), app("a")] {
        plan.fingerprints.insert(id, Fingerprint::Absent);
    }
    plan
}

async fn run_since(azure: &FakeAzure, plan: &Plan, looked: Option<Instant>) -> Outcome {
    let options = Options { looked, ..Options::default() };
    let (world, cancel) = (FakeWorld::default(), Cancel::default());
    apply(plan, &azure.writer(), &world, &options, &Silent, &cancel).await.expect("a journal")
}

#[tokio::test(start_paused = true)]
async fn rule_11_what_the_look_has_not_seen_is_created_by_one_request() {
    let azure = FakeAzure::start().await;
    let outcome = run_since(&azure, &both(), Some(Instant::now())).await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(azure.asked(), ["PUT www", "PUT a"]);
}

#[tokio::test(start_paused = true)]
async fn an_old_look_is_trusted_only_where_azure_tells_who_was_quicker() {
    let azure = FakeAzure::start().await;
    let looked = Instant::now();
    tokio::time::advance(Duration::from_secs(61)).await;
    let outcome = run_since(&azure, &both(), Some(looked)).await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(azure.asked(), ["PUT www", "GET a", "GET a", "PUT a"]);
}

#[tokio::test(start_paused = true)]
async fn a_saved_plan_looks_before_it_creates() {
    let azure = FakeAzure::start().await;
    assert!(run_since(&azure, &both(), None).await.is_success());
    assert_eq!(azure.asked().iter().filter(|line| line.starts_with("GET")).count(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_has_created_meanwhile_is_not_written_over() {
    for (theirs, expected) in [("a.example", None), ("theirs.example", Some(ActionOutcome::Moved))]
    {
        let azure = FakeAzure::start().await;
        azure.set(&record("www"), cname(theirs));
        let outcome = run_since(&azure, &both(), Some(Instant::now())).await;
        assert_eq!(azure.get(&record("www")), Some(cname(theirs)));
        match expected {
            None => assert!(is_done(&outcome, "record", Done::Before), "{outcome:?}"),
            Some(expected) => assert_eq!(*of(&outcome, "record"), expected),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_check_of_the_family_takes_what_this_run_has_created_for_no_move() {
    let azure = FakeAzure::start().await;
    let before = cname("old.example");
    azure.set(&record("old"), before.clone());
    let mut plan = both();
    plan.actions.push(action("old", &record("old"), update(cname("new.example")), &["record"]));
    let digest = fingerprint(&record("old").resource_type(), &before);
    plan.fingerprints.insert(record("old"), Fingerprint::Digest(digest));
    // Azure shows more than was sent, and for a while not what was sent.
    let azure_of_late = FakeAzure::with_rule(move |method, path, _, _| {
        let half = json!({"properties": {"TTL": 60, "provisioningState": "Updating"}});
        (method == "GET" && path.ends_with("/www")).then_some((200, half))
    })
    .await;
    azure_of_late.set(&record("old"), before);
    for azure in [azure, azure_of_late] {
        let outcome = run_since(&azure, &plan, Some(Instant::now())).await;
        assert!(outcome.is_success(), "{outcome:?}");
        assert_eq!(azure.get(&record("old")), Some(cname("new.example")));
    }
}
