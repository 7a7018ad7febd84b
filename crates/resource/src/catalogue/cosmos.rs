//! Cosmos DB.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.documentdb/databaseaccounts> and
//! recorded traffic.

use super::{Listing, TypeFacts, Update};

const VERSION: &str = "2025-10-15";

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.DocumentDB/databaseAccounts",
        api_version: VERSION,
        listing: Listing::Subscription,
        update: Update::PutOver,
        holds_data: Some("all databases of the account"),
        write_only: &["properties.createMode"],
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases",
        api_version: VERSION,
        listing: Listing::InParent("sqlDatabases"),
        holds_data: Some("all containers of the database"),
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers",
        api_version: VERSION,
        listing: Listing::InParent("containers"),
        holds_data: Some("all items of the container"),
        ..TypeFacts::CHILD
    },
];
