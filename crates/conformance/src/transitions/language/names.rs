//! Names: zones and their records, domains, locks, resource groups.

use serde_json::{Value, json};

use super::super::draw::Draw;
use super::super::shape::{Kind, Members, Record, Shape};
use super::{SHARED_ZONE, TAGS, key, value, yes_or_no};

pub fn group(draw: &mut Draw<'_>) -> Value {
    draw.any(&["rg-tr-own", "rg-tr-data", "RG-tr-own"])
}

pub static ZONES: Members = Members {
    names: &["tr.example", "b.tr.example", SHARED_ZONE, "out.example"],
    count: (1, 2),
    member: Shape::Record(&ZONE),
    any_case: true,
};

static ZONE: Record = Record {
    keys: &[
        value("resourceGroup", 6, group),
        key("records", 75, Shape::Map(&RECORDS)),
        key("tags", 12, Shape::Map(&TAGS)),
        value("existing", 4, |_| json!(SHARED_ZONE)),
        value("external", 6, |_| json!(true)),
        value("lock", 10, |d| d.any(&["lift", "keep"])),
        value("adopt", 3, yes_or_no),
        value("protect", 10, yes_or_no),
    ],
    alternatives: &[],
};

static RECORDS: Members = Members {
    names: &["@", "www", "api", "*", "_sip._tcp", "mail", "a.b", "tür"],
    count: (1, 3),
    member: Shape::Record(&RECORD_SET),
    any_case: true,
};

static RECORD_SET: Record = Record {
    keys: &[
        value("a", 45, |d| {
            if d.chance(30) {
                json!("192.0.2.9")
            } else {
                json!(d.some(&["192.0.2.1", "192.0.2.2", "198.51.100.7"], 2))
            }
        }),
        value("aaaa", 15, |d| {
            json!(d.some(&["2001:db8::1", "2001:0db8:0000::0002", "2001:DB8::a"], 2))
        }),
        value("txt", 40, |d| match d.below(4) {
            0 => json!("v=spf1 -all"),
            1 => json!(["one", "two"]),
            2 => json!("x".repeat(300)),
            _ => json!(d.some(&["a \"quoted\" text", "semi;colon", "two"], 2)),
        }),
        value("cname", 30, |d| {
            d.any(&[
                "one.example.net",
                "Two.example.net.",
                "{@profile.fqdn}",
                "{@app.defaultHostName}",
            ])
        }),
        key("caa", 10, Shape::List { most: 2, member: &Shape::Record(&CAA) }),
        key("mx", 15, Shape::List { most: 2, member: &Shape::Record(&MX) }),
        key("srv", 10, Shape::List { most: 2, member: &Shape::Record(&SRV) }),
        key("alias", 12, Shape::Reference(&[Kind::Profile])),
        value("aliasType", 10, |d| d.any(&["A", "AAAA", "CNAME", "CNAME"])),
        value("adopt", 3, yes_or_no),
        value("ttl", 30, |d| match d.below(3) {
            0 => json!(300),
            1 => json!("1h"),
            _ => json!("5m"),
        }),
    ],
    alternatives: &[&["cname", "alias"]],
};

static CAA: Record = Record {
    keys: &[
        value("flags", 30, |d| d.any(&[0, 128])),
        value("tag", 100, |d| d.any(&["issue", "issuewild", "iodef"])),
        value("value", 100, |d| d.any(&["digicert.com", "letsencrypt.org"])),
    ],
    alternatives: &[],
};

static MX: Record = Record {
    keys: &[
        value("preference", 100, |d| d.any(&[10, 20])),
        value("exchange", 100, |d| d.any(&["mail.example.net", "backup.example.net."])),
    ],
    alternatives: &[],
};

static SRV: Record = Record {
    keys: &[
        value("priority", 100, |d| d.any(&[1, 2])),
        value("weight", 100, |d| d.any(&[5, 50])),
        value("port", 100, |d| d.any(&[443, 5060])),
        value("target", 100, |d| d.any(&["sip.example.net", "sip2.example.net"])),
    ],
    alternatives: &[],
};

pub static DOMAINS: Members = Members {
    names: &[
        "app.tr.example",
        "www.tr.example",
        "tr.example",
        "go.b.tr.example",
        "ca.shared.example",
        "*.tr.example",
        "x.out.example",
    ],
    count: (1, 2),
    member: Shape::Record(&DOMAIN),
    any_case: true,
};

static DOMAIN: Record = Record {
    keys: &[
        key("routeTo", 100, Shape::Reference(&[Kind::Profile, Kind::App])),
        value("bind", 80, |d| match d.below(3) {
            0 => json!(["@bind"]),
            _ => json!("@bind"),
        }),
        value("certificate", 75, |d| match d.below(8) {
            0 => json!("none"),
            1..=3 => json!("managed"),
            _ => json!({ "keyVault": "@shared", "secret": d.one(&["site", "next"]) }),
        }),
        value("ttl", 20, |d| d.any(&["5m", "1h", "60s"])),
        value("alias", 10, yes_or_no),
        value("adopt", 3, yes_or_no),
    ],
    alternatives: &[],
};

pub static LOCKS: Members = Members {
    names: &["keep", "guard"],
    count: (1, 1),
    member: Shape::Record(&LOCK),
    any_case: true,
};

static LOCK: Record = Record {
    keys: &[
        key(
            "on",
            100,
            Shape::Reference(&[
                Kind::Storage,
                Kind::Vault,
                Kind::Zone,
                Kind::Profile,
                Kind::App,
                Kind::Resource,
            ]),
        ),
        value("name", 15, |d| d.any(&["do-not-delete", "Hands-off"])),
        value("level", 30, |d| d.any(&["cannotDelete", "cannotDelete", "readOnly"])),
        value("notes", 40, |d| d.any(&["Ask first.", "Shared by all."])),
    ],
    alternatives: &[],
};
