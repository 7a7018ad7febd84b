//! Files that a person or another file names, read and written within bounds.
//!
//! Whatever a path leads to, no run waits for ever for a pipe that nobody fills, takes a device for a
//! text, or reads until the memory is full; what is written can be read by its owner alone.

mod kind;
mod read;
#[cfg(unix)]
mod room;
mod write;

pub use kind::refusal;
pub use read::{LARGE, TEXT, included, read};
pub use write::{
    append, check_file_target, check_target, is_same, private, public, replace, write,
};
