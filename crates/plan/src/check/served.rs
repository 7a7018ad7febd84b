//! Traffic is led only to what has shown that it serves.

use std::collections::BTreeSet;

use resource::ResourceId;
use resource::catalogue::{self, Destination};

use super::Violation;
use super::order::Order;
use crate::{Action, ActionId, Operation, Plan, Reliance};

/// Checks each action that leads traffic to where it was not led before.
///
/// What an action relies on is not a property of the actions that happen to be left: a plan that
/// goes on where another one stopped asks again, or names what speaks for the destination.
pub(super) fn check(plan: &Plan, order: &Order<'_>) -> Vec<Violation> {
    let mut violations = vec![];
    for (at, action) in plan.actions.iter().enumerate() {
        // Nobody is led to it, and whatever leads there is a step of its own.
        let is_unused = plan.unused.contains(&action.resource);
        if is_unused && matches!(action.operation, Operation::Write { create: true, .. }) {
            continue;
        }
        let mut proof = Proof { plan, order, step: at, seen: BTreeSet::new() };
        for lead in action.new_leads() {
            if let Some(target) = proof.unproved(lead.to.key()) {
                let (id, resource) = (action.id.clone(), action.resource.clone());
                violations.push(Violation::TrafficToUnasked { id, resource, target });
            }
        }
    }
    violations
}

/// What is found out for one step that moves traffic.
struct Proof<'a> {
    plan: &'a Plan,
    order: &'a Order<'a>,
    step: usize,
    seen: BTreeSet<String>,
}

impl Proof<'_> {
    /// Returns the destination behind `key` that nothing speaks for, if there is one.
    fn unproved(&mut self, key: &str) -> Option<String> {
        if !self.seen.insert(key.to_owned()) {
            return None;
        }
        let is_proved = match self.plan.reliances.get(key) {
            Some(Reliance::Excused(_)) => true,
            Some(Reliance::Healthy) => self.changes_of(key).all(|at| self.comes_after(at)),
            Some(Reliance::Asked(probes)) => probes.iter().any(|probe| self.is_asked(key, probe)),
            Some(Reliance::LeadsOn(to)) => {
                let told = self.is_told(key, to);
                return if told {
                    to.iter().find_map(|next| self.unproved(next))
                } else {
                    Some(key.to_owned())
                };
            }
            None => false,
        };
        (!is_proved).then(|| key.to_owned())
    }

    /// Tells whether a destination is asked before the step, and after whatever changes it.
    fn is_asked(&self, key: &str, probe: &ActionId) -> bool {
        let mut actions = self.plan.actions.iter().enumerate();
        let Some((at, action)) = actions.find(|(_, action)| action.id == *probe) else {
            return false;
        };
        let Operation::Probe { url, .. } = &action.operation else { return false };
        let is_meant = action.resource.key() == key
            || url.to_string().to_ascii_lowercase().contains(&key.to_ascii_lowercase());
        is_meant
            && self.order.precedes(at, self.step)
            && self
                .changes_of(key)
                .all(|change| self.order.precedes(change, at) || self.comes_after(change))
    }

    fn comes_after(&self, at: usize) -> bool {
        self.order.precedes(self.step, at)
    }

    /// Returns the actions that change what answers at a destination.
    fn changes_of(&self, key: &str) -> impl Iterator<Item = usize> {
        let is_change = move |action: &Action| {
            let writes = matches!(
                action.operation,
                Operation::Write { .. } | Operation::Post { .. } | Operation::Delete
            );
            writes && configures(&action.resource, key)
        };
        let actions = self.plan.actions.iter().enumerate();
        actions.filter(move |(_, action)| is_change(action)).map(|(at, _)| at)
    }

    /// Tells whether `to` holds all to which the plan lets the router `key` lead.
    fn is_told(&self, key: &str, to: &BTreeSet<String>) -> bool {
        let writes = self.plan.actions.iter().filter(|action| action.resource.key() == key);
        let bodies = writes.filter_map(|action| match &action.operation {
            Operation::Write { body, .. } => Some((action.resource.resource_type(), body)),
            _ => None,
        });
        bodies.into_iter().all(|(kind, body)| {
            catalogue::leads(&kind, body).iter().all(|lead| to.contains(lead.to.key()))
        })
    }
}

