//! Compares what tenants outside Azure have answered: [`compare`] takes their answers and tells what is not
//! the same in all of them.
//!
//! Pure functions: who asks the tenants stands elsewhere, and the time is given.

mod compare;
mod date;
mod field;
mod model;

pub use compare::compare;
pub use field::{find as field, text};
pub use model::{Answer, Answers, Compared, Difference, Entry, Finding, Parity, Shown, Unread};
