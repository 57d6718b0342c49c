//! What is prepared for a start, with the interpreters of this machine: it is used, it changes
//! no answer, and it never costs a build.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods
)] // how a test fails

mod bench;
mod bootsnap;
mod jvm;
mod observe;
mod python;
mod ruby;
mod trained;
