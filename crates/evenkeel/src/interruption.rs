//! Ctrl-C, what a CI job is sent when it is cancelled, and the end of the terminal.
//!
//! A run ends by an interruption, with exit code 130, unless something has taken it upon itself to
//! end well: a question, an apply.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::exit::Exit;
use crate::output;

/// How long a run that is interrupted may take to notice it: one that waits for a file, a pipe or
/// another program does not.
const LAST_MOMENTS: Duration = Duration::from_secs(2);

/// How many wait for interruptions themselves.
static AWAITED: AtomicUsize = AtomicUsize::new(0);

/// How many interruptions these have taken so far.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// Takes interruptions upon itself while it lives.
pub struct Interruptions(Signals);

impl Interruptions {
    /// Begins to listen; none from now on is lost.
    pub fn listen() -> io::Result<Self> {
        let signals = Signals::listen()?;
        AWAITED.fetch_add(1, Ordering::SeqCst);
        Ok(Self(signals))
    }

    /// Waits for the next interruption.
    pub async fn next(&mut self) {
        self.0.next().await;
        TAKEN.fetch_add(1, Ordering::SeqCst);
    }
}

impl Drop for Interruptions {
    fn drop(&mut self) {
        AWAITED.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Waits for an interruption that nothing else takes upon itself.
pub async fn unattended() -> io::Result<()> {
    let mut signals = Signals::listen()?;
    let mut left_to_others = 0;
    loop {
        signals.next().await;
        // Who has taken an interruption may have ended before it is noted here.
        let is_taken = TAKEN.load(Ordering::SeqCst) > left_to_others;
        if !is_taken && AWAITED.load(Ordering::SeqCst) == 0 {
            return Ok(());
        }
        left_to_others += 1;
    }
}

/// Ends the run at an interruption that nothing else takes upon itself: through `tell`, or by itself
/// where whoever is told does not come to hear it.
pub async fn end_the_run(tell: oneshot::Sender<io::Result<()>>) {
    let interrupted = unattended().await;
    let is_interrupted = interrupted.is_ok();
    if tell.send(interrupted).is_ok() && is_interrupted {
        tokio::time::sleep(LAST_MOMENTS).await;
        output::say("interrupted");
        std::process::exit(Exit::Interrupted.code().into());
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// The terminal, or the connection to it, is gone.
    hang_up: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let interrupt = signal(SignalKind::interrupt())?;
        let (terminate, hang_up) =
            (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
        Ok(Self { interrupt, terminate, hang_up })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self(tokio::signal::windows::ctrl_c()?))
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}
