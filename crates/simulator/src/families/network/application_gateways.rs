//! `Microsoft.Network/applicationGateways` and the policies of their firewall.
//!
//! Rules: <https://learn.microsoft.com/azure/application-gateway/configuration-overview>.

use resource::ResourceId;
use serde_json::{Value, json};

use super::{NETWORK, bad_request, balancers, members_mut, references};
use crate::kind::azure::Azure;
use crate::kind::part::Member;
use crate::kind::{Draft, Kind, Lies};
use crate::wire::answer::Answer;
use crate::wire::json;

/// The type of gateways.
const GATEWAYS: &str = "Microsoft.Network/applicationGateways";

/// The types of this file.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: GATEWAYS,
        lies: Lies::Region,
        defaults: DEFAULTS,
        members: MEMBERS,
        settle,
        view: balancers::view,
        ..NETWORK
    },
    Kind {
        name: "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies",
        lies: Lies::Region,
        defaults: r#"{"properties": {"customRules": [], "policySettings": {"requestBodyCheck": true, "maxRequestBodySizeInKb": 128, "fileUploadLimitInMb": 100, "state": "Disabled", "mode": "Detection"}, "managedRules": {"exclusions": []}}}"#,
        settle: settle_policy,
        ..NETWORK
    },
];

/// What a gateway has where nothing is said.
const DEFAULTS: &str = r#"{"properties": {"operationalState": "Running", "privateEndpointConnections": [], "gatewayIPConfigurations": [], "sslCertificates": [], "trustedRootCertificates": [], "trustedClientCertificates": [], "sslProfiles": [], "frontendIPConfigurations": [], "frontendPorts": [], "backendAddressPools": [], "loadDistributionPolicies": [], "backendHttpSettingsCollection": [], "backendSettingsCollection": [], "httpListeners": [], "listeners": [], "urlPathMaps": [], "requestRoutingRules": [], "routingRules": [], "probes": [], "rewriteRuleSets": [], "redirectConfigurations": [], "privateLinkConfigurations": []}}"#;

/// What stands in a gateway.
const MEMBERS: &[Member] = &[
    Member::of("/gatewayIPConfigurations"),
    Member::of("/sslCertificates"),
    Member::of("/trustedRootCertificates"),
    Member::of("/authenticationCertificates"),
    Member::of("/trustedClientCertificates"),
    Member::of("/sslProfiles"),
    Member {
        list: "/frontendIPConfigurations",
        defaults: r#"{"properties": {"privateIPAllocationMethod": "Dynamic"}}"#,
    },
    Member::of("/frontendPorts"),
    Member {
        list: "/backendAddressPools",
        defaults: r#"{"properties": {"backendAddresses": []}}"#,
    },
    Member::of("/loadDistributionPolicies"),
    Member {
        list: "/backendHttpSettingsCollection",
        defaults: r#"{"properties": {"cookieBasedAffinity": "Disabled", "pickHostNameFromBackendAddress": false, "requestTimeout": 30}}"#,
    },
    Member::of("/backendSettingsCollection"),
    Member {
        list: "/httpListeners",
        defaults: r#"{"properties": {"hostNames": [], "requireServerNameIndication": false, "enableHttp3": false}}"#,
    },
    Member::of("/listeners"),
    Member::of("/urlPathMaps"),
    Member::of("/requestRoutingRules"),
    Member::of("/routingRules"),
    Member {
        list: "/probes",
        defaults: r#"{"properties": {"pickHostNameFromBackendHttpSettings": false, "minServers": 0}}"#,
    },
    Member::of("/rewriteRuleSets"),
    Member::of("/redirectConfigurations"),
    Member::of("/privateLinkConfigurations"),
];

