//! What a topology no longer says is found and taken back, by the text that git holds.
//!
//! Each folder in `tests/scenarios/edits/` is one edit: `before.yaml` is committed and applied, then
//! `after.yaml` is. Comment lines of that one say what must be seen: `# expect: address path` for each
//! difference, `# permit: address` for what may be lost, `# tell: words` of the plan, `# history:
//! shallow` where the commit of the first text is out of reach, and `# write: METHOD path [with|without
//! word]` for each request that Azure must get, in this order, by the end of its path. Where there are such files, the steps
//! in `first.yaml` come before all, and those in `azure.yaml` between the two texts.

use std::path::Path;

use serde_json::Value;

use crate::drifts::{differences, lines};
use crate::scenario::{Run, Scenario, root};
use crate::verdict::{commit, git};

#[test]
fn every_edit_is_found_and_ends_with_an_empty_plan() {
    let folder = root().join("tests/scenarios/edits");
    let entries = std::fs::read_dir(&folder).expect("the edits are there");
    let mut edits: Vec<_> = entries.map(|entry| entry.expect("a folder").path()).collect();
    edits.sort();
    assert!(edits.len() >= 10, "{} edits", edits.len());
    for edit in edits {
        carry_out(&edit);
    }
}

/// Asserts that the requests that are wanted are among those of a trace, in their order.
fn assert_written(name: &str, trace: &str, text: &str) {
    let exchanges = trace.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let mut requests = exchanges.map(|mut exchange| exchange["request"].take());
    for words in text.lines().filter_map(|line| line.strip_prefix("# write: ")) {
        let words: Vec<&str> = words.split(' ').collect();
        let is_it = |request: &Value| {
            let url = request["url"].as_str().unwrap_or_default().to_ascii_lowercase();
            let path = url.split('?').next().unwrap_or_default();
            let body = request["body"].to_string();
            request["method"] == words[0]
                && path.ends_with(&words[1].to_ascii_lowercase())
                && match words[2..] {
                    ["with", word] => body.contains(word),
                    ["without", word] => !body.contains(word),
                    _ => true,
                }
        };
        assert!(
            requests.any(|request| is_it(&request)),
            "{name}: no {words:?} in its turn\n{trace}"
        );
    }
}

fn carry_out(edit: &Path) {
    let name = edit.file_name().unwrap_or_default().to_string_lossy();
    let read = |file: &str| std::fs::read_to_string(edit.join(file)).ok();
    let scenario = Scenario::of("minimal");
    git(scenario.folder(), &["init", "--quiet"]);
    if let Some(steps) = read("first.yaml") {
        scenario.change(&steps);
    }
    scenario.write("topology.yaml", &read("before.yaml").expect("a text before"));
    commit(&scenario, "Before");
    let gate = ["--permit", "trafficManager/main/endpoints/a"];
    let first = scenario.run(&[&["apply", "--yes"], &gate[..]].concat());
    assert_eq!(first.code, 0, "{name}: {}\n{}", first.stdout, first.stderr);
    if let Some(steps) = read("azure.yaml") {
        scenario.change(&steps);
    }
    let after = read("after.yaml").expect("a text after");
    scenario.write("topology.yaml", &after);
    commit(&scenario, "After");
    let is_shallow = !lines(&after, "history: shallow").is_empty();
    let permits = lines(&after, "permit: ");
    let mut args: Vec<&str> = permits.iter().flat_map(|permit| ["--permit", permit]).collect();
    if is_shallow {
        let origin = format!("file://{}", scenario.folder().display());
        git(scenario.folder(), &["clone", "--quiet", "--depth", "1", &origin, "shallow"]);
        args.insert(0, "shallow/topology.yaml");
    }
    let run = |command: &[&str]| -> Run { scenario.run(&[command, &args[..]].concat()) };
    let found = run(&["plan", "--format", "json"]);
    let plan: Value = serde_json::from_str(&found.stdout).expect("a plan as JSON");
    assert_eq!(differences(&plan), lines(&after, "expect: "), "{name}\n{plan:#}");
    let told = run(&["plan"]);
    let told = told.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in lines(&after, "tell: ") {
        assert!(told.contains(&words), "{name}: {words:?} is not in\n{told}");
    }
    let applied = run(&["apply", "--yes", "--trace-http", "trace.jsonl"]);
    assert_eq!(applied.code, 0, "{name}: {}\n{}", applied.stdout, applied.stderr);
    assert_written(&name, &scenario.read("trace.jsonl"), &after);
    let again = run(&["plan", "--detailed-exitcode"]);
    assert_eq!(again.code, 0, "{name} has not converged: {}\n{}", again.stdout, again.stderr);
}
