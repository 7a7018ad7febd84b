//! The topology as it was applied last, found in git.

use std::io;
use std::path::{Path, PathBuf};

use planner::{Desired, Lost, Note};
use topology::{Applied, Input};

use crate::git;

/// How many versions of the topology are looked at where no commit is noted.
const VERSIONS: usize = 50;

/// How much of a commit's ID a message shows.
const SHOWN_DIGITS: usize = 12;

/// The files by which a topology is named.
#[derive(Debug, Clone)]
pub struct Files {
    /// The main one.
    pub main: PathBuf,
    /// Those that are laid over it.
    pub overlays: Vec<PathBuf>,
}

/// Where the texts are found that were applied before.
#[derive(Debug, Clone, Default)]
pub enum History {
    /// Nowhere.
    #[default]
    None,
    /// In git, by the files of the topology.
    Git(Files),
    /// At hand.
    Texts(Vec<Desired>),
}

impl History {
    /// Finds the text that `note` tells of, and where it was.
    ///
    /// # Errors
    /// Why the text cannot be had, and what to do about it.
    pub fn find(&self, note: &Note) -> Result<(Desired, String), Lost> {
        let lost = |reason: &str| Lost {
            reason: reason.to_owned(),
            help: "run where the topology and its history are".to_owned(),
        };
        match self {
            Self::None => Err(lost("its files are not at hand")),
            Self::Git(files) => find(files, note),
            Self::Texts(texts) => {
                let found = texts.iter().find(|desired| desired.is_of(note));
                let found = found.map(|desired| (desired.clone(), note.digits().to_owned()));
                found.ok_or_else(|| lost("it is not among the texts at hand"))
            }
        }
    }
}

/// Finds the version of the topology in `files` that `note` tells of, and the commit that has it.
///
/// The commit that is noted comes first: it may be on any branch, and no name of a file need have
/// stayed in the history of this one.
///
/// # Errors
/// Why the version cannot be had, and what to do about it.
fn find(files: &Files, note: &Note) -> Result<(Desired, String), Lost> {
    let place = Place::of(files).ok_or_else(|| lost(Path::new("."), note))?;
    let is_it = |commit: String| {
        let desired = place.read(&commit)?;
        desired.is_of(note).then_some((desired, commit))
    };
    let noted = note.commit.clone().and_then(is_it);
    let found = noted.or_else(|| place.commits().into_iter().find_map(is_it));
    found.ok_or_else(|| lost(&place.folder, note))
}

/// Tells why git does not have what was applied.
fn lost(folder: &Path, note: &Note) -> Lost {
    let told = |reason: String, help: &str| Lost { reason, help: help.to_owned() };
    let short = |commit: &str| commit.chars().take(SHOWN_DIGITS).collect::<String>();
    match (&note.commit, git::is_shallow(folder)) {
        (_, None) => told(
            "the topology is not in git".to_owned(),
            "keep the topology in git, and run where its history is",
        ),
        (Some(commit), Some(true)) => told(
            format!("commit {} is not in this shallow clone", short(commit)),
            "`git fetch --unshallow`; in a pipeline, check out with the whole history",
        ),
        (None, Some(true)) => told(
            "it is not in this shallow clone".to_owned(),
            "`git fetch --unshallow`; in a pipeline, check out with the whole history",
        ),
        (Some(commit), Some(false)) => told(
            format!("commit {} does not have it, or is not here", short(commit)),
            "`git fetch --all`, or run where that commit is",
        ),
        (None, Some(false)) => told(
            "no commit has it".to_owned(),
            "commit a topology before it is applied: then its text can be found",
        ),
    }
}

/// Where a topology lies: its files are named relative to its folder.
struct Place {
    folder: PathBuf,
    name: PathBuf,
    overlays: Vec<PathBuf>,
}

impl Place {
    fn of(files: &Files) -> Option<Self> {
        let folder = files.main.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).to_owned();
        let name = PathBuf::from(files.main.file_name()?);
        let overlays =
            files.overlays.iter().map(|overlay| from(&folder, overlay)).collect::<Option<_>>()?;
        Some(Self { folder, name, overlays })
    }

    /// Returns what the topology of a commit asks for.
    fn read(&self, commit: &str) -> Option<Desired> {
        let applied = self.parse(&|file| git::show(&self.folder, commit, file))?;
        let mut desired = planner::expand(families::language(), &applied.topology);
        desired.note = Note::of(&applied.fingerprint, Some(commit.to_owned()));
        Some(desired)
    }

    /// Returns the latest commits that have changed the topology as it is now.
    fn commits(&self) -> Vec<String> {
        let read = |file: &Path| files::read(&self.folder.join(file), files::TEXT);
        let applied = self.parse(&read);
        let files = applied.map(|applied| applied.files).unwrap_or_default();
        let files: Vec<PathBuf> = files.into_iter().map(PathBuf::from).collect();
        git::commits(&self.folder, &files, VERSIONS)
    }

    fn parse(&self, read: &dyn Fn(&Path) -> io::Result<String>) -> Option<Applied> {
        let text = read(&self.name).ok()?;
        topology::parse_applied(&Input {
            language: families::language(),
            file: &self.name,
            text: &text,
            env: &|name| std::env::var(name).ok(),
            read,
            overlays: &self.overlays.iter().map(PathBuf::as_path).collect::<Vec<_>>(),
        })
    }
}

/// Returns the path of `file` from `folder`, where it lies in it or below.
fn from(folder: &Path, file: &Path) -> Option<PathBuf> {
    let (folder, file) = (folder.canonicalize().ok()?, file.canonicalize().ok()?);
    file.strip_prefix(folder).ok().map(Path::to_owned)
}
