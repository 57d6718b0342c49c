//! The program that the companion's hook asks in a later buildpack's package manager.
//!
//! `answer ask|keep NOTES SCRIPT NODE ABI ARGUMENT…`, in the folder of the call. `ask` ends with 0
//! where the call is answered, with 10 where it has to run and its result is wanted, with another
//! code where it has to run and nobody waits for it. Nothing here may fail the call.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::cache;
use crate::cache::event::{Event, Progress};
use crate::cache::intercept::{Answered, Kept, Raw};
use crate::flow::layer::Finished;
use crate::print;
use crate::units;

/// The call has to run, and its result is wanted.
const RUN: u8 = 10;
/// The call has to run as if we were not there.
const PLAIN: u8 = 11;

/// Runs one phase.
pub(super) fn main(operands: &[OsString]) -> ExitCode {
    let words: Option<Vec<&str>> = operands.iter().map(|word| word.to_str()).collect();
    let Some([phase, notes, script, node, abi, arguments @ ..]) = words.as_deref() else {
        return ExitCode::from(PLAIN);
    };
    let Ok(folder) = std::env::current_dir() else {
        return ExitCode::from(PLAIN);
    };
    let raw = Raw {
        main: script.into(),
        node: (*node).to_owned(),
        abi: (*abi).to_owned(),
        arguments: arguments.iter().map(|&word| word.to_owned()).collect(),
        folder,
    };
    let notes = std::path::Path::new(notes);
    match *phase {
        "ask" => ask(&cache::ask(notes, &raw, &Finished, &mut Warnings)),
        "keep" => {
            kept(&cache::keep(notes, &raw, &Finished, &mut Warnings));
            ExitCode::SUCCESS
        }
        _ => ExitCode::from(PLAIN),
    }
}

fn ask(answered: &Answered) -> ExitCode {
    match answered {
        Answered::Restored {
            call,
            what,
            bytes,
            took,
            saved,
        } => {
            // A closed output is the caller's own wish.
            let _ = print::out(&format!(
                "slugsmith: `{call}` is unchanged ({what}): HIT, put back {} in {}, saved {}\n",
                units::size(*bytes),
                units::time(*took),
                units::time(*saved)
            ));
            ExitCode::SUCCESS
        }
        Answered::Runs { call, reasons } => {
            say(&format!("`{call}` runs: MISS, {}", reasons.join("; ")));
            ExitCode::from(RUN)
        }
        Answered::Plain { why } => {
            if let Some(why) = why {
                say(&format!("this install runs as it is: {why}"));
            }
            ExitCode::from(PLAIN)
        }
    }
}

fn kept(kept: &Kept) {
    match kept {
        Kept::Stored { call, bytes } => say(&format!(
            "what `{call}` made is kept for the next build ({})",
            units::size(*bytes)
        )),
        Kept::Not { why } => say(&format!("what the install made is not kept: {why}")),
    }
}

fn say(text: &str) {
    let _ = print::err(&format!("slugsmith: {text}\n"));
}

/// Only warnings are of interest in another buildpack's log.
struct Warnings;

impl Progress for Warnings {
    fn event(&mut self, event: Event<'_>) {
        if let Event::Warning(problem) = event {
            say(&format!("{}: {}", problem.header(), problem.saw.join("; ")));
        }
    }
}
