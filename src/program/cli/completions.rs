//! `slugsmith completions SHELL`: what a shell needs to complete verbs and options.

use clap::CommandFactory;
use clap_complete::Shell;

use super::CommandLine;
use crate::error::{Result, io};
use crate::exit::Exit;
use crate::print;

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
    clap_complete::generate(
        arguments.shell,
        &mut CommandLine::command(),
        "slugsmith",
        &mut script,
    );
    print::out(&String::from_utf8_lossy(&script))
        .map_err(|error| io("writing", "standard output", &error))?;
    Ok(Exit::Fine)
}
