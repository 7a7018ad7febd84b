//! The apply lock: two applies (or destroys) of one topology never run at once.
//!
//! The lock is the lease of a blob. It lasts a minute, is renewed while the run lives, and ends by
//! itself when nobody renews it: after a killed run nobody has to unlock anything.
//!
//! It is taken before the look that a plan rests on, so that what is planned is what the last apply
//! left. A saved plan is older than its lock, and the lock is let go while a person is asked: no
//! forgotten question keeps others out. Both are proven unmoved under the lock before anything is
//! written.

mod holder;
mod renewal;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use azure::{Holder, LEASE, LeaseBlob};
use jiff::{Timestamp, ToSpan, Unit};
use plan::{Plan, Verb};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::cli::WaitForLock;
use crate::exit::{Exit, Failure};
use crate::interruption::Interruptions;
use crate::output;
use crate::progress::Progress;
use crate::session::Azure;
use renewal::Renewal;

/// How long a wait may last before it is told.
const VISIBLE_AFTER: Duration = Duration::from_millis(400);
/// How long to wait before the lock is asked for again.
const RETRY: Duration = Duration::from_secs(2);
/// How long a run that has ended waits for the lock to be released; it ends by itself anyway.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(10);

/// Which lock is wanted.
pub struct Wanted {
    /// Where it is; nothing is locked where the topology does not say.
    place: Option<plan::ApplyLock>,
    /// The topology's name.
    topology: String,
    /// How long to wait for another holder.
    wait: Option<Duration>,
    /// The command that asks for it.
    command: String,
}

impl Wanted {
    /// Returns what `command` wants.
    pub fn new(
        place: Option<&plan::ApplyLock>,
        topology: &str,
        wait: &WaitForLock,
        command: &str,
    ) -> Self {
        let wait = wait.wait_for_lock.map(|wait| wait.0);
        let (topology, command) = (topology.to_owned(), command.to_owned());
        Self { place: place.cloned(), topology, wait, command }
    }
}

/// The lock while this run has it; without one where none is wanted or none can be there yet.
pub struct ApplyLock(Option<Held>);

struct Held {
    blob: LeaseBlob,
    id: Uuid,
    place: plan::ApplyLock,
    renewal: Renewal,
}

impl ApplyLock {
    /// Takes the lock, or waits for it as long as is wanted.
    ///
    /// Fails with exit code 4 where somebody else has it. Where its account is not there yet,
    /// because the first apply is to make it, goes on without it and says so.
    pub async fn take(azure: &Azure, wanted: &Wanted) -> Result<Self, Failure> {
        let Some(place) = &wanted.place else { return Ok(Self(None)) };
        take(azure, wanted, place).await.map(Self)
    }

    /// Works under the lock, and releases it where the work fails or is interrupted.
    pub async fn during<T>(
        &mut self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        if self.0.is_none() {
            return work.await;
        }
        let mut interruptions = Interruptions::listen()?;
        let done = tokio::select! {
            () = interruptions.next() => {
                output::say("interrupted; nothing was changed");
                Err(Failure::Told(Exit::Interrupted))
            }
            done = work => done,
        };
        if done.is_err() {
            self.release().await;
        }
        done
    }

    /// Cancels `drain` as soon as the lock is lost, so that no further action begins.
    ///
    /// Where `plan` deletes the account, the lock goes with it and nothing is lost.
    pub fn drain_when_lost(
        &self,
        plan: &Plan,
        drain: &CancellationToken,
        progress: &Arc<Progress>,
    ) {
        let Some(held) = &self.0 else { return };
        let goes_with_plan = plan.actions.iter().any(|action| {
            action.verb == Verb::Delete && held.place.account.is_within(&action.resource)
        });
        let (lost, drain) = (held.renewal.lost(), drain.clone());
        let progress = Arc::clone(progress);
        tokio::spawn(async move {
            let Some(loss) = lost.await else { return };
            if goes_with_plan && loss.is_gone {
                return;
            }
            progress.say(&format!(
                "the apply lock is lost: {}; running actions finish, no more begin",
                loss.why
            ));
            drain.cancel();
        });
    }

    /// Tells whether the lock was there and is lost.
    pub fn is_lost(&self) -> bool {
        self.0.as_ref().is_some_and(|held| held.renewal.is_lost())
    }

    /// Tells whether there is a lock at all.
    pub fn is_held(&self) -> bool {
        self.0.is_some()
    }

    /// Stops renewing the lock, which then ends by itself: for a run that leaves work behind.
    pub fn leave(&mut self) {
        self.0 = None;
    }

