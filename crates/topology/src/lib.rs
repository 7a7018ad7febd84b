//! The topology language: YAML text to a checked, resolved model.
//!
//! [`parse`] reads a file and all it includes, resolves every stamp, derives every name and holds
//! Azure's rules against the result. Every mistake becomes a [`Diagnostic`] with a place; all are
//! found at once. Of ARM's JSON nothing is known here but where properties stand; of HTTP nothing.

mod check;
mod decode;
mod diagnostic;
pub mod edit;
mod explain;
pub mod family;
mod include;
mod keys;
mod language;
mod model;
mod names;
mod page;
mod parse;
mod place;
mod plain_secrets;
pub mod property;
mod record;
mod reference;
mod regions;
mod render;
mod run_keys;
mod scalar;
mod schema;
pub mod section;
mod stamps;
mod suggest;
mod text;
mod tree;
mod value;
mod written;

#[cfg(test)]
mod tests;

pub use diagnostic::{Diagnostic, Severity};
pub use explain::Explanation;
pub use keys::host_key;
pub use language::Language;
pub use model::*;
pub use parse::{Applied, Input, Parsed, is_unset, parse, parse_applied};
pub use place::{Place, Sp};
pub use regions::{Region, region};
pub use render::{Sources, render};
pub use run_keys::{
    KEYS_OF_THE_RUN, PREFIXES_OF_BUILD_SERVICES, PROXIES, holds_key_of_the_run, is_key_of_the_run,
};
pub use section::Section;
pub use value::{
    Allowed, Duration, FreeMap, JsonPath, LockHolder, Name, NotADuration, NotAJsonPath, OneOrMany,
    Part, PathTemplate, Percent, Raw, Ref, SecretSource, StampIndex, Target, Text, Ttl,
};
