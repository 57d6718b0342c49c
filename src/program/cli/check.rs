//! `slugsmith check APP`: everything that can be said without changing anything, with an
//! exit code for CI.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{OutputFile, environment, folder};
use crate::audit::{self, Facts, contract, fix_plan};
use crate::budget;
use crate::config::baseline::{self, NO_BASELINE};
use crate::config::{self, Config};
use crate::error::{Problem, Result};
use crate::exit::Exit;
use crate::explain;
use crate::facts::app;
use crate::facts::tree::Tree;
use crate::flow::{self, Input};
use crate::print::build_log::BuildLog;
use crate::print::line::{Line, Skin};
use crate::print::live::Live;
use crate::print::{self, github, gitlab, json, markdown, patch, problem, sarif};
use crate::program::USAGE;
use crate::report::event::Silent;

/// Say what would be stripped, how big the slug is and what breaks on the platform,
/// without changing anything
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The app's folder
    #[arg(value_name = "APP", default_value = ".")]
    app: PathBuf,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    #[command(flatten)]
    file: OutputFile,
    /// Tell only what an earlier report (--format json) does not have
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Paths of findings are written from here on, for an app in a folder of a repository
    #[arg(long, value_name = "DIR")]
    relative_to: Option<PathBuf>,
    /// Print a patch for app.json, the Procfile and project.toml instead of a report:
    /// `slugsmith check --fix-plan | git apply --allow-empty`
    #[arg(long, conflicts_with_all = ["config", "format"])]
    fix_plan: bool,
    /// Print the variables instead of a report: who reads each, and who declares it
    #[arg(long)]
    config: bool,
}

/// Forms of this verb's report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
    /// SARIF 2.1.0, for code hosts
    Sarif,
    /// GitHub workflow commands: annotations beside the lines
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// For a pull request
    Markdown,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let app = folder(&arguments.app)?;
    let environment = environment();
    let mut config = config::read(&app, &environment)?;
    if let Some(path) = &arguments.baseline {
        let text = fs_err::read_to_string(path)
            .map_err(|error| Problem::new(&NO_BASELINE).saw(error.to_string()))?;
        config.audit.baseline = baseline::read(&path.display().to_string(), &text)?;
    }
    if arguments.config || arguments.fix_plan {
        return facts(&app, &config, arguments);
    }
    let input = Input {
        app: &app,
        config: &config,
        environment: &environment,
        store: None,
        layers: None,
        classic: None,
    };
    let output = &arguments.file;
    let report = match arguments.format {
        Form::Text => {
            let mut text = anstream::StripStream::new(Vec::new());
            let report = if output.output.is_some() {
                let log = BuildLog::new(&mut text, Skin::Bullets, config.log.value);
                flow::check(&input, &mut Live::command(log, config.log.value))?
            } else {
                let log = BuildLog::new(anstream::stdout(), Skin::Bullets, config.log.value);
                flow::check(&input, &mut Live::command(log, config.log.value))?
            };
            if output.output.is_some() {
                output.write(&String::from_utf8_lossy(&text.into_inner()))?;
            }
            report
        }
        Form::Json | Form::Sarif | Form::Github | Form::Gitlab | Form::Markdown => {
            let mut report = flow::check(&input, &mut Live::command(Silent, config.log.value))?;
            if let Some(root) = &arguments.relative_to {
                report.prefix_paths(&below(root, &app)?);
            }
            output.write(&match arguments.format {
                Form::Sarif => sarif::report(&report, explain::page),
                Form::Github => github::report(&report),
                Form::Gitlab => gitlab::report(&report),
                Form::Markdown => markdown::check(&report),
                _ => json::report(&report),
            })?;
            report
        }
    };
    if let Some(problem) = report.budget.as_ref().and_then(budget::problem) {
        let _ = problem::to_stderr(Skin::Bullets, &problem::error(&problem));
        return Ok(Exit::Findings);
    }
    let fails = report
        .findings()
        .any(|finding| config.audit.fail_on.value.includes(finding.level));
    Ok(if fails { Exit::Findings } else { Exit::Fine })
}

/// The app's folder as seen from `root`, which is above it.
fn below(root: &Path, app: &Path) -> Result<String> {
    let root = folder(root)?;
    let inside = app.strip_prefix(&root).map_err(|_| {
        Problem::new(&USAGE).saw(format!("{} is not in {}", app.display(), root.display()))
    })?;
    Ok(inside.to_string_lossy().into_owned())
}

/// What needs the audit's facts alone: the table of variables, the patch.
fn facts(app: &Path, config: &Config, arguments: &Arguments) -> Result<Exit> {
    let app = app::read(app);
    let tree = Tree::read(&app.root);
    let facts = Facts::read(&app, &tree);
    if arguments.config {
        let variables = contract::variables(&facts);
        let missing = variables
            .iter()
            .any(|variable| print::contract::word(variable) == "missing");
        arguments.file.write(&match arguments.format {
            Form::Json => print::contract::json(&variables),
            _ => print::contract::text(&variables),
        })?;
        return Ok(if missing { Exit::Findings } else { Exit::Fine });
    }
    let report = audit::run(&facts, config);
    let edits = fix_plan::plan(&facts, &report);
    arguments.file.write(&patch::patch(&edits))?;
    if edits.is_empty() {
        // Beside the patch, which is empty: standard output is what `git apply` reads.
        let says = "Nothing to patch: no finding has an edit that is certain.";
        let _ = problem::to_stderr(Skin::Bullets, &[Line::item(0, says)]);
    }
    Ok(Exit::Fine)
}
