//! `action.yml`, as a runner of GitHub runs it.

use std::path::Path;

use serde_json::{Value, json};

use super::expression::{Names, filled, holds};
use super::fake::{Fake, Pull, TOKEN};
use super::shell::Shell;
use super::{DRIFT, FOREIGN, HEAD, HEALED, HOSTILE, MERGED, NUMBER, files};
use crate::scenario::Scenario;

/// A repository with a topology, its forge and its Azure.
struct Repository {
    scenario: Scenario,
    fake: Fake,
    shell: Shell,
    /// Signs and verifies plans; empty where the secret is not set.
    key: &'static str,
}

/// What came of a run of the action.
struct Job {
    code: i32,
    log: String,
    /// What the steps said on stderr: the runner reads it apart, and in no order with the rest.
    stderr: String,
    summary: String,
    names: Names,
}

impl Repository {
    fn new() -> Self {
        Self {
            scenario: Scenario::of("minimal"),
            fake: Fake::start(),
            shell: Shell::new(),
            key: "",
        }
    }

    /// Runs the action for a pull request, or for a push where there is none.
    fn run(&self, command: &str, is_pull_request: bool, with: &[(&str, &str)]) -> Job {
        let action = files::yaml("action.yml");
        let event = self.shell.temporary().join("event.json");
        let head = json!({ "sha": HEAD, "repo": { "full_name": "shop/infra" } });
        let base = json!({ "repo": { "full_name": "shop/infra" } });
        let pull = json!({ "number": NUMBER, "head": head, "base": base });
        let written = if is_pull_request { json!({ "pull_request": pull }) } else { json!({}) };
        std::fs::write(&event, written.to_string()).expect("written");

        let mut names = Names::new();
        for (name, input) in action["inputs"].as_object().expect("inputs") {
            let default = input["default"].as_str().unwrap_or_default();
            names.insert(format!("inputs.{name}"), default.to_owned());
        }
        let mut set = |name: &str, value: &str| names.insert(name.to_owned(), value.to_owned());
        set("inputs.command", command);
        set("inputs.binary", env!("CARGO_BIN_EXE_evenkeel"));
        set("inputs.token", TOKEN);
        set("inputs.arguments", "--simulator\n--simulator-dir\n.evenkeel/azure\n");
        set("github.sha", MERGED);
        if is_pull_request {
            set("github.event.pull_request.number", &NUMBER.to_string());
            set("github.event.pull_request.head.sha", HEAD);
        }
        for (name, value) in with {
            set(&format!("inputs.{name}"), value);
        }
        let mut job = Job {
            code: 0,
            log: String::new(),
            stderr: String::new(),
            summary: String::new(),
            names,
        };
        let summary = self.shell.temporary().join("summary.md");
        let _ = std::fs::remove_file(&summary);
        for step in action["runs"]["steps"].as_array().expect("steps") {
            self.step(step, &mut job, &event, &summary);
        }
        job.summary = std::fs::read_to_string(summary).unwrap_or_default();
        job
    }

