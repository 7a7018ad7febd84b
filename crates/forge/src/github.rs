//! GitHub, and its Enterprise Server.

use async_trait::async_trait;
use reqwest::Method;
use reqwest::header::AUTHORIZATION;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::http::{Ask, Http};
use crate::{Draft, Entry, Error, Forge, Reviewed, archive};

/// Source: <https://github.com/dead-claudia/github-limits>, and the error of one character more.
const LIMIT: usize = 65_536;

const COMMENTS: &str = "`permissions: pull-requests: write`";
const ISSUES: &str = "`permissions: issues: write`";
const ARTIFACTS: &str = "`permissions: actions: read`";
const PULLS: &str = "`permissions: pull-requests: read` and `contents: read`";

/// One repository.
pub(crate) struct GitHub {
    http: Http,
    /// `https://api.github.com/repos/owner/name`
    base: String,
    repository: String,
}

impl GitHub {
    pub fn new(
        api: &str,
        repository: String,
        token: SecretString,
        time_scale: f64,
    ) -> Result<Self, Error> {
        let bearer = format!("Bearer {}", token.expose_secret()).into();
        let http = Http::new("GitHub", AUTHORIZATION, bearer, time_scale)?;
        Ok(Self {
            http,
            base: format!("{}/repos/{repository}", api.trim_end_matches('/')),
            repository,
        })
    }

    async fn write(
        &self,
        method: Method,
        path: &str,
        body: Value,
        needs: &'static str,
    ) -> Result<String, Error> {
        let url = format!("{}/{path}", self.base);
        let answer = self.http.json(Ask::write(method, &url, body, needs)).await?;
        Ok(answer["html_url"].as_str().unwrap_or_default().to_owned())
    }

    /// Returns the merged pull request whose merge is `commit`.
    async fn merged(&self, commit: &str) -> Result<Value, Error> {
        let url = format!("{}/commits/{commit}/pulls?state=closed", self.base);
        let pulls = self.http.pages(&url, PULLS, |page| page).await?;
        let is_it = |pull: &Value| {
            pull["merged_at"].is_string() && pull["merge_commit_sha"].as_str() == Some(commit)
        };
        pulls.into_iter().find(is_it).ok_or_else(|| {
            Error::NotReviewed(format!("no pull request was merged as commit {commit}"))
        })
    }

    /// Finds what the runs for `head` kept as `name`; the newest first, of this repository alone.
    async fn artifact(&self, name: &str, head: &str) -> Result<Option<Value>, Error> {
        let query: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let url = format!("{}/actions/artifacts?name={query}", self.base);
        let list = |mut page: Value| page["artifacts"].take();
        let mut found = self.http.pages(&url, ARTIFACTS, list).await?;
        found.retain(|artifact| {
            let run = &artifact["workflow_run"];
            artifact["name"].as_str() == Some(name)
                && artifact["expired"].as_bool() != Some(true)
                && run["head_sha"].as_str() == Some(head)
                // A fork's run keeps its artefacts here too, under any name it likes.
                && run["head_repository_id"].is_u64()
                && run["head_repository_id"] == run["repository_id"]
        });
        Ok(found.into_iter().max_by_key(|artifact| artifact["id"].as_u64()))
    }
}

/// Tells whether one of us may have written this: a bot, or somebody who may write here anyway. A
/// stranger could otherwise put the marker into a comment of theirs, and edit what we say.
fn is_trusted(entry: &Value) -> bool {
    let association = entry["author_association"].as_str().unwrap_or_default();
    entry["user"]["type"].as_str() == Some("Bot")
        || matches!(association, "OWNER" | "MEMBER" | "COLLABORATOR")
}

fn entry(value: &Value, id: &str) -> Entry {
    Entry {
        id: value[id].as_u64().unwrap_or_default().to_string(),
        text: value["body"].as_str().unwrap_or_default().to_owned(),
        url: value["html_url"].as_str().unwrap_or_default().to_owned(),
    }
}

