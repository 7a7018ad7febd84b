//! `Microsoft.Network/dnsZones` and their record sets.
//!
//! Rules: <https://learn.microsoft.com/azure/dns/dns-zones-records>,
//! <https://learn.microsoft.com/azure/dns/dns-alias>; answers as observed in recorded traffic.

pub(crate) mod answers;
mod records;

use resource::ResourceId;
use serde_json::{Value, json};

use crate::families::network;
use crate::families::traffic_manager::watch;
use crate::kind::azure::Azure;
use crate::kind::family::{Family, Polling, bare, in_progress};
use crate::kind::shapes::Shapes;
use crate::kind::{Delete, Draft, Errors, Form, Kind, Lies, Missing, Place, Put, Tags};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

/// Records, and the member of `properties` that holds them.
const MEMBERS: &[(&str, &str)] = &[
    ("A", "ARecords"),
    ("AAAA", "AAAARecords"),
    ("CAA", "caaRecords"),
    ("CNAME", "CNAMERecord"),
    ("MX", "MXRecords"),
    ("NS", "NSRecords"),
    ("PTR", "PTRRecords"),
    ("SOA", "SOARecord"),
    ("SRV", "SRVRecords"),
    ("TXT", "TXTRecords"),
];

/// The API versions of the provider.
const VERSIONS: &[&str] = &[
    "2015-05-04-preview",
    "2016-04-01",
    "2017-09-01",
    "2017-09-15-preview",
    "2017-10-01",
    "2018-03-01-preview",
    "2018-05-01",
    "2023-07-01-preview",
];

const RECORD: Kind = Kind {
    put: Put::direct(201, 200),
    delete: Delete::direct(200),
    place: Place::None,
    versions: VERSIONS,
    has_etag: true,
    errors: Errors::Flat,
    missing: Missing::Child,
    made: &["/fqdn"],
    settle: settle_record,
    view: view_record,
    before_delete,
    ..Kind::GENERIC
};

const fn record(name: &'static str) -> Kind {
    Kind { name, ..RECORD }
}

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of zones.
pub(crate) static FAMILY: Family = Family {
    kinds: &[KINDS],
    shapes: Some(&SHAPES),
    listed_versions: network::LISTED_VERSIONS,
    gathered: &["Microsoft.Network/dnsZones/recordsets", "Microsoft.Network/dnsZones/all"],
    polling: Polling {
        paths: |polled| {
            polled.pair(&polled.grouped(), "dnsOperationStatuses", "dnsOperationResults")
        },
        running: in_progress,
        shaped: bare,
        ..Polling::GENERAL
    },
    tags: network::ZONE_TAGS,
    asks: &[("/getdnsresourcereference", |azure, request| references(azure, request))],
    records: answers::records,
    ..Family::new("Microsoft.Network/dnsZones")
};

/// The types of this family.
const KINDS: &[Kind] = &[
    Kind {
        name: "Microsoft.Network/dnszones",
        put: Put::direct(201, 200),
        delete: Delete::long(Form::AsyncAndLocation, 5.0, 3),
        lies: Lies::Globe,
        versions: VERSIONS,
        tags: Tags::Empty,
        has_state: false,
        has_etag: true,
        errors: Errors::Flat,
        made: &["/nameServers", "/numberOfRecordSets", "/maxNumberOfRecordSets"],
        defaults: r#"{"properties": {"maxNumberOfRecordSets": 10000, "maxNumberOfRecordsPerRecordSet": null, "zoneType": "Public"}}"#,
        settle: settle_zone,
        after: after_zone,
        view: |azure, stored, body| {
            let sets =
                azure.state.below(&stored.id).filter(|child| child.kind().parent().is_some());
            body["properties"]["numberOfRecordSets"] = json!(sets.count());
        },
        ..Kind::GENERIC
    },
    record("Microsoft.Network/dnszones/A"),
    record("Microsoft.Network/dnszones/AAAA"),
    Kind { lowers_names: true, ..record("Microsoft.Network/dnszones/CAA") },
    record("Microsoft.Network/dnszones/CNAME"),
    record("Microsoft.Network/dnszones/MX"),
    record("Microsoft.Network/dnszones/NS"),
    record("Microsoft.Network/dnszones/PTR"),
    record("Microsoft.Network/dnszones/SOA"),
    record("Microsoft.Network/dnszones/SRV"),
    record("Microsoft.Network/dnszones/TXT"),
];

