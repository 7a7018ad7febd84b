//! `evenkeel parity --external` against two tenants over real HTTP, whose faults each test plants.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::scenario::{Run, Scenario, finish, root};
use crate::schemas::assert_fits;

/// Entries of one page.
const PAGE: usize = 2;

/// The header by which each tenant knows its reader.
const LOGINS: [&str; 2] =
    ["Bearer token-of-eu2-for-an-hour", "Basic cmVhZGVyOnBhc3N3b3JkLW9mLWV1Mw=="];

/// A tenant: what it has, by path, and what it has been asked.
struct Tenant {
    name: &'static str,
    login: &'static str,
    has: Value,
    status: u16,
    asked: Mutex<Vec<String>>,
}

/// Two tenants, and a scenario that compares them.
struct Pair {
    scenario: Scenario,
    urls: [String; 2],
    tenants: [Arc<Tenant>; 2],
    _runtime: Runtime,
}

async fn answer(State(tenant): State<Arc<Tenant>>, request: Request) -> Response {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let path = request.uri().path().replace("%2F", "/");
    tenant.asked.lock().expect("unpoisoned").push(format!("{} {path}", request.method()));
    if request.method() == Method::POST && path == "/oauth/token" {
        // `reader-eu2:secret-of-eu2`
        let is_known = header("authorization") == Some("Basic cmVhZGVyLWV1MjpzZWNyZXQtb2YtZXUy");
        let token = json!({ "access_token": "token-of-eu2-for-an-hour", "expires_in": 3600 });
        if !is_known {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        return token.to_string().into_response();
    }
    if header("authorization") != Some(tenant.login) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if tenant.status != 200 && path.ends_with("KeystoreEntries") {
        let status = StatusCode::from_u16(tenant.status).expect("a status");
        return (status, "canary-of-an-error").into_response();
    }
    let Some(found) = tenant.has.get(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let Some(entries) = found.as_array() else { return found.to_string().into_response() };
    let skip = request.uri().query().and_then(|query| query.strip_prefix("$skip="));
    let skip = skip.map_or(0, |skip| skip.parse().expect("a number"));
    let mut page = json!({ "results": entries.iter().skip(skip).take(PAGE).collect::<Vec<_>>() });
    if skip + PAGE < entries.len() {
        page["__next"] = json!(format!("{path}?$skip={}", skip + PAGE));
    }
    json!({ "d": page }).to_string().into_response()
}

impl Pair {
    /// Starts two tenants that are the same but for what `plant` does to the second.
    fn new(plant: impl Fn(&mut Value)) -> Self {
        Self::with_status(200, plant)
    }

    /// Does so with a second one that answers for its key store with `status`.
    fn with_status(status: u16, plant: impl Fn(&mut Value)) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let file = root().join("tests/scenarios/parity/tenant.json");
        let text = std::fs::read_to_string(file).expect("the tenant is there");
        let start = |at: usize| {
            let name = ["eu2", "eu3"][at];
            let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"));
            let listener = listener.expect("a free port");
            let url = format!("http://{}", listener.local_addr().expect("an address"));
            let text = text.replace("{tenant}", name).replace("{url}", &url);
            let mut has: Value = serde_json::from_str(&text).expect("JSON");
            if at == 1 {
                plant(&mut has);
            }
            let status = if at == 1 { status } else { 200 };
            let tenant =
                Arc::new(Tenant { name, login: LOGINS[at], has, status, asked: Mutex::default() });
            let app = Router::new().fallback(answer).with_state(tenant.clone());
            runtime.spawn(async move { axum::serve(listener, app).await });
            (url, tenant)
        };
        let (first, second) = (start(0), start(1));
        Self {
            scenario: Scenario::of("parity"),
            urls: [first.0, second.0],
            tenants: [first.1, second.1],
            _runtime: runtime,
        }
    }

    fn run(&self, args: &[&str]) -> Run {
        let all: Vec<_> = ["parity", "--external"].iter().chain(args).copied().collect();
        let mut command = self.scenario.command(&all);
        command
            .env("EU2_URL", &self.urls[0])
            .env("EU3_URL", &self.urls[1])
            .env("EU2_SECRET", "secret-of-eu2")
            .env("EU3_PASSWORD", "password-of-eu3");
        finish(command)
    }
}

/// What no output may ever hold.
const CANARIES: [&str; 6] = [
    "canary",
    "secret-of-eu2",
    "password-of-eu3",
    "token-of-eu2",
    "cmVhZGVyOnBhc3N3b3JkLW9mLWV1Mw",
    "cmVhZGVyLWV1MjpzZWNyZXQtb2YtZXUy",
];

fn assert_no_canary(run: &Run) {
    for canary in CANARIES {
        let all = format!("{}{}", run.stdout, run.stderr);
        assert!(!all.contains(canary), "{canary} stands in:\n{all}");
    }
}

/// Plants one fault of each kind.
fn faults(has: &mut Value) {
    has["/api/v1/IntegrationPackages('Orders')/Artifacts"][0]["Version"] = json!("1.0.6");
    let settings = has["/api/v1/Artifacts(Id='OrderSync',Version='1.0.7')/Configurations"].take();
    let of_old = "/api/v1/Artifacts(Id='OrderSync',Version='1.0.6')/Configurations";
    has[of_old] = settings;
    has[of_old][0]["ParameterValue"] = json!("https://old.example.com/in");
    has[of_old][1]["ParameterValue"] = json!("canary-of-another-mail-server");
    let packages = has["/api/v1/IntegrationPackages"].as_array_mut().expect("a list");
    packages.retain(|package| package["Id"] != "Stock");
    has["/api/v1/UserCredentials"][1]["Name"] = json!("crm-old");
    has["/api/v1/KeystoreEntries"][0]["ValidNotAfter"] = json!("2020-01-01T00:00:00Z");
    has["/api/v1/Settings"]["retention"]["days"] = json!(7);
}

#[test]
fn tenants_in_step_are_the_same_whatever_they_are_called() {
    let pair = Pair::new(|_| {});
    let run = pair.run(&[]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    insta::assert_snapshot!(run.stdout);
    assert_no_canary(&run);
    for tenant in &pair.tenants {
        let asked = tenant.asked.lock().expect("unpoisoned");
        let writes = asked.iter().filter(|asked| !asked.starts_with("GET "));
        assert_eq!(writes.count(), usize::from(tenant.name == "eu2"), "{asked:?}");
    }
}

#[test]
fn planted_faults_are_found_and_no_secret_is_shown() {
    let pair = Pair::new(faults);
    let run = pair.run(&[
        "--report",
        "json=parity.json",
        "--report",
        "junit=parity.xml",
        "--report",
        "markdown=parity.md",
    ]);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    insta::assert_snapshot!(run.stdout);
    assert_no_canary(&run);
    for file in ["parity.json", "parity.xml", "parity.md"] {
        let stdout = pair.scenario.read(file);
        assert!(stdout.contains("1.0.6"), "{stdout}");
        assert_no_canary(&Run { code: 0, stdout, stderr: String::new() });
    }
    assert_fits("parity", &pair.scenario.read("parity.json"));
    let found: Value = serde_json::from_str(&pair.scenario.read("parity.json")).expect("JSON");
    let findings: usize = found["compared"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|compared| compared["findings"].as_array().expect("a list").len())
        .sum();
    assert_eq!(findings, 8, "{found:#}");
}

#[test]
fn a_tenant_that_cannot_be_read_is_never_the_same() {
    let pair = Pair::with_status(403, |_| {});
    let run = pair.run(&[]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains("eu3 not evaluated: `/api/v1/KeystoreEntries` was answered with 403"),
        "{}",
        run.stdout
    );
    assert_no_canary(&run);
}

#[test]
fn a_wrong_login_says_so_and_shows_nothing_of_it() {
    let pair = Pair::new(|_| {});
    let mut command = pair.scenario.command(&["parity", "--external"]);
    command.env("EU2_URL", &pair.urls[0]).env("EU3_URL", &pair.urls[1]);
    command.env("EU2_SECRET", "not-the-secret-of-eu2").env("EU3_PASSWORD", "password-of-eu3");
    let run = finish(command);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let told = "eu2 not evaluated: no token was given: `/oauth/token` was answered with 401";
    assert!(run.stdout.contains(told), "{}", run.stdout);
    assert_no_canary(&run);
}

#[test]
fn a_topology_without_tenants_has_nothing_to_compare() {
    let run = Scenario::of("minimal").run_offline(&["parity", "--external"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("the topology names no tenants"), "{}", run.stderr);
}
