//! A saved plan is applied as reviewed, or refused whole.

use crate::interrupt::{SLOW, begin, signal};
use crate::scenario::{Run, Scenario, finish};
use crate::verdict::{commit, git};

const KEY: &str = "EVENKEEL_PLAN_KEY";

/// Somebody points the name elsewhere after the plan was reviewed.
const MOVED_RECORD: &str = r#"
changes:
  - put: /subscriptions/${subscription}/resourceGroups/rg-dns/providers/Microsoft.Network/dnsZones/example.com/CNAME/ca
    apiVersion: "2018-05-01"
    body: { properties: { TTL: 300, CNAMERecord: { cname: moved.example.net } } }
"#;

fn saved(name: &str) -> Scenario {
    let scenario = Scenario::of(name);
    let run = scenario.run(&["plan", "--out", "plan.json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    scenario
}

fn with_key(scenario: &Scenario, args: &[&str], key: &str) -> Run {
    let mut command = scenario.simulated(args);
    command.env(KEY, key);
    finish(command)
}

fn writes(run: &Run) -> bool {
    !run.stdout.contains(", 0 writes)")
}

#[test]
fn rule_08_a_saved_plan_is_applied_as_reviewed() {
    let scenario = saved("r1");
    let run = scenario.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    scenario.assert_converged();
}

#[test]
fn rule_08_what_moved_is_told_three_ways_and_nothing_is_half_done() {
    let scenario = saved("r1");
    scenario.change(MOVED_RECORD);
    let run = scenario.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(run.code, 4, "{}\n{}", run.stdout, run.stderr);
    assert!(!writes(&run), "{}", run.stdout);
    for told in [
        "properties.CNAMERecord.cname",
        "plan saw  app-pki-weu.azurewebsites.net",
        "live is   moved.example.net",
        "file says pki-example.trafficmanager.net",
    ] {
        assert!(run.stderr.contains(told), "{told}: {}", run.stderr);
    }
    assert!(run.stdout.contains("evenkeel plan topology.yaml --out plan.json"), "{}", run.stdout);
}

#[test]
fn rule_08_a_plan_of_another_topology_is_refused() {
    let scenario = saved("minimal");
    scenario.edit("path: /health }\n    endpoints", "path: /live }\n    endpoints");
    let run = scenario.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("is not the topology that the plan was made of"), "{}", run.stderr);
    // What only looks different is the same topology.
    scenario.edit("path: /live }\n    endpoints", "path: /health } # as reviewed\n    endpoints");
    assert_eq!(scenario.run(&["apply", "plan.json", "--yes"]).code, 0);
}

#[test]
fn rule_08_a_plan_past_its_time_is_refused() {
    let scenario = Scenario::of("minimal");
    let run = scenario.run(&["plan", "--out", "plan.json", "--valid-for", "0s"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let run = scenario.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("expired at"), "{}", run.stderr);
}

#[test]
fn rule_08_a_plan_names_its_commit_and_is_applied_from_elsewhere_in_the_repository() {
    let scenario = Scenario::of("minimal");
    git(scenario.folder(), &["init", "--quiet"]);
    commit(&scenario, "One region more");
    let commit = git(scenario.folder(), &["rev-parse", "HEAD"]);
    let run = scenario.run(&["plan", "--out", "plan.json"]);
    assert!(run.stderr.contains(&format!("of commit {};", &commit[..12])), "{}", run.stderr);
    let file: serde_json::Value =
        serde_json::from_str(&scenario.read("plan.json")).expect("a plan file is JSON");
    assert_eq!(file["content"]["origin"]["commit"]["id"], commit);
    assert_eq!(file["content"]["origin"]["commit"]["isModified"], false);

    scenario.edit("path: /health }\n    endpoints", "path: /live }\n    endpoints");
    let run = scenario.run(&["plan", "--out", "other.json"]);
    assert!(run.stderr.contains("with changes of its own"), "{}", run.stderr);
    std::fs::create_dir(scenario.folder().join("below")).expect("a folder");
    let mut command = scenario.simulated(&["apply", "../plan.json", "--yes"]);
    command.current_dir(scenario.folder().join("below"));
    command.arg("--simulator-dir").arg("../.evenkeel/azure");
    let run = finish(command);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains(&format!("commit {}", &commit[..12])), "{}", run.stderr);
}

#[test]
fn a_plan_of_a_custom_cloud_is_applied_without_its_topology() {
    for (host, told) in
        [("https://127.0.0.1:1", None), ("https://arm.example", Some("--cloud-endpoint"))]
    {
        let scenario = Scenario::of("minimal");
        let cloud = format!("cloud: {{ resourceManager: '{host}', authority: '{host}' }}");
        scenario.edit("version: 1\n", &format!("version: 1\n{cloud}\n"));
        let plan = ["plan", "--out", "plan.json", "--cloud-endpoint", host];
        let made = scenario.run(&plan);
        assert_eq!(made.code, 0, "{}", made.stderr);
        std::fs::remove_file(scenario.folder().join("topology.yaml")).expect("a topology");
        let run = scenario.run(&["apply", "plan.json", "--yes"]);
        assert_eq!(run.code, if told.is_some() { 3 } else { 0 }, "{}", run.stderr);
        assert!(run.stderr.contains(told.unwrap_or_default()), "{}", run.stderr);
    }
}

#[test]
fn rule_08_a_signed_plan_is_applied_with_its_key_alone() {
    let scenario = Scenario::of("minimal");
    assert_eq!(with_key(&scenario, &["plan", "--out", "plan.json"], "k1").code, 0);
    for (key, told) in [("k2", "does not fit the key"), ("", "no key is set")] {
        let run = with_key(&scenario, &["apply", "plan.json", "--yes"], key);
        assert_eq!(run.code, 3, "{}", run.stderr);
        assert!(run.stderr.contains(told), "{}", run.stderr);
    }
    assert_eq!(with_key(&scenario, &["apply", "plan.json", "--yes"], "k1").code, 0);
}

#[test]
fn rule_09_a_saved_plan_that_was_carried_out_is_found_done() {
    let scenario = saved("r1");
    assert_eq!(scenario.run(&["apply", "plan.json", "--yes"]).code, 0);
    let again = scenario.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(again.code, 0, "{}\n{}", again.stdout, again.stderr);
    // A grant in a vault cannot be told from one of somebody else's, so it is made again.
    assert!(again.stdout.contains("applied: 1 done, 28 done before"), "{}", again.stdout);
    assert!(again.stdout.contains(", 1 writes)"), "{}", again.stdout);
}

#[test]
fn rule_09_a_saved_plan_that_was_cut_off_goes_on_where_it_stopped() {
    let scenario = Scenario::with_azure("minimal", SLOW);
    assert_eq!(scenario.run(&["plan", "--out", "plan.json"]).code, 0);
    let (mut child, _) = begin(&scenario, &["apply", "plan.json", "--yes"]);
    signal(&child, "-KILL");
    assert_eq!(child.wait().expect("it ends").code(), None);
    let again = scenario.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(again.code, 0, "{}\n{}", again.stdout, again.stderr);
    assert!(again.stdout.contains("done before"), "{}", again.stdout);
    scenario.assert_converged();
}

#[test]
fn what_azure_holds_of_the_secrets_of_the_run_is_not_saved() {
    const SECRET: &str = "correct-horse-battery";
    let scenario = Scenario::of("minimal");
    let run = |args: &[&str]| {
        let mut command = scenario.simulated(args);
        command.env("TOKEN", SECRET);
        finish(command)
    };
    scenario.write(
        "topology.yaml",
        "version: 1\nname: osprey\nsubscription: 11111111-2222-3333-4444-555555555555\n\
         location: westeurope\ntags: { team: blue }\nstamp:\n  plan: { sku: B1 }\n  apps:\n    \
         web:\n      runtime: \"node|22-lts\"\n      settings: { TOKEN: \"${secret:env:TOKEN}\" }\n\
         stamps:\n  weu: { region: westeurope }\n",
    );
    let applied = run(&["apply", "topology.yaml", "--yes"]);
    assert_eq!(applied.code, 0, "{}\n{}", applied.stdout, applied.stderr);
    scenario.change(&format!(
        "changes:\n  - patch: /subscriptions/${{subscription}}/resourceGroups/rg-osprey-weu\n    \
         apiVersion: \"2021-04-01\"\n    body: {{ tags: {{ evenkeel: osprey, team: \"was {SECRET}\" }} }}\n"
    ));
    let planned = run(&["plan", "topology.yaml", "--out", "plan.json"]);
    assert_eq!(planned.code, 0, "{}\n{}", planned.stdout, planned.stderr);
    let saved = std::fs::read_to_string(scenario.folder().join("plan.json")).expect("a plan");
    assert!(saved.contains("tags.team"), "the change is in the plan: {saved}");
    assert!(!saved.contains(SECRET), "{saved}");
    let applied = run(&["apply", "plan.json", "--yes"]);
    assert_eq!(applied.code, 0, "{}\n{}", applied.stdout, applied.stderr);
}
