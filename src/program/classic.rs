//! The classic buildpack API: detect, compile, release, report and test-compile.
//!
//! Source: Heroku Dev Center, "Buildpack API" and "Testpack API". The build folder is
//! never removed or replaced: on Heroku CI it *is* `/app`, whose own entry is read-only.

mod launch_check;
mod profile;
mod release;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cache::CACHE_NOT_STORED;
use crate::cache::event::Answers;
use crate::cache::intercept;
use crate::cache::store::Store;
use crate::config::Config;
use crate::error::{Problem, Result};
use crate::exit::Exit;
use crate::facts::before::{self, COMPANION};
use crate::facts::beneath::{self, Beneath};
use crate::facts::environment::{self, Environment, World, own_variables};
use crate::flow::{self, Input};
use crate::print::line::Skin;
use crate::print::{self, json, problem};
use crate::program::prepared;
use crate::program::problems::{NO_PROCESS_TYPES, NO_PROCFILE, USAGE};
use crate::program::{Own, shared, store_folder, verdict};
use crate::report::event::{Event, OfCaches, Progress};
use crate::{cache, facts};

/// Which executable was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Executable {
    Detect,
    Compile,
    Release,
    Report,
    TestCompile,
}

/// The folder below `CACHE_DIR` that is ours; all buildpacks of an app share it.
const CACHE_FOLDER: &str = "slugsmith";
/// The last report, kept for `bin/report`.
const REPORT: &str = "report.json";

/// Runs one step of the buildpack that was called.
#[must_use]
pub fn main(step: Executable, operands: &[PathBuf], own: &Own) -> ExitCode {
    let name = if own.is_companion() {
        COMPANION
    } else {
        "slugsmith"
    };
    let result = match step {
        Executable::Detect => detect(operands, name),
        Executable::Compile if own.is_companion() => restore(operands, own.folder.as_deref()),
        // The report of the build is the last buildpack's.
        Executable::Report if own.is_companion() => printed("{}\n"),
        Executable::Compile => compile(operands, own.folder.as_deref()),
        // The first buildpack of a list decides nothing.
        Executable::Release if own.is_companion() => printed(release::NOTHING),
        Executable::Release => release(operands, own.folder.as_deref()),
        Executable::Report => report(operands),
        Executable::TestCompile => test_compile(),
    };
    match result {
        Ok(code) => code,
        Err(problem) => {
            let _ = problem::to_stderr(Skin::Classic, &problem::error(&problem));
            exit(Exit::Findings)
        }
    }
}

fn exit(exit: Exit) -> ExitCode {
    ExitCode::from(u8::try_from(exit.code()).unwrap_or(1))
}

fn printed(text: &str) -> Result<ExitCode> {
    print::out(text).map_err(|error| crate::error::io("writing", "standard output", &error))?;
    Ok(ExitCode::SUCCESS)
}

fn detect(operands: &[PathBuf], name: &str) -> Result<ExitCode> {
    let [app] = operands else {
        return Err(usage("detect takes BUILD_DIR", operands));
    };
    if facts::app::is_empty(app) {
        let problem = Problem::new(&facts::EMPTY_APP).saw(app.display().to_string());
        let _ = problem::to_stderr(Skin::Classic, &problem::warning(&problem));
        return Ok(ExitCode::FAILURE);
    }
    printed(&format!("{name}\n"))
}

/// What `compile` is given, absolute: the platform runs it in any folder.
struct Build {
    app: PathBuf,
    /// `ENV_DIR`.
    config_vars: PathBuf,
    /// Our part of `CACHE_DIR`; that of the companion too.
    folder: PathBuf,
    environment: Environment,
    config: Config,
}

impl Build {
    fn read(operands: &[PathBuf]) -> Result<Self> {
        let [app, cache, config_vars] = operands else {
            return Err(usage("compile takes BUILD_DIR CACHE_DIR ENV_DIR", operands));
        };
        // Nothing below follows a link; where the app is, its caller says.
        let app = fs_err::canonicalize(app).or_else(|_| absolute(app))?;
        let environment = environment_of(config_vars);
        Ok(Self {
            folder: absolute(cache)?.join(CACHE_FOLDER),
            config_vars: config_vars.clone(),
            config: crate::program::configured::read(&app, &environment)?,
            environment,
            app,
        })
    }
}

