//! Rules of the edge: what is done with which requests.
//!
//! Source: <https://learn.microsoft.com/azure/frontdoor/front-door-rules-engine>.

mod check;
mod expand;
mod import;
mod model;

pub(super) use check::rules as check;
pub(super) use expand::{add, add_set, cache_of, led_to, of_sets};
pub(super) use import::{beyond, sets, ttl_of};
pub use model::Rule;

/// The type of rule sets.
pub(super) const SETS: &str = "Microsoft.Cdn/profiles/ruleSets";
/// The type of rules.
pub(super) const RULES: &str = "Microsoft.Cdn/profiles/ruleSets/rules";
