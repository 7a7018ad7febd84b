//! Profiles: their tier, their ID, and what is asked of them.

use serde_json::{Value, json};

use super::within::{PROFILE, bad_request, check_free, conflict, is_front_door, is_id, is_premium};
use super::{CDN, certificates, domains, endpoints};
use crate::kind::azure::Azure;
use crate::kind::family::Ask;
use crate::kind::{Draft, Form, Kind, Tags};
use crate::protocol::operation::{self, Begin, Work};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

/// A profile.
pub(super) const KIND: Kind = Kind {
    name: PROFILE,
    defaults: r#"{"properties": {"extendedProperties": {}, "resourceState": "Active"}}"#,
    made: &["/frontDoorId", "/resourceState", "/extendedProperties"],
    settle,
    view,
    before_delete: |azure, stored| check_free(azure, &stored.id),
    action,
    tags: Tags::Empty,
    ..CDN
};

/// What is asked of the provider itself.
pub(super) const ASKS: &[(&str, Ask)] = &[
    ("/checkendpointnameavailability", |azure, request| Ok(endpoints::check_name(azure, request))),
    ("/microsoft.cdn/checknameavailability", |azure, request| {
        let name = request.json()?["name"].as_str().unwrap_or_default().to_owned();
        let host = format!("{name}.azureedge.net");
        let mut taken = azure.state.of_type("Microsoft.Cdn/profiles/endpoints");
        let is_free = !taken.any(|endpoint| endpoint.id.name().eq_ignore_ascii_case(&name));
        Ok(available(is_free, &format!("The name '{host}' is in use.")))
    }),
];

/// Returns the answer to whether a name is free.
pub(super) fn available(is_free: bool, text: &str) -> Answer {
    let reason = if is_free { Value::Null } else { json!("AlreadyExists") };
    let message = if is_free { Value::Null } else { json!(text) };
    Answer::json(200, json!({"nameAvailable": is_free, "reason": reason, "message": message}))
}

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    if draft.body["identity"]["type"].as_str().is_some_and(|kind| kind != "None") {
        // Observed: also of a profile with nothing but assigned identities.
        draft.body["identity"]["tenantId"] = json!(azure.settings.tenant);
    }
    check_free(azure, &draft.id)?;
    if azure.is_unguarded {
        return Ok(());
    }
    let sku = |body: &Value| body["sku"]["name"].as_str().unwrap_or_default().to_owned();
    let (before, after) = (draft.before.as_ref().map(|before| sku(&before.body)), sku(&draft.body));
    if let Some(before) = before.filter(|before| !before.eq_ignore_ascii_case(&after)) {
        let text = format!(
            "The pricing tier of a profile cannot be changed from '{before}' to '{after}'."
        );
        return Err(bad_request(text));
    }
    if !is_front_door(&draft.body) {
        return Ok(());
    }
    if draft.body["location"] != "Global" {
        let text = "The location of an Azure Front Door profile must be 'global'.";
        return Err(Answer::error(400, "LocationNotAvailableForResourceType", text));
    }
    let timeout = draft.property("/originResponseTimeoutSeconds").and_then(Value::as_u64);
    match timeout {
        Some(secs) if !(16..=240).contains(&secs) => Err(bad_request(
            "The property 'originResponseTimeoutSeconds' must be between 16 and 240.",
        )),
        _ => Ok(()),
    }
}

/// Front Door has an ID and a time to wait for origins, the older CDN has neither.
fn view(azure: &Azure, profile: &Stored, body: &mut Value) {
    let is_front_door = is_front_door(body);
    body["kind"] = json!(if is_front_door { "frontdoor" } else { "cdn" });
    if is_front_door {
        body["properties"]["frontDoorId"] = json!(id_of(azure, profile));
        let defaults = json!({"originResponseTimeoutSeconds": 30, "logScrubbing": null});
        json::fill(&mut body["properties"], &defaults);
    }
}

/// Returns what a profile writes into the header `X-Azure-FDID` of all that it forwards.
pub(super) fn id_of(azure: &Azure, profile: &Stored) -> String {
    azure.uuid(profile.id.key())
}

fn action(azure: &mut Azure, request: &Request, profile: &Stored, action: &str) -> Option<Answer> {
    if !is_front_door(&profile.body) {
        return None;
    }
    let sent = match request.json() {
        Ok(sent) => sent,
        Err(refusal) => return Some(refusal),
    };
    Some(match action.to_ascii_lowercase().as_str() {
        "usages" => usages(azure, profile),
        "checkendpointnameavailability" => endpoints::check_name(azure, request),
        "checkhostnameavailability" => {
            let host = sent["hostName"].as_str().unwrap_or_default();
            let is_free = domains::owner(azure, host).is_none();
            available(is_free, &format!("The host name '{host}' is in use."))
        }
        "validatesecret" => certificates::answer(azure, profile, &sent),
        "upgrade" => upgrade(azure, request, profile, &sent).unwrap_or_else(|refusal| refusal),
        _ => return None,
    })
}

