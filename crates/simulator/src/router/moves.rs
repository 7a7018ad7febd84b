//! Resources that are moved to another group.
//!
//! Source: <https://learn.microsoft.com/rest/api/resources/resources/move-resources>; the answers
//! as observed in recorded traffic.

use resource::ResourceId;
use serde_json::{Value, json};

use crate::kind::Form;
use crate::kind::azure::Azure;
use crate::protocol::operation::{self, Begin, Work};
use crate::protocol::scope;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// How long a move takes in Azure.
const SECS: f64 = 60.0;

/// Answers `moveResources` of a group.
pub(crate) fn answer(azure: &mut Azure, request: &Request, source: &ResourceId) -> Answer {
    match try_move(azure, request, source) {
        Ok(answer) | Err(answer) => answer,
    }
}

fn try_move(azure: &mut Azure, request: &Request, source: &ResourceId) -> Result<Answer, Answer> {
    let sent = request.json()?;
    let invalid = |text: &str| Answer::error(400, "InvalidMoveResourcesRequest", text);
    let target = sent["targetResourceGroup"].as_str().and_then(|id| ResourceId::parse(id).ok());
    let target = target.ok_or_else(|| invalid("The target resource group is missing."))?;
    for group in [source, &target] {
        if azure.state.get(group).is_none() {
            return Err(scope::missing_group(group.name()));
        }
    }
    let named: Vec<ResourceId> = sent["resources"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|id| ResourceId::parse(id.as_str()?).ok())
        .collect();
    for id in &named {
        if azure.state.get(id).is_none() {
            return Err(scope::missing_resource(id));
        }
        if !id.is_within(source) || id.resource_type().parent().is_some() {
            return Err(invalid("Only resources of the group can be moved, with their children."));
        }
    }
    for id in &named {
        relocate(azure, id, source, &target);
    }
    azure.touched();
    let begin = Begin {
        resource: source,
        work: Work::Action,
        word: "InProgress",
        secs: SECS,
        retry_after: 15,
        api_version: request.api_version().unwrap_or_default(),
    };
    let name = operation::begin(azure, &begin);
    Ok(operation::follow(azure, Answer::empty(202), &name, Form::Location))
}

/// Gives a resource and all below it their new IDs.
fn relocate(azure: &mut Azure, id: &ResourceId, source: &ResourceId, target: &ResourceId) {
    let renamed = |id: &ResourceId| {
        let rest = id.as_str().get(source.as_str().len()..)?;
        ResourceId::parse(&format!("{target}{rest}")).ok()
    };
    for mut stored in azure.state.remove(id) {
        if let Some(new) = renamed(&stored.id) {
            stored.body["id"] = json!(new.as_str());
            replace(&mut stored.body["properties"], id.as_str(), &renamed(id));
            stored.id = new;
        }
        azure.state.insert(stored);
    }
}

/// Follows the resource in what it says about itself.
fn replace(value: &mut Value, old: &str, new: &Option<ResourceId>) {
    match (value, new) {
        (Value::Array(items), new) => items.iter_mut().for_each(|item| replace(item, old, new)),
        (Value::Object(map), new) => map.values_mut().for_each(|item| replace(item, old, new)),
        (Value::String(text), Some(new)) if text.starts_with(old) => {
            *text = format!("{new}{}", &text[old.len()..]);
        }
        _ => {}
    }
}
