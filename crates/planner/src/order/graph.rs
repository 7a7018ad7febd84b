//! Actions and what each must wait for.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use petgraph::Direction;
use petgraph::algo::{has_path_connecting, tarjan_scc};
use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use plan::{Action, ActionId, Band, Place, Verb};
use resource::ResourceId;

use crate::desired::Desired;

/// Why actions cannot be put in order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// Actions wait for one another.
    #[error("these steps wait for one another, each for the one before it:{}", told(.0))]
    Cycle(Vec<Step>),
}

/// One action of those that wait for one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The action.
    pub id: ActionId,
    /// What it changes.
    pub address: String,
    /// Where that is declared, if it still is.
    pub place: Option<Place>,
}

fn told(steps: &[Step]) -> String {
    let line = |step: &Step| match &step.place {
        Some(place) => format!("\n  {} ({place})", step.id.0),
        None => format!("\n  {}", step.id.0),
    };
    steps.iter().map(line).collect()
}

impl OrderError {
    /// Adds where the steps are declared.
    pub fn placed(self, desired: &Desired) -> Self {
        let Self::Cycle(mut steps) = self;
        for step in &mut steps {
            step.place = desired.place_of(&step.address).cloned();
        }
        Self::Cycle(steps)
    }

    /// Returns the way out for who is stopped by it.
    pub fn help(&self) -> String {
        let Self::Cycle(steps) = self;
        let declared = steps.iter().find(|step| step.place.is_some()).or(steps.first());
        let address = declared.map_or("one of them", |step| &step.address);
        format!(
            "nothing was written, and the topology is not to blame: an order is Evenkeel's to find. \
             Go in two steps (take `{address}` out of the topology or leave it as it was, apply, and \
             apply again with all of it), and please report these lines as a defect"
        )
    }
}

/// The actions of a plan in the making. Edges lead from what comes first to what waits for it.
#[derive(Debug, Default)]
pub struct ActionGraph {
    graph: StableDiGraph<Action, ()>,
    ids: HashMap<ActionId, NodeIndex>,
    /// The actions on each resource, in their order.
    by_resource: BTreeMap<ResourceId, Vec<NodeIndex>>,
}

impl ActionGraph {
    /// Adds an action after those that the same resource already has.
    ///
    /// Its ID follows from what it does to what; that no two share one is proved of the plan.
    pub fn add(&mut self, action: Action) -> NodeIndex {
        let (id, resource) = (action.id.clone(), action.resource.clone());
        let node = self.graph.add_node(action);
        self.ids.insert(id, node);
        let own = self.by_resource.entry(resource).or_default();
        if let Some(previous) = own.last() {
            self.graph.update_edge(*previous, node, ());
        }
        own.push(node);
        node
    }

    /// Adds an action that stands beside the others of its resource: a lock's, a gate's.
    pub fn add_apart(&mut self, action: Action) -> NodeIndex {
        let resource = action.resource.clone();
        let kept = self.by_resource.remove(&resource);
        let node = self.add(action);
        match kept {
            Some(kept) => self.by_resource.insert(resource, kept),
            None => self.by_resource.remove(&resource),
        };
        node
    }

    /// Takes an action out again that stands beside the others of its resource.
    pub fn remove(&mut self, node: NodeIndex) {
        if let Some(action) = self.graph.remove_node(node) {
            self.ids.remove(&action.id);
        }
    }

    /// Takes the actions of a resource out again, before anything waits for them.
    pub fn remove_all(&mut self, id: &ResourceId) {
        for node in self.by_resource.remove(id).unwrap_or_default() {
            if let Some(action) = self.graph.remove_node(node) {
                self.ids.remove(&action.id);
            }
        }
    }

    /// Makes `user` wait for `need`.
    pub fn edge(&mut self, need: NodeIndex, user: NodeIndex) {
        if need != user {
            self.graph.update_edge(need, user, ());
        }
    }

    /// Makes `user` wait for `need` unless the two are ordered the other way already.
    pub fn edge_if_free(&mut self, need: NodeIndex, user: NodeIndex) -> bool {
        let free = need != user && !has_path_connecting(&self.graph, user, need, None);
        if free {
            self.graph.update_edge(need, user, ());
        }
        free
    }

    /// Tells whether `user` waits for `need` already.
    pub fn comes_before(&self, need: NodeIndex, user: NodeIndex) -> bool {
        need != user && has_path_connecting(&self.graph, need, user, None)
    }

    /// Tells whether there is an action of this ID.
    pub fn has(&self, id: &ActionId) -> bool {
        self.ids.contains_key(id)
    }

    /// Returns the action of this ID.
    pub fn find(&self, id: &ActionId) -> Option<NodeIndex> {
        self.ids.get(id).copied()
    }

    /// Returns the first action on a resource.
    pub fn first(&self, id: &ResourceId) -> Option<NodeIndex> {
        self.by_resource.get(id).and_then(|own| own.first()).copied()
    }

    /// Returns the first action on a resource that makes or changes it: of one that is made anew the
    /// second.
    pub fn first_write(&self, id: &ResourceId) -> Option<NodeIndex> {
        let mut own = self.by_resource.get(id)?.iter().copied();
        own.find(|node| self.graph[*node].verb != Verb::ReplaceDelete)
    }

    /// Returns the last action on a resource.
    pub fn last(&self, id: &ResourceId) -> Option<NodeIndex> {
        self.by_resource.get(id).and_then(|own| own.last()).copied()
    }

