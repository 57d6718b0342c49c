//! The Cloud Native buildpack: gather from libcnb, run the flow, hand the result back.

mod bill;
mod exec_env;
mod launch_layer;
mod plan;

use crate::facts::beneath::own;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::ExitCode;

use libcnb::build::{BuildContext, BuildResult, BuildResultBuilder};
use libcnb::data::launch::{Label, Launch, LaunchBuilder, Slice};
use libcnb::data::layer_name;
use libcnb::detect::{DetectContext, DetectResult, DetectResultBuilder};
use libcnb::generic::{GenericMetadata, GenericPlatform};
use libcnb::layer::{LayerRef, UncachedLayerDefinition};
use libcnb::layer_env::{LayerEnv, ModificationBehavior, Scope};
use libcnb::{Buildpack, Target};
use rustix::fs::Access;

use tempfile::TempDir;

use crate::cache::event::Answers;
use crate::cache::intercept;
use crate::cache::store::Store;
use crate::error::Problem;
use crate::facts::before::COMPANION;
use crate::facts::environment::{self, Environment, World};
use crate::facts::{self, environment::own_variables};
use crate::flow::{self, Input};
use crate::print::line::Skin;
use crate::print::problem;
use crate::program::problems::FRAMEWORK;
use crate::report::event::{OfCaches, Progress};
use crate::{cache, report::Report};

/// The buildpack, as libcnb sees it.
#[derive(Debug)]
pub struct Slugsmith;

/// The macro makes a plain `fn main`; a module keeps it apart from ours.
mod entry {
    use super::Slugsmith;
    libcnb::buildpack_main!(Slugsmith);
    pub(super) fn run() {
        main();
    }
}

/// Runs detect or build. libcnb ends the process with the spec's codes.
#[must_use]
pub fn main() -> ExitCode {
    entry::run();
    ExitCode::SUCCESS
}

impl Buildpack for Slugsmith {
    type Platform = GenericPlatform;
    type Metadata = GenericMetadata;
    type Error = Problem;

    /// Passes for any app but an empty one: a buildpack that is listed and says no fails
    /// the whole build.
    fn detect(&self, context: DetectContext<Self>) -> libcnb::Result<DetectResult, Problem> {
        if facts::app::is_empty(&context.app_dir) {
            let problem =
                Problem::new(&facts::EMPTY_APP).saw(context.app_dir.display().to_string());
            let _ = problem::to_stderr(Skin::Bullets, &problem::warning(&problem));
            return DetectResultBuilder::fail().build();
        }
        // The companion asks for nothing: no buildpack comes before it.
        let id = &context.buildpack_descriptor.buildpack.id;
        if id.as_str() == COMPANION {
            return DetectResultBuilder::pass().build();
        }
        let plan = plan::of(&facts::app::names(&context.app_dir));
        DetectResultBuilder::pass().build_plan(plan).build()
    }

    fn build(&self, context: BuildContext<Self>) -> libcnb::Result<BuildResult, Problem> {
        if context.buildpack_descriptor.buildpack.id.as_str() == COMPANION {
            return restore(&context);
        }
        let (mut environment, _home) = environment_of(&context);
        let mut config = crate::program::configured::read(&context.app_dir, &environment)
            .map_err(buildpack_error)?;
        exec_env::prepare(&mut config, &mut environment);
        // An image has no slug limit; the app's own budget holds as it is.
        config.budget.without_platform_limit();
        let store = Store::new(context.layers_dir.clone());
        let mut log = super::log(Skin::Bullets, &config);
        let app = &context.app_dir;
        let (store, reports) = super::shared::behind(store, app, &config, &mut environment);
        let input = Input {
            app: &context.app_dir,
            config: &config,
            environment: &environment,
            store: Some(&store),
            layers: context.layers_dir.parent(),
            classic: None,
            previous: None,
        };
        let report = flow::build(&input, &mut log).map_err(buildpack_error)?;
        reports.write_in_build(&report, &mut log);
        super::verdict::of(&report, &config).map_err(buildpack_error)?;
        expose(&context, &report)?;
        launch_layer::write(&context, &report, &config)?;
        bill::write_layers(&context, &store)?;
        let mut result = BuildResultBuilder::new().launch(launch(&report));
        if let Some(bill) = bill::of_app(&report, &store) {
            result = result.launch_sbom(bill);
        }
        result.build()
    }

    fn on_error(&self, error: libcnb::Error<Problem>) {
        let lines = match &error {
            libcnb::Error::BuildpackError(problem) => problem::error(problem),
            framework => problem::error(&Problem::new(&FRAMEWORK).saw(framework.to_string())),
        };
        let _ = problem::to_stderr(Skin::Bullets, &lines);
    }
}

