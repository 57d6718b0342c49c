//! What will a dyno of a classic app see?
//!
//! The counterpart of the Cloud Native model: config vars first, then the scripts of
//! `.profile.d` in the order of their names, then the app's `.profile` (Heroku Dev Center,
//! "Dynos and the dyno manager", ".profile file"). Scripts are read, not run: what they
//! compute is named as unknown.

mod evaluate;
pub(crate) mod guarded;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::environment::{Environment, Raw, UNKNOWN};
use super::environments::{EnvReport, ProcessEnv};
use super::expected::{self, Expected};
use super::model::Model;
use super::which::{Index, Owner};
use super::{Found, StackReport, found_in, launch, report_of, rules};
use slugsmith_config::AuditConfig;
use slugsmith_facts::app::App;
use slugsmith_facts::classic::{DYNO_PATH, HOME, Slug, in_app, on_dyno};
use slugsmith_facts::exec_env;
use slugsmith_facts::layers::surroundings::Surroundings;
use slugsmith_facts::layers::tables::Finished;
use slugsmith_facts::layers::{
    Buildpack, EnvDir, Executable, Folder, Layer, Layers, Order, Process,
};
use slugsmith_facts::shell::{OPEN, Trouble};
use slugsmith_finding::Finding;

/// Who gives process types where the Procfile does not: one of the earlier buildpacks.
const RELEASE: &str = "an earlier bin/release";
/// The process type that starts without being named.
const DEFAULT: &str = "web";

/// What a classic stack is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    pub slug: &'a Slug,
    pub app: &'a App,
    pub surroundings: &'a Surroundings,
    pub audit: Option<&'a AuditConfig>,
    /// Process types that an earlier buildpack's `bin/release` gives and the Procfile does not.
    pub released: &'a [(String, String)],
    /// Whether we are the last buildpack of a running build.
    pub is_build: bool,
}

/// The stack as data, with its conflicts.
#[must_use]
pub fn inspect(inputs: &Inputs<'_>) -> StackReport {
    let layers = layers(inputs);
    let model = model(inputs, &layers);
    let mut report = report_of(&model, rules::run_classic(&model, inputs.audit));
    report.is_classic = true;
    for buildpack in &mut report.buildpacks {
        // There are no flags: whatever lies in the slug is at launch.
        for layer in &mut buildpack.layers {
            layer.types = None;
        }
    }
    report
}

/// What processes start and is not there, once every installer has run.
#[must_use]
pub fn starts(inputs: &Inputs<'_>) -> Vec<Finding> {
    let layers = layers(inputs);
    rules::run_late(&model(inputs, &layers), inputs.audit)
}

/// Which executable a name means on a dyno and for the next buildpack.
#[must_use]
pub fn which(inputs: &Inputs<'_>, name: &str) -> Vec<Found> {
    let layers = layers(inputs);
    let model = model(inputs, &layers);
    let mut found = vec![found_in(
        &model,
        "launch",
        &model.dyno,
        &model.launch_index,
        name,
    )];
    if inputs.is_build {
        found.insert(
            0,
            found_in(&model, "build", &model.build, &model.build_index, name),
        );
    }
    found
}

/// The environment of each process of a slug; all processes get the same one.
#[must_use]
pub fn env_report(slug: &Slug, app: &App, base: &Raw, process: Option<&str>) -> EnvReport {
    let makers = makers(slug);
    let base = evaluate::base(base, &EnvDir::Absent);
    let outcome = evaluate::run(&base, &slug.scripts, &slug.sourced, &makers);
    let composed = outcome.environment.clone();
    let mut kinds: Vec<String> = app.procfile.iter().map(|one| one.name.clone()).collect();
    kinds.sort_unstable();
    kinds.retain(|kind| process.is_none_or(|wanted| wanted == kind));
    if kinds.is_empty() {
        kinds.push(process.unwrap_or_default().to_owned());
    }
    EnvReport {
        buildpacks: makers,
        processes: kinds
            .into_iter()
            .map(|kind| ProcessEnv {
                kind,
                environment: composed.clone(),
            })
            .collect(),
        default: default(app, &[]),
        unknown: unknown(slug, &outcome),
    }
}

