//! What answers for a host name lets go of it behind the records that lead the name elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use resource::catalogue::{AnswersFor, facts_of, led_host};

use super::Violation;
use super::order::Order;
use super::pointers::{self, Targets};
use crate::{Action, Operation, Plan, Verb};

/// Checks that names leave before what answers for them goes, or is left out of what leads to it.
pub(super) fn check(plan: &Plan, order: &Order<'_>) -> Vec<Violation> {
    let deletes = plan.actions.iter().enumerate().filter(|(_, it)| it.verb == Verb::Delete);
    let goes: BTreeMap<usize, String> =
        deletes.filter_map(|(at, delete)| Some((at, host_of(delete)?))).collect();
    if goes.is_empty() {
        return vec![];
    }
    let targets: Targets<'_> =
        goes.keys().map(|at| (plan.actions[*at].resource.key(), *at)).collect();
    let mut steps: BTreeMap<usize, Vec<usize>> = goes.keys().map(|at| (*at, vec![*at])).collect();
    let mut records: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, action) in plan.actions.iter().enumerate() {
        for delete in cuts(action, &targets) {
            steps.entry(delete).or_default().push(at);
        }
        if let Some(host) = changed_name(action) {
            records.entry(host).or_default().push(at);
        }
    }
    let mut violations = vec![];
    for (delete, host) in goes {
        if is_handed_over(plan, order, delete, &host) {
            continue;
        }
        for record in records.get(&host).into_iter().flatten() {
            let early = steps[&delete].iter().filter(|step| !order.precedes(*record, **step));
            violations.extend(early.map(|step| Violation::LetGoBeforeName {
                let_go: plan.actions[*step].id.clone(),
                record: plan.actions[*record].id.clone(),
                host: host.clone(),
            }));
        }
    }
    violations
}

/// Returns the name for which the resource of an action answers, as far as the action tells.
fn host_of(action: &Action) -> Option<String> {
    let host = match facts_of(&action.resource).answers_for? {
        AnswersFor::Name => action.resource.name(),
        AnswersFor::Property(pointer) => {
            let path = pointer.trim_start_matches('/').replace('/', ".");
            let told = action.changes.iter().find(|change| change.path == path)?;
            told.before.as_ref()?.as_str()?
        }
    };
    Some(host.to_ascii_lowercase())
}

/// Returns the name whose record an action changes.
fn changed_name(action: &Action) -> Option<String> {
    let acts = matches!(action.operation, Operation::Write { .. } | Operation::Delete);
    led_host(&action.resource).filter(|_| acts)
}

/// Tells whether what is made in the place of a deleted resource waits for its name, which only one may
/// bear there.
fn is_handed_over(plan: &Plan, order: &Order<'_>, delete: usize, host: &str) -> bool {
    let kind = facts_of(&plan.actions[delete].resource).one_name;
    let takes = |(at, action): (usize, &Action)| {
        matches!(action.operation, Operation::Write { create: true, .. })
            && facts_of(&action.resource).one_name == kind
            && action.resource.name().eq_ignore_ascii_case(host)
            && order.precedes(delete, at)
    };
    kind.is_some() && plan.actions.iter().enumerate().any(takes)
}

/// Returns those of `targets` that an action stops naming.
fn cuts(action: &Action, targets: &Targets<'_>) -> BTreeSet<usize> {
    let Operation::Write { body, .. } = &action.operation else { return BTreeSet::new() };
    let mut held = BTreeSet::new();
    for before in action.changes.iter().filter_map(|change| change.before.as_ref()) {
        pointers::collect(before, targets, &mut held);
    }
    &held - &pointers::of_body(body, targets)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{check, sample};

    fn record() -> Action {
        sample::action(Verb::Update, sample::record("CNAME", "www"))
            .named("move www")
            .writing(json!({ "properties": { "CNAMERecord": { "cname": "new.example.net" } } }))
    }

    fn binding(host: &str) -> Action {
        sample::delete(sample::site("web").child("hostNameBindings", host)).named("unbind")
    }

    #[test]
    fn rule_05_an_app_lets_go_of_a_name_when_it_has_left() {
        let host = led_host(&sample::record("CNAME", "www")).expect("a record that leads");
        let plan = sample::plan([binding(&host), record()]);
        assert!(matches!(&check(&plan)[..], [Violation::LetGoBeforeName { .. }]));
        assert_eq!(check(&sample::plan([record(), binding(&host).after(["move www"])])), []);
        // A name of another, or a record that leads nowhere, is in nobody's way.
        assert_eq!(check(&sample::plan([record(), binding("app.example.org")])), []);
        let text = sample::action(Verb::Update, sample::record("TXT", "www")).named("text");
        assert_eq!(check(&sample::plan([text.writing(json!({})), binding(&host)])), []);
    }

    #[test]
    fn rule_05_an_edge_lets_go_of_a_name_when_it_has_left() {
        let host = led_host(&sample::record("CNAME", "www")).expect("a record that leads");
        let profile = sample::profile("main").to_string();
        let profile =
            profile.replace("Microsoft.Network/trafficManagerProfiles", "Microsoft.Cdn/profiles");
        let profile = resource::ResourceId::parse(&profile).expect("an ID");
        let domain = profile.child("customDomains", "www");
        let gone = || {
            let delete = sample::delete(domain.clone()).named("delete domain");
            delete.changing("properties.hostName", json!(host), serde_json::Value::Null)
        };
        let cut = || {
            let route = profile.child("afdEndpoints", "main").child("routes", "all");
            let named = json!({ "id": domain.to_string() });
            sample::action(Verb::Update, route)
                .named("cut route")
                .writing(json!({ "properties": { "customDomains": [] } }))
                .changing("properties.customDomains[www]", named, serde_json::Value::Null)
        };
        let late = sample::plan([cut(), record(), gone().after(["cut route", "move www"])]);
        assert!(
            matches!(&check(&late)[..], [Violation::LetGoBeforeName { let_go, .. }] if let_go.0 == "cut route"),
            "{:?}",
            check(&late)
        );
        let right = [record(), cut().after(["move www"]), gone().after(["cut route"])];
        assert_eq!(check(&sample::plan(right)), []);
    }
}
