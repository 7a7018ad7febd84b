//! What Azure Resource Manager does in the same way for every type.
//!
//! Families call it and are called by it through what their kinds say; it names no type.

pub(crate) mod body;
mod compose;
pub(crate) mod dns;
pub(crate) mod hosts;
pub(crate) mod identity;
pub(crate) mod list;
pub(crate) mod locks;
pub(crate) mod operation;
mod parts;
pub(crate) mod remove;
pub(crate) mod scope;
pub(crate) mod tags;
pub(crate) mod token;
pub(crate) mod versions;
pub(crate) mod visitors;
pub(crate) mod write;
