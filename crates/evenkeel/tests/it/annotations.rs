//! A plan annotates the lines of the file that it speaks of.

use std::collections::BTreeSet;

use crate::scenario::Scenario;

/// Returns the line numbers of the annotations, with their titles.
fn annotated(text: &str) -> Vec<(usize, String)> {
    let between = |line: &str, from: &str, to: &str| {
        let (_, rest) = line.split_once(from)?;
        Some(rest.split_once(to)?.0.to_owned())
    };
    let found = text.lines().filter_map(|line| {
        let number = between(line, ",line=", ",")?.parse().ok()?;
        Some((number, between(line, "title=", "::")?.replace("%3A", ":")))
    });
    found.collect()
}

#[test]
fn changes_are_told_at_the_lines_that_declare_them() {
    let scenario = Scenario::of("r1");
    let run = scenario.run(&["plan", "--format", "github"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = scenario.read("topology.yaml");
    let lines: Vec<&str> = text.lines().collect();
    let found = annotated(&run.stdout);
    let told: BTreeSet<(String, &str)> =
        found.into_iter().map(|(line, title)| (title, lines[line - 1].trim())).collect();
    let has = |title: &str, line: &str| {
        told.iter().any(|(told, at)| told.contains(title) && at.starts_with(line))
    };
    assert!(has("adopt: storage/shared", "shared:"), "{told:#?}");
    assert!(has("adopt: domains/ca.example.com", "ca.example.com:"), "{told:#?}");
    let all = run.stdout.lines().count();
    assert!(all <= 10, "GitHub shows ten of a step: {all}");
}

#[test]
fn a_refusal_is_told_at_its_line_in_every_pipeline() {
    let scenario = Scenario::of("r1");
    scenario.edit("    redundancy: GRS\n    adopt: true", "    redundancy: GRS");
    let line = scenario.read("topology.yaml").lines().position(|line| line == "  shared:");
    let line = line.expect("the account is declared") + 1;
    let told = |format: &str| scenario.run(&["plan", "--format", format]).stdout;
    let github = told("github");
    assert!(
        github.contains(&format!("::error file=topology.yaml,line={line},col=3,title=adoption")),
        "{github}"
    );
    let devops = told("azure-devops");
    assert!(devops.contains(&format!("linenumber={line};")), "{devops}");
    let sarif = told("sarif");
    assert!(sarif.contains(&format!("\"startLine\": {line}")), "{sarif}");
}

#[test]
fn warnings_of_the_topology_stand_in_every_report_of_a_plan() {
    let scenario = Scenario::of("r2");
    scenario.write(
        "topology.yaml",
        "version: 1\nname: osprey\nsubscription: 11111111-2222-3333-4444-555555555555\nlocation: westeurope\nstamp:\n  plan: { sku: P1v3 }\n  apps: { web: { runtime: node|22-lts, settings: { DB_PASSWORD: hunter2 } } }\nstamps: { weu: { region: westeurope } }\n",
    );
    for format in ["markdown", "html", "sarif", "json", "github", "azure-devops"] {
        let run = scenario.run(&["plan", "--format", format]);
        assert_eq!(run.code, 0, "{format}: {}", run.stderr);
        assert!(run.stdout.contains("DB_PASSWORD"), "{format}: {}", run.stdout);
        assert!(
            run.stdout.contains("looks like a secret") || run.stdout.contains("plain-secret"),
            "{format}: {}",
            run.stdout
        );
        assert!(!run.stdout.contains("hunter2") && !run.stderr.contains("hunter2"), "{format}");
    }
}