    fn step(&self, step: &Value, job: &mut Job, event: &Path, summary: &Path) {
        let condition = step["if"].as_str().unwrap_or("'true'");
        let goes_on = job.code == 0 || condition.contains("cancelled()");
        if !goes_on || !holds(condition, &job.names) {
            return;
        }
        if let Some(uses) = step["uses"].as_str() {
            assert!(uses.starts_with("actions/upload-artifact@"), "{uses}");
            let with =
                |name: &str| filled(step["with"][name].as_str().expect("a text"), &job.names);
            if job.names["inputs.command"] == "plan" {
                self.fake.state().keep(&with("name"), HEAD, Path::new(&with("path")));
            }
            return;
        }
        assert_eq!(step["shell"], "bash");
        let output = self.shell.temporary().join("output");
        std::fs::write(&output, "").expect("written");
        let mut env: Names = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_API_URL", &self.fake.url),
            ("GITHUB_REPOSITORY", "shop/infra"),
            ("GITHUB_SERVER_URL", "https://github.example"),
            ("GITHUB_RUN_ID", "99"),
            ("GITHUB_SHA", MERGED),
            ("GITHUB_REF", "refs/heads/main"),
            ("GITHUB_EVENT_PATH", &event.to_string_lossy()),
            ("GITHUB_OUTPUT", &output.to_string_lossy()),
            ("GITHUB_STEP_SUMMARY", &summary.to_string_lossy()),
            ("RUNNER_TEMP", &self.shell.temporary().to_string_lossy()),
            ("RUNNER_OS", "Linux"),
            ("RUNNER_ARCH", "X64"),
            ("CI", "true"),
            ("EVENKEEL_PLAN_KEY", self.key),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            env.insert(name.clone(), filled(value.as_str().expect("a text"), &job.names));
        }
        let ended =
            self.shell.run(step["run"].as_str().expect("a script"), self.scenario.folder(), &env);
        job.code = if job.code == 0 { ended.code } else { job.code };
        job.log.push_str(&format!("# {}\n{}{}", step["name"], ended.stdout, ended.stderr));
        job.stderr.push_str(&ended.stderr);
        let id = step["id"].as_str().unwrap_or_default();
        for line in std::fs::read_to_string(&output).expect("written").lines() {
            let (name, value) = line.split_once('=').expect("an output");
            job.names.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
        }
    }

    /// Says that the pull request was merged when its head was `head`.
    fn merge(&self, head: &str) {
        let pull = Pull { head: head.to_owned(), merged: MERGED.to_owned(), is_of_fork: false };
        self.fake.state().pulls.push(pull);
    }
}

#[test]
fn pull_request_has_one_comment_however_often_it_is_planned() {
    let repository = Repository::new();
    let first = repository.run("plan", true, &[]);
    assert_eq!(first.code, 0, "{}", first.log);
    assert!(first.log.contains("created https://github.example"), "{}", first.log);
    repository.scenario.edit("P0v3", "P1v3");
    let second = repository.run("plan", true, &[]);
    assert_eq!(second.code, 0, "{}", second.log);
    let state = repository.fake.state();
    assert_eq!(state.comments.len(), 1);
    let text = &state.comments[0].text;
    assert!(
        text.starts_with("<!-- evenkeel:plan:topology -->\n### hello: `+ 10 create`"),
        "{text}"
    );
    assert!(text.contains("P1v3") && !text.contains("P0v3"), "{text}");
    assert!(text.contains("for 1111111111 by [this run](https://github.example/"), "{text}");
    assert!(second.summary.contains("### hello: `+ 10 create`"), "{}", second.summary);
    assert!(second.log.contains("::stop-commands::"), "{}", second.log);
}

#[test]
fn comment_of_a_stranger_is_never_taken_for_ours() {
    let repository = Repository::new();
    repository.fake.state().comment("<!-- evenkeel:plan:topology -->\nAll is well.");
    repository.fake.state().comments[0].is_foreign = true;
    assert_eq!(repository.run("plan", true, &[]).code, 0);
    let state = repository.fake.state();
    assert_eq!(state.comments.len(), 2);
    assert!(state.comments[0].text.ends_with("All is well."));
}

#[test]
fn refused_plan_fails_the_check_and_says_why() {
    let repository = Repository::new();
    repository.scenario.change(FOREIGN);
    let job = repository.run("plan", true, &[]);
    assert_eq!(job.code, 4, "{}", job.log);
    assert!(job.log.contains("::error::the plan is refused"), "{}", job.log);
    assert!(job.log.contains("::error file=topology.yaml"), "{}", job.log);
    let text = &repository.fake.state().comments[0].text;
    assert!(text.contains("**Refused: this plan will not be applied.**"), "{text}");
}

#[test]
fn plan_that_fails_replaces_the_comment_of_the_last_commit() {
    let repository = Repository::new();
    assert_eq!(repository.run("plan", true, &[]).code, 0);
    std::fs::remove_dir_all(repository.shell.temporary()).expect("another machine");
    std::fs::create_dir(repository.shell.temporary()).expect("another machine");
    repository.scenario.edit("routing: priority", "routing: prioritty");
    let job = repository.run("plan", true, &[]);
    assert_eq!(job.code, 3, "{}", job.log);
    let state = repository.fake.state();
    assert_eq!(state.comments.len(), 1);
    let text = &state.comments[0].text;
    assert!(text.contains("### The plan failed") && text.contains("prioritty"), "{text}");
    assert_eq!(state.kept.len(), 1, "a failed plan is not kept");
}

