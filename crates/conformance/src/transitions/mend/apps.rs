//! Plans, apps and what they use.

use serde_json::{Map, Value, json};

use super::super::addresses::{names, stamps};
use super::super::language::{SHARED_ACCOUNT, SHARED_GROUP, SHARED_IDENTITY, SHARED_VAULT};
use super::{drop_keys, members, text_of};

/// Mends what stamps hold, and the same things outside them.
pub fn mend(tree: &mut Value) {
    let is_routed = ["trafficManager", "domains"].iter().any(|it| tree.get(*it).is_some());
    let globals: Vec<String> = names(tree, "storage").map(str::to_owned).collect();
    if let Some(module) = tree.get_mut("stamp") {
        stamp(module, is_routed, &globals, true);
    }
    for instance in members(tree, "stamps") {
        stamp(instance, is_routed, &globals, false);
    }
    grants_of_instances(tree);
    if tree.get("stamp").is_none() {
        for instance in members(tree, "stamps") {
            let lacks = instance.get("apps").is_some() && instance.get("plan").is_none();
            if lacks {
                instance["plan"] = json!({ "sku": "S1" });
            }
        }
    }
    data(tree);
}

fn stamp(part: &mut Value, is_routed: bool, globals: &[String], is_module: bool) {
    if let Some(plan) = part.get_mut("plan") {
        mend_plan(plan, is_routed);
    }
    let (mut is_windows, mut is_free) = (false, false);
    if let Some(plan) = part.get("plan") {
        is_windows = text_of(plan, "os") == "windows";
        is_free = text_of(plan, "sku") == "F1";
    }
    let mut accounts: Vec<String> = names(part, "storage").map(str::to_owned).collect();
    accounts.extend(globals.iter().cloned());
    for app in members(part, "apps") {
        mend_app(app, is_windows, is_free, &accounts, is_module);
    }
    data(part);
}

fn mend_plan(plan: &mut Value, is_routed: bool) {
    let sku = text_of(plan, "sku").to_ascii_uppercase();
    let is_small = ["F1", "B1"].contains(&sku.as_str());
    if is_small && is_routed {
        plan["sku"] = json!("S1");
    }
    let scales = sku.is_empty() || sku.starts_with(['S', 'P']);
    if !scales {
        drop_keys(plan, &["autoscale"]);
    }
    if sku == "F1" || sku == "EP1" {
        drop_keys(plan, &["instances"]);
    }
    if sku == "B1" && plan.get("instances").and_then(Value::as_u64).is_some_and(|it| it > 3) {
        plan["instances"] = json!(3);
    }
    if plan.get("zoneRedundant") == Some(&json!(true)) {
        if sku.starts_with('P') && !sku.ends_with("V2") {
            plan["instances"] = json!(3);
        } else {
            drop_keys(plan, &["zoneRedundant"]);
        }
    }
    let is_spread = plan.get("zoneRedundant") == Some(&json!(true));
    if let Some(autoscale) = plan.get_mut("autoscale") {
        let number = |map: &Value, key: &str| map.get(key).and_then(Value::as_u64).unwrap_or(0);
        let least = if is_spread { 2 } else { 1 };
        let min = number(autoscale, "min").max(least);
        let max = number(autoscale, "max").max(min);
        autoscale["min"] = json!(min);
        autoscale["max"] = json!(max);
        if autoscale.get("default").is_some() {
            autoscale["default"] = json!(number(autoscale, "default").clamp(min, max));
        }
    }
}

fn mend_app(
    app: &mut Value,
    is_windows: bool,
    is_free: bool,
    accounts: &[String],
    is_module: bool,
) {
    if !app.is_object() {
        return;
    }
    if text_of(app, "kind") == "function" && app.get("storage").is_none() {
        match accounts.first() {
            Some(account) => app["storage"] = json!(format!("storage/{account}")),
            None => drop_keys(app, &["kind"]),
        }
    }
    let is_function = text_of(app, "kind") == "function";
    if !is_function {
        drop_keys(app, &["storage"]);
        if text_of(app, "runtime").starts_with("dotnet-isolated") {
            app["runtime"] = json!("dotnet|8.0");
        }
    }
    let runtime = text_of(app, "runtime").to_owned();
    if is_windows && (runtime.starts_with("python") || app.get("image").is_some()) {
        drop_keys(app, &["image"]);
        app["runtime"] = json!("node|22-lts");
    }
    if is_free {
        drop_keys(app, &["alwaysOn"]);
    }
    mend_settings(app);
    let wants_identity = app.get("permissions").is_some() || app.get("vaultAccess").is_some();
    if wants_identity && !has_system(app) && is_module {
        match app.get("identity") {
            None => app["identity"] = json!("system"),
            Some(_) => drop_keys(app, &["permissions", "vaultAccess"]),
        }
    }
    for list in ["permissions", "vaultAccess"] {
        if app.get(list).and_then(Value::as_array).is_some_and(Vec::is_empty) {
            drop_keys(app, &[list]);
        }
        unique(app, list);
    }
}

