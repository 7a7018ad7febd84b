//! The topology as it was applied last, found in git.

use std::io;
use std::path::{Path, PathBuf};

use planner::Desired;
use topology::{Input, Parsed};

use crate::git;

/// How many versions of the topology are looked at.
const VERSIONS: usize = 50;

/// The files by which a topology is named.
pub struct Files<'a> {
    /// The main one.
    pub main: &'a Path,
    /// Those that are laid over it.
    pub overlays: &'a [PathBuf],
}

/// Finds the version of the topology in `files` that `noted` tells of, and the commit that has it.
///
/// `None` where there is no git, no repository, or no such version in its recent history (a shallow
/// clone has little).
pub fn find(files: &Files<'_>, noted: &str) -> Option<(Desired, String)> {
    let file = files.main;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let name = PathBuf::from(file.file_name()?);
    let overlays: Vec<PathBuf> =
        files.overlays.iter().map(|overlay| from(folder, overlay)).collect::<Option<_>>()?;
    let all = all(folder, &name, &overlays);
    git::commits(folder, &all, VERSIONS).into_iter().find_map(|commit| {
        let read = |file: &Path| git::show(folder, &commit, file);
        let topology = parse(&name, &overlays, &read)?.topology?;
        let desired = planner::expand(&topology);
        (planner::note_of(&desired) == noted).then_some((desired, commit))
    })
}

/// Returns the files of the topology as it is now, relative to its folder.
fn all(folder: &Path, name: &Path, overlays: &[PathBuf]) -> Vec<PathBuf> {
    let parsed = parse(name, overlays, &|file| std::fs::read_to_string(folder.join(file)));
    parsed.iter().flat_map(|parsed| parsed.sources.files()).map(PathBuf::from).collect()
}

/// Returns the path of `file` from `folder`, where it lies in it or below.
fn from(folder: &Path, file: &Path) -> Option<PathBuf> {
    let (folder, file) = (folder.canonicalize().ok()?, file.canonicalize().ok()?);
    file.strip_prefix(folder).ok().map(Path::to_owned)
}

/// Parses a topology whose files are named relative to its folder.
fn parse(
    name: &Path,
    overlays: &[PathBuf],
    read: &dyn Fn(&Path) -> io::Result<String>,
) -> Option<Parsed> {
    let text = read(name).ok()?;
    Some(topology::parse(&Input {
        file: name,
        text: &text,
        env: &|name| std::env::var(name).ok(),
        read,
        overlays: &overlays.iter().map(PathBuf::as_path).collect::<Vec<_>>(),
    }))
}
