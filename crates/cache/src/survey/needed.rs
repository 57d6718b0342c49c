//! Which process can't run without a project's packages?
//!
//! The answer is certain only where nothing points to another installer: every buildpack
//! that left a trace belongs to other languages, and no program of the needed name is in
//! the app or on PATH.

use std::fmt;
use std::path::Path;

use super::Surveyed;
use slugsmith_ecosystems::recognise::{self, Look, Project, join};
use slugsmith_ecosystems::{ALL, pattern};
use slugsmith_facts::app::Process;
use slugsmith_facts::classic::{OWN_LAUNCH_CHECK, OWN_PROFILE};
use slugsmith_facts::command::{self, AppFolder, Command, Start};
use slugsmith_facts::tools;

/// A process and what it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    pub process: String,
    pub command: String,
    /// Whether it is sure to fail.
    pub is_certain: bool,
}

impl fmt::Display for Need {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "process {} runs `{}`",
            self.process, self.command
        )
    }
}

/// The first process that needs it.
pub(super) fn by(
    context: &Surveyed<'_>,
    look: &dyn Look,
    project: &Project,
    is_build: bool,
) -> Option<Need> {
    let is_meant = |command: &str| project.at.is_empty() || command.contains(&project.at);
    let mut processes = context.app.procfile.iter();
    let (process, missing) = processes.find_map(|process| {
        let process = Some(process).filter(|process| is_meant(&process.command))?;
        Some((process, missing(context, look, project, process)?))
    })?;
    let is_missing = match missing {
        Missing::Nothing => false,
        Missing::Program => true,
        Missing::Packages => has_packages(look, project),
    };
    // With the tool at hand something else stopped it, which its own line says.
    let is_certain = is_build
        && tools::find(project.tool(), context.environment).is_none()
        && is_missing
        && context
            .config
            .cache
            .custom
            .iter()
            .all(|one| one.run.is_none())
        && !may_be_from_others(context, look, project);
    Some(Need {
        process: process.name.clone(),
        command: process.command.clone(),
        is_certain,
    })
}

/// What a command that needs the project does not find.
enum Missing {
    /// All of it is there.
    Nothing,
    /// What it starts.
    Program,
    /// Its language is there, and whether it lacks packages is not looked at yet.
    Packages,
}

/// `None` where a command line, with all that it leads to, does not need the project.
fn missing(
    context: &Surveyed<'_>,
    look: &dyn Look,
    project: &Project,
    process: &Process,
) -> Option<Missing> {
    let files = AppFolder(context.app.root.clone());
    let start = Start::at_root(&process.command, "Procfile", process.line);
    let commands = command::follow(&files, &start);
    let mut sure = commands.iter().filter(|one| !one.conditional);
    sure.find_map(|command| in_command(context, look, project, command))
}

/// The same for one program.
fn in_command(
    context: &Surveyed<'_>,
    look: &dyn Look,
    project: &Project,
    command: &Command,
) -> Option<Missing> {
    let program = command.words.first()?.as_str();
    let is_found =
        |name: &str| tools::find(name, context.environment).is_some() || is_in_the_app(look, name);
    let words = command.words.iter();
    let paths = words.filter(|word| word.contains('/') || is_jar(word));
    let mut paths = paths.filter_map(|word| command.in_app(word));
    if let Some(path) = paths.find(|path| is_below_tree(project, path)) {
        return Some(if exists(look, &path) {
            Missing::Nothing
        } else {
            Missing::Program
        });
    }
    // `bundle exec puma`: what wraps a program belongs to a language, too.
    let mut starters = command.wrappers.iter().map(String::as_str).chain([program]);
    if let Some(name) = starters.find(|word| project.ecosystem.starts(word)) {
        return Some(if is_found(name) {
            Missing::Packages
        } else {
            Missing::Program
        });
    }
    let is_of_another = ALL.iter().any(|one| one.starts(program));
    let is_open = command::is_open(program) || program.starts_with('/');
    if !project.ecosystem.is_compiled || is_of_another || is_open || SHELL.contains(&program) {
        return None;
    }
    let is_there = if program.contains('/') {
        command
            .in_app(program)
            .is_none_or(|path| exists(look, &path))
    } else {
        is_found(program)
    };
    (!is_there).then_some(Missing::Program)
}

fn is_jar(word: &str) -> bool {
    Path::new(word).extension().is_some_and(|end| end == "jar")
}

