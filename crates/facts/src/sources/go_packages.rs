//! Which Go packages are linked into the programs that processes start?
//!
//! Go knows exactly: a program is a `main` package and what it imports. Folders of the
//! module that no program of a process imports (helpers for developers, other programs)
//! never reach a dyno.

use std::collections::{BTreeMap, BTreeSet};

use super::Sources;
use crate::code::{Code, Language, ScopeKind};

/// Drops Go files whose package no started program imports.
pub(super) fn keep(sources: &mut Sources, commands: &[String]) {
    let Some(module) = module(sources) else {
        return;
    };
    let mut packages: BTreeMap<&str, Vec<&Code>> = BTreeMap::new();
    for code in sources
        .files
        .iter()
        .filter(|code| code.language == Language::Go)
    {
        packages.entry(code.folder()).or_default().push(code);
    }
    let programs: Vec<&str> = packages
        .iter()
        .filter(|(_, files)| files.iter().any(|code| is_program(code)))
        .map(|(folder, _)| *folder)
        .collect();
    let names: Vec<String> = programs
        .iter()
        .map(|folder| binary(folder, &module))
        .collect();
    let mut pending = started(&programs, &module, commands);
    if pending.is_empty() {
        return;
    }
    let mut reached: BTreeSet<String> = BTreeSet::new();
    while let Some(package) = pending.pop() {
        if !reached.insert(package.clone()) {
            continue;
        }
        let files = packages.get(package.as_str()).into_iter().flatten();
        pending.extend(
            files
                .flat_map(|code| &code.imports)
                .filter_map(|import| import.module.strip_prefix(module.as_str()))
                .filter(|rest| rest.is_empty() || rest.starts_with('/'))
                .map(|rest| rest.trim_start_matches('/').to_owned()),
        );
    }
    sources.keep(|code| code.language != Language::Go || reached.contains(code.folder()));
    sources.go_programs = names;
}

/// The path of the app's own packages: of its module, else what the tools before modules wrote down.
fn module(sources: &Sources) -> Option<String> {
    let of_module = sources
        .text(slugsmith_ecosystems::go::MANIFEST)
        .and_then(module_name)
        .map(str::to_owned);
    let of_godep = || {
        let value: serde_json::Value =
            serde_json::from_str(sources.text("Godeps/Godeps.json")?).ok()?;
        Some(value.get("ImportPath")?.as_str()?.to_owned())
    };
    let of_line = |path: &str, key: &str| {
        let mut lines = sources.text(path)?.lines();
        let rest = lines.find_map(|line| line.trim().strip_prefix(key))?;
        Some(rest.trim_matches([' ', '"', '=', ':']).to_owned())
    };
    of_module
        .or_else(of_godep)
        .or_else(|| of_line("glide.yaml", "package:"))
        .or_else(|| of_line("Gopkg.toml", "root-package"))
}

fn module_name(manifest: &str) -> Option<&str> {
    let line = manifest
        .lines()
        .find_map(|line| line.trim().strip_prefix("module "))?;
    Some(line.split_whitespace().next()?.trim_matches('"'))
}

/// Whether a file holds the `main` function of a program.
fn is_program(code: &Code) -> bool {
    code.scopes
        .iter()
        .any(|scope| matches!(&scope.kind, ScopeKind::Function { name } if name == "main"))
}

/// The programs that commands name by their binary; else the one at the root; else all.
fn started(programs: &[&str], module: &str, commands: &[String]) -> Vec<String> {
    let named = |folder: &&&str| {
        let binary = binary(folder, module);
        commands.iter().any(|command| {
            command
                .split_whitespace()
                .any(|word| word.rsplit('/').next() == Some(binary.as_str()))
        })
    };
    let by_name: Vec<_> = programs.iter().filter(named).collect();
    let chosen = if !by_name.is_empty() {
        by_name
    } else if programs.contains(&"") {
        vec![&""]
    } else {
        programs.iter().collect()
    };
    chosen
        .into_iter()
        .map(|folder| (*folder).to_owned())
        .collect()
}

/// The name of the program that a main package becomes.
fn binary(folder: &str, module: &str) -> String {
    let path = if folder.is_empty() { module } else { folder };
    // `…/v2` is the version of the module, not its name.
    let mut parts = path.rsplit('/').filter(|part| !is_major_version(part));
    parts.next().unwrap_or(path).to_owned()
}

fn is_major_version(part: &str) -> bool {
    part.strip_prefix('v')
        .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_chosen_by_what_commands_start() {
        let commands = ["bin/api -port $PORT".to_owned()];
        let programs = ["", "cmd/api", "cmd/tool"];
        assert_eq!(
            started(&programs, "example.com/shop", &commands),
            ["cmd/api"]
        );
        assert_eq!(started(&programs, "example.com/shop", &[]), [""]);
        let commands = ["bin/shop".to_owned()];
        assert_eq!(started(&programs, "example.com/shop/v2", &commands), [""]);
        assert_eq!(
            started(&["cmd/a", "cmd/b"], "example.com/shop", &[]),
            ["cmd/a", "cmd/b"]
        );
    }
}
