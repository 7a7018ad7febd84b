//! What the simulated Azure holds, and where it is kept.
//!
//! Nothing here knows what a resource type is like.

pub(crate) mod blob;
pub(crate) mod clock;
pub(crate) mod folder;
mod held;
pub(crate) mod operation;
pub(crate) mod outside;
pub(crate) mod regions;
pub(crate) mod state;

pub(crate) use self::held::Store;
