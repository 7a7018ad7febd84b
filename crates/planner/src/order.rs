//! Puts changes in an order that is safe, and adds what makes them safe.
//!
//! Dependencies come from references and parents. What the graph alone cannot see is added by one
//! file for each procedure under `order/`: records that stand in each other's way, custom domains,
//! locks, the barriers between stamps. Each speaks in explicit edges and actions, so that a reader
//! of the plan sees it.

mod accounts;
mod actions;
mod awaits;
mod certificates;
mod deletes;
mod detours;
mod domains;
mod farewells;
mod gate;
mod graph;
mod locks;
mod names;
mod needs;
mod note;
mod places;
mod question;
mod records;
mod stamps;
mod writers;

use std::collections::{BTreeMap, BTreeSet};

use petgraph::stable_graph::NodeIndex;
use plan::{Action, Guard, Notice, Reliance};
use resource::{Observed, ResourceId};

pub use graph::{ActionGraph, OrderError};
pub use note::{applied, can_remember, holder, noted};
pub(crate) use question::Monitored;

use crate::change::{Changes, Options};
use crate::desired::Desired;
use crate::risk;

/// What the procedures work on.
struct Scene<'a> {
    desired: &'a Desired,
    observed: &'a Observed,
    changes: &'a Changes,
    options: &'a Options,
    graph: ActionGraph,
    refusals: Vec<Guard>,
    notices: Vec<Notice>,
    reliances: BTreeMap<String, Reliance>,
    unused: BTreeSet<ResourceId>,
    /// The actions by which routers leave out what is not there for a while.
    cuts: BTreeMap<ResourceId, NodeIndex>,
}

/// Actions in order, with what the ordering found.
#[derive(Debug, Clone, Default)]
pub struct Ordered {
    /// Each comes after what it waits for.
    pub actions: Vec<Action>,
    /// Reasons to refuse the plan.
    pub refusals: Vec<Guard>,
    /// Things to know.
    pub notices: Vec<Notice>,
    /// Why traffic may be led to what the actions lead it to.
    pub reliances: BTreeMap<String, Reliance>,
    /// Routers that are made and that nothing leads to yet.
    pub unused: BTreeSet<ResourceId>,
}

/// Puts `changes` in a safe order.
pub fn order(
    desired: &Desired,
    observed: &Observed,
    changes: &Changes,
    options: &Options,
) -> Result<Ordered, OrderError> {
    let mut scene = Scene {
        desired,
        observed,
        changes,
        options,
        graph: ActionGraph::default(),
        refusals: vec![],
        notices: vec![],
        reliances: BTreeMap::new(),
        unused: BTreeSet::new(),
        cuts: BTreeMap::new(),
    };
    scene.add_actions();
    scene.leave_out_what_is_replaced();
    scene.connect_needs();
    scene.cut_edges_before_nodes();
    scene.part_conflicting_records();
    scene.free_names_first();
    scene.free_places_first();
    scene.switch_domains_last();
    scene.leave_before_letting_go();
    scene.await_states();
    scene.serialise_writers();
    scene.separate_stamps();
    scene.ask_before_traffic();
    scene.probe_new_stamps();
    scene.lift_locks();
    scene.lock_last();
    scene.note_applied();
    let Scene { graph, refusals, notices, reliances, unused, .. } = scene;
    let mut actions = graph.into_order(&desired.stamps)?;
    for action in &mut actions {
        action.risks.extend(risk::risks(action, observed));
    }
    Ok(Ordered { actions, refusals, notices, reliances, unused })
}
