//! The store that several builds share, with real servers and with faults between them and us.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods
)] // how a test fails

#[path = "../support/mod.rs"]
mod support;

mod bounds;
mod faults;
mod keeping;
mod liars;
mod logins;
mod proxy;
mod servers;
mod team;
mod trust;
