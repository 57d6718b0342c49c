//! The story that every way in shares: gather, decide, apply, measure, report.

pub mod branch;
pub mod layer;
pub mod lock;
pub mod preparation;
pub mod shared;
mod stacked;
mod weighed;

use std::path::Path;
use std::time::Instant;

use self::shared::upload::Uploading;
use crate::budget::history::History;
use crate::cache::left_out::{Decided, LeftOut};
use crate::cache::survey;
use crate::config::Config;
use crate::error::{Problem, Result};
use crate::facts::absent::{self, Absent};
use crate::facts::app::{self, App};
use crate::facts::environment::{Environment, World};
use crate::facts::layers::{self, Layers};
use crate::facts::neighbours::Neighbours;
use crate::facts::secrets;
use crate::facts::tree::{Entry, Totals, Tree};
use crate::finding::Finding;
use crate::report::event::{Event, OfCaches, Progress};
use crate::report::{Phase, Report};
use crate::strip::Stripped;
use crate::strip::memory::Memory;
use crate::{audit, cache, explain, facts, stack, strip};

/// What one run works on.
pub struct Input<'a> {
    pub app: &'a Path,
    pub config: &'a Config,
    pub environment: &'a Environment,
    /// Where caches live; `None` where nothing may be written (`check`).
    pub store: Option<&'a cache::store::Store>,
    /// The layers root of a Cloud Native build.
    pub layers: Option<&'a Path>,
    /// What a classic build has instead of layers.
    pub classic: Option<Classic<'a>>,
    /// Sizes to compare with, instead of those that the store remembers.
    pub previous: Option<&'a History>,
}

/// Folders of a classic build.
#[derive(Debug, Clone, Copy)]
pub struct Classic<'a> {
    /// `ENV_DIR`.
    pub config_vars: &'a Path,
    /// Our own buildpack, with the others beside it.
    pub buildpack: Option<&'a Path>,
    /// Process types that earlier buildpacks give to an app without a Procfile, with their
    /// commands.
    pub processes: &'a [(String, String)],
}

/// Does everything: caches, strips, weighs, explains and audits.
///
/// # Errors
/// A failed install, an app that can't be read, a full disk. A broken budget is no
/// error here: it is in the report, and the way in decides.
pub fn build(input: &Input<'_>, progress: &mut dyn Progress) -> Result<Report> {
    run(input, progress, true).map_err(|problem| on_platform(problem, input))
}

/// Everything that can be said without changing anything.
///
/// # Errors
/// An app that can't be read.
pub fn check(input: &Input<'_>, progress: &mut dyn Progress) -> Result<Report> {
    run(input, progress, false).map_err(|problem| on_platform(problem, input))
}

/// A problem in the words of the platform.
fn on_platform(problem: Problem, input: &Input<'_>) -> Problem {
    let hosting = &input.config.hosting;
    if hosting.is_heroku() {
        return problem;
    }
    problem.reworded(|text| hosting.reword(text))
}

fn run(input: &Input<'_>, progress: &mut dyn Progress, apply: bool) -> Result<Report> {
    let begun = Instant::now();
    progress.event(Event::Started {
        name: "slugsmith",
        version: env!("CARGO_PKG_VERSION"),
    });
    secrets::know(&input.environment.variables);
    let mut config_findings = input.config.findings.clone();
    excerpts(input.app, &mut config_findings);
    progress.event(Event::Config(&config_findings));
    if let Some(name) = &input.config.exec_env {
        progress.event(Event::ExecEnv(name));
    }
    if !input.config.hosting.is_heroku() {
        progress.event(Event::Hosting(&input.config.hosting));
    }
    let mut locks = Vec::new();
    if apply {
        locks.push(lock::take(input.app, progress)?);
        if let Some(store) = input.store {
            locks.push(lock::take(store.root(), progress)?);
        }
        strip::recover(input.app)?;
        cache::recover(input.app, input.config)?;
    }
    let app = app::read(input.app);
    // In a build an earlier buildpack may have moved all of it into a layer of its own, as those for Go do.
    if app.names.is_empty() && input.environment.world == World::Embedded {
        return Err(Problem::new(&facts::EMPTY_APP).saw(input.app.display().to_string()));
    }
    for malformed in app.broken() {
        progress.event(Event::Warning(&malformed.problem()));
    }
    let mut run = Run {
        input,
        app,
        layers: input.layers.map(layers::read),
        apply,
        report: Report {
            config_findings,
            ..Report::default()
        },
        progress,
        phase_begun: begun,
    };
    run.phase("Reading the app", Totals::default());
    run.explain_stack();
    run.phase("Stack", Totals::default());
    run.dependencies()?;
    run.check_starts();
    run.phase("Dependencies", installed(&run.report));
    let uploading = run.begin_upload();
    let tree = run.strip_and_weigh()?;
    run.name_packages(&tree);
    run.audit(&tree);
    run.phase("Audit", tree.totals());
    if let Some(uploading) = uploading {
        uploading.finish(input.config.store.wait.value, run.progress);
    }
    run.report.unread = tree.unread().to_vec();
    run.report.starts_nothing = run.starts_nothing();
    run.report.took = begun.elapsed();
    run.progress.event(Event::Finished(&run.report));
    drop(locks);
    Ok(run.report)
}

