//! The processes of an app with the commands that each one runs.
//!
//! They are those of the Procfile or of what stands in for it; [`super::command`] follows them.

pub mod container;
mod node;

use slugsmith_finding::LineSpan;

use super::app::{App, Process};
use super::command::{self, AppFolder, Start};
use super::formats::procfile;
use super::sources::Sources;
use slugsmith_ecosystems as ecosystems;

pub use super::command::{Command, Need, of_script as shell_lines};
pub use node::{node_entries, runs_node, source_of};

/// A process type and everything it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runs {
    pub name: String,
    /// As written in the Procfile or assumed from package.json.
    pub command: Command,
    /// The command itself and those it leads to.
    pub commands: Vec<Command>,
}

impl Runs {
    /// Whether any command contains one of these texts.
    #[must_use]
    pub fn mentions(&self, texts: &[&str]) -> bool {
        self.commands
            .iter()
            .any(|command| texts.iter().any(|text| command.text.contains(text)))
    }

    /// Whether only a developer starts it: by its own name, by the names of the scripts that it runs, or by the
    /// environment that it sets. What serves, releases or works in the background is never taken for one.
    #[must_use]
    pub fn is_for_development(&self) -> bool {
        let served =
            matches!(self.name.as_str(), "web" | "release") || self.name.contains("worker");
        let own_environment = || {
            let mut set = self
                .commands
                .iter()
                .flat_map(|command| &command.environment);
            set.any(|(name, value)| {
                name.ends_with("_ENV") && matches!(value.as_str(), "development" | "dev")
            })
        };
        let by_script = || {
            let mut words = self.command.words.iter().map(String::as_str);
            let runs_script = matches!(words.next(), Some("npm" | "yarn" | "pnpm" | "bun"));
            runs_script && words.any(names_development)
        };
        !served && (names_development(&self.name) || by_script() || own_environment())
    }
}

/// Whether one of the words of a name is of development (`start:dev`).
fn names_development(name: &str) -> bool {
    name.split([':', '-', '_', '.']).any(|word| {
        matches!(
            word,
            "dev" | "develop" | "development" | "debug" | "hot" | "livereload" | "watch"
        )
    })
}

/// Whether the root has a manifest of a language beside which a package.json is for assets and tools.
fn has_other_language(sources: &Sources) -> bool {
    let node = ["node", "deno"];
    let others = ecosystems::ALL.iter().filter(|one| !node.contains(&one.id));
    let mut manifests = others.flat_map(|one| one.manifests);
    sources.has(DJANGO) || manifests.any(|manifest| sources.has(manifest.pattern))
}

/// The program of a Django project, which may have no manifest at its root.
const DJANGO: &str = "manage.py";

/// The processes of the app: the Procfile's, or what the platform would run without one.
#[must_use]
pub fn read(app: &App, sources: &Sources) -> Vec<Runs> {
    let (file, mut processes) = procfile(app, sources);
    // An image says itself what it starts: nothing is assumed.
    let image = file == CONTAINER;
    if !image
        && !processes.iter().any(|process| process.name == "web")
        && script(app, "start").is_some()
        && !has_other_language(sources)
    {
        processes.push(Process {
            name: "web".to_owned(),
            command: "npm start".to_owned(),
            line: LineSpan::default(),
        });
    }
    let assumed = if image || processes.iter().any(|process| process.name == "web") {
        ecosystems::javascript::MANIFEST
    } else {
        processes.extend(rack(sources).map(|command| Process {
            name: "web".to_owned(),
            command: command.to_owned(),
            line: LineSpan::default(),
        }));
        ecosystems::ruby::GEMFILE
    };
    let run = |process: &Process, path: &str| {
        let command = Command::written(&process.command, path, process.line);
        Runs {
            name: process.name.clone(),
            commands: follow(app, &command),
            command,
        }
    };
    let named = processes.iter().map(|process| {
        let path = match process.line.number() {
            0 => assumed,
            _ => file,
        };
        run(process, path)
    });
    let manifest = sources.text(CONTAINER).filter(|_| image);
    let images = manifest.map_or_else(Vec::new, |text| {
        container::of_images(text, &processes, |path| sources.text(path))
    });
    let images = images.iter().map(|(path, process)| run(process, path));
    named.chain(images).collect()
}

/// What the Ruby buildpack starts where nothing says otherwise
/// (`lib/language_pack/rails*.rb` and `rack.rb` of heroku-buildpack-ruby,
/// `default_process_types`).
fn rack(sources: &Sources) -> Option<&'static str> {
    let gemfile = sources
        .text(ecosystems::ruby::GEMFILE)
        .filter(|_| sources.has("config.ru"))?;
    let rails = gemfile.lines().any(|line| {
        let line = line.trim();
        line.starts_with("gem \"rails\"") || line.starts_with("gem 'rails'")
    });
    Some(if rails {
        "bin/rails server -p $PORT -e $RAILS_ENV"
    } else {
        "bundle exec rackup config.ru -p $PORT"
    })
}

/// The Procfile that the platform reads: the one that app.json's `PROCFILE_PATH` names, if
/// the repository has it, else the one at the root, else heroku.yml.
fn procfile<'s>(app: &App, sources: &'s Sources) -> (&'s str, Vec<Process>) {
    let named = app.app_json.good().and_then(|manifest| {
        let entry = manifest.get("env")?.get("PROCFILE_PATH")?;
        entry.as_str().or_else(|| entry.get("value")?.as_str())
    });
    named
        .and_then(|path| sources.texts.get_key_value(path))
        .map(|(path, text)| (path.as_str(), procfile::read(text)))
        .or_else(|| {
            let text = sources
                .text(CONTAINER)
                .filter(|_| app.procfile.is_empty())?;
            Some((CONTAINER, container::processes(text)?))
        })
        .unwrap_or_else(|| ("Procfile", app.procfile.clone()))
}

/// What stands in for a Procfile where an image is built.
const CONTAINER: &str = "heroku.yml";

/// A command and what it leads to.
#[must_use]
pub fn follow(app: &App, command: &Command) -> Vec<Command> {
    let start = Start {
        text: command.text.clone(),
        path: command.path.clone(),
        line: command.line,
        folder: command.folder.clone(),
    };
    command::follow(&AppFolder(app.root.clone()), &start)
}

/// A script of package.json.
#[must_use]
pub fn script<'a>(app: &'a App, name: &str) -> Option<&'a str> {
    app.package_json
        .good()?
        .get("scripts")?
        .get(name)?
        .as_str()
        .filter(|text| !text.trim().is_empty())
}
