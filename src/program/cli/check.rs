//! `slugsmith check APP`: everything that can be said without changing anything, with an
//! exit code for CI.

use std::path::PathBuf;

use super::{Format, OutputArguments, environment, folder, stderr};
use crate::budget;
use crate::config;
use crate::error::Result;
use crate::exit::Exit;
use crate::flow::{self, Input};
use crate::print::build_log::BuildLog;
use crate::print::json;
use crate::print::line::Skin;
use crate::print::terminal::Terminal;
use crate::progress::Silent;

/// Say what would be stripped, how big the slug is and what breaks on the platform,
/// without changing anything
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The app's folder
    #[arg(value_name = "APP", default_value = ".")]
    app: PathBuf,
    #[command(flatten)]
    output: OutputArguments,
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
    };
    let report = match arguments.output.format {
        Format::Text => {
            let mut text = anstream::StripStream::new(Vec::new());
            let report = if arguments.output.file.output.is_some() {
                let mut log = BuildLog::new(&mut text, Skin::Bullets, config.log.value);
                flow::check(&input, &mut log)?
            } else {
                let log = BuildLog::new(anstream::stdout(), Skin::Bullets, config.log.value);
                flow::check(&input, &mut Terminal::new(log))?
            };
            if arguments.output.file.output.is_some() {
                arguments
                    .output
                    .write(&String::from_utf8_lossy(&text.into_inner()))?;
            }
            report
        }
        Format::Json => {
            let report = flow::check(&input, &mut Terminal::new(Silent))?;
            arguments.output.write(&json::report(&report))?;
            report
        }
    };
    if let Some(problem) = report.budget.as_ref().and_then(budget::problem) {
        let lines = crate::print::problem::error(&problem);
        let mut stream = stderr();
        for line in &lines {
            let _ = Skin::Bullets.write(&mut stream, line);
        }
        return Ok(Exit::Findings);
    }
    let fails = report
        .findings()
        .any(|finding| config.audit.fail_on.value.includes(finding.level));
    Ok(if fails { Exit::Findings } else { Exit::Fine })
}
