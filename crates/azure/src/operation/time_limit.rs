//! How long an operation may take.

use std::time::Duration;

use resource::ResourceType;

use super::Purpose;

/// Types that take long, with minutes for a write and for a delete. Terraform's provider grants
/// the same.
const SLOW: [(&str, u64, u64); 13] = [
    ("Microsoft.Network/privateEndpoints", 60, 60),
    ("Microsoft.Web/serverfarms", 60, 60),
    ("Microsoft.Storage/storageAccounts", 60, 60),
    ("Microsoft.Sql/servers", 60, 60),
    ("Microsoft.AppConfiguration/configurationStores", 60, 60),
    ("Microsoft.Network/applicationGateways", 90, 90),
    ("Microsoft.ContainerService/managedClusters", 90, 90),
    ("Microsoft.Resources/resourceGroups", 90, 90),
    ("Microsoft.Cache/Redis", 180, 180),
    ("Microsoft.DocumentDB/databaseAccounts", 180, 300),
    ("Microsoft.Cdn/profiles", 240, 360),
    ("Microsoft.Network/frontDoorWebApplicationFirewallPolicies", 240, 360),
    ("Microsoft.Cache/redisEnterprise", 45, 30),
];

/// Minutes for every other type.
const USUAL: (u64, u64) = (30, 30);

/// Returns how long an operation on a resource of this type may take.
pub(super) fn time_limit(of: &ResourceType, purpose: Purpose) -> Duration {
    let covers = |name: &str| {
        let (found, name) = (of.key(), name.to_ascii_lowercase());
        found == name || found.strip_prefix(&name).is_some_and(|rest| rest.starts_with('/'))
    };
    let slow = SLOW.iter().find(|(name, ..)| covers(name));
    let (write, delete) = slow.map_or(USUAL, |(_, write, delete)| (*write, *delete));
    let minutes = if purpose == Purpose::Delete { delete } else { write };
    Duration::from_secs(minutes * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_have_the_time_of_their_parent() {
        let minutes = |name: &str| time_limit(&name.into(), Purpose::Write).as_secs() / 60;
        assert_eq!(minutes("microsoft.cdn/profiles/afdEndpoints"), 240);
        assert_eq!(minutes("Microsoft.Cache/RedisEnterprise"), 45);
        assert_eq!(minutes("Microsoft.Network/trafficManagerProfiles"), 30);
    }
}
