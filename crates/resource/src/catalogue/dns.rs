//! DNS: public and private zones and their records.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.network/dnszones>,
//! <https://learn.microsoft.com/azure/templates/microsoft.network/privatednszones> and recorded
//! traffic.

use serde_json::Value;

use super::overlay::at;
use super::wholes::text;
use super::{
    ArrayKey, Duty, Import, Likeness, Listing, Locality, Ownership, Routing, ServiceMade,
    TypeFacts, Typical, Update,
};

const PUBLIC: &str = "2018-05-01";
const PRIVATE: &str = "2024-06-01";

const RECORDS: &str = "all records of the zone and its name servers, which a new zone does not get";

/// A record set.
const RECORD: TypeFacts = TypeFacts {
    api_version: PUBLIC,
    listing: Listing::Records,
    // PUT replaces the set; laid over the observed one, metadata of others is kept.
    update: Update::PutOver,
    etag: true,
    // A record set has no tags.
    ownership: Ownership::Metadata("/properties/metadata"),
    read_only: &["properties.fqdn", "properties.isAutoRegistered"],
    // The strings of one TXT record are joined in their order, however the text is split.
    wholes: &[("properties.TXTRecords[].value", text)],
    arrays: &[
        ("properties.TXTRecords", ArrayKey::Set),
        ("properties.TXTRecords[].value", ArrayKey::Ordered),
    ],
    likeness: &[
        ("properties.caaRecords[].tag", Likeness::Word),
        ("properties.soaRecord.email", Likeness::Host),
    ],
    // A set either holds records or follows another resource.
    exclusive: &[
        &["properties.targetResource", "properties.ARecords"],
        &["properties.targetResource", "properties.AAAARecords"],
        &["properties.targetResource", "properties.CNAMERecord"],
    ],
    traffic: &["properties"],
    rewrite: Some(leave_ttl_to_the_profile),
    routing: Some(Routing::One(&[
        "/properties/targetResource/id",
        "/properties/CNAMERecord/cname",
    ])),
    typical: Typical::AT_ONCE,
    ..TypeFacts::CHILD
};

const SOA: TypeFacts = TypeFacts {
    // The set is made with the zone and goes with it.
    service_made: ServiceMade::All,
    ownership: Ownership::Parent,
    decided: &[(
        "properties.soaRecord.serialNumber",
        "the service counts the serial number itself",
    )],
    read_only: &["properties.fqdn", "properties.isAutoRegistered", "properties.soaRecord.host"],
    ..RECORD
};

/// The name servers of the zone itself are the service's.
const NS: TypeFacts = TypeFacts { service_made: ServiceMade::Named("@"), ..RECORD };

const PRIVATE_RECORD: TypeFacts =
    TypeFacts { api_version: PRIVATE, listing: Listing::InParent("ALL"), exclusive: &[], ..RECORD };

