//! `slugsmith boot APP`: where a start of the app goes, and what would make it shorter.

use std::path::PathBuf;

use super::{Format, OutputArguments, environment, folder};
use crate::error::{Problem, Result};
use crate::exit::Exit;
use crate::facts::tree::Tree;
use crate::flow::preparation;
use crate::print::line::Skin;
use crate::print::{self, json};
use crate::program::problems::USAGE;
use crate::{boot, config, facts};

/// Start a copy of the app and say which packages its start goes into
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The app's folder, with its packages installed
    #[arg(value_name = "APP", default_value = ".")]
    app: PathBuf,
    #[command(flatten)]
    output: OutputArguments,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let path = folder(&arguments.app)?;
    let mut environment = environment();
    let venv = path.join(".venv/bin");
    let before = environment
        .variables
        .get("PATH")
        .cloned()
        .unwrap_or_default();
    let folders = std::iter::once(venv.clone()).chain(std::env::split_paths(&before));
    if let (true, Ok(with)) = (venv.is_dir(), std::env::join_paths(folders)) {
        environment.variables.insert("PATH".to_owned(), with);
    }
    let config = config::read(&path, &environment)?;
    let app = facts::app::read(&path);
    let tree = Tree::read(&path);
    let commands = app.procfile.iter().map(|process| process.command.as_str());
    let input = boot::Input {
        training: preparation::training(&app, &tree, &config, None),
        ..boot::Input::new(&tree, &config.boot, &environment)
    }
    .with_commands(commands);
    let observed = boot::observe(&input)
        .map_err(|why| Problem::new(&USAGE).saw(format!("Nothing was started: {why}")))?;
    let text = match arguments.output.format {
        Format::Json => json::observed(&observed),
        Format::Text => {
            let mut text = Vec::new();
            for line in print::boot::observed(&observed, config.log.value) {
                let _ = Skin::Bullets.write(&mut text, &line);
            }
            String::from_utf8_lossy(&text).into_owned()
        }
    };
    arguments.output.write(&text)?;
    Ok(if observed.failed.is_some() {
        Exit::Failed
    } else {
        Exit::Fine
    })
}
