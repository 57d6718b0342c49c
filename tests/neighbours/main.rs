//! The first law as a test: behind any list of buildpacks an app is what it is without
//! slugsmith. Each row is a list and an app, built three times with and without slugsmith
//! at the end of the list: first, unchanged, and with one file changed.
//!
//! The other buildpacks are stand-ins that write what the real ones write; the source of
//! each fact is named beside it. Every package manager on PATH only counts its calls: what
//! is adopted calls none.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::format_collect,
    clippy::unnecessary_debug_formatting
)] // how a test fails

#[path = "../support/mod.rs"]
mod support;

mod answered;
mod answered_variable;
mod answered_yarn;
mod classic;
mod classic_list;
mod cloud_native;
mod cloud_native_list;
mod look;
mod release;
