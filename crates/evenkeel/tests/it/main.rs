//! Whole runs: the real binary against the simulator, over real HTTP.

// The functions beside the tests may do what tests may.
#![allow(clippy::panic, clippy::unwrap_used)]

mod accept;
mod annotations;
mod apply_lock;
mod book;
mod canaries;
mod check;
mod cost;
// Runs pages in bash.
#[cfg(unix)]
mod docs;
mod drifts;
mod edits;
mod errors;
// Makes pipes.
#[cfg(unix)]
mod files;
// Takes its shell and links from Unix.
#[cfg(unix)]
mod forge;
mod gate;
mod hostile;
mod import;
mod interrupt;
mod mangled;
mod markdown;
mod overlay;
mod owner;
mod parity;
#[cfg(unix)]
mod pseudo_terminal;
mod reference;
mod reference_docs;
mod references;
mod saved;
mod scenario;
mod schemas;
mod shrink;
#[cfg(unix)]
mod terminal;
mod unset;
mod verdict;
mod watch;
