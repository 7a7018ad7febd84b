//! A fresh simulator with a client that speaks to it.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use anyhow::Context;
use resource::{ResourceId, ResourceType};
use serde_json::Value;
use simulator::{Latency, Rule, Scenario, Settings, Simulator, Step};

use crate::flows::recording::{self, Response};

/// The subscription of all recordings.
pub const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000000";

/// The most polls of one operation, and how long to wait between them.
const POLLS: usize = 400;
const PAUSE: Duration = Duration::from_millis(20);

/// A simulator and a client that is logged in.
#[derive(Debug)]
pub struct Stage {
    simulator: Simulator,
    client: reqwest::Client,
    token: String,
    known: BTreeMap<String, HashSet<String>>,
}

impl Stage {
    /// Starts a simulator that knows nothing but the recordings' subscription.
    pub async fn open(latency: Latency, page_size: usize) -> anyhow::Result<Self> {
        let settings = Settings {
            tls: false,
            latency,
            page_size,
            subscription: SUBSCRIPTION.to_owned(),
            ..Settings::default()
        };
        let simulator = Simulator::start(settings).await?;
        let token = simulator.access_token();
        let client = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { simulator, client, token, known: BTreeMap::new() })
    }

    /// Sends a request; `target` is a path with its query, or a whole URL of the simulator.
    pub async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        body: &Value,
    ) -> anyhow::Result<Response> {
        let origin = self.simulator.resource_manager();
        let url = if target.starts_with('/') { format!("{origin}{target}") } else { target.into() };
        let method: reqwest::Method = method.parse()?;
        let mut request = self.client.request(method, &url).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if !body.is_null() {
            request = request.json(body);
        }
        let answer = request.send().await.with_context(|| format!("failed to ask `{url}`"))?;
        let status = answer.status().as_u16();
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().into();
        let headers =
            answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let body = answer.text().await?;
        let body = serde_json::from_str(&body).unwrap_or(Value::Null);
        Ok(Response { status, headers, body })
    }

    /// Sends a GET.
    pub async fn get(&self, target: &str) -> anyhow::Result<Response> {
        self.send("GET", target, &[], &Value::Null).await
    }

    /// Reads all pages of a list; the answer is the first page with all rows.
    pub async fn list(&self, target: &str) -> anyhow::Result<Response> {
        let mut first = self.get(target).await?;
        let mut next = first.body["nextLink"].as_str().map(str::to_owned);
        while let Some(link) = next {
            let page = self.get(&link).await?;
            next = page.body["nextLink"].as_str().map(str::to_owned);
            let rows = page.body["value"].as_array().cloned().unwrap_or_default();
            if let Some(all) = first.body["value"].as_array_mut() {
                all.extend(rows);
            }
        }
        Ok(first)
    }

    /// Asks until the answer is the last one of its operation.
    pub async fn finish(&self, url: &str) -> anyhow::Result<Response> {
        let mut answer = self.get(url).await?;
        for _ in 0..POLLS {
            if !is_underway(&answer) {
                break;
            }
            tokio::time::sleep(PAUSE).await;
            answer = self.get(url).await?;
        }
        Ok(answer)
    }

    /// Tells whether a resource is there.
    pub async fn has(&self, id: &ResourceId) -> anyhow::Result<bool> {
        Ok(self.held(id).await?.is_some())
    }

    /// Returns a resource as the simulator holds it, whatever API versions its type has.
    pub async fn held(&self, id: &ResourceId) -> anyhow::Result<Option<Value>> {
        let all = self.get("/simulator/resources").await?.body["value"].take();
        let is_it = |row: &&Value| {
            row["id"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(id.as_str()))
        };
        Ok(all.as_array().and_then(|rows| rows.iter().find(is_it)).cloned())
    }

    /// Makes a resource behind everybody's back.
    pub fn put(&self, id: &ResourceId, body: &Value) -> anyhow::Result<()> {
        let (put, body) = (Some(id.to_string()), Some(body.clone()));
        self.change(Step { put, body, ..Step::default() })
    }

    /// Deletes a resource behind everybody's back.
    pub fn delete(&self, id: &ResourceId) -> anyhow::Result<()> {
        self.change(Step { delete: Some(id.to_string()), ..Step::default() })
    }

    fn change(&self, step: Step) -> anyhow::Result<()> {
        let scenario = Scenario { seed: vec![step], ..Scenario::default() };
        Ok(self.simulator.apply_scenario(&scenario)?)
    }

    /// Puts the record into DNS that proves whose a domain is.
    pub fn own_domain(&self, host: &str) -> anyhow::Result<()> {
        let record = simulator::Record {
            name: format!("asuid.{host}"),
            kind: "TXT".to_owned(),
            ttl: 3600,
            values: vec!["${verificationId}".to_owned()],
        };
        let dns = vec![record];
        Ok(self.simulator.apply_scenario(&Scenario { dns, ..Scenario::default() })?)
    }

    /// Takes back the registration of a provider namespace.
    pub fn unregister(&self, namespace: &str) -> anyhow::Result<()> {
        let unregistered = vec![namespace.to_owned()];
        Ok(self.simulator.apply_scenario(&Scenario { unregistered, ..Scenario::default() })?)
    }

    /// Lets something go wrong; `None` lets everything go well again.
    pub fn fault(&self, rule: Option<Rule>) -> anyhow::Result<()> {
        let faults = simulator::Faults { rules: rule.into_iter().collect(), ..Default::default() };
        let scenario = Scenario { faults: Some(faults), ..Scenario::default() };
        Ok(self.simulator.apply_scenario(&scenario)?)
    }

    /// Tells whether the simulator models a type, as its provider says.
    pub async fn covers(&mut self, kind: &ResourceType) -> anyhow::Result<bool> {
        let namespace = kind.namespace().to_lowercase();
        if !self.known.contains_key(&namespace) {
            let target = format!(
                "/subscriptions/{SUBSCRIPTION}/providers/{namespace}?api-version=2021-04-01"
            );
            let provider = self.get(&target).await?.body;
            let rows = provider["resourceTypes"].as_array().cloned().unwrap_or_default();
            let names = rows.iter().filter_map(|row| row["resourceType"].as_str());
            self.known.insert(namespace.clone(), names.map(str::to_lowercase).collect());
        }
        let name = kind.as_str().split_once('/').map_or("", |(_, name)| name).to_lowercase();
        Ok(self.known[&namespace].contains(&name))
    }
}

/// Returns a path as it is sent.
pub fn encoded(path: &str) -> String {
    path.replace(' ', "%20").replace('|', "%7C").replace('#', "%23")
}

/// Tells whether a poll says to go on.
pub fn is_underway(answer: &Response) -> bool {
    let status = answer.body.get("status").and_then(Value::as_str);
    let ends = ["succeeded", "failed", "canceled"];
    let is_unended = |word: &str| !ends.contains(&word.to_ascii_lowercase().as_str());
    answer.status == 202 || answer.status == 200 && status.is_some_and(is_unended)
}

/// Tells whether a resource says that an operation on it runs.
pub fn is_moving(body: &Value) -> bool {
    let state = body.pointer("/properties/provisioningState").and_then(Value::as_str);
    state.is_some_and(|state| !["Succeeded", "Failed", "Canceled"].contains(&state))
}

/// Returns the path of a URL that the simulator or a recording gave.
pub fn path_of(url: &str) -> String {
    recording::path_of(url).to_lowercase()
}