/// What the service takes and never answers, of each certificate.
const SECRET: &[&str] = &["data", "password"];

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    super::settle(azure, draft)?;
    if !azure.is_unguarded {
        check_inside(draft)?;
        check_priorities(draft)?;
        check_subnet(azure, draft)?;
    }
    let sku = &draft.body["properties"]["sku"]["name"];
    let is_second = sku.as_str().is_some_and(|name| name.ends_with("_v2"));
    let family = if is_second { "Generation_2" } else { "Generation_1" };
    json::fill(draft.properties(), &json!({"sku": {"family": family}}));
    if !is_second {
        json::fill(draft.properties(), &json!({"sslPolicy": {}}));
    }
    for certificate in members_mut(draft.properties(), "/sslCertificates") {
        if let Some(data) = certificate["properties"]["data"].as_str().map(str::to_owned) {
            json::set(certificate, "/properties/publicCertData", json!(data));
        }
        for name in SECRET {
            json::remove(certificate, &format!("/properties/{name}"));
        }
    }
    Ok(())
}

/// Refuses references to what does not stand in the gateway.
fn check_inside(draft: &Draft) -> Result<(), Answer> {
    let mut ids: Vec<String> = vec![];
    for members in draft.body["properties"].as_object().into_iter().flat_map(|o| o.values()) {
        let own = members.as_array().into_iter().flatten();
        ids.extend(own.filter_map(|one| Some(one["id"].as_str()?.to_ascii_lowercase())));
    }
    let own = format!("{}/", draft.id.key());
    let mut dangling = None;
    references::each(&draft.body["properties"], |_| false, &mut |id| {
        let lower = id.to_ascii_lowercase();
        if lower.starts_with(&own) && !ids.iter().any(|known| lower.starts_with(known.as_str())) {
            dangling.get_or_insert_with(|| id.to_owned());
        }
    });
    dangling.map_or(Ok(()), |id| Err(references::missing(&id, &draft.id)))
}

/// Every rule of a gateway of the second generation has a priority of its own.
fn check_priorities(draft: &Draft) -> Result<(), Answer> {
    let sku = draft.text("/sku/tier").unwrap_or_default();
    let rules = draft.property("/requestRoutingRules").and_then(Value::as_array);
    let mut seen: Vec<u64> = vec![];
    for rule in rules.into_iter().flatten().filter(|_| sku.ends_with("_v2")) {
        let name = rule["name"].as_str().unwrap_or_default();
        let Some(priority) = rule["properties"]["priority"].as_u64() else {
            let text = format!(
                "The request routing rule {name} has no priority: every rule must have one since \
                 API version 2021-08-01."
            );
            return Err(bad_request(
                "ApplicationGatewayRequestRoutingRulePriorityCannotBeEmpty",
                text,
            ));
        };
        if seen.contains(&priority) {
            let text = format!("The priority {priority} of rule {name} is that of another rule.");
            return Err(bad_request("ApplicationGatewayRequestRoutingRulePriorityDuplicate", text));
        }
        seen.push(priority);
    }
    Ok(())
}

/// A gateway shares its subnet with gateways alone.
fn check_subnet(azure: &Azure, draft: &Draft) -> Result<(), Answer> {
    let subnet = draft.text("/gatewayIPConfigurations/0/properties/subnet/id");
    let subnet = subnet.and_then(|id| ResourceId::parse(id).ok());
    let Some(subnet) = subnet else {
        let text = format!("Application gateway {} has no subnet.", draft.id);
        return Err(bad_request("ApplicationGatewayGatewayIpConfigurationMissing", text));
    };
    let other = super::interfaces::configurations(azure, &subnet).next();
    let Some(other) = other else { return Ok(()) };
    let text = format!(
        "Subnet {subnet} cannot be used for application gateway {}, because it contains {other}.",
        draft.id
    );
    Err(bad_request("ApplicationGatewaySubnetCannotHaveOtherResources", text))
}

/// Rules that are overridden without a word are off.
fn settle_policy(_: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    for set in members_mut(draft.properties(), "/managedRules/managedRuleSets") {
        for group in members_mut(set, "/ruleGroupOverrides") {
            for rule in members_mut(group, "/rules") {
                json::fill(rule, &json!({"state": "Disabled"}));
            }
        }
    }
    Ok(())
}
