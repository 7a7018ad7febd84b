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