#[test]
fn reviewed_plan_is_applied_on_merge_and_the_next_is_empty() {
    let repository = Repository::new();
    assert_eq!(repository.run("plan", true, &[]).code, 0);
    repository.merge(HEAD);
    let applied = repository.run("apply", false, &[]);
    assert_eq!(applied.code, 0, "{}", applied.log);
    let second = repository.run("plan", true, &[]);
    assert_eq!(second.code, 0, "{}", second.log);
    assert_eq!(second.names["steps.plan.outputs.changes"], "false");
    let state = repository.fake.state();
    let texts: Vec<&str> = state.comments.iter().map(|comment| &comment.text[..]).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].contains("### hello: No changes."), "{}", texts[0]);
    assert!(texts[1].starts_with("<!-- evenkeel:apply:topology -->\n### Applied"), "{}", texts[1]);
}

#[test]
fn plan_of_an_older_commit_is_not_applied() {
    let repository = Repository::new();
    assert_eq!(repository.run("plan", true, &[]).code, 0);
    repository.merge("3333333333333333333333333333333333333333");
    let applied = repository.run("apply", false, &[]);
    assert_eq!(applied.code, 4, "{}", applied.log);
    assert!(applied.log.contains("its last commit was never planned"), "{}", applied.log);
    assert_eq!(repository.scenario.plan()["summary"]["create"], 10);
}

#[test]
fn plan_of_another_topology_is_not_applied() {
    let repository = Repository::new();
    assert_eq!(repository.run("plan", true, &[]).code, 0);
    repository.merge(HEAD);
    repository.scenario.edit("P0v3", "P1v3");
    let applied = repository.run("apply", false, &[]);
    assert_eq!(applied.code, 4, "{}", applied.log);
    assert!(
        applied.log.contains("is not the topology that the plan was made of"),
        "{}",
        applied.log
    );
    let comment = &repository.fake.state().comments[1].text;
    assert!(comment.contains("### Apply ended with exit code 4"), "{comment}");
}

#[test]
fn unsigned_plan_is_not_applied_where_a_key_is_set() {
    let mut repository = Repository::new();
    assert_eq!(repository.run("plan", true, &[]).code, 0);
    repository.merge(HEAD);
    repository.key = "1f8b2c0d4e6a8b9c1f8b2c0d4e6a8b9c1f8b2c0d4e6a8b9c1f8b2c0d4e6a8b9c";
    let applied = repository.run("apply", false, &[]);
    assert_eq!(applied.code, 3, "{}", applied.log);
    assert_eq!(repository.run("plan", true, &[]).code, 0);
    let applied = repository.run("apply", false, &[]);
    assert_eq!(applied.code, 0, "{}", applied.log);
}

#[test]
fn what_a_fork_kept_is_not_applied() {
    let repository = Repository::new();
    assert_eq!(repository.run("plan", true, &[]).code, 0);
    repository.merge(HEAD);
    repository.fake.state().kept[0].is_of_fork = true;
    assert_eq!(repository.run("apply", false, &[]).code, 4);
    repository.fake.state().kept[0].is_of_fork = false;
    repository.fake.state().pulls[0].is_of_fork = true;
    let applied = repository.run("apply", false, &[]);
    assert_eq!(applied.code, 4, "{}", applied.log);
    assert!(applied.log.contains("comes from stranger/infra"), "{}", applied.log);
    assert_eq!(repository.scenario.plan()["summary"]["create"], 10);
}

#[test]
fn drift_is_one_issue_until_it_is_gone() {
    let repository = Repository::new();
    repository.scenario.apply();
    assert_eq!(repository.run("drift", false, &[]).code, 0);
    assert!(repository.fake.state().issues.is_empty());

    repository.scenario.change(DRIFT);
    for words in ["created", "updated"] {
        let job = repository.run("drift", false, &[]);
        assert_eq!(job.code, 0, "{}", job.log);
        assert!(job.log.contains(&format!("{words} https://github.example")), "{}", job.log);
        assert_eq!(job.names["steps.drift.outputs.changes"], "true");
    }
    repository.scenario.change(HEALED);
    let job = repository.run("drift", false, &[]);
    assert!(job.log.contains("closed https://github.example"), "{}", job.log);

    let state = repository.fake.state();
    let [issue] = &state.issues[..] else { panic!("{} issues", state.issues.len()) };
    assert!(!issue.is_open);
    assert!(issue.text.contains("monitorConfig.path: /other, should be /health"), "{}", issue.text);
    assert!(issue.words[0].contains("### hello: no drift."), "{}", issue.words[0]);
    assert_eq!(issue.labels, ["evenkeel-drift"]);
}

