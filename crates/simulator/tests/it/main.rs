//! The simulator over real HTTP.

mod client;
mod protocol;
