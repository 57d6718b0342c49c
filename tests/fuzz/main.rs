//! Random damage to everything that an app, an earlier buildpack or an image controls:
//! nothing panics, nothing hangs, and nothing outside of the app, the layers and the cache
//! is touched.
//!
//! A normal run takes a fraction of a second per target. For longer ones:
//!
//! ```sh
//! SLUGSMITH_FUZZ_SECONDS=600 cargo test --release --test fuzz -- --nocapture --test-threads 2
//! ```
//!
//! runs two targets at a time, ten minutes each, and prints for each how many inputs it
//! took and the seed. `SLUGSMITH_FUZZ_SEED=N` repeats a run or begins another one, a name
//! before `--nocapture` chooses targets. An input that fails is kept, its path is in the message.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // how a test fails

#[path = "../support/mod.rs"]
mod support;

mod app;
mod audit;
mod engine;
mod formats;
mod image;
mod layers;
mod pack;
