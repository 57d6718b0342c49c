//! Real `pack build`s with a real lifecycle, real npm and real containers.
//!
//! They need the test bed: `scripts/test pack` makes it and sets the variables.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods
)] // how a test fails

#[path = "../support/mod.rs"]
mod support;

mod boot;
mod budget;
mod caches;
mod ci;
mod companion;
mod main_job;
mod pack;
mod peer;
mod platforms;
mod registry;
mod runner;
#[path = "../store/servers.rs"]
mod servers;
mod stacked;
mod stacks;
mod store;
