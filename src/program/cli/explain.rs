//! `slugsmith explain ID`: the page of a rule or an error, the same text as in docs/.
//! `slugsmith explain cache [APP]`: every cache of an app with its key, old and new.

use std::path::PathBuf;

use super::build::cache_folder;
use super::{Format, environment, folder};
use crate::cache::event::Explained;
use crate::cache::{self, store::Store};
use crate::error::{Problem, Result};
use crate::exit::Exit;
use crate::print;
use crate::print::line::Skin;
use crate::program::problems::USAGE;
use crate::{config, explain, facts};

/// Explain a rule, an error or a reason by its id
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The id as a log prints it, or `cache`; without it, all ids are listed
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// With `cache`: the app's folder
    #[arg(value_name = "APP", default_value = ".")]
    app: PathBuf,
    /// With `cache`: where `slugsmith build` keeps caches
    #[arg(long, value_name = "DIR", env = "SLUGSMITH_CACHE_DIR")]
    cache: Option<PathBuf>,
    /// With `cache`: text or JSON, a line per cache
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let text = match &arguments.id {
        Some(id) if id == "cache" => caches(arguments)?,
        None => listed(),
        Some(id) => explain::page(id)
            .or_else(|| explain::page(&id.to_ascii_lowercase()))
            .ok_or_else(|| unknown(id))?,
    };
    print::out(&text).map_err(|error| crate::error::io("writing", "standard output", &error))?;
    Ok(Exit::Fine)
}

/// The caches of an app as `slugsmith build` would judge them now.
fn caches(arguments: &Arguments) -> Result<String> {
    let app = folder(&arguments.app)?;
    let environment = environment();
    let config = config::read(&app, &environment)?;
    let store = Store::new(cache_folder(arguments.cache.as_deref(), &app, &environment));
    let caches = cache::explain::all(&cache::Context {
        app: &facts::app::read(&app),
        config: &config,
        environment: &environment,
        store: &store,
        neighbours: crate::facts::neighbours::Neighbours::none(),
        finish: &crate::flow::layer::Finished,
    });
    if arguments.format == Format::Json {
        let lines = caches.iter().map(Explained::to_json);
        let lines: Vec<_> = lines.map(|line| line.to_string()).collect();
        return Ok(lines.join("\n") + "\n");
    }
    if caches.is_empty() {
        return Ok("No dependencies and no caches that are known: nothing to keep\n".to_owned());
    }
    let mut out = Vec::new();
    for line in caches.iter().flat_map(print::cache::explained) {
        Skin::Bullets
            .write(&mut out, &line)
            .map_err(|error| crate::error::io("writing", "memory", &error))?;
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// Every id with what it is about.
fn listed() -> String {
    let titles = explain::titles();
    let width = titles.iter().map(|(id, _)| id.len()).max().unwrap_or(0);
    let line = |(id, title): &(&str, &str)| format!("{id:<width$}  {title}\n");
    titles.iter().map(line).collect()
}

fn unknown(id: &str) -> Problem {
    let ids = explain::titles().into_iter().map(|(id, _)| id);
    let nearest = ids.min_by_key(|known| strsim::damerau_levenshtein(known, id));
    let mut problem = Problem::new(&USAGE).saw(format!("nothing has the id `{id}`"));
    if let Some(nearest) = nearest {
        problem = problem.step(format!("Did you mean `slugsmith explain {nearest}`?"));
    }
    problem.step("`slugsmith explain` lists all ids.")
}
