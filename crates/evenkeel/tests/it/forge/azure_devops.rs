//! `integrations/azure-pipelines/evenkeel.yml`, as an agent of Azure Pipelines runs it.

use std::path::Path;

use serde_json::Value;

use super::expression::Names;
use super::fake::{Fake, Pull, TOKEN};
use super::shell::Shell;
use super::{DRIFT, FOREIGN, HEAD, HEALED, HOSTILE, MERGED, NUMBER, files};
use crate::scenario::Scenario;

struct Repository {
    scenario: Scenario,
    fake: Fake,
    shell: Shell,
}

/// What came of a run of the template.
#[derive(Default)]
struct Job {
    code: i32,
    log: String,
    variables: Names,
}

impl Repository {
    fn new() -> Self {
        Self { scenario: Scenario::of("minimal"), fake: Fake::start(), shell: Shell::new() }
    }

    fn run(&self, command: &str, is_pull_request: bool, with: &[(&str, &str)]) -> Job {
        let template = files::yaml("integrations/azure-pipelines/evenkeel.yml");
        let mut parameters = Names::new();
        for parameter in template["parameters"].as_array().expect("parameters") {
            let default = match (&parameter["type"], parameter["default"].as_str()) {
                // The agent writes booleans so.
                (Value::String(kind), Some("true")) if kind == "boolean" => "True".to_owned(),
                (_, default) => default.unwrap_or_default().to_owned(),
            };
            parameters.insert(parameter["name"].as_str().expect("a name").to_owned(), default);
        }
        let given = [
            ("command", command),
            ("binary", env!("CARGO_BIN_EXE_evenkeel")),
            ("serviceConnection", "azure"),
            ("arguments", "--simulator\n--simulator-dir\n.evenkeel/azure"),
        ];
        for (name, value) in given.iter().chain(with) {
            assert!(parameters.insert(name.to_string(), value.to_string()).is_some(), "{name}");
        }
        let mut job = Job::default();
        for step in expanded(&template["steps"], &parameters) {
            self.step(&step, &parameters, is_pull_request, &mut job);
        }
        job
    }

    fn step(&self, step: &Value, parameters: &Names, is_pull_request: bool, job: &mut Job) {
        let condition = match step["condition"].as_str() {
            None => job.code == 0,
            Some("not(canceled())") => true,
            Some("and(succeeded(), ne(variables.evenkeelArtifact, ''))") => {
                job.code == 0 && job.variables.contains_key("evenkeelArtifact")
            }
            Some(other) => panic!("{other}?"),
        };
        if !condition {
            return;
        }
        let input = |name: &str| step["inputs"][name].as_str().unwrap_or_default().to_owned();
        let script = match step["task"].as_str() {
            None => step["bash"].as_str().expect("a script").to_owned(),
            Some("AzureCLI@2") => {
                assert_eq!(input("scriptType"), "bash");
                input("inlineScript")
            }
            Some("PublishPipelineArtifact@1") => {
                let folder = self.macros(&input("targetPath"), job);
                let name = self.macros(&input("artifact"), job);
                return self.fake.state().keep(&name, HEAD, Path::new(&folder));
            }
            Some("PublishTestResults@2") => {
                let file = self.shell.temporary().join(input("testResultsFiles"));
                let results = std::fs::read_to_string(file).unwrap_or_default();
                return job.log.push_str(&results);
            }
            Some(task) => panic!("{task}?"),
        };
        let mut env = self.environment(is_pull_request);
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            let value = with_parameters(value.as_str().expect("a text"), parameters);
            env.insert(name.clone(), self.macros(&value, job));
        }
        let ended = self.shell.run(&script, self.scenario.folder(), &env);
        job.code = if job.code == 0 { ended.code } else { job.code };
        job.log.push_str(&format!("{}{}", ended.stdout, ended.stderr));
        for line in ended.stdout.lines() {
            if let Some(set) = line.strip_prefix("##vso[task.setvariable variable=") {
                let (name, value) = set.split_once(']').expect("a variable");
                job.variables.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn environment(&self, is_pull_request: bool) -> Names {
        let collection = format!("{}/org/", self.fake.url);
        let temporary = self.shell.temporary().to_string_lossy();
        let number = NUMBER.to_string();
        let mut env = vec![
            ("TF_BUILD", "True"),
            ("SYSTEM_COLLECTIONURI", &collection),
            ("SYSTEM_TEAMPROJECT", "Shop Front"),
            ("SYSTEM_DEFINITIONID", "3"),
            ("SYSTEM_JOBATTEMPT", "1"),
            ("BUILD_REPOSITORY_ID", "repo-1"),
            ("BUILD_REPOSITORY_PROVIDER", "TfsGit"),
            ("BUILD_BUILDID", "50"),
            ("BUILD_SOURCEVERSION", MERGED),
            ("AGENT_TEMPDIRECTORY", &temporary),
            ("AGENT_OS", "Linux"),
            ("AGENT_OSARCHITECTURE", "X64"),
        ];
        if is_pull_request {
            env.push(("SYSTEM_PULLREQUEST_PULLREQUESTID", &number));
            env.push(("SYSTEM_PULLREQUEST_SOURCECOMMITID", HEAD));
        }
        env.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Fills in `$(name)`; what does not exist is left standing, as the agent does.
    fn macros(&self, text: &str, job: &Job) -> String {
        let mut text = text.replace("$(System.AccessToken)", TOKEN);
        text = text.replace("$(Agent.TempDirectory)", &self.shell.temporary().to_string_lossy());
        for (name, value) in &job.variables {
            text = text.replace(&format!("$({name})"), value);
        }
        text
    }
}

/// Returns the steps of a template: what `${{ if … }}` leaves of them.
fn expanded(steps: &Value, parameters: &Names) -> Vec<Value> {
    let mut all = vec![];
    for step in steps.as_array().expect("steps") {
        let first = step.as_object().and_then(|step| step.iter().next()).expect("a step");
        match first.0.strip_prefix("${{ if eq(parameters.command, '") {
            Some(rest) if rest == format!("{}') }}}}", parameters["command"]) => {
                all.extend(expanded(first.1, parameters));
            }
            Some(_) => {}
            None => all.push(step.clone()),
        }
    }
    all
}

fn with_parameters(text: &str, parameters: &Names) -> String {
    parameters.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("${{{{ parameters.{name} }}}}"), value)
    })
}

