//! `slugsmith init`: propose a project.toml for this app, with what each line would save.

use std::path::{Path, PathBuf};

use super::build::cache_folder;
use super::{environment, folder};
use crate::cache::store::Store;
use crate::cache::{self, explain};
use crate::config::{self, Config, Sourced, StripLevel};
use crate::error::{Problem, Result, io};
use crate::exit::Exit;
use crate::facts::app;
use crate::facts::beneath::Beneath;
use crate::facts::environment::Environment;
use crate::facts::{self, Parsed};
use crate::flow::{self, Input};
use crate::print;
use crate::print::live::Live;
use crate::print::proposal::{Found, proposal};
use crate::report::event::{Event, Progress, Silent};
use crate::strip::{self, StripReport};

/// Propose a project.toml and say what it found; changes nothing without --write
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The app's folder
    #[arg(value_name = "APP", default_value = ".")]
    app: PathBuf,
    /// Write the proposal; an existing project.toml is never overwritten
    #[arg(long)]
    write: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let folder = folder(&arguments.app)?;
    if facts::app::is_empty(&folder) {
        return Err(Problem::new(&facts::EMPTY_APP).saw(folder.display().to_string()));
    }
    let environment = environment();
    let config = config::read(&folder, &environment)?;
    let input = Input {
        app: &folder,
        config: &config,
        environment: &environment,
        store: None,
        layers: None,
        classic: None,
        previous: None,
    };
    let mut progress = Live::command(Silent, config.log.value);
    let report = flow::check(&input, &mut progress)?;
    let app = app::read(&folder);
    progress.event(Event::Working {
        what: "Following the module graph",
    });
    let traced = matches!(app.package_json, Parsed::Good(_))
        .then(|| traced(&folder, &config, &environment))
        .flatten();
    let store = Store::new(cache_folder(None, &folder, &environment));
    let caches = explain::all(&cache::Context {
        app: &app,
        config: &config,
        environment: &environment,
        store: &store,
        neighbours: crate::facts::neighbours::Neighbours::none(),
        finish: &crate::flow::layer::Finished,
    });
    drop(progress);
    let proposal = proposal(&Found {
        app: &app,
        report: &report,
        traced: traced.as_ref(),
        caches: &caches,
    });
    let path = folder.join(config::FILE);
    // A link that leads nowhere is a file of the user's, too.
    let exists = path.symlink_metadata().is_ok();
    if arguments.write && !exists {
        Beneath::open(&folder)
            .and_then(|folder| folder.write(Path::new(config::FILE), proposal.as_bytes()))
            .map_err(|error| io("writing", &path, &error))?;
    }
    let ending = match (arguments.write, exists) {
        (true, false) => "# Written to project.toml.\n",
        (_, true) => "# project.toml exists and was left alone: take over what you like.\n",
        (false, false) => "# Nothing was written: `slugsmith init --write` does.\n",
    };
    print::out(&format!("{proposal}\n{ending}"))
        .map_err(|error| io("writing", "standard output", &error))?;
    Ok(Exit::Fine)
}

/// What level `trace` would remove; `None` where strip is configured otherwise or fails.
fn traced(
    folder: &std::path::Path,
    config: &Config,
    environment: &Environment,
) -> Option<StripReport> {
    if config.strip.level.value != StripLevel::Safe {
        return None;
    }
    let mut config = config.clone();
    config.strip.level = Sourced::default(StripLevel::Trace);
    strip::run(folder, &config, environment, true).ok()
}
