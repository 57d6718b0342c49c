//! Scripts of package.json, composer.json and deno.json that commands run.

mod workspaces;

use serde_json::Value;
use slugsmith_ecosystems as ecosystems;

use super::files::{Files, join};
use super::next::Next;
use super::{Command, Missing};
use crate::lines::line_of;
pub(super) use workspaces::folders;
use workspaces::{is_meant, manifest, members, nearest, within};

/// The scripts that a package manager's command runs, in its folder or a workspace.
pub(super) fn leads(files: &dyn Files, command: &Command) -> Vec<Next> {
    let words = command.words();
    match command.program() {
        "npm" | "yarn" | "pnpm" | "bun" => javascript(files, command, &words),
        program if PATTERNS.contains(&program) => patterns(files, command, &words),
        "turbo" | "lerna" | "nx" => workspaces_task(files, command, &words),
        "composer" => composer(files, command, &words),
        "deno" => deno(files, command, &words),
        "node" => node(files, command, &words),
        _ => Vec::new(),
    }
}

/// What the words of a package manager's command ask for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Asked<'w> {
    pub(super) script: Option<&'w str>,
    /// Only a script can be meant: `npm run x`, `npm start`.
    pub(super) certain: bool,
    /// `--prefix`, `-C`, `--cwd`, `--dir`.
    pub(super) folder: Option<&'w str>,
    /// Names or paths of workspaces.
    pub(super) workspaces: Vec<&'w str>,
    pub(super) all_workspaces: bool,
    arguments: Vec<&'w str>,
}

const FOLDERS: &[&str] = &["--prefix", "-C", "--cwd", "--dir"];
const WORKSPACES: &[&str] = &["-w", "--workspace", "-F", "--filter"];
/// Scripts that run without `run`.
const SHORT: &[&str] = &["start", "stop", "restart", "test"];
/// Commands of yarn, pnpm and bun that no script can hide. `build` is bun's alone: the others run the script.
const OWN: &[&str] = &[
    "install",
    "add",
    "remove",
    "exec",
    "dlx",
    "why",
    "list",
    "audit",
    "cache",
    "config",
    "node",
    "create",
    "init",
    "link",
    "pack",
    "publish",
    "up",
    "upgrade",
    "update",
    "version",
    "workspaces",
    "prune",
    "rebuild",
    "store",
    "x",
    "ci",
    "i",
    "import",
    "deploy",
    "plugin",
    "set",
    "info",
    "outdated",
    "unlink",
    "dedupe",
    "setup",
    "global",
];

pub(super) fn asked<'w>(words: &[&'w str]) -> Asked<'w> {
    let mut found = Asked::default();
    let program = words
        .first()
        .map_or("", |word| word.rsplit('/').next().unwrap_or(word));
    let mut run = false;
    let mut at = 1;
    while let Some(word) = words.get(at).copied() {
        let (option, value) = match word.split_once('=') {
            Some((option, value)) if word.starts_with('-') => (option, Some(value)),
            _ => (word, None),
        };
        let next = words.get(at + 1).copied();
        at += 1;
        if FOLDERS.contains(&option) || WORKSPACES.contains(&option) {
            at += usize::from(value.is_none());
            let value = value.or(next);
            if FOLDERS.contains(&option) {
                found.folder = value;
            } else {
                found.workspaces.extend(value);
            }
        } else if matches!(option, "--workspaces" | "-ws" | "-r" | "--recursive") {
            found.all_workspaces = true;
        } else if word == "--" && found.script.is_some() {
            found.arguments.extend(words.get(at..).unwrap_or_default());
            break;
        } else if word.starts_with('-') {
            if found.script.is_some() && program != "npm" {
                found.arguments.push(word);
            }
        } else if found.script.is_some() {
            found.arguments.push(word);
        } else if word == "workspace" && program == "yarn" {
            found.workspaces.extend(next);
            at += 1;
        } else if !run && matches!(word, "run" | "run-script" | "rum" | "urn") {
            run = true;
        } else if !run && word == "workspaces" && program == "yarn" {
            found.all_workspaces = true;
            at += usize::from(next == Some("foreach"));
        } else if run || SHORT.contains(&word) {
            found.script = Some(word);
            found.certain = true;
        } else if program == "npm" || OWN.contains(&word) || program == "bun" && word == "build" {
            return found;
        } else {
            // `yarn serve`: a script, or a program of node_modules/.bin.
            found.script = Some(word);
        }
    }
    found
}

fn javascript(files: &dyn Files, command: &Command, words: &[&str]) -> Vec<Next> {
    let asked = asked(words);
    let Some(name) = asked.script else {
        return Vec::new();
    };
    folders(files, command, &asked)
        .into_iter()
        .flat_map(|folder| script_and_hooks(files, &folder, name, &asked.arguments))
        .collect()
}

