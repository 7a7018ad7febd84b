//! An apply that is stopped leaves things well, and the next one finishes the work.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::scenario::Scenario;

/// Every write takes long enough to be interrupted.
pub const SLOW: &str = "faults: { rules: [{ fault: slow, methods: [PUT, PATCH], millis: 150 }] }\n";

/// Starts an apply and returns once its first action is done.
pub fn begin(scenario: &Scenario, args: &[&str]) -> (Child, BufReader<std::process::ChildStderr>) {
    let mut child = scenario
        .simulated(args)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut lines = BufReader::new(child.stderr.take().expect("stderr is piped"));
    let mut line = String::new();
    while !line.contains('✓') {
        line.clear();
        assert_ne!(lines.read_line(&mut line).expect("text"), 0, "the apply ended too early");
    }
    (child, lines)
}

/// Sends a signal to a run.
pub fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    let status = Command::new("kill").args([name, &id]).status().expect("kill runs");
    assert!(status.success());
}

#[test]
fn rule_17_the_first_interruption_drains_and_the_next_apply_goes_on() {
    let scenario = Scenario::with_azure("minimal", SLOW);
    let (mut child, mut lines) = begin(&scenario, &["apply", "--yes"]);
    signal(&child, "-INT");
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut lines, &mut rest).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{rest}");
    assert!(rest.contains("interrupted"), "{rest}");
    scenario.apply();
}

#[test]
fn rule_09_a_killed_apply_is_finished_by_the_next() {
    let scenario = Scenario::with_azure("minimal", SLOW);
    let (mut child, _) = begin(&scenario, &["apply", "--yes"]);
    signal(&child, "-KILL");
    assert_eq!(child.wait().expect("it ends").code(), None);
    scenario.apply();
}

#[test]
fn rule_17_a_cancelled_job_and_a_lost_terminal_drain_as_well() {
    for name in ["-TERM", "-HUP"] {
        let scenario = Scenario::with_azure("minimal", SLOW);
        let (mut child, mut lines) = begin(&scenario, &["apply", "--yes"]);
        signal(&child, name);
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut lines, &mut rest).expect("text");
        assert_eq!(child.wait().expect("it ends").code(), Some(130), "{name}: {rest}");
        assert!(rest.contains("interrupted: no more begins"), "{name}: {rest}");
    }
}
