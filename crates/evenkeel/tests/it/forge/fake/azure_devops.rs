//! Azure DevOps. Source: <https://learn.microsoft.com/rest/api/azure/devops/>.

use serde_json::{Value, json};

use super::{Ask, Reply, State};
use crate::forge::NUMBER;

pub fn answer(state: &mut State, ask: &Ask<'_>) -> Option<Reply> {
    let path = match &ask.path[..] {
        ["_apis", "connectionData"] => {
            return Some(Reply::Json(200, json!({ "authenticatedUser": { "id": "us" } })));
        }
        ["Shop%20Front", "_apis", rest @ ..] => rest,
        _ => return None,
    };
    assert_eq!(ask.query["api-version"], "7.1");
    let value = match (ask.method, path) {
        (method, ["git", "repositories", "repo-1", rest @ ..]) => {
            git(state, method, rest, &ask.body)?
        }
        ("GET", ["build", "builds"]) => {
            assert_eq!(ask.query["branchName"], format!("refs/pull/{NUMBER}/merge"));
            json!({ "value": [{ "id": 51 }, { "id": 50 }] })
        }
        // The newest run was for something else.
        ("GET", ["build", "builds", "51", "artifacts"]) => json!({ "value": [] }),
        ("GET", ["build", "builds", "50", "artifacts"]) => {
            let kept = state.kept.iter().map(|kept| {
                let place = format!("{}/blob/{}", state.url, kept.id);
                json!({ "name": kept.name, "resource": { "downloadUrl": place } })
            });
            json!({ "value": kept.collect::<Vec<_>>() })
        }
        (method, ["wit", rest @ ..]) => work_items(state, method, rest, ask)?,
        _ => return None,
    };
    Some(Reply::Json(200, value))
}

fn git(state: &mut State, method: &str, path: &[&str], body: &Value) -> Option<Value> {
    Some(match (method, path) {
        ("GET", ["pullRequests", _, "threads"]) => {
            let threads = state.comments.iter().map(|comment| {
                let author = if comment.is_foreign { "somebody" } else { "us" };
                let first = json!({ "id": 1, "content": comment.text, "author": { "id": author } });
                json!({ "id": comment.id, "comments": [first] })
            });
            json!({ "value": threads.collect::<Vec<_>>() })
        }
        ("POST", ["pullRequests", number, "threads"]) if *number == NUMBER.to_string() => {
            let text = body["comments"][0]["content"].as_str().expect("a text");
            json!({ "id": state.comment(text) })
        }
        ("PATCH", ["pullRequests", _, "threads", id, "comments", "1"]) => {
            state.change_comment(id, body["content"].as_str().expect("a text"));
            json!({})
        }
        ("POST", ["pullrequestquery"]) => {
            let commit = body["queries"][0]["items"][0].as_str().expect("a commit");
            let pulls = state.pulls.iter().filter(|pull| pull.merged == commit).map(|pull| {
                let mut found = json!({
                    "pullRequestId": NUMBER,
                    "status": "completed",
                    "lastMergeSourceCommit": { "commitId": pull.head }
                });
                if pull.is_of_fork {
                    found["forkSource"] = json!({});
                }
                found
            });
            json!({ "results": [{ commit: pulls.collect::<Vec<_>>() }, {}] })
        }
        _ => return None,
    })
}

/// The process here is Scrum: a finished task is `Done`.
fn work_items(state: &mut State, method: &str, path: &[&str], ask: &Ask<'_>) -> Option<Value> {
    let set = |field: &str| {
        let path = format!("/fields/System.{field}");
        let fields = ask.body.as_array().into_iter().flatten();
        fields.filter(|op| op["path"] == path[..]).find_map(|op| op["value"].as_str())
    };
    Some(match (method, path) {
        ("POST", ["wiql"]) => {
            let query = ask.body["query"].as_str().expect("a query");
            let has = |label: &String| query.contains(&format!("CONTAINS '{label}'"));
            let found = state.issues.iter().filter(|issue| issue.labels.iter().any(has));
            let ids = found.map(|issue| json!({ "id": issue.number }));
            json!({ "workItems": ids.collect::<Vec<_>>() })
        }
        ("GET", ["workitems"]) => {
            let wanted: Vec<&str> = ask.query["ids"].split(',').collect();
            let items = state.issues.iter().filter(|i| wanted.contains(&&i.number.to_string()[..]));
            let items = items.map(|issue| {
                let fields = json!({
                    "System.State": if issue.is_open { "In Progress" } else { "Done" },
                    "System.Tags": issue.labels.join("; "),
                    "System.WorkItemType": "Task"
                });
                json!({ "id": issue.number, "fields": fields })
            });
            json!({ "value": items.collect::<Vec<_>>() })
        }
        ("GET", ["workitems", _]) => json!({ "fields": { "System.WorkItemType": "Task" } }),
        ("POST", ["workitems", "$Task"]) => {
            let labels = set("Tags")?.split("; ").map(str::to_owned).collect();
            let id = state.open(set("Title")?, set("Description")?, labels);
            json!({ "id": id })
        }
        ("PATCH", ["workitems", id]) => {
            let issue = state.issue(id);
            issue.is_open &= set("State") != Some("Done");
            issue.text = set("Description").map_or_else(|| issue.text.clone(), str::to_owned);
            issue.words.extend(set("History").map(str::to_owned));
            json!({})
        }
        ("GET", ["workitemtypes", "Task", "states"]) => json!({ "value": [
            { "name": "To Do", "category": "Proposed" },
            { "name": "In Progress", "category": "InProgress" },
            { "name": "Done", "category": "Completed" },
            { "name": "Removed", "category": "Removed" }
        ] }),
        _ => return None,
    })
}
