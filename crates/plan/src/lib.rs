//! The border between deciding and doing.
//!
//! The planner makes a [`Plan`], the executor carries it out and answers with an [`Outcome`], and
//! neither knows the other. A plan is data: ordered actions with their reasons, serialisable, free
//! of secrets. Whoever made it, [`check`] proves the engine's rules of it before anything is done.

mod action;
mod check;
mod code;
mod outcome;
mod part;
mod plan_file;
mod reliance;
mod risk;
#[cfg(test)]
mod sample;
mod verdict;

pub use action::{Action, ActionId, Band, Operation, PropertyChange, Verb, Write, subject};
pub use check::{Violation, check};
pub use code::{Code, NoticeCode};
pub use outcome::{ActionOutcome, Done, Outcome};
pub use part::part_of;
pub use plan_file::{
    ApplyLock, Commit, Coverage, Endpoints, Fingerprint, Guard, Notice, Origin, Place, Plan,
    PlanFileError, SavedPlan, Severity,
};
pub use reliance::Reliance;
pub use risk::Risk;
pub use verdict::{ActionVerdict, LastApply, PropertyVerdict, Verdict, Verdicts};
