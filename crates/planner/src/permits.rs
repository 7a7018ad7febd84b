//! Permissions that permit nothing: most often a slip of the pen, and what was meant is refused.

use plan::{Code, Notice, Plan, Severity};
use resource::Observed;

use crate::change::Options;
use crate::desired::Desired;

/// Permissions that are lifted by a key and not by an address begin so.
const KEYS: &str = "objectives.";

/// Tells the permissions that speak of nothing that the topology declares, that Azure holds or that the
/// plan does.
pub(crate) fn tell_idle(
    plan: &mut Plan,
    desired: &Desired,
    observed: &Observed,
    options: &Options,
) {
    for given in &options.permitted {
        if given.starts_with(KEYS) || is_known(given, plan, desired, observed) {
            continue;
        }
        plan.notices.push(Notice {
            severity: Severity::Warning,
            code: Code::PermitsNothing.into(),
            address: given.clone(),
            message: format!("`--permit {given}` permits nothing: nothing here has this name"),
            help: Some("name it as the plan does, by its address or its resource ID".to_owned()),
        });
    }
    plan.notices.sort();
}

fn is_known(given: &str, plan: &Plan, desired: &Desired, observed: &Observed) -> bool {
    // A part of a resource, such as an endpoint, stands below its address.
    let is_of = |address: &str| {
        let start = given.get(..address.len()).filter(|_| !address.is_empty());
        let rest = || given[address.len()..].starts_with(['/', '.', '[']);
        start.is_some_and(|start| start.eq_ignore_ascii_case(address))
            && (given.len() == address.len() || rest())
    };
    let is_named_in = |text: &str| given.len() > 3 && text.contains(given);
    desired.resources().any(|resource| {
        is_of(&resource.address)
            || is_of(resource.id.as_str())
            // A host name that a router leads to.
            || is_named_in(&resource.body.to_string())
    }) || observed.resources.values().any(|seen| is_of(seen.id.as_str()) || given == seen.id.name())
        || plan.actions.iter().any(|action| is_of(&action.address) || is_of(action.id.0.as_str()))
        || plan.refusals.iter().any(|refusal| {
            is_of(&refusal.address) || is_named_in(&refusal.help) || is_named_in(&refusal.message)
        })
        || plan.notices.iter().any(|notice| is_of(&notice.address))
}
