//! What must have been there for a recording to begin as it does.

use anyhow::Context;
use resource::ResourceId;
use resource::catalogue::{TypeFacts, known_types};
use serde_json::Value;

use super::least::{inside, least};
use crate::stage::{SUBSCRIPTION, Stage};

/// Makes sure that a resource is there, with all that it hangs on and refers to.
///
/// `body` is what is known of it; without one the least that its type accepts.
pub async fn ensure(
    stage: &Stage,
    id: &ResourceId,
    body: Option<&Value>,
    location: &str,
) -> anyhow::Result<()> {
    let mut wanted = vec![];
    collect(id, body, location, &mut wanted, 0);
    for (id, body) in wanted {
        if !stage.has(&id).await?
            && let Err(error) = stage.put(&id, &body)
        {
            // What is refused is not there; the exchanges that need it will say so.
            eprintln!("prior state: {error}");
        }
    }
    Ok(())
}

/// Makes sure that there is an identity, and returns its principal.
pub async fn principal(stage: &Stage, group: &str, location: &str) -> anyhow::Result<Value> {
    const PRINCIPAL: &str = "/properties/principalId";
    let has_one = |facts: &&TypeFacts| facts.answers.iter().any(|(_, at)| *at == PRINCIPAL);
    let facts = known_types().find(has_one).context("a type of identities")?;
    let identity = ResourceId::in_group(SUBSCRIPTION, group, facts.resource_type, "principal");
    ensure(stage, &identity, None, location).await?;
    let made = stage.get(&format!("{identity}?api-version={}", facts.api_version)).await?;
    Ok(made.body.pointer(PRINCIPAL).cloned().unwrap_or_default())
}

/// Makes sure that all that a resource hangs on is there, and the resources that `body` names.
pub async fn ensure_around(
    stage: &Stage,
    id: &ResourceId,
    body: &Value,
    location: &str,
) -> anyhow::Result<()> {
    let mut wanted = vec![];
    around(id, location, &mut wanted, 0);
    for other in references(body, id) {
        let is_partner = body["properties"]["partnerServers"]
            .as_array()
            .is_some_and(|rows| rows.iter().any(|row| row["id"] == other.as_str()));
        // What a group fails over to lies in another region.
        let place = match (is_partner, location) {
            (false, _) => location,
            (true, "eastus") => "westus",
            (true, _) => "eastus",
        };
        collect(&other, None, place, &mut wanted, 0);
        if let Some(inside) = inside(&other) {
            collect(&inside, None, place, &mut wanted, 0);
        }
    }
    for (other, body) in wanted {
        if other != *id
            && !stage.has(&other).await?
            && let Err(error) = stage.put(&other, &body)
        {
            eprintln!("prior state: {error}");
        }
    }
    Ok(())
}

fn collect(
    id: &ResourceId,
    body: Option<&Value>,
    location: &str,
    wanted: &mut Vec<(ResourceId, Value)>,
    depth: usize,
) {
    if depth > 4 || wanted.iter().any(|(known, _)| known == id) {
        return;
    }
    around(id, location, wanted, depth);
    let body = body.cloned().unwrap_or_else(|| least(id, location));
    for other in references(&body, id) {
        collect(&other, None, location, wanted, depth + 1);
    }
    wanted.push((id.clone(), body));
}

fn around(id: &ResourceId, location: &str, wanted: &mut Vec<(ResourceId, Value)>, depth: usize) {
    if let Some(parent) = id.parent()
        && !parent.resource_type().is(resource::types::SUBSCRIPTION)
    {
        collect(&parent, None, location, wanted, depth);
    }
}

/// Returns the resources of the recording's subscription that a body names, without itself and
/// what lies below it.
pub fn references(body: &Value, id: &ResourceId) -> Vec<ResourceId> {
    let mut found = vec![];
    walk(body, &mut found);
    let is_group = id.resource_type().is(resource::types::GROUP);
    found.retain(|other| !id.is_within(other) && (is_group || !other.is_within(id)));
    found.dedup();
    found
}

fn walk(value: &Value, found: &mut Vec<ResourceId>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
        Value::Object(map) => {
            for (name, value) in map {
                if !["roleDefinitionId", "id", "scope"].contains(&name.as_str())
                    || name == "id" && !map.contains_key("name")
                {
                    walk(value, found);
                }
                walk(&Value::from(name.as_str()), found);
            }
        }
        Value::String(text)
            if text.starts_with(&format!("/subscriptions/{SUBSCRIPTION}/resource")) =>
        {
            found.extend(ResourceId::parse(text).ok());
        }
        _ => {}
    }
}