/// The companion at the front of the list. The last buildpack fills its folder.
fn restore(operands: &[PathBuf], buildpack: Option<&Path>) -> Result<ExitCode> {
    let mut build = Build::read(operands)?;
    crate::flow::shared::take(&mut build.environment);
    let notes = build.folder.join(before::LAYER);
    let mut log = super::log(Skin::Classic, &build.config);
    log.event(super::companion_started());
    let context = cache::Context {
        app: &facts::app::read(&build.app),
        config: &build.config,
        environment: &build.environment,
        store: &Store::of_another(build.folder.clone()),
        neighbours: crate::facts::neighbours::Neighbours::none(),
        finish: &crate::flow::layer::Finished,
    };
    let is_ready = store_folder::ready_in_cache(&build.folder)
        .and_then(|()| store_folder::ready_in_cache(&notes));
    if let Err(error) = is_ready {
        let saw = crate::error::io("writing to", &notes, &error).saw;
        let problem = Problem::new(&CACHE_NOT_STORED).saw(saw.join("; "));
        log.event(Event::Warning(&problem));
        return Ok(ExitCode::SUCCESS);
    }
    let done = cache::companion::run(&context, &notes, &mut OfCaches(&mut log))?;
    if let Some(buildpack) = buildpack {
        hang_up(buildpack, done.answers == Answers::Yes, &notes);
    }
    Ok(ExitCode::SUCCESS)
}

/// Hangs the hook into the processes of later buildpacks, or takes down that of an earlier build.
/// One that can't be hung up costs nothing but an install. It lies beside the script that names
/// it, since Node.js does not start where it is missing.
fn hang_up(buildpack: &Path, is_wanted: bool, notes: &Path) {
    let program = std::env::current_exe().ok();
    let hook = program.and_then(|program| intercept::hook(&program, notes));
    let option = intercept::option(&buildpack.join(intercept::HOOK));
    let written = match (hook.filter(|_| is_wanted), option) {
        (Some(hook), Some(option)) => write_inside(buildpack, intercept::HOOK, &hook)
            .and_then(|()| write_inside(buildpack, profile::EXPORT, &intercept::export(&option)))
            .is_ok(),
        _ => false,
    };
    if !written {
        let _ = forget_script(buildpack, profile::EXPORT);
    }
}

fn compile(operands: &[PathBuf], buildpack: Option<&Path>) -> Result<ExitCode> {
    let mut build = Build::read(operands)?;
    let app = &build.app;
    let procfile = facts::app::procfile(app);
    let mut processes = release::process_types(&release::passed_on(app, buildpack));
    // A Procfile counts more than a release.
    processes.retain(|(name, _)| procfile.iter().all(|one| one.name != *name));
    let mut log = super::log(Skin::Classic, &build.config);
    // A cache that can't be kept must not fail a build.
    let mut temporary = None;
    if let Err(error) = store_folder::ready_in_cache(&build.folder) {
        let saw = crate::error::io("writing to", &build.folder, &error).saw;
        let problem = Problem::new(&CACHE_NOT_STORED).saw(saw.join("; "));
        log.event(Event::Warning(&problem));
        temporary = Some(store_folder::temporary()?);
    }
    let folder = temporary
        .as_ref()
        .map_or(build.folder.as_path(), |(folder, _)| folder.path());
    let store = Store::new(folder.to_owned());
    let (store, reports) = shared::behind(store, app, &build.config, &mut build.environment);
    let input = Input {
        app,
        config: &build.config,
        environment: &build.environment,
        store: Some(&store),
        layers: None,
        classic: Some(flow::Classic {
            config_vars: &build.config_vars,
            buildpack,
            processes: &processes,
        }),
        previous: None,
    };
    let report = flow::build(&input, &mut log)?;
    reports.write_in_build(&report, &mut log);
    // Of use in this build only; it is checked to be of the same build when it is read.
    let _ = beneath::remove(&folder.join(before::LAYER));
    let changes = || report.caches.iter().flat_map(|outcome| &outcome.exposes);
    let prepared = prepared::variables(&report);
    let script = profile::script(changes().chain(&prepared), Some(app));
    let per_user = report
        .boot
        .iter()
        .filter_map(|boot| boot.per_user.as_deref());
    let per_user = per_user.map(profile::per_user);
    let script: String = script.into_iter().chain(per_user).collect();
    if !script.is_empty() {
        write_script(app, profile::PATH, &script)?;
    }
    if let Some(folder) = buildpack {
        match profile::script(changes(), None) {
            Some(script) => write_script(folder, profile::EXPORT, &script)?,
            None => forget_script(folder, profile::EXPORT)?,
        }
    }
    let at_end = facts::app::read(app);
    if report.starts_nothing {
        log.event(Event::Warning(
            &Problem::new(&NO_PROCESS_TYPES).saw(NO_PROCFILE),
        ));
    }
    let check = launch_check::script(&at_end, &build.config.launch, &report.env_reads);
    if let Some(script) = check {
        write_script(app, launch_check::PATH, &script)?;
    }
    // For bin/report only; a full cache disk must not fail the build here.
    let _ = write_inside(folder, REPORT, &json::report(&report));
    verdict::of(&report, &build.config)?;
    Ok(ExitCode::SUCCESS)
}

