//! Locks that are lifted and put back.

use super::*;

pub(super) fn locked_plan() -> Plan {
    let body = json!({"properties": {"level": "CanNotDelete"}});
    plan(vec![
        action("lift", &lock(), Operation::LiftLock { lock: body.clone() }, &[]),
        action("delete", &record("www"), Operation::Delete, &["lift"]),
        action("after", &app("x"), create(json!({"location": "x"})), &["delete"]),
        action("restore", &lock(), Operation::RestoreLock { lock: body }, &["lift", "delete"]),
    ])
}

pub(super) fn lock_body() -> Value {
    json!({"properties": {"level": "CanNotDelete"}})
}

#[tokio::test(start_paused = true)]
async fn rule_05_a_lifted_lock_goes_back_after_a_failure_too() {
    let azure = FakeAzure::with_rule(|method, path, _, _| {
        (method == "DELETE" && path.ends_with("/www")).then(|| error(403, "AuthorizationFailed"))
    })
    .await;
    azure.set(&lock(), lock_body());
    azure.set(&record("www"), json!({"properties": {}}));
    let outcome = run(&azure, &locked_plan()).await;
    assert!(matches!(of(&outcome, "delete"), ActionOutcome::Failed { .. }));
    assert!(matches!(of(&outcome, "after"), ActionOutcome::Blocked { .. }));
    assert!(is_done(&outcome, "restore", Done::Now));
    assert_eq!(azure.get(&lock()), Some(lock_body()));
}

#[tokio::test(start_paused = true)]
async fn lock_that_was_not_lifted_is_not_put_back() {
    let azure = FakeAzure::start().await;
    let mut plan = locked_plan();
    plan.actions[0].after.insert(ActionId("first".into()));
    let missing = Expression::Secret(SecretSource::Env("NOT_THERE".into())).to_value();
    plan.actions
        .insert(0, action("first", &app("f"), create(json!({"tags": {"x": missing}})), &[]));
    let outcome = run(&azure, &plan).await;
    assert!(matches!(of(&outcome, "restore"), ActionOutcome::Blocked { by } if by.0 == "first"));
    assert_eq!(azure.writes(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn lock_may_take_a_while_to_lose_its_effect() {
    let azure = FakeAzure::with_rule(|method, path, _, before| {
        let refused = method == "DELETE" && path.ends_with("/www") && before < 3;
        refused.then(|| error(409, "ScopeLocked"))
    })
    .await;
    azure.set(&lock(), lock_body());
    azure.set(&record("www"), json!({"properties": {}}));
    let outcome = run(&azure, &locked_plan()).await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(azure.get(&record("www")), None);
}

#[tokio::test(start_paused = true)]
async fn lock_left_lifted_by_a_killed_run_is_put_back_by_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("state/lifted-locks.json");
    let azure = FakeAzure::with_rule(|method, path, _, _| {
        // The delete of the record never ends: the run is killed meanwhile.
        (method == "DELETE" && path.ends_with("/www")).then(|| error(429, "TooManyRequests"))
    })
    .await;
    azure.set(&lock(), lock_body());
    azure.set(&record("www"), json!({"properties": {}}));
    let options = Options { journal: Some(journal.clone()), ..Options::default() };
    let (world, cancel, writer) = (FakeWorld::default(), Cancel::default(), azure.writer());
    let plan = locked_plan();
    let killed = apply(&plan, &writer, &world, &options, &Silent, &cancel);
    tokio::time::timeout(Duration::from_secs(30), killed).await.expect_err("killed");
    assert_eq!(azure.get(&lock()), None);

    assert_eq!(recover(&journal, &writer).await.expect("recovered"), [lock()]);
    assert_eq!(azure.get(&lock()), Some(lock_body()));
    assert!(!journal.exists());
    assert_eq!(recover(&journal, &writer).await.expect("nothing to do"), []);
}

#[tokio::test]
async fn broken_journal_stops_the_run_before_it_begins() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    std::fs::write(&path, "not JSON").expect("written");
    let azure = FakeAzure::start().await;
    let options = Options { journal: Some(path), ..Options::default() };
    let (world, cancel, plan) = (FakeWorld::default(), Cancel::default(), locked_plan());
    let result = apply(&plan, &azure.writer(), &world, &options, &Silent, &cancel).await;
    assert!(matches!(result, Err(ActionError::Journal(_))));
    assert_eq!(azure.writes(), [""; 0]);
}
