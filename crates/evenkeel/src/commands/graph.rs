//! `evenkeel graph`

use crate::cli::{Graph, GraphFormat};
use crate::exit::{Exit, Outcome};
use crate::{output, picture, source};

/// Prints the dependencies of a topology as a picture.
pub fn run(args: &Graph) -> Outcome {
    let source = source::load(&args.file)?;
    let picture = picture::of(&planner::expand(&source.topology));
    output::result(&match args.format {
        GraphFormat::Dot => report::graph_dot(&picture),
        GraphFormat::Mermaid => report::graph_mermaid(&picture),
        GraphFormat::Svg => report::graph_svg(&picture),
    })?;
    Ok(Exit::Done)
}
