//! The command line: one file per verb, each thin: gather, call, print.

mod boot;
mod build;
mod check;
mod completions;
mod diff;
mod engine;
mod env;
mod explain;
mod fleet;
mod given;
mod init;
mod inspect;
mod man;
mod stack;
mod store;
mod strip;
mod triage;
mod which;
mod workspace;

use crate::facts::beneath::own;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::{Parser, Subcommand, ValueEnum};

use crate::error::{Problem, Result};
use crate::exit::Exit;
use crate::facts::environment::{Environment, World, own_variables, this_machine};
use crate::facts::layers::surroundings::Surroundings;
use crate::facts::layers::{self, Layers};
use crate::print::line::Skin;
use crate::print::{self, problem};
use crate::program::is_wrong_use;
use crate::program::problems::{NO_SUCH_PATH, not_written};

/// Caches dependencies, strips dev assets, weighs the slug, explains stacked buildpacks
/// and audits apps for ephemeral dynos.
#[derive(Debug, Parser)]
#[command(
    name = "slugsmith",
    version,
    arg_required_else_help = true,
    after_help = "\
First steps:
  slugsmith check .    what breaks, what it weighs, what could go; changes nothing
  slugsmith build .    the whole job, on a copy
  slugsmith init       a project.toml to start from

Exit codes: 0 fine, 1 findings or over budget, 2 wrong use, 3 could not do it.
Settings: project.toml, and SLUGSMITH_* variables over it (SLUGSMITH_LOG=verbose, SLUGSMITH_PROFILE=1)."
)]
struct CommandLine {
    /// When to use colours
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
    #[command(subcommand)]
    verb: Verb,
}

/// When to use colours; by itself a stream has them on a terminal, and `NO_COLOR` takes them away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    fn set(self) {
        match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
        .write_global();
    }
}

#[derive(Debug, Subcommand)]
enum Verb {
    Build(build::Arguments),
    Check(check::Arguments),
    Inspect(inspect::Arguments),
    Diff(diff::Arguments),
    Strip(strip::Arguments),
    Boot(boot::Arguments),
    Env(env::Arguments),
    Stack(stack::Arguments),
    Which(which::Arguments),
    Explain(explain::Arguments),
    Init(init::Arguments),
    Triage(triage::Arguments),
    Fleet(fleet::Arguments),
    Store(store::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// Forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Forms of what people put into a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SharedForm {
    Text,
    Json,
    /// For a pull request, an issue or a chat
    Markdown,
}

/// Where a report goes and in which form.
#[derive(Debug, clap::Args)]
struct OutputArguments {
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    file: OutputFile,
}

impl OutputArguments {
    fn write(&self, text: &str) -> Result<()> {
        self.file.write(text)
    }
}

/// Where a report goes.
#[derive(Debug, clap::Args)]
struct OutputFile {
    /// Write the report to FILE instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl OutputFile {
    /// Writes a report, without secrets.
    fn write(&self, text: &str) -> Result<()> {
        self.write_as_it_is(&print::safe::document(text))
    }

