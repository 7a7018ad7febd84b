//! The files that a command is to write, and those that it reads.

use std::path::{Path, PathBuf};

use super::{Command, Connection, File, Report};
use crate::source;

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
            Self::Check(args) => targets.extend(trace(&args.connection)),
            Self::Parity(args) => targets.extend(reports(&args.report)),
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

    /// Tells whether one of them must be a regular file: it is read again as a whole.
    pub fn is_kept(&self, target: &Path) -> bool {
        matches!(self, Self::Plan(args) if args.out.as_deref() == Some(target))
    }

    /// Returns every file that the command line asks to be read, a topology that goes without saying included.
    pub fn sources(&self) -> Vec<PathBuf> {
        let (file, connection, more) = match self {
            Self::Import(args) => (None, Some(&args.connection), vec![]),
            Self::Plan(args) => (Some(args.file.clone()), Some(&args.connection), vec![]),
            Self::Drift(args) => (Some(args.file.clone()), Some(&args.connection), vec![]),
            Self::Watch(args) => (Some(args.file.clone()), Some(&args.connection), vec![]),
            Self::Check(args) => (Some(args.file.clone()), Some(&args.connection), vec![]),
            Self::Parity(args) => (Some(args.file.clone()), None, vec![]),
            Self::Destroy(args) => (Some(args.file.clone()), Some(&args.connection), vec![]),
            Self::Show(args) => (Some(args.file.clone()), Some(&args.connection), vec![]),
            Self::Apply(args) => {
                let file = File { topology: args.input.clone(), overlays: args.overlays.clone() };
                (Some(file), Some(&args.connection), args.topology.iter().cloned().collect())
            }
            Self::Init(_)
            | Self::Validate(_)
            | Self::Graph(_)
            | Self::Simulate(_)
            | Self::Post(_)
            | Self::FetchPlan(_)
            | Self::Schema
            | Self::Explain(_)
            | Self::Completions(_)
            | Self::Man(_) => (None, None, vec![]),
        };
        let topology = file.as_ref().and_then(|file| source::find(file.topology.as_deref()).ok());
        let overlays = file.into_iter().flat_map(|file| file.overlays.files);
        let scenario = connection.and_then(|connection| connection.scenario.clone());
        topology.into_iter().chain(overlays).chain(scenario).chain(more).collect()
    }
}

fn reports<F>(reports: &[Report<F>]) -> impl Iterator<Item = &Path> {
    reports.iter().map(|report| report.file.as_path())
}

fn trace(connection: &Connection) -> Option<&Path> {
    connection.trace_http.as_deref()
}
