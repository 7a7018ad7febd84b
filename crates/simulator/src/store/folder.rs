//! The folder in which the state outlives the process.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::store::state::State;

const STATE: &str = "state.json";

/// The largest state that is read, in bytes; that of a thousand stamps needs a tenth of it.
const LARGEST: u64 = 512 << 20;

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
        let path = dir.join("state.lock");
        refuse_irregular(&path)?;
        let lock = File::options().create(true).truncate(false).write(true).open(path)?;
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
        let state = serde_json::from_slice(&read(&self.dir.join(STATE))?)?;
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
        refuse_irregular(&next)?;
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

/// Reads a regular file of bounded size.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    refuse_irregular(path)?;
    let mut bytes = vec![];
    let read = File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    match u64::try_from(read) {
        Ok(read) if read <= LARGEST => Ok(bytes),
        _ => Err(unusable(path, &format!("it is larger than {} MiB", LARGEST >> 20))),
    }
}

/// Refuses a pipe, a device or a folder where a file of the simulator should be: to open a pipe would
/// wait for whoever is at its other end, and a device has no end.
pub(crate) fn refuse_irregular(path: &Path) -> io::Result<()> {
    match path.metadata() {
        Ok(found) if !found.is_file() => Err(unusable(path, "it is no regular file")),
        Ok(found) if found.len() > LARGEST => {
            Err(unusable(path, &format!("it is larger than {} MiB", LARGEST >> 20)))
        }
        _ => Ok(()),
    }
}

fn unusable(path: &Path, reason: &str) -> io::Error {
    io::Error::other(format!("cannot use `{}`: {reason}", path.display()))
}
