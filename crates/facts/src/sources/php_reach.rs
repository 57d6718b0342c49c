//! Which PHP files does the web server or a command reach?
//!
//! With a document root of its own (`heroku-php-apache2 public/`) only what is below it has an
//! address. Other files run where Composer loads them, a framework reads their folder, another
//! reached file includes them, or a command names them. Without such a root every file has an
//! address, and all count as reached, but for scripts that a library brings for its makers.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Sources;
use super::paths::join;
use crate::code::{Code, Language, ScopeKind};
use crate::process::{Command, Runs};

const LARAVEL: &[&str] = &[
    "app/",
    "config/",
    "routes/",
    "bootstrap/",
    "database/",
    "resources/",
];
const SYMFONY: &[&str] = &["src/", "config/", "templates/", "migrations/"];

/// Folders that frameworks load by themselves, where a file or a package shows the framework.
const FRAMEWORKS: &[(&str, &[&str])] = &[
    ("artisan", LARAVEL),
    ("bin/console", SYMFONY),
    ("symfony.lock", SYMFONY),
    ("\"laravel/framework\"", LARAVEL),
    ("\"laravel/lumen-framework\"", LARAVEL),
    ("\"symfony/framework-bundle\"", SYMFONY),
    ("spark", &["app/", "system/"]),
    (
        "yii",
        &["config/", "controllers/", "models/", "views/", "commands/"],
    ),
    ("bin/cake", &["src/", "config/", "templates/", "plugins/"]),
];

/// The folder of the pages that the web process serves one by one; `None` without a root of its own.
#[must_use]
pub fn served_folder(processes: &[Runs]) -> Option<String> {
    processes
        .iter()
        .filter(|process| process.name == "web")
        .flat_map(|process| &process.commands)
        .find_map(document_root)
        .filter(|root| !root.is_empty())
}

/// Drops PHP files that nothing reaches.
pub(super) fn keep(sources: &mut Sources, processes: &[Runs]) {
    let Some(root) = served_folder(processes) else {
        drop_scripts_of_libraries(sources);
        return;
    };
    let mut roots = vec![format!("{root}/")];
    roots.extend(autoloaded(sources));
    for (sign, folders) in FRAMEWORKS {
        let required = sources
            .text(slugsmith_ecosystems::php::MANIFEST)
            .is_some_and(|text| text.contains(sign));
        if required || sources.has(sign) {
            roots.extend(folders.iter().map(|folder| (*folder).to_owned()));
        }
    }
    let named = |path: &str| {
        processes
            .iter()
            .flat_map(|process| &process.commands)
            .any(|command| {
                command
                    .words
                    .iter()
                    .any(|word| word.trim_start_matches("./") == path)
            })
    };
    let php: Vec<&Code> = sources
        .files
        .iter()
        .filter(|code| code.language == Language::Php)
        .collect();
    let mut pending: Vec<&Code> = php
        .iter()
        .filter(|code| roots.iter().any(|root| code.path.starts_with(root)) || named(&code.path))
        .copied()
        .collect();
    if pending.is_empty() {
        return;
    }
    let mut reached: BTreeSet<String> = BTreeSet::new();
    while let Some(code) = pending.pop() {
        if reached.insert(code.path.clone()) {
            pending.extend(
                php.iter()
                    .filter(|other| includes(code, &root, &other.path)),
            );
        }
    }
    sources.keep(|code| code.language != Language::Php || reached.contains(&code.path));
}

