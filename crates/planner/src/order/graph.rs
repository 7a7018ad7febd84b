//! Actions and what each must wait for.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use petgraph::Direction;
use petgraph::algo::{has_path_connecting, tarjan_scc};
use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use plan::{Action, ActionId, Band};
use resource::ResourceId;

/// Why actions cannot be put in order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// Actions wait for one another.
    #[error("dependency cycle: {}", .0.join(" -> "))]
    Cycle(Vec<String>),
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
    pub fn add(&mut self, mut action: Action) -> NodeIndex {
        let wanted = action.id.0.clone();
        let mut number = 2;
        while self.ids.contains_key(&action.id) {
            action.id = ActionId(format!("{wanted} ({number})"));
            number += 1;
        }
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

    /// Returns the first action on a resource.
    pub fn first(&self, id: &ResourceId) -> Option<NodeIndex> {
        self.by_resource.get(id).and_then(|own| own.first()).copied()
    }

    /// Returns the last action on a resource.
    pub fn last(&self, id: &ResourceId) -> Option<NodeIndex> {
        self.by_resource.get(id).and_then(|own| own.last()).copied()
    }

    /// Returns the action at a node.
    pub fn action(&self, node: NodeIndex) -> &Action {
        &self.graph[node]
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
    fn cycle(&self) -> Vec<String> {
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
                return path[start..].iter().map(|node| self.graph[*node].id.0.clone()).collect();
            }
        }
    }
}
