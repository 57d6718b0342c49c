//! The classic buildpack API on temporary folders, with a cleared environment.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods
)] // how a test fails

#[path = "../support/mod.rs"]
mod support;

mod companion;
mod faults;
mod fetched;
mod shop;
mod steps;
mod stopped;
