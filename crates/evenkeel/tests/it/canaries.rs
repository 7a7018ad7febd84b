//! No output of any command holds a secret of the run, wherever the secret was put.

use std::cell::RefCell;
use std::path::Path;

use crate::scenario::{Run, Scenario, finish};

/// Stands in every secret that the run is given.
const CANARY: &str = "CANARY";
/// A secret that the topology writes out; a saved plan has to hold it.
const LITERAL: &str = "hunter2-of-the-file";
/// A secret that stands in Azure alone: no run knows it by its value.
const LIVE: &str = "hunter2-of-azure";

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
        ENV_PASSWORD: "${env:LITERAL}"
        WEBSITE_RUN_FROM_PACKAGE: "https://st.blob.core.windows.net/a.zip?sv=1&sig=hunter2-of-the-file"
        MODE: plain
        FROM_VAULT: "at=${secret:keyVault:kv-theirs/setting}"
      connectionStrings:
        main: { type: sqlAzure, value: "${secret:env:CONNECTION}" }
        spare: { type: custom, value: "Server=x;Password=hunter2-of-the-file" }
stamps:
  weu: { region: westeurope }
  neu: { region: northeurope }
trafficManager:
  main:
    routing: priority
    monitor: { protocol: https, path: /health, headers: { X-Probe: "${secret:env:HEAD}", X-Vault: "${secret:keyVault:kv-theirs/head}", Cookie: hunter2-of-the-file, X-Functions-Key: hunter2-of-the-file } }
    endpoints: { weu: { app: weu/web, priority: 1 }, neu: { app: neu/web, priority: 2 } }
parity:
  tenants:
    one: { url: "${env:TENANT}", headers: { X-Key: "${secret:env:HEAD}" }, auth: { basic: { user: reader, password: "${secret:env:WHOLE}" } } }
    two: { url: "${env:TENANT}", headers: { Cookie: hunter2-of-the-file }, auth: { oauth: { token: "${env:TENANT}/token", clientId: reader, secret: "${secret:env:BODY}" } } }
  compare: [{ path: /list, key: Id }]
dns: { example.org: { records: { "@": { txt: ["${secret:env:TXT}"] }, literal: { txt: ["AccountKey=hunter2-of-the-file"] } } } }
resources:
  thing:
    type: Microsoft.Cache/redis
    apiVersion: 2024-11-01
    location: westeurope
    properties:
      sku: { name: Basic, family: C, capacity: 0 }
      redisConfiguration: { harmless: "${secret:env:BODY}", kept: "${secret:keyVault:kv-theirs/body}" }
      single: { name: clientSecret, value: hunter2-of-the-file }
      environment: [{ key: DB_PASSWORD, value: hunter2-of-the-file }]
      parameters: { adminPassword: { value: hunter2-of-the-file } }
      listed: [{ inner: ["${secret:env:LISTED}"] }]
"#;

/// Secrets in a vault of somebody else's: the run comes to know them when it applies.
const VAULT: &str = r#"
seed:
  - put: /subscriptions/${subscription}/resourceGroups/rg-theirs
    apiVersion: "2021-04-01"
    body: { location: westeurope }
  - put: /subscriptions/${subscription}/resourceGroups/rg-theirs/providers/Microsoft.KeyVault/vaults/kv-theirs
    apiVersion: "2024-11-01"
    body: { location: westeurope, properties: { tenantId: "${tenant}", sku: { family: A, name: standard }, enableRbacAuthorization: true } }
  - put: /subscriptions/${subscription}/resourceGroups/rg-theirs/providers/Microsoft.KeyVault/vaults/kv-theirs/secrets/setting
    apiVersion: "2024-11-01"
    body: { properties: { value: CANARY-of-a-setting } }
  - put: /subscriptions/${subscription}/resourceGroups/rg-theirs/providers/Microsoft.KeyVault/vaults/kv-theirs/secrets/head
    apiVersion: "2024-11-01"
    body: { properties: { value: "CANARY<of>&\"a\" header" } }
  - put: /subscriptions/${subscription}/resourceGroups/rg-theirs/providers/Microsoft.KeyVault/vaults/kv-theirs/secrets/body
    apiVersion: "2024-11-01"
    body: { properties: { value: CANARY-of-a-body } }
"#;

/// An Azure that says back what it was sent, as many a provider does in its errors.
const ECHOING: &str = "faults: { rules: [{ fault: echo, methods: [PUT, PATCH, POST] }] }\n";

