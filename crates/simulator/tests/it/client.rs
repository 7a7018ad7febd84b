//! A client that knows HTTP and nothing of the simulator's insides.

use reqwest::{Method, StatusCode};
use serde_json::Value;
use simulator::{Scenario, Settings, Simulator};

/// A simulator with somebody who talks to it.
pub struct Client {
    pub simulator: Simulator,
    pub http: reqwest::Client,
    token: String,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the error's code, in whichever of Azure's forms it came.
    pub fn code(&self) -> &str {
        let places = ["/error/code", "/code", "/Code"];
        places.iter().find_map(|place| self.body.pointer(place)?.as_str()).unwrap_or_default()
    }
}

impl Client {
    pub async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub async fn with(settings: Settings) -> Self {
        let simulator = Simulator::start(settings).await.expect("simulator starts");
        let http = trusting(&simulator).build().expect("client");
        let token = login(&simulator, &http, "https://management.azure.com").await;
        Self { simulator, http, token }
    }

    /// Starts with what a scenario says.
    pub async fn seeded(yaml: &str) -> Self {
        let client = Self::start().await;
        client.apply(yaml);
        client
    }

    pub fn apply(&self, yaml: &str) {
        let scenario = Scenario::parse(yaml).expect("valid scenario");
        self.simulator.apply_scenario(&scenario).expect("scenario is carried out");
    }

    /// Completes a path that begins below the subscription.
    pub fn id(&self, path: &str) -> String {
        format!("/subscriptions/{}{path}", self.simulator.subscription())
    }

    pub fn url(&self, path: &str) -> String {
        if path.starts_with("http") {
            return path.to_owned();
        }
        let joint = if path.contains('?') { '&' } else { '?' };
        let version = version_of(path);
        format!(
            "{}{}{joint}api-version={version}",
            self.simulator.resource_manager(),
            self.id(path)
        )
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, self.url(path)).bearer_auth(&self.token)
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        reply(request).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }
}

/// Returns an API version that the last type of a path has.
fn version_of(path: &str) -> &'static str {
    const VERSIONS: &[(&str, &str)] = &[
        ("authorization/locks", "2020-05-01"),
        ("authorization/roleassignments", "2022-04-01"),
        ("/diagnosticsettings", "2021-05-01-preview"),
        ("/autoscalesettings", "2022-10-01"),
        ("/trafficmanagerprofiles", "2022-04-01"),
        ("/dnszones", "2023-07-01-preview"),
        ("microsoft.cdn", "2025-06-01"),
        ("microsoft.managedidentity", "2023-01-31"),
        ("microsoft.web", "2024-11-01"),
        ("microsoft.keyvault", "2024-11-01"),
        ("microsoft.", "2024-01-01"),
        ("", "2024-03-01"),
    ];
    let path = path.to_ascii_lowercase();
    let last = path.rsplit("/providers/").next().unwrap_or_default();
    let (_, version) =
        VERSIONS.iter().find(|(part, _)| last.contains(part)).expect("the last fits");
    version
}

/// Returns a client that trusts the simulator's authority.
pub fn trusting(simulator: &Simulator) -> reqwest::ClientBuilder {
    let ca = reqwest::Certificate::from_pem(simulator.ca_pem().as_bytes()).expect("certificate");
    reqwest::Client::builder().tls_certs_only([ca]).no_proxy()
}

pub async fn reply(request: reqwest::RequestBuilder) -> Reply {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.expect("a body");
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Reply { status, headers, body }
}

/// Returns an access token for a resource.
pub async fn login(simulator: &Simulator, http: &reqwest::Client, resource: &str) -> String {
    let url = format!("{}/{}/oauth2/v2.0/token", simulator.authority(), simulator.tenant());
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", simulator.client_id()),
        ("client_secret", simulator.client_secret()),
        ("scope", &format!("{resource}/.default")),
    ];
    let reply = reply(http.post(url).form(&form)).await;
    reply.body["access_token"].as_str().expect("a token").to_owned()
}
