//! The command line on small apps in temporary folders.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods
)] // how a test fails

#[path = "../support/mod.rs"]
mod support;

mod accessible;
mod action;
mod adds_up;
mod bad_input;
mod check;
mod documented;
mod first_hour;
mod fleet;
mod integrations;
mod lists;
mod long_work;
mod looks;
mod manifests;
mod page;
mod prove;
mod schema;
mod site;
mod sizes;
mod strip_faults;
mod verbs;
