//! `slugsmith strip PATH --prove`: strip only what no answer of the app needs.

use std::path::Path;

use super::super::workspace::Workspace;
use super::{Arguments, Warnings};
use crate::config::{self, Config};
use crate::error::{Result, io};
use crate::exit::Exit;
use crate::facts::app;
use crate::facts::environment::Environment;
use crate::flow::lock;
use crate::print::line::Skin;
use crate::print::live::Live;
use crate::print::{self, json};
use crate::report::event::{Event, Progress};
use crate::strip::prove::{self, CopiedApp, Question};
use crate::strip::{self, record};

use super::super::Format;

pub(super) fn run(
    arguments: &Arguments,
    app: &Path,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    let mut live = Live::command(Warnings, config.log.value);
    let _lock = lock::take(app, &mut live)?;
    strip::recover(app)?;
    live.event(Event::Working {
        what: "Starting the app before and after",
    });
    let app = &fs_err::canonicalize(app).map_err(|error| io("reading", app, &error))?;
    let copy = Workspace::whole_copy_of(app)?;
    let place = CopiedApp::new(app, &copy.app())?;
    let urls = match arguments.ask.as_slice() {
        [] => vec!["/".to_owned()],
        urls => urls.iter().map(|url| rooted(url)).collect(),
    };
    let question = Question {
        place: &place,
        processes: &prove::processes(&app::read(app)),
        urls: &urls,
        environment,
    };
    let proof = prove::prove(&question, |copy| {
        strip::run(copy, config, environment, false)
    })?;
    drop(copy);
    let is_proven = proof.unexplained.is_none() && !proof.processes.is_empty();
    let keeps = prove::keep_lines(&proof.needed);
    if !arguments.dry_run && !keeps.is_empty() {
        record::add(app, &keeps).map_err(|error| io("writing slugsmith.keep in", app, &error))?;
    }
    let mut text = Vec::new();
    for line in print::strip::proof(&proof, arguments.dry_run) {
        let _ = Skin::Bullets.write(&mut text, &line);
    }
    if is_proven {
        let config = config::read(app, environment)?;
        let report = strip::run(app, &config, environment, arguments.dry_run)?;
        drop(live);
        if !arguments.dry_run {
            super::remember(app, environment, &report);
        }
        if arguments.output.format == Format::Json {
            arguments.output.write(&json::strip_report(&report))?;
            return Ok(Exit::Fine);
        }
        for line in print::strip::lines(&report, config.log.value) {
            let _ = Skin::Bullets.write(&mut text, &line);
        }
    }
    arguments.output.write(&String::from_utf8_lossy(&text))?;
    Ok(if is_proven { Exit::Fine } else { Exit::Failed })
}

/// `docs` is `/docs`; a whole address of this machine its path.
fn rooted(url: &str) -> String {
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => url.trim_start_matches('/'),
    };
    format!("/{path}")
}
