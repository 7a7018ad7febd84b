//! What is used is made, or changed, before what uses it; what comes to offer less is changed after.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use petgraph::stable_graph::NodeIndex;
use resource::ResourceId;
use resource::catalogue::{Duty, facts_of};

use super::Scene;
use super::deletes::stands_beside;
use crate::change::{Change, Kind};
use crate::desired::ids_in;

impl Scene<'_> {
    /// Makes what uses a resource wait for what makes or changes that resource.
    ///
    /// What is there already need not be waited for: such an edge yields to all others.
    pub(super) fn connect_needs(&mut self) {
        let mut soft: Vec<(NodeIndex, NodeIndex)> = vec![];
        for change in self.changes.changes.values().filter(|change| change.kind != Kind::Delete) {
            // Of a replacement only the second half needs anything.
            let Some(user) = self.graph.first_write(&change.id) else { continue };
            let last = self.graph.last(&change.id).unwrap_or(user);
            for need in self.desired.needs_of(&change.id) {
                let (Some(made), Some(of)) =
                    (self.graph.last(&need.id), self.changes.changes.get(&need.id))
                else {
                    continue;
                };
                // A certificate that App Service issues exists only after the plain binding, and what
                // is replaced only after its routers have left it out: the second write waits for it.
                let is_issued =
                    Duty::Certificate.is_of(&need.id) && Duty::Binding.is_of(&change.id);
                let late = is_issued || self.cuts.contains_key(&change.id);
                let user = if late { last } else { user };
                match of.kind {
                    Kind::Update | Kind::Adopt => soft.push((made, user)),
                    Kind::Create | Kind::Replace | Kind::Delete => self.graph.edge(made, user),
                }
            }
        }
        // A router that was changed for the sake of a detour has no change of its own.
        for (router, cut) in self.cuts.clone() {
            let Some(last) = self.graph.last(&router).filter(|last| *last != cut) else { continue };
            for need in self.desired.needs_of(&router) {
                if let Some(made) = self.graph.last(&need.id) {
                    self.graph.edge(made, last);
                }
            }
        }
        self.change_late_what_takes_away();
        self.let_go_in_turn();
        for (made, user) in soft {
            self.graph.edge_if_free(made, user);
        }
    }

    /// Makes the change of what comes to offer less wait until nobody needs more, and that of what
    /// takes a way from its users until they have the other one.
    fn change_late_what_takes_away(&mut self) {
        let updates: Vec<&Change> =
            self.changes.changes.values().filter(|change| change.kind == Kind::Update).collect();
        for change in updates {
            let Some(write) = self.graph.first(&change.id) else { continue };
            let offer = self.offer(&change.id);
            for (first, last) in self.changes_of_users(&change.id) {
                match offer {
                    Some(Ordering::Less) => self.graph.edge_if_free(last, write),
                    // What lies below an unchanged user needs it too.
                    Some(Ordering::Greater) => self.graph.edge_if_free(write, first),
                    Some(Ordering::Equal) | None => false,
                };
            }
            let facts = facts_of(&change.id);
            let takes_away = change
                .properties
                .iter()
                .any(|property| facts.takes_away.contains(&property.path.as_str()));
            if takes_away {
                self.part_around(&change.id, write);
            }
        }
    }

    /// Makes what uses another one let go of a deleted resource first: until then it needs what the other
    /// one does for that resource.
    fn let_go_in_turn(&mut self) {
        let deletes = self.changes.changes.values().filter(|change| change.kind == Kind::Delete);
        let deleted: BTreeSet<ResourceId> = deletes.map(|change| change.id.clone()).collect();
        let mut holders: BTreeMap<ResourceId, Vec<ResourceId>> = BTreeMap::new();
        for (holder, target) in self.pointers_to(&deleted) {
            holders.entry(target).or_default().push(holder);
        }
        for (target, mut holders) in holders {
            holders.retain(|holder| stands_beside(holder, &target));
            for user in &holders {
                let Some(last) = self.releases(user, &target) else { continue };
                let used = self.desired.needs_of(user).into_iter().map(|need| &need.id);
                let used = used.filter(|used| holders.contains(used));
                let nodes: Vec<NodeIndex> =
                    used.filter_map(|used| self.releases(used, &target)).collect();
                for node in nodes {
                    self.graph.edge_if_free(last, node);
                }
            }
        }
    }

    /// Tells whether a resource comes to offer more or less than it does now.
    fn offer(&self, id: &ResourceId) -> Option<Ordering> {
        let offers = facts_of(id).offers?;
        let now = self.observed.get(id).and_then(|seen| offers(&seen.body))?;
        let then = self.desired.get(id).and_then(|wanted| offers(&wanted.body))?;
        Some(then.cmp(&now))
    }

    /// Returns the first and last actions on what uses a resource, and on what lies below that.
    fn changes_of_users(&self, id: &ResourceId) -> Vec<(NodeIndex, NodeIndex)> {
        let names = |body| ids_in(body).contains(id);
        let observed = self.observed.resources.values();
        let seen = observed.filter(|seen| names(&seen.body)).map(|seen| &seen.id);
        let wanted = self.desired.resources().filter(|user| names(&user.body)).map(|user| &user.id);
        let users: BTreeSet<&ResourceId> = seen.chain(wanted).filter(|user| *user != id).collect();
        let changed = users.into_iter().flat_map(|user| self.changes.within(user));
        changed
            .filter_map(|change| {
                Some((self.graph.first(&change.id)?, self.graph.last(&change.id)?))
            })
            .collect()
    }

    /// Puts what is made below a resource before a change of it, and what goes after.
    fn part_around(&mut self, id: &ResourceId, write: NodeIndex) {
        let below: Vec<(bool, NodeIndex)> = self
            .changes
            .within(id)
            .filter(|change| change.id != *id)
            .filter_map(|change| {
                let goes = change.kind == Kind::Delete;
                let node =
                    if goes { self.graph.first(&change.id) } else { self.graph.last(&change.id) };
                Some((goes, node?))
            })
            .collect();
        for (goes, node) in below {
            if goes {
                self.graph.edge_if_free(write, node)
            } else {
                self.graph.edge_if_free(node, write)
            };
        }
    }
}