/// What others have put into Azure: beside what the topology declares, and in its place.
const CHANGES: &str = r#"
changes:
  - put: /subscriptions/${subscription}/resourceGroups/rg-osprey-weu/providers/Microsoft.Web/sites/app-osprey-web-weu/config/appsettings
    apiVersion: "2024-04-01"
    body: { properties: { MODE: "AccountKey=hunter2-of-azure", WHOLE: hunter2-of-azure, EXTRA_PASSWORD: hunter2-of-azure } }
  - put: /subscriptions/${subscription}/resourceGroups/rg-osprey-weu/providers/Microsoft.Web/sites/app-osprey-web-weu/config/connectionstrings
    apiVersion: "2024-04-01"
    body: { properties: { main: { type: SQLAzure, value: hunter2-of-azure }, more: { type: Custom, value: hunter2-of-azure } } }
  - patch: /subscriptions/${subscription}/resourceGroups/rg-osprey-weu/providers/Microsoft.Web/sites/app-osprey-web-weu
    apiVersion: "2024-04-01"
    body: { tags: { evenkeel: osprey, password: hunter2-of-azure, url: "https://x.example/?sig=hunter2-of-azure" } }
"#;

/// The secrets of the topology, by variable; `round` tells a changed one from what it was.
fn secrets(round: u32) -> Vec<(&'static str, String)> {
    let named = ["WHOLE", "JOINED", "CONNECTION", "HEAD", "TXT", "BODY", "LISTED"];
    let odd = |name: &str| if name == "WHOLE" { "<\"&'\\+/= %" } else { "" };
    named.map(|name| (name, format!("{CANARY}{round}{name}{}", odd(name)))).into()
}

/// Runs of commands that must show no secret.
struct Runs {
    scenario: Scenario,
    /// The arguments of each.
    ran: RefCell<Vec<Vec<String>>>,
    /// The address of a tenant outside Azure.
    tenant: String,
}

/// Starts a tenant that says back what it is asked with, holds secrets of its own, and is never twice the same.
fn tenant() -> String {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for (turn, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { continue };
            let mut request = vec![0; 8192];
            let read = stream.read(&mut request).unwrap_or_default();
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            let body = if request.starts_with("POST") {
                serde_json::json!({ "access_token": format!("{CANARY}-token-{turn}") })
            } else {
                let password = format!("{LIVE}-{turn}");
                serde_json::json!([{ "Id": "a", "Echo": request, "Password": password }])
            };
            let body = body.to_string();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n", body.len());
            let _ = write!(stream, "{head}connection: close\r\n\r\n{body}");
        }
    });
    url
}

impl Runs {
    fn new() -> Self {
        Self::with(VAULT)
    }

    /// Begins with an Azure as a scenario tells it.
    fn with(azure: &str) -> Self {
        let scenario = Scenario::with_azure("minimal", azure);
        scenario.write("topology.yaml", TOPOLOGY);
        Self { scenario, ran: RefCell::default(), tenant: tenant() }
    }

    /// Runs a command that needs no Azure.
    fn offline(&self, args: &[&str]) -> Run {
        self.silent(args, self.scenario.command(args), 1)
    }

    /// Runs a command against Azure; the secrets are those of `round`.
    fn online(&self, args: &[&str], round: u32) -> Run {
        self.silent(args, self.scenario.simulated(args), round)
    }

    fn silent(&self, args: &[&str], mut command: std::process::Command, round: u32) -> Run {
        command.envs(secrets(round)).env("LITERAL", LITERAL).env("TENANT", &self.tenant);
        let keys = topology::KEYS_OF_THE_RUN.iter().filter(|key| !command_has(&command, key));
        let keys: Vec<&str> = keys.copied().collect();
        command.envs(keys.into_iter().map(|name| (name, format!("{CANARY}{name}"))));
        let run = finish(command);
        for (what, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
            for secret in [CANARY, LITERAL, LIVE, "Bearer ey"] {
                assert!(!text.contains(secret), "{what} of {args:?} shows {secret}:\n{text}");
            }
        }
        self.ran.borrow_mut().push(args.iter().map(|arg| (*arg).to_owned()).collect());
        run
    }

    /// Asserts that every command, form of output and file to write was among the runs.
    fn assert_all(&self) {
        let ran = self.ran.borrow();
        let line = evenkeel::command_line();
        let of_drift = line.find_subcommand("drift").cloned();
        let mut open = vec![(vec![], line)];
        while let Some((path, command)) = open.pop() {
            for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
                let path = [&path[..], &[below.get_name().to_owned()]].concat();
                open.push((path, below.clone()));
            }
            if command.has_subcommands() {
                continue;
            }
            let runs: Vec<_> = ran.iter().filter(|args| args.starts_with(&path)).collect();
            assert!(!runs.is_empty(), "{path:?} was never run");
            let has = |flag: &str, is: &dyn Fn(&str) -> bool| {
                let pairs = runs.iter().flat_map(|args| args.windows(2));
                pairs.into_iter().any(|pair| pair[0] == flag && is(&pair[1]))
            };
            let formats = formats(&command).or_else(|| formats(of_drift.as_ref()?));
            for flag in command.get_arguments().filter_map(|argument| argument.get_long()) {
                let named = format!("--{flag}");
                let is_there = |format: &String| match flag {
                    "format" => has(&named, &|value| value == format),
                    "report" => has(&named, &|value| value.starts_with(&format!("{format}="))),
                    // What `simulate` writes is what Azure holds.
                    "out" | "trace-http" | "dir" => has(&named, &|_| true),
                    _ => true,
                };
                let missing: Vec<_> =
                    formats.iter().flatten().filter(|format| !is_there(format)).collect();
                assert!(missing.is_empty(), "{path:?} was never run with {named} {missing:?}");
            }
        }
    }
}