const PRIVATE_SOA: TypeFacts =
    TypeFacts { api_version: PRIVATE, listing: Listing::InParent("ALL"), exclusive: &[], ..SOA };

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.Network/dnsZones",
        import: Import::WHOLE,
        duty: Some(Duty::Zone),
        beside: Some("recordsets"),
        locality: Locality::Global,
        api_version: PUBLIC,
        listing: Listing::Subscription,
        update: Update::Patch,
        etag: true,
        answers: &[("nameServers", "/properties/nameServers")],
        holds_data: Some(RECORDS),
        immutable: &[
            ("location", "a zone is global"),
            ("properties.zoneType", "the kind of a zone is fixed at its creation"),
        ],
        read_only: &[
            "properties.nameServers",
            "properties.maxNumberOfRecordSets",
            "properties.maxNumberOfRecordsPerRecordSet",
        ],
        volatile: &["properties.numberOfRecordSets"],
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Network/dnsZones/A",
        forgotten_after: Some("/properties/TTL"),
        ..RECORD
    },
    TypeFacts {
        resource_type: "Microsoft.Network/dnsZones/AAAA",
        forgotten_after: Some("/properties/TTL"),
        ..RECORD
    },
    TypeFacts { resource_type: "Microsoft.Network/dnsZones/CAA", ..RECORD },
    TypeFacts {
        resource_type: "Microsoft.Network/dnsZones/CNAME",
        forgotten_after: Some("/properties/TTL"),
        ..RECORD
    },
    TypeFacts { resource_type: "Microsoft.Network/dnsZones/MX", ..RECORD },
    TypeFacts { resource_type: "Microsoft.Network/dnsZones/NS", ..NS },
    TypeFacts { resource_type: "Microsoft.Network/dnsZones/PTR", ..RECORD },
    TypeFacts { resource_type: "Microsoft.Network/dnsZones/SOA", ..SOA },
    TypeFacts { resource_type: "Microsoft.Network/dnsZones/SRV", ..RECORD },
    TypeFacts { resource_type: "Microsoft.Network/dnsZones/TXT", ..RECORD },
    TypeFacts {
        resource_type: "Microsoft.Network/privateDnsZones",
        locality: Locality::Global,
        api_version: PRIVATE,
        listing: Listing::Subscription,
        update: Update::Patch,
        etag: true,
        holds_data: Some("all records of the zone"),
        read_only: &[
            "properties.maxNumberOfRecordSets",
            "properties.maxNumberOfVirtualNetworkLinks",
            "properties.maxNumberOfVirtualNetworkLinksWithRegistration",
            "properties.internalId",
        ],
        volatile: &[
            "properties.numberOfRecordSets",
            "properties.numberOfVirtualNetworkLinks",
            "properties.numberOfVirtualNetworkLinksWithRegistration",
        ],
        // 10 to 60 seconds.
        typical: Typical { create_secs: Some(25), ..Typical::UNKNOWN },
        ..TypeFacts::GENERIC
    },
    TypeFacts { resource_type: "Microsoft.Network/privateDnsZones/A", ..PRIVATE_RECORD },
    TypeFacts { resource_type: "Microsoft.Network/privateDnsZones/AAAA", ..PRIVATE_RECORD },
    TypeFacts { resource_type: "Microsoft.Network/privateDnsZones/CNAME", ..PRIVATE_RECORD },
    TypeFacts { resource_type: "Microsoft.Network/privateDnsZones/MX", ..PRIVATE_RECORD },
    TypeFacts { resource_type: "Microsoft.Network/privateDnsZones/PTR", ..PRIVATE_RECORD },
    TypeFacts { resource_type: "Microsoft.Network/privateDnsZones/SOA", ..PRIVATE_SOA },
    TypeFacts { resource_type: "Microsoft.Network/privateDnsZones/SRV", ..PRIVATE_RECORD },
    TypeFacts { resource_type: "Microsoft.Network/privateDnsZones/TXT", ..PRIVATE_RECORD },
    TypeFacts {
        resource_type: "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        locality: Locality::Global,
        api_version: PRIVATE,
        listing: Listing::InParent("virtualNetworkLinks"),
        update: Update::Patch,
        etag: true,
        ownership: Ownership::Tags,
        holds_parent: true,
        immutable: &[("properties.virtualNetwork.id", "a link is to one network for good")],
        volatile: &["properties.virtualNetworkLinkState"],
        ..TypeFacts::CHILD
    },
];

/// An alias to a Traffic Manager profile has the profile's TTL, whatever is sent.
fn leave_ttl_to_the_profile(body: &mut Value, _: &Value) {
    let target = at(body, "properties.targetResource.id").and_then(Value::as_str);
    let follows_profile = target.is_some_and(|id| {
        id.to_ascii_lowercase().contains("/microsoft.network/trafficmanagerprofiles/")
    });
    if let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut)
        && follows_profile
    {
        properties.retain(|key, _| !key.eq_ignore_ascii_case("TTL"));
    }
}
