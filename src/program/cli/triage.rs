//! `slugsmith triage LOGFILE`: what the platform's error codes in a log mean.

use std::path::PathBuf;

use crate::audit::triage;
use crate::error::{self, Result};
use crate::exit::Exit;
use crate::print::{self, triage as printer};

/// Count the platform's error codes in the output of `heroku logs` and say what to do
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A saved log: heroku logs --num 1500 > app.log
    #[arg(value_name = "LOGFILE")]
    log: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let bytes = fs_err::read(&arguments.log)
        .map_err(|problem| error::io("reading", &arguments.log, &problem))?;
    // Apps write any bytes to their logs.
    let seen = triage::count(&String::from_utf8_lossy(&bytes));
    print::out(&printer::text(&seen))
        .map_err(|problem| error::io("writing", "standard output", &problem))?;
    Ok(if seen.is_empty() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}