/// Without these variables the app, or the next buildpack, would not find what was
/// installed, so that a failure here fails the build.
fn write_script(root: &Path, path: &str, script: &str) -> Result<()> {
    write_inside(root, path, script)
        .map_err(|error| crate::error::io("writing", root.join(path), &error))
}

/// A buildpack's folder may outlive a build. What an earlier one of another app installed
/// would be exported to this one's buildpacks.
fn forget_script(root: &Path, path: &str) -> Result<()> {
    beneath::remove(&root.join(path))
        .map_err(|error| crate::error::io("removing", root.join(path), &error))
}

/// Writes a file of ours below `root`. A link where its folder should be would lead to files
/// of somebody else: it is refused, and replaced where it is the file itself.
fn write_inside(root: &Path, path: &str, text: &str) -> std::io::Result<()> {
    Beneath::open(root)?.replace(Path::new(path), text.as_bytes())
}

/// The last buildpack's `release` decides the default process types, and we are the last.
fn release(operands: &[PathBuf], own: Option<&Path>) -> Result<ExitCode> {
    let answer = operands.first().map(|app| release::passed_on(app, own));
    // Word for word, line ends and all: the platform reads it.
    print::out_as_it_is(answer.as_deref().unwrap_or(release::NOTHING))
        .map_err(|error| crate::error::io("writing", "standard output", &error))?;
    Ok(ExitCode::SUCCESS)
}

/// Heroku runs `report` for its own telemetry, for failed builds too; JSON, or an empty
/// object when there was no build.
fn report(operands: &[PathBuf]) -> Result<ExitCode> {
    let text = operands
        .get(1)
        .and_then(|cache| beneath::note(&cache.join(CACHE_FOLDER), REPORT).ok())
        .and_then(|text| beneath::utf8(text).ok());
    printed(text.as_deref().unwrap_or("{}\n"))
}

/// In Heroku CI tests run in the build folder, so nothing is stripped or pruned. Without
/// this step the platform would fall back to `compile` and lose the tests.
fn test_compile() -> Result<ExitCode> {
    printed(
        "-----> slugsmith\n       A test run keeps every file: nothing was cached, stripped or weighed.\n",
    )
}

/// Classic builds get config vars as files in `ENV_DIR`, not as variables.
fn environment_of(folder: &Path) -> Environment {
    let mut variables = own_variables();
    environment::overlay(&mut variables, folder, World::Classic);
    intercept::unhook(&mut variables);
    let stack = variables.get("STACK").and_then(|value| value.to_str());
    Environment {
        world: World::Classic,
        target: environment::this_machine(stack),
        variables,
    }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| crate::error::io("resolving", path, &error))
}

fn usage(takes: &str, operands: &[PathBuf]) -> Problem {
    Problem::new(&USAGE).saw(format!(
        "{takes}, got {}",
        crate::units::counted(operands.len() as u64, "operand")
    ))
}