fn usages(azure: &Azure, profile: &Stored) -> Answer {
    const COUNTED: &[(&str, &str, u64, u64)] = &[
        ("afdEndpoints", "afdEndpoint", 10, 25),
        ("originGroups", "originGroup", 100, 200),
        ("customDomains", "customDomain", 100, 500),
        ("ruleSets", "ruleSet", 100, 200),
        ("secrets", "secret", 100, 500),
        ("securityPolicies", "securityPolicy", 100, 200),
    ];
    let is_premium = is_premium(&profile.body);
    let rows = COUNTED.iter().map(|(segment, name, standard, premium)| {
        let kind = format!("{PROFILE}/{segment}");
        let count = azure.state.of_type_below(&kind, &profile.id).count();
        usage(&profile.id, name, count, if is_premium { *premium } else { *standard })
    });
    Answer::json(200, json!({"value": rows.collect::<Vec<_>>()}))
}

/// Returns the row of a list of usages.
pub(super) fn usage(id: &resource::ResourceId, name: &str, count: usize, limit: u64) -> Value {
    json!({
        "id": format!("{id}/usages/{name}"),
        "unit": "Count",
        "currentValue": count,
        "limit": limit,
        "name": {"value": name, "localizedValue": name},
    })
}

/// Makes a standard profile a premium one; each policy of the firewall must get one of that tier.
///
/// Source: <https://learn.microsoft.com/azure/frontdoor/tier-upgrade>.
fn upgrade(
    azure: &mut Azure,
    request: &Request,
    profile: &Stored,
    sent: &Value,
) -> Result<Answer, Answer> {
    check_free(azure, &profile.id)?;
    if is_premium(&profile.body) {
        return Err(bad_request("The profile is of the tier 'Premium_AzureFrontDoor' already."));
    }
    let policies: Vec<Stored> = azure
        .state
        .of_type_below("Microsoft.Cdn/profiles/securitypolicies", &profile.id)
        .cloned()
        .collect();
    let rows = sent["wafMappingList"].as_array().cloned().unwrap_or_default();
    let mut moved = vec![];
    for policy in policies {
        let row = rows.iter().find(|row| {
            row["securityPolicyName"]
                .as_str()
                .is_some_and(|name| name.eq_ignore_ascii_case(policy.id.name()))
        });
        let target = row.and_then(|row| row.pointer("/changeToWafPolicy/id")?.as_str());
        let Some(target) = target else {
            let name = policy.id.name();
            let text = format!(
                "The mapping of security policy '{name}' to a premium WAF policy is missing."
            );
            return Err(bad_request(text));
        };
        match azure.state.named(target) {
            Some(firewall) if is_premium(&firewall.body) => {
                moved.push((policy.id, target.to_owned()));
            }
            Some(_) => {
                return Err(bad_request(format!(
                    "The WAF policy '{target}' is not of the premium tier."
                )));
            }
            None => return Err(bad_request(format!("The WAF policy '{target}' was not found."))),
        }
    }
    for (id, target) in moved {
        if let Some(policy) = azure.state.get_mut(&id) {
            json::set(&mut policy.body, "/properties/parameters/wafPolicy", json!({"id": target}));
        }
    }
    if let Some(profile) = azure.state.get_mut(&profile.id) {
        json::set(&mut profile.body, "/sku/name", json!("Premium_AzureFrontDoor"));
        json::set(&mut profile.body, "/properties/provisioningState", json!("Updating"));
    }
    Ok(begun(azure, request, profile, Work::Write, 60.0))
}

/// Begins an operation on a resource and answers as all actions of Front Door do.
pub(super) fn begun(
    azure: &mut Azure,
    request: &Request,
    stored: &Stored,
    work: Work,
    secs: f64,
) -> Answer {
    let begin = Begin {
        resource: &stored.id,
        work,
        word: "Updating",
        secs,
        retry_after: 10,
        api_version: request.api_version().unwrap_or_default(),
    };
    let name = operation::begin(azure, &begin);
    operation::follow(azure, Answer::empty(202), &name, Form::AsyncAndLocation)
}

/// Refuses to remove what others of the profile refer to.
pub(super) fn in_use(stored: &Stored, by: &Stored) -> Answer {
    let what = stored.kind().last().to_owned();
    conflict(format!(
        "The {what} '{}' cannot be deleted because it is in use by '{}'.",
        stored.id.name(),
        by.id
    ))
}

/// Returns the first of `others` that names a resource in the place that `ids` looks at.
pub(super) fn user<'a>(
    mut others: impl Iterator<Item = &'a Stored>,
    stored: &Stored,
    ids: impl Fn(&Stored) -> Vec<&str>,
) -> Option<&'a Stored> {
    others.find(|other| ids(other).iter().any(|id| is_id(id, &stored.id)))
}
