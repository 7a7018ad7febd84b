//! Who holds the lock: a CI run, by its URL, or a person at a machine.

use azure::Holder;
use jiff::{Timestamp, Unit};
use uuid::Uuid;

/// Returns what this run writes down about itself.
pub fn this_run(correlation_id: Uuid) -> Holder {
    let now = Timestamp::now();
    Holder {
        name: name(&|variable| std::env::var(variable).ok().filter(|value| !value.is_empty())),
        since: now.round(Unit::Second).unwrap_or(now).to_string(),
        run: correlation_id.to_string(),
    }
}

/// Names the run by what its environment tells.
///
/// Sources: <https://docs.github.com/actions/reference/variables-reference>,
/// <https://learn.microsoft.com/azure/devops/pipelines/build/variables>,
/// <https://docs.gitlab.com/ci/variables/predefined_variables>.
fn name(env: &dyn Fn(&str) -> Option<String>) -> String {
    github(env)
        .or_else(|| azure_pipelines(env))
        .or_else(|| env("CI_JOB_URL"))
        .unwrap_or_else(|| person(env))
}

fn github(env: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let (server, repository) = (env("GITHUB_SERVER_URL")?, env("GITHUB_REPOSITORY")?);
    Some(format!("{server}/{repository}/actions/runs/{}", env("GITHUB_RUN_ID")?))
}

fn azure_pipelines(env: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let collection = env("SYSTEM_COLLECTIONURI")?;
    let (collection, project) = (collection.trim_end_matches('/'), env("SYSTEM_TEAMPROJECT")?);
    let project = project.replace(' ', "%20");
    Some(format!("{collection}/{project}/_build/results?buildId={}", env("BUILD_BUILDID")?))
}

fn person(env: &dyn Fn(&str) -> Option<String>) -> String {
    let user = ["USER", "USERNAME", "LOGNAME"].into_iter().find_map(env);
    let host = gethostname::gethostname();
    format!("{}@{}", user.as_deref().unwrap_or("somebody"), host.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(variables: &[(&str, &str)]) -> String {
        name(&|wanted| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn ci_runs_are_named_by_their_url() {
        let github = [
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "northwind/shop"),
            ("GITHUB_RUN_ID", "77"),
            ("USER", "runner"),
        ];
        assert_eq!(named(&github), "https://github.com/northwind/shop/actions/runs/77");
        let pipelines = [
            ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/northwind/"),
            ("SYSTEM_TEAMPROJECT", "Web shop"),
            ("BUILD_BUILDID", "12"),
        ];
        let url = "https://dev.azure.com/northwind/Web%20shop/_build/results?buildId=12";
        assert_eq!(named(&pipelines), url);
        assert_eq!(named(&[("CI_JOB_URL", "https://gitlab.com/j/1")]), "https://gitlab.com/j/1");
    }

    #[test]
    fn people_are_named_with_their_machine() {
        assert!(named(&[("USER", "alice")]).starts_with("alice@"));
        assert!(named(&[("GITHUB_RUN_ID", "77")]).starts_with("somebody@"));
    }
}
