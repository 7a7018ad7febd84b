//! What ARM answers about subscriptions, groups and providers.

use axum::http::Method;
use resource::ResourceId;
use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::protocol::list::{page, quoted};
use crate::protocol::scope;
use crate::store::regions::REGIONS;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// Answers a request about the subscription, or `None` where the path says something else.
pub(crate) fn answer(azure: &mut Azure, request: &Request) -> Option<Answer> {
    let lower = request.path.to_ascii_lowercase();
    let parts: Vec<&str> = lower.split('/').skip(1).collect();
    let is_get = request.method == Method::GET;
    match parts.as_slice() {
        ["tenants"] if is_get => Some(tenants(azure)),
        ["subscriptions"] if is_get => {
            let rows = vec![description(azure)];
            Some(Answer::json(200, json!({"value": rows, "count": {"type": "Total", "value": 1}})))
        }
        ["subscriptions", _] if is_get => Some(Answer::json(200, description(azure))),
        ["subscriptions", _, "locations"] if is_get => Some(locations(azure)),
        ["subscriptions", _, "tagnames"] if is_get => Some(Answer::json(200, json!({"value": []}))),
        ["subscriptions", _, "resourcegroups"] if is_get => Some(groups(azure, request)),
        ["subscriptions", _, "resources"] if is_get => Some(resources(azure, request, None)),
        ["subscriptions", _, "resourcegroups", group, "resources"] if is_get => {
            Some(resources(azure, request, Some(group)))
        }
        ["subscriptions", _, "providers"] | ["providers"] if is_get => {
            let rows: Vec<Value> =
                azure.namespaces().iter().map(|namespace| provider(azure, namespace)).collect();
            Some(Answer::json(200, json!({"value": rows})))
        }
        ["subscriptions", _, "providers", namespace] | ["providers", namespace] if is_get => {
            Some(Answer::json(200, provider(azure, namespace)))
        }
        ["subscriptions", _, "providers", namespace, "register" | "unregister"]
            if request.method == Method::POST =>
        {
            let namespace = (*namespace).to_owned();
            if lower.ends_with("/unregister") {
                azure.state.unregistered.insert(namespace.clone());
            } else {
                azure.state.unregistered.remove(&namespace);
            }
            azure.touched();
            Some(Answer::json(200, provider(azure, &namespace)))
        }
        _ => None,
    }
}

fn tenants(azure: &Azure) -> Answer {
    let tenant = &azure.settings.tenant;
    let row = json!({"id": format!("/tenants/{tenant}"), "tenantId": tenant, "tenantCategory": "Home", "displayName": "Simulator", "defaultDomain": "simulator.onmicrosoft.com", "tenantType": "AAD"});
    Answer::json(200, json!({"value": [row]}))
}

fn description(azure: &Azure) -> Value {
    let subscription = &azure.settings.subscription;
    json!({
        "id": format!("/subscriptions/{subscription}"),
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription,
        "tenantId": azure.settings.tenant,
        "displayName": "Simulated subscription",
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    })
}

fn locations(azure: &Azure) -> Answer {
    let subscription = &azure.settings.subscription;
    let row = |name: &str| format!("/subscriptions/{subscription}/locations/{name}");
    let rows: Vec<Value> = REGIONS
        .iter()
        .map(|region| {
            let mut row = json!({
                "id": row(region.name),
                "name": region.name,
                "type": "Region",
                "displayName": region.display,
                "regionalDisplayName": region.display,
                "metadata": {"regionType": "Physical", "regionCategory": "Recommended", "pairedRegion": []},
            });
            if !region.pair.is_empty() {
                let pair = format!("/subscriptions/{subscription}/locations/{}", region.pair);
                row["metadata"]["pairedRegion"] = json!([{"name": region.pair, "id": pair}]);
            }
            if region.zones {
                row["availabilityZoneMappings"] = ["1", "2", "3"]
                    .iter()
                    .map(|zone| json!({"logicalZone": zone, "physicalZone": format!("{}-az{zone}", region.name)}))
                    .collect();
            }
            row
        })
        .collect();
    Answer::json(200, json!({"value": rows}))
}

