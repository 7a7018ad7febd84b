//! What a pipeline's environment tells: which forge, which pull request, which commit.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde_json::Value;

use crate::azure_devops::AzureDevops;
use crate::github::GitHub;
use crate::gitlab::GitLab;
use crate::{Error, Forge};

/// A kind of forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// GitHub, its Enterprise Server too.
    GitHub,
    /// Azure DevOps Services or Server.
    AzureDevops,
    /// GitLab.
    GitLab,
}

/// The run of a pipeline, as its environment tells it.
pub struct Job<'a> {
    kind: Kind,
    lookup: &'a dyn Fn(&str) -> Option<String>,
    /// What set the run off, where GitHub keeps it in a file.
    event: Value,
    time_scale: f64,
}

/// Variables that a runner sets by itself.
const BY_GITHUB: &str = "a job of GitHub Actions has it";
const BY_AZURE: &str = "a job of Azure Pipelines has it";
const BY_GITLAB: &str = "a job of GitLab CI has it";

impl<'a> Job<'a> {
    /// Finds out where this runs, unless `kind` says it. `lookup` reads an environment variable.
    pub fn detect(
        kind: Option<Kind>,
        lookup: &'a dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        let is = |name: &str| lookup(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let kind = match kind {
            Some(kind) => kind,
            None if is("GITHUB_ACTIONS") => Kind::GitHub,
            None if is("TF_BUILD") => Kind::AzureDevops,
            None if is("GITLAB_CI") => Kind::GitLab,
            None => return Err(Error::NoForge),
        };
        let mut job = Self { kind, lookup, event: Value::Null, time_scale: 1.0 };
        if kind == Kind::GitHub
            && let Some(path) = job.variable("GITHUB_EVENT_PATH")
        {
            job.event = read_event(&path)?;
        }
        Ok(job)
    }

    /// Multiplies every wait with `scale`.
    pub fn with_time_scale(mut self, scale: f64) -> Self {
        self.time_scale = scale;
        self
    }

    /// Returns the forge.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the number of the pull request that this run is for.
    pub fn pull_request(&self) -> Result<u64, Error> {
        let (name, hint) = match self.kind {
            Kind::GitHub => {
                if let Some(number) = self.event["pull_request"]["number"].as_u64() {
                    return Ok(number);
                }
                ("GITHUB_REF", "run on `pull_request`, or name the pull request with `--number`")
            }
            Kind::AzureDevops => (
                "SYSTEM_PULLREQUEST_PULLREQUESTID",
                "run as a branch policy's build, or name the pull request with `--number`",
            ),
            Kind::GitLab => (
                "CI_MERGE_REQUEST_IID",
                "run in a merge request's pipeline, or name the merge request with `--number`",
            ),
        };
        let found = self.variable(name).ok_or(Error::MissingVariable { name, hint })?;
        let number = match self.kind {
            Kind::GitHub => {
                found.strip_prefix("refs/pull/").and_then(|rest| rest.split('/').next())
            }
            _ => Some(&found[..]),
        };
        number.and_then(|number| number.parse().ok()).ok_or(Error::Unreadable {
            name: name.to_owned(),
            found: found.clone(),
            allowed: hint,
        })
    }

    /// Returns the commit that people review: the head of a pull request, not its trial merge.
    pub fn commit(&self) -> Option<String> {
        let head = self.event["pull_request"]["head"]["sha"].as_str().map(str::to_owned);
        let names = match self.kind {
            Kind::GitHub => ["GITHUB_SHA", "GITHUB_SHA"],
            Kind::AzureDevops => ["SYSTEM_PULLREQUEST_SOURCECOMMITID", "BUILD_SOURCEVERSION"],
            Kind::GitLab => ["CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "CI_COMMIT_SHA"],
        };
        head.or_else(|| names.into_iter().find_map(|name| self.variable(name)))
    }

    /// Returns where a person follows this run.
    pub fn run_url(&self) -> Option<String> {
        let variable = |name| self.variable(name);
        match self.kind {
            Kind::GitHub => {
                let server = variable("GITHUB_SERVER_URL")?;
                let repository = variable("GITHUB_REPOSITORY")?;
                Some(format!("{server}/{repository}/actions/runs/{}", variable("GITHUB_RUN_ID")?))
            }
            Kind::AzureDevops => {
                let collection = variable("SYSTEM_COLLECTIONURI")?;
                let project = encoded(&variable("SYSTEM_TEAMPROJECT")?);
                let build = variable("BUILD_BUILDID")?;
                let collection = collection.trim_end_matches('/');
                Some(format!("{collection}/{project}/_build/results?buildId={build}"))
            }
            Kind::GitLab => variable("CI_JOB_URL"),
        }
    }

    /// Returns the file whose text GitHub shows on the page of the run.
    pub fn summary(&self) -> Option<PathBuf> {
        match self.kind {
            Kind::GitHub => self.variable("GITHUB_STEP_SUMMARY").map(PathBuf::from),
            _ => None,
        }
    }

    /// Tells whether the run is for a pull request whose token cannot write: that of a fork, or of
    /// Dependabot.
    ///
    /// Source: <https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request>.
    pub fn is_read_only(&self) -> bool {
        let of = |side: &str| &self.event["pull_request"][side]["repo"]["full_name"];
        match self.kind {
            Kind::GitHub => {
                let is_fork = self.event["pull_request"].is_object() && of("head") != of("base");
                is_fork || self.variable("GITHUB_ACTOR").as_deref() == Some("dependabot[bot]")
            }
            Kind::AzureDevops => self
                .variable("SYSTEM_PULLREQUEST_ISFORK")
                .is_some_and(|v| v.eq_ignore_ascii_case("true")),
            Kind::GitLab => {
                let source = self.variable("CI_MERGE_REQUEST_SOURCE_PROJECT_ID");
                source.is_some() && source != self.variable("CI_PROJECT_ID")
            }
        }
    }

    /// Connects to the forge with the job's token.
    pub fn connect(&self) -> Result<Box<dyn Forge>, Error> {
        let scale = self.time_scale;
        let token = |name, hint| self.required(name, hint).map(SecretString::from);
        Ok(match self.kind {
            Kind::GitHub => {
                let api = self.variable("GITHUB_API_URL");
                let api = api.unwrap_or_else(|| "https://api.github.com".to_owned());
                let repository = self.required("GITHUB_REPOSITORY", BY_GITHUB)?;
                let token =
                    token("GITHUB_TOKEN", "pass it on: `GITHUB_TOKEN: ${{ github.token }}`")?;
                Box::new(GitHub::new(&api, repository, token, scale)?)
            }
            Kind::AzureDevops => {
                let collection = self.required("SYSTEM_COLLECTIONURI", BY_AZURE)?;
                let project = self.required("SYSTEM_TEAMPROJECT", BY_AZURE)?;
                self.reject_other_repository()?;
                let repository = self.required("BUILD_REPOSITORY_ID", BY_AZURE)?;
                let hint = "pass it on: `SYSTEM_ACCESSTOKEN: $(System.AccessToken)`";
                let token = token("SYSTEM_ACCESSTOKEN", hint)?;
                let kind = self.variable("EVENKEEL_WORK_ITEM_TYPE");
                let settings = crate::azure_devops::Settings {
                    collection: &collection,
                    project: &encoded(&project),
                    repository: &encoded(&repository),
                    work_item_type: kind.as_deref().unwrap_or("Task"),
                    definition: self.variable("SYSTEM_DEFINITIONID"),
                };
                Box::new(AzureDevops::new(settings, token, scale)?)
            }
            Kind::GitLab => {
                let api = self.required("CI_API_V4_URL", BY_GITLAB)?;
                let project = self.required("CI_PROJECT_ID", BY_GITLAB)?;
                let hint = "make a project access token with the scope `api` and the role Reporter, and \
                            keep it as a masked variable (the job's own token cannot write comments)";
                Box::new(GitLab::new(&api, &project, token("GITLAB_TOKEN", hint)?, scale)?)
            }
        })
    }

    /// Azure Pipelines also builds what lies on GitHub; its pull requests are there.
    fn reject_other_repository(&self) -> Result<(), Error> {
        match self.variable("BUILD_REPOSITORY_PROVIDER") {
            Some(found) if !found.eq_ignore_ascii_case("TfsGit") => Err(Error::Unreadable {
                name: "BUILD_REPOSITORY_PROVIDER".to_owned(),
                found,
                allowed: "allowed is `TfsGit`; for a repository on GitHub pass `--forge github` with \
                          GITHUB_REPOSITORY and GITHUB_TOKEN",
            }),
            _ => Ok(()),
        }
    }

    fn required(&self, name: &'static str, hint: &'static str) -> Result<String, Error> {
        self.variable(name).ok_or(Error::MissingVariable { name, hint })
    }

    fn variable(&self, name: &str) -> Option<String> {
        // Azure Pipelines leaves `$(Name)` standing where a variable does not exist.
        (self.lookup)(name).filter(|value| !value.is_empty() && !value.starts_with("$("))
    }
}

