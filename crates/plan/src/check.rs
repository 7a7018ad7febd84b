//! Proves the engine's rules of a plan, whoever made it.

use crate::Plan;

/// A rule that a plan breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {}

/// Returns every rule that `plan` breaks; a plan that may be applied breaks none.
pub fn check(_plan: &Plan) -> Vec<Violation> {
    vec![]
}
