//! `slugsmith fleet DIR|URL`: one view of the reports of all apps.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::ValueEnum;

use super::{OutputFile, environment_with_store, folder, store};
use crate::error::{Problem, Result, io};
use crate::exit::Exit;
use crate::fleet::{self, LONGEST, MOST};
use crate::print;
use crate::program::problems::STORE;
use crate::store::gc::REPORTS;

/// Show the reports of many apps as one view: sizes, caches, findings, runtimes, buildpacks
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A folder of reports (JSON), or a store: `s3://bucket/prefix`, `oci://registry/repository`
    #[arg(value_name = "DIR|URL")]
    reports: String,
    /// Form of the view
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    #[command(flatten)]
    file: OutputFile,
}

/// Forms of this verb's view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
    Markdown,
    /// One page, offline, to sort and filter
    Html,
}

/// How long a store may take to give all reports.
const LONGEST_READ: Duration = Duration::from_mins(10);

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let named = arguments.reports.as_str();
    let (summaries, refused) = if named.contains("://") {
        of_store(named)?
    } else {
        let path = folder(&PathBuf::from(named))?;
        fleet::folder::load(&path).map_err(|error| io("reading", Path::new(named), &error))?
    };
    let view = fleet::view(summaries, refused);
    let text = match arguments.format {
        Form::Text => print::fleet::text(&view),
        Form::Json => print::fleet::json(&view),
        Form::Markdown => print::fleet::markdown(&view),
        Form::Html => print::fleet::html(&view, "Fleet"),
    };
    arguments.file.write(&text)?;
    Ok(Exit::Fine)
}

fn of_store(url: &str) -> Result<fleet::folder::Read> {
    let objects = store::open(Some(url), &mut environment_with_store())?;
    let until = Instant::now() + LONGEST_READ;
    let failed = |fault: crate::store::Fault| Problem::new(&STORE).saw(fault.to_string());
    let listed = objects.list(REPORTS, MOST, until).map_err(failed)?;
    let keys: Vec<String> = listed.into_iter().map(|one| one.key).collect();
    let name = |key: &str| key.get(REPORTS.len()..).unwrap_or_default().to_owned();
    let get = |key: &str| objects.get(key, LONGEST, until).map_err(failed);
    fleet::asked::load(&keys, name, get)
}
