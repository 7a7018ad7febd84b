//! What single documents below a site take and answer: who is let in, who signs in, what is mounted,
//! when it is backed up.
//!
//! Sources: <https://learn.microsoft.com/azure/app-service/app-service-ip-restrictions>,
//! <https://learn.microsoft.com/azure/app-service/configure-connect-to-azure-storage>,
//! <https://learn.microsoft.com/rest/api/appservice/web-apps/update-backup-configuration>, and answers
//! in recorded traffic.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::plan_of;
use crate::kind::Draft;
use crate::kind::azure::Azure;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

/// What a new app answers: nobody has to sign in.
pub(super) const AUTH: &str = include_str!("auth-settings.json");
const ACTIONS: [&str; 4] = ["RedirectToLoginPage", "AllowAnonymous", "Return401", "Return403"];
/// The place of the service's own rule, behind all others.
const LAST: u64 = 2_147_483_647;
const MOST_MOUNTS: usize = 5;

fn bad(text: impl Into<String>) -> Answer {
    Answer::web_error(400, "BadRequest", text)
}

/// Checks what was sent for a document, and completes what is answered.
pub(super) fn settle(
    azure: &Azure,
    draft: &mut Draft,
    site: Option<&Stored>,
) -> Result<(), Answer> {
    match draft.id.name().to_ascii_lowercase().as_str() {
        "web" => {
            check_restrictions(&draft.sent["properties"])?;
            close(draft.properties());
            Ok(())
        }
        "authsettingsv2" => auth(draft),
        "azurestorageaccounts" => mounts(azure, draft),
        "backup" => backup(draft, site.and_then(|site| plan_of(azure, site))),
        _ => Ok(()),
    }
}

