//! What a request is held against, by rules of the edge and by the firewall: one language for both.
//!
//! Source: <https://learn.microsoft.com/azure/frontdoor/rules-match-conditions> and
//! <https://learn.microsoft.com/azure/web-application-firewall/afds/waf-front-door-custom-rules>.

mod check;
mod expand;
mod import;
mod model;

pub(super) use check::{Asker, conditions as check};
pub(super) use expand::{count, firewall, rule};
pub(super) use import::{of_firewall, of_rule, says};
pub use model::{Conditions, Test};
