//! Azure DevOps Services and Server.

mod work_items;

use async_trait::async_trait;
use reqwest::Method;
use reqwest::header::AUTHORIZATION;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::http::{Ask, Http};
use crate::{Draft, Entry, Error, Forge, Reviewed, archive};

/// Source: the limit that Atlantis, which splits its comments, found by trial.
const LIMIT: usize = 150_000;
const VERSION: &str = "api-version=7.1";

const CONTRIBUTE: &str =
    "`Contribute to pull requests: Allow` for the build service on the repository";
const READ: &str = "`Read` for the build service on the repository";
const BUILDS: &str = "`View builds: Allow` for the build service";

/// Where the job runs.
pub(crate) struct Settings<'a> {
    pub collection: &'a str,
    pub project: &'a str,
    pub repository: &'a str,
    pub work_item_type: &'a str,
    /// The pipeline, whose runs for pull requests keep the plans.
    pub definition: Option<String>,
}

/// One repository of one project.
pub(crate) struct AzureDevops {
    http: Http,
    collection: String,
    /// `https://dev.azure.com/organisation/project/_apis`
    base: String,
    repository: String,
    work_item_type: String,
    definition: Option<String>,
}

impl AzureDevops {
    pub fn new(
        settings: Settings<'_>,
        token: SecretString,
        time_scale: f64,
    ) -> Result<Self, Error> {
        let bearer = format!("Bearer {}", token.expose_secret()).into();
        let collection = settings.collection.trim_end_matches('/').to_owned();
        Ok(Self {
            http: Http::new("Azure DevOps", AUTHORIZATION, bearer, time_scale)?,
            base: format!("{collection}/{}/_apis", settings.project),
            repository: settings.repository.to_owned(),
            work_item_type: settings.work_item_type.to_owned(),
            definition: settings.definition,
            collection,
        })
    }

    /// Tells whether a URL has the host of the collection itself.
    fn is_at_home(&self, place: &str) -> bool {
        let origin = |url: &str| url::Url::parse(url).ok().map(|url| url.origin());
        origin(place) == origin(&self.collection)
    }

    fn pull_request(&self, number: u64) -> String {
        format!("{}/git/repositories/{}/pullRequests/{number}", self.base, self.repository)
    }

    /// Returns who we are: only its author may change a comment.
    async fn me(&self) -> Result<String, Error> {
        let url = format!("{}/_apis/connectionData", self.collection);
        let answer = self.http.json(Ask::get(&url, CONTRIBUTE)).await?;
        let id = answer["authenticatedUser"]["id"].as_str().map(str::to_owned);
        id.ok_or_else(|| self.http.incomplete(&Ask::get(&url, READ), "`authenticatedUser`"))
    }

    /// Returns the completed pull request that became `commit`.
    async fn merged(&self, commit: &str) -> Result<Value, Error> {
        let url = format!(
            "{}/git/repositories/{}/pullrequestquery?{VERSION}",
            self.base, self.repository
        );
        // The second finds what was rebased: there the last commit is no merge.
        let queries =
            ["lastMergeCommit", "commit"].map(|kind| json!({ "type": kind, "items": [commit] }));
        let answer =
            self.http.json(Ask::question(&url, json!({ "queries": queries }), READ)).await?;
        let results = answer["results"].as_array().into_iter().flatten();
        let mut pulls = results.filter_map(|result| result[commit].as_array()).flatten();
        let completed = pulls.find(|pull| pull["status"].as_str() == Some("completed"));
        completed.cloned().ok_or_else(|| {
            Error::NotReviewed(format!("no pull request was completed as commit {commit}"))
        })
    }

    /// Lists the runs of this pipeline for a pull request, newest first.
    async fn runs(&self, number: u64) -> Result<Vec<u64>, Error> {
        let definition = match &self.definition {
            Some(definition) => format!("&definitions={definition}"),
            None => String::new(),
        };
        let url = format!(
            "{}/build/builds?branchName=refs/pull/{number}/merge&reasonFilter=pullRequest\
             &queryOrder=queueTimeDescending&$top=100{definition}&{VERSION}",
            self.base
        );
        let answer = self.http.json(Ask::get(&url, BUILDS)).await?;
        let runs = answer["value"].as_array().into_iter().flatten();
        Ok(runs.filter_map(|run| run["id"].as_u64()).collect())
    }