#[test]
fn drift_without_an_issue_fails_the_job() {
    let repository = Repository::new();
    repository.scenario.apply();
    repository.scenario.change(DRIFT);
    let job = repository.run("drift", false, &[("issue", "false")]);
    assert_eq!(job.code, 2, "{}", job.log);
    assert!(job.summary.contains("- `trafficManager/main`: changed in Azure"), "{}", job.summary);
    assert!(repository.fake.state().requests.is_empty());
}

#[test]
fn release_is_installed_only_with_its_checksum() {
    let repository = Repository::new();
    let (shell, folder) = (&repository.shell, repository.shell.temporary());
    for tool in ["tar", "gzip", "sha256sum", "cp"] {
        shell.allow_tool(tool);
    }
    let name = "evenkeel-v0.1.0-x86_64-unknown-linux-musl";
    let releases = folder.join("releases/v0.1.0");
    std::fs::create_dir_all(&releases).expect("a folder");
    // The real binary would be some hundred megabytes of debug information.
    shell.add_tool("evenkeel", "echo \"the release does: $*\"");
    let make = format!(
        "cp '{}' .; tar -czf {name}.tar.gz evenkeel; sha256sum {name}.tar.gz > {name}.tar.gz.sha256",
        shell.tool("evenkeel").display()
    );
    assert_eq!(shell.run(&make, &releases, &Names::new()).code, 0);
    // `curl … --output FILE URL` that copies.
    shell.add_tool("curl", "cp \"${@: -1}\" \"${@: -2:1}\"");
    let url = folder.join("releases").display().to_string();
    let with = [("binary", ""), ("download-url", &url[..])];
    let job = repository.run("validate", true, &with);
    assert_eq!(job.code, 0, "{}", job.log);
    assert!(job.log.contains("the release does: validate"), "{}", job.log);

    std::fs::write(
        releases.join(format!("{name}.tar.gz.sha256")),
        format!("{}  {name}.tar.gz\n", "0".repeat(64)),
    )
    .expect("written");
    let job = repository.run("validate", true, &with);
    assert_ne!(job.code, 0, "{}", job.log);
    assert!(!job.log.contains("# \"Validate\""), "{}", job.log);
}

/// Returns the lines that the runner takes for commands, as its reader finds them.
///
/// Source: <https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs>.
fn commands(log: &str) -> Vec<&str> {
    let mut stopped: Option<String> = None;
    let mut found = vec![];
    for line in log.split(['\n', '\r']) {
        let is_command = line.trim_start_matches('\u{feff}').trim_start().starts_with("::");
        if let Some(token) = &stopped {
            if line.trim() == format!("::{token}::") {
                stopped = None;
            }
        } else if let Some(token) = line.trim_start().strip_prefix("::stop-commands::") {
            stopped = Some(token.to_owned());
        } else if is_command || line.contains("##[") {
            found.push(line);
        }
    }
    assert_eq!(stopped, None, "commands stay stopped:\n{log}");
    found
}

#[test]
fn nothing_that_a_run_says_commands_the_runner() {
    for (command, is_pull_request, code) in [
        ("validate", true, 3),
        ("plan", true, 2),
        ("plan", true, 1),
        ("apply", false, 0),
        ("apply", false, 1),
        ("drift", false, 2),
    ] {
        let repository = Repository::new();
        let binary = repository.shell.add_speaker(&format!("{HOSTILE}\n"), code);
        let job = repository.run(command, is_pull_request, &[("binary", &binary)]);
        for line in commands(&job.log).into_iter().chain(commands(&job.stderr)) {
            assert!(!line.contains("hostile"), "{command}: {line}");
        }
        assert!(job.log.contains("::set-env name=hostile"), "{command} hides it: {}", job.log);
        assert_eq!(job.code != 0, [1, 3].contains(&code), "{command}: {}", job.log);
    }
}
