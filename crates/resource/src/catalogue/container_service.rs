//! Azure Kubernetes Service.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.containerservice/managedclusters>
//! and recorded traffic.

use serde_json::Value;

use super::stakes::{ON, Scale, Stake, access, cost, redundancy, security};
use super::{Additions, Likeness, Listing, Literal, TimeLimit, TypeFacts, Typical, Update};

const VERSION: &str = "2025-10-01";

/// Zero asks for the size that belongs to the virtual machines.
const OPEN_SIZE: Literal = Literal::Number(0);

/// An ordinary node pool answers nothing about spot prices.
const REGULAR: Literal = Literal::Text("Regular");

/// A free control plane comes without a promise.
///
/// Source: <https://learn.microsoft.com/azure/aks/free-standard-pricing-tiers>.
const UPTIME: Scale = Scale::Rungs(&[&["Free"], &["Standard", "Premium"]]);

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.ContainerService/managedClusters",
        time_limit: Some(TimeLimit::LONG),
        api_version: VERSION,
        listing: Listing::Subscription,
        update: Update::PutOver,
        holds_data: Some("all that runs in the cluster, and its node resource group"),
        immutable: &[
            ("location", "a cluster cannot move to another region"),
            ("properties.dnsPrefix", "the DNS prefix of a cluster is fixed at its creation"),
            ("properties.nodeResourceGroup", "the node resource group is fixed at creation"),
            ("properties.enableRBAC", "role-based access control is chosen at creation"),
            ("properties.networkProfile.networkPlugin", "the network is fixed at creation"),
            ("properties.networkProfile.serviceCidr", "the network is fixed at creation"),
            ("properties.networkProfile.dnsServiceIP", "the network is fixed at creation"),
            ("properties.networkProfile.loadBalancerSku", "the network is fixed at creation"),
            (
                "properties.apiServerAccessProfile.enablePrivateCluster",
                "a private cluster is chosen at creation",
            ),
        ],
        read_only: &[
            "properties.powerState",
            "properties.currentKubernetesVersion",
            "properties.maxAgentPools",
            "properties.fqdn",
            "properties.azurePortalFQDN",
            "properties.agentPoolProfiles[].powerState",
            "properties.agentPoolProfiles[].currentOrchestratorVersion",
            "properties.agentPoolProfiles[].nodeImageVersion",
        ],
        volatile: &["properties.networkProfile.loadBalancerProfile.effectiveOutboundIPs"],
        write_only: &[
            "properties.servicePrincipalProfile.secret",
            "properties.windowsProfile.adminPassword",
            "properties.aadProfile.serverAppSecret",
        ],
        open: &[
            ("properties.agentPoolProfiles[].osDiskSizeGB", OPEN_SIZE),
            ("properties.kubernetesVersion", Literal::Text("")),
            ("properties.agentPoolProfiles[].orchestratorVersion", Literal::Text("")),
        ],
        defaults: &[
            ("properties.agentPoolProfiles[].scaleSetPriority", REGULAR),
            ("properties.agentPoolProfiles[].scaleSetEvictionPolicy", Literal::Text("Delete")),
            ("properties.agentPoolProfiles[].spotMaxPrice", Literal::Number(-1)),
        ],
        stakes: &[
            redundancy("sku.tier", UPTIME, "Free"),
            redundancy("properties.agentPoolProfiles[].count", Scale::Number, ""),
            redundancy("properties.agentPoolProfiles[].minCount", Scale::Number, ""),
            cost("properties.agentPoolProfiles[].count", Scale::Number),
            cost("properties.agentPoolProfiles[].maxCount", Scale::Number),
            cost("properties.agentPoolProfiles[].minCount", Scale::Number),
            redundancy("properties.agentPoolProfiles", Scale::Members, ""),
            security("properties.apiServerAccessProfile.enablePrivateCluster", ON, "false"),
            security("properties.apiServerAccessProfile.authorizedIPRanges", Scale::Presence, ""),
            security("properties.aadProfile.enableAzureRBAC", ON, "false"),
            security("properties.aadProfile.managed", ON, "false"),
            security("properties.networkProfile.networkPolicy", Scale::Presence, ""),
            security("properties.securityProfile.defender.securityMonitoring.enabled", ON, "false"),
            security("properties.securityProfile.workloadIdentity.enabled", ON, "false"),
            security("properties.addonProfiles.azurepolicy.enabled", ON, "false"),
            access("properties.apiServerAccessProfile.authorizedIPRanges"),
            access("properties.aadProfile.adminGroupObjectIDs"),
        ],
        // `1.29` asks for the newest 1.29.
        likeness: &[
            ("properties.kubernetesVersion", Likeness::Version),
            ("properties.agentPoolProfiles[].orchestratorVersion", Likeness::Version),
        ],
        additions: &[Additions {
            // The service adds its own addresses and host names.
            path: "properties.httpProxyConfig.noProxy",
            is_service_made: |_| true,
        }],
        // Blocks that are switched off as a whole are left out of the answer.
        omits_off: true,
        rewrite: Some(leave_counts_to_the_autoscaler),
        // 3 to 10 minutes each.
        typical: Typical { create_secs: Some(300), delete_secs: Some(300), ..Typical::UNKNOWN },
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.ContainerService/managedClusters/agentPools",
        api_version: VERSION,
        listing: Listing::InParent("agentPools"),
        immutable: &[
            ("properties.osType", "the operating system of a pool is fixed at its creation"),
            ("properties.availabilityZones", "the zones of a pool are fixed at its creation"),
            ("properties.scaleSetPriority", "the priority of a pool is fixed at its creation"),
            (
                "properties.scaleSetEvictionPolicy",
                "the priority of a pool is fixed at its creation",
            ),
        ],
        read_only: &[
            "properties.powerState",
            "properties.currentOrchestratorVersion",
            "properties.nodeImageVersion",
        ],
        open: &[
            ("properties.osDiskSizeGB", OPEN_SIZE),
            ("properties.orchestratorVersion", Literal::Text("")),
        ],
        stakes: &[
            redundancy("properties.count", Scale::Number, ""),
            redundancy("properties.minCount", Scale::Number, ""),
            cost("properties.count", Scale::Number),
            cost("properties.maxCount", Scale::Number),
            cost("properties.minCount", Scale::Number),
        ],
        gone: &[Stake::Redundancy],
        defaults: &[
            ("properties.scaleSetPriority", REGULAR),
            ("properties.scaleSetEvictionPolicy", Literal::Text("Delete")),
            ("properties.spotMaxPrice", Literal::Number(-1)),
        ],
        likeness: &[("properties.orchestratorVersion", Likeness::Version)],
        // Blocks that are switched off as a whole are left out of the answer.
        omits_off: true,
        rewrite: Some(leave_count_to_the_autoscaler),
        ..TypeFacts::CHILD
    },
];

/// The autoscaler changes the number of nodes; what was sent is where it starts.
fn leave_count_to_the_autoscaler(body: &mut Value, _: &Value) {
    if let Some(pool) = body.get_mut("properties") {
        leave_count(pool);
    }
}

fn leave_counts_to_the_autoscaler(body: &mut Value, _: &Value) {
    let pools = body.pointer_mut("/properties/agentPoolProfiles").and_then(Value::as_array_mut);
    pools.into_iter().flatten().for_each(leave_count);
}

fn leave_count(pool: &mut Value) {
    if pool.get("enableAutoScaling") == Some(&Value::Bool(true))
        && let Some(pool) = pool.as_object_mut()
    {
        pool.shift_remove("count");
    }
}
