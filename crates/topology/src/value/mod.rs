//! The scalars of the language.

mod duration;
mod free_map;
mod index;
mod json_path;
mod name;
mod one_or_many;
mod path_template;
mod percent;
mod raw;
mod target;
mod text;

pub use duration::{Duration, NotADuration, Ttl};
pub use free_map::FreeMap;
pub use index::StampIndex;
pub use json_path::{JsonPath, NotAJsonPath};
pub use name::Name;
pub use one_or_many::OneOrMany;
pub use path_template::PathTemplate;
pub use percent::Percent;
pub use raw::Raw;
pub use target::{Allowed, LockHolder, Ref, Target};
pub use text::{Part, SecretSource, Text};
