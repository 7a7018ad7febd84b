//! Traffic Manager.

use serde_json::json;

use super::super::shape::{Kind, Members, Record, Shape};
use super::{TAGS, key, region, text, value, yes_or_no};

pub static PROFILES: Members = Members {
    names: &["main", "near", "share", "inner"],
    count: (1, 2),
    member: Shape::Record(&PROFILE),
    any_case: true,
};

static PROFILE: Record = Record {
    keys: &[
        value("name", 8, |d| d.any(&["traf-own", "traf-Next"])),
        value("resourceGroup", 4, super::names::group),
        value("dnsName", 12, |d| d.any(&["tr-own", "tr-next", "tr-Own"])),
        value("routing", 100, |d| {
            d.any(&[
                "performance",
                "priority",
                "priority",
                "weighted",
                "weighted",
                "geographic",
                "multiValue",
                "subnet",
            ])
        }),
        value("ttl", 30, |d| d.any(&["60s", "10s", "5m", "30s"])),
        value("maxReturn", 10, |d| d.any(&[1, 2, 8])),
        key("monitor", 100, Shape::Record(&MONITOR)),
        key("endpoints", 100, Shape::Map(&ENDPOINTS)),
        value("enabled", 10, yes_or_no),
        value("trafficView", 12, yes_or_no),
        key("tags", 12, Shape::Map(&TAGS)),
        value("protect", 5, yes_or_no),
        value("adopt", 3, yes_or_no),
    ],
    alternatives: &[],
};

static MONITOR: Record = Record {
    keys: &[
        value("protocol", 100, |d| d.any(&["https", "https", "http", "tcp"])),
        value("port", 30, |d| d.any(&[443, 8080, 80])),
        value("path", 100, |d| d.any(&["/health", "/ready", "/"])),
        value("interval", 30, |d| d.any(&["10s", "30s"])),
        value("timeout", 30, |d| d.any(&["5s", "9s"])),
        value("toleratedFailures", 30, |d| d.any(&[0, 2, 3, 9])),
        value("expectedStatus", 30, |d| match d.below(3) {
            0 => json!([200]),
            1 => json!(["200-299", 301]),
            _ => json!(["200-204"]),
        }),
        key("headers", 25, Shape::Map(&HEADERS)),
    ],
    alternatives: &[],
};

static HEADERS: Members = Members {
    names: &["X-Probe", "X-Mode", "x-from"],
    count: (1, 2),
    member: Shape::Value(text),
    any_case: true,
};

static ENDPOINTS: Members = Members {
    names: &["one", "two", "three", "Four"],
    count: (1, 3),
    member: Shape::Record(&ENDPOINT),
    any_case: true,
};

static ENDPOINT: Record = Record {
    keys: &[
        key("app", 100, Shape::Reference(&[Kind::App])),
        value("host", 60, |d| {
            d.any(&["one.example.net", "two.example.net", "Three.example.net", "four.example.org"])
        }),
        key("profile", 20, Shape::Reference(&[Kind::Profile])),
        value("priority", 100, |d| d.any(&[1, 2, 3, 5, 10])),
        value("weight", 50, |d| d.any(&[1, 10, 90, 1000])),
        value("location", 100, region),
        value("geo", 100, |d| json!(d.some(&["DE", "FR", "US-CA", "GEO-AF", "JP", "GEO-SA"], 2))),
        value("subnets", 70, |d| {
            json!(d.some(
                &["198.51.100.0/24", "203.0.113.4-203.0.113.9", "192.0.2.0/25", "192.0.2.128/25"],
                2
            ))
        }),
        key("headers", 12, Shape::Map(&HEADERS)),
        value("enabled", 12, yes_or_no),
        value("alwaysServe", 12, yes_or_no),
        value("minChildEndpoints", 40, |d| d.any(&[1, 2])),
        value("minChildEndpointsIPv4", 15, |d| d.any(&[0, 1])),
        value("minChildEndpointsIPv6", 15, |d| d.any(&[0, 1])),
    ],
    alternatives: &[&["app", "host", "profile"]],
};
