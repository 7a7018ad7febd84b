//! What has moved in Azure on purpose is written into the topology, and the next plan is empty.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::scenario::{Run, Scenario, root};

/// Returns the drifts of a scenario, by name.
fn drifts(name: &str) -> Vec<PathBuf> {
    let folder = root().join(format!("tests/scenarios/{name}/drifts"));
    let entries = std::fs::read_dir(&folder).expect("the drifts are there");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

fn comments(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| line.starts_with('#')).collect()
}

/// Accepts a drift and returns what a reader sees; Azure and the topology are put back after it.
fn accept(scenario: &Scenario, file: &Path) -> (String, bool) {
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let before = scenario.read("topology.yaml");
    scenario.change(&std::fs::read_to_string(file).expect("a readable drift"));
    let run = scenario.run(&["drift", "--accept"]);
    let after = scenario.read("topology.yaml");
    let is_accepted = run.code == 0;
    if is_accepted {
        scenario.assert_converged();
        let kept = comments(&after);
        for comment in comments(&before) {
            // A comment inside an entry that goes, goes with it.
            let is_inside = run.stdout.contains(&format!("-        {comment}"));
            assert!(kept.contains(&comment) || is_inside, "{name} lost {comment}");
        }
    } else {
        assert_eq!(run.code, 2, "{name}: {}\n{}", run.stdout, run.stderr);
        assert!(run.stderr.contains("left "), "{name}: {}", run.stderr);
        assert!(run.stderr.contains("  help: "), "{name}: {}", run.stderr);
    }
    scenario.write("topology.yaml", &before);
    scenario.apply();
    (told(&name, &run), is_accepted)
}

fn told(name: &str, run: &Run) -> String {
    let mut told = format!("## {name}: exit {}\n", run.code);
    for text in [&run.stdout, &run.stderr] {
        // What is the same in every patch says nothing.
        let lines =
            text.lines().filter(|line| !line.starts_with("--- ") && !line.starts_with("+++ "));
        lines.for_each(|line| {
            let _ = writeln!(told, "{}", line.trim_end());
        });
    }
    told
}

fn all(name: &str) -> (String, usize) {
    let scenario = Scenario::of(name);
    scenario.apply();
    let mut text = String::new();
    let mut accepted = 0;
    for file in drifts(name) {
        let (told, is_accepted) = accept(&scenario, &file);
        let _ = writeln!(text, "{told}");
        accepted += usize::from(is_accepted);
    }
    (text, accepted)
}

#[test]
fn r1_drifts_are_accepted_or_left_with_a_reason() {
    let (text, accepted) = all("r1");
    insta::assert_snapshot!(text);
    assert_eq!(accepted, 7);
}

#[test]
fn r2_drifts_are_accepted_or_left_with_a_reason() {
    let (text, accepted) = all("r2");
    insta::assert_snapshot!(text);
    assert_eq!(accepted, 9);
}

/// Makes the plan of a stamp smaller.
fn smaller_plan(stamp: &str) -> String {
    format!(
        "  - patch: /subscriptions/${{subscription}}/resourceGroups/rg-pki-{stamp}/providers/\
         Microsoft.Web/serverfarms/asp-pki-{stamp}\n    apiVersion: \"2024-11-01\"\n    \
         body: {{ sku: {{ name: P0v3 }} }}\n"
    )
}

#[test]
fn one_stamp_gets_a_value_of_its_own_and_all_alike_the_module() {
    let scenario = Scenario::of("r1");
    scenario.apply();
    let before = scenario.read("topology.yaml");
    scenario.change(&format!("changes:\n{}{}", smaller_plan("weu"), smaller_plan("neu")));

    let dry = scenario.run(&["drift", "--accept", "--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    assert_eq!(scenario.read("topology.yaml"), before);
    assert!(dry.stdout.contains("-    sku: P1v3\n+    sku: P0v3\n"), "{}", dry.stdout);

    let one = scenario.run(&["drift", "--accept", "neu"]);
    assert_eq!(one.code, 0, "{}", one.stderr);
    assert!(one.stdout.contains("+    plan: { sku: P0v3 }\n"), "{}", one.stdout);
    scenario.write("topology.yaml", &before);

    let all = scenario.run(&["drift", "--accept"]);
    assert_eq!((all.code, &all.stdout), (0, &dry.stdout), "{}", all.stderr);
    assert_eq!(scenario.read("topology.yaml"), before.replace("sku: P1v3", "sku: P0v3"));
    scenario.assert_converged();

    let again = scenario.run(&["drift", "--accept"]);
    assert_eq!((again.code, again.stdout.as_str()), (0, ""));
}

#[test]
fn line_breaks_of_windows_stay() {
    let scenario = Scenario::of("r2");
    scenario.apply();
    let text = scenario.read("topology.yaml").replace('\n', "\r\n");
    scenario.write("topology.yaml", &text);
    let file = root().join("tests/scenarios/r2/drifts/profile-off.yaml");
    scenario.change(&std::fs::read_to_string(file).expect("a readable drift"));
    assert_eq!(scenario.run(&["drift", "--accept"]).code, 0);
    let after = scenario.read("topology.yaml");
    assert_eq!(after.replace("    enabled: false\r\n", ""), text);
    scenario.assert_converged();
}

#[test]
fn an_address_that_names_nothing_is_refused() {
    let scenario = Scenario::of("r2");
    let run = scenario.run(&["drift", "--accept", "topology.yaml"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("name the file first"), "{}", run.stderr);
    let run = scenario.run(&["drift", "--dry-run"]);
    assert_ne!(run.code, 0, "{}", run.stdout);
}

#[test]
fn what_the_file_itself_has_changed_is_not_taken_back_unasked() {
    let scenario = crate::verdict::applied();
    let drift = root().join("tests/scenarios/r1/drifts/changed-package.yaml");
    scenario.change(&std::fs::read_to_string(drift).expect("a readable drift"));
    scenario.edit("    ttl: 60s", "    ttl: 30s");
    let run = scenario.run(&["drift", "--accept"]);
    assert_eq!(run.code, 2, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("elsewhere.example.net"), "{}", run.stdout);
    let text = scenario.read("topology.yaml");
    assert!(text.contains("    ttl: 30s"), "{text}");
    assert!(
        run.stderr.contains("left trafficManager/main properties.dnsConfig.ttl"),
        "{}",
        run.stderr
    );

    let asked = scenario.run(&["drift", "--accept", "trafficManager/main"]);
    assert_eq!(asked.code, 0, "{}\n{}", asked.stdout, asked.stderr);
    // In the unit that stood there.
    assert!(scenario.read("topology.yaml").contains("    ttl: 60s"));
}