fn command_has(command: &std::process::Command, key: &str) -> bool {
    command.get_envs().any(|(name, value)| name == key && value.is_some())
}

/// Returns the forms that a command writes its result in.
fn formats(command: &clap::Command) -> Option<Vec<String>> {
    let format = command.get_arguments().find(|argument| argument.get_long() == Some("format"))?;
    let values = format.get_possible_values();
    Some(values.iter().map(|value| value.get_name().to_owned()).collect())
}

/// Asserts that no file that the runs of a round have written holds a secret.
fn search(folder: &Path) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"))
    {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            // The simulated Azure holds what Azure holds.
            if name != "azure" {
                search(&path);
            }
            continue;
        }
        if ["changes.yaml", "azure.yaml"].contains(&&*name) {
            continue;
        }
        let text = String::from_utf8_lossy(&std::fs::read(&path).expect("read")).into_owned();
        let may_hold = ["topology.yaml", "plan.json"].contains(&&*name);
        for secret in [CANARY, LIVE, LITERAL].iter().take(if may_hold { 2 } else { 3 }) {
            let at = text.find(secret).map(|at| text[..at].lines().last().unwrap_or_default());
            assert_eq!(at, None, "{name} holds {secret}");
        }
    }
}

fn with_reports(command: &[&str], round: u32, formats: &[String]) -> Vec<String> {
    let own = command.iter().map(|arg| (*arg).to_owned());
    let name = format!("{}{round}", command[0]);
    let reports = formats
        .iter()
        .flat_map(|format| ["--report".to_owned(), format!("{format}={name}.{format}")]);
    let trace = ["--trace-http".to_owned(), format!("{name}.jsonl")];
    own.chain(reports).chain(trace).collect()
}

#[test]
fn no_output_holds_a_secret() {
    let runs = Runs::new();
    let line = evenkeel::command_line();
    let of = |name: &str| line.find_subcommand(name).and_then(formats).unwrap_or_default();
    let in_all = |args: &[&str], round: u32| {
        for format in of(args[0]) {
            runs.online(&[args, &["--format", &format]].concat(), round);
        }
    };
    let reported = |args: &[&str], round: u32, formats: &[String]| {
        let args = with_reports(args, round, formats);
        runs.online(&args.iter().map(String::as_str).collect::<Vec<_>>(), round)
    };
    needing_no_azure(&runs);
    for round in [1, 2] {
        // In the second round every secret has changed: what Azure holds is one that nobody knows.
        if round == 2 {
            runs.scenario.change(CHANGES);
            assert_eq!(reported(&["drift"], round, &of("drift")).code, 2);
            in_all(&["drift"], round);
            runs.online(&["drift", "--accept", "--dry-run"], round);
            reported(&["watch", "--rounds", "1", "--log-format", "text"], round, &of("drift"));
        }
        for verbose in ["-v", "-vv"] {
            runs.online(&["plan", verbose], round);
        }
        in_all(&["plan"], round);
        in_all(&["check"], round);
        runs.online(&["check", "--trace-http", "check.jsonl"], round);
        let planned = reported(&["plan", "--out", "plan.json"], round, &of("plan"));
        assert_eq!(planned.code, 0, "{}", planned.stderr);
        showing(&runs, round);
        let format = of("apply").swap_remove(round as usize - 1);
        let apply = ["apply", "plan.json", "--yes", "--format", &format, "-vv"];
        let applied = reported(&apply, round, &[]);
        assert_eq!(applied.code, 0, "{}\n{}", applied.stdout, applied.stderr);
        showing(&runs, round);
        search(runs.scenario.folder());
    }
    let groups = ["rg-osprey-global", "rg-osprey-weu", "rg-osprey-neu"];
    runs.online(&[&["import"][..], &groups].concat(), 2);
    reported(&[&["import", "--out", "imported.yaml"][..], &groups].concat(), 2, &[]);
    posting(&runs);
    reported(&["destroy"], 2, &[]);
    runs.online(&["destroy", "--confirm", "osprey"], 2);
    search(runs.scenario.folder());
    runs.assert_all();
}

