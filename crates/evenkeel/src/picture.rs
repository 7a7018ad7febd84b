//! The picture of a topology.

use planner::Desired;
use report::{Node, Picture};

/// Returns what a topology asks for as a picture, with nothing marked.
pub fn of(desired: &Desired) -> Picture {
    let nodes = desired.resources().map(|resource| Node {
        address: resource.address.clone(),
        resource: resource.id.clone(),
        band: resource.band.clone(),
        verb: None,
    });
    let edges = desired.edges().into_iter();
    Picture {
        nodes: nodes.collect(),
        edges: edges.map(|(need, user)| (user.to_owned(), need.to_owned())).collect(),
    }
}
