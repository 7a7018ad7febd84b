//! What happens where Azure is no longer as the plan knows it.

use super::*;

#[tokio::test(start_paused = true)]
async fn rule_08_an_apply_is_of_what_was_reviewed() {
    let azure = FakeAzure::start().await;
    let before = json!({"location": "westeurope", "tags": {"a": "1"}});
    let digest = fingerprint(&app("a").resource_type(), &before);
    let mut plan = plan(vec![
        action("a", &app("a"), update(json!({"tags": {"a": "2"}})), &[]),
        action("b", &app("b"), create(json!({"location": "westeurope"})), &["a"]),
        action("c", &app("c"), create(json!({"location": "westeurope"})), &["b"]),
    ]);
    plan.fingerprints.insert(app("a"), Fingerprint::Digest(digest));
    plan.fingerprints.insert(app("b"), Fingerprint::Absent);

    azure.set(&app("a"), json!({"location": "westeurope", "tags": {"a": "moved"}}));
    let outcome = run(&azure, &plan).await;
    assert_eq!(*of(&outcome, "a"), ActionOutcome::Moved);
    assert_eq!(outcome.writes, 0, "nothing more is written");

    azure.set(&app("a"), before);
    let outcome = run(&azure, &plan).await;
    assert!(outcome.is_success(), "{outcome:?}");
    let merged = json!({"location": "westeurope", "tags": {"a": "2"}});
    assert_eq!(azure.get(&app("a")), Some(merged), "what is not declared is kept");

    // What another run of the plan has done already is no move.
    let again = run(&azure, &plan).await;
    assert!(again.is_success() && again.writes == 0, "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn rule_08_nothing_of_a_refused_plan_is_half_done() {
    let azure = FakeAzure::start().await;
    azure.set(&app("b"), json!({"location": "westeurope", "tags": {"b": "moved"}}));
    let mut plan = plan(vec![
        action("a", &app("a"), create(json!({"location": "westeurope"})), &[]),
        action("b", &app("b"), update(json!({"tags": {"b": "2"}})), &["a"]),
        action("c", &app("c"), create(json!({"location": "westeurope"})), &[]),
    ]);
    plan.fingerprints.insert(app("a"), Fingerprint::Absent);
    plan.fingerprints.insert(app("b"), Fingerprint::Digest("as it was".to_owned()));
    let options = Options { prove_unmoved: true, ..Options::default() };
    let (world, cancel) = (FakeWorld::default(), Cancel::default());
    let outcome =
        apply(&plan, &azure.writer(), &world, &options, &Silent, &cancel).await.expect("a journal");
    assert_eq!(*of(&outcome, "b"), ActionOutcome::Moved, "exactly what moved is named");
    assert_eq!(*of(&outcome, "a"), ActionOutcome::NotStarted);
    assert_eq!(*of(&outcome, "c"), ActionOutcome::NotStarted);
    assert_eq!(outcome.writes, 0);
}

#[tokio::test(start_paused = true)]
async fn rule_09_a_document_born_with_its_parent_is_no_move() {
    let azure = FakeAzure::start().await;
    let site = ResourceId::in_group("s", "rg", "Microsoft.Web/sites", "a");
    let config = site.child("config", "web");
    let mut plan = plan(vec![
        action("a", &site, create(json!({"location": "westeurope"})), &[]),
        action("config", &config, update(json!({"properties": {"http20Enabled": true}})), &["a"]),
    ]);
    plan.fingerprints.insert(site.clone(), Fingerprint::Absent);
    plan.fingerprints.insert(config.clone(), Fingerprint::Absent);
    // A run was killed between its two writes; the service made the document with the app.
    azure.set(&site, json!({"location": "westeurope"}));
    azure.set(&config, json!({"properties": {"http20Enabled": false}}));
    let outcome = run(&azure, &plan).await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert!(is_done(&outcome, "a", Done::Before) && is_done(&outcome, "config", Done::Now));
}
