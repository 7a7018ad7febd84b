//! `evenkeel graph`

use crate::cli::{Graph, GraphFormat};
use crate::exit::{Exit, Outcome};
use crate::output::{self, Form};
use crate::{picture, source};

/// Prints the dependencies of a topology as a picture.
pub fn run(args: &Graph) -> Outcome {
    let source = source::load(&args.file)?;
    let picture = picture::of(&planner::expand(families::language(), &source.topology));
    let (form, text) = match args.format {
        GraphFormat::Dot => (Form::People, report::graph_dot(&picture)),
        GraphFormat::Mermaid => (Form::People, report::graph_mermaid(&picture)),
        GraphFormat::Svg => (Form::Markup, report::graph_svg(&picture)),
    };
    output::document(form, &text)?;
    Ok(Exit::Done)
}
