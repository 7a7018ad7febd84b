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

#[tokio::test(start_paused = true)]
async fn rule_08_what_this_plan_has_done_itself_is_no_move_elsewhere() {
    // The store shows in each subnet, and in an app, how large the plan is.
    let before =
        |size: &str| json!({"location": "w", "tags": {"a": "1"}, "properties": {"size": size}});
    for (interrupted, meddled) in [(false, false), (true, false), (false, true), (true, true)] {
        let azure = FakeAzure::start().await;
        let mut plan = plan(vec![
            action("a", &app("a"), update(json!({"tags": {"a": "2"}})), &[]),
            action("b", &app("b"), update(json!({"tags": {"b": "2", "a": "1"}})), &["a"]),
        ]);
        for name in ["a", "b"] {
            let (id, body) = (app(name), before("S"));
            azure.set(&id, body.clone());
            let kind = id.resource_type();
            let digest = fingerprint(&kind, &body);
            plan.fingerprints.insert(id.clone(), Fingerprint::Digest(digest));
            let part = plan::part_of(&plan.actions, &id);
            let part = fingerprint_of_part(&kind, &body, &part);
            plan.parts.insert(id, part);
        }
        // What the write to `a` changes in `b`, and what somebody else changes there.
        let mut mirrored = before("L");
        if meddled {
            mirrored["tags"]["a"] = json!("moved");
        }
        azure.set(&app("b"), mirrored.clone());
        if interrupted {
            azure.set(&app("a"), json!({"location": "w", "tags": {"a": "2"}}));
        } else {
            // Nothing of the plan is done yet: then any difference is somebody else's.
            let options = Options { prove_unmoved: true, ..Options::default() };
            let (world, cancel) = (FakeWorld::default(), Cancel::default());
            let refused = apply(&plan, &azure.writer(), &world, &options, &Silent, &cancel).await;
            assert_eq!(refused.expect("a journal").writes, 0);
        }
        let outcome = run(&azure, &plan).await;
        assert_eq!(outcome.is_success(), !meddled, "{interrupted} {outcome:?}");
        if meddled {
            assert_eq!(*of(&outcome, "b"), ActionOutcome::Moved);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn rule_09_what_a_cut_off_run_has_made_is_no_move() {
    let widget = ResourceId::in_group("s", "rg", "Contoso.Widgets/widgets", "w");
    for (said, writes) in [
        (json!({"size": 1, "other": null}), 0),
        (json!({"size": 1, "switch": false, "list": []}), 0),
        (json!({"size": 1, "adminPassword": "not to be read back"}), 1),
    ] {
        let azure = FakeAzure::start().await;
        let made = Action {
            api_version: "2024-01-01".to_owned(),
            ..action("w", &widget, create(json!({"properties": said})), &[])
        };
        let mut plan = plan(vec![made]);
        plan.fingerprints.insert(widget.clone(), Fingerprint::Absent);
        azure.set(&widget, json!({"properties": {"size": 1, "made": "by the service"}}));
        let outcome = run(&azure, &plan).await;
        assert!(outcome.is_success(), "{said}: {outcome:?}");
        assert_eq!(outcome.writes, writes, "{said}");

        azure.set(&widget, json!({"properties": {"size": 2}}));
        assert_eq!(*of(&run(&azure, &plan).await, "w"), ActionOutcome::Moved, "{said}");
    }
}
