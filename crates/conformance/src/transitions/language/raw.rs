//! Anything else: entries of `resources`.

use serde_json::{Value, json};

use super::super::draw::{Draw, OPEN};
use super::super::shape::{Kind, Members, Shape};
use super::{SHARED_ACCOUNT, SHARED_GROUP, SHARED_ZONE, SUBSCRIPTION};

pub static RESOURCES: Members = Members {
    names: &["extra", "net", "more", "watch"],
    count: (1, 2),
    member: Shape::Value(entry),
    any_case: true,
};

type Make = fn(&mut Draw<'_>) -> Value;

fn entry(draw: &mut Draw<'_>) -> Value {
    let tracked: [Make; 5] = [workspace, component, security_group, network, address];
    // What lies in something that is there before is one, and no stamp's.
    let global: [Make; 3] = [private_zone, record, lock];
    if draw.wide && !draw.in_stamp && draw.chance(25) {
        return draw.one(&global)(draw);
    }
    let children: [Make; 3] = [slot, credential, diagnostic_setting];
    if draw.wide && draw.chance(30) {
        return draw.one(&children)(draw);
    }
    let mut entry = draw.one(&tracked)(draw);
    if draw.chance(20) {
        entry["tags"] = json!({ "team": draw.one(&["web", "core"]) });
    }
    if draw.chance(10) {
        entry["name"] = json!(if draw.in_stamp { "own-{stamp}" } else { "own" });
    }
    if draw.chance(5) {
        entry["resourceGroup"] = json!("rg-tr-data");
    }
    if draw.chance(5) {
        entry["protect"] = json!(draw.chance(50));
    }
    entry
}

fn place(draw: &mut Draw<'_>) -> Value {
    draw.any(&["westeurope", "westeurope", "northeurope"])
}

fn workspace(draw: &mut Draw<'_>) -> Value {
    json!({
        "type": "Microsoft.OperationalInsights/workspaces",
        "apiVersion": "2025-07-01",
        "location": place(draw),
        "properties": {
            "sku": { "name": "PerGB2018" },
            "retentionInDays": draw.one(&[30, 60, 90]),
        },
    })
}

fn component(draw: &mut Draw<'_>) -> Value {
    let mut entry = json!({
        "type": "Microsoft.Insights/components",
        "apiVersion": "2020-02-02",
        "location": place(draw),
        "kind": "web",
        "properties": { "Application_Type": "web" },
    });
    if draw.chance(50) {
        entry["properties"]["DisableIpMasking"] = json!(draw.chance(50));
    }
    entry
}

fn security_group(draw: &mut Draw<'_>) -> Value {
    let mut rules: Vec<Value> = vec![];
    for (name, port) in [("web", "443"), ("ssh", "22"), ("dns", "53")] {
        if draw.chance(50) {
            rules.push(json!({ "name": name, "properties": {
                "priority": 100 + rules.len() * 10,
                "direction": "Inbound",
                "access": draw.one(&["Allow", "Deny"]),
                "protocol": "Tcp",
                "sourceAddressPrefix": "*",
                "sourcePortRange": "*",
                "destinationAddressPrefix": "*",
                "destinationPortRange": port,
            }}));
        }
    }
    json!({
        "type": "Microsoft.Network/networkSecurityGroups",
        "apiVersion": "2024-05-01",
        "location": place(draw),
        "properties": { "securityRules": rules },
    })
}

fn network(draw: &mut Draw<'_>) -> Value {
    let mut subnets =
        vec![json!({ "name": "apps", "properties": { "addressPrefix": "10.0.0.0/24" } })];
    if draw.chance(50) {
        subnets.push(json!({ "name": "data", "properties": { "addressPrefix": "10.0.1.0/24" } }));
    }
    let mut prefixes = vec!["10.0.0.0/16"];
    if draw.chance(30) {
        prefixes.push("10.1.0.0/16");
    }
    json!({
        "type": "Microsoft.Network/virtualNetworks",
        "apiVersion": "2024-05-01",
        "location": place(draw),
        "properties": { "addressSpace": { "addressPrefixes": prefixes }, "subnets": subnets },
    })
}

fn address(draw: &mut Draw<'_>) -> Value {
    let mut entry = json!({
        "type": "Microsoft.Network/publicIPAddresses",
        "apiVersion": "2024-05-01",
        "location": place(draw),
        "sku": { "name": "Standard" },
        "properties": { "publicIPAllocationMethod": "Static" },
    });
    if draw.wide && draw.chance(30) {
        entry["zones"] = json!(["1", "2", "3"]);
    }
    if draw.chance(50) {
        entry["properties"]["idleTimeoutInMinutes"] = json!(draw.one(&[4, 10, 30]));
    }
    entry
}

fn private_zone(draw: &mut Draw<'_>) -> Value {
    json!({
        "type": "Microsoft.Network/privateDnsZones",
        "apiVersion": "2024-06-01",
        "location": "global",
        "name": draw.one(&["inside.example", "private.tr.example"]),
        "tags": { "team": draw.one(&["web", "core"]) },
    })
}

/// A record of a zone that the topology does not look after.
fn record(draw: &mut Draw<'_>) -> Value {
    let name = draw.one(&["raw", "other"]);
    json!({
        "type": "Microsoft.Network/dnsZones/TXT",
        "apiVersion": "2018-05-01",
        "id": format!(
            "/subscriptions/{SUBSCRIPTION}/resourceGroups/{SHARED_GROUP}/providers\
             /Microsoft.Network/dnsZones/{SHARED_ZONE}/TXT/{name}"
        ),
        "properties": {
            "TTL": draw.one(&[300, 3600]),
            "TXTRecords": [{ "value": [draw.one(&["one", "two"])] }],
        },
    })
}

/// A slot of an app.
fn slot(draw: &mut Draw<'_>) -> Value {
    let mut entry = json!({
        "type": "Microsoft.Web/sites/slots",
        "apiVersion": "2024-11-01",
        "name": draw.one(&["next", "Blue"]),
        "parent": OPEN,
        "properties": { "httpsOnly": draw.chance(50) },
    });
    if draw.chance(50) {
        entry["properties"]["clientAffinityEnabled"] = json!(draw.chance(50));
    }
    entry
}

/// Somebody elsewhere who may act as an identity.
fn credential(draw: &mut Draw<'_>) -> Value {
    json!({
        "type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        "apiVersion": "2024-11-30",
        "name": draw.one(&["build", "deploy"]),
        "parent": OPEN,
        "properties": {
            "issuer": "https://token.actions.githubusercontent.com",
            "subject": draw.one(&["repo:a/b:ref:refs/heads/main", "repo:a/b:environment:prod"]),
            "audiences": ["api://AzureADTokenExchange"],
        },
    })
}

/// Where the log of a resource goes.
fn diagnostic_setting(draw: &mut Draw<'_>) -> Value {
    json!({
        "type": "Microsoft.Insights/diagnosticSettings",
        "apiVersion": "2021-05-01-preview",
        "name": draw.one(&["to-shared", "audit"]),
        "scope": OPEN,
        "properties": {
            "storageAccountId": format!(
                "/subscriptions/{SUBSCRIPTION}/resourceGroups/{SHARED_GROUP}/providers\
                 /Microsoft.Storage/storageAccounts/{SHARED_ACCOUNT}"
            ),
            "metrics": [{ "category": "AllMetrics", "enabled": draw.chance(70) }],
        },
    })
}

/// Returns by which key an entry stands in or on another one, and what that may be.
pub fn holder_of(entry: &Value) -> Option<(&'static str, &'static [Kind])> {
    let kind = entry.get("type").and_then(Value::as_str)?;
    let holders: [(&str, &str, &[Kind]); 3] = [
        ("sites/slots", "parent", &[Kind::App]),
        ("federatedIdentityCredentials", "parent", &[Kind::Identity]),
        ("diagnosticSettings", "scope", &[Kind::Storage, Kind::Vault, Kind::Profile]),
    ];
    let found = holders.into_iter().find(|(end, ..)| kind.ends_with(end));
    found.map(|(_, key, kinds)| (key, kinds))
}

/// A lock on what the topology does not look after.
fn lock(draw: &mut Draw<'_>) -> Value {
    json!({
        "type": "Microsoft.Authorization/locks",
        "apiVersion": "2020-05-01",
        "name": "raw",
        "scope": format!(
            "/subscriptions/{SUBSCRIPTION}/resourceGroups/{SHARED_GROUP}/providers\
             /Microsoft.Storage/storageAccounts/{SHARED_ACCOUNT}"
        ),
        "properties": {
            "level": draw.one(&["CanNotDelete", "ReadOnly"]),
            "notes": draw.one(&["Ask first.", "Shared by all."]),
        },
    })
}