    /// Releases the lock, so that the next run need not wait.
    pub async fn release(&mut self) {
        let Some(held) = self.0.take() else { return };
        let is_lost = held.renewal.is_lost();
        held.renewal.stop().await;
        if is_lost {
            return;
        }
        match timeout(RELEASE_TIMEOUT, held.blob.release(held.id)).await {
            Ok(Ok(())) => {}
            // Nobody has to do anything about it.
            Ok(Err(error)) => tracing::info!("the apply lock ends by itself: {error}"),
            Err(_) => tracing::info!("the apply lock ends by itself: no answer"),
        }
    }
}

async fn take(
    azure: &Azure,
    wanted: &Wanted,
    place: &plan::ApplyLock,
) -> Result<Option<Held>, Failure> {
    let name = format!("{}.lock", wanted.topology);
    let account = place.account.name();
    let found = azure.writer().lease_blob(&place.account, &place.container, &name).await;
    let found = found.with_context(|| format!("cannot look for the apply lock in `{account}`"))?;
    let Some(blob) = found else {
        output::say(&format!(
            "storage account `{account}` is not there yet: this run goes on without the apply lock"
        ));
        return Ok(None);
    };
    let id = Uuid::new_v4();
    let asked = wait_for(azure, wanted, &blob, id).await?;
    let renewal = Renewal::start(blob.clone(), id, azure.lock_renewal(), asked);
    Ok(Some(Held { blob, id, place: place.clone(), renewal }))
}

/// Acquires the lease, and returns when it was asked for.
async fn wait_for(
    azure: &Azure,
    wanted: &Wanted,
    blob: &LeaseBlob,
    id: Uuid,
) -> Result<renewal::Moment, Failure> {
    let begun = Instant::now();
    let mut is_told = false;
    loop {
        let asked = renewal::Moment::now();
        let ours = holder::this_run(azure.correlation_id());
        if blob.acquire(id, &ours).await.map_err(|error| not_taken(wanted, error))? {
            return Ok(asked);
        }
        let theirs = blob.holder().await.map_err(|error| not_taken(wanted, error))?;
        // Let go between the two requests.
        let Some(theirs) = theirs else { continue };
        let rest = wanted.wait.unwrap_or_default().saturating_sub(begun.elapsed());
        if rest.is_zero() {
            return Err(held(wanted, &theirs));
        }
        if begun.elapsed() >= VISIBLE_AFTER && !is_told {
            let topology = &wanted.topology;
            let words = format!("… the apply lock of `{topology}` is held by {}", told(&theirs));
            azure.progress.say(&format!("{words}; waiting for up to {} s", rest.as_secs()));
            is_told = true;
        }
        let pause = if is_told { RETRY.min(azure.lock_renewal()) } else { VISIBLE_AFTER };
        sleep(pause.min(rest)).await;
    }
}

/// Makes the refusal of a lock that somebody else has.
fn held(wanted: &Wanted, theirs: &Holder) -> Failure {
    let lease = i64::try_from(LEASE.as_secs()).unwrap_or_default().seconds();
    let end = Timestamp::now().checked_add(lease).and_then(|end| end.round(Unit::Second));
    let end = end.map_or_else(|_| "a minute".to_owned(), |end| end.to_string());
    Failure::refused(
        anyhow!("the apply lock of `{}` is held by {}", wanted.topology, told(theirs)),
        format!(
            "wait for it with `{} --wait-for-lock 10m`; if that run has died, its lock ends by \
             itself by {end} at the latest",
            wanted.command
        ),
    )
}

fn told(holder: &Holder) -> String {
    let Holder { name, since, run } = holder;
    if name.is_empty() {
        "a run that has not given its name yet".to_owned()
    } else {
        format!("{name} since {since} (run {run})")
    }
}

/// Makes the failure of a lock that cannot be asked for.
fn not_taken(wanted: &Wanted, error: azure::Error) -> Failure {
    let account = wanted.place.as_ref().map(|place| &place.account);
    let (name, id) = account.map_or(("", ""), |account| (account.name(), account.as_str()));
    let is_denied = error.is_denied();
    let error = anyhow::Error::new(error);
    if is_denied {
        let error = error.context(format!("no right to take the apply lock in `{name}`"));
        return Failure::helped(
            error,
            format!(
                "it takes the role Storage Blob Data Contributor, and an account whose network \
                 rules let this machine in: `az role assignment create --role \"Storage Blob Data \
                 Contributor\" --assignee <who applies> --scope {id}`"
            ),
        );
    }
    Failure::Failed(error.context(format!("cannot take the apply lock in `{name}`")))
}
