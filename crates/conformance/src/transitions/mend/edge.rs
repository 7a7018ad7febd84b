//! Front Door profiles: groups that have origins, routes that lead to them.

use serde_json::{Map, Value, json};

use super::super::addresses::{names, stamps};
use super::{drop_keys, members, text_of};

/// Mends every profile.
pub fn mend(tree: &mut Value) {
    let stamps: Vec<String> = stamps(tree).into_iter().map(|(name, _)| name).collect();
    for profile in members(tree, "frontDoor") {
        members(profile, "origins").for_each(|group| mend_group(group, &stamps));
        let groups: Vec<String> = names(profile, "origins").map(str::to_owned).collect();
        mend_routes(profile, &groups);
    }
}

fn mend_group(group: &mut Value, stamps: &[String]) {
    if !group.is_object() {
        return;
    }
    if group.get("app").is_none_or(Value::is_null) {
        drop_keys(group, &["app", "weights"]);
    }
    let has_hosts = group.get("hosts").and_then(Value::as_object).is_some_and(|it| !it.is_empty());
    if group.get("app").is_none() && !has_hosts {
        group["hosts"] = json!({ "one": { "host": "one.example.net" } });
    }
    if text_of(group, "routing") != "weighted" {
        drop_keys(group, &["weights"]);
    }
    if let Some(Value::Object(weights)) = group.get_mut("weights") {
        weights.retain(|stamp, _| stamps.contains(stamp));
    }
    if group.get("weights").and_then(Value::as_object).is_some_and(Map::is_empty) {
        drop_keys(group, &["weights"]);
    }
    if group.get("probe").is_none() {
        group["probe"] = json!({ "path": "/health" });
    }
    one_is_on(group);
}

/// A route is refused whose origins are all off.
fn one_is_on(group: &mut Value) {
    let Some(Value::Object(hosts)) = group.get_mut("hosts") else { return };
    let is_off = |host: &Value| host.get("enabled") == Some(&json!(false));
    if hosts.values().all(is_off)
        && let Some(first) = hosts.values_mut().next()
    {
        drop_keys(first, &["enabled"]);
    }
}

/// Leads each route to a group that is there, and no path to two.
fn mend_routes(profile: &mut Value, groups: &[String]) {
    let Some(Value::Object(routes)) = profile.get_mut("routes") else { return };
    let mut taken: Vec<String> = vec![];
    routes.retain(|_, route| {
        if !groups.iter().any(|group| group == text_of(route, "to")) {
            let Some(first) = groups.first() else { return false };
            route["to"] = json!(first);
        }
        let Some(Value::Array(paths)) = route.get_mut("paths") else {
            return !taken.iter().any(|path| path == "/*") && {
                taken.push("/*".to_owned());
                true
            };
        };
        let text = |path: &Value| path.as_str().unwrap_or_default().to_owned();
        paths.retain(|path| !taken.contains(&text(path)));
        taken.extend(paths.iter().map(text));
        !paths.is_empty()
    });
}
