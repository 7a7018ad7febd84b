//! How long a topology of many stamps takes from text to plan, and how much memory.
//!
//! `just bench` runs it; `docs/explanation/speed.md` holds numbers and how they were taken.

#![allow(clippy::panic)]

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use planner::{Options, changes, expand, plan};
use resource::{Expression, Observation, Observed};
use serde_json::{Value, json};
use topology::{Input, Topology};

const STAMP: &str = r#"
stamp:
  plan: { sku: P1v3, os: linux, autoscale: { min: 2, max: 9, scaleOut: { cpu: 70% } } }
  apps:
    web: &app
      runtime: "dotnet|8.0"
      identity: system
      healthPath: /health
      settings: { ROLE: web, REGION: "{region}", PACKAGE: "https://{stamp}.example.net/app.zip" }
      logs: { application: warning, http: { retentionDays: 7, retentionMb: 35 } }
    api: *app
    jobs: *app
    admin: *app
    hooks: *app
  identities: { app: {} }
  vaults: { own: { name: "kv-bench-{stamp}" } }
  storage:
    data: { name: "stbench{stamp}", redundancy: GZRS, containers: [media, logs] }
"#;

fn text(stamps: usize) -> String {
    let mut text = format!(
        "version: 1\nname: bench\nsubscription: 11111111-2222-3333-4444-555555555555\n\
         tenant: 22222222-2222-3333-4444-555555555555\n{STAMP}\nstamps:\n"
    );
    for number in 0..stamps {
        writeln!(text, "  s{number}: {{ region: westeurope }}").expect("writing to a string");
    }
    text
}

fn parse(text: &str) -> Topology {
    let parsed = topology::parse(&Input {
        language: families::language(),
        file: Path::new("bench.yaml"),
        text,
        env: &|_| None,
        read: &|_| Err(std::io::ErrorKind::NotFound.into()),
        overlays: &[],
    });
    let told = topology::render(&parsed.diagnostics, &parsed.sources, false, 100);
    parsed.topology.unwrap_or_else(|| panic!("{}", &told[..told.len().min(2000)]))
}

/// Returns an Azure that holds everything, with a difference in every tenth resource.
fn observe(desired: &planner::Desired) -> Observed {
    let mut observed = Observed::default();
    for (number, resource) in desired.resources().enumerate() {
        let mut body = plain(&resource.body);
        body["name"] = json!(resource.id.name());
        if number % 10 == 0 {
            body["tags"]["evenkeel"] = json!("bench");
            body["tags"]["added"] = json!("by somebody");
            body["properties"]["httpsOnly"] = json!(false);
        }
        observed.insert(Observation { id: resource.id.clone(), body, etag: None });
    }
    observed
}

fn plain(value: &Value) -> Value {
    if Expression::read(value).is_some() {
        return json!("a value");
    }
    match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(map) => map.iter().map(|(key, item)| (key.clone(), plain(item))).collect(),
        other => other.clone(),
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}

/// Returns the most memory that the process ever held, in MB, where the system tells.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kb.unwrap_or_default() / 1024
}

fn main() {
    println!(
        "{:>7} {:>10} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>8}",
        "stamps", "resources", "parse", "expand", "diff", "plan", "total", "create", "peak"
    );
    for stamps in [10, 100, 345, 1000] {
        let text = text(stamps);
        let (topology, parsing) = timed(|| parse(&text));
        let (desired, expanding) = timed(|| expand(families::language(), &topology));
        let observed = observe(&desired);
        let options = Options::default();
        let (_, diffing) = timed(|| changes(&desired, &observed, &options));
        let (_, planning) = timed(|| plan(&desired, &observed, &options).expect("no cycle"));
        let peak = peak_mb();
        let (_, creating) =
            timed(|| plan(&desired, &Observed::default(), &options).expect("no cycle"));
        println!(
            "{stamps:>7} {:>10} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>5} MB",
            desired.resources().count(),
            millis(parsing),
            millis(expanding),
            millis(diffing),
            millis(planning),
            millis(parsing + expanding + planning),
            millis(creating),
            peak,
        );
    }
}

fn millis(duration: Duration) -> String {
    format!("{:.0} ms", duration.as_secs_f64() * 1000.0)
}
