//! What a family of the language is written with, beside the macros [`record!`](crate::record!),
//! [`choice!`](crate::choice!) and [`entry!`](crate::entry!).

pub use crate::check::{At, Check};
pub use crate::decode::{Context, Decode, quoted};
pub use crate::record::{first, key};
pub use crate::suggest::closest;
pub use crate::tree::{Node, NodeKind};
