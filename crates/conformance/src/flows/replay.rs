//! A recording played again, exchange by exchange.

use std::collections::{BTreeMap, BTreeSet};

use resource::{ResourceId, ResourceType};
use serde_json::{Value, json};
use simulator::Latency;

use super::judge::{self, Subject, Verdict};
use super::recording::{Exchange, Flow, Response};
use super::situation;
use crate::stage::{self, Stage, is_moving, is_underway, path_of};

/// A recording that is played.
pub struct Replay<'a> {
    pub(super) stage: Stage,
    pub(super) flow: &'a Flow,
    /// The region in which the recording was made.
    pub(super) location: String,
    /// What stands in the recording and what the simulator says instead.
    pub(super) renamed: BTreeMap<String, String>,
    /// Resources that a later DELETE must not find.
    pub(super) blockers: Vec<ResourceId>,
    /// The resources that the recording itself has deleted.
    pub(super) deleted: BTreeSet<ResourceId>,
    /// Where the simulator lets an operation be polled, by the path in the recording.
    polls: BTreeMap<String, Poll>,
    /// Operations that nobody has seen end.
    running: Vec<String>,
}

struct Poll {
    url: Option<String>,
    kind: ResourceType,
    resource: Option<ResourceId>,
}

impl<'a> Replay<'a> {
    /// Begins with an empty Azure.
    pub async fn begin(flow: &'a Flow, latency: Latency) -> anyhow::Result<Self> {
        let rows =
            |exchange: &Exchange| exchange.response.body["value"].as_array().map_or(0, Vec::len);
        let page = flow.exchanges.iter().map(rows).max().unwrap_or_default();
        let page_size = if page == 0 { 100 } else { page };
        Ok(Self {
            stage: Stage::open(latency, page_size).await?,
            flow,
            location: situation::location(flow),
            renamed: BTreeMap::new(),
            blockers: vec![],
            deleted: BTreeSet::new(),
            polls: BTreeMap::new(),
            running: vec![],
        })
    }

    /// Plays all exchanges and judges them.
    pub async fn play(mut self) -> anyhow::Result<Vec<Verdict>> {
        let mut verdicts = vec![];
        for (index, exchange) in self.flow.exchanges.iter().enumerate() {
            let is_poll = self.polls.contains_key(&path_of(&exchange.request.url));
            let verdict = if is_poll {
                self.poll(exchange).await?
            } else {
                self.exchange(index, exchange).await?
            };
            verdicts.extend(verdict);
        }
        Ok(verdicts)
    }

    async fn exchange(
        &mut self,
        index: usize,
        exchange: &Exchange,
    ) -> anyhow::Result<Option<Verdict>> {
        let Exchange { request, response } = exchange;
        if !is_moving(&response.body) || request.method != "GET" {
            for url in std::mem::take(&mut self.running) {
                self.stage.finish(&url).await?;
            }
        }
        situation::prepare(self, index).await?;
        let answer = self.ask(exchange).await?;
        self.stage.fault(None)?;
        let id = request.resource();
        if request.method == "DELETE" && response.is_success() {
            self.deleted.extend(id.clone());
        }
        let kind = request.resource_type();
        self.note(exchange, &answer, &kind);
        Ok(Some(self.judge(exchange, &answer, kind, id.as_ref(), false).await?))
    }

