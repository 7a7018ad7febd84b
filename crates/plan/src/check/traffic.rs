//! Traffic is never without a target.

use resource::catalogue::{Duty, Members, Routing, facts_of};
use resource::{ResourceId, Suffixes};
use serde_json::Value;

use super::Violation;
use super::order::Order;
use crate::{Action, Operation, Plan};

/// Checks each profile that is written, and that names leave a profile before it is deleted.
pub(super) fn check(plan: &Plan, order: &Order<'_>) -> Vec<Violation> {
    let profiles = || {
        let actions = plan.actions.iter().enumerate();
        actions.filter_map(|(at, action)| Some((at, action, members_of(&action.resource)?)))
    };
    let mut violations: Vec<_> = profiles()
        .filter(|(_, action, members)| leaves_without_target(action, members))
        .map(|(_, action, _)| Violation::TrafficWithoutTarget {
            id: action.id.clone(),
            profile: action.resource.clone(),
        })
        .collect();
    let deletes = profiles().filter(|(_, action, _)| matches!(action.operation, Operation::Delete));
    for (delete, profile, _) in deletes {
        let points_to = |action: &Action| points_to(action, profile, &plan.suffixes);
        let records = plan.actions.iter().enumerate().filter(|(_, action)| points_to(action));
        violations.extend(records.filter(|(record, _)| !order.precedes(*record, delete)).map(
            |(_, record)| Violation::ProfileBeforeRecord {
                delete: profile.id.clone(),
                record: record.id.clone(),
            },
        ));
    }
    violations
}

/// Tells whether a profile answers with nothing after `action`.
///
/// A profile and its endpoints are one aggregate: a PUT without endpoints deletes them. A disabled
/// profile is meant to answer with nothing.
fn leaves_without_target(action: &Action, members: &Members) -> bool {
    let Operation::Write { write, body, create } = &action.operation else { return false };
    if Members::is_off(body.pointer(members.switch)) {
        return false;
    }
    match body.pointer(members.array) {
        Some(Value::Array(endpoints)) => endpoints
            .iter()
            .all(|endpoint| Members::is_off(endpoint.pointer(members.member_switch))),
        // Laid over what is observed, a body that does not speak of endpoints keeps them.
        None => *create || *write == crate::Write::PutExact,
        Some(_) => true,
    }
}

/// Returns how a router with several members leads traffic on.
fn members_of(id: &ResourceId) -> Option<&'static Members> {
    match facts_of(id).routing? {
        Routing::Many(members) => Some(members),
        Routing::One(_) => None,
    }
}

/// Tells whether `action` takes a DNS name away from `profile`.
///
/// A record that points by value names the profile's host name. Where the delete does not tell that
/// name, any record that leaves any profile counts: the careful reading.
fn points_to(action: &Action, profile: &Action, suffixes: &Suffixes) -> bool {
    if !Duty::is_record(&action.resource) {
        return false;
    }
    let facts = facts_of(&profile.resource);
    let is_handle = |path: &str| {
        let pointer = format!("/{}", path.replace('.', "/"));
        facts.handles.iter().any(|handle| handle.pointer == pointer)
    };
    let host = profile.changes.iter().find_map(|change| {
        let before = change.before.as_ref().filter(|_| is_handle(&change.path))?;
        before.as_str().map(str::to_ascii_lowercase)
    });
    let below = facts.unique_name.and_then(|name| name.below);
    let mut names = vec![];
    action.changes.iter().filter_map(|change| change.before.as_ref()).for_each(|before| {
        strings(before, &mut |text| names.push(text.trim_end_matches('.').to_ascii_lowercase()));
    });
    names.iter().any(|name| match &host {
        Some(host) => name == host,
        None => below.is_some_and(|service| suffixes.name_host(service, name)),
    })
}

fn strings<'a>(value: &'a Value, visit: &mut impl FnMut(&'a str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, visit)),
        Value::Object(map) => map.values().for_each(|item| strings(item, visit)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Verb;
    use crate::{check, sample};

    fn write(properties: Value) -> Plan {
        let action = sample::action(Verb::Update, sample::profile("main"));
        sample::plan([action.writing(json!({ "properties": properties }))])
    }

    #[test]
    fn rule_14_traffic_is_never_without_a_target() {
        let on = json!({ "name": "weu", "properties": { "endpointStatus": "Enabled" } });
        let off = json!({ "name": "sea", "properties": { "endpointStatus": "Disabled" } });
        for endpoints in [json!([]), json!([off]), json!(null)] {
            let violations = check(&write(json!({ "endpoints": endpoints })));
            assert!(matches!(&violations[..], [Violation::TrafficWithoutTarget { .. }]));
        }
        assert_eq!(check(&write(json!({ "endpoints": [off, on] }))), []);
    }

    #[test]
    fn rule_14_an_endpoint_is_enabled_unless_it_says_otherwise() {
        assert_eq!(check(&write(json!({ "endpoints": [{ "name": "weu" }] }))), []);
    }

    #[test]
    fn rule_14_a_disabled_profile_needs_no_target() {
        let properties = json!({ "profileStatus": "Disabled", "endpoints": [] });
        assert_eq!(check(&write(properties)), []);
    }

    #[test]
    fn rule_14_a_profile_is_not_made_without_endpoints() {
        let create = sample::create(sample::profile("main"), json!({ "properties": {} }));
        let violations = check(&sample::plan([create]));
        assert!(matches!(&violations[..], [Violation::TrafficWithoutTarget { .. }]));
        // An update laid over the observed profile keeps its endpoints.
        assert_eq!(check(&write(json!({ "dnsConfig": { "ttl": 60 } }))), []);
    }

    #[test]
    fn rule_14_names_leave_a_profile_before_it_is_deleted() {
        let record = |target: &str| {
            sample::delete(sample::record("CNAME", "app")).changing(
                "properties.CNAMERecord.cname",
                json!(target),
                Value::Null,
            )
        };
        let profile = sample::delete(sample::profile("main")).changing(
            "properties.dnsConfig.fqdn",
            json!("northwind.trafficmanager.net"),
            Value::Null,
        );
        let ours = record("Northwind.trafficmanager.net.");
        let plan = sample::plan([ours.clone(), profile.clone()]);
        assert!(matches!(&check(&plan)[..], [Violation::ProfileBeforeRecord { .. }]));
        let plan = sample::plan([ours, profile.clone().after(["delete app"])]);
        assert_eq!(check(&plan), []);
        assert_eq!(check(&sample::plan([record("other.trafficmanager.net"), profile])), []);
        // Without the profile's name the other record may be the one.
        let nameless = sample::delete(sample::profile("main"));
        let plan = sample::plan([record("other.trafficmanager.net"), nameless.clone()]);
        assert!(matches!(&check(&plan)[..], [Violation::ProfileBeforeRecord { .. }]));
        // Another cloud's profiles have other names.
        let suffixes =
            Suffixes { traffic_manager: "tm.corp.example".to_owned(), ..Suffixes::default() };
        let plan = sample::plan([record("Other.TM.corp.example."), nameless]);
        assert_eq!(check(&plan), []);
        let plan = Plan { suffixes, ..plan };
        assert!(matches!(&check(&plan)[..], [Violation::ProfileBeforeRecord { .. }]));
    }
}
