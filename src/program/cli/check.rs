//! `slugsmith check APP`: everything that can be said without changing anything, with an
//! exit code for CI.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{OutputFile, environment, folder};
use crate::budget;
use crate::config;
use crate::error::Result;
use crate::exit::Exit;
use crate::flow::{self, Input};
use crate::print::build_log::BuildLog;
use crate::print::line::Skin;
use crate::print::terminal::Terminal;
use crate::print::{github, json, problem, sarif};
use crate::progress::Silent;

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
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let app = folder(&arguments.app)?;
    let environment = environment();
    let config = config::read(&app, &environment)?;
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
                let mut log = BuildLog::new(&mut text, Skin::Bullets, config.log.value);
                flow::check(&input, &mut log)?
            } else {
                let log = BuildLog::new(anstream::stdout(), Skin::Bullets, config.log.value);
                flow::check(&input, &mut Terminal::new(log))?
            };
            if output.output.is_some() {
                output.write(&String::from_utf8_lossy(&text.into_inner()))?;
            }
            report
        }
        Form::Json | Form::Sarif | Form::Github => {
            let report = flow::check(&input, &mut Terminal::new(Silent))?;
            output.write(&match arguments.format {
                Form::Sarif => sarif::report(&report),
                Form::Github => github::report(&report),
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