    /// Reads the archive that a run kept under a name, of its last attempt.
    async fn kept(&self, run: u64, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let url = format!("{}/build/builds/{run}/artifacts?{VERSION}", self.base);
        let ask = Ask::get(&url, BUILDS);
        let artifacts = self.http.json(Ask::get(&url, BUILDS)).await?;
        let artifacts = artifacts["value"].as_array().into_iter().flatten();
        let named = artifacts.filter_map(|artifact| {
            Some((attempt(artifact["name"].as_str()?, name)?, &artifact["resource"]["downloadUrl"]))
        });
        let Some((_, place)) = named.max_by_key(|(attempt, _)| *attempt) else {
            return Ok(None);
        };
        let place = place.as_str().ok_or_else(|| self.http.incomplete(&ask, "`downloadUrl`"))?;
        // The token goes along; a plain connection would give it away.
        if !place.starts_with("https://") && !self.is_at_home(place) {
            return Err(self.http.incomplete(&ask, "an HTTPS `downloadUrl`"));
        }
        self.http.file(place, BUILDS).await.map(Some)
    }
}

/// Returns the attempt of `name`, `<artifact>-<head>.<attempt>`: a run takes each name but once.
fn attempt(found: &str, name: &str) -> Option<u64> {
    match found.strip_prefix(name)? {
        "" => Some(0),
        rest => rest.strip_prefix('.')?.parse().ok(),
    }
}

#[async_trait]
impl Forge for AzureDevops {
    fn limit(&self) -> usize {
        LIMIT
    }

    async fn comments(&self, pull_request: u64) -> Result<Vec<Entry>, Error> {
        let me = self.me().await?;
        let url = format!("{}/threads?{VERSION}", self.pull_request(pull_request));
        let answer = self.http.json(Ask::get(&url, CONTRIBUTE)).await?;
        let threads = answer["value"].as_array().into_iter().flatten();
        // The first comment of a thread is what was said; the rest are replies.
        let first = threads.filter_map(|thread| {
            let comment = thread["comments"].as_array()?.first()?;
            let is_ours = comment["author"]["id"].as_str() == Some(&me)
                && comment["isDeleted"].as_bool() != Some(true)
                && thread["isDeleted"].as_bool() != Some(true);
            is_ours.then(|| Entry {
                id: format!("{}/comments/{}", thread["id"], comment["id"]),
                text: comment["content"].as_str().unwrap_or_default().to_owned(),
                url: format!("pull request {pull_request}, thread {}", thread["id"]),
            })
        });
        Ok(first.collect())
    }

    async fn add_comment(&self, pull_request: u64, text: &str) -> Result<String, Error> {
        let url = format!("{}/threads?{VERSION}", self.pull_request(pull_request));
        let comment = json!({ "parentCommentId": 0, "content": text, "commentType": "text" });
        // An active thread would hold up who requires that all comments are resolved.
        let body = json!({ "comments": [comment], "status": "closed" });
        let thread = self.http.json(Ask::write(Method::POST, &url, body, CONTRIBUTE)).await?;
        Ok(format!("pull request {pull_request}, thread {}", thread["id"]))
    }

    async fn change_comment(&self, number: u64, comment: &Entry, text: &str) -> Result<(), Error> {
        let url = format!("{}/threads/{}?{VERSION}", self.pull_request(number), comment.id);
        let body = json!({ "content": text, "commentType": "text" });
        self.http.json(Ask::write(Method::PATCH, &url, body, CONTRIBUTE)).await?;
        Ok(())
    }

    async fn open_issues(&self, label: &str) -> Result<Vec<Entry>, Error> {
        self.open_items(label).await
    }

    async fn open_issue(&self, draft: &Draft<'_>) -> Result<String, Error> {
        self.open_item(draft).await
    }

    async fn change_issue(&self, issue: &Entry, draft: &Draft<'_>) -> Result<(), Error> {
        self.change_item(issue, draft).await
    }

    async fn close_issue(&self, issue: &Entry, draft: &Draft<'_>) -> Result<(), Error> {
        self.close_item(issue, draft).await
    }

    async fn reviewed_plan(&self, commit: &str, artifact: &str) -> Result<Reviewed, Error> {
        let pull = self.merged(commit).await?;
        let number = pull["pullRequestId"].as_u64().unwrap_or_default();
        let head =
            pull["lastMergeSourceCommit"]["commitId"].as_str().unwrap_or_default().to_owned();
        if pull["forkSource"].is_object() {
            return Err(Error::NotReviewed(format!("pull request {number} comes from a fork")));
        }
        let name = format!("{artifact}-{head}");
        for run in self.runs(number).await? {
            if let Some(bytes) = self.kept(run, &name).await? {
                let plan = archive::plan(&name, bytes, None)?;
                return Ok(Reviewed { pull_request: number, head, plan });
            }
        }
        Err(Error::NotReviewed(format!(
            "no run of this pipeline for pull request {number} kept `{name}`: its last commit was \
             never planned, or the run has been deleted"
        )))
    }
}
