//! The planner on whole topologies, against an Azure that is only data.

// The functions beside the tests may do what tests may.
#![allow(clippy::panic, clippy::unwrap_used)]

mod accept;
mod ahead;
mod azure;
mod certificates;
mod claims;
mod clones;
mod clouds;
mod defaults;
mod deletes;
mod domains;
mod failed_over;
mod foreign;
mod last;
mod locks;
mod note;
mod one_owner;
mod owner;
mod ownership;
mod raw;
mod redundancy;
mod replacements;
mod routing;
mod scale;
mod stamps;
mod verdict;
