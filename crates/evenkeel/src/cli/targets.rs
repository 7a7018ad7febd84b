//! The files that a command is to write.

use std::path::Path;

use super::{Command, Connection, Report};

impl Command {
    /// Returns every file that the command line asks to be written.
    pub fn targets(&self) -> Vec<&Path> {
        let mut targets = vec![];
        match self {
            Self::Import(args) => {
                targets.extend(args.out.as_deref());
                targets.extend(trace(&args.connection));
            }
            Self::Plan(args) => {
                targets.extend(args.out.as_deref());
                targets.extend(reports(&args.report));
                targets.extend(trace(&args.connection));
            }
            Self::Apply(args) => targets.extend(trace(&args.connection)),
            Self::Drift(args) => {
                targets.extend(reports(&args.report));
                targets.extend(trace(&args.connection));
            }
            Self::Watch(args) => {
                targets.extend(reports(&args.report));
                targets.extend(trace(&args.connection));
            }
            Self::Destroy(args) => targets.extend(trace(&args.connection)),
            Self::Show(args) => targets.extend(trace(&args.connection)),
            Self::FetchPlan(args) => targets.push(&args.out),
            Self::Init(_)
            | Self::Validate(_)
            | Self::Graph(_)
            | Self::Simulate(_)
            | Self::Post(_)
            | Self::Schema
            | Self::Explain(_)
            | Self::Completions(_)
            | Self::Man(_) => {}
        }
        targets
    }
}

fn reports<F>(reports: &[Report<F>]) -> impl Iterator<Item = &Path> {
    reports.iter().map(|report| report.file.as_path())
}

fn trace(connection: &Connection) -> Option<&Path> {
    connection.trace_http.as_deref()
}
