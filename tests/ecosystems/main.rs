//! Each package manager for real: install, install nothing, one package changed, and the
//! same tree as a clean install's.
//!
//! The tools come from `tests/bed/ecosystems`, which installs what is missing. Slow, and
//! they need the package registries: `cargo test --test ecosystems -- --ignored`, or
//! `scripts/test pack`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods
)] // how a test fails

#[path = "../support/mod.rs"]
mod support;

mod compiled;
mod elsewhere;
mod examples;
mod javascript;
mod lab;
mod law;
mod others;
mod python;
mod several;
mod weights;
