//! The calls by which resources are read: one for each collection.

use resource::catalogue::{Listing, facts, facts_of};
use resource::{ResourceId, ResourceType};

/// One call, and what it answers for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Call {
    /// A list of a whole subscription; everything else hangs on these.
    Subscription { subscription: String, resource_type: ResourceType },
    /// A list of what lies in a resource, whatever the spelling of its ID.
    Children { owner: ResourceId, segment: &'static str },
    /// A single read.
    One { id: ResourceId },
}

impl Call {
    /// Returns the call that shows `id`; `None` where its parent's body does.
    pub fn for_resource(id: &ResourceId) -> Option<Self> {
        let one = || Self::One { id: id.clone() };
        let children = |segment| match id.parent() {
            Some(owner) => Self::Children { owner, segment },
            None => one(),
        };
        Some(match facts_of(id).listing {
            Listing::Parent => return None,
            Listing::Subscription | Listing::Apart { .. } | Listing::Scope => {
                match id.subscription() {
                    Some(subscription) => Self::whole(subscription, id.resource_type()),
                    None => one(),
                }
            }
            Listing::Records => children("recordsets"),
            Listing::InParent(segment) => children(segment),
            Listing::Get | Listing::PostList { .. } => one(),
        })
    }

    /// Returns the list of all resources of a type in a subscription.
    pub fn whole(subscription: &str, resource_type: ResourceType) -> Self {
        Self::Subscription { subscription: subscription.to_ascii_lowercase(), resource_type }
    }

    /// Returns the list of the children that Azure or other people make beside the wanted ones and
    /// that must be known, of a type that has such.
    pub fn beside(id: &ResourceId) -> Option<Self> {
        let segment = facts_of(id).beside?;
        Some(Self::Children { owner: id.clone(), segment })
    }

    /// Returns the path of the call.
    pub fn path(&self) -> String {
        match self {
            Self::Subscription { subscription, resource_type } => {
                match facts(resource_type).listing {
                    Listing::Apart { path, .. } => format!("/subscriptions/{subscription}/{path}"),
                    _ => format!("/subscriptions/{subscription}/providers/{resource_type}"),
                }
            }
            Self::Children { owner, segment } => format!("{owner}/{segment}"),
            Self::One { id } => id.to_string(),
        }
    }

    /// Returns the action of ARM that the call needs, `Microsoft.Web/sites/read`.
    ///
    /// Source: <https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations>.
    pub fn right(&self) -> String {
        match self {
            Self::Subscription { resource_type, .. } => read_right(resource_type),
            Self::Children { owner, segment } => {
                format!("{}/{segment}/read", owner.resource_type())
            }
            Self::One { id } => match facts_of(id).listing {
                Listing::PostList { .. } => format!("{}/list/action", id.resource_type()),
                _ => read_right(&id.resource_type()),
            },
        }
    }

    /// Returns what must exist for the call to find anything: the owner of a list, the parent of a
    /// single resource.
    pub fn rests_on(&self) -> Option<ResourceId> {
        match self {
            Self::Subscription { .. } => None,
            Self::Children { owner, .. } => Some(owner.clone()),
            Self::One { id } => id.parent(),
        }
    }
}

/// Returns the action that reads one resource of a type.
fn read_right(resource_type: &ResourceType) -> String {
    match facts(resource_type).listing {
        Listing::Apart { right, .. } => right.to_owned(),
        _ => format!("{resource_type}/read"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: &str = "/subscriptions/S/resourceGroups/rg";

    fn path(id: &str) -> Option<String> {
        let id = ResourceId::parse(&format!("{GROUP}{id}")).expect("valid ID");
        Call::for_resource(&id).map(|call| call.path())
    }

    #[test]
    fn reads_use_list_calls() {
        assert_eq!(path("").as_deref(), Some("/subscriptions/s/resourcegroups"));
        let site = "/providers/Microsoft.Web/sites/app";
        let sites = "/subscriptions/s/providers/Microsoft.Web/sites";
        assert_eq!(path(site).as_deref(), Some(sites));
        let record = "/providers/Microsoft.Network/dnsZones/example.com/CNAME/app";
        let records =
            format!("{GROUP}/providers/Microsoft.Network/dnsZones/example.com/recordsets");
        assert_eq!(path(record), Some(records));
        let endpoint = "/providers/Microsoft.Network/trafficManagerProfiles/p/externalEndpoints/a";
        assert_eq!(path(endpoint), None);
        let lock =
            "/providers/Microsoft.Network/dnsZones/z/providers/Microsoft.Authorization/locks/l";
        let locks = "/subscriptions/s/providers/Microsoft.Authorization/locks";
        assert_eq!(path(lock).as_deref(), Some(locks));
        let unknown = "/providers/Contoso.Widgets/widgets/w";
        assert_eq!(path(unknown), Some(format!("{GROUP}{unknown}")));
    }

    #[test]
    fn each_call_names_the_right_that_it_needs() {
        let right = |id: &str| {
            let id = ResourceId::parse(&format!("{GROUP}{id}")).expect("valid ID");
            Call::for_resource(&id).map(|call| call.right()).unwrap_or_default()
        };
        let site = "/providers/Microsoft.Web/sites/app";
        assert_eq!(right(""), "Microsoft.Resources/subscriptions/resourceGroups/read");
        assert_eq!(right(site), "Microsoft.Web/sites/read");
        let settings = format!("{site}/config/appsettings");
        assert_eq!(right(&settings), "Microsoft.Web/sites/config/list/action");
        assert_eq!(right(&format!("{site}/config/web")), "Microsoft.Web/sites/config/read");
        let record = "/providers/Microsoft.Network/dnsZones/example.com/CNAME/app";
        assert_eq!(right(record), "Microsoft.Network/dnsZones/recordsets/read");
        assert_eq!(right("/providers/Contoso.Widgets/widgets/w"), "Contoso.Widgets/widgets/read");
    }
}
