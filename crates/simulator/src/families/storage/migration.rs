//! The migration of an account to a redundancy that crosses zones.
//!
//! Source: <https://learn.microsoft.com/azure/storage/common/redundancy-migration>.

use serde_json::{Value, json};

use super::{ACCOUNT, SKUS, bad_request, replicas, tier};
use crate::kind::azure::Azure;
use crate::kind::{Form, Kind, Place};
use crate::protocol::operation::{self, Begin, Work};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

/// The type of migrations.
pub(crate) const KINDS: &[Kind] = &[Kind {
    name: "Microsoft.Storage/storageAccounts/accountMigrations",
    view,
    ended: |azure, migration| {
        let sku = migration.text("/targetSkuName").unwrap_or_default().to_owned();
        let Some(id) = migration.id.parent() else { return };
        let replicas = replicas(azure, &id, &sku);
        if let Some(account) = azure.state.get_mut(&id) {
            account.body["sku"] = json!({"name": sku, "tier": tier(&sku)});
            json::merge(&mut account.body["properties"], &replicas);
        }
    },
    place: Place::None,
    has_state: false,
    ..Kind::GENERIC
}];

pub(super) fn start(azure: &mut Azure, request: &Request, account: &Stored) -> Answer {
    let sent = match request.json() {
        Ok(sent) => sent,
        Err(refusal) => return refusal,
    };
    let target =
        sent.pointer("/properties/targetSkuName").and_then(Value::as_str).unwrap_or_default();
    let current = account.body["sku"]["name"].as_str().unwrap_or_default();
    let stem = |sku: &str| sku.replace("ZRS", "RS").replace("LRS", "RS");
    let is_crossing = target.contains("ZRS") != current.contains("ZRS");
    if !SKUS.contains(&target) || !is_crossing || stem(target) != stem(current) {
        let text = format!("The account cannot be migrated from '{current}' to '{target}'.");
        return bad_request("InvalidAccountMigration", text);
    }
    let id = account.id.child("accountMigrations", "default");
    if azure.state.get(&id).is_some_and(|running| running.operation.is_some()) {
        return Answer::error(
            409,
            "AccountMigrationInProgress",
            "A migration of the account is in progress.",
        );
    }
    let body = json!({
        "id": id.as_str(), "name": "default", "type": format!("{ACCOUNT}/accountMigrations"),
        "properties": {"targetSkuName": target, "migrationFailedReason": null, "migrationFailedDetailedReason": null},
    });
    azure.hold(id.clone(), body);
    let version = request.api_version().unwrap_or_default();
    // Days in Azure; an hour is long enough to be seen here.
    let begin = Begin {
        resource: &id,
        work: Work::Action,
        word: "InProgress",
        secs: 3600.0,
        retry_after: 17,
        api_version: version,
    };
    let name = operation::begin(azure, &begin);
    operation::follow(azure, Answer::empty(202), &name, Form::Location)
}

fn view(azure: &Azure, stored: &Stored, body: &mut Value) {
    let running = stored.operation.as_ref().and_then(|name| azure.state.operations.get(name));
    let status = match running {
        None => "Complete",
        Some(operation) if azure.now < operation.began + (operation.ends - operation.began) / 4 => {
            "SubmittedForConversion"
        }
        Some(_) => "InProgress",
    };
    body["properties"]["migrationStatus"] = json!(status);
}
