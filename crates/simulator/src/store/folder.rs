//! The folder in which the state outlives the process.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::store::state::State;

const STATE: &str = "state.json";

/// A folder that several processes may use, one request at a time.
#[derive(Debug)]
pub(crate) struct Folder {
    dir: PathBuf,
    lock: File,
    seen: Option<(SystemTime, u64)>,
}

impl Folder {
    /// Opens the folder, which is made where it does not exist.
    pub fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(dir.join("state.lock"))?;
        Ok(Self { dir: dir.to_owned(), lock, seen: None })
    }

    /// Waits until no other process works on the state.
    pub fn lock(&self) -> io::Result<()> {
        self.lock.lock()
    }

    /// Lets other processes work on the state.
    pub fn unlock(&self) -> io::Result<()> {
        self.lock.unlock()
    }

    /// Returns the state where another process has written it since it was last seen.
    pub fn load(&mut self) -> io::Result<Option<State>> {
        let stamp = self.stamp();
        if stamp.is_none() || stamp == self.seen {
            return Ok(None);
        }
        let state = serde_json::from_slice(&fs::read(self.dir.join(STATE))?)?;
        self.seen = stamp;
        Ok(Some(state))
    }

    /// Replaces the state, in one step that cannot leave half a file.
    pub fn save(&mut self, state: &State) -> io::Result<()> {
        let next = self.dir.join("state.json.next");
        // The state holds settings and keys, as Azure does.
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&next)?.write_all(&serde_json::to_vec(state)?)?;
        fs::rename(next, self.dir.join(STATE))?;
        self.seen = self.stamp();
        Ok(())
    }

    fn stamp(&self) -> Option<(SystemTime, u64)> {
        let metadata = fs::metadata(self.dir.join(STATE)).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }
}
