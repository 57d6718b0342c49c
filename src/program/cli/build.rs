//! `slugsmith build APP`: the embedded platform. Does on a copy of the app what the
//! buildpack does in a build, without a container engine; nothing on disk changes but
//! the user's cache folder.

use crate::facts::beneath::own;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::workspace::Workspace;
use super::{environment_with_store, folder};
use crate::budget::history::History;
use crate::cache::CACHE_NOT_STORED;
use crate::cache::store::Store;
use crate::config::Config;
use crate::error::{Problem, Result, io};
use crate::exit::Exit;
use crate::facts::interrupt::Temporary;
use crate::facts::{self, environment::Environment};
use crate::flow::{self, Input};
use crate::print::build_log::BuildLog;
use crate::print::line::Skin;
use crate::print::live::Live;
use crate::print::{json, problem};
use crate::program::problems::{LIST_TOO_LONG, USAGE, not_written};
use crate::program::{shared, store_folder, verdict};
use crate::report::Report;
use crate::report::event::{Event, Progress};

/// Build a copy of an app without a container engine and print the build log
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The app's folder
    #[arg(value_name = "APP", default_value = ".")]
    app: PathBuf,
    /// Keep the built copy as DIR, which must not exist
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Write the report as JSON to FILE
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Keep caches in DIR instead of the user's cache folder
    #[arg(long, value_name = "DIR", env = "SLUGSMITH_CACHE_DIR")]
    cache: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let app = folder(&arguments.app)?;
    if facts::app::is_empty(&app) {
        return Err(Problem::new(&facts::EMPTY_APP).saw(app.display().to_string()));
    }
    if let Some(target) = arguments.keep.as_ref().filter(|target| target.exists()) {
        return Err(Problem::new(&USAGE).saw(format!("--keep {}: exists", target.display())));
    }
    let environment = environment_with_store();
    let config = crate::program::configured::read(&app, &environment)?;
    let log = BuildLog::new(anstream::stdout(), Skin::Bullets, config.log.value);
    let mut progress = Live::command(log, config.log.value);
    let asked = Asked {
        app: &app,
        config: &config,
        environment: &environment,
        cache: arguments.cache.as_deref(),
        previous: None,
    };
    let (report, workspace) = on_a_copy(&asked, &mut progress)?;
    drop(progress);
    if let Some(path) = &arguments.json {
        own::output(path, json::report(&report))
            .map_err(|error| not_written(&path.display().to_string(), &error))?;
    }
    if let Some(target) = &arguments.keep {
        workspace.keep(target)?;
    }
    match verdict::of(&report, &config) {
        Ok(()) => Ok(Exit::Fine),
        Err(problem) => {
            let _ = problem::to_stderr(Skin::Bullets, &problem::error(&problem));
            Ok(Exit::Findings)
        }
    }
}

/// An embedded build that a verb asks for.
pub(super) struct Asked<'a> {
    pub(super) app: &'a Path,
    pub(super) config: &'a Config,
    pub(super) environment: &'a Environment,
    /// The folder for caches; the user's own where none is given.
    pub(super) cache: Option<&'a Path>,
    /// Sizes to compare with, instead of those of the last build.
    pub(super) previous: Option<&'a History>,
}

/// Builds a copy of the app; the copy is removed with the workspace.
pub(super) fn on_a_copy(
    asked: &Asked<'_>,
    progress: &mut dyn Progress,
) -> Result<(Report, Workspace)> {
    let caches = Caches::open(asked.cache, asked.app, asked.environment)?;
    let mut environment = asked.environment.clone();
    let store = Store::new(caches.folder.clone());
    let (store, reports) = shared::behind(store, asked.app, asked.config, &mut environment);
    if let Some(problem) = &caches.lost {
        progress.event(Event::Warning(problem));
    }
    progress.event(Event::Working {
        what: "Copying the app",
    });
    let workspace = Workspace::copy_of(asked.app)?;
    if !workspace.too_long.is_empty() {
        let lists = workspace.too_long.iter();
        let saw = lists.map(|list| list.display().to_string());
        progress.event(Event::Warning(
            &saw.fold(Problem::new(&LIST_TOO_LONG), Problem::saw),
        ));
    }
    let input = Input {
        app: &workspace.app(),
        config: asked.config,
        environment: &environment,
        store: Some(&store),
        layers: None,
        classic: None,
        previous: asked.previous,
    };
    let report = flow::build(&input, progress)?;
    reports.write_in_build(&report, progress);
    Ok((report, workspace))
}

/// Where this build keeps its caches.
struct Caches {
    folder: PathBuf,
    /// Why they end with the build.
    lost: Option<Problem>,
    _temporary: Option<(TempDir, Temporary)>,
}

impl Caches {
    /// A build needs no cache: where the user's folder can't be written a temporary one has
    /// to do, unless it was asked for by name.
    fn open(asked: Option<&Path>, app: &Path, environment: &Environment) -> Result<Self> {
        let usual = cache_folder(asked, app, environment);
        let ready = match asked {
            Some(_) => store_folder::ready(&usual),
            None => store_folder::ready_and_ours(&usual),
        };
        let made = ready.and_then(|()| fs_err::canonicalize(&usual));
        let error = match made {
            Ok(folder) => {
                return Ok(Self {
                    folder,
                    lost: None,
                    _temporary: None,
                });
            }
            Err(error) if asked.is_some() => return Err(io("creating", &usual, &error)),
            Err(error) => error,
        };
        let temporary = store_folder::temporary()?;
        let problem = Problem::new(&CACHE_NOT_STORED);
        let saw = io("creating", &usual, &error).saw.join("; ");
        Ok(Self {
            folder: temporary.0.path().to_owned(),
            lost: Some(
                problem
                    .saw(saw)
                    .step("Name a folder: slugsmith build --cache DIR"),
            ),
            _temporary: Some(temporary),
        })
    }
}

/// A folder per app: its name for people, a hash of its path against clashes.
pub(super) fn cache_folder(asked: Option<&Path>, app: &Path, environment: &Environment) -> PathBuf {
    let base = match asked {
        Some(folder) => folder.to_owned(),
        None => match (environment.get("XDG_CACHE_HOME"), environment.get("HOME")) {
            (Some(cache), _) => Path::new(cache).join("slugsmith"),
            (None, Some(home)) => Path::new(home).join(".cache/slugsmith"),
            (None, None) => {
                let user = rustix::process::getuid().as_raw();
                std::env::temp_dir().join(format!("slugsmith-cache-{user}"))
            }
        },
    };
    let mut hasher = DefaultHasher::new();
    app.hash(&mut hasher);
    let name = app.file_name().unwrap_or_default().to_string_lossy();
    base.join(format!("{name}-{:016x}", hasher.finish()))
}
