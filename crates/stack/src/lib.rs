//! Models what stacked buildpacks did to each other and what the dyno will see.
//!
//! In: facts of the layers root or of a classic slug. Out: a [`StackReport`].
//!
//! [`inspect`] takes facts (the layers root, what surrounds it) and gives the model:
//! order, layers, who set which variable ([`environment`]), which executable wins
//! ([`mod@which`]), who owns each process type ([`launch`]). Nothing is changed; conflicts
//! are findings, one rule each ([`rules`]).
//!
//! Four things can't be known before the dyno starts and are named where they matter:
//! the run image's variables, those of `docker run -e` and config vars, what exec.d
//! programs and profile scripts do, and the contents of reused layers.

// Tests write what they like into folders of their own.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod classic;
pub mod diff;
pub mod environment;
pub mod environments;
pub mod expected;
pub mod kept;
pub mod launch;
pub mod libraries;
pub mod live;
pub mod model;
pub mod reads;
pub mod rules;
pub mod secrets;
pub mod snapshot;
pub mod which;

use std::collections::BTreeMap;

use environment::Environment;
use launch::Launch;
use model::Model;
use slugsmith_config::AuditConfig;
use slugsmith_facts::app::App;
use slugsmith_facts::before::Changes;
use slugsmith_facts::layers::surroundings::Surroundings;
use slugsmith_facts::layers::{Layers, Order, PlanEntry, Types};
use slugsmith_finding::Finding;
use snapshot::Snapshot;
use which::Shadowing;

pub use environments::{EnvReport, env_report, image_base, report as environment_report};

/// The stack as data.
#[derive(Debug, Clone, Default)]
pub struct StackReport {
    pub buildpacks: Vec<BuildpackReport>,
    pub order: Order,
    pub launch: Launch,
    /// What the next buildpack of this build would get.
    pub build: Environment,
    /// What every process gets, before its own folders.
    pub dyno: Environment,
    /// Process types that have variables of their own.
    pub by_process: BTreeMap<String, Environment>,
    /// Names that exist twice on the PATH of a dyno.
    pub shadowings: Vec<Shadowing>,
    /// The PATH of a dyno: folder, owner, number of commands.
    pub path: Vec<(String, Option<which::Owner>, usize)>,
    pub plan: Vec<PlanEntry>,
    /// What the prediction can't know, one sentence each.
    pub unknown: Vec<String>,
    pub findings: Vec<Finding>,
    /// The list of buildpacks that these findings ask for, line by line; it stands in the help
    /// of each of them, too.
    pub corrected: Vec<String>,
    /// Files of the app that others changed or deleted, where that is known.
    pub changes: Option<Changes>,
    /// Of a classic build: folders and scripts in place of layers.
    pub is_classic: bool,
    /// For the next build: the launch layers as this build saw them.
    pub snapshot: Snapshot,
}

/// Whether a buildpack has run when we look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    #[default]
    Ran,
    /// It is slugsmith itself.
    Own,
    /// It comes later in the list.
    NotYet,
}

/// One buildpack of the list and what it brought.
#[derive(Debug, Clone, Default)]
pub struct BuildpackReport {
    pub id: String,
    pub version: String,
    pub state: State,
    /// The builder's `system.toml` put it around the app's list.
    pub is_system: bool,
    pub layers: Vec<LayerReport>,
    /// Commands with their version where it can be read; runtimes first.
    pub commands: Vec<(String, Option<String>)>,
    /// Apparent bytes of its launch layers that are here.
    pub launch_bytes: u64,
    /// Variables it sets or changes, at build or at launch.
    pub variables: Vec<String>,
    /// Process types it defines.
    pub processes: Vec<String>,
    /// Programs of exec.d that run before a process starts.
    pub start_programs: Vec<String>,
}

/// Whether this stands for a buildpack whose name nothing says.
#[must_use]
pub fn is_unnamed(id: &str) -> bool {
    id.starts_with(slugsmith_facts::classic::UNNAMED)
}

impl BuildpackReport {
    /// Takes what another part of the same unnamed buildpack brought.
    pub fn join(&mut self, other: &Self) {
        slugsmith_facts::classic::UNNAMED.clone_into(&mut self.id);
        self.layers.extend(other.layers.iter().cloned());
        self.commands.extend(other.commands.iter().cloned());
        self.launch_bytes += other.launch_bytes;
        for (own, others) in [
            (&mut self.variables, &other.variables),
            (&mut self.processes, &other.processes),
            (&mut self.start_programs, &other.start_programs),
        ] {
            let new: Vec<String> = others
                .iter()
                .filter(|one| !own.contains(one))
                .cloned()
                .collect();
            own.extend(new);
        }
    }
}

