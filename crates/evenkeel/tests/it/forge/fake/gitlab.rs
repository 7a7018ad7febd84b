//! GitLab. Source: <https://docs.gitlab.com/api/rest/>.

use serde_json::{Value, json};

use super::{Ask, Issue, Reply, State};
use crate::forge::NUMBER;

pub fn answer(state: &mut State, ask: &Ask<'_>) -> Option<Reply> {
    let text = ask.body["body"].as_str().unwrap_or_default();
    let path = match &ask.path[..] {
        ["user"] => return Some(Reply::Json(200, json!({ "id": 42 }))),
        ["projects", "1", rest @ ..] => rest,
        _ => return None,
    };
    let value = match (ask.method, path) {
        ("GET", ["merge_requests", _, "notes"]) => notes(state),
        ("POST", ["merge_requests", number, "notes"]) if *number == NUMBER.to_string() => {
            return Some(Reply::Json(201, json!({ "id": state.comment(text) })));
        }
        ("PUT", ["merge_requests", _, "notes", id]) => {
            state.change_comment(id, text);
            json!({})
        }
        ("GET", ["issues"]) => {
            assert_eq!(ask.query["state"], "opened");
            let has = |issue: &&Issue| issue.is_open && issue.labels.contains(&ask.query["labels"]);
            json!(state.issues.iter().filter(has).map(issue).collect::<Vec<_>>())
        }
        ("POST", ["issues"]) => {
            let of = |name: &str| ask.body[name].as_str().expect("a text").to_owned();
            let number = state.open(&of("title"), &of("description"), vec![of("labels")]);
            return Some(Reply::Json(201, issue(state.issue(&number.to_string()))));
        }
        ("PUT", ["issues", number]) => {
            let issue = state.issue(number);
            if let Some(text) = ask.body["description"].as_str() {
                issue.text = text.to_owned();
            }
            issue.is_open &= ask.body["state_event"] != "close";
            json!({})
        }
        ("POST", ["issues", number, "notes"]) => {
            state.issue(number).words.push(text.to_owned());
            json!({})
        }
        ("GET", ["repository", "commits", _, "merge_requests"]) => merge_requests(state),
        ("GET", ["merge_requests", _, "pipelines"]) => json!([{ "id": 30 }, { "id": 31 }]),
        ("GET", ["pipelines", pipeline, "jobs"]) => {
            // The newest pipeline ran for something else.
            let id = format!("{pipeline}5").parse::<u64>().expect("a number");
            json!([{ "id": 1, "artifacts_file": null }, { "id": id, "artifacts_file": {} }])
        }
        ("GET", ["jobs", "315", "artifacts", name, "plan.json"]) => {
            let kept = state.kept.iter().find(|kept| kept.name == *name)?;
            return Some(Reply::File(kept.plan.clone()));
        }
        _ => return None,
    };
    Some(Reply::Json(200, value))
}

fn notes(state: &State) -> Value {
    let notes = state.comments.iter().map(|comment| {
        let author = if comment.is_foreign { 43 } else { 42 };
        json!({ "id": comment.id, "body": comment.text, "author": { "id": author } })
    });
    json!(notes.collect::<Vec<_>>())
}

fn issue(issue: &Issue) -> Value {
    let place = format!("https://gitlab.example/shop/infra/-/issues/{}", issue.number);
    json!({ "iid": issue.number, "description": issue.text, "web_url": place })
}

fn merge_requests(state: &State) -> Value {
    let requests = state.pulls.iter().map(|pull| {
        json!({
            "iid": NUMBER,
            "state": "merged",
            "merge_commit_sha": null,
            "squash_commit_sha": pull.merged,
            "sha": pull.head,
            "source_project_id": if pull.is_of_fork { 2 } else { 1 },
            "target_project_id": 1
        })
    });
    json!(requests.collect::<Vec<_>>())
}
