//! Names of resource types, for those who make an ID or a request.
//!
//! What a type *is* to the engine stands in its entry of the [catalogue](crate::catalogue): client,
//! planner and executor compare no resource with these names to find out what to do with it. The
//! importer does, to tell which part of the language writes a resource.

/// Resource groups.
pub const GROUP: &str = "Microsoft.Resources/resourceGroups";
/// Subscriptions.
pub const SUBSCRIPTION: &str = "Microsoft.Resources/subscriptions";
/// Management locks.
pub const LOCK: &str = "Microsoft.Authorization/locks";
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
/// Configuration documents of apps.
pub const SITE_CONFIG: &str = "Microsoft.Web/sites/config";
/// Autoscale settings.
pub const AUTOSCALE: &str = "Microsoft.Insights/autoscalesettings";
/// Role definitions.
pub const ROLE: &str = "Microsoft.Authorization/roleDefinitions";