    /// Returns the action at a node.
    pub fn action(&self, node: NodeIndex) -> &Action {
        &self.graph[node]
    }

    /// Puts an action elsewhere in the picture.
    pub fn set_band(&mut self, node: NodeIndex, band: Band) {
        if let Some(action) = self.graph.node_weight_mut(node) {
            action.band = band;
        }
    }

    /// Returns every action's node.
    pub fn nodes(&self) -> Vec<NodeIndex> {
        self.graph.node_indices().collect()
    }

    /// Returns what `node` waits for directly.
    pub fn needs(&self, node: NodeIndex) -> Vec<NodeIndex> {
        self.graph.neighbors_directed(node, Direction::Incoming).collect()
    }

    /// Returns what waits for `node` directly.
    pub fn users(&self, node: NodeIndex) -> Vec<NodeIndex> {
        self.graph.neighbors_directed(node, Direction::Outgoing).collect()
    }

    /// Puts the actions in an order in which each comes after what it waits for; among those that
    /// may come next, the one with the smallest band, address and ID. `stamps` are in roll-out
    /// order.
    pub fn into_order(self, stamps: &[String]) -> Result<Vec<Action>, OrderError> {
        let graph = &self.graph;
        let places: HashMap<&str, usize> =
            stamps.iter().enumerate().map(|(place, stamp)| (stamp.as_str(), place)).collect();
        let band = |band: &Band| match band {
            Band::Global => (0, 0),
            Band::Stamp(stamp) => (1, places.get(stamp.as_str()).copied().unwrap_or(usize::MAX)),
            Band::Data => (2, 0),
        };
        let mut waiting: HashMap<NodeIndex, usize> = graph
            .node_indices()
            .map(|node| (node, graph.neighbors_directed(node, Direction::Incoming).count()))
            .collect();
        let rank = |node: NodeIndex| {
            let action = &graph[node];
            Reverse((band(&action.band), action.address.clone(), action.id.clone(), node.index()))
        };
        let mut ready: BinaryHeap<_> =
            waiting.iter().filter(|(_, needs)| **needs == 0).map(|(node, _)| rank(*node)).collect();
        let mut ordered = Vec::with_capacity(graph.node_count());
        while let Some(Reverse((.., index))) = ready.pop() {
            let node = NodeIndex::new(index);
            let after: BTreeSet<ActionId> = graph
                .neighbors_directed(node, Direction::Incoming)
                .map(|need| graph[need].id.clone())
                .collect();
            ordered.push(Action { after, ..graph[node].clone() });
            for user in graph.neighbors_directed(node, Direction::Outgoing) {
                let needs = waiting.get_mut(&user).expect("every node was counted");
                *needs -= 1;
                if *needs == 0 {
                    ready.push(rank(user));
                }
            }
        }
        if ordered.len() == graph.node_count() {
            return Ok(ordered);
        }
        Err(OrderError::Cycle(self.cycle()))
    }

    /// Walks one concrete cycle.
    fn cycle(&self) -> Vec<Step> {
        let knots = tarjan_scc(&self.graph);
        let Some(knot) = knots.into_iter().find(|knot| knot.len() > 1) else { return vec![] };
        let mut path = vec![knot[0]];
        loop {
            let at = path[path.len() - 1];
            let next = self
                .graph
                .neighbors_directed(at, Direction::Outgoing)
                .filter(|next| knot.contains(next))
                .min_by_key(|next| self.graph[*next].id.clone());
            let Some(next) = next else { return vec![] };
            let seen = path.iter().position(|node| *node == next);
            path.push(next);
            if let Some(start) = seen {
                return path[start..].iter().map(|node| self.step(*node)).collect();
            }
        }
    }

    fn step(&self, node: NodeIndex) -> Step {
        let action = &self.graph[node];
        Step { id: action.id.clone(), address: action.address.clone(), place: None }
    }
}

#[cfg(test)]
mod tests {
    use plan::{Operation, Verb};
    use resource::ResourceId;
    use serde_json::json;

    use super::*;
    use crate::desired::DesiredResource;
    use crate::order::actions::action;

    #[test]
    fn steps_that_wait_for_one_another_are_told_with_their_lines_and_a_way_out() {
        let mut desired = Desired::default();
        let mut graph = ActionGraph::default();
        let mut nodes = vec![];
        for (name, line) in [("north", Some(7)), ("south", Some(9)), ("gone", None)] {
            let id = ResourceId::in_group("s", "rg", "Microsoft.Web/sites", name);
            let mut resource = DesiredResource::managed(name, id, Band::Global, json!({}));
            resource.place =
                line.map(|line| Place { file: "topology.yaml".to_owned(), line, column: 3 });
            nodes.push(graph.add(action(Verb::Update, &resource, Operation::Delete)));
            if line.is_some() {
                desired.insert(resource);
            }
        }
        for (at, node) in nodes.iter().enumerate() {
            graph.edge(*node, nodes[(at + 1) % nodes.len()]);
        }
        let error = graph.into_order(&[]).expect_err("they wait for one another").placed(&desired);
        let text = error.to_string();
        for line in
            ["update north (topology.yaml:7:3)", "south (topology.yaml:9:3)", "update gone\n"]
        {
            assert!(format!("{text}\n").contains(line), "{text}");
        }
        assert!(
            error.help().contains("take `north` out") || error.help().contains("take `south` out")
        );
        assert!(error.help().contains("defect"));
    }
}
