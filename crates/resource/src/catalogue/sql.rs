//! Azure SQL Database.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.sql/servers> and recorded
//! traffic.

use serde_json::{Value, json};

use super::stakes::{ENABLED, Scale, Stake, Staked, access, cost, redundancy, security};
use super::{
    Alias, Listing, Literal, Locality, NameAnswer, NameCheck, Ownership, Roles, TimeLimit,
    TypeFacts, Typical, UniqueName, Update,
};

const VERSION: &str = "2023-08-01";

const CHILD: TypeFacts =
    TypeFacts { api_version: VERSION, update: Update::PutOver, ..TypeFacts::CHILD };

/// Where a database was copied or restored from.
const ORIGINS: &[&str] = &[
    "properties.createMode",
    "properties.sourceDatabaseId",
    "properties.sourceResourceId",
    "properties.sourceDatabaseDeletionDate",
    "properties.recoverableDatabaseId",
    "properties.restorableDroppedDatabaseId",
    "properties.recoveryServicesRecoveryPointId",
    "properties.longTermRetentionBackupResourceId",
    "properties.restorePointInTime",
    "properties.sampleName",
];

/// Of databases and of the pools that they share.
const DATABASE_STAKES: &[Staked] = &[
    redundancy("properties.requestedBackupStorageRedundancy", BACKUP_COPIES, ""),
    redundancy("properties.highAvailabilityReplicaCount", Scale::Number, "0"),
    redundancy("properties.readScale", ENABLED, ""),
    // These two keep replicas with the data; the others start another engine over remote storage.
    redundancy("sku.tier", REPLICAS, ""),
    cost("sku.tier", TIERS),
    cost("properties.highAvailabilityReplicaCount", Scale::Number),
    cost("properties.maxSizeBytes", Scale::Number),
];

const BACKUP_COPIES: Scale = Scale::Rungs(&[&["Local"], &["Zone"], &["Geo"], &["GeoZone"]]);

/// Source: <https://learn.microsoft.com/azure/azure-sql/database/high-availability-sla-local-zone-redundancy>.
const REPLICAS: Scale =
    Scale::Rungs(&[&["Basic", "Standard", "GeneralPurpose"], &["Premium", "BusinessCritical"]]);

/// Tiers by what they cost for the same work.
const TIERS: Scale = Scale::Rungs(&[
    &["Basic"],
    &["Standard"],
    &["GeneralPurpose", "Hyperscale"],
    &["Premium"],
    &["BusinessCritical"],
]);

