//! slugsmith: caches dependencies, strips dev assets, weighs the slug, explains
//! stacked buildpacks and audits the app, as a Cloud Native buildpack, as a
//! classic buildpack, and as a command.
//!
//! Every way in follows one flow:
//!
//! ```text
//! app dir ─┐
//! layers  ─┼─► facts ──► plan ──► apply ──► facts again ──► report ──► printers
//! env     ─┤   read      decide   write     (measure        data       log, text,
//! config  ─┘   only      pure     only      after)                     JSON, …
//! ```
//!
//! - [`facts`] are the only readers of the app, of layers and of the environment.
//! - the `decide` parts of [`cache`], [`strip`], [`budget`], [`stack`] and the rules of
//!   [`audit`] are pure functions of facts and [`config`].
//! - the `apply` parts of [`cache`] and [`strip`] are the only writers.
//! - [`report`] is data; [`mod@print`] is the only place that prints.
//! - [`program`] holds one thin module per way in; [`flow`] is the story they share.

// Tests write what they like into folders of their own.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod audit;
pub mod budget;
pub mod cache;
pub mod catalogue;
pub mod command;
pub mod config;
pub mod ecosystems;
pub mod error;
pub mod exit;
pub mod explain;
pub mod facts;
pub mod finding;
pub mod flow;
mod interrupt;
pub mod print;
pub mod program;
pub mod progress;
pub mod report;
pub mod stack;
pub mod strip;
pub mod units;
