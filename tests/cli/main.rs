//! The command line on small apps in temporary folders.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // how a test fails

#[path = "../support/mod.rs"]
mod support;

mod bad_input;
mod manifests;
mod page;
mod sizes;
mod strip_faults;
mod verbs;
