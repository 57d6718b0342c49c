//! Random damage to everything that an app, an earlier buildpack or an image controls:
//! nothing panics, nothing hangs, and nothing outside of the app, the layers and the cache
//! is touched.
//!
//! A normal run takes a fraction of a second per target. The long form,
//!
//! ```sh
//! scripts/fuzz 600
//! ```
//!
//! runs every target at the same time for ten minutes, each in a process of its own, and
//! prints for each how many inputs it took, in how much processor time, and the seed. Names
//! after the seconds choose targets. `SLUGSMITH_FUZZ_SEED=N` repeats a run or begins another
//! one. An input that fails is kept, its path is in the message.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods
)] // how a test fails

#[path = "../support/mod.rs"]
mod support;

/// Shared with the coverage-guided target.
#[path = "../../fuzz/src/given.rs"]
#[allow(unreachable_pub)]
mod given;

mod app;
mod audit;
mod engine;
mod formats;
mod image;
mod layers;
mod pack;
mod shared;
mod watch;
