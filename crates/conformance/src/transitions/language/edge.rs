//! Front Door.

use serde_json::json;

use super::super::shape::{Members, Record, Shape};
use super::{TAGS, key, value, wide, yes_or_no};

pub static PROFILES: Members = Members {
    names: &["main", "spare"],
    count: (1, 2),
    member: Shape::Record(&PROFILE),
    any_case: true,
};

static PROFILE: Record = Record {
    keys: &[
        value("name", 6, |d| d.any(&["afd-own", "afd-next"])),
        value("resourceGroup", 4, super::names::group),
        value("tier", 100, |d| d.any(&["standard", "standard", "premium"])),
        value("endpoint", 6, |d| d.any(&["tr-front", "tr-door"])),
        value("originTimeout", 20, |d| d.any(&["30s", "60s", "120s"])),
        key("origins", 100, Shape::Map(&GROUPS)),
        key("routes", 80, Shape::Map(&ROUTES)),
        // Newer than the seeds that have passed.
        wide(key("rules", 40, Shape::Map(&SETS))),
        wide(key("waf", 35, Shape::Record(&FIREWALL))),
        key("tags", 12, Shape::Map(&TAGS)),
        value("protect", 5, yes_or_no),
        value("adopt", 3, yes_or_no),
    ],
    alternatives: &[],
};

static GROUPS: Members = Members {
    names: &["web", "api", "old"],
    count: (1, 3),
    member: Shape::Record(&GROUP),
    any_case: false,
};

static GROUP: Record = Record {
    keys: &[
        value("app", 50, |d| d.any(&["web", "api"])),
        key("hosts", 100, Shape::Map(&HOSTS)),
        value("routing", 40, |d| d.any(&["latency", "priority", "weighted"])),
        key("weights", 30, Shape::Map(&WEIGHTS)),
        value("hostHeader", 10, |d| d.any(&["origin", "incoming"])),
        key("probe", 100, Shape::Record(&PROBE)),
        value("latencyBand", 20, |d| d.any(&["0ms", "50ms", "200ms"])),
        value("affinity", 8, yes_or_no),
    ],
    alternatives: &[&["app", "hosts"]],
};

static WEIGHTS: Members = Members {
    names: &["weu", "neu", "eus", "sea"],
    count: (1, 2),
    member: Shape::Value(|d| d.any(&[1, 250, 1000])),
    any_case: false,
};

static HOSTS: Members = Members {
    names: &["one", "two", "three"],
    count: (1, 3),
    member: Shape::Record(&HOST),
    any_case: false,
};

static HOST: Record = Record {
    keys: &[
        value("host", 100, |d| d.any(&["one.example.net", "two.example.net", "four.example.org"])),
        value("priority", 40, |d| d.any(&[1, 2, 5])),
        value("weight", 40, |d| d.any(&[1, 500, 1000])),
        value("enabled", 12, yes_or_no),
    ],
    alternatives: &[],
};

static PROBE: Record = Record {
    keys: &[
        value("path", 100, |d| d.any(&["/health", "/ready"])),
        value("interval", 30, |d| d.any(&["15s", "30s"])),
        value("method", 15, |d| d.any(&["head", "get"])),
        value("samples", 15, |d| d.any(&[4, 6])),
        value("healthy", 15, |d| d.any(&[1, 3])),
    ],
    alternatives: &[],
};

static ROUTES: Members = Members {
    names: &["web", "api", "assets"],
    count: (1, 2),
    member: Shape::Record(&ROUTE),
    any_case: false,
};

static ROUTE: Record = Record {
    keys: &[
        value("to", 100, |d| d.any(&["web", "api", "old"])),
        value("paths", 60, |d| json!(d.some(&["/api/*", "/assets/*", "/*", "/a"], 2))),
        value("path", 10, |d| d.any(&["/v1", "/v2"])),
        value("forward", 20, |d| d.any(&["https", "http", "match"])),
        value("redirect", 15, yes_or_no),
        key("cache", 25, Shape::Record(&CACHE)),
        value("enabled", 10, yes_or_no),
    ],
    alternatives: &[],
};

static CACHE: Record = Record {
    keys: &[
        wide(value("ttl", 40, |d| d.any(&["1h", "7d"]))),
        value("query", 60, |d| match d.below(3) {
            0 => json!("ignore"),
            1 => json!("all"),
            _ => json!(["page", "v"]),
        }),
        value("compress", 50, yes_or_no),
        value("types", 20, |d| json!(d.some(&["text/html", "application/json", "text/css"], 2))),
    ],
    alternatives: &[],
};

static FIREWALL: Record = Record {
    keys: &[
        value("mode", 20, |d| d.any(&["prevention", "detection"])),
        value("bodyCheck", 20, yes_or_no),
        key("rateLimit", 40, Shape::Record(&LIMIT)),
        key("rules", 50, Shape::Map(&FIREWALL_RULES)),
    ],
    alternatives: &[],
};

static LIMIT: Record = Record {
    keys: &[
        value("perClient", 100, |d| d.any(&[100, 500])),
        value("window", 50, |d| d.any(&["1m", "5m"])),
    ],
    alternatives: &[],
};

static FIREWALL_RULES: Members = Members {
    names: &["admin", "countries", "robots"],
    count: (1, 2),
    member: Shape::Record(&FIREWALL_RULE),
    any_case: false,
};

static FIREWALL_RULE: Record = Record {
    keys: &[
        value("if", 100, |d| match d.below(4) {
            0 => json!({ "path": { "beginsWith": "/admin" } }),
            1 => json!({ "country": { "in": ["KP", "SY"] } }),
            2 => json!({ "address": { "notIn": "203.0.113.0/24" }, "method": { "in": "POST" } }),
            _ => {
                json!({ "header": { "User-Agent": { "contains": ["curl"], "transform": "lowerCase" } } })
            }
        }),
        value("then", 100, |d| d.any(&["block", "allow", "log"])),
        value("enabled", 10, yes_or_no),
    ],
    alternatives: &[],
};

static SETS: Members = Members {
    names: &["security", "moved"],
    count: (1, 2),
    member: Shape::Map(&RULES),
    any_case: true,
};

static RULES: Members = Members {
    names: &["hsts", "old", "assets"],
    count: (1, 3),
    member: Shape::Record(&RULE),
    any_case: true,
};

static RULE: Record = Record {
    keys: &[
        value("if", 50, |d| match d.below(3) {
            0 => json!({ "path": { "beginsWith": "/old" } }),
            1 => json!({ "device": { "in": "Mobile" } }),
            _ => json!({ "header": { "X-Version": { "in": ["1", "2"] } } }),
        }),
        value("then", 100, |d| match d.below(4) {
            0 => json!({ "setResponseHeader": { "X-Frame-Options": "DENY" } }),
            1 => json!({ "redirect": { "status": "301", "path": "/new" } }),
            2 => json!({ "cache": { "ttl": "1h", "query": "all" } }),
            _ => {
                json!({ "rewrite": { "to": "/v2/", "keepRest": true }, "deleteRequestHeader": "X-A" })
            }
        }),
        value("stop", 15, yes_or_no),
    ],
    alternatives: &[],
};
