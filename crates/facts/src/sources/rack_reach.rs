//! Which Ruby files beside `config.ru` does an app load?

use std::collections::BTreeSet;

use super::Sources;
use crate::code::{Code, Language};

/// Drops Ruby files beside `config.ru` that nothing loads: Rack starts there, and Rails loads
/// `app/`, `config/` and `lib/`, so a file at the root is a tool's unless it is required.
pub(super) fn keep(sources: &mut Sources, commands: &[String]) {
    if !sources.has("config.ru") {
        return;
    }
    if !sources.has("config/application.rb") && !sources.has("config/app.rb") {
        keep_required(sources, commands);
    }
    let loaded: BTreeSet<String> = sources
        .files
        .iter()
        .filter(|code| code.language == Language::Ruby)
        .flat_map(|code| &code.imports)
        .map(|import| stem(&import.module).to_owned())
        .collect();
    sources.keep(|code| {
        let at_root = code.path.strip_suffix(".rb");
        at_root
            .filter(|stem| !stem.contains('/'))
            .is_none_or(|stem| {
                loaded.contains(stem) || commands.iter().any(|command| command.contains(stem))
            })
    });
}

/// Where no framework loads folders, Ruby runs what its entry files require, and what those do. Nothing is dropped
/// where a path is computed.
fn keep_required(sources: &mut Sources, commands: &[String]) {
    const BY_FOLDER: &[&str] = &[
        "require_all",
        "require_rel",
        "require_dir",
        "autoload",
        "autoload_all",
        "push_dir",
        "glob",
        "load!",
    ];
    let ruby = || {
        let files = sources.files.iter();
        files.filter(|code| code.language == Language::Ruby)
    };
    let unknown = ruby().any(|code| {
        let mut calls = code.calls.iter();
        let by_folder = calls.any(|call| {
            BY_FOLDER.contains(&call.method())
                || call.callee.starts_with("Dir.")
                || call.callee == "Dir"
        });
        let by_loader = code.calls.iter().any(|call| {
            call.method() == "require" && !matches!(call.receiver(), "" | "Bundler" | "Kernel")
        });
        code.computed_imports || by_folder || by_loader
    });
    if unknown {
        return;
    }
    let is_entry = |path: &str| {
        let short = path.trim_end_matches(".rb");
        path.ends_with(".ru")
            || path.starts_with("config/")
            || path.ends_with("Rakefile")
            || !path.contains('/')
            || commands.iter().any(|command| command.contains(short))
    };
    let mut kept: BTreeSet<String> = BTreeSet::new();
    let mut pending: Vec<&Code> = ruby().filter(|code| is_entry(&code.path)).collect();
    while let Some(code) = pending.pop() {
        if kept.insert(code.path.clone()) {
            let imports = code.imports.iter();
            let wanted: BTreeSet<&str> = imports.map(|import| stem(&import.module)).collect();
            pending.extend(ruby().filter(|other| wanted.contains(stem(&other.path))));
        }
    }
    sources.keep(|code| code.language != Language::Ruby || kept.contains(&code.path));
}

/// The name of a file as `require` has it.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.trim_end_matches(".rb")
}
