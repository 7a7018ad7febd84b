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