fn bad_request(text: impl Into<String>) -> Answer {
    Answer::flat_error(400, "BadRequest", text)
}

fn settle_zone(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    records::check_zone_name(draft.id.name())?;
    // A zone that is made anew gets other servers, as the number follows its creation.
    let number = azure.state.revision % 9 + 1;
    let properties = draft.properties();
    if properties["nameServers"].is_null() {
        let servers: Vec<String> = ["com", "net", "org", "info"]
            .iter()
            .zip(1..)
            .map(|(top, n)| format!("ns{n}-0{number}.azure-dns.{top}."))
            .collect();
        properties["nameServers"] = json!(servers);
    }
    Ok(())
}

/// A zone is born with its name servers and its start of authority.
fn after_zone(azure: &mut Azure, draft: &Draft) {
    if draft.before.is_some() {
        return;
    }
    let servers: Vec<String> = draft.body["properties"]["nameServers"]
        .as_array()
        .map(|list| list.iter().filter_map(|s| s.as_str().map(str::to_owned)).collect())
        .unwrap_or_default();
    let names: Vec<Value> = servers.iter().map(|server| json!({"nsdname": server})).collect();
    let authority = json!({
        "email": "azuredns-hostmaster.microsoft.com",
        "expireTime": 2_419_200,
        "host": servers.first(),
        "minimumTTL": 300,
        "refreshTime": 3600,
        "retryTime": 300,
        "serialNumber": 1,
    });
    born(azure, &draft.id, "NS", json!({"TTL": 172_800, "NSRecords": names}));
    born(azure, &draft.id, "SOA", json!({"TTL": 3600, "SOARecord": authority}));
}

fn born(azure: &mut Azure, zone: &ResourceId, kind: &str, mut properties: Value) {
    let id = zone.child(kind, "@");
    properties["fqdn"] = json!(format!("{}.", zone.name()));
    properties["provisioningState"] = json!("Succeeded");
    let body = json!({
        "id": id.as_str(),
        "name": "@",
        "type": format!("Microsoft.Network/dnszones/{kind}"),
        "properties": properties,
    });
    azure.hold(id, body);
}

fn kind_of(id: &ResourceId) -> String {
    id.resource_type().last().to_ascii_uppercase()
}

fn member_of(kind: &str) -> &'static str {
    MEMBERS.iter().find(|(known, _)| *known == kind).map_or("", |(_, member)| member)
}

fn settle_record(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let kind = kind_of(&draft.id);
    let member = member_of(&kind);
    let name = draft.name();
    let zone = draft.id.parent().map(|zone| zone.name().to_owned()).unwrap_or_default();
    if !azure.is_unguarded {
        records::check(azure, draft, &kind, member)?;
    }
    check_place(azure, draft, &kind)?;
    let is_newest = draft.api_version.as_str() >= "2023-07-01";
    let alias = draft.text("/targetResource/id").map(str::to_owned);
    let records = draft.property(&format!("/{member}")).cloned();
    let has_records = records.as_ref().is_some_and(|r| r.as_array().is_none_or(|a| !a.is_empty()));
    if let Some(alias) = &alias {
        if has_records {
            return Err(bad_request(format!(
                "The record set '{name}' cannot have both records and a target resource."
            )));
        }
        check_alias(azure, &kind, &name, alias)?;
        json::remove(draft.properties(), &format!("/{member}"));
    } else if !has_records && kind == "CNAME" {
        return Err(bad_request(format!(
            "The record set '{name}' of type CNAME must have a record."
        )));
    }
    let ttl = draft.property("/TTL").and_then(Value::as_u64);
    let properties = draft.properties();
    match ttl {
        Some(ttl) if ttl <= 2_147_483_647 => {}
        None if alias.is_some() => properties["TTL"] = json!(3600),
        _ => {
            return Err(bad_request(format!(
                "The TTL of record set '{name}' must be between 0 and 2147483647."
            )));
        }
    }
    let fqdn = if name == "@" { format!("{zone}.") } else { format!("{name}.{zone}.") };
    properties["fqdn"] = json!(fqdn);
    if is_newest && properties["trafficManagementProfile"].is_null() {
        properties["trafficManagementProfile"] = json!({});
    }
    if alias.is_none() {
        properties["targetResource"] = json!({});
        let empty = if member.ends_with('s') { json!({member: []}) } else { json!({}) };
        json::fill(properties, &empty);
    }
    Ok(())
}

