//! Two applies of one topology never run at once.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Stdio};

use azure::{Auth, Client, ClientSecret, Cloud, Holder, LEASE, LeaseBlob, Settings};
use resource::ResourceId;
use serde_json::{Value, json};
use simulator::Simulator;
use uuid::Uuid;

use crate::scenario::{Run, Scenario};

const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";
const STATE: &str = "
seed:
  - put: /subscriptions/${subscription}/resourceGroups/rg-state
    body: {location: westeurope}
  - put: /subscriptions/${subscription}/resourceGroups/rg-state/providers/Microsoft.Storage/storageAccounts/sthello
    body: {location: westeurope, kind: StorageV2, sku: {name: Standard_ZRS}}
";
/// Every write takes long enough for something to happen meanwhile.
const SLOW: &str = "faults: { rules: [{ fault: slow, methods: [PUT, PATCH], millis: 600 }] }\n";
const BLOBS: &str = ".blob.core.windows.net";

fn account() -> ResourceId {
    ResourceId::in_group(SUBSCRIPTION, "rg-state", "Microsoft.Storage/storageAccounts", "sthello")
}

/// Returns `minimal` with a lock in an account that is there, which `more` adds to.
fn locked(more: &str) -> Scenario {
    let scenario = Scenario::with_azure("minimal", &format!("{STATE}{more}"));
    let lock = format!("version: 1\napplyLock: {{ account: {} }}", account());
    scenario.edit("version: 1", &lock);
    scenario
}

/// Somebody else who wants the lock of the same topology.
struct Other {
    simulator: Simulator,
    http: reqwest::Client,
    blob: LeaseBlob,
    id: Uuid,
}

impl Other {
    /// Joins the Azure of a scenario, which has been used before.
    async fn of(scenario: &Scenario) -> Self {
        let simulator = Simulator::start(simulator::Settings {
            dir: Some(scenario.folder().join(".evenkeel/azure")),
            subscription: SUBSCRIPTION.to_owned(),
            ..simulator::Settings::default()
        });
        let simulator = simulator.await.expect("a simulator");
        let cloud = Cloud::custom(simulator.resource_manager(), simulator.authority());
        let settings = Settings {
            auth: Auth::ClientSecret,
            client_secret: Some(ClientSecret {
                tenant: simulator.tenant().to_owned(),
                client_id: simulator.client_id().to_owned(),
                secret: simulator.client_secret().into(),
            }),
            extra_ca_pem: Some(simulator.ca_pem().as_bytes().to_vec()),
            connect_to: simulator.resource_manager().parse().ok(),
            ..Settings::new(cloud.expect("valid URLs"))
        };
        let writer = Client::new(settings).expect("a client").writer();
        let blob = writer.lease_blob(&account(), "evenkeel", "hello.lock").await;
        let blob = blob.expect("an answer").expect("the account is there");
        let ca = reqwest::Certificate::from_pem(simulator.ca_pem().as_bytes()).expect("PEM");
        let http = reqwest::Client::builder().http1_only().tls_certs_only([ca]).build();
        Self { simulator, http: http.expect("a client"), blob, id: Uuid::new_v4() }
    }

    async fn take(&self) {
        let holder = Holder {
            name: "alice@laptop".to_owned(),
            since: "2026-11-21T08:00:00Z".to_owned(),
            run: "run-of-alice".to_owned(),
        };
        assert!(self.blob.acquire(self.id, &holder).await.expect("an answer"), "it is free");
    }

    async fn release(&self) {
        self.blob.release(self.id).await.expect("released");
    }

    /// Returns who has the lock.
    async fn holder(&self) -> Option<String> {
        self.blob.holder().await.expect("an answer").map(|holder| holder.name)
    }

