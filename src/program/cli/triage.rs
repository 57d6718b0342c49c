//! `slugsmith triage LOGFILE`: what the platform's error codes in a log mean.

use std::io::{self, BufRead, BufReader, IsTerminal as _};
use std::path::PathBuf;

use super::{OutputFile, SharedForm};
use crate::audit::triage;
use crate::error::{self, Problem, Result};
use crate::exit::Exit;
use crate::print::triage as printer;
use crate::program::problems::USAGE;

/// Count the platform's error codes in the output of `heroku logs` and say what to do
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A saved log, or - for standard input: heroku logs --num 1500 | slugsmith triage -
    #[arg(value_name = "LOGFILE", default_value = "-")]
    log: PathBuf,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = SharedForm::Text)]
    format: SharedForm,
    #[command(flatten)]
    output: OutputFile,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let shown = match arguments.log.to_string_lossy() {
        name if name == "-" => "standard input".into(),
        name => name,
    };
    let mut log = open(arguments)?;
    let failed = |problem: &io::Error| error::io("reading", &*shown, problem);
    let begin = log.fill_buf().map_err(|problem| failed(&problem))?;
    if let Some(kind) = no_log(begin) {
        return Err(Problem::new(&USAGE).saw(format!("{shown} is {kind}, not a log of lines")));
    }
    let seen = triage::count(&mut *log).map_err(|problem| failed(&problem))?;
    let text = match arguments.format {
        SharedForm::Text => printer::text(&seen),
        SharedForm::Json => printer::json(&seen),
        SharedForm::Markdown => printer::markdown(&seen),
    };
    arguments.output.write(&text)?;
    Ok(if seen.is_empty() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

fn open(arguments: &Arguments) -> Result<Box<dyn BufRead>> {
    if arguments.log.as_os_str() != "-" {
        if super::existing(&arguments.log)?.is_dir() {
            let saw = format!("{} is a folder, not a log", arguments.log.display());
            return Err(Problem::new(&USAGE).saw(saw));
        }
        let file = crate::facts::beneath::named(&arguments.log)
            .map_err(|problem| error::io("reading", &arguments.log, &problem))?;
        return Ok(Box::new(BufReader::new(file)));
    }
    if io::stdin().is_terminal() {
        let what =
            "no log: name a file, or pipe one in (heroku logs --num 1500 | slugsmith triage)";
        return Err(Problem::new(&USAGE).saw(what));
    }
    Ok(Box::new(io::stdin().lock()))
}

/// What a file without lines is, by its first bytes (RFC 1952; zstd's RFC 8878).
fn no_log(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x1f, 0x8b, ..] => Some("compressed (gunzip it first)"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("compressed (unzstd it first)"),
        [] => Some("empty"),
        _ if bytes.iter().take(4096).any(|byte| *byte == 0) => Some("a binary file"),
        _ => None,
    }
}