/// The script that a command surely asks for and its one package.json lacks.
pub(super) fn missing(files: &dyn Files, command: &Command) -> Option<Missing> {
    if PATTERNS.contains(&command.program()) {
        return not_listed(files, command);
    }
    if !matches!(command.program(), "npm" | "yarn" | "pnpm" | "bun") {
        return None;
    }
    let words = command.words();
    let asked = asked(&words);
    let name = asked
        .script
        .filter(|name| asked.certain && !super::is_open(name))?;
    // `--if-present` runs nothing, and `npm test` without a script is an error of no process.
    if words.contains(&"--if-present") || asked.all_workspaces {
        return None;
    }
    let folders = folders(files, command, &asked);
    let [folder] = folders.as_slice() else {
        return None;
    };
    // npm looks nowhere else than in the folder that it is given.
    let is_given = asked.folder.is_some() && command.program() == "npm";
    let is_seen = is_given && !files.names("").is_empty();
    let manifest = match manifest(files, folder) {
        Some(manifest) => manifest,
        None if is_seen && !files.has_file(&within(folder, ecosystems::javascript::MANIFEST)) => {
            Value::Null
        }
        None => return None,
    };
    let scripts = manifest.get("scripts").and_then(Value::as_object);
    let has = |name: &str| scripts.is_some_and(|scripts| scripts.contains_key(name));
    let served = name == "start" && files.has_file(&within(folder, "server.js"));
    // `npm restart` stops and starts; bun runs a file of that name, too.
    let other = matches!(name, "restart" | "env") || command.program() == "bun";
    (!has(name) && !served && !other).then(|| Missing {
        kind: "script",
        name: name.to_owned(),
        file: within(folder, ecosystems::javascript::MANIFEST),
    })
}

/// Programs that run scripts by their names or patterns.
const PATTERNS: &[&str] = &["npm-run-all", "npm-run-all2", "run-s", "run-p"];

/// A script that `run-s` is to run, by its whole name.
fn not_listed(files: &dyn Files, command: &Command) -> Option<Missing> {
    let folder = nearest(files, command.folder.as_deref()?);
    let manifest = manifest(files, &folder)?;
    let scripts = manifest.get("scripts").and_then(Value::as_object)?;
    let operands = command
        .words
        .iter()
        .skip(1)
        .take_while(|word| *word != "--");
    let names = operands.filter_map(|word| word.split_whitespace().next());
    let is_name = |name: &&str| {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, ':' | '-' | '_' | '.');
        name.starts_with(|c: char| c.is_alphabetic()) && name.chars().all(plain)
    };
    // An option may take the word behind it.
    let has_options = command
        .words
        .iter()
        .any(|word| word.starts_with("--") && word.len() > 2 && !word.contains('='));
    let missing = names
        .filter(is_name)
        .find(|name| !scripts.contains_key(*name));
    missing.filter(|_| !has_options).map(|name| Missing {
        kind: "script",
        name: name.to_owned(),
        file: within(&folder, ecosystems::javascript::MANIFEST),
    })
}

/// A script with those that npm runs before and after it.
fn script_and_hooks(files: &dyn Files, folder: &str, name: &str, arguments: &[&str]) -> Vec<Next> {
    let path = within(folder, ecosystems::javascript::MANIFEST);
    let Some(manifest) = manifest(files, folder) else {
        return Vec::new();
    };
    let text = files.text(&path).unwrap_or_default();
    let scripts = manifest.get("scripts");
    let of = |name: &str| {
        scripts?
            .get(name)?
            .as_str()
            .filter(|text| !text.trim().is_empty())
    };
    let mut found = Vec::new();
    for (hook, own) in [
        (format!("pre{name}"), false),
        (name.to_owned(), true),
        (format!("post{name}"), false),
    ] {
        let script = match of(&hook) {
            Some(script) if own && !arguments.is_empty() => {
                format!("{script} {}", arguments.join(" "))
            }
            Some(script) => script.to_owned(),
            // npm starts this file where there is no such script.
            None if own && name == "start" && files.has_file(&within(folder, "server.js")) => {
                "node server.js".to_owned()
            }
            None => continue,
        };
        let line = line_of(&text, &format!("\"{hook}\""));
        found.push(Next::line(&script, &path, line, Some(folder.to_owned())));
    }
    found
}

/// `npm-run-all build:*`, `run-s a b`.
fn patterns(files: &dyn Files, command: &Command, words: &[&str]) -> Vec<Next> {
    let Some(folder) = command
        .folder
        .as_deref()
        .map(|folder| nearest(files, folder))
    else {
        return Vec::new();
    };
    let manifest = manifest(files, &folder);
    let scripts = manifest
        .as_ref()
        .and_then(|manifest| manifest.get("scripts"))
        .and_then(Value::as_object);
    let mut found = Vec::new();
    for word in words.iter().skip(1).filter(|word| !word.starts_with('-')) {
        let word = word.split_whitespace().next().unwrap_or(word);
        let prefix = word.strip_suffix("**").or(word.strip_suffix('*'));
        for (name, _) in scripts.into_iter().flatten() {
            let fits = prefix.map_or(name == word, |prefix| name.starts_with(prefix));
            if fits {
                found.extend(script_and_hooks(files, &folder, name, &[]));
            }
        }
    }
    found
}

