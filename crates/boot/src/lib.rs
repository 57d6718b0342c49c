//! Prepares, when an app is built, what its processes would otherwise do at every start.
//!
//! In: the app's tree after the strip, configuration, environment and a store. Out: files
//! beside the code, variables for launch, and a [`BootReport`].
//!
//! A file that is wrong, stale or missing costs the time that it would have saved and nothing
//! else: only forms are used that the runtime itself compares with the source, or of which it
//! knows that the source can't change. A failed preparation fails no build.

// Tests write what they like into folders of their own.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod advice;
mod jdks;
mod jvm;
mod kept;
mod limited;
mod observe;
mod python;
mod report;
mod ruby;
mod scratch;
mod share;
mod trained;

use std::path::{Path, PathBuf};

use kept::Kept;
pub use observe::{Observed, Row, observe};
pub use report::{BootReport, Note, Variable, Weight};
use slugsmith_config::{BootConfig, BootLevel};
use slugsmith_ecosystems::python::{SERVERS, WORKERS};
use slugsmith_facts::beneath::Beneath;
use slugsmith_facts::environment::{Environment, World};
use slugsmith_facts::tree::Tree;
pub use slugsmith_finding::layer::{Made, Measured, Prepared};

/// What one preparation works on.
pub struct Input<'a> {
    /// The app's folder, or that of an environment.
    pub root: &'a Path,
    /// Its files.
    pub tree: &'a Tree,
    /// Whether `root` is an app, with sources of its own.
    pub is_app: bool,
    /// The app that imports what is in `root`, where that is an environment.
    pub sources: Option<&'a Tree>,
    pub config: &'a BootConfig,
    pub environment: &'a Environment,
    /// Where the next build finds what was made.
    pub store: Option<&'a Path>,
    /// Environments of ours outside of `root`.
    pub outside: &'a [PathBuf],
    /// Bytes that ship beside `root`: of every launch layer, whoever made it.
    pub beside: u64,
    /// Whether a process starts Python.
    pub runs_python: bool,
    /// Whether a process may change installed packages before it imports them.
    pub writes_packages: bool,
    /// Words of the commands that processes run.
    pub words: Vec<String>,
    /// Levels of Python's optimisation that processes run with.
    pub levels: Vec<u8>,
    /// What is started at level `trained`.
    pub training: Option<Training>,
}

/// How the app is started to learn from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Training {
    /// The `web` process, as a shell reads it.
    pub command: String,
    /// Variables that the app wants, with the values that it declares itself; others get
    /// placeholders.
    pub declared: Vec<(String, Option<String>)>,
}

impl<'a> Input<'a> {
    /// An app, before anything is known of its processes.
    #[must_use]
    pub fn new(tree: &'a Tree, config: &'a BootConfig, environment: &'a Environment) -> Self {
        Self {
            root: tree.root(),
            tree,
            is_app: true,
            sources: None,
            config,
            environment,
            store: None,
            outside: &[],
            beside: 0,
            runs_python: false,
            writes_packages: false,
            words: Vec::new(),
            levels: levels(environment, ""),
            training: None,
        }
    }

    /// Adds what commands of processes say.
    #[must_use]
    pub fn with_commands<'c>(mut self, commands: impl Iterator<Item = &'c str>) -> Self {
        let text: Vec<&str> = commands.collect();
        let text = text.join("\n");
        let words =
            || text.split(|c: char| c.is_whitespace() || matches!(c, '/' | ';' | '&' | '|'));
        self.runs_python = words().any(is_python);
        self.writes_packages = ["site-packages", "dist-packages"]
            .iter()
            .any(|name| text.contains(name));
        self.levels = levels(self.environment, &text);
        self.words = words().map(str::to_owned).collect();
        self
    }
}

/// Where the files of `root` are when a process runs.
fn shown<'a>(input: &Input<'a>) -> &'a Path {
    let is_moved = input.is_app && input.environment.world != World::CloudNative;
    if is_moved {
        Path::new(slugsmith_facts::classic::HOME)
    } else {
        input.root
    }
}

