//! The commands, a file each.

pub mod apply;
pub mod check;
pub mod destroy;
pub mod drift;
pub mod fetch_plan;
pub mod graph;
pub mod import;
pub mod init;
pub mod parity;
pub mod plan;
pub mod post;
pub mod reference;
pub mod show;
pub mod simulate;
pub mod validate;
pub mod watch;
