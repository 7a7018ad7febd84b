//! The simulator over real HTTP.

// The functions beside the tests may do what tests may.
#![allow(clippy::panic, clippy::unwrap_used)]

mod blobs;
mod client;
mod cosmos;
mod edge;
mod faults;
mod front_door;
mod layers;
mod locks;
mod managed_redis;
mod networks;
mod protocol;
mod refusals;
mod rules;
mod services;
mod sql;
mod store;
mod throttle;
mod vault_secrets;
mod web;
