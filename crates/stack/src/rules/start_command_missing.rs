//! A process starts something that is not there at launch.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use super::{Rule, World};
use crate::model::Model;
use crate::which::{Index, Owner};
use slugsmith_facts::bash;
use slugsmith_facts::command::{self, AppFolder, Command, Files, Need, Start, is_open};
use slugsmith_facts::layers::Process;
use slugsmith_facts::layers::launched::is_launched;
use slugsmith_facts::shell::OPEN;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, LineSpan, Location, Severity};

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
                in a layer without `launch = true`), a script, module, preload or configuration file that its \
                working folder lacks, a working folder that does not exist, a whole command line in one word, and \
                `$NAME` in a process that is started without a shell.",
        why: "The build succeeds and the process ends at once: exit status 127, 2 or 82. Without a shell a \
              variable is passed to the program as the text `$PORT`.",
        fix: "Correct the command, commit or build what it names, set `launch = true` for the layer with the \
              program, or start the process with `bash -c`.",
        silent: "For what only a run can tell (variables in paths, branches of scripts), for files while the app is \
                 not built, and for programs of the run image outside of a build.",
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
            .flat_map(|one| self.of_command(one))
            .collect()
    }

    fn of_command(&self, one: &Command) -> Vec<Trouble> {
        let mut found = Vec::new();
        if let Some((name, manifest)) = one.missing_script.as_ref().filter(|_| self.is_built()) {
            let message = format!(
                "`{}` needs the script `{name}`, which {manifest} does not have.",
                one.text
            );
            found.push(Trouble::new(
                Severity::Error,
                message,
                format!("Add the script `{name}` to {manifest}."),
            ));
        }
        // What is installed or built at start can't be asked for now.
        if one.prepared {
            return found;
        }
        let names = one.wrappers.iter().chain(one.words.first());
        for name in names {
            found.extend(self.program(one, name));
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

    fn program(&self, one: &Command, name: &str) -> Option<Trouble> {
        let path_is_changed = one.environment.iter().any(|(name, _)| name == "PATH");
        let from_manager = one.path.rsplit('.').next() == Some("json");
        if is_open(name) || name.starts_with('~') || name.is_empty() || bash::is_builtin(name) {
            return None;
        }
        let level = Severity::Error;
        let help = "Correct the command, or install what it starts.".to_owned();
        if name.contains('/') {
            return self
                .file_program(one, name)
                .map(|message| Trouble::new(level, message, help));
        }
        if from_manager || path_is_changed || self.is_open_path() || self.is_in_layer(name) {
            return None;
        }
        // Outside of a build the commands of this machine are not the run image's.
        if self.is_built() && self.on_path(name) {
            return None;
        }
        let hidden = self.model.all_layers().find(|(_, _, layer)| {
            !is_launched(self.model.layers, layer)
                && layer
                    .contents
                    .executables
                    .iter()
                    .any(|one| one.name == OsStr::new(name))
        });
        if let Some((_, buildpack, layer)) = hidden {
            let (unless, level) = if self.model.is_image_unseen() {
                (" (the run image was not seen)", Severity::Warn)
            } else {
                ("", level)
            };
            let message = format!(
                "no folder of PATH at launch has `{name}`{unless}: it is in the layer {} of {}, which is not \
                 `launch = true`.",
                layer.shown(),
                buildpack.id
            );
            let help = format!(
                "{} has to set `launch = true` for {}.",
                buildpack.id,
                layer.shown()
            );
            return Some(Trouble::new(level, message, help));
        }
        if !self.is_built() {
            return None;
        }
        let message = format!(
            "no folder of PATH at launch has `{name}`, so `{}` can't start.",
            one.text
        );
        // An exec.d program may still put a folder on PATH.
        let certain = self
            .model
            .launch_layers()
            .all(|(_, _, layer)| layer.contents.exec_d.is_empty());
        let level = if certain { level } else { Severity::Warn };
        Some(Trouble::of_installer(level, message, help))
    }

    /// A program that is named by its path.
    fn file_program(&self, one: &Command, name: &str) -> Option<String> {
        if !self.is_built() {
            return None;
        }
        let path = Path::new(name);
        let root = &self.model.layers.root;
        let exists = if let Ok(inside) = path.strip_prefix(&self.files.0) {
            self.has(inside.to_str()?)
        } else if self.model.classic.is_none() && path.starts_with(root) {
            let layer = self.model.all_layers().find(|(_, buildpack, layer)| {
                path.starts_with(self.model.layer_path(buildpack, layer))
                    && !is_launched(self.model.layers, layer)
            });
            if let Some((_, buildpack, layer)) = layer {
                return Some(format!(
                    "{name} is in the layer {} of {}, which is not `launch = true`.",
                    layer.shown(),
                    buildpack.id
                ));
            }
            self.model.layers.on_disk(path).symlink_metadata().is_ok()
        } else {
            // Outside of the app the run image is asked, which nobody sees here.
            self.has(&one.in_app(name)?)
        };
        (!exists).then(|| {
            if one.text == name {
                format!("`{name}` does not exist.")
            } else {
                format!("`{}` starts {name}, which does not exist.", one.text)
            }
        })
    }

    fn has(&self, path: &str) -> bool {
        self.files.0.join(path).symlink_metadata().is_ok()
    }

    fn has_program(&self, name: &str, start: &Start) -> bool {
        if name.contains('/') {
            return command::join(start.folder.as_deref(), name)
                .is_some_and(|path| self.has(&path));
        }
        self.on_path(name)
    }

    /// A layer's folder on PATH at launch has it.
    fn is_in_layer(&self, name: &str) -> bool {
        let path = self.model.process(&self.process.kind).get("PATH");
        let own = Index::new(path, self.model.layers, &self.model.surroundings.image);
        let candidates = own.candidates(name.as_ref());
        candidates
            .iter()
            .any(|one| matches!(one.owner, Owner::Layer { .. }))
    }

    fn on_path(&self, name: &str) -> bool {
        let path = self.model.process(&self.process.kind).get("PATH");
        let own = Index::new(path, self.model.layers, &self.model.surroundings.image);
        let listed = !self.model.launch_index.candidates(name.as_ref()).is_empty()
            || !own.candidates(name.as_ref()).is_empty();
        listed
            || std::env::split_paths(path).any(|folder| {
                let inside = folder
                    .strip_prefix(&self.files.0)
                    .ok()
                    .and_then(Path::to_str)
                    .map(str::to_owned);
                let inside = inside.or_else(|| command::join(Some(""), folder.to_str()?));
                inside.is_some_and(|inside| self.has(&format!("{inside}/{name}")))
                    || folder.is_absolute() && {
                        let disk = self.model.layers.on_disk(&folder);
                        let is_seen = disk != folder || !self.model.is_image_unseen();
                        is_seen && disk.join(name).symlink_metadata().is_ok()
                    }
            })
    }

    /// What is on PATH can't be known: a script computes it, or a layer is not here.
    fn is_open_path(&self) -> bool {
        let path = self
            .model
            .process(&self.process.kind)
            .get("PATH")
            .to_string_lossy()
            .into_owned();
        path.is_empty()
            || path.contains(OPEN)
            || self.model.may_be_anything
            || self.model.launch_layers().any(|(_, _, layer)| {
                layer.folder == slugsmith_facts::layers::Folder::Absent && !layer.remembered
            })
    }

    fn need(&self, one: &Command, need: &Need) -> Option<Trouble> {
        let help = "Correct the command, or commit or build what it names.".to_owned();
        let lacks = |path: &str| {
            format!(
                "`{}` needs the file {path}, which does not exist.",
                one.text
            )
        };
        let in_app = |path: &str| {
            // `~` and `$HOME` are the app on Cedar alone.
            let home = path.starts_with(['~', '$']) && self.model.classic.is_none();
            one.in_app(path).filter(|_| !home)
        };
        let message = match need {
            Need::Script {
                path,
                language: "Node",
            } => {
                let inside = in_app(path)?;
                let endings = [
                    "", ".js", ".mjs", ".cjs", ".json", ".node", ".ts", ".mts", ".cts", ".tsx",
                    ".jsx", ".coffee",
                ];
                let found = endings
                    .iter()
                    .any(|ending| self.has(&format!("{inside}{ending}")));
                (!found).then(|| lacks(path))
            }
            Need::Script { path, .. } | Need::File(path) => {
                let inside = in_app(path)?;
                (!self.has(&inside)).then(|| lacks(path))
            }
            Need::Preload(path) if path.starts_with(['.', '/']) => {
                let inside = in_app(path)?;
                let found = ["", ".js", ".mjs", ".cjs", ".ts"]
                    .iter()
                    .any(|ending| self.has(&format!("{inside}{ending}")));
                (!found).then(|| lacks(path))
            }
            Need::Preload(package) => {
                let message = self.package(one, package)?;
                return Some(Trouble::of_installer(Severity::Error, message, help));
            }
            Need::Module(module) => self.module(one, module),
            Need::PackageScript(_) => None,
        }?;
        Some(Trouble::new(Severity::Error, message, help))
    }

    /// A package that Node loads first, from `node_modules` of the folder or one above it.
    fn package(&self, one: &Command, wanted: &str) -> Option<String> {
        let mut parts = wanted.split('/');
        let first = parts.next()?;
        let name = match first.strip_prefix('@') {
            Some(_) => format!("{first}/{}", parts.next()?),
            None => first.to_owned(),
        };
        let mut folder = one.folder.as_deref()?;
        let mut seen = false;
        if name.contains(':') || one.environment.iter().any(|(name, _)| name == "NODE_PATH") {
            return None;
        }
        loop {
            let base = if folder.is_empty() {
                String::new()
            } else {
                format!("{folder}/")
            };
            if self.has(&format!("{base}node_modules/{name}")) {
                return None;
            }
            // A link into a layer that is not here says nothing.
            let installed = self.files.0.join(format!("{base}node_modules"));
            if installed.symlink_metadata().is_ok() && !installed.is_dir() {
                return None;
            }
            seen |= installed.is_dir();
            match folder.rsplit_once('/') {
                Some((above, _)) => folder = above,
                None if folder.is_empty() => break,
                None => folder = "",
            }
        }
        let elsewhere = self.model.process(&self.process.kind).is_set("NODE_PATH");
        (seen && !elsewhere).then(|| {
            format!(
                "`{}` loads the package {name}, which is not installed.",
                one.text
            )
        })
    }

    /// A module of Python that is the app's own.
    fn module(&self, one: &Command, module: &str) -> Option<String> {
        let moves = ["--chdir", "--pythonpath", "--app-dir", "--workdir"];
        let starts_elsewhere = one
            .words
            .iter()
            .any(|word| moves.iter().any(|option| word.starts_with(option)));
        let folder = one.folder.as_deref().filter(|_| !starts_elsewhere)?;
        let set = one.environment.iter().any(|(name, _)| name == "PYTHONPATH");
        if set || self.model.process(&self.process.kind).is_set("PYTHONPATH") {
            return None;
        }
        let base = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let top = module.split('.').next().unwrap_or(module);
        let ours =
            self.has(&format!("{base}{top}")) && self.files.0.join(format!("{base}{top}")).is_dir();
        let path = module.replace('.', "/");
        let exists = [".py", "", ".so", ".pyc"]
            .iter()
            .any(|ending| self.has(&format!("{base}{path}{ending}")))
            || !self
                .files
                .names(&format!("{base}{top}"))
                .iter()
                .any(|name| name.rsplit_once('.').is_some_and(|(_, e)| e == "py"));
        (ours && !exists).then(|| {
            format!(
                "`{}` needs the module {module}, which does not exist.",
                one.text
            )
        })
    }
}

/// `$NAME` in the words of a process that no shell expands.
fn unexpanded(words: &[String]) -> Option<Trouble> {
    let program = words.first()?.rsplit('/').next().unwrap_or_default();
    let text = match program {
        // `bash -c TEXT`: the shell expands the text; what stands behind it is no text.
        "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" => words.iter().position(|word| {
            word.starts_with('-') && !word.starts_with("--") && word.contains('c')
        }),
        _ => None,
    };
    let behind = text.map(|at| at + 1);
    let word = words
        .iter()
        .enumerate()
        .find(|(at, word)| Some(*at) != behind && names_variable(word) && *at > 0);
    let (_, word) = word?;
    let message = format!(
        "`{word}` reaches {program} as this text: a process without a shell expands no variables."
    );
    Some(Trouble::new(Severity::Warn, message, in_words(words)))
}

/// The command of a process without a shell; with variables in it, one that a shell expands.
fn in_words(words: &[String]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    if words.iter().any(|word| names_variable(word)) {
        let one_word = |word: &String| {
            if word.contains(char::is_whitespace) {
                quoted(word)
            } else {
                word.clone()
            }
        };
        let line: Vec<String> = words.iter().map(one_word).collect();
        let line = format!("exec {}", line.join(" "));
        return format!("command = [\"bash\", \"-c\", {}]", quoted(&line));
    }
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("command = [{}]", words.join(", "))
}

/// Whether a word holds `$NAME` or `${NAME}`.
fn names_variable(word: &str) -> bool {
    word.match_indices('$').any(|(at, _)| {
        let rest = word.get(at + 1..).unwrap_or_default();
        let name = rest.strip_prefix('{').unwrap_or(rest);
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
    })
}
