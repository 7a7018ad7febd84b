//! GitHub. Source: <https://docs.github.com/rest>.

use serde_json::{Value, json};

use super::{Ask, Comment, Issue, Reply, State};
use crate::forge::NUMBER;

pub fn answer(state: &mut State, ask: &Ask<'_>) -> Option<Reply> {
    let text = ask.body["body"].as_str().unwrap_or_default();
    let own = NUMBER.to_string();
    let value = match (ask.method, &ask.path[..]) {
        ("GET", ["issues", number, "comments"]) if *number == own => {
            json!(state.comments.iter().map(comment).collect::<Vec<_>>())
        }
        ("POST", ["issues", number, "comments"]) if *number == own => {
            let id = state.comment(text);
            return Some(Reply::Json(201, json!({ "id": id, "html_url": place(id) })));
        }
        ("PATCH", ["issues", "comments", id]) => {
            state.change_comment(id, text);
            json!({})
        }
        ("GET", ["issues"]) => {
            assert_eq!(ask.query["state"], "open");
            let has = |issue: &&Issue| issue.is_open && issue.labels.contains(&ask.query["labels"]);
            json!(state.issues.iter().filter(has).map(issue).collect::<Vec<_>>())
        }
        ("POST", ["issues"]) => {
            let labels = serde_json::from_value(ask.body["labels"].clone()).expect("labels");
            let number = state.open(ask.body["title"].as_str().expect("a title"), text, labels);
            return Some(Reply::Json(201, json!({ "number": number, "html_url": place(number) })));
        }
        ("POST", ["issues", number, "comments"]) => {
            state.issue(number).words.push(text.to_owned());
            json!({})
        }
        ("PATCH", ["issues", number]) => {
            let issue = state.issue(number);
            if let Some(title) = ask.body["title"].as_str() {
                (issue.title, issue.text) = (title.to_owned(), text.to_owned());
            }
            issue.is_open &= ask.body["state"] != "closed";
            json!({})
        }
        ("GET", ["commits", commit, "pulls"]) => pulls(state, commit),
        ("GET", ["actions", "artifacts"]) => artifacts(state, &ask.query["name"]),
        ("GET", ["actions", "artifacts", id, "zip"]) => {
            return Some(Reply::Moved(format!("{}/blob/{id}", state.url)));
        }
        _ => return None,
    };
    Some(Reply::Json(200, value))
}

fn comment(comment: &Comment) -> Value {
    let (kind, association) =
        if comment.is_foreign { ("User", "CONTRIBUTOR") } else { ("Bot", "NONE") };
    json!({
        "id": comment.id,
        "body": comment.text,
        "html_url": place(comment.id),
        "user": { "type": kind },
        "author_association": association
    })
}

fn issue(issue: &Issue) -> Value {
    json!({ "number": issue.number, "body": issue.text, "html_url": place(issue.number) })
}

fn place(id: u64) -> String {
    format!("https://github.example/shop/infra/{id}")
}

fn pulls(state: &State, commit: &str) -> Value {
    let pulls = state.pulls.iter().map(|pull| {
        let source = if pull.is_of_fork { "stranger/infra" } else { "shop/infra" };
        json!({
            "number": NUMBER,
            "merged_at": "2026-11-21T08:00:00Z",
            "merge_commit_sha": pull.merged,
            "head": { "sha": pull.head, "repo": { "full_name": source } }
        })
    });
    // GitHub lists every pull request that contains the commit; here that is all of them.
    assert!(!commit.is_empty());
    json!(pulls.collect::<Vec<_>>())
}

fn artifacts(state: &State, name: &str) -> Value {
    let named = state.kept.iter().filter(|kept| kept.name == name);
    let all = named.map(|kept| {
        json!({
            "id": kept.id,
            "name": kept.name,
            "expired": false,
            "workflow_run": {
                "head_sha": kept.head,
                "repository_id": 1,
                "head_repository_id": if kept.is_of_fork { 2 } else { 1 }
            }
        })
    });
    json!({ "total_count": 1, "artifacts": all.collect::<Vec<_>>() })
}