/// One layer.
#[derive(Debug, Clone, Default)]
pub struct LayerReport {
    pub name: String,
    pub types: Option<Types>,
    /// Apparent bytes, hard links once.
    pub bytes: u64,
    /// Files and links.
    pub files: u64,
    /// Digest in the previous image of a layer whose contents are reused and not here.
    pub reused: Option<String>,
    /// Those contents are known from an earlier build.
    pub remembered: bool,
}

/// What [`inspect`] works on.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    pub layers: &'a Layers,
    pub surroundings: &'a Surroundings,
    pub app: Option<&'a App>,
    /// What an earlier build left for this one.
    pub remembered: Option<&'a Snapshot>,
    /// Levels that the app's configuration gives to rules.
    pub audit: Option<&'a AuditConfig>,
}

/// The model of a stack and its conflicts.
#[must_use]
pub fn inspect(inputs: &Inputs<'_>) -> StackReport {
    let filled = inputs.remembered.and_then(|remembered| {
        let mut layers = inputs.layers.clone();
        (snapshot::fill(&mut layers, remembered) > 0).then_some(layers)
    });
    let layers = filled.as_ref().unwrap_or(inputs.layers);
    let model = with_corrected(Model::new(layers, inputs.surroundings, inputs.app));
    let findings = rules::run(&model, inputs.audit);
    report_of(&model, findings)
}

/// What processes start and is not there, once every installer has run.
#[must_use]
pub fn starts(inputs: &Inputs<'_>) -> Vec<Finding> {
    let filled = inputs.remembered.and_then(|remembered| {
        let mut layers = inputs.layers.clone();
        (snapshot::fill(&mut layers, remembered) > 0).then_some(layers)
    });
    let layers = filled.as_ref().unwrap_or(inputs.layers);
    let model = with_corrected(Model::new(layers, inputs.surroundings, inputs.app));
    rules::run_late(&model, inputs.audit)
}

/// The same model with the list of buildpacks that its findings ask for.
fn with_corrected(mut model: Model<'_>) -> Model<'_> {
    model.corrected = rules::corrected(&model);
    model
}

fn report_of(model: &Model<'_>, findings: Vec<Finding>) -> StackReport {
    StackReport {
        buildpacks: model.buildpacks(),
        order: model.layers.order,
        snapshot: snapshot::take(model.layers),
        shadowings: model.shadowings.clone(),
        path: model
            .launch_index
            .folders()
            .map(|(folder, owner, commands)| {
                (folder.display().to_string(), owner.cloned(), commands)
            })
            .collect(),
        plan: model.layers.plan.clone().unwrap_or_default(),
        unknown: model.unknown(),
        findings,
        corrected: model.corrected.clone(),
        launch: model.processes.clone(),
        build: model.build.clone(),
        dyno: model.dyno.clone(),
        by_process: model.by_process.clone(),
        changes: model.surroundings.changes.clone(),
        is_classic: false,
    }
}

/// Everything that answers to a command's name, in one phase.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// `build`, `launch`, or a process type with a PATH of its own.
    pub phase: String,
    /// The winner first.
    pub candidates: Vec<which::Candidate>,
    /// Why the winner stands before the next one.
    pub why: Option<String>,
}

/// Which executable a name means, for the next buildpack and for each process.
#[must_use]
pub fn which(inputs: &Inputs<'_>, name: &str) -> Vec<Found> {
    let model = with_corrected(Model::new(inputs.layers, inputs.surroundings, inputs.app));
    let own = model
        .by_process
        .iter()
        .filter(|(_, environment)| environment.get("PATH") != model.dyno.get("PATH"));
    let phases = [("build", &model.build), ("launch", &model.dyno)];
    phases
        .into_iter()
        .chain(own.map(|(kind, environment)| (kind.as_str(), environment)))
        .map(|(phase, environment)| {
            let path = environment.get("PATH");
            let index = which::Index::new(path, model.layers, &model.surroundings.image);
            found_in(&model, phase, environment, &index, name)
        })
        .collect()
}

fn found_in(
    model: &Model<'_>,
    phase: &str,
    environment: &Environment,
    index: &which::Index<'_>,
    name: &str,
) -> Found {
    let candidates = index.candidates(name.as_ref());
    let why = match candidates.as_slice() {
        [first, second, ..] => {
            let path = environment.variables.get(std::ffi::OsStr::new("PATH"));
            Some(rules::why(model, path, first, second))
        }
        _ => None,
    };
    Found {
        phase: phase.to_owned(),
        candidates,
        why,
    }
}
