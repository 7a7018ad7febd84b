//! What git knows of the topology.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plan::Commit;

/// The work tree in which a topology lies.
pub struct Repository {
    root: PathBuf,
}

impl Repository {
    /// Finds the work tree that holds `file`; none where there is no git, no repository or no commit.
    pub fn of(file: &Path) -> Option<Self> {
        Self::around(file.canonicalize().ok()?.parent()?)
    }

    /// Finds the work tree that holds `folder`.
    pub fn around(folder: &Path) -> Option<Self> {
        let root = git(folder, &["rev-parse", "--show-toplevel"])?;
        Some(Self { root: PathBuf::from(root).canonicalize().ok()? })
    }

    /// Returns the work tree's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the path of `file` from the root, with forward slashes.
    pub fn path_of(&self, file: &Path) -> Option<String> {
        let file = file.canonicalize().ok()?;
        let path = file.strip_prefix(&self.root).ok()?;
        Some(path.to_string_lossy().replace('\\', "/"))
    }

    /// Returns the commit that is checked out, and whether any of `files` is not as committed.
    pub fn head(&self, files: &[PathBuf]) -> Option<Commit> {
        let id = git(&self.root, &["rev-parse", "--verify", "HEAD"])?;
        let paths: Vec<String> = files.iter().filter_map(|file| self.path_of(file)).collect();
        let mut status = vec!["status", "--porcelain", "--"];
        status.extend(paths.iter().map(String::as_str));
        let is_modified = git(&self.root, &status).is_none_or(|found| !found.is_empty());
        Some(Commit { id, is_modified })
    }
}

/// Returns the commits that have changed any of `files`, the newest first, at most `limit`.
///
/// `files` are relative to `folder`; none where there is no git or no repository.
pub fn commits(folder: &Path, files: &[PathBuf], limit: usize) -> Vec<String> {
    let limit = format!("--max-count={limit}");
    let mut args = vec!["-c", "log.showSignature=false", "log", "--format=%H", &limit, "--"];
    args.extend(files.iter().filter_map(|file| file.to_str()));
    git(folder, &args).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// Tells whether the history that is here is cut off; none where there is no git or no repository.
pub fn is_shallow(folder: &Path) -> Option<bool> {
    git(folder, &["rev-parse", "--is-shallow-repository"]).map(|answer| answer == "true")
}

/// Returns the text of a file, relative to `folder`, as it was in a commit.
pub fn show(folder: &Path, commit: &str, file: &Path) -> io::Result<String> {
    // Relative to the folder and not to the repository's root, a path begins with a dot.
    let file = file.to_string_lossy().replace('\\', "/");
    let file = if file.starts_with('.') { file } else { format!("./{file}") };
    let found = whole(folder, &["show", &format!("{commit}:{file}")]);
    found.ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// Runs git and returns what it says, without the end of its last line.
fn git(folder: &Path, args: &[&str]) -> Option<String> {
    whole(folder, args).map(|text| text.trim_end().to_owned())
}

/// Runs git and returns what it says; nothing where it is not there or fails.
fn whole(folder: &Path, args: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    command.current_dir(folder).args(args).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}
