//! What a person should know of a profile, though nothing is wrong with it.

use plan::{Code, Notice, Severity};
use planner::Expansion;
use resource::secret::is_secret_header;
use topology::section::Entry;

use super::{Endpoint, InterfaceKind, TrafficManager};

/// Notes what is readable that should not be of worth, and what no answer of DNS moves.
pub(super) fn add(expansion: &mut Expansion<'_>, key: &str, profile: &TrafficManager) {
    let address = TrafficManager::SECTION.address(None, key);
    let monitored = profile.monitor.iter().flat_map(|monitor| monitor.headers.iter());
    let is_secret = |(name, value): (&String, &topology::Sp<topology::Text>)| {
        value.is_secret() || is_secret_header(name, value.literal().unwrap_or_default())
    };
    let has_login =
        |endpoint: &Endpoint| endpoint.auth.is_some() || endpoint.headers.iter().any(is_secret);
    let mut notices = vec![];
    if monitored.into_iter().any(is_secret) || profile.endpoints.values().any(has_login) {
        notices.push(Notice {
            severity: Severity::Info,
            code: Code::ProbeCredentialReadable.into(),
            address: address.clone(),
            message: "whoever may read the profile reads what its probes log in with".to_owned(),
            help: Some(
                "give the probe a user of its own, with no right but to be answered".to_owned(),
            ),
        });
    }
    for (name, interface) in &profile.interfaces {
        if interface.kind.value == InterfaceKind::Pull {
            notices.push(Notice {
                severity: Severity::Info,
                code: Code::NotSteered.into(),
                address: address.clone(),
                message: format!(
                    "`{name}` fetches its work by itself, so the profile does not steer it"
                ),
                help: Some(
                    "let one endpoint alone poll, and move that by hand in a failover".to_owned(),
                ),
            });
        }
    }
    expansion.desired().notices.extend(notices);
}
