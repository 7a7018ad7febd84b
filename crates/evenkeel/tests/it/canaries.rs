//! No output of any command holds a secret of the run, wherever the secret was put.

use std::path::Path;

use crate::scenario::{Run, Scenario, finish};

/// Stands in every secret.
const CANARY: &str = "CANARY";
/// A secret that the topology writes out; a saved plan has to hold it.
const LITERAL: &str = "hunter2-of-the-file";

const TOPOLOGY: &str = r#"version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
tags: { password: hunter2-of-the-file }
stamp:
  plan: { sku: P1v3 }
  apps:
    web:
      runtime: "node|22-lts"
      healthPath: /health?code=hunter2-of-the-file
      settings:
        WHOLE: "${secret:env:WHOLE}"
        JOINED: "user=me;key=${secret:env:JOINED}"
        DB_PASSWORD: hunter2-of-the-file
      connectionStrings: { main: { type: sqlAzure, value: "${secret:env:CONNECTION}" } }
stamps:
  weu: { region: westeurope }
  neu: { region: northeurope }
trafficManager:
  main:
    routing: priority
    monitor: { protocol: https, path: /health, headers: { X-Probe: "${secret:env:HEAD}", Cookie: hunter2-of-the-file, X-Functions-Key: hunter2-of-the-file } }
    endpoints: { weu: { app: weu/web, priority: 1 }, neu: { app: neu/web, priority: 2 } }
dns: { example.org: { records: { "@": { txt: ["${secret:env:TXT}"] } } } }
resources:
  thing:
    type: Microsoft.Cache/redis
    apiVersion: 2024-11-01
    location: westeurope
    properties:
      sku: { name: Basic, family: C, capacity: 0 }
      redisConfiguration: { harmless: "${secret:env:BODY}" }
      single: { name: clientSecret, value: hunter2-of-the-file }
      environment: [{ key: DB_PASSWORD, value: hunter2-of-the-file }]
      parameters: { adminPassword: { value: hunter2-of-the-file } }
"#;

/// The secrets of the topology, by variable; `round` tells a changed one from what it was.
fn secrets(round: u32) -> Vec<(&'static str, String)> {
    let named = ["WHOLE", "JOINED", "CONNECTION", "HEAD", "TXT", "BODY"];
    let odd = |name: &str| if name == "WHOLE" { "<\"&'\\+/= %" } else { "" };
    named.map(|name| (name, format!("{CANARY}{round}{name}{}", odd(name)))).into()
}

/// The run's own keys.
const KEYS: [&str; 5] = [
    "EVENKEEL_PLAN_KEY",
    "GITHUB_TOKEN",
    "SYSTEM_ACCESSTOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "CI_JOB_TOKEN",
];

fn run(scenario: &Scenario, round: u32, args: &[&str], is_online: bool) -> Run {
    let mut command = if is_online { scenario.simulated(args) } else { scenario.command(args) };
    command.envs(secrets(round));
    command.envs(KEYS.map(|name| (name, format!("{CANARY}{name}"))));
    finish(command)
}

fn silent(scenario: &Scenario, round: u32, args: &[&str], is_online: bool) -> Run {
    let run = run(scenario, round, args, is_online);
    for (what, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
        for secret in [CANARY, LITERAL] {
            assert!(!text.contains(secret), "{what} of {args:?} shows {secret}:\n{text}");
        }
    }
    run
}

/// Asserts that no file that the runs of a round have written holds a secret.
fn search(folder: &Path, round: u32) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"))
    {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            // The simulated Azure holds what Azure holds.
            if name != "azure" {
                search(&path, round);
            }
            continue;
        }
        let text = String::from_utf8_lossy(&std::fs::read(&path).expect("read")).into_owned();
        // What Azure held before a change is no secret that the run could know by its value.
        let secret =
            if name.ends_with(".jsonl") { format!("{CANARY}{round}") } else { CANARY.to_owned() };
        assert!(!text.contains(&secret), "{name} holds a secret");
        let may_hold = ["topology.yaml", "plan.json"].contains(&&*name);
        assert!(may_hold || !text.contains(LITERAL), "{name} holds what the topology wrote out");
    }
}

const PLAN: [&str; 7] = ["text", "markdown", "json", "github", "azure-devops", "sarif", "html"];
const DRIFT: [&str; 5] = ["text", "json", "junit", "html", "markdown"];

#[test]
fn no_output_holds_a_secret() {
    let scenario = Scenario::of("minimal");
    scenario.write("topology.yaml", TOPOLOGY);
    let reports = |command: &'static str, formats: &[&str], round: u32| -> Vec<String> {
        let report =
            |format: &&str| ["--report".to_owned(), format!("{format}={command}{round}.{format}")];
        formats.iter().flat_map(report).collect()
    };
    for round in [1, 2] {
        silent(&scenario, round, &["validate"], false);
        silent(&scenario, round, &["validate", "--format", "json"], false);
        for format in ["dot", "mermaid", "svg"] {
            silent(&scenario, round, &["graph", "--format", format], false);
        }
        // In the second round every secret has changed: what Azure holds is one that nobody knows.
        for verbose in [&["plan"][..], &["plan", "-v"], &["plan", "-vv"]] {
            silent(&scenario, round, verbose, true);
        }
        let trace = "plan.jsonl";
        let mut plan = vec!["plan", "--out", "plan.json", "--trace-http", trace];
        let written = reports("plan", &PLAN, round);
        plan.extend(written.iter().map(String::as_str));
        let planned = silent(&scenario, round, &plan, true);
        assert_eq!(planned.code, 0, "{}", planned.stderr);
        for format in PLAN {
            silent(&scenario, round, &["plan", "--format", format], true);
        }
        if round == 2 {
            let written = reports("drift", &DRIFT, round);
            let mut drift = vec!["drift"];
            drift.extend(written.iter().map(String::as_str));
            assert_eq!(silent(&scenario, round, &drift, true).code, 2);
            silent(&scenario, round, &["drift", "--accept", "--dry-run"], true);
            silent(&scenario, round, &["watch", "--rounds", "1", "--log-format", "text"], true);
        }
        let trace = "apply.jsonl";
        let format = if round == 1 { "text" } else { "json" };
        let apply = ["apply", "plan.json", "--yes", "--format", format, "--trace-http", trace];
        let applied = silent(&scenario, round, &apply, true);
        assert_eq!(applied.code, 0, "{}\n{}", applied.stdout, applied.stderr);
        let addresses =
            ["trafficManager/main", "resources/thing", "dns/example.org/@", "weu/web", "weu/plan"];
        for address in addresses {
            silent(&scenario, round, &["show", address], true);
            // Whoever has other secrets is shown none of these either.
            silent(&scenario, 3, &["show", address], true);
        }
        search(scenario.folder(), round);
    }
    let groups = ["rg-osprey-global", "rg-osprey-weu", "rg-osprey-neu"];
    let mut import = vec!["import", "--out", "imported.yaml"];
    import.extend(groups);
    silent(&scenario, 2, &import, true);
    silent(&scenario, 2, &["destroy"], true);
    search(scenario.folder(), 2);
}

#[cfg(unix)]
#[test]
fn files_that_may_hold_anything_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let scenario = Scenario::of("minimal");
    let run = scenario.run(&["plan", "--out", "plan.json", "--trace-http", "trace.jsonl"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    scenario.apply();
    for name in ["plan.json", "trace.jsonl", ".evenkeel/azure/state.db"] {
        let metadata = std::fs::metadata(scenario.folder().join(name)).expect("the file is there");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{name}");
    }
}
