//! `slugsmith triage LOGFILE`: what the platform's error codes in a log mean.

use std::io::{IsTerminal as _, Read as _};
use std::path::PathBuf;

use clap::ValueEnum;

use super::OutputFile;
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
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    #[command(flatten)]
    output: OutputFile,
}

/// Forms of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
    /// For an issue or a chat
    Markdown,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let bytes = read(arguments)?;
    if let Some(kind) = no_log(&bytes) {
        let shown = match arguments.log.to_string_lossy() {
            name if name == "-" => "standard input".into(),
            name => name,
        };
        return Err(Problem::new(&USAGE).saw(format!("{shown} is {kind}, not a log of lines")));
    }
    // Apps write any bytes to their logs.
    let seen = triage::count(&String::from_utf8_lossy(&bytes));
    let text = match arguments.format {
        Form::Text => printer::text(&seen),
        Form::Json => printer::json(&seen),
        Form::Markdown => printer::markdown(&seen),
    };
    arguments.output.write(&text)?;
    Ok(if seen.is_empty() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

fn read(arguments: &Arguments) -> Result<Vec<u8>> {
    if arguments.log.as_os_str() != "-" {
        if super::existing(&arguments.log)?.is_dir() {
            let saw = format!("{} is a folder, not a log", arguments.log.display());
            return Err(Problem::new(&USAGE).saw(saw));
        }
        return super::named_bytes(&arguments.log)
            .map_err(|problem| error::io("reading", &arguments.log, &problem));
    }
    if std::io::stdin().is_terminal() {
        let what =
            "no log: name a file, or pipe one in (heroku logs --num 1500 | slugsmith triage)";
        return Err(Problem::new(&USAGE).saw(what));
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|problem| error::io("reading", "standard input", &problem))?;
    Ok(bytes)
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
