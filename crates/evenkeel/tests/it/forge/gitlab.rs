//! `integrations/gitlab/evenkeel.gitlab-ci.yml`, as a runner of GitLab runs it.

use serde_json::Value;

use super::expression::Names;
use super::fake::{Fake, Pull, TOKEN};
use super::shell::{Ended, Shell};
use super::{DRIFT, HEAD, HEALED, MERGED, NUMBER, files};
use crate::scenario::Scenario;

struct Project {
    scenario: Scenario,
    fake: Fake,
    shell: Shell,
}

impl Project {
    fn new() -> Self {
        Self { scenario: Scenario::of("minimal"), fake: Fake::start(), shell: Shell::new() }
    }

    fn run(&self, name: &str, commit: &str) -> Ended {
        self.run_with(name, commit, env!("CARGO_BIN_EXE_evenkeel"))
    }

    fn run_with(&self, name: &str, commit: &str, binary: &str) -> Ended {
        let file = files::yaml("integrations/gitlab/evenkeel.gitlab-ci.yml");
        let mut env: Names = [
            ("GITLAB_CI", "true"),
            ("CI_API_V4_URL", &format!("{}/api/v4", self.fake.url)[..]),
            ("CI_PROJECT_ID", "1"),
            ("CI_PROJECT_DIR", &self.shell.temporary().join("project").to_string_lossy()),
            ("CI_MERGE_REQUEST_IID", &NUMBER.to_string()),
            ("CI_COMMIT_SHA", commit),
            ("CI_JOB_URL", "https://gitlab.example/shop/infra/-/jobs/315"),
            ("GITLAB_TOKEN", TOKEN),
            ("EVENKEEL_BINARY", binary),
            ("EVENKEEL_ARGUMENTS", "--simulator --simulator-dir .evenkeel/azure"),
            ("EVENKEEL_ID_TOKEN", "a.b.c"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let job = &file[name];
        for variables in [&file["variables"], &job["variables"]] {
            for (name, value) in variables.as_object().into_iter().flatten() {
                env.insert(name.clone(), value.as_str().expect("a text").to_owned());
            }
        }
        // GitLab runs both in one shell.
        let lines = |value: &Value| {
            let lines = value.as_array().expect("a script").iter();
            lines.map(|line| line.as_str().expect("a text")).collect::<Vec<_>>().join("\n")
        };
        let script =
            format!("{}\n{}", lines(&file[".evenkeel"]["before_script"]), lines(&job["script"]));
        self.shell.run(&script, self.scenario.folder(), &env)
    }
}

#[test]
fn merge_request_is_planned_into_one_note_and_applied_when_merged() {
    let project = Project::new();
    project.fake.state().comment("<!-- evenkeel:plan:topology.yaml -->\nmine");
    project.fake.state().comments[0].is_foreign = true;
    for _ in 0..2 {
        let planned = project.run("evenkeel-plan", HEAD);
        assert_eq!(planned.code, 0, "{}{}", planned.stdout, planned.stderr);
    }
    assert_eq!(project.fake.state().comments.len(), 2);
    let name = format!("evenkeel-plan-{HEAD}");
    project.fake.state().keep(&name, HEAD, &project.scenario.folder().join(&name));
    let pull = Pull { head: HEAD.to_owned(), merged: MERGED.to_owned(), is_of_fork: false };
    project.fake.state().pulls.push(pull);
    let applied = project.run("evenkeel-apply", MERGED);
    assert_eq!(applied.code, 0, "{}{}", applied.stdout, applied.stderr);
    project.scenario.assert_converged();
    let state = project.fake.state();
    assert!(state.comments[2].text.contains("### Applied"), "{}", state.comments[2].text);
}

#[test]
fn drift_is_one_issue_until_it_is_gone() {
    let project = Project::new();
    project.scenario.apply();
    project.scenario.change(DRIFT);
    for words in ["created", "updated"] {
        let job = project.run("evenkeel-drift", MERGED);
        assert_eq!(job.code, 0, "{}{}", job.stdout, job.stderr);
        assert!(job.stdout.contains(&format!("{words} https://gitlab.example")), "{}", job.stdout);
    }
    project.scenario.change(HEALED);
    let job = project.run("evenkeel-drift", MERGED);
    assert!(job.stdout.contains("closed https://gitlab.example"), "{}", job.stdout);
    let state = project.fake.state();
    assert_eq!(state.issues.len(), 1);
    assert!(!state.issues[0].is_open);
}

/// What may reach a log by way of a run, each line a try to move the reader's log: it begins or ends a section,
/// folded away too, writes over what stands there, or hides it. The last has no end.
const HOSTILE: &str = "section_start:1700000000:hostile[collapsed=true]\r\u{1b}[0Khostile header
a section_end:1700000000:hostile\r\u{1b}[0Khostile
section_start:1700000000:hostile\r\u{1b}[0K\u{1b}[8mhostile and hidden\u{1b}[2J
hostile\rover it\u{8}\u{8}\ta tab
section_section_start:start:1:hostile\r\u{1b}[0K
\u{1b}]8;;https://b.example/\u{7}hostile link\u{1b}]8;;\u{7}
section_end:1700000000:hostile\r\u{1b}[0K";

#[test]
fn nothing_that_a_run_says_moves_the_log() {
    for (name, code) in [
        ("evenkeel-plan", 2),
        ("evenkeel-plan", 1),
        ("evenkeel-apply", 0),
        ("evenkeel-apply", 1),
        ("evenkeel-drift", 2),
    ] {
        let project = Project::new();
        let binary = project.shell.add_speaker(HOSTILE, code);
        let job = project.run_with(name, HEAD, &binary);
        let log = job.stdout + &job.stderr;
        let moves = |c: char| c.is_control() && c != '\n';
        assert!(!log.contains(moves), "{name}: {log:?}");
        // Whatever may stand around a marker: GitLab looks for one anywhere in a line.
        for marker in ["section_start:", "section_end:"] {
            assert!(!log.contains(marker), "{name}: {log}");
        }
        for told in ["section_ start:1700000000:hostile[collapsed=true]", "hostile header"] {
            assert!(log.contains(told), "{name} hides what was said: {log}");
        }
        assert_eq!(job.code != 0, code == 1, "{name}: {log}");
    }
}
