//! Origin groups: how origins are probed and which of them is taken.

use serde_json::{Value, json};

use super::profiles::{in_use, usage, user};
use super::within::{self, bad_request};
use super::{CDN, CHILD, origins};
use crate::kind::azure::Azure;
use crate::kind::{Draft, Form, Kind, Put};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// The type of origin groups.
pub(super) const GROUPS: &str = "Microsoft.Cdn/profiles/origingroups";

/// An origin group.
pub(super) const KIND: Kind = Kind {
    name: GROUPS,
    defaults: r#"{"properties": {"sessionAffinityState": "Disabled", "healthProbeSettings": null, "loadBalancingSettings": {"additionalLatencyInMilliseconds": 0}, "trafficRestorationTimeToHealedOrNewEndpointsInMinutes": null, "deploymentStatus": "NotStarted"}}"#,
    put: Put { form: Form::Direct, ..CDN.put },
    settle,
    before_delete,
    action,
    ..CHILD
};

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    within::check_idle(azure, draft)?;
    if azure.is_unguarded {
        return Ok(());
    }
    within::check_name(draft, 2, 90, false)?;
    let number = |pointer: &str| draft.property(pointer).and_then(Value::as_u64);
    let samples = number("/loadBalancingSettings/sampleSize").unwrap_or(4);
    let successful = number("/loadBalancingSettings/successfulSamplesRequired").unwrap_or(3);
    if samples > 255 || successful > samples {
        let text = format!(
            "The value {successful} of 'successfulSamplesRequired' must not be greater than that \
             of 'sampleSize', {samples}."
        );
        return Err(bad_request(text));
    }
    let band = number("/loadBalancingSettings/additionalLatencyInMilliseconds").unwrap_or(0);
    if band > 1000 {
        let text = "The property 'additionalLatencyInMilliseconds' must be between 0 and 1000.";
        return Err(bad_request(text));
    }
    if draft.property("/healthProbeSettings").is_some_and(|probe| probe == &json!({})) {
        return Err(bad_request("The property 'healthProbeSettings' is not valid."));
    }
    if draft.property("/healthProbeSettings").is_none() {
        check_unprobed(origins::enabled(azure, &draft.id).count())?;
    }
    Ok(())
}

/// Without probes there is no way to choose.
pub(super) fn check_unprobed(enabled: usize) -> Result<(), Answer> {
    if enabled < 2 {
        return Ok(());
    }
    let text = "Health probes can be disabled only for origin groups with one enabled origin.";
    Err(bad_request(text))
}

/// A group stays while a route or a rule leads to it.
fn before_delete(azure: &Azure, group: &Stored) -> Result<(), Answer> {
    within::check_free(azure, &group.id)?;
    let routes = within::beside(azure, &group.id, "Microsoft.Cdn/profiles/afdendpoints/routes");
    let by_route = user(routes, group, |route| route.text("/originGroup/id").into_iter().collect());
    let rules = within::beside(azure, &group.id, "Microsoft.Cdn/profiles/rulesets/rules");
    let by_rule = || user(rules, group, |rule| overrides(&rule.body));
    by_route.or_else(by_rule).map_or(Ok(()), |by| Err(in_use(group, by)))
}

/// Returns the groups that a rule leads to.
pub(super) fn overrides(rule: &Value) -> Vec<&str> {
    let actions = rule.pointer("/properties/actions").and_then(Value::as_array);
    let place = |action: &Value| match action["name"].as_str()? {
        "RouteConfigurationOverride" => Some("/parameters/originGroupOverride/originGroup/id"),
        "OriginGroupOverride" => Some("/parameters/originGroup/id"),
        _ => None,
    };
    let actions = actions.into_iter().flatten();
    actions.filter_map(|action| action.pointer(place(action)?)?.as_str()).collect()
}

fn action(azure: &mut Azure, _: &Request, group: &Stored, action: &str) -> Option<Answer> {
    if !action.eq_ignore_ascii_case("usages") {
        return None;
    }
    let origins = azure.state.of_type_below(origins::ORIGINS, &group.id).count();
    Some(Answer::json(200, json!({"value": [usage(&group.id, "origin", origins, 50)]})))
}
