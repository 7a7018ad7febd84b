//! App Configuration stores.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.appconfiguration/configurationstores>
//! and recorded traffic.

use super::stakes::{Stake, TIERS, cost};
use super::{Listing, NameAnswer, NameCheck, SoftDelete, TimeLimit, TypeFacts, UniqueName, Update};

const VERSION: &str = "2024-06-01";

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.AppConfiguration/configurationStores",
        time_limit: Some(TimeLimit::HOUR),
        unique_name: Some(UniqueName {
            pointer: "",
            below: None,
            check: Some(NameCheck {
                path: "/providers/Microsoft.AppConfiguration/checkNameAvailability",
                api_version: VERSION,
                answer: NameAnswer::Member("nameAvailable"),
            }),
        }),
        soft_delete: Some(SoftDelete {
            list: "/providers/Microsoft.AppConfiguration/deletedConfigurationStores",
            api_version: VERSION,
            id: "/properties/configurationStoreId",
            recover: "az appconfig recover --name",
            purge: "az appconfig purge --name",
        }),
        api_version: VERSION,
        listing: Listing::Subscription,
        update: Update::Patch,
        holds_data: Some("all keys and values of the store"),
        immutable: &[
            ("location", "a store cannot move to another region"),
            (
                "properties.softDeleteRetentionInDays",
                "the retention of a deleted store is fixed at its creation",
            ),
        ],
        read_only: &["properties.creationDate", "properties.endpoint"],
        stakes: &[cost("sku.name", TIERS)],
        // Never answered, in 43 of 43 recordings.
        write_only: &["properties.createMode"],
        // A recovered store comes back as it was deleted.
        recovery: Some(("properties.createMode", "recover")),
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.AppConfiguration/configurationStores/keyValues",
        api_version: VERSION,
        holds_data: Some("the value"),
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.AppConfiguration/configurationStores/replicas",
        api_version: VERSION,
        listing: Listing::InParent("replicas"),
        gone: &[Stake::Redundancy],
        immutable: &[("location", "a replica cannot move to another region")],
        ..TypeFacts::CHILD
    },
];
