//! The scalars of the language.

mod duration;
mod index;
mod name;
mod one_or_many;
mod percent;
mod target;
mod text;

pub use duration::{Duration, NotADuration, Ttl};
pub use index::StampIndex;
pub use name::Name;
pub use one_or_many::OneOrMany;
pub use percent::Percent;
pub use target::{Allowed, Ref, Target};
pub use text::{Part, SecretSource, Text};