/// Refuses rules that name nobody, or whose action or place is none.
pub(super) fn check_restrictions(config: &Value) -> Result<(), Answer> {
    for list in ["ipSecurityRestrictions", "scmIpSecurityRestrictions"] {
        let rules = config[list].as_array().into_iter().flatten();
        for rule in rules.filter(|rule| !is_last(rule)) {
            let action = rule["action"].as_str().unwrap_or("Allow");
            if !["Allow", "Deny"].iter().any(|known| known.eq_ignore_ascii_case(action)) {
                return Err(bad(format!("The parameter action has an invalid value: '{action}'.")));
            }
            if rule["priority"].as_i64().is_some_and(|it| !(1..=i64::from(i32::MAX)).contains(&it))
            {
                return Err(bad("The parameter priority has an invalid value."));
            }
            let address = rule["ipAddress"].as_str();
            let is_tag =
                rule["tag"].as_str().is_some_and(|tag| tag.eq_ignore_ascii_case("ServiceTag"));
            let subnet = rule["vnetSubnetResourceId"].as_str();
            let is_range = |text: &str| {
                text == "Any"
                    || text.split(',').all(|part| part.trim().parse::<ipnet::IpNet>().is_ok())
            };
            match (address, subnet) {
                (None, None) => return Err(bad("The parameter ipAddress has an invalid value.")),
                (Some(address), _) if !is_tag && !is_range(address) => {
                    let text =
                        format!("The parameter ipAddress has an invalid value: '{address}'.");
                    return Err(bad(text));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn is_last(rule: &Value) -> bool {
    rule["ipAddress"] == "Any" && rule["priority"].as_u64() == Some(LAST)
}

/// Puts the service's own rule behind those that were sent: it refuses everybody else where a rule lets
/// somebody in, unless the configuration says otherwise.
pub(super) fn close(config: &mut Value) {
    for (list, default) in [
        ("ipSecurityRestrictions", "ipSecurityRestrictionsDefaultAction"),
        ("scmIpSecurityRestrictions", "scmIpSecurityRestrictionsDefaultAction"),
    ] {
        let said = config[default].as_str().map(str::to_owned);
        let mut rules: Vec<Value> = config[list].as_array().cloned().unwrap_or_default();
        rules.retain(|rule| !is_last(rule));
        for rule in &mut rules {
            json::fill(rule, &json!({"action": "Allow", "priority": 65_000}));
            if rule["tag"].is_null() {
                rule["tag"] = json!("Default");
            }
        }
        let lets_in = |rule: &Value| rule["action"].as_str() != Some("Deny");
        let closes = match &said {
            Some(said) => said.eq_ignore_ascii_case("Deny"),
            None => rules.iter().any(lets_in),
        };
        let word = if closes { "Deny" } else { "Allow" };
        rules.push(json!({
            "ipAddress": "Any",
            "action": word,
            "priority": LAST,
            "name": format!("{word} all"),
            "description": format!("{word} all access"),
        }));
        config[list] = json!(rules);
    }
}

fn auth(draft: &mut Draft) -> Result<(), Answer> {
    let action = draft.sent.pointer("/properties/globalValidation/unauthenticatedClientAction");
    if let Some(action) = action.and_then(Value::as_str)
        && !ACTIONS.iter().any(|known| known.eq_ignore_ascii_case(action))
    {
        let text =
            format!("The parameter unauthenticatedClientAction has an invalid value: '{action}'.");
        return Err(bad(text));
    }
    let properties = draft.properties();
    // The Azure CLI sends switches as texts. Observed in recorded traffic.
    as_switches(properties);
    let is_on = properties.pointer("/platform/enabled") == Some(&json!(true));
    let validation = json!({"globalValidation": {"requireAuthentication": is_on}});
    json::fill(properties, &validation);
    json::fill(properties, &serde_json::from_str(AUTH).unwrap_or_default());
    Ok(())
}

fn as_switches(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(as_switches),
        Value::String(text) if text == "true" => *value = json!(true),
        Value::String(text) if text == "false" => *value = json!(false),
        _ => {}
    }
}

fn mounts(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let accounts: BTreeSet<String> = azure
        .state
        .of_type("Microsoft.Storage/storageAccounts")
        .map(|account| account.id.name().to_ascii_lowercase())
        .collect();
    let Some(mounts) = draft.properties().as_object_mut() else { return Ok(()) };
    if mounts.len() > MOST_MOUNTS {
        return Err(bad("The number of storage accounts exceeds the limit of 5."));
    }
    for (name, mount) in mounts {
        let kind = mount["type"].as_str().unwrap_or_default();
        let protocol = match kind {
            "AzureFiles" => "Smb",
            "AzureBlob" => "Http",
            _ => {
                return Err(bad(format!("The type of the storage account '{name}' is not valid.")));
            }
        };
        for member in ["accountName", "shareName", "mountPath"] {
            if mount[member].as_str().is_none_or(str::is_empty) {
                let text = format!("The parameter {member} of '{name}' has an invalid value.");
                return Err(bad(text));
            }
        }
        let account = mount["accountName"].as_str().unwrap_or_default().to_ascii_lowercase();
        let state = if accounts.contains(&account) { "Ok" } else { "InvalidCredentials" };
        mount["state"] = json!(state);
        json::fill(mount, &json!({ "protocol": protocol }));
    }
    Ok(())
}

fn backup(draft: &mut Draft, plan: Option<&Stored>) -> Result<(), Answer> {
    let tier = plan.and_then(|plan| plan.body["sku"]["tier"].as_str()).unwrap_or("Free");
    if ["Free", "Shared", "Dynamic", "ElasticPremium", "FlexConsumption"].contains(&tier) {
        let text = format!("Backups are not available for apps of the tier '{tier}'.");
        return Err(Answer::web_error(409, "Conflict", text));
    }
    let properties = draft.properties();
    let url = properties["storageAccountUrl"].as_str().unwrap_or_default();
    if !url.starts_with("https://") {
        return Err(bad("The parameter storageAccountUrl has an invalid value."));
    }
    if !properties["backupSchedule"].is_null() {
        let unit = properties["backupSchedule"]["frequencyUnit"].as_str().unwrap_or_default();
        let count = properties["backupSchedule"]["frequencyInterval"].as_u64().unwrap_or(0);
        if !["Day", "Hour"].contains(&unit) || count == 0 {
            return Err(bad("The parameter frequencyInterval has an invalid value."));
        }
        let defaults = json!({
            "keepAtLeastOneBackup": true,
            "retentionPeriodInDays": 30,
            "startTime": null,
            "lastExecutionTime": null,
        });
        json::fill(&mut properties["backupSchedule"], &defaults);
    }
    json::fill(properties, &json!({"backupName": null, "enabled": true, "databases": []}));
    Ok(())
}