fn read_event(path: &str) -> Result<Value, Error> {
    let unreadable = |found: String| Error::Unreadable {
        name: format!("GITHUB_EVENT_PATH `{path}`"),
        found,
        allowed: "it is the JSON that GitHub writes for each run",
    };
    let text =
        files::read(Path::new(path), files::TEXT).map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))
}

/// Returns one segment of a path; names of projects may hold spaces.
fn encoded(segment: &str) -> String {
    let mut url = url::Url::parse("http://x").expect("a URL");
    if let Ok(mut path) = url.path_segments_mut() {
        path.push(segment);
    }
    url.path().trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        let pairs: Vec<(String, String)> =
            pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        move |name| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    #[test]
    fn runner_is_known_by_its_variables() {
        let kind = |pairs: &[(&str, &str)]| Job::detect(None, &env(pairs)).map(|job| job.kind);
        assert_eq!(kind(&[("GITHUB_ACTIONS", "true")]).expect("known"), Kind::GitHub);
        assert_eq!(kind(&[("TF_BUILD", "True")]).expect("known"), Kind::AzureDevops);
        assert_eq!(kind(&[("GITLAB_CI", "true")]).expect("known"), Kind::GitLab);
        assert!(matches!(kind(&[("CI", "true")]), Err(Error::NoForge)));
    }

    #[test]
    fn pull_request_is_found_in_the_ref() {
        let lookup = env(&[("GITHUB_REF", "refs/pull/17/merge")]);
        let job = Job::detect(Some(Kind::GitHub), &lookup).expect("a job");
        assert_eq!(job.pull_request().expect("a number"), 17);
        let lookup = env(&[("GITHUB_REF", "refs/heads/main")]);
        let job = Job::detect(Some(Kind::GitHub), &lookup).expect("a job");
        let error = job.pull_request().expect_err("no pull request").to_string();
        assert!(error.contains("refs/heads/main") && error.contains("--number"), "{error}");
    }

    #[test]
    fn missing_token_is_named_with_what_passes_it_on() {
        let lookup = env(&[("GITHUB_REPOSITORY", "a/b")]);
        let job = Job::detect(Some(Kind::GitHub), &lookup).expect("a job");
        let error = job.connect().err().expect("no token").to_string();
        assert!(error.contains("GITHUB_TOKEN: ${{ github.token }}"), "{error}");
    }

    #[test]
    fn variable_that_does_not_exist_is_missing() {
        let lookup =
            env(&[("SYSTEM_PULLREQUEST_PULLREQUESTID", "$(System.PullRequest.PullRequestId)")]);
        let job = Job::detect(Some(Kind::AzureDevops), &lookup).expect("a job");
        assert!(matches!(job.pull_request(), Err(Error::MissingVariable { .. })));
    }

    #[test]
    fn pipelines_of_repositories_elsewhere_are_told_so() {
        let lookup = env(&[
            ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/o/"),
            ("SYSTEM_TEAMPROJECT", "p"),
            ("BUILD_REPOSITORY_PROVIDER", "GitHub"),
        ]);
        let job = Job::detect(Some(Kind::AzureDevops), &lookup).expect("a job");
        let error = job.connect().err().expect("elsewhere").to_string();
        assert!(error.contains("--forge github"), "{error}");
    }

    #[test]
    fn names_become_segments() {
        assert_eq!(encoded("Shop Front/1"), "Shop%20Front%2F1");
    }
}
