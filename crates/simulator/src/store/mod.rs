//! What the simulated Azure holds, and where it is kept.
//!
//! Nothing here knows what a resource type is like.

pub(crate) mod blob;
pub(crate) mod clock;
pub(crate) mod folder;
mod held;
pub(crate) mod operation;
pub(crate) mod operations;
pub(crate) mod outside;
pub(crate) mod regions;
pub(crate) mod remembered;
pub(crate) mod resources;
pub(crate) mod rows;
pub(crate) mod state;
pub(crate) mod table;
mod version_before;

pub(crate) use self::held::Store;
