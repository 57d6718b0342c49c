//! The model of the stack against the real lifecycle, and reports against whole trees.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods
)] // how a test fails

mod bash;
mod classic;
mod consequences;
mod differential;
mod fixtures;
mod generator;
mod large;
mod launch_check;
mod lifecycle;
#[path = "../support/long.rs"]
mod long;
mod printed;
mod reported;
mod reused;
mod rules;
mod scripted;
mod slugs;
mod starts;
mod system;
mod tree;
mod verbs;
