//! App Service plans.

use serde_json::{Value, json};

use super::{sites_on, webspace};
use crate::kind::azure::Azure;
use crate::kind::{Delete, Draft, Errors, Kind, Lies, Place, Put};
use crate::store::state::Stored;
use crate::store::{clock, regions};
use crate::wire::answer::Answer;
use crate::wire::json;

/// The names of tiers, with the families of sizes that belong to them.
const TIERS: &[(&str, &str, &str)] = &[
    ("F1", "Free", "F"),
    ("D1", "Shared", "D"),
    ("B", "Basic", "B"),
    ("S", "Standard", "S"),
    ("P", "Premium", "P"),
    ("Y1", "Dynamic", "Y"),
    ("FC1", "FlexConsumption", "FC"),
    ("EP", "ElasticPremium", "EP"),
    ("WS", "WorkflowStandard", "WS"),
];

/// A plan.
pub(super) const KIND: Kind = Kind {
    name: "Microsoft.Web/serverfarms",
    put: Put::direct(200, 200),
    delete: Delete::direct(200),
    place: Place::Display,
    lies: Lies::Region,
    versions: super::VERSIONS,
    errors: Errors::Web,
    defaults: r#"{"properties": {
        "workerSize": "Default", "workerSizeId": 0, "workerTierName": null,
        "currentWorkerSize": "Default", "currentWorkerSizeId": 0, "status": "Ready",
        "adminSiteName": null, "hostingEnvironment": null, "hostingEnvironmentProfile": null,
        "planName": "VirtualDedicatedPlan", "adminRuntimeSiteName": null, "siteMode": null,
        "perSiteScaling": false, "elasticScaleEnabled": false, "maximumElasticWorkerCount": 1,
        "numberOfSites": 0, "hostingEnvironmentId": null, "isSpot": false,
        "spotExpirationTime": null, "freeOfferExpirationTime": null, "reserved": false,
        "isXenon": false, "hyperV": false, "targetWorkerCount": 0, "targetWorkerSizeId": 0,
        "targetWorkerSku": null, "webSiteId": null, "existingServerFarmIds": null,
        "kubeEnvironmentProfile": null, "zoneRedundant": false, "maximumNumberOfZones": 1,
        "currentNumberOfZonesUtilized": 1, "migrateToVMSS": null, "vnetConnectionsUsed": 0,
        "vnetConnectionsMax": 2, "asyncScalingEnabled": false, "isCustomMode": false,
        "powerState": "Running", "eligibleLogCategories": ""
    }}"#,
    made: &["/numberOfSites", "/status", "/webSpace", "/geoRegion", "/mdmId", "/createdTime"],
    settle,
    view: |azure, stored, body| {
        body["properties"]["numberOfSites"] = json!(sites_on(azure, &stored.id).count());
    },
    direct: |_, draft, body| {
        // The direct answer has a copy of the size, and the location as it was sent.
        body["properties"]["sku"] = body["sku"].clone();
        if let Some(location) = draft.sent["location"].as_str() {
            body["location"] = json!(location);
        }
    },
    before_delete,
    ..Kind::GENERIC
};

/// Returns the spelling, tier and family of a size, or `None` where there is no such size.
fn size(name: &str) -> Option<(String, String, String)> {
    let upper = name.to_ascii_uppercase();
    if let Some((_, tier, family)) = TIERS.iter().find(|(prefix, _, _)| fits(&upper, prefix)) {
        return Some((upper, (*tier).to_owned(), (*family).to_owned()));
    }
    let (stem, generation) = upper.split_once('V')?;
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if !is_number(generation) {
        return None;
    }
    let memory = stem.ends_with('M');
    let number = stem.trim_end_matches('M').get(1..)?;
    if !is_number(number) {
        return None;
    }
    let middle = if memory { "m" } else { "" };
    let spelled = format!("{}{number}{middle}v{generation}", &stem[..1]);
    let family = format!("{}{middle}v{generation}", &stem[..1]);
    let tier = match (&stem[..1], number, memory) {
        ("P", "0", _) => format!("Premium0V{generation}"),
        ("P", _, true) => format!("PremiumMV{generation}"),
        ("P", _, false) => format!("PremiumV{generation}"),
        ("I", _, true) => format!("IsolatedMV{generation}"),
        ("I", _, false) => format!("IsolatedV{generation}"),
        _ => return None,
    };
    Some((spelled, tier, family))
}

