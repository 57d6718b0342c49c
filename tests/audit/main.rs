//! The audit from outside: fixtures of every rule, and the pages made from code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods
)] // how a test fails

#[path = "../support/mod.rs"]
mod support;

mod built;
mod docs;
mod elsewhere;
mod fixtures;
mod hostile;
mod pairs;
mod plan;
mod printed;
mod sarif;
mod switches;