/// A CNAME stands alone, and never at the apex.
fn check_place(azure: &Azure, draft: &Draft, kind: &str) -> Result<(), Answer> {
    let name = draft.name();
    if kind == "SOA" && draft.before.is_none() {
        return Err(bad_request("The SOA record set is made with its zone and cannot be created."));
    }
    if kind == "CNAME" && name == "@" {
        return Err(bad_request("The record set type CNAME is not allowed at the zone apex '@'."));
    }
    let Some(zone) = draft.id.parent() else { return Ok(()) };
    let types =
        KINDS.iter().filter_map(|known| known.name.strip_prefix("Microsoft.Network/dnszones/"));
    let apart = types.filter(|other| kind == "CNAME" || *other == "CNAME");
    let mut others = apart.filter_map(|other| azure.state.get(&zone.child(other, &name)));
    match others.find(|other| other.id != draft.id) {
        Some(other) => {
            let other = kind_of(&other.id);
            let text = format!(
                "The record could not be created because a {other} record with the same name \
                 '{name}' already exists in this zone. A CNAME record cannot coexist with other \
                 record types."
            );
            Err(bad_request(text))
        }
        None => Ok(()),
    }
}

fn check_alias(azure: &Azure, kind: &str, name: &str, target: &str) -> Result<(), Answer> {
    let Some(stored) = azure.state.named(target) else {
        let text = format!("The target resource '{target}' of record set '{name}' does not exist.");
        return Err(bad_request(text));
    };
    if !["A", "AAAA", "CNAME"].contains(&kind) {
        return Err(bad_request(format!(
            "A record set of type {kind} cannot have a target resource."
        )));
    }
    if kind == "CNAME" || !stored.kind().is(watch::PROFILE) {
        return Ok(());
    }
    let wants_v6 = kind == "AAAA";
    let fits = watch::endpoints(azure, &stored.id).all(|endpoint| {
        let address =
            endpoint.text("/target").and_then(|target| target.parse::<std::net::IpAddr>().ok());
        address.is_some_and(|address| address.is_ipv6() == wants_v6)
    });
    if fits {
        return Ok(());
    }
    let text = format!(
        "The record set '{name}' of type {kind} can refer only to a Traffic Manager profile whose \
         endpoints are all external endpoints with addresses of that type."
    );
    Err(bad_request(text))
}

fn view_record(azure: &Azure, stored: &Stored, body: &mut Value) {
    let properties = &mut body["properties"];
    let Some(target) = stored.text("/targetResource/id") else {
        properties["targetResource"] = json!({});
        return;
    };
    match azure.state.named(target) {
        // An alias answers with the time to live of its profile.
        Some(profile) if profile.kind().is(watch::PROFILE) => {
            properties["TTL"] = profile.property("/dnsConfig/ttl").cloned().unwrap_or(json!(60));
        }
        Some(_) => {}
        // The set empties itself when its target goes.
        None => properties["targetResource"] = json!({}),
    }
}

fn before_delete(_: &Azure, stored: &Stored) -> Result<(), Answer> {
    let kind = kind_of(&stored.id);
    if stored.id.name() == "@" && ["NS", "SOA"].contains(&kind.as_str()) {
        let text =
            format!("The record set '@' of type {kind} cannot be deleted; it goes with its zone.");
        return Err(bad_request(text));
    }
    Ok(())
}

/// Answers `getDnsResourceReference`: the alias sets that point to each target.
pub(crate) fn references(azure: &Azure, request: &Request) -> Result<Answer, Answer> {
    let sent = request.json()?;
    let targets = sent.pointer("/properties/targetResources").and_then(Value::as_array);
    let rows: Vec<Value> = targets
        .into_iter()
        .flatten()
        .filter_map(|target| target["id"].as_str())
        .map(|target| {
            let points = |stored: &&Stored| {
                stored.text("/targetResource/id").is_some_and(|id| id.eq_ignore_ascii_case(target))
            };
            let sets: Vec<Value> = azure
                .state
                .resources
                .values()
                .filter(points)
                .map(|stored| json!({"id": stored.id.as_str()}))
                .collect();
            json!({"targetResource": {"id": target}, "dnsResources": sets})
        })
        .collect();
    Ok(Answer::json(200, json!({"properties": {"dnsResourceReferences": rows}})))
}
