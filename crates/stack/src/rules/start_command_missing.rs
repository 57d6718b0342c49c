//! A process starts something that is not there at launch.

mod files;
mod java;
mod managers;
mod node;
mod packages;
mod program;
mod python;
mod runnable;
mod words;

use std::collections::BTreeMap;
use std::path::Path;

use super::{Rule, World};
use crate::model::Model;
use slugsmith_facts::bash;
use slugsmith_facts::command::{self, AppFolder, Command, Missing, Start};
use slugsmith_facts::layers::Process;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, LineSpan, Location, Severity};
use words::{in_words, unexpanded};

/// The rule about what processes start.
pub const ID: &str = "start-command-missing";

pub(super) static RULE: Rule = Rule {
    id: ID,
    code: "ST26",
    title: "A process starts a program or a file that is not there at launch.",
    level: Severity::Error,
    world: World::Both,
    docs: Docs {
        finds: "After the build, for each process type: a program that no folder of PATH at launch has (it may be \
                in a layer without `launch = true`), a script, module, preload, sourced or configuration file \
                that is not where the program looks for it, a target that no rule of the Makefile makes, a working \
                folder that does not exist, a class that no place of Java's class path has, a name that a module \
                of the app does not have (`gunicorn web:gone`), `bundle exec` without a Gemfile, a file or folder \
                that a redirection needs, a whole command line in one word, `$NAME` in a process \
                that is started without a shell, and a program of the app that is not executable or whose first line \
                names an interpreter that is not there.",
        why: "The build succeeds and the process ends at once: exit status 126, 127, 2 or 82. Without a shell a \
              variable is passed to the program as the text `$PORT`.",
        fix: "Correct the command, commit or build what it names, set `launch = true` for the layer with the \
              program, or start the process with `bash -c`.",
        silent: "A warning where the shell goes on behind the command (`a; b` without `set -e`, `a & b`), and \
                 nothing behind `!`. For what only a run can tell (variables in paths, branches of scripts), for \
                 files while the app is not built, and for programs of the run image outside of a build.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    findings(model, &RULE, false)
}

/// The findings about programs and packages that an installer of ours may still bring, or those
/// about everything else.
pub(super) fn findings(model: &Model<'_>, rule: &'static Rule, installed: bool) -> Vec<Finding> {
    let Some(app) = model.app else {
        return Vec::new();
    };
    let files = AppFolder(app.root.clone());
    let mut found: BTreeMap<(Severity, String, String), Vec<&Process>> = BTreeMap::new();
    for one in &model.processes.processes {
        let process = Started {
            model,
            files: &files,
            process: &one.process,
        };
        let troubles = process.troubles().into_iter();
        let wanted = troubles.filter(|one| one.installed == installed);
        for Trouble {
            level,
            message,
            help,
            ..
        } in wanted
        {
            let kinds = found.entry((level, message, help)).or_default();
            if !kinds.iter().any(|known| known.kind == one.process.kind) {
                kinds.push(&one.process);
            }
        }
    }
    found
        .into_iter()
        .map(|((level, message, help), kinds)| {
            let names: Vec<String> = kinds.iter().map(|one| format!("`{}`", one.kind)).collect();
            let mut finding = rule.finding(format!("{}: {message}", names.join(", ")), vec![help]);
            finding.level = level;
            let line = kinds.first().and_then(|one| line(model, &one.kind));
            finding.location = line.map(|line| Location::line("Procfile", line));
            finding.processes = kinds.iter().map(|one| one.kind.clone()).collect();
            finding
        })
        .collect()
}

fn line(model: &Model<'_>, kind: &str) -> Option<LineSpan> {
    Some(model.app?.process(kind)?.line)
}

/// Why a process does not start.
struct Trouble {
    level: Severity,
    message: String,
    help: String,
    /// It is about what package managers install.
    installed: bool,
}

impl Trouble {
    fn new(level: Severity, message: String, help: impl Into<String>) -> Self {
        Self {
            level,
            message,
            help: help.into(),
            installed: false,
        }
    }

    fn of_installer(level: Severity, message: String, help: String) -> Self {
        Self {
            installed: true,
            ..Self::new(level, message, help)
        }
    }
}

/// Programs that find the one behind them in a place of their own.
const FINDERS: &[&str] = &[
    "bundle", "npx", "pnpm", "yarn", "bunx", "bun", "npm", "poetry", "pipenv", "uv", "pdm",
    "hatch", "rye", "conda", "rbenv", "corepack", "dotenv", "env-cmd", "heroku",
];

/// One process type with what its commands are held against.
struct Started<'a, 'm> {
    model: &'a Model<'m>,
    files: &'a AppFolder,
    process: &'a Process,
}

impl Started<'_, '_> {
    /// Everything before us has run, so what is not there will not come.
    fn is_built(&self) -> bool {
        let last = self.model.layers.group.len().checked_sub(1);
        self.model.own.is_some() && self.model.own == last
    }

    fn troubles(&self) -> Vec<Trouble> {
        let mut found = Vec::new();
        let folder = self.folder(&mut found);
        let words: Vec<String> = self
            .process
            .command
            .iter()
            .chain(&self.process.args)
            .cloned()
            .collect();
        let Some(program) = words.first() else {
            return found;
        };
        let joined = words.join(" ");
        let start = Start {
            text: joined,
            path: "Procfile".to_owned(),
            line: line(self.model, &self.process.kind).unwrap_or_default(),
            folder,
        };
        if !self.process.direct {
            found.extend(self.of_commands(&command::follow(self.files, &start)));
            return found;
        }
        if program.contains(char::is_whitespace) && !self.has_program(program, &start) {
            let text = format!(
                "the whole command line is one word, and there is no program named `{program}`: without a shell it is \
                 not taken apart."
            );
            let first: Vec<String> = program.split_whitespace().map(str::to_owned).collect();
            found.push(Trouble::new(Severity::Error, text, in_words(&first)));
            return found;
        }
        found.extend(unexpanded(&words));
        found.extend(self.of_commands(&command::follow_words(self.files, &words, &start)));
        found
    }

    /// The working folder relative to the app; what is wrong with it is noted.
    fn folder(&self, found: &mut Vec<Trouble>) -> Option<String> {
        let Some(wanted) = self
            .process
            .working_dir
            .as_deref()
            .filter(|folder| !folder.is_empty())
        else {
            return Some(String::new());
        };
        let root = &self.files.0;
        let inside = Path::new(wanted)
            .strip_prefix(root)
            .ok()
            .and_then(Path::to_str)
            .map(str::to_owned)
            .or_else(|| command::join(Some(""), wanted));
        let (exists, level) = match &inside {
            Some(inside) => (
                root.join(inside).is_dir(),
                if self.is_built() {
                    Severity::Error
                } else {
                    Severity::Warn
                },
            ),
            None if Path::new(wanted).starts_with(&self.model.layers.root) => (
                Path::new(wanted).is_dir() || !self.is_built(),
                Severity::Error,
            ),
            None => (true, Severity::Error),
        };
        if !exists {
            let message = format!("its working folder {wanted} does not exist.");
            let help = "Correct `working-dir`, or make the folder in the build.";
            found.push(Trouble::new(level, message, help));
            return None;
        }
        inside
    }

    fn of_commands(&self, commands: &[Command]) -> Vec<Trouble> {
        commands
            .iter()
            .filter(|one| !one.conditional)
            .flat_map(|one| {
                let mut found = self.of_command(one);
                if one.survived {
                    // The process starts, without what this command was to do.
                    for one in &mut found {
                        one.level = Severity::Warn;
                    }
                }
                found
            })
            .collect()
    }

    fn of_command(&self, one: &Command) -> Vec<Trouble> {
        let mut found = Vec::new();
        if let Some(Missing { kind, name, file }) = one.missing.as_ref().filter(|_| self.is_built())
        {
            let message = format!(
                "`{}` needs the {kind} `{name}`, which {file} does not have.",
                one.text
            );
            let help = format!("Add the {kind} `{name}` to {file}.");
            found.push(Trouble::new(Severity::Error, message, help));
        }
        // What is installed or built at start can't be asked for now.
        if one.prepared {
            return found;
        }
        let names = one.wrappers.iter().chain(one.words.first());
        for name in names {
            let missing = self.program(one, name);
            found.extend(missing.or_else(|| self.not_runnable(one, name)));
            let own = self.not_brought(one, name).filter(|_| self.is_built());
            if own.is_some() {
                found.extend(own);
                break;
            }
            // What stands behind `bundle exec` is found by bundler.
            if FINDERS.contains(&name.rsplit('/').next().unwrap_or(name)) {
                break;
            }
        }
        if self.is_built()
            && let Some(trouble) = self.lacks_folder(one)
        {
            found.push(trouble);
        } else if self.is_built() {
            for need in one.needs() {
                found.extend(self.need(one, &need));
            }
        }
        found
    }

    /// `cd backend && node index.js` without that folder.
    fn lacks_folder(&self, one: &Command) -> Option<Trouble> {
        let folder = one.folder.as_deref().filter(|folder| !folder.is_empty())?;
        if one.program().is_empty() || bash::is_builtin(one.program()) {
            return None;
        }
        let root = &self.files.0;
        let is_there = root.join(folder).is_dir() || root.join(folder).is_symlink();
        (!is_there).then(|| {
            let message = format!(
                "`{}` starts in the folder {folder}, which does not exist.",
                one.text
            );
            Trouble::new(
                Severity::Error,
                message,
                "Correct the folder, or commit or build it.",
            )
        })
    }
}
