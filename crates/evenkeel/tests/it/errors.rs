//! Wrong input gets an answer that helps.

use crate::scenario::Scenario;

#[test]
fn an_invalid_topology_is_told_with_its_place() {
    let scenario = Scenario::of("minimal");
    scenario.edit("routing: priority", "routing: prioritty");
    let run = scenario.run_offline(&["validate"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("topology.yaml:21:14"), "{}", run.stderr);
    assert!(run.stderr.contains("priority"), "{}", run.stderr);
}

#[test]
fn diagnostics_are_data_too() {
    let scenario = Scenario::of("minimal");
    scenario.edit("region: westeurope", "region: westeurop");
    let run = scenario.run_offline(&["validate", "--format", "json"]);
    assert_eq!(run.code, 3);
    let document: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(document["valid"], false);
    assert_eq!(document["diagnostics"][0]["place"]["line"], 15);
}

#[test]
fn a_missing_file_is_named() {
    let scenario = Scenario::of("minimal");
    let run = scenario.run_offline(&["validate", "nowhere.yaml"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("nowhere.yaml"), "{}", run.stderr);
}

#[test]
fn rule_12_without_anybody_to_ask_nothing_is_applied() {
    let scenario = Scenario::of("minimal");
    let run = scenario.run(&["apply"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("--yes"), "{}", run.stderr);
    assert_eq!(scenario.plan()["summary"]["create"], 10);
}

#[test]
fn a_changed_plan_file_is_refused() {
    let scenario = Scenario::of("minimal");
    assert_eq!(scenario.run(&["plan", "--out", "plan.json"]).code, 0);
    let text = scenario.read("plan.json").replace("westeurope", "francecentral");
    scenario.write("plan.json", &text);
    let run = scenario.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
}

#[test]
fn the_environment_can_ask_for_the_simulator() {
    let scenario = Scenario::of("minimal");
    let plan = |value: &str| {
        let mut command = scenario.command(&["plan", "--auth", "environment"]);
        command.env("EVENKEEL_SIMULATOR", value).env_remove("AZURE_CLIENT_ID");
        command.output().expect("the binary runs")
    };
    for yes in ["true", "1"] {
        assert_eq!(plan(yes).status.code(), Some(0));
    }
    for no in ["", "false", "0"] {
        let run = plan(no);
        assert_ne!(run.status.code(), Some(0), "{no}");
        assert!(String::from_utf8_lossy(&run.stderr).contains("AZURE_"), "{no}: {run:?}");
    }
}

#[test]
fn a_wrong_call_is_never_taken_for_changes() {
    let scenario = Scenario::of("minimal");
    let wrong: [&[&str]; 6] = [
        &["drift", "--bogus"],
        &["plan", "--format", "pdf"],
        &["nothing-like-this"],
        &["plan", "--valid-for"],
        &["post", "issue"],
        &[],
    ];
    for args in wrong {
        let run = scenario.run_offline(args);
        assert_eq!(run.code, 3, "{args:?}: {}", run.stderr);
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{args:?}");
    }
    for args in [&["--help"][..], &["drift", "--help"], &["--version"], &["help", "plan"]] {
        let run = scenario.run_offline(args);
        assert_eq!((run.code, run.stderr.is_empty()), (0, true), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn a_refused_destroy_is_no_success() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    let wrong_name = scenario.run(&["destroy", "--confirm", "another"]);
    assert_eq!(wrong_name.code, 4, "{}", wrong_name.stderr);
    assert_eq!(scenario.run(&["destroy"]).code, 3, "there is nobody to ask");
    assert_eq!(scenario.run(&["plan", "--detailed-exitcode"]).code, 0, "nothing has gone");
}

/// An Azure that refuses reads of paths with `part`.
fn denying(part: &str) -> String {
    let rule = format!("fault: denied, path: {part:?}");
    format!("faults: {{ rules: [{{ {rule} }}] }}\n")
}

#[test]
fn what_was_not_looked_at_is_named_by_its_right_and_is_incomplete() {
    for (part, right) in [
        ("/providers/Microsoft.Web/sites", "Microsoft.Web/sites/read"),
        ("/providers/Microsoft.Authorization/locks", "Microsoft.Authorization/locks/read"),
        ("555555555555/resources", "Microsoft.Resources/subscriptions/resources/read"),
    ] {
        // Faults are of one run of the simulator, so each run gets its own.
        let run = |args: &[&str]| Scenario::with_azure("minimal", &denying(part)).run(args);
        let plan = run(&["plan"]);
        assert_eq!(plan.code, 0, "{}", plan.stderr);
        assert!(plan.stdout.contains(right), "{right}: {}", plan.stdout);
        assert_eq!(run(&["plan", "--require-complete"]).code, 5, "{right}");
        for format in ["markdown", "json", "github", "azure-devops", "sarif", "html"] {
            let run = run(&["plan", "--require-complete", "--format", format]);
            assert_eq!(run.code, 5, "{}", run.stderr);
            assert!(run.stdout.contains(right), "{format} lacks {right}: {}", run.stdout);
        }
        let both = ["plan", "--require-complete", "--detailed-exitcode"];
        assert_eq!(run(&both).code, 2, "changes are told before what is hidden");
        assert_eq!(run(&["drift", "--require-complete"]).code, 2);
    }
}

#[test]
fn a_whole_look_without_changes_is_complete() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    for command in [&["plan"][..], &["drift"], &["watch", "--rounds", "1"]] {
        let run = scenario.run(&[command, &["--require-complete"]].concat());
        assert_eq!(run.code, 0, "{}", run.stdout);
    }
    assert_eq!(scenario.run(&["watch", "--require-complete"]).code, 3, "no round is the last");
}

#[test]
fn names_that_lead_elsewhere_are_no_scopes() {
    let scenario = Scenario::of("minimal");
    for scope in [
        "../x",
        "..",
        "rg?api-version=1",
        "rg%2f..",
        "rg.",
        "/subscriptions/s/resourceGroups/../providers/A.B/c/x",
        "/subscriptions/s/resourceGroups/rg/providers/A.B/c/x?y",
    ] {
        let run = scenario.run(&["import", scope, "--subscription", "s"]);
        assert_eq!(run.code, 3, "{scope}: {}", run.stderr);
    }
    let run = scenario.run(&["import", "rg-x", "--subscription", "../s"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
}

#[test]
fn a_permission_of_nothing_is_told() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    for (permit, is_told) in [("nope", true), ("weu/wbe", true), ("weu/web", false)] {
        let run = scenario.run(&["plan", "--permit", permit, "--format", "markdown"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(run.stdout.contains("permits-nothing"), is_told, "{permit}: {}", run.stdout);
    }
}
