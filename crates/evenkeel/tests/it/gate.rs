//! What an apply that stops must not open: the way to what does not serve.

use crate::interrupt::{begin, signal};
use crate::scenario::Scenario;

const DARK_TENANTS: &str = "
hosts:
  eu2.tenants.example.net: { status: 503 }
  eu3.tenants.example.net: { status: 503 }
faults: { rules: [{ fault: slow, methods: [PUT, PATCH], millis: 150 }] }
";

fn holds_profile(scenario: &Scenario) -> bool {
    let run = scenario.run_offline(&["simulate", "--dir", ".evenkeel/azure", "--dump"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout.to_ascii_lowercase().contains("trafficmanagerprofiles/traf-integration")
}

#[test]
fn rule_14_no_later_run_leads_to_hosts_that_answer_503() {
    let scenario = Scenario::with_azure("r2", DARK_TENANTS);
    let (mut child, _) = begin(&scenario, &["apply", "--yes"]);
    signal(&child, "-KILL");
    child.wait().expect("it ends");
    scenario.change(DARK_TENANTS);
    for _ in 0..2 {
        let run = scenario.run(&["apply", "--yes"]);
        assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("503") || run.stderr.contains("503"), "{}", run.stdout);
        assert!(!holds_profile(&scenario));
    }
    // The standby alone may be down, where somebody says so.
    scenario.change("hosts: { eu2.tenants.example.net: { status: 200 } }");
    let refused = scenario.run(&["apply", "--yes"]);
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    let permit = "trafficManager/main/endpoints/eu3";
    let applied = scenario.run(&["apply", "--yes", "--permit", permit]);
    assert_eq!(applied.code, 0, "{}\n{}", applied.stdout, applied.stderr);
    assert!(holds_profile(&scenario));
}

/// How both tenants answer: well, and with this text.
fn saying(text: &str) -> String {
    let host =
        |name: &str| format!("  {name}.tenants.example.net: {{ status: 200, body: '{text}' }}\n");
    format!("hosts:\n{}{}", host("eu2"), host("eu3"))
}

#[test]
fn rule_14_no_run_leads_to_what_answers_and_is_not_yet_green() {
    let yellow = saying("2 of 3 parts are green");
    let slow = "faults: { rules: [{ fault: slow, methods: [PUT, PATCH], millis: 150 }] }";
    let scenario = Scenario::with_azure("r2", &format!("{yellow}{slow}\n"));
    scenario.edit("expectedStatus:", "expectedBody: everything is green\n      expectedStatus:");
    let (mut child, _) = begin(&scenario, &["apply", "--yes"]);
    signal(&child, "-KILL");
    child.wait().expect("it ends");
    scenario.change(&yellow);
    for _ in 0..2 {
        let run = scenario.run(&["apply", "--yes"]);
        assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
        let told = format!("{}{}", run.stdout, run.stderr).replace(['\n', ' '], "");
        assert!(told.contains("lastseenwas200withoutthattext"), "{}\n{}", run.stdout, run.stderr);
        assert!(!holds_profile(&scenario));
    }
    scenario.change(&saying("everything is green"));
    scenario.apply();
    assert!(holds_profile(&scenario));
}

#[test]
fn rule_14_that_a_router_sees_a_status_does_not_speak_for_the_text() {
    let scenario = Scenario::with_azure("r2", &saying("everything is green"));
    scenario.edit("expectedStatus:", "expectedBody: everything is green\n      expectedStatus:");
    let domain = "domains:\n  api.corp.example: { routeTo: trafficManager/main }\n";
    scenario.edit(domain, "");
    scenario.edit("corp.example: { external: true }", "corp.example: {}");
    scenario.apply();
    // To Traffic Manager both are online: it sees 200.
    scenario.change(&saying("2 of 3 parts are green"));
    scenario.edit("dns:\n", &format!("{domain}dns:\n"));
    let run = scenario.run(&["apply", "--yes"]);
    assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
    let record = || {
        let dump = scenario.run_offline(&["simulate", "--dir", ".evenkeel/azure", "--dump"]);
        dump.stdout.to_ascii_lowercase().contains("dnszones/corp.example/cname/api")
    };
    assert!(!record());
    scenario.change(&saying("everything is green"));
    scenario.apply();
    assert!(record());
}
