//! Drift on a timer, in one process that runs for ever.

pub mod metrics;
pub mod round;
pub mod schedule;
pub mod serve;