#[test]
fn no_output_holds_a_secret_that_azure_says_back() {
    let azure = format!("{VAULT}{ECHOING}");
    for (format, verbose) in [("text", "-v"), ("json", "-vv")] {
        let runs = Runs::with(&azure);
        let trace = ["--trace-http", "trace.jsonl"];
        let apply = [&["apply", "--yes", "--format", format, verbose][..], &trace].concat();
        let run = runs.online(&apply, 1);
        assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
        let told = run.stdout + &run.stderr;
        assert!(told.contains("InvalidRequestContent") && told.contains("(sensitive)"), "{told}");
        assert!(runs.scenario.read("trace.jsonl").contains("could not be deserialized"));
        search(runs.scenario.folder());
    }
}

/// Shows each resource, also to whoever has other secrets.
fn showing(runs: &Runs, round: u32) {
    for address in
        ["trafficManager/main", "resources/thing", "dns/example.org/@", "weu/web", "weu/plan"]
    {
        for round in [round, 3] {
            let trace = format!("show{round}.jsonl");
            runs.online(&["show", address, "--trace-http", &trace], round);
        }
    }
}

fn needing_no_azure(runs: &Runs) {
    for format in ["text", "json", "sarif"] {
        runs.offline(&["validate", "--format", format]);
    }
    for format in ["dot", "mermaid", "svg"] {
        runs.offline(&["graph", "--format", format]);
    }
    let parity = ["parity", "--external"].map(str::to_owned);
    for format in ["text", "json", "markdown", "junit"] {
        let report = format!("{format}=parity.{format}");
        let told = ["--format", format, "--report", &report].map(str::to_owned);
        let args = [&parity[..], &told].concat();
        let run = runs.offline(&args.iter().map(String::as_str).collect::<Vec<_>>());
        // That passwords differ is told, and so is that the requests do.
        assert_eq!(run.code, 2, "{}\n{}", run.stdout, run.stderr);
    }
    runs.scenario.write("changes.yaml", "changes: []\n");
    let simulate = ["simulate", "--dir", "azure", "--scenario", "changes.yaml", "--once"];
    for args in [
        &["init"][..],
        &["schema"],
        &["explain"],
        &["explain", "plain-secret"],
        &["completions", "bash"],
        &["man"],
        &["man", "--dir", "man"],
        &simulate,
    ] {
        let run = runs.offline(args);
        assert_eq!(run.code, 0, "{args:?}: {}", run.stderr);
    }
}

/// Posts what the runs before have written, and fetches what they have saved.
#[cfg(unix)]
fn posting(runs: &Runs) {
    use crate::forge::fake::{Fake, Pull, TOKEN};
    let fake = Fake::start();
    let (head, merged) = ("1".repeat(40), "2".repeat(40));
    let saved = tempfile::tempdir().expect("a folder");
    let plan = runs.scenario.folder().join("plan.json");
    std::fs::copy(plan, saved.path().join("plan.json")).expect("copied");
    fake.state().keep(&format!("evenkeel-plan-{head}"), &head, saved.path());
    let pull = Pull { head, merged: merged.clone(), is_of_fork: false };
    fake.state().pulls.push(pull);
    runs.scenario.write("summary.md", "");
    for args in [
        &["post", "pull-request", "plan2.markdown", "--number", "7"][..],
        &["post", "issue", "drift2.markdown", "--title", "Drift"],
        &["fetch-plan", "--out", "plan.json", "--commit", &merged],
    ] {
        let mut command = runs.scenario.command(args);
        command.env("GITHUB_ACTIONS", "true").env("GITHUB_API_URL", &fake.url);
        command.env("GITHUB_REPOSITORY", "shop/infra").env("GITHUB_TOKEN", TOKEN);
        command.env("GITHUB_STEP_SUMMARY", "summary.md");
        let run = runs.silent(args, command, 2);
        assert_eq!(run.code, 0, "{args:?}: {}", run.stderr);
        assert!(!(run.stdout + &run.stderr).contains(TOKEN), "{args:?} shows the job's token");
    }
    let state = fake.state();
    let texts = state.comments.iter().map(|comment| &comment.text);
    for text in texts.chain(state.issues.iter().map(|issue| &issue.text)) {
        assert!(
            ![CANARY, LITERAL, LIVE, TOKEN].iter().any(|secret| text.contains(secret)),
            "{text}"
        );
    }
}

/// The fake forge is of the tests that take their shell from Unix.
#[cfg(not(unix))]
fn posting(runs: &Runs) {
    runs.offline(&["post", "pull-request", "plan2.markdown", "--number", "7"]);
    runs.offline(&["post", "issue", "drift2.markdown", "--title", "Drift"]);
    runs.offline(&["fetch-plan", "--out", "plan.json"]);
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