#[test]
fn pull_request_is_planned_into_one_thread_and_applied_when_completed() {
    let repository = Repository::new();
    for _ in 0..2 {
        let job = repository.run("plan", true, &[]);
        assert_eq!(job.code, 0, "{}", job.log);
    }
    assert_eq!(repository.fake.state().comments.len(), 1);
    let pull = Pull { head: HEAD.to_owned(), merged: MERGED.to_owned(), is_of_fork: false };
    repository.fake.state().pulls.push(pull);
    let applied = repository.run("apply", false, &[]);
    assert_eq!(applied.code, 0, "{}", applied.log);
    let second = repository.run("plan", true, &[]);
    assert_eq!(second.variables["evenkeelStatus"], "0", "{}", second.log);
    let state = repository.fake.state();
    assert_eq!(state.comments.len(), 2);
    assert!(
        state.comments[0].text.contains("### hello: No changes."),
        "{}",
        state.comments[0].text
    );
    assert!(state.comments[1].text.contains("### Applied"), "{}", state.comments[1].text);
}

#[test]
fn refused_plan_is_told_and_fails_the_policy() {
    let repository = Repository::new();
    repository.scenario.change(FOREIGN);
    let job = repository.run("plan", true, &[]);
    assert_eq!(job.code, 4, "{}", job.log);
    assert!(
        job.log.contains("##vso[task.logissue type=error;sourcepath=topology.yaml"),
        "{}",
        job.log
    );
    assert!(repository.fake.state().comments[0].text.contains("**Refused"));
}

#[test]
fn commit_without_a_reviewed_plan_is_not_applied() {
    let repository = Repository::new();
    let job = repository.run("apply", false, &[]);
    assert_eq!(job.code, 4, "{}", job.log);
    assert!(job.log.contains("no pull request was completed as commit 2222"), "{}", job.log);
}

#[test]
fn drift_is_one_work_item_until_it_is_gone() {
    let repository = Repository::new();
    repository.scenario.apply();
    repository.scenario.change(DRIFT);
    for _ in 0..2 {
        let job = repository.run("drift", false, &[]);
        assert_eq!(job.code, 0, "{}", job.log);
        assert!(
            job.log.contains("##vso[task.complete result=SucceededWithIssues;]"),
            "{}",
            job.log
        );
        assert!(job.log.contains("<testsuites name=\"drift of hello\""), "{}", job.log);
    }
    repository.scenario.change(HEALED);
    let job = repository.run("drift", false, &[]);
    assert!(job.log.contains("closed http"), "{}", job.log);
    let state = repository.fake.state();
    let [item] = &state.issues[..] else { panic!("{} items", state.issues.len()) };
    assert!(!item.is_open && item.words[0].contains("no drift."), "{:?}", item.words);
    assert_eq!(item.labels, ["evenkeel-drift", "evenkeel:drift:topology"]);
}

#[test]
fn drift_without_a_work_item_fails_the_run() {
    let repository = Repository::new();
    repository.scenario.apply();
    repository.scenario.change(DRIFT);
    let job = repository.run("drift", false, &[("workItem", "False")]);
    assert_eq!(job.code, 2, "{}", job.log);
    assert!(job.log.contains("<failure"), "{}", job.log);
    assert!(repository.fake.state().requests.is_empty());
}

#[test]
fn nothing_that_a_run_says_commands_the_agent() {
    for (command, is_pull_request, code) in [
        ("plan", true, 2),
        ("plan", true, 1),
        ("apply", false, 0),
        ("apply", false, 1),
        ("drift", false, 2),
    ] {
        let repository = Repository::new();
        let binary = repository.shell.add_speaker(HOSTILE, code);
        let job = repository.run(command, is_pull_request, &[("binary", &binary)]);
        // The agent looks for a command anywhere in a line of either stream, and a carriage return ends one.
        for line in job.log.split(['\n', '\r']).filter(|line| line.contains("hostile")) {
            assert!(!line.contains("##"), "{command}: {line}");
        }
        for told in ["# #vso[task.setvariable variable=hostile]1", "type=error]hostile"] {
            assert!(job.log.contains(told), "{command} hides what was said: {}", job.log);
        }
        let is_failed = code == 1;
        assert_eq!(job.code != 0, is_failed, "{command}: {}", job.log);
    }
}
