//! The situation in which a recorded exchange took place, as far as its answer tells.

use resource::ResourceId;
use serde_json::{Value, json};

use super::prior;
use super::recording::{Exchange, Flow};
use super::replay::Replay;
use crate::stage::SUBSCRIPTION;

/// Returns the region in which a recording was made.
pub fn location(flow: &Flow) -> String {
    let named = |body: &Value| {
        body["location"].as_str().filter(|place| !place.eq_ignore_ascii_case("global")).map(short)
    };
    let polled = |url: &String| {
        let (_, rest) = url.split_once("/locations/")?;
        Some(short(rest.split('/').next().unwrap_or_default()))
    };
    let exchanges = flow.exchanges.iter();
    let mut found = exchanges.filter_map(|Exchange { request, response }| {
        named(&request.body)
            .or_else(|| named(&response.body))
            .or_else(|| response.headers.values().find_map(polled))
            .or_else(|| polled(&request.url))
    });
    found.next().unwrap_or_else(|| "westus2".to_owned())
}

fn short(place: &str) -> String {
    place.replace("%20", "").replace(' ', "").to_lowercase()
}

/// Makes what must have been there, and lets happen what must have happened, before an exchange.
pub async fn prepare(replay: &mut Replay<'_>, index: usize) -> anyhow::Result<()> {
    let Exchange { request, response } = &replay.flow.exchanges[index];
    if let Some(rows) = response.body["value"].as_array().filter(|_| request.method == "GET") {
        return prepare_list(replay, rows, request.path()).await;
    }
    if let Some(vault) = response.body.pointer("/properties/vaultId").and_then(Value::as_str) {
        return prepare_deleted(replay, &ResourceId::parse(vault)?).await;
    }
    let Some(id) = action_target(request.path()) else { return Ok(()) };
    let location = replay.location.clone();
    match response.code().filter(|_| !response.is_success()) {
        Some("ResourceGroupNotFound") => {
            let group = ResourceId::group(SUBSCRIPTION, id.resource_group().unwrap_or_default());
            let was_deleted = replay.deleted.contains(&group);
            if !was_deleted && replay.stage.has(&group).await? {
                replay.stage.delete(&group)?;
            }
            return Ok(());
        }
        Some("ParentResourceNotFound" | "ResourceNotFound" | "NotFound") => {
            return prepare_absence(replay, &id, &response.body).await;
        }
        Some("MissingSubscriptionRegistration") => {
            replay.stage.unregister(id.resource_type().namespace())?;
        }
        Some("ResourceGroupBeingDeleted") => return prepare_group_in_deletion(replay, &id).await,
        Some("CannotDeleteResource") => {
            prior::ensure(&replay.stage, &id, None, &location).await?;
            for blocker in named_in(&response.body, &id) {
                prior::ensure(&replay.stage, &blocker, None, &location).await?;
                replay.blockers.push(blocker);
            }
            return Ok(());
        }
        _ if response.status == 429 => {
            replay.stage.fault(Some(serde_json::from_value(json!({
                "fault": "busy", "methods": [request.method], "path": id.as_str(), "times": 1,
            }))?))?;
        }
        _ => {}
    }
    prepare_target(replay, index, &id).await
}

/// Makes what a request of this exchange names, and its target where the answer tells that it was there.
async fn prepare_target(
    replay: &mut Replay<'_>,
    index: usize,
    id: &ResourceId,
) -> anyhow::Result<()> {
    let Exchange { request, response } = &replay.flow.exchanges[index];
    let location = replay.location.clone();
    let is_group = id.resource_type().is(resource::types::GROUP);
    if request.method == "DELETE" && response.is_success() {
        for blocker in std::mem::take(&mut replay.blockers) {
            if blocker.is_within(id) {
                replay.stage.delete(&blocker)?;
            }
        }
    }
    let missing = named_in(&response.body, id);
    let mut around = request.body.clone();
    if response.code() == Some("InvalidResourceReference") {
        without(&mut around, &missing);
    }
    if request.method == "POST" {
        prior::ensure(&replay.stage, id, None, &location).await?;
    }
    if request.method != "PUT" || !is_group {
        prior::ensure_around(&replay.stage, id, &around, &location).await?;
    }
    name_principal(replay, index, id).await?;
    let is_there = match request.method.as_str() {
        "PUT" => response.status == 412,
        "GET" => response.is_success(),
        "DELETE" => response.status != 204 && response.status != 404,
        _ => response.status != 404,
    };
    if is_there && !replay.deleted.contains(id) {
        let body = (request.method == "GET").then_some(&response.body);
        prior::ensure(&replay.stage, id, body, &location).await?;
    }
    Ok(())
}

/// Returns the resource of a path, or that on which it POSTs.
fn action_target(path: &str) -> Option<ResourceId> {
    let path = path.replace("%20", " ").replace("%7C", "|");
    let parent = path.rsplit_once('/').map(|(parent, _)| parent.to_owned());
    ResourceId::parse(&path).ok().or_else(|| ResourceId::parse(&parent?).ok())
}