/// Whether a word is a program that runs Python's modules, or a Python of some version.
fn is_python(word: &str) -> bool {
    const OTHERS: &[&str] = &["django-admin", "flask", "streamlit"];
    let of_version = |rest: &str| {
        let mut bytes = rest.bytes();
        bytes.all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    word.strip_prefix("python").is_some_and(of_version)
        || [OTHERS, SERVERS, WORKERS]
            .iter()
            .any(|some| some.contains(&word))
}

/// Plain byte code, and that of `-O` or `PYTHONOPTIMIZE` where somebody asks for it.
fn levels(environment: &Environment, commands: &str) -> Vec<u8> {
    let mut levels = vec![0];
    let set = environment.get("PYTHONOPTIMIZE").map(str::to_owned);
    let assigned = commands.split_whitespace().filter_map(|word| {
        let value = word.strip_prefix("PYTHONOPTIMIZE=")?;
        Some(value.trim_matches(['"', '\'']).to_owned())
    });
    let flags = commands.split_whitespace().filter_map(|word| match word {
        "-O" => Some("1".to_owned()),
        "-OO" => Some("2".to_owned()),
        _ => None,
    });
    for value in set.into_iter().chain(assigned).chain(flags) {
        // Any other text counts as 1 (Python, "PYTHONOPTIMIZE").
        levels.push(value.parse().unwrap_or(1_u8).min(2));
    }
    levels.sort_unstable();
    levels.dedup();
    levels
}

/// Prepares an app. Never fails: what could not be done is in the report.
#[must_use]
pub fn run(input: &Input<'_>) -> BootReport {
    let mut report = BootReport::new(input.config.level.value);
    if report.level == BootLevel::Off {
        return report;
    }
    let mut kept = Kept::load(input.store);
    python::prepare(input, &mut kept, &mut report);
    ruby::prepare(input, &mut kept, &mut report);
    advice::tell(input, &mut report);
    if report.level == BootLevel::Trained {
        trained::prepare(input, &mut kept, &mut report);
    }
    jvm::prepare(input, &mut kept, &mut report);
    if let Some(store) = input.store {
        // Without it the next build makes everything anew.
        let _ = kept.save(store);
    }
    report
}

/// What surrounds an environment that is prepared for itself.
pub struct Around {
    /// The app's files.
    pub app: Tree,
    /// What its processes run.
    pub commands: Vec<String>,
    /// Bytes that ship beside the environment.
    pub bytes: u64,
}

/// Prepares an environment that is kept as it is from now on, before that. What surrounds it is read only where
/// something may be prepared.
#[must_use]
pub fn layer(
    folder: &Path,
    around: impl FnOnce() -> Around,
    config: &BootConfig,
    environment: &Environment,
) -> Prepared {
    if config.level.value == BootLevel::Off {
        return Prepared::default();
    }
    let tree = Tree::read(folder);
    if !python::has_modules(&tree) {
        return Prepared::default();
    }
    let around = around();
    let input = Input {
        is_app: false,
        sources: Some(&around.app),
        beside: around.bytes,
        ..Input::new(&tree, config, environment)
    };
    let commands = around.commands.iter().map(String::as_str);
    let mut report = BootReport::new(config.level.value);
    let input = input.with_commands(commands);
    python::prepare(&input, &mut Kept::default(), &mut report);
    let notes = report.notes.into_iter();
    Prepared {
        made: report.made.pop(),
        notes: notes
            .filter(|note| note.weight > Weight::Detail)
            .map(|note| note.text)
            .collect(),
    }
}

/// Removes again what was made, because the app is over its budget with it.
pub fn take_back(app: &Path, report: &mut BootReport) {
    if let Ok(beneath) = Beneath::open(app) {
        for path in &report.written {
            // What stays costs its size.
            let _ = beneath.remove(path);
        }
    }
    report.taken_back = true;
    report.written.clear();
    report.replaced.clear();
    report.variables.clear();
    report.per_user = None;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use slugsmith_facts::environment::this_machine;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let variables = variables.iter();
        Environment {
            world: World::Embedded,
            target: this_machine(None),
            variables: variables
                .map(|(name, value)| ((*name).to_owned(), (*value).into()))
                .collect::<BTreeMap<_, _>>(),
        }
    }

    #[test]
    fn commands_say_which_byte_code_is_read() {
        let plain = environment(&[]);
        assert_eq!(levels(&plain, "gunicorn app:app"), [0]);
        assert_eq!(levels(&plain, "python -OO app.py"), [0, 2]);
        assert_eq!(levels(&plain, "PYTHONOPTIMIZE=x gunicorn a"), [0, 1]);
        assert_eq!(levels(&environment(&[("PYTHONOPTIMIZE", "2")]), ""), [0, 2]);
        let tree = Tree::default();
        let config = slugsmith_config::parse("", &plain).unwrap().boot;
        let of = |command: &'static str| {
            Input::new(&tree, &config, &plain).with_commands([command].into_iter())
        };
        assert!(of("exec /usr/bin/python3.12 a.py").runs_python);
        assert!(of("bin/boot && gunicorn app:app").runs_python);
        assert!(!of("node pythonista.js").runs_python);
        assert!(
            of("sed -i s/a/b/ .venv/lib/python3.12/site-packages/x.py; flask run").writes_packages
        );
    }
}
