//! Azure SQL Database.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.sql/servers> and recorded
//! traffic.

use super::{Listing, TypeFacts, Update};

const VERSION: &str = "2023-08-01";

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.Sql/servers",
        api_version: VERSION,
        listing: Listing::Subscription,
        update: Update::Patch,
        holds_data: Some("all databases of the server"),
        write_only: &["properties.administratorLoginPassword"],
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Sql/servers/databases",
        api_version: VERSION,
        listing: Listing::InParent("databases"),
        update: Update::Patch,
        holds_data: Some("the database"),
        ..TypeFacts::GENERIC
    },
];
