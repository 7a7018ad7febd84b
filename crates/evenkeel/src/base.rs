//! The topology as it was applied last, found in git.

use std::io;
use std::path::{Path, PathBuf};

use planner::Desired;
use topology::{Input, Parsed};

use crate::git;

/// How many versions of the topology are looked at.
const VERSIONS: usize = 50;

/// Finds the version of the topology in `file` that `noted` tells of, and the commit that has it.
///
/// `None` where there is no git, no repository, or no such version in its recent history (a shallow
/// clone has little).
pub fn find(file: &Path, noted: &str) -> Option<(Desired, String)> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let name = PathBuf::from(file.file_name()?);
    let files = files(folder, &name);
    git::commits(folder, &files, VERSIONS).into_iter().find_map(|commit| {
        let read = |file: &Path| git::show(folder, &commit, file);
        let topology = parse(&name, &read)?.topology?;
        let desired = planner::expand(&topology);
        (planner::note_of(&desired) == noted).then_some((desired, commit))
    })
}

/// Returns the files of the topology as it is now, relative to its folder.
fn files(folder: &Path, name: &Path) -> Vec<PathBuf> {
    let parsed = parse(name, &|file| std::fs::read_to_string(folder.join(file)));
    parsed.iter().flat_map(|parsed| parsed.sources.files()).map(PathBuf::from).collect()
}

/// Parses a topology whose files are named relative to its folder.
fn parse(name: &Path, read: &dyn Fn(&Path) -> io::Result<String>) -> Option<Parsed> {
    let text = read(name).ok()?;
    Some(topology::parse(&Input {
        file: name,
        text: &text,
        env: &|name| std::env::var(name).ok(),
        read,
        overlays: &[],
    }))
}