/// Drops files of library folders that define nothing at their top and that no file includes:
/// those who make the library run them by hand.
fn drop_scripts_of_libraries(sources: &mut Sources) {
    const FOLDERS: &[&str] = &[
        "lib",
        "libs",
        "library",
        "libraries",
        "vendor",
        "third_party",
    ];
    let php: Vec<&Code> = sources
        .files
        .iter()
        .filter(|code| code.language == Language::Php)
        .collect();
    let loaded = autoloaded(sources);
    let in_library = |path: &str| {
        let mut folders = path.split('/').rev().skip(1);
        folders.any(|part| FOLDERS.contains(&part)) && !loaded.iter().any(|file| file == path)
    };
    let has_class = |code: &Code| {
        let mut kinds = code.scopes.iter().map(|scope| &scope.kind);
        kinds.any(|kind| matches!(kind, ScopeKind::Class { .. }))
    };
    let acts = |code: &Code| {
        let mut calls = code.calls.iter();
        calls.any(|call| code.function(call.scope).is_none())
    };
    let included = |code: &Code| {
        let name = code.path.rsplit('/').next().unwrap_or_default();
        name == "index.php"
            || php
                .iter()
                .filter(|other| other.path != code.path)
                .any(|other| {
                    let mut modules = other.imports.iter().map(|import| import.module.as_str());
                    // A computed name may mean any file of its folder.
                    modules.any(|module| module.ends_with(name)) || includes(other, "", &code.path)
                })
    };
    let dropped: BTreeSet<String> = php
        .iter()
        .filter(|code| in_library(&code.path) && !has_class(code) && acts(code))
        .filter(|code| !included(code))
        .map(|code| code.path.clone())
        .collect();
    sources.keep(|code| !dropped.contains(&code.path));
}

/// The folder that a web command serves, relative to the app.
fn document_root(command: &Command) -> Option<String> {
    const VALUES: &[&str] = &["-C", "-c", "-F", "-i", "-l", "-p", "-v"];
    let words = command.words.get(1..)?;
    let program = command.program();
    let served = if program.starts_with("heroku-php-") {
        let before = std::iter::once("").chain(words.iter().map(String::as_str));
        words
            .iter()
            .zip(before)
            .filter(|(word, before)| !word.starts_with('-') && !VALUES.contains(before))
            .map(|(word, _)| word.as_str())
            .last()
            .unwrap_or("")
    } else if program == "php" && words.iter().any(|word| word == "serve") {
        "public"
    } else if program == "php" && words.iter().any(|word| word == "-S") {
        let at = words.iter().position(|word| word == "-t")?;
        words.get(at + 1)?
    } else {
        return None;
    };
    if served.contains('$') {
        return None;
    }
    command.in_app(served.trim_end_matches('/'))
}

/// Folders and files from which Composer loads classes and functions.
fn autoloaded(sources: &Sources) -> Vec<String> {
    let manifest: Option<Value> = sources
        .text(slugsmith_ecosystems::php::MANIFEST)
        .and_then(|text| serde_json::from_str(text).ok());
    let mut found = Vec::new();
    let Some(autoload) = manifest
        .as_ref()
        .and_then(|manifest| manifest.get("autoload"))
    else {
        return found;
    };
    let mut add = |value: &Value| {
        let list = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        found.extend(
            list.iter()
                .filter_map(Value::as_str)
                .map(|path| path.trim_start_matches("./").to_owned()),
        );
    };
    for key in ["psr-4", "psr-0"] {
        let map = autoload.get(key).and_then(Value::as_object);
        map.into_iter()
            .flatten()
            .for_each(|(_, folders)| add(folders));
    }
    for key in ["classmap", "files"] {
        autoload.get(key).into_iter().for_each(&mut add);
    }
    found
}

/// Whether a file includes another one: by its path, or by a folder with a computed name.
fn includes(code: &Code, root: &str, path: &str) -> bool {
    let folder = code.folder();
    let at = |base: &str, module: &str| {
        let (module, open) = match module.strip_suffix('*') {
            Some(module) => (module, true),
            None => (module, false),
        };
        let full = join(base, module);
        if open {
            full.is_empty() && path.contains('/') || !full.is_empty() && path.starts_with(&full)
        } else {
            full == path
        }
    };
    code.imports
        .iter()
        .filter(|import| import.module.contains(".php") || import.module.ends_with('*'))
        .any(|import| {
            [folder, root, ""]
                .iter()
                .any(|base| at(base, &import.module))
        })
}