/// `turbo run start --filter=web`, `lerna run start --scope web`, `nx run web:start`.
fn workspaces_task(files: &dyn Files, command: &Command, words: &[&str]) -> Vec<Next> {
    let mut wanted: Vec<&str> = Vec::new();
    let mut tasks: Vec<&str> = Vec::new();
    let mut rest = words.iter().skip(1).copied();
    while let Some(word) = rest.next() {
        let (option, value) = word.split_once('=').unwrap_or((word, ""));
        if matches!(option, "--filter" | "-F" | "--scope" | "--projects" | "-p") {
            wanted.extend(if value.is_empty() {
                rest.next()
            } else {
                Some(value)
            });
        } else if !word.starts_with('-') && !matches!(word, "run" | "run-many") {
            tasks.push(word);
        }
    }
    let Some(base) = command.folder.as_deref() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for task in tasks {
        let (project, task) = task.split_once(':').unwrap_or(("", task));
        for (folder, name) in members(files, base) {
            let named = !project.is_empty() && (name == project || folder.ends_with(project));
            let meant = named
                || wanted
                    .iter()
                    .any(|wanted| is_meant(wanted, &folder, &name, base));
            if meant || (wanted.is_empty() && project.is_empty()) {
                found.extend(script_and_hooks(files, &folder, task, &[]));
            }
        }
    }
    found
}

fn composer(files: &dyn Files, command: &Command, words: &[&str]) -> Vec<Next> {
    let mut operands = words
        .iter()
        .skip(1)
        .copied()
        .filter(|word| !word.starts_with('-'));
    let name = match operands.next() {
        Some("run" | "run-script") => operands.next(),
        other => other,
    };
    let folder = words
        .iter()
        .position(|word| matches!(*word, "-d" | "--working-dir"));
    let folder = match folder.and_then(|at| words.get(at + 1)) {
        Some(folder) => join(command.folder.as_deref(), folder),
        None => command.folder.clone(),
    };
    let (Some(name), Some(folder)) = (name, folder) else {
        return Vec::new();
    };
    scripts_of(
        files,
        &within(&folder, ecosystems::php::MANIFEST),
        "scripts",
        name,
        &folder,
    )
}

/// The texts of a named script: one, or a list whose `@name` entries are scripts, too.
fn scripts_of(files: &dyn Files, path: &str, key: &str, name: &str, folder: &str) -> Vec<Next> {
    let Some(text) = files.text(path) else {
        return Vec::new();
    };
    let Ok(manifest) = serde_json::from_str::<Value>(&text) else {
        return Vec::new();
    };
    let entry = manifest.get(key).and_then(|scripts| scripts.get(name));
    let texts: Vec<&str> = match entry {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        Some(Value::Object(task)) => task
            .get("command")
            .and_then(Value::as_str)
            .into_iter()
            .collect(),
        _ => Vec::new(),
    };
    let line = line_of(&text, &format!("\"{name}\""));
    let program = if key == "tasks" {
        "deno task"
    } else {
        "composer run"
    };
    texts
        .into_iter()
        .map(|text| match text.strip_prefix('@') {
            Some(rest) if rest.starts_with("php ") => rest.to_owned(),
            Some(name) => format!("{program} {name}"),
            None => text.to_owned(),
        })
        // `Vendor\Class::method` is no command.
        .filter(|text| !text.contains("::"))
        .map(|text| Next::line(&text, path, line, Some(folder.to_owned())))
        .collect()
}

fn deno(files: &dyn Files, command: &Command, words: &[&str]) -> Vec<Next> {
    let (Some(&"task"), Some(folder)) = (words.get(1), command.folder.as_deref()) else {
        return Vec::new();
    };
    let at = words.iter().position(|word| *word == "--cwd");
    let folder = match at.and_then(|at| words.get(at + 1)) {
        Some(change) => join(Some(folder), change),
        None => Some(folder.to_owned()),
    };
    let mut operands = words.iter().skip(2).filter(|word| !word.starts_with('-'));
    let name = if at == Some(2) {
        operands.nth(1)
    } else {
        operands.next()
    };
    let (Some(name), Some(folder)) = (name, folder) else {
        return Vec::new();
    };
    [
        ecosystems::deno::MANIFEST,
        ecosystems::deno::MANIFEST_WITH_COMMENTS,
    ]
    .iter()
    .flat_map(|file| scripts_of(files, &within(&folder, file), "tasks", name, &folder))
    .chain(script_and_hooks(files, &folder, name, &[]))
    .collect()
}

/// `node --run start`.
fn node(files: &dyn Files, command: &Command, words: &[&str]) -> Vec<Next> {
    let at = words.iter().position(|word| *word == "--run");
    let name = at.and_then(|at| words.get(at + 1)).copied();
    let name = name.or_else(|| words.iter().find_map(|word| word.strip_prefix("--run=")));
    let (Some(name), Some(folder)) = (name, command.folder.as_deref()) else {
        return Vec::new();
    };
    script_and_hooks(files, &nearest(files, folder), name, &[])
}
