//! What the app has to be installed and was not, by name, with who installs it.
//!
//! Every project that a model of `slugsmith_ecosystems` recognises is installed by
//! slugsmith, adopted from an earlier buildpack, or named here. Where nothing at all is
//! recognised, the survey says what was looked for, and where a project may be. A lockfile
//! that nobody installed fails the build where a process needs it for certain (see
//! `needed`); the configuration key `uninstalled` can turn that into a warning.

mod below;
mod bill;
mod needed;
mod unknown;

use super::{NOT_INSTALLED, Outcome, Verdict};
use slugsmith_config as config;
use slugsmith_ecosystems::Ecosystem;
use slugsmith_ecosystems::recognise::{self, Look, Project, join};
use slugsmith_facts::app::OnDisk;
use slugsmith_facts::environment::World;
use slugsmith_facts::installed::InstalledPackage;
use slugsmith_finding::error::Problem;
use slugsmith_finding::units::counted;

pub use needed::Need;
pub use unknown::Unrecognised;

/// The answer for one app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Whether slugsmith had its turn to install, so that what is missing stays missing.
    pub is_build: bool,
    /// Installed by earlier buildpacks, of ecosystems that slugsmith does not install.
    pub adopted: Vec<Adopted>,
    /// Whether the configuration lets a build pass whose app can't start.
    pub is_allowed: bool,
    pub uninstalled: Vec<Uninstalled>,
    /// Set where the root has no project at all.
    pub unrecognised: Option<Unrecognised>,
    /// What will ship and is not here, so that no size of it can be told.
    pub absent: Vec<Absent>,
}

/// A project whose dependencies are not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// `web/mix.lock`.
    pub file: String,
    /// Whether a build by slugsmith installs it.
    pub by_build: bool,
}

/// A project that somebody else has installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    pub language: &'static str,
    /// `mix.lock, 12 packages`.
    pub what: String,
    /// The buildpack, or what it left.
    pub by: String,
    /// What is known to be in it, for the bill of materials.
    pub packages: Vec<InstalledPackage>,
}

/// A project that nobody has installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uninstalled {
    pub language: &'static str,
    /// `web/mix.lock`.
    pub file: String,
    pub what: String,
    /// Why slugsmith left it; empty where its cache has already said so.
    pub why: String,
    /// Who installs it in this world.
    pub buildpack: Option<&'static str>,
    pub tool: &'static str,
    pub world: World,
    /// Whether a lockfile, or slugsmith itself, promises that it is installed.
    pub is_promised: bool,
    /// The command that writes the lockfile without which slugsmith does not install it.
    pub lock_with: Option<&'static str>,
    /// What to write in its place, where no buildpack known here installs from it.
    pub instead: Option<&'static str>,
    /// The folder below the root that nothing has named as a project.
    pub unasked: Option<String>,
    /// The process that can't run without it.
    pub need: Option<Need>,
}

impl Uninstalled {
    /// Whether the app is sure not to start, so that a build must not succeed.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        self.is_promised && self.need.as_ref().is_some_and(|need| need.is_certain)
    }

    /// What has to be done, as one sentence.
    #[must_use]
    pub fn advice(&self) -> String {
        if let Some(command) = self.lock_with {
            return format!("Write its lockfile with `{command}` and commit it.");
        }
        if let Some(advice) = self.instead {
            return advice.to_owned();
        }
        if let Some(at) = &self.unasked {
            return format!(
                "Have it installed: [[com.slugsmith.cache]] path = \"{at}\" in project.toml."
            );
        }
        match (self.buildpack, self.world) {
            (Some(name), World::Classic) => {
                format!(
                    "Add the buildpack that installs it: heroku buildpacks:add --index 1 {name}"
                )
            }
            (Some(name), World::CloudNative) => format!(
                "Add {name}, which installs it, before slugsmith: another `--buildpack`, or a \
                [[io.buildpacks.group]] in project.toml."
            ),
            (Some(name), World::Embedded) => format!(
                "On the platform add {name}, which installs it, before slugsmith; here install `{}`.",
                self.tool
            ),
            (None, _) => format!(
                "No buildpack that installs {} is known here: add one of your own before slugsmith.",
                self.language
            ),
        }
    }

    /// The problem that ends the build.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let mut problem = Problem::new(&NOT_INSTALLED).saw(format!(
            "{}: neither slugsmith nor an earlier buildpack installed it",
            self.what
        ));
        if let Some(need) = &self.need {
            problem = problem.saw(need.to_string());
        }
        problem.step(self.advice())
    }
}

