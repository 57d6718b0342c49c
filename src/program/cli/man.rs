//! `slugsmith man [VERB]`: the manual page, or that of one verb.

use clap::CommandFactory;
use clap_mangen::Man;

use super::CommandLine;
use crate::error::{Problem, Result, io};
use crate::exit::Exit;
use crate::print;
use crate::program::problems::USAGE;

/// Print the manual page, or that of one verb
#[derive(Debug, clap::Args)]
#[command(after_help = "\
slugsmith man | man -l -
slugsmith man > ~/.local/share/man/man1/slugsmith.1")]
pub(super) struct Arguments {
    /// One verb alone: its options are in a page of its own
    #[arg(value_name = "VERB")]
    verb: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let mut command = CommandLine::command();
    command.build();
    let page = match &arguments.verb {
        None => command,
        Some(verb) => command
            .find_subcommand(verb)
            .cloned()
            .ok_or_else(|| Problem::new(&USAGE).saw(format!("no verb is called `{verb}`")))?,
    };
    let mut text = Vec::new();
    Man::new(page)
        .render(&mut text)
        .map_err(|error| io("writing", "memory", &error))?;
    print::out(&String::from_utf8_lossy(&text))
        .map_err(|error| io("writing", "standard output", &error))?;
    Ok(Exit::Fine)
}