/// Words of the shell that are no programs.
const SHELL: &[&str] = &[
    "exec", "if", "then", "else", "fi", "for", "do", "done", "while", "export", "set", "source",
    ".", "[", "[[", "test", "true", "false", "echo", "wait", "trap", "sleep", "eval", "case",
    "bash", "sh",
];

fn exists(look: &dyn Look, path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    look.names(folder).iter().any(|one| one == name)
}

/// Whether a path is in something that only an install or a build of the project leaves.
fn is_below_tree(project: &Project, path: &str) -> bool {
    let ends = path
        .match_indices('/')
        .map(|(at, _)| at)
        .chain([path.len()]);
    let beginnings: Vec<_> = ends.filter_map(|end| path.get(..end)).collect();
    project.ecosystem.trees.iter().any(|tree| {
        let tree = join(&project.at, tree.path);
        beginnings.iter().any(|path| pattern::matches(&tree, path))
    })
}

/// Whether a folder for programs, of the app or of a buildpack in it, has one of this name.
fn is_in_the_app(look: &dyn Look, program: &str) -> bool {
    let folders = ["", ".heroku", "vendor"].iter().flat_map(|root| {
        let names = look.names(root).into_iter();
        names.map(move |name| join(root, &name))
    });
    let folders = folders.flat_map(|folder| {
        let bin = join(&folder, "bin");
        // `.swift-bin` holds programs itself.
        if folder.starts_with('.') {
            vec![bin, folder]
        } else {
            vec![bin]
        }
    });
    let mut places = std::iter::once("bin".to_owned()).chain(folders);
    places.any(|folder| look.names(&folder).iter().any(|name| name == program))
}

/// Whether production has packages at all, as far as that is known.
fn has_packages(look: &dyn Look, project: &Project) -> bool {
    if project.ecosystem.is_compiled {
        return true;
    }
    // Not every lockfile says which packages only development has.
    let manifest = project.manifest.as_ref();
    let manifest = manifest.and_then(|(name, _)| look.text(&join(&project.at, name)));
    let wanted = (project.ecosystem.wanted)(&manifest.unwrap_or_default());
    if !wanted.is_empty() && wanted.iter().all(|one| one.is_development) {
        return false;
    }
    let graph = project.lockfile.and_then(|lockfile| {
        let text = look.text(&join(&project.at, lockfile.name))?;
        (lockfile.read)(&text).ok()
    });
    let Some(graph) = graph.filter(|graph| !graph.packages.is_empty()) else {
        return wants_packages(look, project);
    };
    !graph.production().is_empty()
}

/// For lockfiles that no reader knows: what package.json wants in production.
fn wants_packages(look: &dyn Look, project: &Project) -> bool {
    let manifest = project.manifest.as_ref();
    let text = manifest.and_then(|(name, _)| look.text(&join(&project.at, name)));
    let json: Option<serde_json::Value> = text.and_then(|text| serde_json::from_str(&text).ok());
    json.is_none_or(|json| {
        let lists = ["dependencies", "optionalDependencies"];
        lists.iter().any(|name| {
            let list = json.get(name).and_then(serde_json::Value::as_object);
            list.is_some_and(|list| !list.is_empty())
        })
    })
}

/// Whether a buildpack that nobody knows, or one of this language, has left a trace.
fn may_be_from_others(context: &Surveyed<'_>, look: &dyn Look, project: &Project) -> bool {
    let ecosystem = project.ecosystem;
    let is_of_group = recognise::installed_by(ecosystem, context.group).is_some();
    if is_of_group || recognise::any_tree(look, project).is_some() {
        return true;
    }
    let known = || {
        ALL.iter()
            .flat_map(|one| one.buildpacks)
            .flat_map(|one| one.ids)
    };
    let unknown = |id: &&String| {
        !id.starts_with("slugsmith") && !id.ends_with("/procfile") && !known().any(|one| one == id)
    };
    if context.group.iter().any(|id| unknown(&id)) {
        return true;
    }
    // A script of a buildpack that is not known may put anything on PATH.
    let own = [OWN_PROFILE, OWN_LAUNCH_CHECK].map(|path| path.rsplit('/').next().unwrap_or(path));
    let scripts = look.names(".profile.d");
    let others = scripts.iter().filter(|name| !own.contains(&name.as_str()));
    let is_other_language = |name: &&String| {
        let known = ALL.iter().filter(|one| one.id != ecosystem.id);
        known
            .flat_map(|one| one.buildpacks)
            .filter_map(|one| one.name.strip_prefix("heroku/"))
            .any(|language| name.starts_with(language))
    };
    !others.into_iter().all(|name| is_other_language(&name))
}
