//! `evenkeel graph`

use report::{Node, Picture};

use crate::cli::{Graph, GraphFormat};
use crate::exit::{Exit, Outcome};
use crate::{output, source};

/// Prints the dependencies of a topology as a picture.
pub fn run(args: &Graph) -> Outcome {
    let source = source::load(&args.file)?;
    let desired = planner::expand(&source.topology);
    let nodes = desired.resources().map(|resource| Node {
        address: resource.address.clone(),
        resource_type: resource.id.resource_type().as_str().to_owned(),
        band: resource.band.clone(),
        verb: None,
    });
    let edges = desired.edges().into_iter();
    let picture = Picture {
        nodes: nodes.collect(),
        edges: edges.map(|(need, user)| (user.to_owned(), need.to_owned())).collect(),
    };
    output::result(&match args.format {
        GraphFormat::Dot => report::graph_dot(&picture),
        GraphFormat::Mermaid => report::graph_mermaid(&picture),
    })?;
    Ok(Exit::Done)
}
