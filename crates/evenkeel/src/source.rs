//! Finds and reads the topology.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use plan::{Notice, Plan};
use planner::{Desired, Note};
use topology::{Diagnostic, Input, Parsed, Severity, Topology};

use crate::base::Files;
use crate::cli::File;
use crate::exit::{Exit, Failure};
use crate::git::Repository;
use crate::{output, saved};

/// A topology and where it came from.
pub struct Source {
    /// The file.
    pub path: PathBuf,
    /// What it says.
    pub topology: Topology,
    /// The files that are laid over it.
    pub overlays: Vec<PathBuf>,
    /// All files that it was read from.
    pub files: Vec<PathBuf>,
    /// What is probably not meant as it is written.
    pub warnings: Vec<Diagnostic>,
    /// What tells its text from every other.
    pub fingerprint: String,
}

impl Source {
    /// Returns the files by which it is named.
    pub fn named(&self) -> Files {
        Files { main: self.path.clone(), overlays: self.overlays.clone() }
    }

    /// Returns what it asks for, and how it is remembered once it is applied.
    pub fn expand(&self) -> Desired {
        let head = Repository::of(&self.path).and_then(|found| found.head(&self.files));
        let commit = head.filter(|head| !head.is_modified).map(|head| head.id);
        let mut desired = planner::expand(families::language(), &self.topology);
        desired.note = Note::of(&self.fingerprint, commit);
        desired
    }

    /// Adds what is probably not meant to the notices of `plan`, so that a reader of a report sees it
    /// too: on a terminal it was told before.
    pub fn warn(&self, plan: &mut Plan) {
        for warning in &self.warnings {
            let Diagnostic { code, place, help, .. } = warning;
            let place = self::place(place);
            plan.notices.push(Notice {
                severity: plan::Severity::Warning,
                code: plan::NoticeCode::Topology((*code).to_owned()),
                address: place.to_string(),
                message: sentence(warning),
                help: help.clone(),
            });
            plan.places.insert(place.to_string(), place);
        }
        plan.notices.sort();
    }

    /// Returns when and of which commit a report is made.
    pub fn made(&self) -> report::Made {
        let commit = Repository::of(&self.path).and_then(|found| found.head(&self.files));
        report::Made {
            at: format!("{:.0}", jiff::Timestamp::now()),
            commit: commit.as_ref().map(saved::told),
        }
    }

    /// Returns how a command line names it.
    pub fn arguments(&self) -> String {
        let overlays = self.overlays.iter().map(|file| format!(" --overlay {}", file.display()));
        format!("{}{}", self.path.display(), overlays.collect::<String>())
    }
}

/// Learns the secrets that a text writes out: what is sent to Azure may be said back by it.
fn learn_written(parsed: &Parsed) {
    parsed.sources.secrets().for_each(|secret| output::secrets().add(secret));
}

/// Returns what a diagnostic says, as a report tells it that shows no excerpt.
pub fn sentence(Diagnostic { message, label, .. }: &Diagnostic) -> String {
    match label.as_str() {
        "" => message.clone(),
        label => format!("{message}: {label}"),
    }
}

/// Returns a place as reports have it.
pub fn place(topology::Place { file, line, column, .. }: &topology::Place) -> plan::Place {
    plan::Place { file: file.to_string(), line: *line, column: *column }
}

/// Reads the topology and tells every mistake on stderr.
pub fn load(file: &File) -> Result<Source, Failure> {
    let path = find(file.topology.as_deref())?;
    let overlays = file.overlays.files.clone();
    let parsed = parse(&path, &overlays)?;
    learn_written(&parsed);
    tell(&parsed);
    let files = parsed.sources.files().map(PathBuf::from).collect();
    let fingerprint = parsed.fingerprint.clone();
    let warnings = parsed.diagnostics;
    match parsed.topology {
        Some(topology) => Ok(Source { path, topology, overlays, files, warnings, fingerprint }),
        None => Err(Failure::Told(Exit::Invalid)),
    }
}

/// Reads the topology and tells nothing: a mistake is the failure's text.
pub fn read(file: &File) -> Result<Source, Failure> {
    let path = find(file.topology.as_deref())?;
    let overlays = file.overlays.files.clone();
    let parsed = parse(&path, &overlays)?;
    learn_written(&parsed);
    let is_error = |found: &&topology::Diagnostic| found.severity == Severity::Error;
    let mistakes: Vec<String> = parsed
        .diagnostics
        .iter()
        .filter(is_error)
        .map(|found| format!("{}: {} ({})", found.place, found.message, found.code))
        .collect();
    let files = parsed.sources.files().map(PathBuf::from).collect();
    let fingerprint = parsed.fingerprint.clone();
    match parsed.topology {
        Some(topology) => {
            let warnings = parsed.diagnostics;
            Ok(Source { path, topology, overlays, files, warnings, fingerprint })
        }
        None => {
            Err(Failure::invalid(anyhow!("{}", mistakes.join("; ")), "run `evenkeel validate`"))
        }
    }
}

/// Reads the topology without telling anything.
pub fn parse(path: &Path, overlays: &[PathBuf]) -> Result<Parsed, Failure> {
    let text = files::read(path, files::TEXT)
        .with_context(|| format!("cannot read `{}`", path.display()))
        .map_err(|error| Failure::invalid(error, "check the path and its permissions"))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut parsed = topology::parse(&Input {
        language: families::language(),
        file: path,
        text: &text,
        env: &|name| std::env::var(name).ok(),
        read: &|path| {
            if overlays.iter().any(|overlay| overlay == path) {
                files::read(path, files::TEXT)
            } else {
                files::included(path, folder)
            }
        },
        overlays: &overlays.iter().map(PathBuf::as_path).collect::<Vec<_>>(),
    });
    output::check_sources(parsed.sources.files())?;
    // That two entries are one resource shows in what they come to.
    if let Some(topology) = &parsed.topology {
        let mistakes = planner::expand(families::language(), topology).diagnostics;
        parsed.refuse(mistakes);
    }
    Ok(parsed)
}

/// Tells the diagnostics of a topology on stderr.
pub fn tell(parsed: &Parsed) {
    if parsed.diagnostics.is_empty() {
        return;
    }
    let styled = output::is_styled_stderr();
    let width = output::error_width();
    output::say(&topology::render(&parsed.diagnostics, &parsed.sources, styled, width));
    let count = |severity: Severity| {
        parsed.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    };
    let plural = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    };
    let errors = plural(count(Severity::Error), "error");
    let warnings = plural(count(Severity::Warning), "warning");
    output::say(&format!("{errors}, {warnings}; `evenkeel explain <code>` tells more of each"));
}

/// Finds the topology: the one named, `topology.yaml`, or the only file in `topologies/`.
pub fn find(named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let here = PathBuf::from("topology.yaml");
    if here.is_file() {
        return Ok(here);
    }
    let entries = std::fs::read_dir("topologies").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml"))
        .collect();
    found.sort();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Failure::invalid(
            anyhow!("found no topology: neither `topology.yaml` nor a file in `topologies/`"),
            "name one, or begin with `evenkeel init > topology.yaml`",
        )),
        _ => {
            let names: Vec<_> = found.iter().map(|path| path.display().to_string()).collect();
            Err(Failure::invalid(
                anyhow!("`topologies/` holds several topologies: {}", names.join(", ")),
                format!("name one: `evenkeel plan {}`", names[0]),
            ))
        }
    }
}