fn fits(name: &str, prefix: &str) -> bool {
    let rest = name.strip_prefix(prefix);
    rest.is_some_and(|rest| {
        if prefix.ends_with('1') { rest.is_empty() } else { ["1", "2", "3"].contains(&rest) }
    })
}

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let given = draft.body["sku"]["name"].as_str().unwrap_or("F1").to_owned();
    let Some((name, tier, family)) = size(&given) else {
        let text = format!("The value '{given}' of parameter sku.name is invalid.");
        return Err(Answer::web_error(400, "BadRequest", text));
    };
    let Some(region) = regions::find(draft.body["location"].as_str().unwrap_or_default()) else {
        let text = "The parameter location has an invalid value.";
        return Err(Answer::web_error(400, "BadRequest", text));
    };
    let flexible = ["Dynamic", "FlexConsumption"].contains(&tier.as_str());
    let capacity = match draft.body["sku"]["capacity"].as_u64() {
        _ if flexible => 0,
        Some(capacity) => capacity,
        None => 1,
    };
    let wants_zones = draft.property("/zoneRedundant") == Some(&json!(true));
    let has_zones = tier.starts_with("Premium")
        || tier.starts_with("Isolated")
        || flexible
        || tier == "ElasticPremium";
    if wants_zones && !(has_zones && region.zones) {
        let text =
            format!("Zone redundancy is not supported for size '{name}' in {}.", region.display);
        return Err(Answer::web_error(400, "BadRequest", text));
    }
    check_system(draft)?;
    if !azure.is_unguarded {
        check_size(draft, &tier, capacity)?;
        super::tier::check_apps(azure, &draft.id, &tier)?;
    }
    draft.body["sku"] = json!({
        "name": name, "tier": tier, "size": name, "family": family, "capacity": capacity,
    });
    let is_linux = draft.property("/reserved") == Some(&json!(true));
    let kind = match tier.as_str() {
        "ElasticPremium" => "elastic",
        "Dynamic" | "FlexConsumption" => "functionapp",
        _ if is_linux => "linux",
        _ => "app",
    };
    if draft.body["kind"].as_str().is_none_or(str::is_empty) {
        draft.body["kind"] = json!(kind);
    }
    fill(azure, draft, region.display, capacity);
    Ok(())
}

/// A tier has so many workers and no more; copies in several zones need two.
fn check_size(draft: &Draft, tier: &str, capacity: u64) -> Result<(), Answer> {
    let most = super::tier::of(tier).workers;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let name = draft.id.name();
    let text = if !(1..=60).contains(&name.len()) || !name.chars().all(is_plain) {
        format!("The plan name '{name}' is not valid.")
    } else if capacity > most {
        format!(
            "The parameter NumberOfWorkers has an invalid value: {capacity} is more than the {most} of tier '{tier}'."
        )
    } else {
        return Ok(());
    };
    Err(Answer::web_error(400, "BadRequest", text))
}

/// The operating system is chosen once.
fn check_system(draft: &Draft) -> Result<(), Answer> {
    let Some(before) = &draft.before else { return Ok(()) };
    let reserved = |value: Option<&Value>| value == Some(&json!(true));
    if reserved(before.property("/reserved")) == reserved(draft.property("/reserved")) {
        return Ok(());
    }
    let text = "The property 'reserved' cannot be changed: a plan stays Linux or Windows.";
    Err(Answer::web_error(400, "BadRequest", text))
}

fn fill(azure: &Azure, draft: &mut Draft, region: &str, capacity: u64) {
    let id = draft.id.clone();
    let number = id.key().bytes().fold(7_u64, |sum, byte| (sum * 31 + u64::from(byte)) % 90_000);
    let (kind, tags) = (draft.body["kind"].clone(), draft.body["tags"].clone());
    let is_linux = draft.property("/reserved") == Some(&json!(true));
    let group = id.resource_group().unwrap_or_default();
    let suffix = if is_linux { "-Linux" } else { "" };
    let webspace = format!("{group}-{}webspace{suffix}", region.replace(' ', ""));
    let tier = draft.body["sku"]["tier"].as_str().unwrap_or_default().to_owned();
    let created = clock::text(azure.now);
    let properties = draft.properties();
    json::fill(
        properties,
        &json!({
            "serverFarmId": number,
            "name": id.name(),
            "webSpace": webspace,
            "subscription": azure.settings.subscription,
            "geoRegion": region,
            "mdmId": format!("waws-prod-sim-001_{number}"),
            "createdTime": created.trim_end_matches('Z'),
        }),
    );
    properties["numberOfWorkers"] = json!(capacity);
    properties["currentNumberOfWorkers"] = json!(capacity);
    properties["maximumNumberOfWorkers"] = json!(match tier.as_str() {
        "Basic" => 3,
        tier if tier.starts_with("Premium") => 30,
        _ => 10,
    });
    properties["computeMode"] = json!(if tier == "Dynamic" { "Dynamic" } else { "Dedicated" });
    properties["kind"] = kind;
    properties["tags"] = tags;
    properties["resourceGroup"] = json!(group);
}

fn before_delete(azure: &Azure, plan: &Stored) -> Result<(), Answer> {
    let sites: Vec<&str> = sites_on(azure, &plan.id).map(|site| site.id.name()).collect();
    if sites.is_empty() {
        return Ok(());
    }
    let text = format!(
        "Server farm '{}' cannot be deleted because it has web app(s) {} assigned to it.",
        plan.id.name(),
        sites.join(", ")
    );
    Err(Answer::web_error(409, "Conflict", text))
}

/// Tells whether two plans share a scale unit.
pub(super) fn share_webspace(azure: &Azure, one: &Stored, other: &Stored) -> bool {
    webspace(azure, one).eq_ignore_ascii_case(&webspace(azure, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_spelled_as_the_service_does() {
        let spelled = |name: &str| size(name).map(|(name, tier, _)| format!("{name} {tier}"));
        assert_eq!(spelled("P1V3").as_deref(), Some("P1v3 PremiumV3"));
        assert_eq!(spelled("p2mv3").as_deref(), Some("P2mv3 PremiumMV3"));
        assert_eq!(spelled("P0v3").as_deref(), Some("P0v3 Premium0V3"));
        assert_eq!(spelled("s1").as_deref(), Some("S1 Standard"));
        assert_eq!(spelled("EP1").as_deref(), Some("EP1 ElasticPremium"));
        assert_eq!(spelled("Z9"), None);
        assert_eq!(spelled("B17"), None);
    }
}