/// Tells whether `resource` is what answers at `key`, or its configuration.
fn configures(resource: &ResourceId, key: &str) -> bool {
    resource.key() == key
        || resource.resource_type().last().eq_ignore_ascii_case("config")
            && resource.parent().is_some_and(|parent| Destination::Resource(parent).key() == key)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Verb, check, sample};

    fn profile(sites: &[&str]) -> Value {
        let endpoints = sites.iter().map(|site| {
            let target = sample::site(site).to_string();
            json!({ "name": site, "properties": { "targetResourceId": target } })
        });
        json!({ "properties": { "endpoints": endpoints.collect::<Vec<_>>() } })
    }

    fn add_sea() -> Action {
        let added = profile(&["sea"])["properties"]["endpoints"][0].clone();
        sample::action(Verb::Update, sample::profile("main"))
            .named("add sea")
            .writing(profile(&["weu", "sea"]))
            .changing("properties.endpoints[sea]", Value::Null, added)
    }

    fn probe(site: &str) -> Action {
        let url = format!("https://{site}.azurewebsites.net/health");
        let operation = Operation::Probe {
            url: json!(url),
            headers: vec![],
            expected: vec![(200, 200)],
            holds: None,
            timeout_secs: 300,
        };
        let named =
            sample::action(Verb::Verify, sample::site(site)).named(&format!("probe {site}"));
        Action { operation, ..named }
    }

    fn relying(plan: Plan, on: &[(&str, Reliance)]) -> Plan {
        let reliances = on.iter().map(|(key, reliance)| ((*key).to_owned(), reliance.clone()));
        Plan { reliances: reliances.collect(), ..plan }
    }

    fn asked(site: &str) -> Reliance {
        Reliance::Asked([ActionId(format!("probe {site}"))].into())
    }

    #[test]
    fn rule_14_an_endpoint_is_added_after_its_app_has_answered() {
        let key = sample::site("sea");
        let bare = sample::plan([add_sea()]);
        assert!(matches!(&check(&bare)[..], [Violation::TrafficToUnasked { .. }]));
        let apart = relying(sample::plan([probe("sea"), add_sea()]), &[(key.key(), asked("sea"))]);
        assert!(matches!(&check(&apart)[..], [Violation::TrafficToUnasked { .. }]));
        let plan = sample::plan([probe("sea"), add_sea().after(["probe sea"])]);
        assert_eq!(check(&relying(plan, &[(key.key(), asked("sea"))])), []);
    }

    #[test]
    fn rule_14_another_apps_answer_proves_nothing() {
        let key = sample::site("sea");
        let plan = sample::plan([probe("weu"), add_sea().after(["probe weu"])]);
        let plan = relying(plan, &[(key.key(), asked("weu"))]);
        assert!(matches!(&check(&plan)[..], [Violation::TrafficToUnasked { .. }]));
    }

    #[test]
    fn rule_14_an_answer_before_the_last_change_proves_nothing() {
        let key = sample::site("sea");
        let update = || sample::update("sea").in_stamp("sea");
        let plan =
            |actions: [Action; 3]| relying(sample::plan(actions), &[(key.key(), asked("sea"))]);
        let late =
            plan([probe("sea"), update().after(["probe sea"]), add_sea().after(["probe sea"])]);
        assert!(matches!(&check(&late)[..], [Violation::TrafficToUnasked { .. }]));
        let right = [update(), probe("sea").after(["update sea"]), add_sea().after(["probe sea"])];
        assert_eq!(check(&plan(right)), []);
        let behind = [probe("sea"), add_sea().after(["probe sea"]), update().after(["add sea"])];
        assert_eq!(check(&plan(behind)), []);
    }

    #[test]
    fn rule_14_what_is_changed_first_is_not_known_to_be_healthy() {
        let key = sample::site("sea");
        let healthy = |actions: Vec<Action>| {
            check(&relying(sample::plan(actions), &[(key.key(), Reliance::Healthy)]))
        };
        assert_eq!(healthy(vec![add_sea()]), []);
        let changed = vec![sample::update("sea"), add_sea()];
        assert!(matches!(&healthy(changed)[..], [Violation::TrafficToUnasked { .. }]));
    }

    #[test]
    fn rule_14_a_name_relies_on_all_that_its_profile_leads_to() {
        let main = sample::profile("main");
        let record = sample::action(Verb::Update, sample::record("CNAME", "app"))
            .writing(json!({ "properties": { "targetResource": { "id": main.to_string() } } }))
            .changing("properties.targetResource.id", Value::Null, json!(main.to_string()));
        let [weu, sea] = [sample::site("weu"), sample::site("sea")];
        let both = [weu.key(), sea.key()].map(str::to_owned);
        let leads_on = |to: &[String]| Reliance::LeadsOn(to.iter().cloned().collect());
        let excused = || Reliance::Excused("--permit".to_owned());
        let plan = |on: &[(&str, Reliance)]| check(&relying(sample::plan([record.clone()]), on));
        let all =
            [(main.key(), leads_on(&both)), (weu.key(), Reliance::Healthy), (sea.key(), excused())];
        assert_eq!(plan(&all), []);
        assert!(matches!(&plan(&all[..2])[..], [Violation::TrafficToUnasked { .. }]));
        assert!(matches!(&plan(&all[1..])[..], [Violation::TrafficToUnasked { .. }]));
        // What the plan writes into the profile cannot be left out of what it leads to.
        let write = sample::action(Verb::Update, main.clone())
            .named("write main")
            .writing(profile(&["weu", "sea"]));
        let one = [(main.key(), leads_on(&both[..1])), (weu.key(), Reliance::Healthy)];
        let plan = relying(sample::plan([write, record.after(["write main"])]), &one);
        assert!(matches!(&check(&plan)[..], [Violation::TrafficToUnasked { .. }]));
    }

    #[test]
    fn rule_14_a_router_that_nobody_is_led_to_may_be_made_first() {
        let main = sample::profile("main");
        let create = sample::create(main.clone(), profile(&["weu"]));
        let unused = |plan: Plan| Plan { unused: [main.clone()].into(), ..plan };
        assert_eq!(check(&unused(sample::plan([create.clone()]))), []);
        assert_eq!(check(&sample::plan([create.clone()])).len(), 1);
        let alias = json!({ "properties": { "targetResource": { "id": main.to_string() } } });
        let record = sample::create(sample::record("CNAME", "app"), alias);
        let plan = unused(sample::plan([create, record.after(["create main"])]));
        assert!(matches!(&check(&plan)[..], [Violation::TrafficToUnasked { .. }]));
    }

    #[test]
    fn rule_14_weights_may_change_while_an_app_is_down() {
        let plan = sample::plan([sample::action(Verb::Update, sample::profile("main"))
            .writing(profile(&["weu", "sea"]))
            .changing("properties.endpoints[sea].properties.weight", json!(50), json!(1))]);
        assert_eq!(check(&plan), []);
    }
}