impl Survey {
    /// What ends this build.
    #[must_use]
    pub fn fatal(&self) -> Option<&Uninstalled> {
        let mut all = self.uninstalled.iter();
        all.find(|one| !self.is_allowed && one.is_fatal())
    }
}

/// Looks at the root and at every configured sub-project. `outcomes` is `None` where
/// nothing was installed because nothing may be changed.
#[must_use]
pub fn survey(context: &Surveyed<'_>, outcomes: Option<&[Outcome]>) -> Survey {
    let look = OnDisk(&context.app.root);
    let group = context.group;
    let mut survey = Survey {
        is_build: outcomes.is_some(),
        is_allowed: context.config.uninstalled.value == config::Uninstalled::Warn,
        ..Survey::default()
    };
    let places =
        std::iter::once("").chain(context.config.cache.projects.iter().map(String::as_str));
    let projects: Vec<_> = places
        .flat_map(|at| recognise::projects(&look, at))
        .collect();
    let is_known = projects.iter().any(|project| project.at.is_empty());
    if !is_known && !recognise::has_manifest(&look, "") {
        let mut found = unknown::of(&look, context.app, &context.config.cache.projects);
        // On the platform nobody but an earlier buildpack can have installed it.
        found.is_adopted &= survey.is_build && context.environment.world != World::Embedded;
        let left = context.app.names.iter();
        found.is_built = context.environment.world != World::Embedded
            && (!group.is_empty()
                || context.app.names.is_empty()
                || left
                    .into_iter()
                    .any(|name| name == ".heroku" || name == ".profile.d"));
        survey.absent.extend(found.absent.iter().cloned());
        // Where all of the app is in folders that the configuration names, nothing is left to say.
        if projects.is_empty() || !found.below.is_empty() {
            survey.unrecognised = Some(found);
        }
    }
    for project in &projects {
        let verdict = outcomes.and_then(|all| verdict(all, project));
        let others = projects.iter().filter(|one| one.at == project.at);
        let is_helped =
            project.lockfile.is_none() && others.clone().any(|one| is_helped_by(project, one));
        if !is_helped && is_absent(&look, project, context, verdict) {
            survey.absent.push(Absent {
                file: join(&project.at, project.file()),
                by_build: outcomes.is_none() && project.is_served(),
            });
        }
        let is_left_to_build = outcomes.is_none() && project.is_served();
        if is_left_to_build || matches!(verdict, Some(true)) {
            continue;
        }
        let what = what(&look, project);
        if verdict.is_none()
            && let Some(by) = installer(&look, project, group)
        {
            survey.adopted.push(Adopted {
                language: project.ecosystem.language,
                what,
                by,
                packages: bill::packages(&look, project),
            });
            continue;
        }
        if is_helped {
            continue;
        }
        survey.uninstalled.push(Uninstalled {
            language: project.ecosystem.language,
            file: join(&project.at, project.file()),
            what,
            why: if verdict.is_some() {
                String::new()
            } else {
                why(project)
            },
            buildpack: buildpack(project, context.environment.world),
            tool: project.tool(),
            world: context.environment.world,
            is_promised: project.lockfile.is_some() || verdict.is_some(),
            lock_with: lock_with(project),
            instead: project.instead(),
            unasked: None,
            need: needed::by(context, &look, project, outcomes.is_some()),
        });
    }
    if outcomes.is_some() {
        survey
            .uninstalled
            .extend(below::uninstalled(context, &look));
    }
    survey
}

/// Whether what a project wants installed is not here. On the platform another buildpack may
/// keep it where nothing shows it; what slugsmith tried to install and could not is missing.
fn is_absent(
    look: &dyn Look,
    project: &Project,
    context: &Surveyed<'_>,
    verdict: Option<bool>,
) -> bool {
    match verdict {
        Some(is_installed) => !is_installed,
        None => {
            context.environment.world == World::Embedded
                && recognise::installed_tree(look, project).is_none()
        }
    }
}

