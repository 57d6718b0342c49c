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
//! - the `apply` parts of [`cache`], [`strip`] and [`boot`] are the only writers.
//! - [`report`] is data; [`mod@print`] is the only place that prints.
//! - [`program`] holds one thin module per way in; [`flow`] is the story they share.

// Tests write what they like into folders of their own.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub use slugsmith_audit as audit;
pub use slugsmith_boot as boot;
pub use slugsmith_budget as budget;
pub use slugsmith_cache as cache;
pub use slugsmith_config as config;
pub use slugsmith_ecosystems as ecosystems;
pub use slugsmith_facts::run as command;
pub use slugsmith_finding::catalogue;
pub use slugsmith_finding::error;
pub use slugsmith_finding::exit;
pub mod explain;
pub use slugsmith_facts as facts;
pub use slugsmith_finding as finding;
pub use slugsmith_fleet as fleet;
pub mod flow;
pub use slugsmith_print as print;
pub mod program;
pub use slugsmith_finding::units;
pub use slugsmith_finding::verdict;
pub use slugsmith_finding::work;
pub use slugsmith_report as report;
pub use slugsmith_stack as stack;
pub use slugsmith_store as store;
pub use slugsmith_strip as strip;
