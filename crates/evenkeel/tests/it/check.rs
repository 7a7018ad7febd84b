//! `evenkeel check` against two tenants that speak TLS on addresses of this machine, and against the simulator.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::Query;
use axum::routing::get;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::scenario::{Run, Scenario, finish};

/// Where users lead.
const NAME: &str = "api.corp.example";

/// An authority of the tests.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(vec![]).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Makes the configuration of a server with a certificate for `name`.
    fn server(&self, name: &str) -> Arc<ServerConfig> {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        params.not_after = rcgen::date_time_ymd(2099, 6, 30);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("protocols")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private);
        Arc::new(config.expect("a configuration"))
    }
}

/// A tenant that tells by which names it was asked.
async fn serve(listener: TcpListener, config: Arc<ServerConfig>, status: u16, body: &'static str) {
    let acceptor = TlsAcceptor::from(config);
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let sni = stream.get_ref().1.server_name().unwrap_or("-").to_owned();
            let mut request = vec![0; 4096];
            let read = stream.read(&mut request).await.unwrap_or_default();
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            let header = |name: &str| {
                let line = request.lines().find(|line| line.to_ascii_lowercase().starts_with(name));
                line.and_then(|line| line.split_once(": "))
                    .map_or("-", |(_, value)| value)
                    .to_owned()
            };
            let (host, login) = (header("host:"), header("authorization:"));
            let is_known = login == "Basic cHJvYmU6cHctb2YtdGhlLXByb2Jl";
            let body = format!("{body}; sni {sni}, host {host}, known {is_known}");
            let answer = format!(
                "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        });
    }
}

/// Answers as a resolver that knows what `found` says of the name.
async fn resolver(found: Option<&'static str>) -> SocketAddr {
    let answer = move |Query(query): Query<Value>| async move {
        let is_asked = query["name"] == NAME && query["type"] == "CNAME";
        let record =
            found.filter(|_| is_asked).map(|data| json!({ "name": NAME, "type": 5, "data": data }));
        Json(json!({ "Status": 0, "Answer": record.into_iter().collect::<Vec<_>>() }))
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let app = Router::new().route("/dns-query", get(answer));
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// Runs `check` with two tenants on one port; the second has a certificate for `second` and answers so.
fn check(second: &str, status: u16, record: Option<&'static str>, args: &[&str]) -> Run {
    let runtime = Runtime::new().expect("a runtime");
    let authority = Authority::new();
    let (port, dns) = runtime.block_on(async {
        let first = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = first.local_addr().expect("an address").port();
        let other = TcpListener::bind(("127.0.0.2", port)).await.expect("a free port");
        let body = "everything is green";
        tokio::spawn(serve(first, authority.server(NAME), 200, body));
        tokio::spawn(serve(other, authority.server(second), status, body));
        (port, resolver(record).await)
    });
    let scenario = Scenario::of("check");
    scenario.write("ca.pem", &authority.pem);
    let all: Vec<_> = ["check"].iter().chain(args).copied().collect();
    let mut command = scenario.command(&all);
    command
        .env("PORT", port.to_string())
        .env("PROBE_PASSWORD", "pw-of-the-probe")
        .env("SSL_CERT_FILE", scenario.folder().join("ca.pem"))
        .args(["--connect", "eu2.tenants.example.net=127.0.0.1"])
        .args(["--connect", "eu3.tenants.example.net=127.0.0.2"])
        .arg("--dns")
        .arg(format!("http://{dns}/dns-query"));
    let mut run = finish(command);
    run.stdout = run.stdout.replace(&port.to_string(), "<port>");
    for secret in ["pw-of-the-probe", "cHJvYmU6cHctb2YtdGhlLXByb2Jl"] {
        assert!(!format!("{}{}", run.stdout, run.stderr).contains(secret), "{}", run.stdout);
    }
    run
}

/// Takes the days that are left, which depend on today, out of a text.
fn without_days(text: &str) -> String {
    let mut lines: Vec<String> = vec![];
    for line in text.lines() {
        let end = line.find(" days)").and_then(|end| Some((line[..end].rfind('(')?, end)));
        lines.push(match end {
            Some((start, end)) => format!("{}(<n>{}", &line[..start], &line[end..]),
            None => line.to_owned(),
        });
    }
    lines.join("\n")
}

#[test]
fn each_tenant_is_asked_as_its_router_does_and_by_the_domain() {
    let run = check(NAME, 200, Some("integration-main.trafficmanager.net."), &[]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    insta::assert_snapshot!(without_days(&run.stdout));
}

#[test]
fn a_wrong_certificate_status_and_record_are_told() {
    let run = check("other.corp.example", 404, Some("somewhere.example.net."), &[]);
    assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
    insta::assert_snapshot!(without_days(&run.stdout));
}

#[test]
fn programs_are_told_the_same() {
    let run = check("other.corp.example", 200, None, &["--format", "json"]);
    assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
    let told: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(told["well"], false);
    assert_eq!(told["records"][0]["found"], json!([]));
    let visit = &told["doors"][1]["visits"][1];
    assert_eq!((&visit["name"], &visit["status"]), (&json!(NAME), &json!(200)));
    assert_eq!(visit["certificate"]["until"], "2099-06-30");
    assert_eq!(visit["faults"].as_array().map(Vec::len), Some(1), "{visit:#}");
}

#[test]
fn apps_of_a_simulator_are_asked_under_the_names_that_azure_gave() {
    let scenario = Scenario::of("r1");
    let applied = scenario.run(&["apply", "--yes"]);
    assert_eq!(applied.code, 0, "{}\n{}", applied.stdout, applied.stderr);
    let run = scenario.run(&["check"]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("ca.example.com at https://app-pki-neu"), "{}", run.stdout);
    scenario.change("hosts: { app-pki-neu.azurewebsites.net: { status: 503 } }");
    let run = scenario.run(&["check"]);
    assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("it should answer with 200"), "{}", run.stdout);
}

#[test]
fn a_login_of_user_and_password_is_put_together_compared_and_healed() {
    let scenario = Scenario::of("r2");
    let auth = "        auth: { basic: { user: probe, password: \"${secret:env:PROBE_AUTH}\" } }\n";
    scenario.edit("          Authorization: ${secret:env:PROBE_AUTH}\n", auth);
    let applied = scenario.apply();
    let made = "cHJvYmU6QmFzaWMgY0hKdlltVTZjSEp2WW1VPQ==";
    let dump = || scenario.run_offline(&["simulate", "--dir", ".evenkeel/azure", "--dump"]).stdout;
    assert_eq!(dump().matches(made).count(), 2, "{}", dump());
    let profile = "/subscriptions/${subscription}/resourceGroups/rg-integration/providers/\
                   Microsoft.Network/trafficManagerProfiles/traf-integration";
    let header = "{ name: Authorization, value: Basic b2xkOm9sZA== }";
    scenario.change(&format!(
        "changes: [{{ patch: '{profile}/externalEndpoints/eu2', apiVersion: '2022-04-01', body: \
         {{ properties: {{ customHeaders: [{{ name: Host, value: api.corp.example }}, {header}] }} }} }}]"
    ));
    let drift = scenario.run(&["drift"]);
    assert_eq!(drift.code, 2, "{}\n{}", drift.stdout, drift.stderr);
    let healed = scenario.apply();
    assert_eq!(dump().matches(made).count(), 2);
    for run in [&applied, &drift, &healed] {
        let all = format!("{}{}", run.stdout, run.stderr);
        assert!(!all.contains(made) && !all.contains("b2xkOm9sZA"), "{all}");
    }
}
