//! Databases and elastic pools: sizes, and what follows from them.
//!
//! Rules: <https://learn.microsoft.com/azure/azure-sql/database/resource-limits-vcore-single-databases>.

use serde_json::{Value, json};

use super::bad_request;
use crate::kind::Draft;
use crate::kind::azure::Azure;
use crate::store::{clock, regions};
use crate::wire::answer::Answer;
use crate::wire::json;

/// The sizes that are bought by DTU: the name, its tier and its units.
const DTU: &[(&str, &str, u64)] = &[
    ("Basic", "Basic", 5),
    ("S0", "Standard", 10),
    ("S1", "Standard", 20),
    ("S2", "Standard", 50),
    ("S3", "Standard", 100),
    ("S4", "Standard", 200),
    ("S6", "Standard", 400),
    ("S7", "Standard", 800),
    ("S9", "Standard", 1600),
    ("S12", "Standard", 3000),
    ("P1", "Premium", 125),
    ("P2", "Premium", 250),
    ("P4", "Premium", 500),
    ("P6", "Premium", 1000),
    ("P11", "Premium", 1750),
    ("P15", "Premium", 4000),
];

/// The sizes that are bought by core: how the name begins, and the tier.
const CORES: &[(&str, &str)] = &[
    ("GP", "GeneralPurpose"),
    ("BC", "BusinessCritical"),
    ("HS", "Hyperscale"),
    ("DW", "DataWarehouse"),
];

const COLLATION: &str = "SQL_Latin1_General_CP1_CI_AS";

/// Writes a size in its parts, as the service does: `HS_Gen5_2` is `HS_Gen5` of 2.
fn split(sku: &mut Value) {
    let Some(name) = sku["name"].as_str().map(str::to_owned) else { return };
    if let Some((_, tier, units)) = DTU.iter().find(|(known, ..)| known.eq_ignore_ascii_case(&name))
    {
        json::set(sku, "/name", json!(tier));
        json::set(sku, "/tier", json!(tier));
        json::set(sku, "/capacity", json!(units));
        return;
    }
    let parts: Vec<&str> = name.split('_').collect();
    let tier = CORES.iter().find(|(start, _)| parts.first() == Some(start));
    let Some((_, tier)) = tier else { return };
    json::fill(sku, &json!({"tier": tier}));
    let [front @ .., last] = parts.as_slice() else { return };
    if let (Ok(cores), Some(family)) = (last.parse::<u64>(), front.last()) {
        json::set(sku, "/name", json!(front.join("_")));
        json::set(sku, "/family", json!(family));
        json::set(sku, "/capacity", json!(cores));
    }
}

/// Returns the one word for a size: `S0`, `GP_Gen5_2`.
fn objective(sku: &Value) -> String {
    let name = sku["name"].as_str().unwrap_or_default();
    let units = sku["capacity"].as_u64().unwrap_or_default();
    let by_units = DTU.iter().find(|(_, tier, known)| *tier == name && *known == units);
    match (by_units, name) {
        (Some((word, ..)), _) => (*word).to_owned(),
        (None, "DataWarehouse") => format!("DW{}c", units / 9),
        (None, _) => format!("{name}_{units}"),
    }
}

fn kind(sku: &Value, in_pool: bool) -> String {
    let name = sku["name"].as_str().unwrap_or_default();
    let mut kind = "v12.0,user".to_owned();
    match name.split('_').next().unwrap_or_default() {
        "DataWarehouse" | "DW" => kind.push_str(",datawarehouse,gen2"),
        "GP" | "BC" => kind.push_str(",vcore"),
        "HS" => kind.push_str(",vcore,hyperscale"),
        _ => {}
    }
    if name.contains("_S_") {
        kind.push_str(",serverless");
    }
    if in_pool {
        kind.push_str(",pool");
    }
    kind
}

/// Returns the ID of when the service maintains what says nothing of it.
fn maintenance(azure: &Azure) -> String {
    format!(
        "/subscriptions/{}/providers/Microsoft.Maintenance/publicMaintenanceConfigurations/SQL_Default",
        azure.settings.subscription
    )
}

