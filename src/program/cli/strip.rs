//! `slugsmith strip PATH`: strip a folder in place, with a list of what and why.

mod prove;

use crate::facts::beneath::own;
use std::path::{Path, PathBuf};

use super::{Format, OutputArguments, environment, folder};
use crate::error::{Problem, Result};
use crate::exit::Exit;
use crate::facts::environment::Environment;
use crate::facts::tools;
use crate::flow::lock;
use crate::print::line::Skin;
use crate::print::live::Live;
use crate::print::{self, json, problem};
use crate::program::problems::USAGE;
use crate::report::event::{Event, Progress};
use crate::strip::StripReport;

/// Remove from a folder what will never run
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The folder to strip, in place; `record` to watch a command instead
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// Change nothing, only say what would go
    #[arg(long)]
    dry_run: bool,
    /// Say why this path stays or goes, and change nothing
    #[arg(long, value_name = "PATH")]
    explain: Option<PathBuf>,
    /// Start each process in a copy before and after, compare its answers, and keep what they need
    #[arg(long, conflicts_with = "explain")]
    prove: bool,
    /// With --prove: a path to ask for, with all that it links to [default: /]
    #[arg(long, value_name = "URL", requires = "prove")]
    ask: Vec<String>,
    /// With `record`: run this here and add what it opens to slugsmith.keep
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
    #[command(flatten)]
    output: OutputArguments,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let is_record = arguments.path.as_os_str() == "record";
    match (is_record, arguments.command.is_empty()) {
        (true, false) => return record(arguments),
        // A folder of that name can be stripped all the same.
        (true, true) if !arguments.path.exists() => {
            let step = "slugsmith strip record -- npm start";
            let saw = "record needs a command to watch, after `--`";
            return Err(Problem::new(&USAGE).saw(saw).step(step));
        }
        (false, false) => {
            let step = format!("slugsmith strip record -- {}", arguments.command.join(" "));
            let saw = "a command after `--` is watched by `record` alone; nothing was stripped";
            return Err(Problem::new(&USAGE).saw(saw).step(step));
        }
        _ => {}
    }
    let path = folder(&arguments.path)?;
    let environment = environment();
    let config = crate::program::configured::read(&path, &environment)?;
    if let Some(path_inside) = &arguments.explain {
        let explanation = crate::strip::explain(&path, &config, &environment, path_inside);
        let mut text = Vec::new();
        let inside = path_inside.strip_prefix(".").unwrap_or(path_inside);
        let removed = match explanation {
            crate::strip::Explanation::Missing => {
                let store = super::build::cache_folder(None, &path, &environment);
                crate::strip::kept::removed_by(&store, inside)
            }
            _ => Vec::new(),
        };
        if !removed.is_empty() {
            for line in print::strip::removed(&inside.to_string_lossy(), &removed) {
                let _ = Skin::Bullets.write(&mut text, &line);
            }
            arguments.output.write(&String::from_utf8_lossy(&text))?;
            return Ok(Exit::Fine);
        }
        for line in print::strip::explanation(&path_inside.to_string_lossy(), &explanation) {
            let _ = Skin::Bullets.write(&mut text, &line);
        }
        arguments.output.write(&String::from_utf8_lossy(&text))?;
        return Ok(Exit::Fine);
    }
    if arguments.prove {
        return prove::run(arguments, &path, &config, &environment);
    }
    let mut live = Live::command(Warnings, config.log.value);
    let _lock = if arguments.dry_run {
        None
    } else {
        lock::take(&path, &mut live)?
    };
    let report = crate::strip::run(&path, &config, &environment, arguments.dry_run)?;
    drop(live);
    if !arguments.dry_run {
        remember(&path, &environment, &report);
    }
    let text = match arguments.output.format {
        Format::Json => json::strip_report(&report),
        Format::Text => {
            let mut text = Vec::new();
            for line in print::strip::lines(&report, config.log.value) {
                let _ = Skin::Bullets.write(&mut text, &line);
            }
            String::from_utf8_lossy(&text).into_owned()
        }
    };
    arguments.output.write(&text)?;
    Ok(Exit::Fine)
}

/// Notes what was removed, for `--explain` of what is not there any more. A strip is done
/// whether or not that can be noted.
fn remember(app: &Path, environment: &Environment, report: &StripReport) {
    let store = super::build::cache_folder(None, app, environment);
    let _ = own::create_folders(&store).and_then(|()| crate::strip::kept::save(&store, report));
}

/// What must be said while nothing else is: on standard error, since the report is the output.
struct Warnings;

impl Progress for Warnings {
    fn event(&mut self, event: Event<'_>) {
        if let Event::Warning(problem) = event {
            // Without a reader there is nobody to tell.
            let _ = problem::to_stderr(Skin::Bullets, &problem::warning(problem));
        }
    }
}

/// `slugsmith strip record -- COMMAND`: fails where the command did.
fn record(arguments: &Arguments) -> Result<Exit> {
    let app = folder(std::path::Path::new("."))?;
    let environment = environment();
    let config = crate::program::configured::read(&app, &environment)?;
    let program = arguments.command.first().map_or("", String::as_str);
    if !program.contains('/') && tools::find(program, &environment).is_none() {
        let step = "slugsmith strip record -- COMMAND, as it is typed in this folder";
        let saw = format!("there is no command {program:?} on PATH");
        return Err(Problem::new(&USAGE).saw(saw).step(step));
    }
    let recorded = crate::strip::record::run(&app, &arguments.command, &config, &environment)?;
    let mut text = Vec::new();
    for line in print::strip::recorded(&recorded) {
        let _ = Skin::Bullets.write(&mut text, &line);
    }
    arguments.output.write(&String::from_utf8_lossy(&text))?;
    Ok(if recorded.is_good() {
        Exit::Fine
    } else {
        Exit::Failed
    })
}
