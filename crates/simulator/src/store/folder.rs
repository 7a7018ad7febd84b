//! The folder in which the state outlives the process.
//!
//! A database of rows: a request writes those that it has changed, and reads those that another
//! process has changed since. What a killed process has written stays whole.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::state::State;
use crate::store::table::Table;
use crate::store::version_before::StateBefore;

/// The database.
const STATE: &str = "state.db";
/// What earlier versions kept instead.
const STATE_BEFORE: &str = "state.json";

/// Tells whether a folder holds the state of a simulator, of this version or one before.
pub fn holds_state(dir: &Path) -> bool {
    [STATE, STATE_BEFORE].iter().any(|name| dir.join(name).exists())
}

/// The columns: the part of the state that the row belongs to, its key there, what it holds (JSON;
/// NULL once it is gone), and the ordinal of the write that it comes from.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS rows (
        part TEXT NOT NULL, key TEXT NOT NULL, value TEXT, write INTEGER NOT NULL,
        PRIMARY KEY (part, key)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS rows_by_write ON rows (write);
";

/// The largest state that is read, in bytes; that of a thousand stamps needs a tenth of it.
const LARGEST: u64 = 512 << 20;

/// A folder that several processes may use, one request at a time.
#[derive(Debug)]
pub(crate) struct Folder {
    dir: PathBuf,
    lock: File,
    database: Option<Database>,
    written: u64,
}

#[derive(Debug)]
struct Database {
    connection: Connection,
    /// The last write that is known here.
    seen: i64,
    /// What SQLite calls the state of the file, which changes with the writes of others.
    version: Option<i64>,
}

impl Folder {
    /// Opens the folder, which is made where it does not exist.
    pub fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let path = dir.join("state.lock");
        refuse_irregular(&path)?;
        let lock = File::options().create(true).truncate(false).write(true).open(path)?;
        Ok(Self { dir: dir.to_owned(), lock, database: None, written: 0 })
    }

    /// Waits until no other process works on the state.
    pub fn lock(&self) -> io::Result<()> {
        self.lock.lock()
    }

    /// Lets other processes work on the state.
    pub fn unlock(&self) -> io::Result<()> {
        self.lock.unlock()
    }

    /// Returns how many rows this process has written.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Brings the state up to what other processes have written; the folder must be locked.
    pub fn refresh(&mut self, state: &mut State) -> io::Result<()> {
        if self.database.is_none() {
            self.database = Some(Database::open(&self.dir.join(STATE))?);
        }
        let Some(database) = &mut self.database else { return Ok(()) };
        database.refresh(state).map_err(io::Error::other)?;
        let before = self.dir.join(STATE_BEFORE);
        if database.seen == 0 && before.exists() {
            *state = serde_json::from_slice::<StateBefore>(&read(&before)?)?.into();
            self.save(state)?;
            fs::remove_file(before)?;
        }
        Ok(())
    }

    /// Keeps what was changed, all of it or nothing; the folder must be locked.
    pub fn save(&mut self, state: &mut State) -> io::Result<()> {
        let Some(database) = &mut self.database else { return Ok(()) };
        self.written += database.save(state).map_err(io::Error::other)?;
        state.kept();
        Ok(())
    }
}

