//! Writes a topology from what is live: what was observed becomes text as a person would write it.
//!
//! The inverse of the planner's expansion, one file for each of its files. Everything is first
//! written in full, tried out against the observation, and told in another way where a plan would
//! differ; then what the language means anyway is left out and the stamps are folded into a module.
//! Pure: no HTTP, no async, no clock, no randomness.

mod addresses;
mod check;
mod choices;
mod declared;
mod defaults;
mod draft;
mod entries;
mod family;
mod fold;
mod import;
mod learn;
mod names;
mod node;
mod permissions;
mod recognised;
mod secrets;
mod stamps;
mod survey;
mod values;
mod verdict;
mod yaml;

pub use addresses::Addresses;
pub use choices::Choices;
pub use draft::{Draft, Life, Remark, existing};
pub use family::{Family, Import, Language, Told};
pub use import::{Imported, Request, import};
pub use node::{Map, Member, Node, capital, duration, literal, one_or_many, plain};
pub use recognised::Recognised;
pub use stamps::{Placement, is_unit};
pub use survey::{Survey, id_at, region, text};
pub use verdict::Verdict;
