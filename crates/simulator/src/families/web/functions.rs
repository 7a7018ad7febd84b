//! Whether the host of a function app starts: it must reach the storage account in which it keeps its
//! state.
//!
//! Source: <https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity>.

use resource::ResourceId;
use serde_json::Value;

use crate::kind::azure::Azure;
use crate::store::state::Stored;

const ACCOUNT: &str = "Microsoft.Storage/storageAccounts";
const ASSIGNMENT: &str = "Microsoft.Authorization/roleAssignments";
const IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";
/// *Storage Blob Data Owner*.
const BLOB_OWNER: &str = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b";

/// Tells whether a site answers at all: whatever is no function app does.
pub(super) fn can_start(azure: &Azure, site: &Stored) -> bool {
    let kind = site.body["kind"].as_str().unwrap_or_default();
    if !kind.split(',').any(|word| word.trim().eq_ignore_ascii_case("functionapp")) {
        return true;
    }
    let settings = azure.state.get(&site.id.child("config", "appsettings"));
    let setting = |name: &str| {
        let known = settings?.body["properties"].as_object()?.iter();
        let mut known =
            known.filter(|(known, _)| known.replace(':', "__").eq_ignore_ascii_case(name));
        known.next().and_then(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    // A connection string counts before an identity.
    if setting("AzureWebJobsStorage").is_some() {
        return true;
    }
    let Some(name) = setting("AzureWebJobsStorage__accountName") else { return false };
    let mut accounts = azure.state.of_type(ACCOUNT);
    let Some(account) = accounts.find(|account| account.id.name().eq_ignore_ascii_case(name))
    else {
        return false;
    };
    let principal = match setting("AzureWebJobsStorage__clientId") {
        Some(client) => principal_of_client(azure, client),
        None => site.body.pointer("/identity/principalId").and_then(Value::as_str),
    };
    principal.is_some_and(|principal| may_own(azure, principal, &account.id))
}

fn principal_of_client<'a>(azure: &'a Azure, client: &str) -> Option<&'a str> {
    let mut identities = azure.state.of_type(IDENTITY);
    let is_it = |identity: &&Stored| identity.text("/clientId") == Some(client);
    identities.find(is_it)?.text("/principalId")
}

fn may_own(azure: &Azure, principal: &str, account: &ResourceId) -> bool {
    azure.state.of_type(ASSIGNMENT).any(|assignment| {
        let role = assignment.text("/roleDefinitionId").unwrap_or_default();
        role.to_ascii_lowercase().ends_with(BLOB_OWNER)
            && assignment.text("/principalId").is_some_and(|id| id.eq_ignore_ascii_case(principal))
            && assignment
                .id
                .parent()
                .is_some_and(|scope| account.is_within(&scope) || *account == scope)
    })
}
