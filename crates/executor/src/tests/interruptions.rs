//! What the two stages of stopping leave behind.

use super::locks::{lock_body, locked_plan};
use super::*;

/// Cancels when an action begins.
struct Interrupter<'a> {
    cancel: &'a Cancel,
    at: &'static str,
    hard: bool,
}

impl Progress for Interrupter<'_> {
    fn started(&self, action: &Action) {
        if action.id.0 == self.at {
            self.cancel.drain.cancel();
            if self.hard {
                self.cancel.abandon.cancel();
            }
        }
    }

    fn finished(&self, _action: &Action, _outcome: &ActionOutcome) {}
    fn waiting(&self, _action: &Action, _reason: &str) {}
}

#[tokio::test(start_paused = true)]
async fn rule_17_the_first_interruption_lets_running_actions_end_and_puts_locks_back() {
    let azure = FakeAzure::start().await;
    azure.set(&lock(), lock_body());
    azure.set(&record("www"), json!({"properties": {}}));
    let cancel = Cancel::default();
    let progress = Interrupter { cancel: &cancel, at: "delete", hard: false };
    let (options, world, plan) = (Options::default(), FakeWorld::default(), locked_plan());
    let outcome = apply(&plan, &azure.writer(), &world, &options, &progress, &cancel).await;
    let outcome = outcome.expect("a journal");
    assert!(outcome.interrupted);
    assert!(is_done(&outcome, "delete", Done::Now) && is_done(&outcome, "restore", Done::Now));
    assert_eq!(*of(&outcome, "after"), ActionOutcome::NotStarted);
}

#[tokio::test(start_paused = true)]
async fn rule_17_the_second_interruption_stops_waiting() {
    let azure = FakeAzure::start().await;
    let cancel = Cancel::default();
    let progress = Interrupter { cancel: &cancel, at: "a", hard: true };
    let plan = plan(vec![
        action("a", &app("a"), create(json!({"location": "x"})), &[]),
        action("b", &app("b"), create(json!({"location": "x"})), &["a"]),
    ]);
    let (options, world) = (Options::default(), FakeWorld::default());
    let outcome = apply(&plan, &azure.writer(), &world, &options, &progress, &cancel).await;
    let outcome = outcome.expect("a journal");
    assert_eq!(*of(&outcome, "a"), ActionOutcome::InFlight);
    assert_eq!(*of(&outcome, "b"), ActionOutcome::NotStarted);
}