fn default(app: &App, released: &[(String, String)]) -> Option<String> {
    let mut written = app.procfile.iter();
    let mut released = released.iter();
    let has = written.any(|line| line.name == DEFAULT) || released.any(|(kind, _)| kind == DEFAULT);
    has.then(|| DEFAULT.to_owned())
}

/// What a dyno should find, as far as scripts say it without running anything.
#[must_use]
pub fn expected(slug: &Slug) -> Expected {
    let makers = makers(slug);
    let compose = |base: &Raw| {
        let base = evaluate::base(base, &EnvDir::Absent);
        evaluate::run(&base, &slug.scripts, &slug.sourced, &makers)
    };
    let mut given: Raw = [("HOME".into(), HOME.into())].into();
    given.extend(of_dyno());
    let alone = compose(&given);
    let mut open: Raw = alone
        .environment
        .variables
        .keys()
        .map(|name| (name.clone(), UNKNOWN.into()))
        .collect();
    open.extend(given.clone());
    let around = compose(&open);
    let mut predictions = expected::predictions(&alone.environment, &around.environment);
    let unclear = |name: &str| alone.open.contains_key(name) || around.open.contains_key(name);
    let is_given = |name: &str| given.contains_key(OsStr::new(name));
    predictions.retain(|name, _| !is_given(name) && !unclear(name));
    if [&alone, &around]
        .into_iter()
        .any(evaluate::Outcome::may_be_anything)
    {
        predictions.clear();
    }
    Expected {
        processes: BTreeMap::from([(String::new(), predictions)]),
        ..Expected::default()
    }
}

/// What the platform sets on every dyno, with values that only it knows.
const OF_DYNO: [&str; 2] = ["DYNO", "PORT"];

/// The environment of a dyno that has no config vars yet.
#[must_use]
pub fn dyno_base() -> Raw {
    let mut base = build_base();
    base.extend(of_dyno());
    base
}

/// The environment in which buildpacks run.
fn build_base() -> Raw {
    Raw::from([
        ("HOME".into(), HOME.into()),
        ("PATH".into(), DYNO_PATH.into()),
    ])
}

fn of_dyno() -> impl Iterator<Item = (OsString, OsString)> {
    OF_DYNO
        .iter()
        .map(|name| (name.into(), OPEN.to_string().into()))
}

/// Everybody who left something, in the order of folders and scripts.
#[must_use]
pub fn makers(slug: &Slug) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let exports = slug.exports.iter().map(|one| &one.maker);
    let folders = slug.folders.iter().map(|one| &one.maker);
    let scripts = slug.scripts.iter().map(|one| &one.maker);
    for maker in exports.chain(folders).chain(scripts) {
        if !found.contains(maker) {
            found.push(maker.clone());
        }
    }
    found
}

/// The slug in the form of layers: one buildpack for each maker, one layer for each folder.
fn layers(inputs: &Inputs<'_>) -> Layers {
    let mut group: Vec<Buildpack> = makers(inputs.slug)
        .into_iter()
        .map(|id| Buildpack {
            layers: inputs
                .slug
                .folders
                .iter()
                .filter(|folder| folder.maker == id)
                .map(|folder| Layer {
                    name: folder.path.clone().into(),
                    folder: Folder::Directory,
                    contents: folder.contents.clone(),
                    ..Layer::default()
                })
                .collect(),
            id,
            ..Buildpack::default()
        })
        .collect();
    if inputs.is_build {
        group.push(Buildpack {
            id: "slugsmith".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..Buildpack::default()
        });
    }
    let written = inputs.app.procfile.iter().map(|line| Process {
        kind: line.name.clone(),
        command: vec![line.command.clone()],
        ..Process::default()
    });
    let released = inputs.released.iter().map(|(kind, command)| Process {
        kind: kind.clone(),
        command: vec![command.clone()],
        buildpack: Some(RELEASE.to_owned()),
        ..Process::default()
    });
    let processes = written.chain(released);
    Layers {
        root: PathBuf::from(HOME),
        group,
        order: Order::Metadata,
        finished: Some(Finished {
            processes: processes.collect(),
            default_process: default(inputs.app, inputs.released),
            ..Finished::default()
        }),
        unread: inputs.slug.unread.clone(),
        ..Layers::default()
    }
}

