//! GitLab.

use async_trait::async_trait;
use reqwest::Method;
use reqwest::header::HeaderName;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::http::{Ask, Http};
use crate::{Draft, Entry, Error, Forge, Reviewed};

/// Source: <https://docs.gitlab.com/administration/instance_limits/#size-of-comments-and-descriptions-of-issues-merge-requests-and-epics>.
const LIMIT: usize = 1_000_000;

const API: &str = "the scope `api` and the role Reporter or more";
const READ: &str = "the scope `api` or `read_api` and the role Reporter or more";

/// One project.
pub(crate) struct GitLab {
    http: Http,
    api: String,
    /// `https://gitlab.com/api/v4/projects/1`
    base: String,
}

impl GitLab {
    pub fn new(
        api: &str,
        project: &str,
        token: SecretString,
        time_scale: f64,
    ) -> Result<Self, Error> {
        let header = HeaderName::from_static("private-token");
        let http = Http::new("GitLab", header, token, time_scale)?;
        let api = api.trim_end_matches('/').to_owned();
        Ok(Self { http, base: format!("{api}/projects/{project}"), api })
    }

    async fn write(&self, method: Method, path: &str, body: Value) -> Result<Value, Error> {
        let url = format!("{}/{path}", self.base);
        self.http.json(Ask::write(method, &url, body, API)).await
    }

    /// Returns who we are: only its author may change a comment.
    async fn me(&self) -> Result<u64, Error> {
        let url = format!("{}/user", self.api);
        let answer = self.http.json(Ask::get(&url, API)).await?;
        answer["id"].as_u64().ok_or_else(|| self.http.incomplete(&Ask::get(&url, API), "`id`"))
    }

    /// Returns the merged merge request that became `commit`, by a merge, a squash or a fast-forward.
    async fn merged(&self, commit: &str) -> Result<Value, Error> {
        let url = format!("{}/repository/commits/{commit}/merge_requests?state=merged", self.base);
        let requests = self.http.pages(&url, READ, |page| page).await?;
        let is_it = |request: &Value| {
            let shas = ["merge_commit_sha", "squash_commit_sha", "sha"];
            request["state"].as_str() == Some("merged")
                && shas.iter().any(|sha| request[sha].as_str() == Some(commit))
        };
        requests.into_iter().find(is_it).ok_or_else(|| {
            Error::NotReviewed(format!("no merge request was merged as commit {commit}"))
        })
    }

    /// Reads a file that a job of one pipeline kept.
    async fn kept(&self, pipeline: u64, path: &str) -> Result<Option<Vec<u8>>, Error> {
        // Retried jobs kept files as well; the last one counts.
        let url = format!("{}/pipelines/{pipeline}/jobs?include_retried=false", self.base);
        let mut jobs = self.http.pages(&url, READ, |page| page).await?;
        jobs.retain(|job| job["artifacts_file"].is_object());
        jobs.sort_by_key(|job| std::cmp::Reverse(job["id"].as_u64()));
        for id in jobs.iter().filter_map(|job| job["id"].as_u64()) {
            let url = format!("{}/jobs/{id}/artifacts/{path}", self.base);
            match self.http.file(&url, READ).await {
                Ok(file) => return Ok(Some(file)),
                Err(Error::Answered { status: 404, .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

fn entry(value: &Value, id: &str, text: &str, url: String) -> Entry {
    Entry {
        id: value[id].as_u64().unwrap_or_default().to_string(),
        text: value[text].as_str().unwrap_or_default().to_owned(),
        url,
    }
}

#[async_trait]
impl Forge for GitLab {
    fn limit(&self) -> usize {
        LIMIT
    }

    async fn comments(&self, pull_request: u64) -> Result<Vec<Entry>, Error> {
        let me = self.me().await?;
        let url = format!("{}/merge_requests/{pull_request}/notes?sort=asc", self.base);
        let notes = self.http.pages(&url, API, |page| page).await?;
        let ours = notes.iter().filter(|note| note["author"]["id"].as_u64() == Some(me));
        // A note has no address of its own in the API.
        Ok(ours.map(|note| entry(note, "id", "body", place(pull_request, note))).collect())
    }

    async fn add_comment(&self, pull_request: u64, text: &str) -> Result<String, Error> {
        let path = format!("merge_requests/{pull_request}/notes");
        let note = self.write(Method::POST, &path, json!({ "body": text })).await?;
        Ok(place(pull_request, &note))
    }

    async fn change_comment(&self, number: u64, comment: &Entry, text: &str) -> Result<(), Error> {
        let path = format!("merge_requests/{number}/notes/{}", comment.id);
        self.write(Method::PUT, &path, json!({ "body": text })).await?;
        Ok(())
    }

    async fn open_issues(&self, label: &str) -> Result<Vec<Entry>, Error> {
        let query: String = url::form_urlencoded::byte_serialize(label.as_bytes()).collect();
        let url = format!("{}/issues?state=opened&sort=asc&labels={query}", self.base);
        let issues = self.http.pages(&url, API, |page| page).await?;
        let web = |issue: &Value| issue["web_url"].as_str().unwrap_or_default().to_owned();
        Ok(issues.iter().map(|issue| entry(issue, "iid", "description", web(issue))).collect())
    }

    async fn open_issue(&self, draft: &Draft<'_>) -> Result<String, Error> {
        let Draft { title, label, text, .. } = draft;
        let body = json!({ "title": title, "description": text, "labels": label });
        let issue = self.write(Method::POST, "issues", body).await?;
        Ok(issue["web_url"].as_str().unwrap_or_default().to_owned())
    }

    async fn change_issue(&self, issue: &Entry, draft: &Draft<'_>) -> Result<(), Error> {
        let body = json!({ "title": draft.title, "description": draft.text });
        self.write(Method::PUT, &format!("issues/{}", issue.id), body).await?;
        Ok(())
    }

    async fn close_issue(&self, issue: &Entry, draft: &Draft<'_>) -> Result<(), Error> {
        let path = format!("issues/{}", issue.id);
        self.write(Method::PUT, &path, json!({ "state_event": "close" })).await?;
        self.write(Method::POST, &format!("{path}/notes"), json!({ "body": draft.text })).await?;
        Ok(())
    }

    async fn reviewed_plan(&self, commit: &str, artifact: &str) -> Result<Reviewed, Error> {
        let request = self.merged(commit).await?;
        let number = request["iid"].as_u64().unwrap_or_default();
        let head = request["sha"].as_str().unwrap_or_default().to_owned();
        if request["source_project_id"] != request["target_project_id"] {
            let reason = format!("merge request {number} comes from a fork");
            return Err(Error::NotReviewed(reason));
        }
        let url = format!("{}/merge_requests/{number}/pipelines?sort=desc", self.base);
        let pipelines = self.http.pages(&url, READ, |page| page).await?;
        let path = format!("{artifact}-{head}/plan.json");
        for pipeline in pipelines.iter().filter_map(|pipeline| pipeline["id"].as_u64()) {
            if let Some(plan) = self.kept(pipeline, &path).await? {
                return Ok(Reviewed { pull_request: number, head, plan });
            }
        }
        Err(Error::NotReviewed(format!(
            "no pipeline of merge request {number} kept `{path}`: its last commit was never planned, \
             or the artefact has expired"
        )))
    }
}

fn place(merge_request: u64, note: &Value) -> String {
    format!("!{merge_request}#note_{}", note["id"])
}
