//! The only printer, one module per format: log, text, JSON, SARIF, HTML, Markdown.
//!
//! In: events and the report. Out: text.
//!
//! The build log, the text of `check` and the classic log have the same content: each
//! capability gives its [`line::Line`]s here, and a [`line::Skin`] writes them.

// Tests write what they like into folders of their own.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod audit;
pub mod bars;
pub mod boot;
pub mod budget;
pub mod build_log;
pub mod cache;
pub mod companion;
pub mod contract;
pub mod cyclonedx;
pub mod diff;
pub mod env;
pub mod excerpt;
pub mod findings;
pub mod fleet;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod image;
pub mod json;
pub mod launch_check;
pub mod line;
pub mod live;
pub mod markdown;
pub mod patch;
pub mod problem;
pub mod profile;
pub mod proposal;
pub mod safe;
pub mod sarif;
pub mod stack;
pub mod strip;
pub mod survey;
pub mod triage;
mod verdict;

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Set when a line of a log could not be written, for another reason than that nobody reads.
static LOST: AtomicBool = AtomicBool::new(false);

/// Notes what came of writing a line of a log: the work goes on without it.
fn note(written: io::Result<()>) {
    if written.is_err_and(|error| error.kind() != io::ErrorKind::BrokenPipe) {
        LOST.store(true, Ordering::Relaxed);
    }
}

/// Whether a line of a log was lost.
#[must_use]
pub fn has_lost_lines() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// Writes a finished text to standard output, without secrets. A reader that went away
/// (`| head`) is no error: there is nobody left to tell.
///
/// # Errors
/// Those of the stream, but for a broken pipe.
pub fn out(text: &str) -> io::Result<()> {
    out_as_it_is(&safe::document(text))
}

/// As [`out`], on standard error.
///
/// # Errors
/// As [`out`].
pub fn err(text: &str) -> io::Result<()> {
    let mut stream = anstream::stderr().lock();
    stream.write_all(safe::document(text).as_bytes())
}

/// As [`out`], for what a program is to read as it is: a patch, a shell's exports.
///
/// # Errors
/// As [`out`].
pub fn out_as_it_is(text: &str) -> io::Result<()> {
    let mut stream = anstream::stdout().lock();
    let written = stream
        .write_all(text.as_bytes())
        .and_then(|()| stream.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