/// Checks a database and fills in what follows from its size.
pub(super) fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    if !draft.body["sku"].is_object() {
        let before = draft.before.as_ref().map(|before| before.body["sku"].clone());
        let size = before.unwrap_or_else(|| json!({"name": "GP_Gen5_2"}));
        draft.body["sku"] = size;
    }
    split(&mut draft.body["sku"]);
    let sku = draft.body["sku"].clone();
    let tier = sku["tier"].as_str().unwrap_or_default().to_owned();
    let in_pool = draft.property("/elasticPoolId").is_some();
    draft.body["kind"] = json!(kind(&sku, in_pool));
    let is_hyper = tier == "Hyperscale";
    let reads = is_hyper || ["Premium", "BusinessCritical"].contains(&tier.as_str());
    let pair = regions::find(&azure.location_of(&draft.id)).map_or("", |region| region.pair);
    let made = draft.before.as_ref().map_or(azure.now, |before| before.created);
    let maintenance = maintenance(azure);
    let id = azure.uuid(&format!("database/{}/{made}", draft.id.key()));
    let properties = draft.properties();
    let backup =
        properties["requestedBackupStorageRedundancy"].as_str().unwrap_or("Geo").to_owned();
    json::fill(
        properties,
        &json!({
            "collation": COLLATION,
            "catalogCollation": COLLATION,
            "maxSizeBytes": if is_hyper { json!(-1) } else { json!(34_359_738_368_u64) },
            "databaseId": id,
            "creationDate": clock::text(made),
            "defaultSecondaryLocation": pair,
            "readScale": if reads { "Enabled" } else { "Disabled" },
            "requestedBackupStorageRedundancy": backup,
            "maintenanceConfigurationId": maintenance,
        }),
    );
    properties["currentSku"] = sku.clone();
    properties["currentServiceObjectiveName"] = json!(objective(&sku));
    properties["requestedServiceObjectiveName"] = json!(objective(&sku));
    properties["currentBackupStorageRedundancy"] = json!(backup);
    if sku["family"].is_string() {
        let serverless = sku["name"].as_str().is_some_and(|name| name.contains("_S_"));
        if serverless {
            json::fill(properties, &json!({"autoPauseDelay": 60, "minCapacity": 0.5}));
        } else {
            json::fill(properties, &json!({"licenseType": "LicenseIncluded"}));
        }
        json::fill(properties, &json!({"maxLogSizeBytes": 193_273_528_320_u64}));
    } else {
        // What is bought by DTU has its licence in the price.
        json::remove(properties, "/licenseType");
    }
    if is_hyper || tier == "DataWarehouse" {
        json::remove(properties, "/maxLogSizeBytes");
    }
    match (azure.is_unguarded, draft.name().as_str()) {
        (false, "master") => {
            Err(bad_request("InvalidDatabaseName", "The name 'master' is reserved."))
        }
        _ => Ok(()),
    }
}

/// Fills in what a pool has.
pub(super) fn settle_pool(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let sku = draft.body["sku"].clone();
    let by_core = sku["family"].is_string();
    if by_core {
        draft.body["kind"] = json!("vcore,pool");
    }
    let made = draft.before.as_ref().map_or(azure.now, |before| before.created);
    let units = sku["capacity"].as_f64().unwrap_or_default();
    let maintenance = maintenance(azure);
    let properties = draft.properties();
    json::fill(
        properties,
        &json!({
            "creationDate": clock::text(made),
            "maxSizeBytes": if by_core { 34_359_738_368_u64 } else { 107_374_182_400 },
            "perDatabaseSettings": {"minCapacity": 0.0, "maxCapacity": units},
            "maintenanceConfigurationId": maintenance,
            "availabilityZone": "NoPreference",
        }),
    );
    if by_core {
        json::fill(properties, &json!({"licenseType": "LicenseIncluded"}));
    }
    Ok(())
}
