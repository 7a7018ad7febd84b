//! What the rules of a route do with a request.

use serde_json::Value;

use super::conditions::Condition;
use super::deployed;
use super::route::Route;
use crate::families::front_door::rules::RULES;
use crate::families::front_door::within::ids;
use crate::kind::azure::Azure;
use crate::kind::visit::{Reply, Visit};
use resource::ResourceId;

/// What has come of the rules.
pub(super) struct Done {
    /// The request as it goes on.
    pub visit: Visit,
    /// Whether its path is another.
    pub is_rewritten: bool,
    /// Where it is led instead.
    pub redirect: Option<Reply>,
    /// The group that is taken in place of the route's.
    pub group: Option<String>,
    /// Headers of the answer.
    pub headers: Vec<(String, String)>,
    /// What a rule says of caching.
    pub cache: Option<Value>,
}

/// Runs the rules of a route: its sets in their order, the rules of each in theirs.
pub(super) fn run(azure: &Azure, route: &Route<'_>, visit: &Visit) -> Done {
    let mut done = Done {
        visit: visit.clone(),
        is_rewritten: false,
        redirect: None,
        group: None,
        headers: vec![],
        cache: None,
    };
    for set in ids(route.body["properties"].get("ruleSets")) {
        let Ok(set) = ResourceId::parse(set) else { continue };
        let mut rules = deployed::all(azure, RULES, Some(&set));
        rules.sort_by_key(|(_, body)| body["properties"]["order"].as_i64());
        for (_, rule) in rules {
            let properties = &rule["properties"];
            let mut conditions = properties["conditions"].as_array().into_iter().flatten();
            if !conditions.all(|row| Condition::of_rule(row).holds(&done.visit)) {
                continue;
            }
            for action in properties["actions"].as_array().into_iter().flatten() {
                act(&mut done, action);
            }
            if properties["matchProcessingBehavior"] == "Stop" || done.redirect.is_some() {
                break;
            }
        }
    }
    done
}

fn act(done: &mut Done, action: &Value) {
    let parameters = &action["parameters"];
    let text = |name: &str| parameters[name].as_str().unwrap_or_default();
    match action["name"].as_str().unwrap_or_default() {
        "UrlRedirect" => done.redirect = Some(redirect(&done.visit, parameters)),
        "UrlRewrite" => rewrite(done, parameters),
        "ModifyRequestHeader" => {
            let name = text("headerName").to_ascii_lowercase();
            match text("headerAction") {
                "Delete" => drop(done.visit.headers.remove(&name)),
                "Append" => done.visit.headers.entry(name).or_default().push_str(text("value")),
                _ => drop(done.visit.headers.insert(name, text("value").to_owned())),
            }
        }
        "ModifyResponseHeader" => {
            let name = text("headerName").to_ascii_lowercase();
            if text("headerAction") != "Append" {
                done.headers.retain(|(own, _)| *own != name);
            }
            if text("headerAction") != "Delete" {
                done.headers.push((name, text("value").to_owned()));
            }
        }
        "OriginGroupOverride" => {
            done.group = parameters["originGroup"]["id"].as_str().map(str::to_owned);
        }
        "RouteConfigurationOverride" => {
            let group = parameters["originGroupOverride"]["originGroup"]["id"].as_str();
            done.group = group.map(str::to_owned).or_else(|| done.group.take());
            if parameters["cacheConfiguration"].is_object() {
                done.cache = Some(parameters["cacheConfiguration"].clone());
            }
        }
        _ => {}
    }
}

fn redirect(visit: &Visit, parameters: &Value) -> Reply {
    let text = |name: &str| parameters[name].as_str().filter(|text| !text.is_empty());
    let status = match text("redirectType") {
        Some("Moved") => 301,
        Some("TemporaryRedirect") => 307,
        Some("PermanentRedirect") => 308,
        _ => 302,
    };
    let own = if visit.is_secure { "https" } else { "http" };
    let scheme = match text("destinationProtocol") {
        Some("Https") => "https",
        Some("Http") => "http",
        _ => own,
    };
    let host = text("customHostname").unwrap_or_else(|| visit.name());
    let path = text("customPath").unwrap_or(&visit.path);
    let query = text("customQueryString").unwrap_or(&visit.query);
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    let mut reply = Reply::of(status, "");
    reply.headers.push(("location".to_owned(), format!("{scheme}://{host}{path}{query}")));
    reply
}

fn rewrite(done: &mut Done, parameters: &Value) {
    let text = |name: &str| parameters[name].as_str().unwrap_or_default();
    let Some(rest) = done.visit.path.strip_prefix(text("sourcePattern")) else { return };
    let kept = if parameters["preserveUnmatchedPath"] == true { rest } else { "" };
    done.visit.path = format!("{}{kept}", text("destination"));
    done.is_rewritten = true;
}