/// What a survey looks at.
pub struct Surveyed<'a> {
    pub app: &'a slugsmith_facts::app::App,
    pub config: &'a slugsmith_config::Config,
    pub environment: &'a slugsmith_facts::environment::Environment,
    /// Ids of the Cloud Native group; empty where it is not known.
    pub group: &'a [String],
}

/// `Some(true)` where slugsmith installed or adopted it, `Some(false)` where it tried.
fn verdict(outcomes: &[Outcome], project: &Project) -> Option<bool> {
    let names = project.ecosystem.caches.iter();
    let names: Vec<_> = names.map(|name| join(&project.at, name)).collect();
    let mut found = outcomes
        .iter()
        .filter(|outcome| names.contains(&outcome.decision.name))
        .map(|outcome| !matches!(outcome.decision.verdict, Verdict::Skipped { .. }))
        .peekable();
    found.peek()?;
    Some(found.all(|is_installed| is_installed))
}

/// Who has installed it: a buildpack of the group, or whoever left its tree.
fn installer(look: &dyn Look, project: &Project, group: &[String]) -> Option<String> {
    if let Some(id) = recognise::installed_by(project.ecosystem, group) {
        return Some(id.to_owned());
    }
    let (path, _) = recognise::installed_tree(look, project)?;
    // A runtime beside it was left by the buildpack itself.
    let runtime = recognise::any_tree(look, project).map(|(_, tree)| tree.left_by);
    Some(match runtime.filter(|name| name.contains('/')) {
        Some(name) => name.to_owned(),
        None => format!(
            "an earlier buildpack, or committed ({})",
            join(&project.at, &path)
        ),
    })
}

/// Two manifests of one language, as conda's beside pip's.
fn is_helped_by(project: &Project, other: &Project) -> bool {
    let pair = (project.ecosystem.id, other.ecosystem.id);
    matches!(
        pair,
        ("python", "conda") | ("node", "deno") | ("java", "scala" | "clojure")
    )
}

/// `mix.lock, 12 packages`, counted as a cache counts what it installs: each version of a package is one.
fn what(look: &dyn Look, project: &Project) -> String {
    let file = join(&project.at, project.file());
    let packages = packages(look, project);
    if packages == 0 {
        return file;
    }
    format!("{file}, {}", counted(packages, "package"))
}

fn packages(look: &dyn Look, project: &Project) -> u64 {
    let lockfile = project.lockfile.and_then(|lockfile| {
        let text = look.text(&join(&project.at, lockfile.name))?;
        (lockfile.read)(&text).ok()
    });
    lockfile.map_or(0, |graph| super::lockfile::count(&graph.production()))
}

/// The command that writes the lockfile which slugsmith would install from.
fn lock_with(project: &Project) -> Option<&'static str> {
    let (_, manifest) = project.manifest.as_ref()?;
    let is_enough =
        !project.ecosystem.caches.is_empty() && project.lockfile.is_none() && !project.is_served();
    is_enough
        .then_some(manifest.lock_with)
        .filter(|command| !command.is_empty())
}

/// Why slugsmith does not install it.
fn why(project: &Project) -> String {
    let language = project.ecosystem.language;
    if project.ecosystem.caches.is_empty() {
        return format!("slugsmith does not install {language}");
    }
    if lock_with(project).is_some() {
        return "it has no lockfile".to_owned();
    }
    if project.ecosystem.is_compiled {
        return "no program of its own to build was found at its root; \
                [[com.slugsmith.cache]] path = \"FOLDER\" names a member"
            .to_owned();
    }
    format!("slugsmith does not install from {}", project.file())
}

/// Who installs an ecosystem in this world.
fn buildpack(project: &Project, world: World) -> Option<&'static str> {
    let is_for = |ecosystem: &Ecosystem, is_cloud_native| {
        let mut all = ecosystem.buildpacks.iter();
        let by_tool = all
            .clone()
            .filter(|one| one.is_for(is_cloud_native))
            .find(|one| one.name.contains(project.tool()));
        by_tool
            .or_else(|| all.find(|one| one.is_for(is_cloud_native)))
            .map(|one| one.name)
    };
    match world {
        World::CloudNative => is_for(project.ecosystem, true),
        World::Classic => is_for(project.ecosystem, false),
        World::Embedded => {
            is_for(project.ecosystem, false).or_else(|| is_for(project.ecosystem, true))
        }
    }
}
