//! Which Ruby files below `lib/` does a Rails app use?
//!
//! Rails loads a class of `lib/` when code names it, and where `autoload_lib` or `eager_load_paths` say so, loads the
//! file at the start, which only defines things. Either way nothing of it runs until something requires the file or
//! names what it defines. A rake task is something only where a process runs rake.

use std::collections::BTreeSet;

use super::Sources;
use crate::app::App;
use crate::beneath;
use crate::code::{Code, Expr, Language, ScopeKind};
use crate::lines::has_word;

/// Files that may name a class: code, views and settings.
const ENDINGS: &[&str] = &[
    "rb", "ru", "erb", "haml", "slim", "jbuilder", "builder", "arb", "rabl", "yml", "yaml",
];
/// A larger file is no source.
const LARGEST: u64 = 1_000_000;

/// Drops files below `lib/` that only define what nothing names.
pub(super) fn keep(app: &App, sources: &mut Sources, commands: &[String]) {
    if !sources.has("config/application.rb") {
        return;
    }
    let runs_tasks = commands.iter().any(|command| runs_own_task(command));
    // A file that the start loads runs what stands at its top.
    let loads_all = ["config/application.rb", "config/environments/production.rb"]
        .iter()
        .filter_map(|path| sources.files.iter().find(|code| code.path == *path))
        .any(loads_lib);
    let is_task =
        |path: &str| !runs_tasks && (path.ends_with(".rake") || path.starts_with("lib/tasks/"));
    let is_other = |path: &str| {
        is_task(path)
            || ["spec/", "test/", "features/"]
                .iter()
                .any(|at| path.starts_with(at))
    };
    let candidates: Vec<(String, BTreeSet<String>)> = sources
        .files
        .iter()
        .filter(|code| code.language == Language::Ruby && code.path.starts_with("lib/"))
        .filter(|code| !is_task(&code.path) && (!loads_all || only_defines(code)))
        .filter(|code| {
            !commands
                .iter()
                .any(|command| command.contains(stem(&code.path)))
        })
        .map(|code| {
            let mut names = names(code);
            // What runs something may be required for that alone.
            if !names.is_empty() && !only_defines(code) {
                names.insert(stem(&code.path).to_owned());
            }
            (code.path.clone(), names)
        })
        .filter(|(_, names)| !names.is_empty())
        .collect();
    let parsed = || {
        sources
            .files
            .iter()
            .filter(|code| code.language == Language::Ruby && !is_other(&code.path))
    };
    let unnamed: Vec<_> = candidates
        .into_iter()
        .filter(|(path, names)| !parsed().any(|other| other.path != *path && uses(other, names)))
        .collect();
    if unnamed.is_empty() {
        return;
    }
    let mut unseen = unnamed;
    for (path, size) in sources.paths.iter().zip(&sources.sizes) {
        let is_source = path
            .rsplit_once('.')
            .is_some_and(|(_, ending)| ENDINGS.contains(&ending));
        if !is_source || *size > LARGEST || is_other(path) {
            continue;
        }
        // What can't be read may name anything.
        let Ok(text) = beneath::text_in(&app.root, path) else {
            return;
        };
        unseen.retain(|(own, names)| {
            own == path
                || !names.iter().any(|name| has_word(&text, name)) && !has_word(&text, stem(own))
        });
        if unseen.is_empty() {
            return;
        }
    }
    sources.keep(|code| !unseen.iter().any(|(path, _)| *path == code.path));
}

/// Whether a command runs a task of rake that may be the app's own: those of Rails itself need nothing of `lib/`.
fn runs_own_task(command: &str) -> bool {
    const OF_RAILS: &[&str] = &[
        "db:migrate",
        "db:prepare",
        "db:create",
        "db:setup",
        "db:schema:load",
        "assets:precompile",
        "assets:clean",
    ];
    let mut words = command.split_whitespace();
    let rake = words.any(|word| word.rsplit('/').next() == Some("rake"));
    let mut tasks = words.filter(|word| !word.starts_with('-') && !word.contains('='));
    let of_rails = |word: &str| {
        let plain = word.trim_matches(['"', '\'', ';', '&']);
        plain.is_empty() || OF_RAILS.contains(&plain)
    };
    rake && !tasks
        .next()
        .is_some_and(|first| of_rails(first) && tasks.all(of_rails))
        || command.contains("rake") && !rake
}

/// Whether settings load files of `lib/` by folder: `config.autoload_lib`, `config.eager_load_paths << …`.
fn loads_lib(code: &Code) -> bool {
    let names = |text: &str| {
        ["autoload_lib", "eager_load_paths", "autoload_paths"]
            .iter()
            .any(|one| text.contains(one))
    };
    code.calls.iter().any(|call| names(&call.callee))
        || code.assignments.iter().any(|one| names(&one.target))
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}

/// Whether a file does nothing when it is loaded but define classes and modules with their methods.
fn only_defines(code: &Code) -> bool {
    const DEFINERS: &[&str] = &[
        "require",
        "require_relative",
        "require_dependency",
        "autoload",
        "attr_reader",
        "attr_writer",
        "attr_accessor",
        "include",
        "extend",
        "prepend",
        "private",
        "protected",
        "public",
        "module_function",
        "private_class_method",
        "private_constant",
        "alias_method",
        "delegate",
        "freeze",
    ];
    let defines = |callee: &str| DEFINERS.contains(&callee.rsplit('.').next().unwrap_or(callee));
    let mut loaded = code
        .calls
        .iter()
        .filter(|call| code.function(call.scope).is_none());
    !code.broken && loaded.all(|call| defines(&call.callee))
}

/// The classes and modules that a file defines at its top: what stands inside one is reached by its name.
fn names(code: &Code) -> BTreeSet<String> {
    let at_top = code
        .scopes
        .iter()
        .filter(|scope| code.class(scope.parent).is_none());
    let defined = at_top.filter_map(|scope| match &scope.kind {
        ScopeKind::Class { name, .. } => name.split('.').next(),
        _ => None,
    });
    defined
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether the parsed part of a file names one of the classes.
fn uses(code: &Code, names: &BTreeSet<String>) -> bool {
    let has = |dotted: &str| {
        dotted
            .split(['.', ':', '(', ')', '[', ']'])
            .any(|part| names.contains(part))
    };
    let says = |value: &Expr| {
        value.any(|value| matches!(value, Expr::Name(name) | Expr::Call { callee: name, .. } if has(name)))
    };
    code.calls.iter().any(|call| has(&call.callee) || call.arguments.iter().any(|one| says(&one.value)))
        || code.assignments.iter().any(|one| says(&one.value))
        || code.scopes.iter().any(|scope| {
            matches!(&scope.kind, ScopeKind::Class { name, bases } if has(name) || bases.iter().any(|base| has(base)))
        })
}