/// Tells whether an app has an identity of its own.
fn has_system(app: &Value) -> bool {
    match app.get("identity") {
        Some(Value::String(word)) => word == "system",
        Some(Value::Array(members)) => members.contains(&json!("system")),
        _ => false,
    }
}

/// Gives no right to the app of an instance that has no identity there.
fn grants_of_instances(tree: &mut Value) {
    let whole: Vec<(String, Value)> = stamps(tree);
    for (name, whole) in whole {
        let Some(own) = tree["stamps"][name.as_str()].get_mut("apps") else { continue };
        for (app, own) in own.as_object_mut().into_iter().flatten() {
            if whole.pointer(&format!("/apps/{app}")).is_some_and(|app| !has_system(app)) {
                drop_keys(own, &["permissions", "vaultAccess"]);
            }
        }
    }
}

/// Takes out members of a list that say the same twice.
fn unique(map: &mut Value, list: &str) {
    let Some(Value::Array(members)) = map.get_mut(list) else { return };
    let mut seen: Vec<Value> = vec![];
    members.retain(|member| {
        let what = match member.get("vault") {
            Some(vault) => vault.clone(),
            None => member.clone(),
        };
        let is_new = !seen.contains(&what);
        seen.push(what);
        is_new
    });
}

/// Settings with one name in two cases are one; a slot keeps what is there.
fn mend_settings(app: &mut Value) {
    for section in ["settings", "connectionStrings"] {
        let Some(Value::Object(map)) = app.get_mut(section) else { continue };
        let mut seen: Vec<String> = vec![];
        map.retain(|name, _| {
            let name = name.to_ascii_lowercase();
            let is_new = !seen.contains(&name);
            seen.push(name);
            is_new
        });
    }
    let known: Vec<String> = ["settings", "connectionStrings"]
        .iter()
        .filter_map(|section| app.get(*section)?.as_object())
        .flat_map(Map::keys)
        .cloned()
        .collect();
    if let Some(Value::Array(slot)) = app.get_mut("slotSettings") {
        slot.retain(|name| name.as_str().is_some_and(|name| known.iter().any(|it| it == name)));
        if slot.is_empty() {
            drop_keys(app, &["slotSettings"]);
        }
    }
}

/// Mends vaults, accounts and identities.
fn data(part: &mut Value) {
    for vault in members(part, "vaults") {
        existing(vault, SHARED_VAULT);
        if vault.get("rbac") != Some(&json!(false)) {
            drop_keys(vault, &["accessPolicies"]);
        }
        if vault.get("accessPolicies").and_then(Value::as_array).is_some_and(Vec::is_empty) {
            drop_keys(vault, &["accessPolicies"]);
        }
        unique_policies(vault);
    }
    for identity in members(part, "identities") {
        existing(identity, SHARED_IDENTITY);
        for list in ["permissions", "vaultAccess"] {
            if identity.get(list).and_then(Value::as_array).is_some_and(Vec::is_empty) {
                drop_keys(identity, &[list]);
            }
            unique(identity, list);
        }
    }
    for account in members(part, "storage") {
        existing(account, SHARED_ACCOUNT);
        mend_account(account);
    }
}

fn unique_policies(vault: &mut Value) {
    let Some(Value::Array(policies)) = vault.get_mut("accessPolicies") else { return };
    let mut seen: Vec<String> = vec![];
    policies.retain(|policy| {
        let holder = match policy.get("objectId") {
            Some(id) => id.to_string(),
            None => text_of(policy, "identity").to_owned(),
        };
        let is_new = !holder.is_empty() && !seen.contains(&holder);
        seen.push(holder);
        is_new
    });
}

/// What is said to exist is what lies in the shared group.
fn existing(entry: &mut Value, shared: &str) {
    if entry.get("existing").is_some_and(Value::is_string) {
        *entry = json!({ "name": shared, "resourceGroup": SHARED_GROUP, "existing": true });
    } else if entry.get("existing") != Some(&json!(true)) {
        drop_keys(entry, &["existing"]);
    }
}

fn mend_account(account: &mut Value) {
    if account.get("existing").is_some() {
        return;
    }
    let kind = text_of(account, "kind").to_owned();
    let is_premium = text_of(account, "redundancy").starts_with("Premium");
    if kind == "BlockBlobStorage" && !is_premium {
        account["redundancy"] = json!("Premium-LRS");
    }
    if kind == "Storage" && ["ZRS", "GZRS", "RA-GZRS"].contains(&text_of(account, "redundancy")) {
        account["redundancy"] = json!("GRS");
    }
    if text_of(account, "redundancy").starts_with("Premium") {
        drop_keys(account, &["queues", "tier"]);
        if kind != "BlockBlobStorage" {
            drop_keys(account, &["containers"]);
        }
    }
    if kind == "Storage" {
        drop_keys(account, &["tier"]);
    }
}
