//! Renews the lock while the run lives, and notices its loss.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use azure::{Class, LEASE, LeaseBlob};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often it is looked whether the lock is due to be renewed.
const TICK: Duration = Duration::from_secs(1);
/// How long before its end a lock that cannot be renewed counts as lost: others may have it then.
const MARGIN: Duration = Duration::from_secs(10);
/// The least time that an attempt to renew is given.
const ATTEMPT: Duration = Duration::from_secs(5);

/// How the lock was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The reason.
    pub why: String,
    /// Whether the lock is out of reach, rather than somebody else's.
    pub is_gone: bool,
}

/// A point in time that a sleeping machine's clock passes too.
#[derive(Debug, Clone, Copy)]
pub struct Moment(Instant, SystemTime);

impl Moment {
    /// Returns the present.
    pub fn now() -> Self {
        Self(Instant::now(), SystemTime::now())
    }

    /// Returns how long ago it was. The clock of the system counts a suspended machine's time, the
    /// other one cannot be set back.
    fn elapsed(self) -> Duration {
        self.0.elapsed().max(self.1.elapsed().unwrap_or_default())
    }
}

/// The task that renews a lock.
pub struct Renewal {
    task: JoinHandle<()>,
    lost: CancellationToken,
    loss: Arc<OnceLock<Loss>>,
}

impl Renewal {
    /// Renews a lease that was `asked` for, each time that `every` has passed.
    pub fn start(blob: LeaseBlob, id: Uuid, every: Duration, asked: Moment) -> Self {
        let (lost, loss) = (CancellationToken::new(), Arc::new(OnceLock::new()));
        let (told, cause) = (lost.clone(), loss.clone());
        let task = tokio::spawn(async move {
            let found = renew(&blob, id, every, asked).await;
            // Set once, by this task alone.
            let _ = cause.set(found);
            told.cancel();
        });
        Self { task, lost, loss }
    }

    /// Tells whether the lock is lost.
    pub fn is_lost(&self) -> bool {
        self.lost.is_cancelled()
    }

    /// Waits until the lock is lost.
    pub fn lost(&self) -> impl Future<Output = Option<Loss>> + Send + use<> {
        let (lost, loss) = (self.lost.clone(), self.loss.clone());
        async move {
            lost.cancelled().await;
            loss.get().cloned()
        }
    }

    /// Stops renewing.
    pub async fn stop(mut self) {
        self.task.abort();
        // A renewal under way must not arrive after the release.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Renews the lease until it is lost.
async fn renew(blob: &LeaseBlob, id: Uuid, every: Duration, asked: Moment) -> Loss {
    let mut renewed = asked;
    loop {
        sleep(TICK.min(every)).await;
        if renewed.elapsed() < every {
            continue;
        }
        let asked = Moment::now();
        let rest = (LEASE - MARGIN).saturating_sub(renewed.elapsed()).max(ATTEMPT);
        let why = match timeout(rest, blob.renew(id)).await {
            // Also a lease that had ended: had somebody else had it meanwhile, this would fail.
            Ok(Ok(())) => {
                renewed = asked;
                continue;
            }
            Ok(Err(error)) => match error.class() {
                Class::Conflict | Class::PreconditionFailed => {
                    return Loss { why: error.to_string(), is_gone: false };
                }
                Class::NotFound => return Loss { why: error.to_string(), is_gone: true },
                _ => error.to_string(),
            },
            Err(_) => "no answer".to_owned(),
        };
        if renewed.elapsed() >= LEASE - MARGIN {
            return Loss { why, is_gone: true };
        }
        tracing::info!("the apply lock could not be renewed, asking again: {why}");
    }
}
