//! Edges go before nodes: nothing is deleted while another resource still points to it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use resource::ResourceId;

use super::Violation;
use super::order::Order;
use super::pointers::{self, Targets};
use crate::{Action, Operation, Plan, Verb};

/// Checks that each relation to a deleted resource is removed first, and children before parents.
pub(super) fn check(plan: &Plan, order: &Order<'_>) -> Vec<Violation> {
    let deleted = deleted(plan);
    let mut holders: BTreeMap<&ResourceId, Vec<usize>> = BTreeMap::new();
    for (at, action) in plan.actions.iter().enumerate() {
        holders.entry(&action.resource).or_default().push(at);
    }
    let mut violations = vec![];
    for (holder, actions) in holders {
        violations.extend(Relations { plan, order, deleted: &deleted, holder }.check(&actions));
    }
    violations.extend(children(plan, order, &deleted));
    violations
}

/// Returns what is gone in the end; the delete half of a replacement leaves its name in use.
fn deleted(plan: &Plan) -> Targets<'_> {
    let writes =
        plan.actions.iter().filter(|action| matches!(action.operation, Operation::Write { .. }));
    let returning: HashSet<_> = writes
        .filter(|action| matches!(action.verb, Verb::Create | Verb::ReplaceCreate))
        .map(|action| action.resource.key())
        .collect();
    let deletes =
        plan.actions.iter().enumerate().filter(|(_, a)| matches!(a.operation, Operation::Delete));
    deletes
        .map(|(at, action)| (action.resource.key(), at))
        .filter(|(key, _)| !returning.contains(key))
        .collect()
}

/// The relations of one resource to those that the plan deletes.
struct Relations<'a> {
    plan: &'a Plan,
    order: &'a Order<'a>,
    deleted: &'a Targets<'a>,
    holder: &'a ResourceId,
}

impl Relations<'_> {
    /// Follows the holder through its actions, in list order, and checks each relation that ends.
    fn check(&self, actions: &[usize]) -> Vec<Violation> {
        let mut violations = vec![];
        let mut held = BTreeSet::new();
        for &at in actions {
            let action = &self.plan.actions[at];
            held.append(&mut self.held_before(action));
            let kept = match &action.operation {
                Operation::Write { body, .. } => {
                    self.relevant(pointers::of_body(body, self.deleted))
                }
                Operation::Delete => [].into(),
                _ => continue,
            };
            let cut = held.difference(&kept);
            violations.extend(
                cut.filter(|delete| !self.order.precedes(at, **delete))
                    .map(|delete| self.node_before_edge(*delete, at)),
            );
            held = kept;
        }
        let Some(&last) = actions.last() else { return violations };
        violations.extend(held.into_iter().map(|delete| Violation::DanglingEdge {
            delete: self.plan.actions[delete].id.clone(),
            write: self.plan.actions[last].id.clone(),
            holder: self.holder.clone(),
        }));
        violations
    }

    fn held_before(&self, action: &Action) -> BTreeSet<usize> {
        let mut held = BTreeSet::new();
        for before in action.changes.iter().filter_map(|change| change.before.as_ref()) {
            pointers::collect(before, self.deleted, &mut held);
        }
        self.relevant(held)
    }

    /// Leaves out the holder itself and its own parents and children: they go with each other.
    fn relevant(&self, found: BTreeSet<usize>) -> BTreeSet<usize> {
        let is_kin = |delete: &usize| {
            let other = &self.plan.actions[*delete].resource;
            self.holder.is_within(other) || other.is_within(self.holder)
        };
        found.into_iter().filter(|delete| !is_kin(delete)).collect()
    }

    fn node_before_edge(&self, delete: usize, cut: usize) -> Violation {
        Violation::NodeBeforeEdge {
            delete: self.plan.actions[delete].id.clone(),
            cut: self.plan.actions[cut].id.clone(),
            holder: self.holder.clone(),
        }
    }
}

fn children(plan: &Plan, order: &Order<'_>, deleted: &Targets<'_>) -> Vec<Violation> {
    let mut violations = vec![];
    for &child in deleted.values() {
        let resource = &plan.actions[child].resource;
        let ancestors = resource.ancestors();
        for parent in ancestors.filter_map(|id| deleted.get(id.key()).copied()) {
            if !order.precedes(child, parent) {
                violations.push(Violation::ParentBeforeChild {
                    parent: plan.actions[parent].id.clone(),
                    child: plan.actions[child].id.clone(),
                });
            }
        }
    }
    violations.sort_by_key(ToString::to_string);
    violations
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{check, sample};

    fn endpoint(site: &str) -> Value {
        json!({ "name": site, "properties": { "targetResourceId": sample::site(site).to_string() } })
    }

    fn profile_without(site: &str) -> Action {
        sample::action(Verb::CutEdge, sample::profile("main"))
            .named("cut main")
            .writing(json!({ "properties": { "endpoints": [endpoint("weu")] } }))
            .changing("properties.endpoints[sea]", endpoint(site), Value::Null)
    }

    #[test]
    fn rule_15_an_endpoint_is_dropped_before_its_site() {
        let delete = sample::delete(sample::site("sea"));
        let plan = sample::plan([profile_without("sea"), delete.clone()]);
        assert!(matches!(&check(&plan)[..], [Violation::NodeBeforeEdge { .. }]));
        let plan = sample::plan([profile_without("sea"), delete.after(["cut main"])]);
        assert_eq!(check(&plan), []);
    }

    #[test]
    fn rule_15_ids_are_compared_without_case() {
        let delete = sample::delete(ResourceId::parse(sample::site("sea").key()).expect("an ID"));
        let plan = sample::plan([profile_without("SEA"), delete]);
        assert!(matches!(&check(&plan)[..], [Violation::NodeBeforeEdge { .. }]));
    }

    #[test]
    fn rule_15_nothing_points_to_what_is_deleted_in_the_end() {
        let write = sample::action(Verb::Update, sample::profile("main"))
            .named("update main")
            .writing(json!({ "properties": { "endpoints": [endpoint("weu"), endpoint("sea")] } }));
        let plan =
            sample::plan([write, sample::delete(sample::site("sea")).after(["update main"])]);
        assert!(matches!(&check(&plan)[..], [Violation::DanglingEdge { .. }]));
    }

    #[test]
    fn rule_15_a_successor_may_be_added_before_its_predecessor_goes() {
        let both = json!({ "properties": { "endpoints": [endpoint("weu"), endpoint("sea")] } });
        let add = sample::action(Verb::Update, sample::profile("main")).writing(both);
        let plan = sample::plan([
            add.named("add"),
            profile_without("sea").after(["add"]),
            sample::delete(sample::site("sea")).after(["cut main"]),
        ]);
        assert_eq!(check(&plan), []);
    }

    #[test]
    fn rule_15_children_go_before_their_parent() {
        let child = sample::delete(sample::site("web").child("hostNameBindings", "app"));
        let parent = sample::delete(sample::site("web"));
        let plan = sample::plan([child.clone(), parent.clone()]);
        assert!(matches!(&check(&plan)[..], [Violation::ParentBeforeChild { .. }]));
        assert_eq!(check(&sample::plan([child, parent.after(["delete app"])])), []);
    }
}
