//! `evenkeel post` and `evenkeel fetch-plan` by themselves.

use std::process::{Command, Output};

use serde_json::json;

use super::fake::{Fake, TOKEN};
use super::{HEAD, NUMBER};

const TEXT: &str = "<!-- evenkeel:plan:shop -->\n### shop: No changes.\n";

struct Folder {
    folder: tempfile::TempDir,
    fake: Fake,
}

impl Folder {
    fn new() -> Self {
        let folder = Self { folder: tempfile::tempdir().expect("a folder"), fake: Fake::start() };
        folder.write("plan.md", TEXT);
        folder
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("written");
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).expect("the file is there")
    }

    /// Runs the binary as a job of GitHub Actions for a pull request of `source`.
    fn run(&self, args: &[&str], source: &str, without: &str) -> (i32, String) {
        let head = json!({ "sha": HEAD, "repo": { "full_name": source } });
        let base = json!({ "repo": { "full_name": "shop/infra" } });
        let pull = json!({ "number": NUMBER, "head": head, "base": base });
        self.write("event.json", &json!({ "pull_request": pull }).to_string());
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_API_URL", &self.fake.url)
            .env("GITHUB_REPOSITORY", "shop/infra")
            .env("GITHUB_TOKEN", TOKEN)
            .env("GITHUB_EVENT_PATH", "event.json")
            .env("GITHUB_STEP_SUMMARY", "summary.md")
            .env_remove(without);
        let Output { status, stdout, stderr } = command.output().expect("the binary runs");
        let said = [stdout, stderr].map(|bytes| String::from_utf8(bytes).expect("text"));
        (status.code().expect("the binary ends by itself"), said.concat())
    }
}

#[test]
fn pull_request_of_a_fork_falls_back_to_the_summary() {
    let folder = Folder::new();
    folder.fake.state().is_read_only = true;
    let (code, said) = folder.run(&["post", "pull-request", "plan.md"], "stranger/infra", "-");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("the summary of this job holds the text"), "{said}");
    assert_eq!(folder.read("summary.md"), "### shop: No changes.\n\n");
    assert!(folder.fake.state().comments.is_empty());
}

#[test]
fn missing_permission_is_named() {
    let folder = Folder::new();
    folder.fake.state().is_read_only = true;
    let (code, said) = folder.run(&["post", "pull-request", "plan.md"], "shop/infra", "-");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("the job's token needs `permissions: pull-requests: write`"), "{said}");
    let (code, said) = folder.run(&["post", "issue", "plan.md", "--title", "T"], "shop/infra", "-");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("`permissions: issues: write`"), "{said}");
}

#[test]
fn missing_variable_is_named() {
    let folder = Folder::new();
    let (code, said) =
        folder.run(&["post", "pull-request", "plan.md"], "shop/infra", "GITHUB_TOKEN");
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("`GITHUB_TOKEN: ${{ github.token }}`"), "{said}");
    let (code, said) =
        folder.run(&["post", "pull-request", "plan.md"], "shop/infra", "GITHUB_ACTIONS");
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("--forge github"), "{said}");
}

#[test]
fn comment_is_never_longer_than_the_forge_takes() {
    let folder = Folder::new();
    let lines = "+ create web\n".repeat(9_000);
    folder.write("plan.md", &format!("{TEXT}\n```diff\n{lines}```\n"));
    let (code, said) = folder.run(&["post", "pull-request", "plan.md"], "shop/infra", "-");
    assert_eq!(code, 0, "{said}");
    let text = &folder.fake.state().comments[0].text;
    assert!(text.chars().count() <= 65_536, "{}", text.len());
    assert!(text.contains("+ create web\n```\n\n_Cut to fit"), "{}", &text[65_000..]);
}

#[test]
fn comment_that_was_written_unheard_is_not_written_twice() {
    let folder = Folder::new();
    folder.fake.state().breaks = 1;
    let (code, said) = folder.run(&["post", "pull-request", "plan.md"], "shop/infra", "-");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("updated"), "{said}");
    assert_eq!(folder.fake.state().comments.len(), 1);
}

#[test]
fn only_a_whole_commit_is_looked_up() {
    let folder = Folder::new();
    let (code, said) = folder.run(&["fetch-plan", "--commit", "../main"], "shop/infra", "-");
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("`../main` is no commit"), "{said}");
    assert!(folder.fake.state().requests.is_empty());
}

#[test]
fn text_without_a_marker_is_not_posted() {
    let folder = Folder::new();
    folder.write("plan.md", "words\n");
    let (code, said) = folder.run(&["post", "pull-request", "plan.md"], "shop/infra", "-");
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("--marker"), "{said}");
    assert!(folder.fake.state().requests.is_empty());
}

#[test]
fn issue_stays_open_while_not_all_can_be_seen() {
    let folder = Folder::new();
    let post = ["post", "issue", "plan.md", "--title", "Drift"];
    assert_eq!(folder.run(&post, "shop/infra", "-").0, 0);
    let unseen = "<!-- evenkeel:plan:shop -->\n<!-- evenkeel:not-evaluated -->\n### not seen\n";
    folder.write("plan.md", unseen);
    let close = [&post[..], &["--close"]].concat();
    let (code, said) = folder.run(&close, "shop/infra", "-");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("an open issue stays open"), "{said}");
    assert!(folder.fake.state().issues[0].is_open);
    folder.write("plan.md", TEXT);
    assert_eq!(folder.run(&close, "shop/infra", "-").0, 0);
    assert!(!folder.fake.state().issues[0].is_open);
    let (_, said) = folder.run(&close, "shop/infra", "-");
    assert!(said.contains("no open issue"), "{said}");
    assert_eq!(folder.fake.state().issues.len(), 1);
}