    /// Writes what a program is to read as it is, or the user asked for.
    fn write_as_it_is(&self, text: &str) -> Result<()> {
        match &self.output {
            Some(path) => {
                let plain = anstream::adapter::strip_str(text).to_string();
                own::output(path, plain)
                    .map_err(|error| not_written(&path.display().to_string(), &error))
            }
            None => {
                print::out_as_it_is(text).map_err(|error| not_written("standard output", &error))
            }
        }
    }
}

/// Runs the verb that the arguments name.
#[must_use]
pub fn main(arguments: &[OsString]) -> ExitCode {
    let line = match CommandLine::try_parse_from(arguments) {
        Ok(line) => line,
        Err(error) => {
            let error = fit_to_print(error, arguments);
            return code(match (error.print(), error.use_stderr()) {
                (_, true) => Exit::Usage,
                // Whoever closed the pipe has read enough.
                (Err(lost), false) if lost.kind() != std::io::ErrorKind::BrokenPipe => Exit::Failed,
                (_, false) => Exit::Fine,
            });
        }
    };
    line.color.set();
    let result = match &line.verb {
        Verb::Build(arguments) => build::run(arguments),
        Verb::Check(arguments) => check::run(arguments),
        Verb::Inspect(arguments) => inspect::run(arguments),
        Verb::Diff(arguments) => diff::run(arguments),
        Verb::Strip(arguments) => strip::run(arguments),
        Verb::Boot(arguments) => boot::run(arguments),
        Verb::Env(arguments) => env::run(arguments),
        Verb::Stack(arguments) => stack::run(arguments),
        Verb::Which(arguments) => which::run(arguments),
        Verb::Explain(arguments) => explain::run(arguments),
        Verb::Init(arguments) => init::run(arguments),
        Verb::Triage(arguments) => triage::run(arguments),
        Verb::Fleet(arguments) => fleet::run(arguments),
        Verb::Store(arguments) => store::run(arguments),
        Verb::Completions(arguments) => completions::run(arguments),
        Verb::Man(arguments) => man::run(arguments),
    };
    let result = result.and_then(|exit| {
        if print::has_lost_lines() {
            let error = std::io::Error::other("a line could not be written; the disk may be full");
            return Err(not_written("standard output", &error));
        }
        Ok(exit)
    });
    match result {
        Ok(exit) => code(exit),
        Err(problem) => {
            let _ = problem::to_stderr(Skin::Bullets, &problem::error(&problem));
            code(if is_wrong_use(&problem) {
                Exit::Usage
            } else {
                Exit::Failed
            })
        }
    }
}

/// The same error about the arguments as they are shown. clap quotes them as they came, and a script may have
/// taken them from anywhere.
fn fit_to_print(error: clap::Error, arguments: &[OsString]) -> clap::Error {
    if !error.use_stderr() {
        return error;
    }
    let shown = arguments.iter().map(|argument| {
        let text = argument.to_string_lossy();
        OsString::from(print::safe::line(&text).into_owned())
    });
    CommandLine::try_parse_from(shown).err().unwrap_or_else(|| {
        let what = "an argument holds letters that no command line has\n";
        clap::Error::raw(error.kind(), what)
    })
}

fn code(exit: Exit) -> ExitCode {
    ExitCode::from(u8::try_from(exit.code()).unwrap_or(1))
}

/// The environment of a laptop or a CI machine, for a verb that asks no shared store: what only a
/// store needs is not in it, so that nothing that is started gets it.
fn environment() -> Environment {
    let mut environment = environment_with_store();
    crate::flow::shared::take(&mut environment);
    environment
}

/// The same, for a verb that opens the store, which takes out what only the store needs.
fn environment_with_store() -> Environment {
    let variables = own_variables();
    let stack = variables.get("STACK").and_then(|value| value.to_str());
    Environment {
        world: World::Embedded,
        target: this_machine(stack),
        variables,
    }
}

/// What the user named, absolute and without links.
fn existing(path: &Path) -> Result<PathBuf> {
    let shown = path.display();
    path.canonicalize().map_err(|error| {
        let error = error.to_string();
        let reason = error.split(" (os error").next().unwrap_or_default();
        Problem::new(&NO_SUCH_PATH).saw(format!("{shown}: {reason}"))
    })
}

/// The folder that the user named.
/// Layers in a build as they are; those that were taken out of an image as the image has them.
fn layers_of(folder: &Path) -> Layers {
    if is_in_build() {
        layers::read(folder)
    } else {
        layers::taken_out::read(folder)
    }
}

/// In a build the surrounding variables and programs are the image's; anywhere else they are
/// those of this machine, which no process gets.
fn surroundings_of(folder: &Path, layers: &Layers, app: Option<&Path>) -> Surroundings {
    if is_in_build() {
        layers::surroundings::read(layers, app)
    } else {
        layers::surroundings::of_image(folder, layers, app)
    }
}

fn is_in_build() -> bool {
    std::env::var_os("CNB_LAYERS_DIR").is_some()
}

fn folder(path: &Path) -> Result<PathBuf> {
    let full = existing(path)?;
    if full.is_dir() {
        fs_err::read_dir(&full).map_err(|error| crate::error::io("reading", &full, &error))?;
        return Ok(full);
    }
    let problem = Problem::new(&NO_SUCH_PATH).saw(format!("{} is not a folder", path.display()));
    Err(match path.parent().and_then(Path::to_str) {
        Some("") => problem.step("Name the folder that it is in: `.`"),
        Some(parent) => problem.step(format!("Name the folder that it is in: `{parent}`")),
        None => problem,
    })
}