/// One run on its way through the flow.
struct Run<'a> {
    input: &'a Input<'a>,
    app: App,
    layers: Option<Layers>,
    apply: bool,
    report: Report,
    progress: &'a mut dyn Progress,
    phase_begun: Instant,
}

/// What a push leaves behind is not in it.
fn without_repository(tree: &Tree) -> Tree {
    let entries = tree.entries().iter();
    let repository = entries.filter(|entry| entry.is_of_repository());
    tree.without(&repository.map(Entry::path).collect())
}

/// What caches restored or installed.
fn installed(report: &Report) -> Totals {
    Totals {
        files: 0,
        bytes: report.caches.iter().map(|cache| cache.tree_bytes).sum(),
    }
}

impl Run<'_> {
    /// Whether the platform will find no process type. The Procfile is read again: a build may write it.
    fn starts_nothing(&self) -> bool {
        let classic = self.input.classic.as_ref();
        classic.is_some_and(|classic| classic.processes.is_empty())
            && app::procfile(self.input.app).is_empty()
    }

    /// Ends a phase that went through so much, and begins the next.
    fn phase(&mut self, name: &'static str, through: Totals) {
        let now = Instant::now();
        if self.input.config.profile.value {
            self.report.phases.push(Phase {
                name,
                took: now - self.phase_begun,
                files: through.files,
                bytes: through.bytes,
            });
        }
        self.phase_begun = now;
    }

    /// What others installed, as far as they left it here or an earlier build remembers it.
    fn neighbours(&self, own: &Path) -> Neighbours {
        let Some(layers) = &self.layers else {
            return Neighbours::default();
        };
        let mut neighbours = Neighbours::of(layers, own);
        let stack = self.report.stack.iter();
        for layer in stack.flat_map(|stack| &stack.snapshot.layers) {
            let files = layer.env.values().flatten();
            let set = files.map(|(file, value)| {
                let name = file.split('.').next().unwrap_or(file);
                (name.to_owned(), value.into())
            });
            neighbours.remember(&layer.buildpack, &layer.layer, set);
        }
        neighbours
    }

    fn dependencies(&mut self) -> Result<()> {
        let (true, Some(store)) = (self.apply, self.input.store) else {
            self.survey(None);
            return Ok(());
        };
        let context = cache::Context {
            app: &self.app,
            config: self.input.config,
            environment: self.input.environment,
            store,
            neighbours: &self.neighbours(store.root()),
            finish: &layer::Finished,
        };
        self.report.caches = cache::run(&context, &mut OfCaches(self.progress))?;
        let group = context.neighbours.before.clone();
        self.survey(Some(&group));
        if let Some(layers) = &mut self.layers {
            // What was installed into layers of ours ships as well.
            layers.reread(store.root());
        }
        Ok(())
    }

    /// Begins to write the caches of this build into a store that others share.
    fn begin_upload(&mut self) -> Option<Uploading> {
        let store = self.input.store.filter(|_| self.apply)?;
        Uploading::begin(store, self.progress)
    }

    /// Names what was recognised and not installed. `group` is set in a build.
    fn survey(&mut self, group: Option<&[String]>) {
        let surveyed = survey::Surveyed {
            app: &self.app,
            config: self.input.config,
            environment: self.input.environment,
            group: group.unwrap_or_default(),
        };
        let outcomes = group.map(|_| self.report.caches.as_slice());
        let survey = survey::survey(&surveyed, outcomes);
        self.progress.event(Event::Surveyed(&survey));
        self.report.survey = survey;
    }

    /// Strips, and weighs what is left on the same walk. Gives the app's files as they are
    /// on disk.
    fn strip_and_weigh(&mut self) -> Result<Tree> {
        let stripped = self.strip()?;
        self.progress.event(Event::Strip(&stripped.report));
        self.phase("Strip", stripped.report.before);
        if stripped.report.dry_run {
            let left = stripped.left();
            // A laptop's folder has what a push leaves behind.
            let pushed = (self.input.environment.world == World::Embedded)
                .then(|| without_repository(&left));
            let mut left = pushed.unwrap_or(left);
            self.weigh(&mut left);
            self.phase("Budget", left.totals());
            self.report.strip = Some(stripped.report);
            return Ok(stripped.found);
        }
        let (report, mut left) = stripped.into_left();
        self.prepare(&mut left);
        self.phase("Boot", left.totals());
        self.weigh(&mut left);
        self.phase("Budget", left.totals());
        self.report.strip = Some(report);
        Ok(left)
    }

    /// What earlier classic buildpacks start.
    fn released(&self) -> Vec<strip::start::Command> {
        let processes = self.input.classic.iter();
        let processes = processes.flat_map(|classic| classic.processes);
        processes
            .map(|(name, command)| strip::start::Command {
                origin: format!("bin/release: {name}"),
                text: command.clone(),
            })
            .collect()
    }

    fn strip(&mut self) -> Result<Stripped> {
        self.progress.event(Event::Working { what: "Stripping" });
        let Input {
            app,
            config,
            environment,
            ..
        } = self.input;
        let mut caches = self.report.caches.iter();
        let packed = caches.find_map(|outcome| outcome.packed.as_ref());
        let store = self.input.store.filter(|_| self.apply);
        let left_out = store.map(|store| LeftOut::of(app, store, packed));
        let left_out = left_out.transpose()?;
        let absent: &dyn Absent = match &left_out {
            Some(left_out) => left_out,
            None => &absent::Nothing,
        };
        let layers = self.layers.as_ref();
        let commands = layers.map_or_else(
            || self.released(),
            |layers| strip::start::set_by(layers, app),
        );
        let stripped = strip::run_with(&strip::Input {
            app,
            config,
            environment,
            commands,
            absent,
            dry_run: !self.apply,
        })?;
        if let Some(left_out) = &left_out {
            left_out.remember(&config.strip, &decided(&stripped.report));
        }
        if let Some(store) = store {
            // Without it only whoever looks for a file misses it.
            let _ = strip::kept::save(store.root(), &stripped.report);
        }
        Ok(stripped)
    }

    /// An image names what we installed; what was adopted is named by who installed it.
    fn name_packages(&mut self, tree: &Tree) {
        if self.layers.is_none() {
            return;
        }
        let ours = self.report.caches.iter().filter(|one| one.is_ours());
        let folders: Vec<String> = ours.flat_map(|one| one.folders.clone()).collect();
        self.report.installed = facts::installed::read(tree, &folders);
        // The buildpacks of these languages name no packages.
        let adopted = self.report.survey.adopted.iter();
        let packages = adopted.flat_map(|one| one.packages.iter().cloned());
        self.report.installed.extend(packages);
    }

    fn audit(&mut self, tree: &Tree) {
        self.progress.event(Event::Working { what: "Auditing" });
        let mut facts = audit::Facts::read(&self.app, tree);
        facts.slug = self.report.budget.as_ref().map(|budget| budget.verdict);
        let caches = self.report.caches.iter();
        facts.installed = caches.flat_map(|one| one.folders.clone()).collect();
        facts.other_rules = explain::rules_outside_of_the_audit();
        facts.starts_told = self.starts_told();
        let environment = self.input.environment;
        let projects = facts.sources.project_folders();
        let known = &facts.incomplete;
        let blocked = facts::incomplete::blocked(&self.app, tree, &projects, environment, known);
        facts.incomplete.extend(blocked);
        // On a laptop the variables are those of the laptop.
        facts.set = (environment.world != World::Embedded)
            .then(|| environment.variables.keys().cloned().collect());
        self.report.env_reads = stack::reads::needed(&facts.sources, &self.app);
        self.report.runtimes = audit::runtimes_of(&facts, &environment.target.distro);
        let mut audit = audit::run(&facts, self.input.config);
        excerpts(self.input.app, &mut audit.findings);
        self.progress.event(Event::Audit(&audit));
        self.report.audit = Some(audit);
    }
}

/// Gives findings the source lines that they are about.
fn excerpts(app: &Path, findings: &mut [Finding]) {
    facts::excerpt::attach(app, findings.iter_mut(), |finding| {
        audit::names_secret(finding.rule)
    });
}

/// What of a strip a cache keeps for the next unpack.
fn decided(report: &strip::StripReport) -> Decided<'_> {
    let removed = report.manifest.iter();
    Decided {
        is_recalled: report.recalled,
        removed: removed.map(|removed| removed.path.as_path()).collect(),
        // Without it the next build decides anew.
        memory: (!report.recalled)
            .then(|| Memory::of(report)?.encode().ok())
            .flatten(),
    }
}
