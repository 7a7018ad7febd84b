//! A watcher looks again and again, tells what it measures, and stops when it is told to.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::interrupt::signal;
use crate::scenario::{Scenario, finish};

/// How long the end of a run may be held up by others.
const SOON: Duration = Duration::from_secs(6);

/// A running watcher, and what it writes to stdout.
struct Watcher {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Watcher {
    fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let lines = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Self { child, lines }
    }

    /// Returns the next round's result.
    fn round(&mut self) -> Value {
        let mut line = String::new();
        assert_ne!(self.lines.read_line(&mut line).expect("text"), 0, "the watcher ended early");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// Waits for the end; returns the exit code and what was logged.
    fn end(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        let mut stderr = self.child.stderr.take().expect("stderr is piped");
        stderr.read_to_string(&mut log).expect("text");
        (self.child.wait().expect("it ends").code(), log)
    }
}

/// Asks an endpoint of the watcher and returns the whole answer.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("the watcher listens");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: watcher\r\nConnection: close\r\n\r\n")
        .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("text");
    answer
}

/// Returns an address that nobody listens on.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}

const DRIFT: &str = r#"
changes:
  - patch: /subscriptions/${subscription}/resourceGroups/rg-hello-weu/providers/Microsoft.Web/sites/app-hello-web-weu
    apiVersion: "2024-04-01"
    body: { properties: { httpsOnly: false } }
"#;

#[test]
fn rounds_tell_drift_and_its_measures() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    let clean = scenario.run(&["watch", "--rounds", "1"]);
    assert_eq!(clean.code, 0, "{}\n{}", clean.stdout, clean.stderr);
    let round: Value = serde_json::from_str(&clean.stdout).expect("a line of JSON");
    assert_eq!(round["schema"], "evenkeel.watch/1");
    assert_eq!((&round["result"], &round["round"]), (&"clean".into(), &1.into()));
    assert_eq!(round["resources"]["drift"], 0);

    scenario.change(DRIFT);
    let drifted = scenario.run(&[
        "watch",
        "--rounds",
        "2",
        "--interval",
        "1s",
        "--report",
        "html=drift.html",
    ]);
    assert_eq!(drifted.code, 2, "{}\n{}", drifted.stdout, drifted.stderr);
    let rounds: Vec<Value> =
        drifted.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(rounds.len(), 2);
    assert_eq!(rounds[1]["result"], "changes");
    assert_eq!(rounds[1]["resources"]["drift"], 1);
    assert!(scenario.read("drift.html").contains("httpsOnly"));
    for line in drifted.stderr.lines() {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(event["timestamp"].is_string() && event["level"].is_string(), "{line}");
    }
}

#[test]
fn a_watcher_serves_its_measures_and_stops_cleanly() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    let address = free_address();
    let mut watcher =
        Watcher::start(scenario.simulated(&["watch", "--interval", "1h", "--listen", &address]));
    assert_eq!(watcher.round()["result"], "clean");
    let metrics = get(&address, "/metrics");
    for wanted in [
        "HTTP/1.1 200",
        "evenkeel_watch_rounds_total{",
        "result=\"clean\"",
        "evenkeel_drift_resources{",
        "verdict=\"drift\",",
        "evenkeel_watch_last_success_seconds{",
        "evenkeel_azure_requests_total{",
    ] {
        assert!(metrics.contains(wanted), "{wanted}: {metrics}");
    }
    assert!(get(&address, "/healthz").starts_with("HTTP/1.1 200"));
    assert!(get(&address, "/readyz").starts_with("HTTP/1.1 200"));
    signal(&watcher.child, "-TERM");
    let (code, log) = watcher.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.lines().last().is_some_and(|line| line.contains("\"stopped\"")), "{log}");
}

#[test]
fn a_watcher_stops_whatever_its_clients_do() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    let address = free_address();
    let mut watcher =
        Watcher::start(scenario.simulated(&["watch", "--interval", "1h", "--listen", &address]));
    watcher.round();
    // One has sent half a request, one reads no answer, one says nothing at all.
    let mut clients = vec![];
    for said in ["GET /metrics HTTP/1.1\r\nHost", "GET /metrics HTTP/1.1\r\nHost: w\r\n\r\n", ""] {
        let mut client = TcpStream::connect(&address).expect("the watcher listens");
        write!(client, "{said}").expect("sent");
        clients.push(client);
    }
    assert!(get(&address, "/healthz").starts_with("HTTP/1.1 200"));
    signal(&watcher.child, "-TERM");
    // The clients are still there when it has ended.
    let (code, log) = watcher.end();
    assert_eq!(code, Some(0), "{log}");
    drop(clients);
}

/// Puts a git into a folder of its own that marks that it was called and never answers; returns a `PATH` that
/// finds it once it is there.
#[cfg(unix)]
fn silent_git(scenario: &Scenario) -> (String, impl Fn() + '_) {
    use std::os::unix::fs::PermissionsExt;
    let tools = scenario.folder().join("tools");
    std::fs::create_dir(&tools).expect("a folder");
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default());
    let install = move || {
        let mark = scenario.folder().join("mark");
        let script = format!("#!/bin/sh\n: > '{}'\nexec sleep 30 > /dev/null\n", mark.display());
        let (made, git) = (tools.join("made"), tools.join("git"));
        std::fs::write(&made, script).expect("written");
        std::fs::set_permissions(&made, PermissionsExt::from_mode(0o755)).expect("executable");
        std::fs::rename(made, git).expect("in its place");
    };
    (path, install)
}

