//! What a waiting client tells whoever watches it.

use std::time::Duration;

use crate::Class;

/// Something worth showing while the client works.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A request will be repeated after a wait.
    Retrying {
        /// Method and path of the request, without its query.
        request: String,
        /// Why it is repeated.
        class: Class,
        /// ARM's error code or the connection's failure.
        reason: String,
        /// How many attempts were made.
        attempts: u32,
        /// How long the client waits before the next.
        wait: Duration,
    },
    /// A token bucket is empty, so a request is held back.
    HeldBack {
        /// Method and path of the request, without its query.
        request: String,
        /// How long it is held back.
        wait: Duration,
        /// What Azure limits, in the plural: `reads`.
        limited: &'static str,
        /// How many of these Azure allows more each second.
        refill_per_sec: f64,
    },
    /// An operation was polled and goes on.
    Polled {
        /// The resource that the operation works on.
        resource: String,
        /// Azure's word for the operation's state.
        status: String,
        /// How long the operation has been waited for.
        elapsed: Duration,
        /// How long the client waits before the next poll.
        wait: Duration,
    },
}

/// Watches a client at work. Called from many tasks at once; must not block.
pub trait Progress: Send + Sync {
    /// Notes that something happened.
    fn event(&self, event: Event);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn event(&self, _event: Event) {}
}
