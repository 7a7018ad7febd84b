//! What is replaced is left out by its routers until it is there again and answers.

use std::collections::BTreeSet;

use plan::{ActionId, Code, Guard, Operation, PropertyChange, Verb, Write};
use resource::ResourceId;
use resource::catalogue::{self, Destination, Lead, Members};
use serde_json::Value;

use super::Scene;
use super::actions::action;
use super::gate::members_of;
use crate::change::Kind;
use crate::desired::{DesiredResource, Mode};

/// What is deleted, and what takes its place.
#[derive(Default)]
struct Replaced {
    old: BTreeSet<ResourceId>,
    new: BTreeSet<ResourceId>,
}

impl Scene<'_> {
    /// Gives each router that leads to something that is replaced two writes: one without it before,
    /// one with it afterwards.
    pub(super) fn leave_out_what_is_replaced(&mut self) {
        let mut replaced = Replaced::default();
        for change in self.changes.changes.values() {
            match change.kind {
                Kind::Replace => {
                    replaced.old.insert(change.id.clone());
                    replaced.new.insert(change.id.clone());
                }
                // What takes the name of one that goes takes its place.
                Kind::Create => {
                    let gone = self.holders(&change.id).into_iter().filter(|id| self.goes(id));
                    let before = replaced.old.len();
                    replaced.old.extend(gone);
                    let body = self.desired.get(&change.id).map(|resource| &resource.body);
                    let waits = body.is_some_and(|body| self.ground(&change.id, body).is_some());
                    if replaced.old.len() > before || waits {
                        replaced.new.insert(change.id.clone());
                    }
                }
                // What stands on something that is made anew goes before that does.
                Kind::Delete => {
                    let body = self.observed.get(&change.id).map(|seen| &seen.body);
                    if body.is_some_and(|body| self.ground(&change.id, body).is_some()) {
                        replaced.old.insert(change.id.clone());
                    }
                }
                Kind::Update | Kind::Adopt => {}
            }
        }
        if replaced.old.is_empty() {
            return;
        }
        let desired = self.desired;
        for router in desired.resources().filter(|router| router.mode != Mode::Existing) {
            if let Some(members) = members_of(&router.id) {
                self.leave_out(router, members, &replaced);
            }
        }
    }

    fn leave_out(&mut self, router: &DesiredResource, members: &Members, replaced: &Replaced) {
        let change = self.changes.changes.get(&router.id);
        if change.is_some_and(|change| change.kind != Kind::Update) {
            return;
        }
        let Some(seen) = self.observed.get(&router.id) else { return };
        let kind = router.id.resource_type();
        let is_among = |ids: &BTreeSet<ResourceId>, lead: &Lead<'_>| matches!(&lead.to, Destination::Resource(id) if ids.contains(id));
        let held: Vec<Lead<'_>> = catalogue::leads(&kind, &seen.body)
            .into_iter()
            .filter(|lead| is_among(&replaced.old, lead))
            .collect();
        let wanted = catalogue::leads(&kind, &router.body);
        let (back, stay): (Vec<Lead<'_>>, Vec<Lead<'_>>) =
            wanted.into_iter().partition(|lead| is_among(&replaced.new, lead));
        if held.is_empty() || back.is_empty() {
            return;
        }
        if stay.is_empty() {
            self.refusals.push(no_target_left(router, &back));
            // There is no order for its write.
            self.graph.remove_all(&router.id);
            return;
        }
        let labels = |leads: &[Lead<'_>]| -> BTreeSet<String> {
            leads.iter().filter_map(|lead| lead.label.clone()).collect()
        };
        let (gone, back_labels) = (labels(&held), labels(&back));
        let property = members.array.trim_start_matches('/').replace('/', ".");
        let is_of = |path: &str, labels: &BTreeSet<String>| {
            labels.iter().any(|label| path.starts_with(&format!("{property}[{label}]")))
        };
        let others = change.iter().flat_map(|change| &change.properties);
        let others = others.filter(|p| !is_of(&p.path, &gone) && !is_of(&p.path, &back_labels));
        let member = |lead: &Lead<'_>, comes: bool| {
            let value = lead.member.cloned();
            let (before, after) = if comes { (None, value) } else { (value, None) };
            let path = format!("{property}[{}]", lead.label.clone().unwrap_or_default());
            PropertyChange { path, before, after, sensitive: false, forces_replacement: None }
        };
        let body = without(&router.body, members, &back_labels);
        let mut cut = action(Verb::CutEdge, router, write(body));
        cut.changes = others.cloned().chain(held.iter().map(|lead| member(lead, false))).collect();
        cut.reasons.push("what it leads to is replaced and does not answer meanwhile".to_owned());
        let mut join = action(Verb::Update, router, write(router.body.clone()));
        join.id = ActionId(format!("lead {} back", router.address));
        join.changes = back.iter().map(|lead| member(lead, true)).collect();
        join.reasons.push("what was replaced is there again".to_owned());
        self.graph.remove_all(&router.id);
        let cut = self.graph.add(cut);
        self.graph.add(join);
        self.cuts.insert(router.id.clone(), cut);
    }
}

fn write(body: Value) -> Operation {
    Operation::Write { write: Write::PutOver, body, create: false }
}

/// Returns a router's body without the members of these names.
fn without(body: &Value, members: &Members, labels: &BTreeSet<String>) -> Value {
    let mut body = body.clone();
    if let Some(Value::Array(all)) = body.pointer_mut(members.array) {
        let named =
            |at: usize, member: &Value| labels.contains(&catalogue::member_label(member, at));
        let kept = all.iter().enumerate().filter(|(at, member)| !named(*at, member));
        *all = kept.map(|(_, member)| member.clone()).collect();
    }
    body
}

fn no_target_left(router: &DesiredResource, back: &[Lead<'_>]) -> Guard {
    let all: Vec<String> = back
        .iter()
        .filter_map(|lead| lead.label.as_ref().map(|label| format!("`{label}`")))
        .collect();
    Guard {
        code: Code::NoTargetLeft,
        address: router.address.clone(),
        message: format!(
            "what {} leads to is replaced, and nothing else would answer meanwhile",
            all.join(" and ")
        ),
        help: "apply in two steps: first add a stamp with an endpoint beside it, then change this \
               one"
        .to_owned(),
    }
}
