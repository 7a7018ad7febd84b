//! The simulator over real HTTP.

mod blobs;
mod client;
mod faults;
mod layers;
mod locks;
mod protocol;
mod refusals;
mod rules;
mod services;
mod store;
mod throttle;
mod web;
