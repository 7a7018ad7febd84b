//! `evenkeel graph`

use clap::{Args, ValueEnum};

use super::File;

#[derive(Debug, Args)]
pub struct Graph {
    #[command(flatten)]
    pub file: File,
    /// Form of the picture on stdout.
    #[arg(long, value_enum, default_value = "mermaid")]
    pub format: GraphFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// For Graphviz.
    Dot,
    /// For Markdown that renders Mermaid.
    Mermaid,
    /// A drawing, light or dark as its reader likes it.
    Svg,
}
