//! `slugsmith env`: the environment that the launcher will give each process.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::given::{list, report};
use super::{Format, OutputArguments, folder};
use crate::error::{Problem, Result, io};
use crate::exit::Exit;
use crate::facts::{app, classic};
use crate::print::env::{self as printer, Secrets};
use crate::print::json;
use crate::program::problems::USAGE;
use crate::stack;
use crate::stack::diff;
use crate::stack::environment::Raw;

/// Show the environment that each process will get, and who set what
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    compare: Option<Compare>,
    /// The layers folder of a build, or one taken out of an image; without it the app is taken
    /// as a classic slug
    #[arg(long, value_name = "DIR")]
    layers: Option<PathBuf>,
    /// The app's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    app: PathBuf,
    /// Only this process type
    #[arg(long, value_name = "TYPE")]
    process: Option<String>,
    /// The history of one variable: who set it, how, from what to what
    #[arg(long, value_name = "VARIABLE", conflicts_with = "exports")]
    why: Option<String>,
    /// Lines that a shell can read, for one process
    #[arg(long, requires = "process")]
    exports: bool,
    /// Start from the NAME=VALUE lines of FILE instead of what an image or a dyno commonly has
    #[arg(long, value_name = "FILE")]
    base: Option<PathBuf>,
    /// Show secrets as they are
    #[arg(long)]
    show_secrets: bool,
    #[command(flatten)]
    output: OutputArguments,
}

#[derive(Debug, clap::Subcommand)]
enum Compare {
    /// Say what differs between two layers folders or JSON reports of this command
    Diff {
        #[arg(value_name = "A")]
        before: PathBuf,
        #[arg(value_name = "B")]
        after: PathBuf,
    },
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    if let Some(Compare::Diff { before, after }) = &arguments.compare {
        return compare(before, after);
    }
    let layers = arguments.layers.as_deref().map(folder).transpose()?;
    let app = folder(&arguments.app)?;
    let base = match (&arguments.base, &layers) {
        (Some(path), _) => base(path)?,
        (None, Some(_)) if super::is_in_build() => std::env::vars_os().collect(),
        (None, Some(_)) => stack::image_base(),
        // A slug runs on a dyno, whose own variables are known.
        (None, None) => stack::classic::dyno_base(),
    };
    let report = |process: Option<&str>| {
        let app = app::read(&app);
        if let Some(layers) = &layers {
            let layers = super::layers_of(layers);
            return stack::environment_report(&layers, app.has(".profile"), &base, process);
        }
        stack::classic::env_report(&classic::read(&app, None), &app, &base, process)
    };
    if let Some(wanted) = &arguments.process {
        known(wanted, &report(None))?;
    }
    let report = report(arguments.process.as_deref());
    let secrets = if arguments.show_secrets {
        Secrets::Shown
    } else {
        Secrets::Masked
    };
    let mut text = Vec::new();
    let written = match (&arguments.why, arguments.output.format) {
        (Some(name), _) => printer::why(&report, name, secrets, &mut text),
        (None, _) if arguments.exports => report.processes.first().map_or(Ok(()), |process| {
            printer::exports(process, secrets, &mut text)
        }),
        (None, Format::Json) => {
            text = json::pretty(&printer::json(&report, secrets)).into_bytes();
            Ok(())
        }
        (None, Format::Text) => printer::table(&report, secrets, &mut text),
    };
    written.map_err(|error| io("writing", "the environment", &error))?;
    let text = String::from_utf8_lossy(&text);
    if arguments.show_secrets {
        arguments.output.file.write_as_it_is(&text)?;
    } else {
        arguments.output.write(&text)?;
    }
    Ok(Exit::Fine)
}

fn compare(before: &Path, after: &Path) -> Result<Exit> {
    let changes = diff::diff(&environments(before)?, &environments(after)?);
    let mut text = Vec::new();
    printer::changes(&changes, Secrets::Masked, &mut text)
        .map_err(|error| io("writing", "the differences", &error))?;
    let text = String::from_utf8_lossy(&text);
    crate::print::out(&text).map_err(|error| io("writing", "standard output", &error))?;
    Ok(if changes.is_empty() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

/// Both sides start from no variables at all, so that only the layers are compared.
fn environments(path: &Path) -> Result<diff::Environments> {
    if path.is_dir() {
        let layers = super::layers_of(&folder(path)?);
        let report = stack::environment_report(&layers, false, &Raw::new(), None);
        return Ok(diff::of_report(&report));
    }
    let usage = |reason: String| Problem::new(&USAGE).saw(reason);
    let text = report(path).map_err(|error| usage(error.to_string()))?;
    serde_json::from_str(&text)
        .ok()
        .and_then(|value| diff::of_json(&value))
        .ok_or_else(|| {
            let path = path.display();
            usage(format!(
                "{path} is no layers folder and no JSON report of `slugsmith env`"
            ))
        })
}

/// A mistyped process type would show an environment that no process gets.
fn known(wanted: &str, all: &stack::EnvReport) -> Result<()> {
    let kinds: Vec<_> = all
        .processes
        .iter()
        .map(|process| process.kind.as_str())
        .filter(|kind| !kind.is_empty())
        .collect();
    if kinds.is_empty() || kinds.contains(&wanted) {
        return Ok(());
    }
    Err(Problem::new(&USAGE)
        .saw(format!("no process type is called `{wanted}`"))
        .step(format!("Process types here: {}.", kinds.join(", "))))
}

/// `NAME=VALUE` per line, as `env` prints it.
fn base(path: &Path) -> Result<Raw> {
    Ok(list(path)?
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (OsString::from(name), OsString::from(value)))
        .collect())
}
