//! `slugsmith completions SHELL`: what a shell needs to complete verbs and options.

use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::CommandLine;
use crate::error::{Result, io};
use crate::exit::Exit;
use crate::{catalogue, explain, print};

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
bash:  slugsmith completions bash > ~/.local/share/bash-completion/completions/slugsmith
zsh:   slugsmith completions zsh > \"${fpath[1]}/_slugsmith\"
fish:  slugsmith completions fish > ~/.config/fish/completions/slugsmith.fish")]
pub(super) struct Arguments {
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let mut script = Vec::new();
    let mut command = with_ids(CommandLine::command());
    clap_complete::generate(arguments.shell, &mut command, "slugsmith", &mut script);
    print::out(&String::from_utf8_lossy(&script))
        .map_err(|error| io("writing", "standard output", &error))?;
    Ok(Exit::Fine)
}

/// The command with the ids that its arguments take. Whoever calls it may write others, which
/// get an answer of their own.
fn with_ids(command: Command) -> Command {
    let pages = explain::titles().into_iter().map(|(id, _)| id);
    let pages: Vec<_> = pages.chain(["cache"]).collect();
    let rules: Vec<_> = explain::rules().map(catalogue::Entry::id).collect();
    let rules = || PossibleValuesParser::new(rules.clone());
    command
        .mut_subcommand("explain", |verb| {
            verb.mut_arg("id", |id| id.value_parser(PossibleValuesParser::new(pages)))
        })
        .mut_subcommand("check", |verb| {
            verb.mut_arg("rule", |rule| rule.value_parser(rules()))
                .mut_arg("ignore", |rule| rule.value_parser(rules()))
        })
}
