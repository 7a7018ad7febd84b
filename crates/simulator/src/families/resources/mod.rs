//! `Microsoft.Resources`: groups, and tags by themselves.

pub(crate) mod groups;
pub(crate) mod tags;
