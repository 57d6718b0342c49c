//! A hostile app and an app full of secrets, through every verb, every form and both kinds
//! of build: no secret comes out, and nothing outside of the app is touched.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods
)] // how a test fails

#[path = "../support/mod.rs"]
mod support;

mod apps;
mod bounds;
mod builds;
mod links;
mod looking;
mod names;
mod secrets;
mod shapes;
mod state;
mod supply;
mod trees;