#[async_trait]
impl Forge for GitHub {
    fn limit(&self) -> usize {
        LIMIT
    }

    async fn comments(&self, pull_request: u64) -> Result<Vec<Entry>, Error> {
        // A pull request is an issue; comments outside its files hang there.
        let url = format!("{}/issues/{pull_request}/comments?sort=created", self.base);
        let comments = self.http.pages(&url, COMMENTS, |page| page).await?;
        Ok(comments.iter().filter(|c| is_trusted(c)).map(|c| entry(c, "id")).collect())
    }

    async fn add_comment(&self, pull_request: u64, text: &str) -> Result<String, Error> {
        let path = format!("issues/{pull_request}/comments");
        self.write(Method::POST, &path, json!({ "body": text }), COMMENTS).await
    }

    async fn change_comment(&self, _: u64, comment: &Entry, text: &str) -> Result<(), Error> {
        let path = format!("issues/comments/{}", comment.id);
        self.write(Method::PATCH, &path, json!({ "body": text }), COMMENTS).await?;
        Ok(())
    }

    async fn open_issues(&self, label: &str) -> Result<Vec<Entry>, Error> {
        let query: String = url::form_urlencoded::byte_serialize(label.as_bytes()).collect();
        let url = format!("{}/issues?state=open&direction=asc&labels={query}", self.base);
        let issues = self.http.pages(&url, ISSUES, |page| page).await?;
        let issues = issues.iter().filter(|issue| issue["pull_request"].is_null());
        Ok(issues.map(|issue| entry(issue, "number")).collect())
    }

    async fn open_issue(&self, draft: &Draft<'_>) -> Result<String, Error> {
        let Draft { title, label, text, .. } = draft;
        let body = json!({ "title": title, "body": text, "labels": [label] });
        self.write(Method::POST, "issues", body, ISSUES).await
    }

    async fn change_issue(&self, issue: &Entry, draft: &Draft<'_>) -> Result<(), Error> {
        let body = json!({ "title": draft.title, "body": draft.text });
        self.write(Method::PATCH, &format!("issues/{}", issue.id), body, ISSUES).await?;
        Ok(())
    }

    async fn close_issue(&self, issue: &Entry, draft: &Draft<'_>) -> Result<(), Error> {
        let path = format!("issues/{}", issue.id);
        let state = json!({ "state": "closed", "state_reason": "completed" });
        self.write(Method::PATCH, &path, state, ISSUES).await?;
        let words = json!({ "body": draft.text });
        self.write(Method::POST, &format!("{path}/comments"), words, ISSUES).await?;
        Ok(())
    }

    async fn reviewed_plan(&self, commit: &str, artifact: &str) -> Result<Reviewed, Error> {
        let pull = self.merged(commit).await?;
        let number = pull["number"].as_u64().unwrap_or_default();
        let head = pull["head"]["sha"].as_str().unwrap_or_default().to_owned();
        let source =
            pull["head"]["repo"]["full_name"].as_str().unwrap_or("a repository that is gone");
        if !source.eq_ignore_ascii_case(&self.repository) {
            return Err(Error::NotReviewed(format!("pull request {number} comes from {source}")));
        }
        let name = format!("{artifact}-{head}");
        let Some(kept) = self.artifact(&name, &head).await? else {
            return Err(Error::NotReviewed(format!(
                "no run of pull request {number} kept `{name}`: its last commit was never planned, or \
                 the artefact has expired"
            )));
        };
        let id = kept["id"].as_u64().unwrap_or_default();
        let url = format!("{}/actions/artifacts/{id}/zip", self.base);
        let bytes = self.http.file(&url, ARTIFACTS).await?;
        let plan = archive::plan(&name, bytes, kept["digest"].as_str())?;
        Ok(Reviewed { pull_request: number, head, plan })
    }
}
