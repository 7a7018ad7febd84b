//! Storage changes its redundancy as the service offers it: in place, by conversion, or not at all.

use plan::{Operation, Verb};
use resource::Observed;
use serde_json::json;

use crate::azure::{as_desired, body, expand, names, plan};

fn topology(redundancy: &str) -> String {
    format!(
        "version: 1\nname: data\nsubscription: 11111111-2222-3333-4444-555555555555\n\
         location: westeurope\nstorage:\n  kept: {{ name: stdatakept, redundancy: {redundancy} }}\n"
    )
}

/// An Azure in which the account has this redundancy.
fn with(redundancy: &str) -> Observed {
    as_desired(&expand(&topology(redundancy)))
}

#[test]
fn a_change_within_the_zone_is_one_write() {
    let plan = plan(&expand(&topology("GRS")), &with("LRS"));
    assert_eq!(names(&plan), ["update storage/kept"]);
    assert_eq!(body(&plan.actions[0])["sku"]["name"], "Standard_GRS");
}

#[test]
fn a_change_across_zones_is_a_write_and_then_a_conversion() {
    let plan = plan(&expand(&topology("GZRS")), &with("LRS"));
    assert_eq!(names(&plan), ["update storage/kept", "start storage/kept"]);
    assert_eq!(body(&plan.actions[0])["sku"]["name"], "Standard_GRS");
    let Operation::Post { action, body } = &plan.actions[1].operation else { panic!("a POST") };
    assert_eq!(action, "startAccountMigration");
    assert_eq!(body["properties"]["targetSkuName"], "Standard_GZRS");
    assert!(plan.actions.iter().all(|action| action.verb != Verb::Delete));
}

#[test]
fn a_running_conversion_is_not_begun_again() {
    let mut azure = with("GRS");
    let desired = expand(&topology("GZRS"));
    let id = desired.by_address("storage/kept").unwrap().id.clone();
    azure.resources.get_mut(&id).unwrap().body["properties"]["storageAccountSkuConversionStatus"] =
        json!({ "skuConversionStatus": "InProgress", "targetSkuName": "Standard_GZRS" });
    let plan = plan(&desired, &azure);
    assert!(plan.is_empty(), "{:?}", names(&plan));
    assert_eq!(plan.notices[0].code, plan::Code::RedundancyInConversion);
}

#[test]
fn rule_07_an_account_is_never_replaced_for_its_redundancy() {
    let mut azure = with("LRS");
    let desired = expand(&topology("GZRS"));
    let id = desired.by_address("storage/kept").unwrap().id.clone();
    azure.resources.get_mut(&id).unwrap().body["sku"]["name"] = json!("Premium_LRS");
    let plan = plan(&desired, &azure);
    assert_eq!(plan.refusals[0].code, plan::Code::RedundancyNotConvertible);
    assert!(plan.actions.iter().all(|action| action.verb != Verb::ReplaceDelete));
}