#[cfg(unix)]
#[test]
fn a_watcher_stops_though_git_does_not_answer() {
    for (name, rounds) in [("-TERM", 0), ("-HUP", 0), ("-TERM", 1)] {
        let scenario = Scenario::of("minimal");
        scenario.apply();
        let (path, install) = silent_git(&scenario);
        let mut command = scenario.simulated(&["watch", "--interval", "1s"]);
        command.env("PATH", path);
        if rounds == 0 {
            install();
        }
        let mut watcher = Watcher::start(command);
        if rounds == 1 {
            assert_eq!(watcher.round()["result"], "clean");
            install();
        }
        while !scenario.folder().join("mark").exists() {
            std::thread::yield_now();
        }
        signal(&watcher.child, name);
        std::io::copy(&mut watcher.lines, &mut std::io::sink()).expect("read to the end");
        let (code, log) = watcher.end();
        assert_eq!(code, Some(0), "{name}: {log}");
        // It has ended by itself: nobody had to end it.
        let last = log.lines().last().unwrap_or_default();
        assert!(last.contains("\"stopped\""), "{name} after {rounds}: {log}");
    }
}

#[test]
fn a_watcher_outlives_a_round_that_fails() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    let good = scenario.read("topology.yaml");
    let mut watcher = Watcher::start(scenario.simulated(&["watch", "--interval", "1s"]));
    assert_eq!(watcher.round()["result"], "clean");
    scenario.write("topology.yaml", "version: 1\nname: [");
    let until = |watcher: &mut Watcher, wanted: &str| loop {
        let round = watcher.round();
        if round["result"] == wanted {
            break round;
        }
    };
    let invalid = until(&mut watcher, "invalid");
    assert!(invalid["error"].as_str().is_some_and(|e| e.contains("topology.yaml:2")), "{invalid}");
    scenario.write("topology.yaml", &good);
    until(&mut watcher, "clean");
    signal(&watcher.child, "-INT");
    // Rounds may still be written while it stops.
    std::io::copy(&mut watcher.lines, &mut std::io::sink()).expect("read to the end");
    assert_eq!(watcher.end().0, Some(0));
}

#[test]
fn a_watcher_that_cannot_begin_says_why() {
    let scenario = Scenario::of("minimal");
    scenario.write("topology.yaml", "version: 1\n");
    let run = scenario.run(&["watch", "--rounds", "1"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("name"), "{}", run.stderr);
}

#[test]
fn no_run_waits_for_a_collector_that_does_not_answer() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    // It takes connections and never says anything.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let collector = format!("http://{}", listener.local_addr().expect("an address"));
    let with_collector = |args: &[&str]| {
        let mut command = scenario.simulated(args);
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector);
        command
    };
    let mut watcher = Watcher::start(with_collector(&["watch", "--interval", "1h"]));
    assert_eq!(watcher.round()["result"], "clean");
    signal(&watcher.child, "-TERM");
    let told = Instant::now();
    let (code, log) = watcher.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(told.elapsed() < SOON, "the watcher took {:?}: {log}", told.elapsed());
    let begun = Instant::now();
    let without = scenario.run(&["plan"]);
    let usual = begun.elapsed();
    let begun = Instant::now();
    let plan = finish(with_collector(&["plan"]));
    assert_eq!((plan.code, &plan.stdout), (0, &without.stdout), "{}", plan.stderr);
    assert!(begun.elapsed() < usual + SOON, "{:?}, where {usual:?} is usual", begun.elapsed());
}

/// Takes what is sent until both signals have come; returns the bodies by path.
fn collect(listener: &TcpListener) -> BTreeMap<String, Vec<u8>> {
    let mut sent = BTreeMap::<String, Vec<u8>>::new();
    while sent.len() < 2 {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut reader = BufReader::new(stream.try_clone().expect("a handle"));
        let (mut request, mut length) = (String::new(), 0);
        reader.read_line(&mut request).expect("a request line");
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).expect("a header");
            let header = header.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a number");
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        assert!(length > 0);
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .expect("answered");
        let path = request.split(' ').nth(1).expect("a path").to_owned();
        sent.entry(path).or_default().extend(body);
    }
    sent
}

#[test]
fn traces_and_metrics_reach_a_collector_and_hold_no_secret() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let collector = std::thread::spawn(move || collect(&listener));
    let mut command = scenario.simulated(&["watch", "--rounds", "1"]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{address}"));
    // Keys of the run that stand in what is traced, the path of a request, and in what is measured.
    command.env("GITHUB_TOKEN", "app-hello-web-weu");
    let run = finish(command);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let sent = collector.join().expect("the collector ends");
    let has =
        |path: &str, text: &str| sent[path].windows(text.len()).any(|part| part == text.as_bytes());
    assert!(has("/v1/metrics", "evenkeel.watch.rounds") && has("/v1/metrics", "hello"));
    assert!(has("/v1/traces", "app-hello-web-neu") && has("/v1/traces", "(sensitive)"));
    assert!(!has("/v1/traces", "app-hello-web-weu") && !has("/v1/metrics", "app-hello-web-weu"));
}
