//! Key vaults.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.keyvault/vaults> and recorded
//! traffic.

use super::stakes::{OFF, Stake, TIERS, access, cost, security};
use super::{
    ArrayKey, Duty, Listing, Literal, NameAnswer, NameCheck, SoftDelete, TypeFacts, Typical,
    UniqueName, Update,
};

const VERSION: &str = "2026-02-01";

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.KeyVault/vaults",
        duty: Some(Duty::Vault),
        unique_name: Some(UniqueName {
            pointer: "",
            below: None,
            check: Some(NameCheck {
                path: "/providers/Microsoft.KeyVault/checkNameAvailability",
                api_version: VERSION,
                answer: NameAnswer::Member("nameAvailable"),
            }),
        }),
        soft_delete: Some(SoftDelete {
            list: "/providers/Microsoft.KeyVault/deletedVaults",
            api_version: VERSION,
            id: "/properties/vaultId",
            recover: "az keyvault recover --name",
            purge: "az keyvault purge --name",
        }),
        api_version: VERSION,
        listing: Listing::Subscription,
        update: Update::Patch,
        answers: &[("uri", "/properties/vaultUri")],
        holds_data: Some("all keys, secrets and certificates of the vault"),
        immutable: &[
            ("location", "a vault cannot move to another region"),
            (
                "properties.softDeleteRetentionInDays",
                "the retention of deleted items is fixed at creation",
            ),
        ],
        fresh: &[
            ("properties.softDeleteRetentionInDays", Literal::Number(90)),
            ("properties.publicNetworkAccess", Literal::Text("Enabled")),
        ],
        // Protection is not given up because a line was.
        released: &["properties.enablePurgeProtection"],
        shared: &["properties.accessPolicies"],
        read_only: &["properties.hsmPoolResourceId", "properties.vaultUri"],
        // Never answered, in 70 of 70 recordings.
        write_only: &["properties.createMode"],
        // Soft delete can no longer be switched off.
        open: &[("properties.enableSoftDelete", Literal::Switch(false))],
        // A recovered vault comes back as it was deleted; a second PUT applies the body.
        recovery: Some(("properties.createMode", "recover")),
        // `networkAcls` that allow everything are answered as none.
        defaults: &[
            ("properties.publicNetworkAccess", Literal::Text("Enabled")),
            ("properties.networkAcls.bypass", Literal::Text("AzureServices")),
            ("properties.networkAcls.defaultAction", Literal::Text("Allow")),
        ],
        stakes: &[
            security("properties.enabledForDeployment", OFF, "false"),
            security("properties.enabledForDiskEncryption", OFF, "false"),
            security("properties.enabledForTemplateDeployment", OFF, "false"),
            access("properties.enableRbacAuthorization"),
            access("properties.networkAcls.ipRules"),
            access("properties.networkAcls.virtualNetworkRules"),
            access("properties.networkAcls.bypass"),
            cost("properties.sku.name", TIERS),
        ],
        takes_away: &["properties.enableRbacAuthorization"],
        // A policy is for one principal, as a user or through one application.
        arrays: &[("properties.accessPolicies", ArrayKey::Fields(&["objectId"]))],
        // A creation takes about a minute; a deletion is done when it is answered.
        typical: Typical { create_secs: Some(60), ..Typical::AT_ONCE },
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.KeyVault/vaults/accessPolicies",
        duty: Some(Duty::VaultGrant),
        stakes: &[access("properties")],
        made: &[Stake::Access],
        gone: &[Stake::Access],
        api_version: VERSION,
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.KeyVault/vaults/keys",
        api_version: VERSION,
        holds_data: Some("the key and whatever is encrypted with it"),
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.KeyVault/vaults/secrets",
        api_version: VERSION,
        holds_data: Some("the secret"),
        write_only: &["properties.value"],
        sensitive: &["properties.value"],
        ..TypeFacts::CHILD
    },
];
