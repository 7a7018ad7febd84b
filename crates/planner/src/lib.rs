//! Decides what must change: [`expand()`] a topology to ARM resources, compare them with what was
//! observed, and put the changes in a safe order.
//!
//! Pure: no HTTP, no async, no clock, no randomness. Equal inputs give equal plans.

pub mod accept;
mod ahead;
mod applied;
mod change;
mod complete;
mod desired;
pub mod diff;
mod doors;
mod dropped;
pub mod expand;
mod failed_over;
mod family;
mod ground;
mod guard;
mod last;
mod lost;
mod manual;
mod merge;
mod missing;
mod order;
mod owner;
mod ownership;
mod permits;
mod plan_maker;
mod release;
mod resolve;
mod rights;
mod risk;
mod rivals;
mod unread;
mod unwanted;
mod verdict;

pub use applied::Note;
pub use change::{Change, Changes, Kind, Options, changes};
pub use desired::{
    Await, Desired, DesiredResource, Domain, ManualRecord, Mode, StampProbe, proof_name,
};
pub use doors::{Door, doors};
pub use expand::{Expansion, Groups, Holder, Home, Life, Probe, expand, principal, role_name};
pub use family::{Children, Expand, Family, Given, Language};
pub use last::{Last, LastApplied, Lost};
pub use order::{OrderError, applied, noted};
pub use owner::{is_of_another, owner};
pub use ownership::{MARK, OWNER, is_own_tag, is_owned};
pub use plan_maker::plan;
pub use resolve::{Secrets, resolve};
pub use verdict::{Base, verdicts};