async fn prepare_list(replay: &mut Replay<'_>, rows: &[Value], path: &str) -> anyhow::Result<()> {
    let all: Vec<Value> = replay
        .flow
        .exchanges
        .iter()
        .filter(|exchange| exchange.request.path() == path)
        .filter_map(|exchange| exchange.response.body["value"].as_array().cloned())
        .flatten()
        .collect();
    let rows = if all.is_empty() { rows.to_vec() } else { all };
    for row in &rows {
        if let Ok(id) = ResourceId::parse(row["id"].as_str().unwrap_or_default()) {
            prior::ensure(&replay.stage, &id, Some(row), &replay.location).await?;
        }
    }
    Ok(())
}

/// A vault that was deleted and can still be recovered.
async fn prepare_deleted(replay: &mut Replay<'_>, vault: &ResourceId) -> anyhow::Result<()> {
    if !replay.deleted.contains(vault) {
        prior::ensure(&replay.stage, vault, None, &replay.location).await?;
        replay.stage.delete(vault)?;
    }
    Ok(())
}

/// The resource is not there, or what it hangs on is not.
async fn prepare_absence(
    replay: &mut Replay<'_>,
    id: &ResourceId,
    body: &Value,
) -> anyhow::Result<()> {
    let location = replay.location.clone();
    let text = body.to_string();
    let parent = id.parent().filter(|_| id.resource_type().parent().is_some());
    let lacks_parent = parent.as_ref().filter(|parent| {
        let ends = |id: &ResourceId| {
            let path = id.as_str().split("/providers/").last().unwrap_or_default().to_owned();
            text.to_lowercase().contains(&format!("{}'", path.to_lowercase()))
        };
        text.contains("ParentResourceNotFound") || ends(parent) && !ends(id)
    });
    let gone = match lacks_parent {
        Some(parent) => {
            prior::ensure_around(&replay.stage, parent, &Value::Null, &location).await?;
            parent
        }
        None => {
            prior::ensure_around(&replay.stage, id, &Value::Null, &location).await?;
            id
        }
    };
    let was_deleted = replay.deleted.iter().any(|deleted| gone.is_within(deleted));
    if !was_deleted && replay.stage.has(gone).await? {
        replay.stage.delete(gone)?;
    }
    Ok(())
}

/// The resource group is being deleted, and that takes its time.
async fn prepare_group_in_deletion(replay: &mut Replay<'_>, id: &ResourceId) -> anyhow::Result<()> {
    let group = ResourceId::group(SUBSCRIPTION, id.resource_group().unwrap_or_default());
    prior::ensure(&replay.stage, &group, None, &replay.location).await?;
    let target = format!("{group}?api-version=2021-04-01");
    let state = replay.stage.get(&target).await?;
    if state.body.pointer("/properties/provisioningState") != Some(&json!("Deleting")) {
        let stuck = json!({"fault": "operation-stuck", "methods": ["DELETE"], "times": 1});
        replay.stage.fault(Some(serde_json::from_value(stuck)?))?;
        replay.stage.send("DELETE", &target, &[], &Value::Null).await?;
        replay.stage.fault(None)?;
    }
    Ok(())
}

/// A principal that Azure knows is one that the simulator has made.
async fn name_principal(
    replay: &mut Replay<'_>,
    index: usize,
    id: &ResourceId,
) -> anyhow::Result<()> {
    let Exchange { request, response } = &replay.flow.exchanges[index];
    let Some(theirs) = request.body.pointer("/properties/principalId").and_then(Value::as_str)
    else {
        return Ok(());
    };
    if !response.is_success() || replay.renamed.contains_key(theirs) {
        return Ok(());
    }
    let group = id.resource_group().unwrap_or("principals");
    let made = prior::principal(&replay.stage, group, &replay.location).await?;
    if let Some(ours) = made.as_str() {
        replay.renamed.insert(theirs.to_owned(), ours.to_owned());
    }
    Ok(())
}

/// Returns the resources that a refusal names.
fn named_in(body: &Value, id: &ResourceId) -> Vec<ResourceId> {
    let Some(text) = body.pointer("/error/message").and_then(Value::as_str) else { return vec![] };
    let is_end = |c: char| c.is_whitespace() || ['\'', '"', ',', ';'].contains(&c);
    let words = text.split(is_end).map(|word| word.trim_end_matches('.'));
    // Some refusals name a resource of the same group without what stands before its provider.
    let group = id.as_str().split("/providers/").next().unwrap_or_default();
    let named = words.filter_map(|word| match word {
        _ if word.starts_with("/subscriptions/") => Some(word.to_owned()),
        _ if word.starts_with("Microsoft.") && word.contains('/') => {
            Some(format!("{group}/providers/{word}"))
        }
        _ => None,
    });
    named.filter_map(|word| ResourceId::parse(&word).ok()).filter(|named| named != id).collect()
}

/// Removes all mention of resources from a body.
fn without(body: &mut Value, missing: &[ResourceId]) {
    match body {
        Value::Array(items) => items.iter_mut().for_each(|item| without(item, missing)),
        Value::Object(map) => map.values_mut().for_each(|value| without(value, missing)),
        Value::String(text)
            if missing.iter().any(|id| id.as_str().eq_ignore_ascii_case(text.as_str())) =>
        {
            *body = Value::Null;
        }
        _ => {}
    }
}
