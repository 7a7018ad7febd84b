//! The built-in roles, of which Azure has hundreds and this knows those that apps need.
//!
//! Source: <https://learn.microsoft.com/azure/role-based-access-control/built-in-roles>.

use axum::http::Method;
use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::protocol::list::quoted;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// Names and GUIDs.
const ROLES: &[(&str, &str)] = &[
    ("Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"),
    ("Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c"),
    ("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7"),
    ("User Access Administrator", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"),
    ("Storage Blob Data Owner", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"),
    ("Storage Blob Data Contributor", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"),
    ("Storage Blob Data Reader", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"),
    ("Storage Queue Data Contributor", "974c5e8b-45b9-4653-ba55-5f855dd0fb88"),
    ("Storage Queue Data Reader", "19e7f393-937e-4f77-808e-94535e297925"),
    ("Storage Queue Data Message Processor", "8a0f0c08-91a1-4084-bc3d-661d67233fed"),
    ("Storage Queue Data Message Sender", "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a"),
    ("Storage Table Data Contributor", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"),
    ("Storage Table Data Reader", "76199698-9eea-4c19-bc75-cec21354c6b6"),
    ("Storage Account Contributor", "17d1049b-9a84-46fb-8f53-869881c3d3ab"),
    ("Key Vault Administrator", "00482a5a-887f-4fb3-b363-3b7fe8e74483"),
    ("Key Vault Secrets User", "4633458b-17de-408a-b874-0445c86b69e6"),
    ("Key Vault Secrets Officer", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"),
    ("Key Vault Reader", "21090545-7ca7-4776-b22c-e363652d74d2"),
    ("Key Vault Certificate User", "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba"),
    ("Key Vault Certificates Officer", "a4417e6f-fecd-4de8-b567-7b0420556985"),
    ("Key Vault Crypto User", "12338af0-0e69-4776-bea7-57ae8d297424"),
    ("AcrPull", "7f951dda-4ed3-4680-a7ca-43fe172d538d"),
    ("AcrPush", "8311e382-0749-4cb8-b61a-304f252e45ec"),
    ("DNS Zone Contributor", "befefa01-2a29-4197-83a8-272ff33ce314"),
    ("Traffic Manager Contributor", "a4b10055-b0c7-44c2-b00f-c7b5b3550cf7"),
    ("Website Contributor", "de139f84-1756-47ae-9be6-808fbbe84772"),
    ("Web Plan Contributor", "2cc479cb-7b4d-49a8-b449-8c00fd0f0a4b"),
    ("Network Contributor", "4d97b98b-1d4f-4787-a291-c67834d212e7"),
    ("Monitoring Metrics Publisher", "3913510d-42f4-4e42-8a64-420c390055eb"),
    ("Monitoring Reader", "43d0d8ad-25c7-4714-9337-8ba259a9fe05"),
    ("Managed Identity Operator", "f1a07417-d97a-45cb-824c-7a7467783830"),
    ("App Configuration Data Owner", "5ae67dd6-50cb-40e7-96ff-dc2bfa4b606b"),
    ("App Configuration Data Reader", "516239f1-63e1-4d78-a4de-a74fb236a071"),
    ("Azure Service Bus Data Owner", "090c5cfd-751d-490a-894a-3ce6f1109419"),
    ("Azure Service Bus Data Receiver", "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0"),
    ("Azure Service Bus Data Sender", "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39"),
    ("Log Analytics Reader", "73c42c96-874c-492b-b04d-ab87d138a893"),
];

/// Answers what is asked about role definitions, or `None`.
pub(crate) fn special(azure: &Azure, request: &Request) -> Option<Answer> {
    if request.method != Method::GET {
        return None;
    }
    let lower = request.path.to_ascii_lowercase();
    let (_, tail) = lower.split_once("/providers/microsoft.authorization/roledefinitions")?;
    if let Some(id) = tail.strip_prefix('/') {
        return Some(match ROLES.iter().find(|(_, known)| *known == id) {
            Some((name, id)) => Answer::json(200, definition(azure, name, id)),
            None => {
                let text = format!("The specified role definition with ID '{id}' does not exist.");
                Answer::error(404, "RoleDefinitionDoesNotExist", text)
            }
        });
    }
    let filter = request.query.get("$filter").cloned().unwrap_or_default();
    let wanted = quoted(&filter, "rolename eq ");
    let rows: Vec<Value> = ROLES
        .iter()
        .filter(|(name, _)| wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(name)))
        .map(|(name, id)| definition(azure, name, id))
        .collect();
    Some(Answer::json(200, json!({"value": rows})))
}

fn definition(azure: &Azure, name: &str, id: &str) -> Value {
    let subscription = &azure.settings.subscription;
    json!({
        "properties": {
            "roleName": name, "type": "BuiltInRole", "description": name,
            "assignableScopes": ["/"],
            "permissions": [{"actions": [], "notActions": [], "dataActions": [], "notDataActions": []}],
        },
        "id": format!("/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{id}"),
        "type": "Microsoft.Authorization/roleDefinitions",
        "name": id,
    })
}
