//! One view of all apps: what the reports of their builds and checks say together.
//!
//! In: reports as text, from a folder ([`folder`]) or wherever the caller has them. Out: a [`Fleet`],
//! which is data for printers. A report is a stranger's file: it is read up to a bound, of it only
//! what the view needs, and one that is none is listed with the reason.

// Tests write what they like into folders of their own.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod asked;
pub mod folder;
mod report;
mod view;

pub use report::{Boot, Finding, Runtime, Summary, read};
pub use view::{App, Fleet, Neighbour, Rule, RuntimeRow, view};

/// No report is longer, in bytes.
pub const LONGEST: u64 = 20_000_000;
/// More reports than any fleet has; the rest is counted as refused.
pub const MOST: usize = 100_000;
