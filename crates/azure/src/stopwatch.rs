//! Time as it is waited for.

use std::time::Duration;

use tokio::time::Instant;

use crate::Client;

/// Counts how long something has been waited for, at the pace of the cloud.
///
/// Against a simulator waits are shorter than their names; they count in full, so that a limit
/// allows the same number of attempts everywhere.
pub struct Stopwatch {
    client: Client,
    start: Instant,
    waited: Duration,
}

impl Stopwatch {
    pub(crate) fn start(client: Client) -> Self {
        Self { client, start: Instant::now(), waited: Duration::ZERO }
    }

    /// Waits.
    pub async fn pause(&mut self, wait: Duration) {
        self.waited += wait;
        self.client.pause(wait).await;
    }

    /// Returns how long it has been waited in all.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed().max(self.waited)
    }
}