impl Database {
    fn open(path: &Path) -> io::Result<Self> {
        for end in ["", "-wal", "-shm"] {
            let mut name = path.as_os_str().to_owned();
            name.push(end);
            refuse_irregular(Path::new(&name))?;
        }
        // The state holds settings and keys, as Azure does. SQLite gives the files beside it the
        // rights of this one.
        let mut options = File::options();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)?;
        let made = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(path)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            // Outlives a killed process; a machine that loses power may lose the last writes.
            connection.pragma_update(None, "synchronous", "OFF")?;
            connection.execute_batch(TABLES)?;
            Ok(connection)
        };
        Ok(Self { connection: made().map_err(io::Error::other)?, seen: 0, version: None })
    }

    fn refresh(&mut self, state: &mut State) -> Result<(), KeepError> {
        let version = self.connection.query_row("PRAGMA data_version", [], |row| row.get(0))?;
        if self.version == Some(version) {
            return Ok(());
        }
        let mut rows = self.connection.prepare_cached(
            "SELECT part, key, value, write FROM rows WHERE write > ?1 ORDER BY write",
        )?;
        let mut rows = rows.query([self.seen])?;
        while let Some(row) = rows.next()? {
            let (part, key): (String, String) = (row.get(0)?, row.get(1)?);
            let value: Option<String> = row.get(2)?;
            take_over(state, &part, key, value.as_deref())?;
            self.seen = row.get(3)?;
        }
        self.version = Some(version);
        Ok(())
    }

    fn save(&mut self, state: &State) -> Result<u64, KeepError> {
        let transaction = self.connection.transaction()?;
        let mut writing = Writing { transaction: &transaction, write: self.seen + 1, rows: 0 };
        writing.table("resources", state.resources.table())?;
        writing.table("operations", state.operations.table())?;
        writing.table("deleted", &state.deleted)?;
        writing.table("blobs", &state.blobs)?;
        writing.table("deployed", &state.deployed)?;
        writing.table("probed", &state.probed)?;
        writing.table("served", &state.served)?;
        writing.table("lifted", &state.lifted)?;
        writing.table("identities_lost", &state.identities_lost)?;
        writing.row("rest", "", Some(state))?;
        let Writing { write, rows, .. } = writing;
        transaction.commit()?;
        self.seen = write;
        Ok(rows)
    }
}

/// Why the state cannot be kept or read.
#[derive(Debug, thiserror::Error)]
enum KeepError {
    /// The database refuses.
    #[error("database of the state cannot be used")]
    Database(#[from] rusqlite::Error),
    /// A row cannot be read or written.
    #[error("row of the state cannot be read")]
    Row(#[from] serde_json::Error),
}

/// One write on its way into the database.
struct Writing<'a> {
    transaction: &'a Transaction<'a>,
    write: i64,
    rows: u64,
}

impl Writing<'_> {
    fn table<V: Serialize>(&mut self, part: &str, table: &Table<V>) -> Result<(), KeepError> {
        table.changes().try_for_each(|(key, row)| self.row(part, key, row))
    }

    fn row<V: Serialize>(
        &mut self,
        part: &str,
        key: &str,
        row: Option<&V>,
    ) -> Result<(), KeepError> {
        let value = row.map(serde_json::to_string).transpose()?;
        let mut put = self.transaction.prepare_cached(
            "INSERT OR REPLACE INTO rows (part, key, value, write) VALUES (?1, ?2, ?3, ?4)",
        )?;
        put.execute(params![part, key, value, self.write])?;
        self.rows += 1;
        Ok(())
    }
}

/// Puts a row that was read where it belongs.
fn take_over(
    state: &mut State,
    part: &str,
    key: String,
    value: Option<&str>,
) -> Result<(), KeepError> {
    fn row<V: DeserializeOwned>(value: Option<&str>) -> serde_json::Result<Option<V>> {
        value.map(serde_json::from_str).transpose()
    }
    match part {
        "resources" => state.resources.take_over(key, row(value)?),
        "operations" => state.operations.take_over(key, row(value)?),
        "deleted" => state.deleted.take_over(key, row(value)?),
        "blobs" => state.blobs.take_over(key, row(value)?),
        "deployed" => state.deployed.take_over(key, row(value)?),
        "probed" => state.probed.take_over(key, row(value)?),
        "served" => state.served.take_over(key, row(value)?),
        "lifted" => state.lifted.take_over(key, row(value)?),
        "identities_lost" => state.identities_lost.take_over(key, row(value)?),
        _ => {
            if let Some(rest) = row(value)? {
                state.take_over_rest(rest);
            }
        }
    }
    Ok(())
}

/// Reads a regular file of bounded size.
fn read(path: &Path) -> io::Result<Vec<u8>> {
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
