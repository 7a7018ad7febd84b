//! Names of resource types, for those who make an ID or a request.
//!
//! What a type *is* to the engine stands in its entry of the [catalogue](crate::catalogue): nobody
//! compares a resource with these names to find out what to do with it.

/// Resource groups.
pub const GROUP: &str = "Microsoft.Resources/resourceGroups";
/// Subscriptions.
pub const SUBSCRIPTION: &str = "Microsoft.Resources/subscriptions";
/// Management locks.
pub const LOCK: &str = "Microsoft.Authorization/locks";
/// Certificates of App Service.
pub const CERTIFICATE: &str = "Microsoft.Web/certificates";
/// Role assignments.
pub const ASSIGNMENT: &str = "Microsoft.Authorization/roleAssignments";
/// Apps of App Service.
pub const SITE: &str = "Microsoft.Web/sites";
/// Plans of App Service.
pub const PLAN: &str = "Microsoft.Web/serverfarms";
/// Profiles of Traffic Manager.
pub const PROFILE: &str = "Microsoft.Network/trafficManagerProfiles";
/// Public DNS zones.
pub const ZONE: &str = "Microsoft.Network/dnsZones";
/// Storage accounts.
pub const STORAGE_ACCOUNT: &str = "Microsoft.Storage/storageAccounts";
