//! Which part of Azure a request speaks to.

pub(crate) mod actions;
pub(crate) mod arm;
pub(crate) mod cloud;
pub(crate) mod control;
pub(crate) mod entra;
pub(crate) mod faults;
pub(crate) mod journal;
pub(crate) mod metadata;
pub(crate) mod moves;
pub(crate) mod read;
pub(crate) mod scenario;
pub(crate) mod server;
pub(crate) mod subscription;
pub(crate) mod throttle;