    /// Breaks the lease at once, whoever has it.
    async fn break_lease(&self) {
        let origin = self.simulator.resource_manager();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", self.simulator.client_id()),
            ("client_secret", self.simulator.client_secret()),
            ("scope", "https://storage.azure.com/.default"),
        ];
        let url = format!("{origin}/{}/oauth2/v2.0/token", self.simulator.tenant());
        let login = self.http.post(url).form(&form).send().await.expect("an answer");
        let login: Value = login.json().await.expect("JSON");
        let broken = self
            .http
            .put(format!("{origin}/evenkeel/hello.lock?comp=lease"))
            .header("Host", format!("sthello{BLOBS}"))
            .header("x-ms-version", "2023-11-03")
            .header("x-ms-lease-action", "break")
            .header("x-ms-lease-break-period", "0")
            .bearer_auth(login["access_token"].as_str().expect("a token"))
            .send();
        assert_eq!(broken.await.expect("an answer").status(), 202);
    }
}

/// Starts a command and returns once its stderr holds `wanted`.
fn begin(scenario: &Scenario, args: &[&str], wanted: &str) -> (Child, BufReader<ChildStderr>) {
    let mut child = scenario
        .simulated(args)
        .env("GITHUB_SERVER_URL", "https://github.com")
        .env("GITHUB_REPOSITORY", "northwind/hello")
        .env("GITHUB_RUN_ID", "77")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut lines = BufReader::new(child.stderr.take().expect("stderr is piped"));
    let mut line = String::new();
    while !line.contains(wanted) {
        line.clear();
        assert_ne!(lines.read_line(&mut line).expect("text"), 0, "it ended without `{wanted}`");
    }
    (child, lines)
}

fn end(mut child: Child, mut lines: BufReader<ChildStderr>) -> (Option<i32>, String) {
    let mut rest = String::new();
    lines.read_to_string(&mut rest).expect("text");
    (child.wait().expect("it ends").code(), rest)
}

/// Returns the method and the URL of each request of the last traced run.
fn asked(scenario: &Scenario) -> Vec<(String, String)> {
    let trace = scenario.read("trace.jsonl");
    let requests = trace.lines().map(|line| {
        let exchange: Value = serde_json::from_str(line).expect("a line of JSON");
        let text = |name: &str| exchange["request"][name].as_str().unwrap_or_default().to_owned();
        (text("method"), text("url"))
    });
    requests.collect()
}

fn asked_for_blobs(scenario: &Scenario) -> bool {
    asked(scenario).iter().any(|(_, url)| url.contains(BLOBS))
}