fn model<'a>(inputs: &Inputs<'a>, layers: &'a Layers) -> Model<'a> {
    let makers = makers(inputs.slug);
    let platform = &inputs.surroundings.platform;
    let base = evaluate::base(&dyno_base(), platform);
    let outcome = evaluate::run(&base, &inputs.slug.scripts, &inputs.slug.sourced, &makers);
    let base = evaluate::base(&build_base(), &EnvDir::Absent);
    let exports = &inputs.slug.exports;
    let exported = evaluate::run(&base, exports, &BTreeMap::new(), &makers);
    let unknown = unknown(inputs.slug, &outcome);
    let (strict, may_be_anything) = (outcome.strict, outcome.may_be_anything());
    let (dyno, build) = (outcome.environment, exported.environment);
    let index = |environment: &Environment| index(inputs, layers, environment);
    let (launch_index, build_index) = (index(&dyno), index(&build));
    Model {
        layers,
        surroundings: inputs.surroundings,
        app: Some(inputs.app),
        own: inputs.is_build.then(|| layers.group.len() - 1),
        processes: launch::processes(layers, exec_env::PRODUCTION),
        build,
        dyno,
        by_process: BTreeMap::new(),
        shadowings: launch_index.shadowings(),
        build_index,
        launch_index,
        corrected: Vec::new(),
        system: Vec::new(),
        classic: Some(unknown),
        slug: Some(inputs.slug),
        notes: outcome.notes,
        strict,
        may_be_anything,
    }
}

/// The folders of a PATH: those of the app with their maker, the rest is the image's.
fn index<'a>(inputs: &Inputs<'a>, layers: &'a Layers, environment: &Environment) -> Index<'a> {
    let folders = std::env::split_paths(environment.get("PATH")).map(|folder| {
        // A process starts in the app's folder.
        let folder = match in_app(&folder) {
            Some(inside) => Path::new(HOME).join(inside),
            None => folder,
        };
        let installed = layers
            .group
            .iter()
            .enumerate()
            .find_map(|(index, buildpack)| {
                let layer = buildpack
                    .layers
                    .iter()
                    .find(|layer| folder.starts_with(on_dyno(&layer.shown())))?;
                Some((index, layer))
            });
        let of_app = inputs.slug.path.iter().find(|one| one.folder == folder);
        let of_image = inputs
            .surroundings
            .image
            .iter()
            .find(|one| one.folder == folder);
        let commands: &'a [Executable] = match (installed, of_app, of_image) {
            (Some((_, layer)), ..) if folder == on_dyno(&layer.shown()).join("bin") => {
                &layer.contents.executables
            }
            (_, Some(found), _) | (_, None, Some(found)) => &found.executables,
            _ => &[],
        };
        let owner = match (installed, of_app.is_some(), of_image.is_some()) {
            (Some((buildpack, layer)), ..) => Some(Owner::Layer {
                buildpack,
                layer: layer.name.clone(),
            }),
            (None, true, _) => Some(Owner::App),
            (None, false, true) => Some(Owner::Image),
            _ => None,
        };
        (folder, owner, commands)
    });
    Index::of_folders(folders.collect(), layers)
}

/// What scripts leave open, with its line.
fn unknown(slug: &Slug, outcome: &evaluate::Outcome) -> Vec<String> {
    let owner = |path: &str| {
        let found = slug.scripts.iter().find(|one| one.path == path);
        found.map_or("the app", |one| one.maker.as_str())
    };
    let mut unknown: Vec<String> = outcome
        .open
        .iter()
        .map(|(name, place)| {
            let path = place.split(" line ").next().unwrap_or(place);
            format!(
                "{name}: only a run can tell what {place} of {} makes of it.",
                owner(path)
            )
        })
        .collect();
    for note in &outcome.notes {
        let place = format!(
            "{} line {} of {}",
            note.script,
            note.line,
            owner(&note.script)
        );
        unknown.push(match &note.trouble {
            Trouble::RunsCode(code) => {
                format!("{place} runs `{code}`, which may change any variable.")
            }
            Trouble::MayExit => format!("{place} may end the shell, and then no process starts."),
            Trouble::Ends(reason) => format!("{place}: {reason}."),
            Trouble::Syntax => format!("{place} is no bash: what stands there is not run."),
            Trouble::TooLong => format!("{place} runs too many commands to follow."),
            Trouble::Strict(_) => continue,
        });
    }
    unknown
}