fn groups(azure: &mut Azure, request: &Request) -> Answer {
    let filter = request.query.get("$filter").cloned().unwrap_or_default();
    let rows: Vec<Value> = azure
        .state
        .of_type("Microsoft.Resources/resourceGroups")
        .filter(|stored| has_tag(stored, &filter))
        .map(|stored| azure.view(stored))
        .collect();
    page(azure, request, rows)
}

/// Answers the generic list, which knows only the outside of each resource.
fn resources(azure: &mut Azure, request: &Request, group: Option<&str>) -> Answer {
    let filter = request.query.get("$filter").cloned().unwrap_or_default();
    let in_filter = quoted(&filter, "resourcegroup eq ");
    let group = group.map(str::to_owned);
    if let Some(group) = &group
        && azure.state.get(&ResourceId::group(&azure.settings.subscription, group)).is_none()
    {
        return scope::missing_group(group);
    }
    let is_wanted = |stored: &&Stored| {
        let lies_in = |wanted: &String| {
            stored.id.resource_group().is_some_and(|group| group.eq_ignore_ascii_case(wanted))
        };
        is_tracked(stored)
            && group.iter().chain(&in_filter).all(lies_in)
            && quoted(&filter, "resourcetype eq ").is_none_or(|wanted| stored.kind().is(&wanted))
            && quoted(&filter, "name eq ").is_none_or(|wanted| {
                filter.to_ascii_lowercase().contains("tagname")
                    || stored.id.name().eq_ignore_ascii_case(&wanted)
            })
            && has_tag(stored, &filter)
    };
    let rows: Vec<Value> = azure.state.resources.values().filter(is_wanted).map(outside).collect();
    page(azure, request, rows)
}

fn is_tracked(stored: &Stored) -> bool {
    let kind = stored.kind();
    !kind.is_group()
        && (kind.parent().is_none() || kind.is("Microsoft.Web/sites/slots"))
        && stored.body.get("location").is_some_and(Value::is_string)
}

fn outside(stored: &Stored) -> Value {
    let mut row = json!({});
    for name in ["id", "name", "type", "kind", "location", "sku", "identity", "tags"] {
        if let Some(value) = stored.body.get(name).filter(|value| !value.is_null()) {
            row[name] = value.clone();
        }
    }
    if let Some(location) = row["location"].as_str().map(crate::store::regions::short) {
        row["location"] = json!(location);
    }
    row
}

fn has_tag(stored: &Stored, filter: &str) -> bool {
    let Some(name) = quoted(filter, "tagname eq ") else { return true };
    let tags = stored.body["tags"].as_object();
    let value = tags.and_then(|tags| {
        tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(&name)).map(|(_, value)| value)
    });
    let Some(value) = value else { return false };
    quoted(filter, "tagvalue eq ").is_none_or(|wanted| value.as_str() == Some(wanted.as_str()))
}

fn provider(azure: &Azure, namespace: &str) -> Value {
    let spelled = azure
        .namespaces()
        .iter()
        .find(|known| known.eq_ignore_ascii_case(namespace))
        .map_or_else(|| namespace.to_owned(), |known| (*known).to_owned());
    let is_registered = !azure.state.unregistered.contains(&namespace.to_ascii_lowercase());
    let state = if is_registered { "Registered" } else { "NotRegistered" };
    let places: Vec<&str> = REGIONS.iter().map(|region| region.display).collect();
    let types: Vec<Value> = azure.types_of(namespace)
        .into_iter()
        .map(|(name, versions)| {
            json!({"resourceType": name, "locations": places, "apiVersions": versions, "capabilities": "CrossResourceGroupResourceMove, CrossSubscriptionResourceMove, SupportsTags, SupportsLocation"})
        })
        .collect();
    json!({
        "id": format!("/subscriptions/{}/providers/{spelled}", azure.settings.subscription),
        "namespace": spelled,
        "resourceTypes": types,
        "registrationState": state,
        "registrationPolicy": "RegistrationRequired",
    })
}