/// Asserts that a run was refused for the lock that alice has, and wrote nothing.
fn assert_refused(scenario: &Scenario, run: &Run) {
    assert_eq!(run.code, 4, "{}\n{}", run.stdout, run.stderr);
    for words in ["alice@laptop", "2026-11-21T08:00:00Z", "run-of-alice", "--wait-for-lock 10m"] {
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    assert!(run.stderr.contains("by itself by 20"), "{}", run.stderr);
    for (method, url) in asked(scenario) {
        assert!(method == "GET" || url.contains(BLOBS), "{method} {url}");
    }
}

#[tokio::test]
async fn held_lock_refuses_what_writes_and_nothing_else() {
    let scenario = locked("");
    assert_eq!(scenario.run(&["plan", "--out", "plan.json"]).code, 0);
    let other = Other::of(&scenario).await;
    other.take().await;
    let trace = ["--trace-http", "trace.jsonl"];
    for args in [
        ["apply", "--yes"].as_slice(),
        ["apply", "plan.json", "--yes"].as_slice(),
        ["apply", "--yes", "--wait-for-lock", "100ms"].as_slice(),
        ["destroy", "--confirm", "hello"].as_slice(),
    ] {
        assert_refused(&scenario, &scenario.run(&[args, &trace].concat()));
    }
    for (args, code) in [(["plan"], 0), (["drift"], 2)] {
        let run = scenario.run(&[args.as_slice(), &trace].concat());
        assert_eq!(run.code, code, "{}", run.stderr);
        assert!(!asked_for_blobs(&scenario), "it asks for no lock");
    }
    assert_eq!(other.holder().await.as_deref(), Some("alice@laptop"));
}

#[tokio::test]
async fn lock_of_a_killed_run_ends_by_itself() {
    let scenario = locked("");
    assert_eq!(scenario.run(&["plan"]).code, 0);
    let other = Other::of(&scenario).await;
    other.take().await;
    other.simulator.pass_time(LEASE);
    scenario.apply();
}

#[tokio::test]
async fn waiting_for_the_lock_goes_on_once_it_is_free() {
    let scenario = locked("");
    assert_eq!(scenario.run(&["plan"]).code, 0);
    let other = Other::of(&scenario).await;
    other.take().await;
    let args = ["apply", "--yes", "--wait-for-lock", "10m"];
    let (child, lines) = begin(&scenario, &args, "is held by alice@laptop");
    other.release().await;
    let (code, rest) = end(child, lines);
    assert_eq!(code, Some(0), "{rest}");
    scenario.assert_converged();
}

#[tokio::test]
async fn lock_is_released_after_success_and_after_failure() {
    let fault = "faults: { rules: [{ fault: conflict, methods: [PUT], path: /sites/ }] }\n";
    for (more, code) in [("", 0), (fault, 1)] {
        let scenario = locked(more);
        let run = scenario.run(&["apply", "--yes", "--trace-http", "trace.jsonl"]);
        assert_eq!(run.code, code, "{}\n{}", run.stdout, run.stderr);
        assert!(asked_for_blobs(&scenario), "the lock was taken");
        let other = Other::of(&scenario).await;
        assert_eq!(other.holder().await, None);
        other.take().await;
    }
}

#[tokio::test]
async fn lost_lock_stops_further_actions() {
    let scenario = locked(SLOW);
    let (child, lines) = begin(&scenario, &["apply", "--yes"], "✓");
    let other = Other::of(&scenario).await;
    let url = "https://github.com/northwind/hello/actions/runs/77";
    assert_eq!(other.holder().await.as_deref(), Some(url));
    other.break_lease().await;
    let (code, rest) = end(child, lines);
    assert_eq!(code, Some(4), "{rest}");
    assert!(rest.contains("the apply lock is lost"), "{rest}");
    let left = scenario.plan()["summary"]["create"].as_u64().expect("a count");
    assert!((1..10).contains(&left), "{left} left");
    scenario.apply();
}

#[test]
fn without_a_lock_no_blob_is_asked_for() {
    let scenario = Scenario::of("minimal");
    let run = scenario.run(&["apply", "--yes", "--trace-http", "trace.jsonl"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!asked_for_blobs(&scenario));
}

#[test]
fn first_apply_makes_the_account_of_the_lock_and_destroy_takes_it_along() {
    let scenario = Scenario::of("minimal");
    let data = "storage: { state: { redundancy: GRS } }\napplyLock: { account: storage/state }";
    scenario.edit("version: 1", &format!("version: 1\n{data}"));
    let first = scenario.run(&["apply", "--yes", "--trace-http", "trace.jsonl"]);
    assert_eq!(first.code, 0, "{}\n{}", first.stdout, first.stderr);
    assert!(first.stderr.contains("goes on without the apply lock"), "{}", first.stderr);
    assert!(!asked_for_blobs(&scenario));
    let args = ["destroy", "--confirm", "hello", "--permit", "sthellostate"];
    let run = scenario.run(&[args.as_slice(), &["--trace-http", "trace.jsonl"]].concat());
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(asked_for_blobs(&scenario), "the lock was taken");
    assert!(!run.stderr.contains("is lost"), "{}", run.stderr);
}

#[test]
fn missing_right_is_told_with_the_role_that_it_takes() {
    let closed = json!({"properties": {"networkAcls": {"defaultAction": "Deny"}}});
    let more = format!("  - patch: {}\n    body: {closed}\n", account());
    let scenario = locked(&more);
    let run = scenario.run(&["apply", "--yes"]);
    assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("Storage Blob Data Contributor"), "{}", run.stderr);
    assert!(run.stderr.contains("AuthorizationFailure"), "{}", run.stderr);
}
