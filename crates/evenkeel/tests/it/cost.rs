//! What a run costs, counted.

use crate::scenario::Scenario;

/// A clone follows its original in four documents of which R1 declares nothing. Those of the original are
/// read, or what somebody writes there would never reach the clone: four requests. Of the clone's only
/// sign-in and sticky names are, two requests: what somebody turns on there is a difference although the
/// original has none. Connection strings and mounts of the clone's own are none, and are not read.
#[test]
fn rule_11_a_no_op_plan_of_r1_makes_at_most_27_requests() {
    let scenario = Scenario::of("r1");
    scenario.apply();
    let plan = scenario.plan();
    let requests = plan["coverage"]["requests"].as_u64().expect("requests are counted");
    assert!((1..=27).contains(&requests), "{requests} requests");
}

#[test]
fn rule_11_an_apply_with_nothing_to_do_writes_nothing() {
    let scenario = Scenario::of("r1");
    scenario.apply();
    let again = scenario.run(&["apply", "--yes", "--trace-http", "trace.jsonl"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    let trace = scenario.read("trace.jsonl");
    let writes: Vec<&str> = trace.lines().filter(|line| is_write(line)).collect();
    assert!(writes.is_empty(), "{writes:#?}");
    assert!(trace.lines().count() > 5, "the trace holds the reads");
}

fn is_write(line: &str) -> bool {
    let exchange: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
    let method = exchange["request"]["method"].as_str().unwrap_or_default().to_owned();
    let url = exchange["request"]["url"].as_str().unwrap_or_default();
    match method.as_str() {
        "GET" | "HEAD" => false,
        // The listing of documents that hold secrets is a read.
        "POST" => !(url.contains("/config/") && url.contains("/list?")),
        _ => true,
    }
}
