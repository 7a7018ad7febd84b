//! How long the apply lock is waited for.

use clap::Args;
use topology::Duration;

/// How long the apply lock is waited for.
#[derive(Debug, Clone, Args)]
pub struct WaitForLock {
    /// Wait so long (`30s`, `10m`) while another apply of the topology holds its lock; without this
    /// such an apply is refused at once, with exit code 4.
    #[arg(long, value_name = "DURATION")]
    pub wait_for_lock: Option<Duration>,
}
