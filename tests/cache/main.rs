//! The npm preset from end to end, with a small npm of our own: a script that copies what
//! the lockfile names. No network, no Node.js.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::needless_pass_by_value
)] // how a test fails

mod faults;
mod folders;
mod free;
mod growth;
mod held;
mod law;
mod left_out;
#[path = "../support/long.rs"]
mod long;
mod not_run;
mod npm;
mod npm_failures;
mod support;
mod survey;
mod switches;

use slugsmith::cache::event::Event;
use slugsmith::print::cache as printer;
use slugsmith::print::line::Line;
use slugsmith::{cache, config, error, facts};

const LAYERS: slugsmith::flow::layer::Finished = slugsmith::flow::layer::Finished;

/// What a log prints of an event.
fn printed(event: Event<'_>) -> Vec<String> {
    let level = config::LogLevel::Normal;
    let lines: Vec<Line> = match event {
        Event::Decided(decision) => printer::decision(decision, level),
        Event::Done(outcome) => printer::outcome(outcome, level),
        Event::Resumed { name, is_built } => vec![printer::resumed(name, is_built)],
        Event::Collected(one) => vec![printer::collected(one)],
        _ => Vec::new(),
    };
    lines.into_iter().map(|line| line.text).collect()
}
