//! The firewall before a profile: a policy, and what puts it before every domain and the endpoint.

mod check;
mod expand;
mod import;
mod model;

use std::borrow::Cow;

use resource::ResourceId;

pub(super) use check::firewall as check;
pub(super) use expand::add;
pub(super) use import::{Found, is_part, recognise, write};
pub use model::{Firewall, Waf};

use super::{FrontDoor, Tier};

/// The type of the firewall's policies.
const POLICY: &str = "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies";

/// Returns the firewall of a profile: the one that is written, or that which a premium one has anyway.
pub(super) fn of(front: &FrontDoor) -> Option<Cow<'_, Waf>> {
    match &front.waf {
        Some(Firewall::On(waf)) => Some(Cow::Borrowed(waf)),
        Some(Firewall::Off(_)) => None,
        None => is_premium(front).then(|| Cow::Owned(Waf::usual(&front.place))),
    }
}

/// Tells whether a profile is of the tier that knows managed rules.
fn is_premium(front: &FrontDoor) -> bool {
    front.tier.as_ref().is_some_and(|tier| tier.value == Tier::Premium)
}

/// Returns the name that a policy has where none is written: letters and digits alone.
fn derived_name(application: &str, key: &str) -> String {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    format!("waf{}{}", plain(application), plain(key))
}

/// Returns what puts the firewall before the hosts of a profile.
pub(super) fn link_id(profile: &ResourceId, waf: &Waf) -> ResourceId {
    let name = waf.link.as_ref().map_or(LINK, |link| &link.value);
    profile.child("securityPolicies", name)
}

const LINK: &str = "waf";
