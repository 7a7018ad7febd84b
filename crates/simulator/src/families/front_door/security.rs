//! Security policies: which domains stand behind which policy of the firewall.

use serde_json::{Value, json};

use super::CHILD;
use super::NOT_STARTED;
use super::within::{self, bad_request, conflict, ids, is_premium, profile};
use crate::kind::azure::Azure;
use crate::kind::{Draft, Kind};
use crate::store::state::Stored;
use crate::wire::answer::Answer;

/// The type of security policies.
pub(super) const POLICIES: &str = "Microsoft.Cdn/profiles/securitypolicies";

/// A security policy.
pub(super) const KIND: Kind = Kind { name: POLICIES, defaults: NOT_STARTED, settle, ..CHILD };

/// Returns the IDs of the domains and endpoints that a policy covers.
pub(super) fn domains(policy: &Stored) -> Vec<&str> {
    covered(&policy.body).collect()
}

fn covered(body: &Value) -> impl Iterator<Item = &str> {
    associations(body).flat_map(|association| ids(association.get("domains")))
}

fn associations(body: &Value) -> impl Iterator<Item = &Value> {
    let list = body.pointer("/properties/parameters/associations");
    list.and_then(Value::as_array).into_iter().flatten()
}

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    within::check_idle(azure, draft)?;
    if !azure.is_unguarded {
        within::check_name(draft, 2, 260, false)?;
        check_firewall(azure, draft)?;
        check_domains(azure, draft)?;
    }
    let list = draft.body.pointer_mut("/properties/parameters/associations");
    for association in list.and_then(Value::as_array_mut).into_iter().flatten() {
        let domains = association.get_mut("domains").and_then(Value::as_array_mut);
        for domain in domains.into_iter().flatten().filter_map(Value::as_object_mut) {
            domain.insert("isActive".to_owned(), json!(true));
        }
    }
    Ok(())
}

/// The policy of the firewall is of the profile's tier.
fn check_firewall(azure: &Azure, draft: &Draft) -> Result<(), Answer> {
    let id = draft.text("/parameters/wafPolicy/id").unwrap_or_default();
    let Some(firewall) = azure.state.named(id) else {
        return Err(bad_request(format!("The WAF policy '{id}' was not found.")));
    };
    let is_classic = firewall.body["sku"]["name"] == "Classic_AzureFrontDoor";
    let tier = profile(azure, &draft.id).map(|profile| is_premium(&profile.body));
    if is_classic || tier != Some(is_premium(&firewall.body)) {
        let text = format!("The WAF policy '{id}' is not of the tier of the profile.");
        return Err(bad_request(text));
    }
    Ok(())
}

/// A domain stands behind one policy, with all of its paths.
fn check_domains(azure: &Azure, draft: &Draft) -> Result<(), Answer> {
    for association in associations(&draft.body) {
        if association["patternsToMatch"] != json!(["/*"]) {
            return Err(bad_request("The property 'patternsToMatch' must be '/*'."));
        }
    }
    let others: Vec<&Stored> =
        within::beside(azure, &draft.id, POLICIES).filter(|other| other.id != draft.id).collect();
    for id in covered(&draft.body) {
        let domain = within::named(azure, draft, id, "domain")?;
        let is_covered = |other: &&&Stored| {
            domains(other).iter().any(|theirs| within::is_id(theirs, &domain.id))
        };
        if let Some(other) = others.iter().find(is_covered) {
            let text = format!(
                "The domain '{}' is in security policy '{}' already.",
                domain.id.name(),
                other.id.name()
            );
            return Err(conflict(text));
        }
    }
    Ok(())
}
