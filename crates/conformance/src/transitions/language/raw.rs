//! Anything else: entries of `resources`.

use serde_json::{Value, json};

use super::super::draw::Draw;
use super::super::shape::{Members, Shape};

pub static RESOURCES: Members = Members {
    names: &["extra", "net", "more", "watch"],
    count: (1, 2),
    member: Shape::Value(entry),
    any_case: true,
};

type Make = fn(&mut Draw<'_>) -> Value;

fn entry(draw: &mut Draw<'_>) -> Value {
    let makes: [Make; 5] = [workspace, component, security_group, network, address];
    let mut entry = draw.one(&makes)(draw);
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
    if draw.chance(50) {
        entry["properties"]["idleTimeoutInMinutes"] = json!(draw.one(&[4, 10, 30]));
    }
    entry
}
