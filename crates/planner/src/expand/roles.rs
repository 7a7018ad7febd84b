//! Azure's built-in roles by name.
//!
//! Source: <https://learn.microsoft.com/azure/role-based-access-control/built-in-roles>.

use uuid::Uuid;

const BUILT_IN: [(&str, &str); 34] = [
    ("Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"),
    ("Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c"),
    ("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7"),
    ("User Access Administrator", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"),
    ("AcrPull", "7f951dda-4ed3-4680-a7ca-43fe172d538d"),
    ("App Configuration Data Owner", "5ae67dd6-50cb-40e7-96ff-dc2bfa4b606b"),
    ("App Configuration Data Reader", "516239f1-63e1-4d78-a4de-a74fb236a071"),
    ("Azure Service Bus Data Owner", "090c5cfd-751d-490a-894a-3ce6f1109419"),
    ("Azure Service Bus Data Receiver", "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0"),
    ("Azure Service Bus Data Sender", "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39"),
    ("DNS Zone Contributor", "befefa01-2a29-4197-83a8-272ff33ce314"),
    ("Key Vault Administrator", "00482a5a-887f-4fb3-b363-3b7fe8e74483"),
    ("Key Vault Certificate User", "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba"),
    ("Key Vault Certificates Officer", "a4417e6f-fecd-4de8-b567-7b0420556985"),
    ("Key Vault Crypto User", "12338af0-0e69-4776-bea7-57ae8d297424"),
    ("Key Vault Reader", "21090545-7ca7-4776-b22c-e363652d74d2"),
    ("Key Vault Secrets Officer", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"),
    ("Key Vault Secrets User", "4633458b-17de-408a-b874-0445c86b69e6"),
    ("Managed Identity Operator", "f1a07417-d97a-45cb-824c-7a7467783830"),
    ("Monitoring Metrics Publisher", "3913510d-42f4-4e42-8a64-420c390055eb"),
    ("Network Contributor", "4d97b98b-1d4f-4787-a291-c67834d212e7"),
    ("Storage Account Contributor", "17d1049b-9a84-46fb-8f53-869881c3d3ab"),
    ("Storage Blob Data Contributor", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"),
    ("Storage Blob Data Owner", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"),
    ("Storage Blob Data Reader", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"),
    ("Storage Queue Data Contributor", "974c5e8b-45b9-4653-ba55-5f855dd0fb88"),
    ("Storage Queue Data Message Processor", "8a0f0c08-91a1-4084-bc3d-661d67233fed"),
    ("Storage Queue Data Message Sender", "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a"),
    ("Storage Queue Data Reader", "19e7f393-937e-4f77-808e-94535e297925"),
    ("Storage Table Data Contributor", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"),
    ("Storage Table Data Reader", "76199698-9eea-4c19-bc75-cec21354c6b6"),
    ("Traffic Manager Contributor", "a4b10055-b0c7-44c2-b00f-c7b5b3550cf7"),
    ("Web Plan Contributor", "2cc479cb-7b4d-49a8-b449-8c00fd0f0a4b"),
    ("Website Contributor", "de139f84-1756-47ae-9be6-808fbbe84772"),
];

/// Returns the GUID of a role that is given by name or by GUID.
pub fn role_id(name: &str) -> Option<String> {
    if Uuid::try_parse(name).is_ok() {
        return Some(name.to_ascii_lowercase());
    }
    let found = BUILT_IN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, id)| (*id).to_owned())
}

/// Returns the name of a built-in role, or the GUID itself where it is none.
pub fn role_name(id: &str) -> &str {
    BUILT_IN.iter().find(|(_, known)| known.eq_ignore_ascii_case(id)).map_or(id, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_a_guid_of_its_own() {
        let mut ids: Vec<&str> = BUILT_IN.iter().map(|(_, id)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), BUILT_IN.len());
        assert!(ids.iter().all(|id| Uuid::try_parse(id).is_ok()));
    }

    #[test]
    fn roles_are_found_by_name_and_by_guid() {
        assert_eq!(role_id("acrpull").as_deref(), Some("7f951dda-4ed3-4680-a7ca-43fe172d538d"));
        assert!(role_id("7F951DDA-4ed3-4680-a7ca-43fe172d538d").is_some());
        assert_eq!(role_id("No Such Role"), None);
        assert_eq!(role_name("7f951dda-4ed3-4680-a7ca-43fe172d538d"), "AcrPull");
    }
}