/// The companion at the front of the list. Its note lies in a layer for later buildpacks,
/// which are the only ones that a layer with `build` alone lives for.
fn restore(context: &BuildContext<Slugsmith>) -> libcnb::Result<BuildResult, Problem> {
    let (mut environment, _home) = environment_of(context);
    let config = crate::program::configured::read(&context.app_dir, &environment)
        .map_err(buildpack_error)?;
    flow::shared::take(&mut environment);
    let definition = UncachedLayerDefinition {
        build: true,
        launch: false,
    };
    let notes = context.uncached_layer(layer_name!("before"), definition)?;
    let mut log = super::log(Skin::Bullets, &config);
    log.event(super::companion_started());
    let restore = cache::Context {
        app: &facts::app::read(&context.app_dir),
        config: &config,
        environment: &environment,
        store: &cache::companion::store_of_keeper(&context.layers_dir),
        neighbours: crate::facts::neighbours::Neighbours::none(),
        finish: &crate::flow::layer::Finished,
    };
    let done = cache::companion::run(&restore, &notes.path(), &mut OfCaches(&mut log))
        .map_err(buildpack_error)?;
    if done.answers == Answers::Yes {
        hang_up(&notes)?;
    }
    BuildResultBuilder::new().build()
}

/// Hangs the hook into the processes of later buildpacks. One that can't be hung up costs nothing
/// but an install.
fn hang_up(notes: &LayerRef<Slugsmith, (), ()>) -> libcnb::Result<(), Problem> {
    let folder = notes.path();
    let path = folder.join(intercept::HOOK);
    let program = std::env::current_exe().ok();
    let hook = program.and_then(|program| intercept::hook(&program, &folder));
    let (Some(hook), Some(option)) = (hook, intercept::option(&path)) else {
        return Ok(());
    };
    if own::write(&path, hook).is_err() {
        return Ok(());
    }
    let append = ModificationBehavior::Append;
    let delimiter = ModificationBehavior::Delimiter;
    notes.write_env(
        LayerEnv::new()
            .chainable_insert(Scope::Build, append, intercept::VARIABLE, option)
            .chainable_insert(Scope::Build, delimiter, intercept::VARIABLE, " "),
    )
}

/// Variables for what was installed in the app folder; what lies in a layer of its own has
/// its variables there.
fn expose(context: &BuildContext<Slugsmith>, report: &Report) -> libcnb::Result<(), Problem> {
    let changes: Vec<_> = report
        .caches
        .iter()
        .flat_map(|outcome| &outcome.exposes)
        .filter(|change| !change.is_written)
        .cloned()
        .chain(super::prepared::variables(report))
        .collect();
    if changes.is_empty() {
        return Ok(());
    }
    let definition = UncachedLayerDefinition {
        build: false,
        launch: true,
    };
    let layer = context.uncached_layer(layer_name!("environment"), definition)?;
    layer.write_env(cache::layer_env(&changes))
}

fn buildpack_error(problem: Problem) -> libcnb::Error<Problem> {
    libcnb::Error::BuildpackError(problem)
}

fn environment_of(context: &BuildContext<Slugsmith>) -> (Environment, Option<TempDir>) {
    let Target {
        os,
        arch,
        distro_name,
        distro_version,
        ..
    } = &context.target;
    let mut variables = own_variables();
    if let Some(platform) = std::env::var_os("CNB_PLATFORM_DIR") {
        let folder = std::path::Path::new(&platform).join("env");
        environment::overlay(&mut variables, &folder, World::CloudNative);
    }
    let home = give_home(&mut variables);
    intercept::unhook(&mut variables);
    let environment = Environment {
        world: World::CloudNative,
        target: environment::Target {
            os: os.clone(),
            arch: arch.clone(),
            distro: format!("{distro_name} {distro_version}"),
        },
        variables,
    };
    (environment, home)
}

/// Package managers write below `HOME`, and a user whom the image doesn't know has none, or
/// `/`. The folder ends with the build.
fn give_home(variables: &mut BTreeMap<String, OsString>) -> Option<TempDir> {
    let can_write = |home: &OsString| rustix::fs::access(home, Access::WRITE_OK).is_ok();
    if variables.get("HOME").is_some_and(can_write) {
        return None;
    }
    let made = tempfile::Builder::new().prefix("slugsmith-home").tempdir();
    let folder = made.ok()?;
    variables.insert("HOME".to_owned(), folder.path().into());
    Some(folder)
}

/// Dependency folders become image layers of their own, so that a push of changed app
/// code does not upload them again (spec buildpack.md, "launch.toml", slices). Labels let
/// a registry or a cluster's policy read size and verdict without the build log.
fn launch(report: &Report) -> Launch {
    let mut launch = LaunchBuilder::new();
    let label = |key: &str, value: String| Label {
        key: format!("com.slugsmith.{key}"),
        value,
    };
    launch.label(label("version", env!("CARGO_PKG_VERSION").to_owned()));
    if let Some(budget) = &report.budget {
        let size = &budget.size;
        launch.labels([
            label("size.bytes", size.totals.bytes.to_string()),
            label("size.slug", size.compressed.bytes.to_string()),
            label("size.image", size.image.bytes.to_string()),
            label("budget.verdict", budget.verdict.word().to_owned()),
        ]);
    }
    let folders = report.caches.iter().flat_map(|outcome| &outcome.folders);
    for folder in folders {
        launch.slice(Slice {
            path_globs: vec![format!("{folder}/**")],
        });
    }
    launch.build()
}
