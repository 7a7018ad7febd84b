//! The note of lifted locks, which outlives a killed process.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use azure::{Precondition, Writer};
use resource::ResourceId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ActionError;

/// Why the note could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file could not be read or written.
    #[error("failed to keep the journal `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not a journal.
    #[error("`{}` is not a journal of lifted locks", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

/// A lock as it was before it was lifted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LiftedLock {
    pub id: ResourceId,
    pub api_version: String,
    pub body: Value,
}

/// Locks that are, or may be, lifted: in memory and, where a path is given, in a file.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    path: Option<PathBuf>,
    lifted: Mutex<Vec<LiftedLock>>,
}

impl Journal {
    /// Opens the journal; locks that an earlier run left in it stay there until they are back.
    pub fn open(path: Option<&Path>) -> Result<Self, JournalError> {
        let lifted = path.map(read).transpose()?.unwrap_or_default();
        Ok(Self { path: path.map(Path::to_owned), lifted: Mutex::new(lifted) })
    }

    /// Notes a lock before it is lifted.
    pub fn note(&self, lock: LiftedLock) -> Result<(), JournalError> {
        let mut lifted = self.lifted.lock().expect("no panic while the journal is locked");
        lifted.retain(|other| other.id != lock.id);
        lifted.push(lock);
        self.save(&lifted)
    }

    /// Strikes a lock that is back.
    pub fn strike(&self, id: &ResourceId) -> Result<(), JournalError> {
        let mut lifted = self.lifted.lock().expect("no panic while the journal is locked");
        lifted.retain(|lock| lock.id != *id);
        self.save(&lifted)
    }

    /// Tells whether a lock is, or may be, lifted.
    pub fn has(&self, id: &ResourceId) -> bool {
        self.lifted
            .lock()
            .expect("no panic while the journal is locked")
            .iter()
            .any(|l| l.id == *id)
    }

    /// Tells whether any lock is, or may be, lifted.
    pub fn is_empty(&self) -> bool {
        self.lifted.lock().expect("no panic while the journal is locked").is_empty()
    }

    fn save(&self, lifted: &[LiftedLock]) -> Result<(), JournalError> {
        let Some(path) = &self.path else { return Ok(()) };
        write(path, lifted).map_err(|source| JournalError::File { path: path.clone(), source })
    }
}

fn read(path: &Path) -> Result<Vec<LiftedLock>, JournalError> {
    let text = match files::read(path, files::TEXT) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        Err(source) => return Err(JournalError::File { path: path.to_owned(), source }),
    };
    serde_json::from_str(&text)
        .map_err(|source| JournalError::Unreadable { path: path.to_owned(), source })
}

/// Replaces the file as a whole and forces it to disk: a lock is lifted only once it is noted.
fn write(path: &Path, lifted: &[LiftedLock]) -> std::io::Result<()> {
    if lifted.is_empty() {
        return match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("new");
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(serde_json::to_string_pretty(lifted)?.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(beside, path)
}

/// Puts back the locks that a killed run has left lifted, and returns them.
///
/// Safe to call at the start of every run: without a journal it does nothing.
pub async fn recover(journal: &Path, writer: &Writer) -> Result<Vec<ResourceId>, ActionError> {
    let open = Journal::open(Some(journal)).map_err(ActionError::Journal)?;
    let lifted = open.lifted.lock().expect("no panic while the journal is locked").clone();
    let mut back = vec![];
    for lock in lifted {
        put_back(writer, &lock).await?;
        open.strike(&lock.id).map_err(ActionError::Journal)?;
        back.push(lock.id);
    }
    Ok(back)
}

/// Writes a lock as it was; one that is there already stays as it is.
pub(crate) async fn put_back(
    writer: &Writer,
    lock: &LiftedLock,
) -> Result<plan::Done, ActionError> {
    let refused = |source| ActionError::Refused { verb: "put back", id: lock.id.clone(), source };
    let current = writer.reader().get(&lock.id, &lock.api_version).await.map_err(refused)?;
    if current.is_some() {
        return Ok(plan::Done::Before);
    }
    let body = &lock.body;
    let operation = writer.put(&lock.id, &lock.api_version, body, Precondition::None).await;
    writer.wait(operation.map_err(refused)?).await.map_err(refused)?;
    Ok(plan::Done::Now)
}