    /// Sends a request as it was recorded, under the simulator's names.
    async fn ask(&self, exchange: &Exchange) -> anyhow::Result<Response> {
        let Exchange { request, response } = exchange;
        let target = self.ours(request.target());
        let target = stage::encoded(&target);
        if response.body["value"].is_array() && request.method == "GET" {
            let first = target.split("&$skiptoken").next().unwrap_or(&target);
            let first = first.split("&%24skiptoken").next().unwrap_or(first);
            let mut answer = self.stage.list(first).await?;
            if response.body["value"] == json!([]) {
                // Azure may leave pages empty that others follow; ours are never so.
                answer.body["value"] = json!([]);
            }
            return Ok(answer);
        }
        let headers: Vec<(String, String)> =
            request.headers.iter().map(|(name, value)| (name.clone(), self.ours(value))).collect();
        let mut body: Value = serde_json::from_str(&self.ours(&request.body.to_string()))?;
        if body.is_null() && ["PUT", "PATCH"].contains(&request.method.as_str()) {
            // The recorder did not keep the body: what became of it stands for it.
            let became = response.is_success().then(|| response.body.clone());
            body = became.filter(Value::is_object).unwrap_or_else(|| json!({"properties": {}}));
        }
        let mut answer = self.stage.send(&request.method, &target, &headers, &body).await?;
        let is_settled = !is_moving(&response.body);
        for _ in 0..100 {
            if request.method != "GET" || !is_settled || !is_moving(&answer.body) {
                break;
            }
            // Nobody can poll this operation: its resource tells when it has ended.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            answer = self.stage.send(&request.method, &target, &headers, &body).await?;
        }
        Ok(answer)
    }

    /// Puts the simulator's names where the recording has its own.
    fn ours(&self, text: &str) -> String {
        let names = self.renamed.iter();
        names.fold(text.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours))
    }

    /// Notes what the simulator calls the things that the answer speaks of.
    fn note(&mut self, exchange: &Exchange, answer: &Response, kind: &ResourceType) {
        if let (Some(theirs), Some(ours)) =
            (exchange.response.header("ETag"), answer.header("ETag"))
        {
            self.renamed.insert(theirs.to_owned(), ours.to_owned());
        }
        let resource = exchange.request.resource();
        for name in ["Azure-AsyncOperation", "Location"] {
            let ours = answer.header(name).map(str::to_owned);
            let is_itself =
                |url: &str| resource.as_ref().is_some_and(|id| path_of(url) == id.key());
            if let Some(theirs) = exchange.response.header(name).filter(|url| !is_itself(url)) {
                let url = ours.clone().or_else(|| answer.header("Location").map(str::to_owned));
                let (kind, resource) = (kind.clone(), resource.clone());
                self.polls.insert(path_of(theirs), Poll { url, kind, resource });
            }
            self.running.extend(ours.filter(|url| !is_itself(url)));
        }
    }

    /// Plays a poll. Polls that find the operation running may be fewer than in the recording.
    async fn poll(&mut self, exchange: &Exchange) -> anyhow::Result<Option<Verdict>> {
        let path = path_of(&exchange.request.url);
        let Some(Poll { url, kind, resource }) = self.polls.get(&path) else { return Ok(None) };
        let (kind, resource) = (kind.clone(), resource.clone());
        let Some(url) = url.clone() else {
            let missing = Response { status: 0, headers: BTreeMap::new(), body: Value::Null };
            return Ok(Some(self.judge(exchange, &missing, kind, None, true).await?));
        };
        let answer = if is_underway(&exchange.response) {
            let answer = self.stage.get(&url).await?;
            if !is_underway(&answer) {
                return Ok(None);
            }
            answer
        } else {
            self.stage.finish(&url).await?
        };
        self.note(exchange, &answer, &kind);
        Ok(Some(self.judge(exchange, &answer, kind, resource.as_ref(), true).await?))
    }

    async fn judge(
        &mut self,
        exchange: &Exchange,
        answer: &Response,
        kind: ResourceType,
        resource: Option<&ResourceId>,
        is_poll: bool,
    ) -> anyhow::Result<Verdict> {
        let Exchange { request, response } = exchange;
        let keeps_retry_after = self.flow.keeps_retry_after();
        let subject = Subject { resource, is_poll, keeps_retry_after };
        let (headers, wrong_headers) = judge::headers(response, answer, subject);
        Ok(Verdict {
            exchange: format!("{} {}", request.method, request.path()),
            is_covered: self.stage.covers(&kind).await?,
            resource_type: kind,
            status: (response.status, answer.status),
            headers,
            wrong_headers,
            wrong_code: judge::code(response, answer),
            likeness: judge::body(response, answer),
        })
    }
}