const FAILOVER: Scale = Scale::Rungs(&[&["Manual"], &["Automatic"]]);

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.Sql/servers",
        time_limit: Some(TimeLimit::HOUR),
        unique_name: Some(UniqueName {
            pointer: "",
            below: None,
            check: Some(NameCheck {
                path: "/providers/Microsoft.Sql/checkNameAvailability",
                api_version: VERSION,
                answer: NameAnswer::Member("available"),
            }),
        }),
        api_version: VERSION,
        listing: Listing::Subscription,
        update: Update::Patch,
        holds_data: Some("all databases of the server"),
        immutable: &[
            ("location", "a server cannot move to another region"),
            ("properties.version", "the version of a server is fixed at its creation"),
            ("properties.administratorLogin", "the login of a server is fixed at its creation"),
        ],
        read_only: &[
            "kind",
            "properties.state",
            "properties.fullyQualifiedDomainName",
            "properties.privateEndpointConnections",
        ],
        write_only: &["properties.administratorLoginPassword"],
        stakes: &[
            security("properties.restrictOutboundNetworkAccess", ENABLED, "Disabled"),
            access("properties.administrators"),
        ],
        // 2.0 is history: the service makes a 12.0 of it.
        aliases: &[Alias { path: "properties.version", sent: "2.0", returned: "12.0" }],
        // 1 to 3 minutes.
        typical: Typical { create_secs: Some(120), ..Typical::UNKNOWN },
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Sql/servers/databases",
        locality: Locality::Regional,
        api_version: VERSION,
        listing: Listing::InParent("databases"),
        update: Update::Patch,
        ownership: Ownership::Tags,
        holds_data: Some("the database"),
        immutable: &[
            ("location", "a database cannot move to another region"),
            ("properties.collation", "the collation of a database is fixed at its creation"),
            ("properties.catalogCollation", "the collation of a database is fixed at its creation"),
            ("properties.isLedgerOn", "a ledger is chosen at creation"),
            ("properties.secondaryType", "the kind of a replica is fixed at its creation"),
        ],
        read_only: &[
            "kind",
            "managedBy",
            "properties.status",
            "properties.databaseId",
            "properties.creationDate",
            "properties.currentServiceObjectiveName",
            "properties.currentSku",
        ],
        volatile: &[
            "properties.earliestRestoreDate",
            "properties.resumedDate",
            "properties.pausedDate",
        ],
        write_only: ORIGINS,
        stakes: DATABASE_STAKES,
        // Answered for databases that are paid by the core alone.
        defaults: &[("properties.licenseType", Literal::Text("LicenseIncluded"))],
        rewrite: Some(split_sku_name),
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Sql/servers/elasticPools",
        locality: Locality::Regional,
        api_version: VERSION,
        listing: Listing::InParent("elasticPools"),
        update: Update::Patch,
        ownership: Ownership::Tags,
        immutable: &[("location", "a pool cannot move to another region")],
        read_only: &["kind", "properties.state", "properties.creationDate"],
        stakes: DATABASE_STAKES,
        // Answered for serverless pools alone.
        write_only: &["properties.minCapacity"],
        defaults: &[("properties.licenseType", Literal::Text("LicenseIncluded"))],
        rewrite: Some(split_sku_name),
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Sql/servers/failoverGroups",
        roles: Some(Roles::PartnerOfWrites),
        listing: Listing::InParent("failoverGroups"),
        immutable: &[("properties.partnerServers", "a failover group has its partners for good")],
        read_only: &["properties.partnerServers[].location"],
        // What a failover changes is no configuration.
        volatile: &[
            "properties.replicationRole",
            "properties.replicationState",
            "properties.partnerServers[].replicationRole",
        ],
        stakes: &[
            redundancy("properties.readWriteEndpoint.failoverPolicy", FAILOVER, ""),
            redundancy("properties.databases", Scale::Members, ""),
            redundancy("properties.partnerServers", Scale::Members, ""),
        ],
        gone: &[Stake::Redundancy],
        rewrite: Some(leave_roles_to_failovers),
        // Never answered.
        write_only: &["properties.secondaryType"],
        ..CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Sql/servers/firewallRules",
        stakes: &[access("properties")],
        made: &[Stake::Security],
        gone: &[Stake::Access],
        listing: Listing::InParent("firewallRules"),
        ..CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Sql/servers/virtualNetworkRules",
        stakes: &[access("properties")],
        made: &[Stake::Access],
        gone: &[Stake::Access],
        listing: Listing::InParent("virtualNetworkRules"),
        read_only: &["properties.state"],
        ..CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Sql/servers/auditingSettings",
        stakes: &[security("properties.state", ENABLED, "Disabled")],
        gone: &[Stake::Security],
        write_only: &["properties.storageAccountAccessKey"],
        ..CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Sql/servers/administrators",
        stakes: &[access("properties")],
        made: &[Stake::Access],
        gone: &[Stake::Access],
        ..CHILD
    },
    TypeFacts { resource_type: "Microsoft.Sql/servers/connectionPolicies", ..CHILD },
    TypeFacts {
        resource_type: "Microsoft.Sql/servers/databases/transparentDataEncryption",
        stakes: &[security("properties.state", ENABLED, "")],
        ..CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Sql/servers/databases/auditingSettings",
        stakes: &[security("properties.state", ENABLED, "Disabled")],
        gone: &[Stake::Security],
        write_only: &["properties.storageAccountAccessKey"],
        ..CHILD
    },
];

/// Database transaction units by service objective.
///
/// Source: <https://learn.microsoft.com/azure/azure-sql/database/resource-limits-dtu-single-databases>.
const UNITS: &[(&str, &str, u32)] = &[
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

/// The service splits an objective's name: `P1` is answered as Premium with 125 units,
/// `HS_Gen5_2` as `HS_Gen5` with two cores.
fn split_sku_name(body: &mut Value, _: &Value) {
    let Some(sku) = body.get_mut("sku").and_then(Value::as_object_mut) else { return };
    let Some(name) = sku.get("name").and_then(Value::as_str).map(str::to_owned) else { return };
    let unit = UNITS.iter().find(|(objective, _, _)| objective.eq_ignore_ascii_case(&name));
    let split = name.rsplit_once('_').and_then(|(family, cores)| {
        let cores = cores.parse::<u32>().ok()?;
        Some((family.to_owned(), cores))
    });
    let (name, capacity) = match (unit, split) {
        (Some((_, tier, units)), _) => ((*tier).to_owned(), *units),
        (None, Some((family, cores))) => (family, cores),
        (None, None) => return,
    };
    sku.insert("name".into(), json!(name));
    sku.insert("capacity".into(), json!(capacity));
}

/// The read-only endpoint follows the roles: seen from a server that a failover has made the
/// secondary, it points to that server.
fn leave_roles_to_failovers(body: &mut Value, observed: &Value) {
    let is_secondary = observed.pointer("/properties/replicationRole") == Some(&json!("Secondary"));
    let endpoint = body.pointer_mut("/properties/readOnlyEndpoint").and_then(Value::as_object_mut);
    if let Some(endpoint) = endpoint.filter(|_| is_secondary) {
        endpoint.shift_remove("targetServer");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_objective_is_split_as_the_service_splits_it() {
        let split = |name: &str| {
            let mut body = json!({ "sku": { "name": name } });
            split_sku_name(&mut body, &Value::Null);
            body["sku"].clone()
        };
        assert_eq!(split("P1"), json!({ "name": "Premium", "capacity": 125 }));
        assert_eq!(split("HS_Gen5_2"), json!({ "name": "HS_Gen5", "capacity": 2 }));
        assert_eq!(split("ElasticPool"), json!({ "name": "ElasticPool" }));
    }
}
