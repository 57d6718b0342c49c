//! The checks of heroku/python that end a build before anything is installed.
//!
//! Read in heroku/heroku-buildpack-python at its state of 2026-08-18: `lib/checks.sh`,
//! `lib/package_manager.sh`, `lib/python_version.sh`.

use crate::guards::numbers;
use crate::rules::prelude::*;
use slugsmith_ecosystems as ecosystems;
use slugsmith_ecosystems::python::{PIPFILE_LOCK, POETRY_LOCK, UV_LOCK, requirements};
use slugsmith_facts::formats::list;
use slugsmith_facts::sources::lists;
use slugsmith_finding::LineSpan;

const VERSION_FILE: &str = ".python-version";
const OLD_VERSION_FILE: &str = "runtime.txt";

/// Names of a version file that the buildpack refuses as misspelt.
const MISSPELT: &[&str] = &[
    " .python-version",
    ". python-version",
    ".python_version.txt",
    ".python_version",
    ".python-version ",
    ",python-version",
    ".python-version.",
    ".python-version.py",
    ".python-version.rtf",
    ".python-version.txt",
    ".python-version.TXT",
    ".Python-version",
    ".python.version",
    ".pythonversion",
    "'.python-version'",
    "python_version.txt",
    "python_version",
    "python-version.",
    "python-version.txt",
    "python-version",
];

/// Whether heroku/python builds this app: its packages are served, and no list of buildpacks
/// names others alone.
pub(super) fn is_served(facts: &Facts<'_>) -> bool {
    let buildpacks = facts.buildpacks();
    let names_it = buildpacks.iter().any(|one| one.contains("python"));
    facts.packages.manifest(Ecosystem::Pypi).is_some() && (buildpacks.is_empty() || names_it)
}

pub(super) fn refused(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut found = Vec::new();
    found.extend(environments(facts));
    found.extend(package_manager(facts));
    found.extend(version(facts));
    found.extend(closed_address(facts));
    found
}

/// A package by `git://` of GitHub, which has answered nothing there since March 2022 (github.blog, "Improving Git
/// protocol security on GitHub"): pip ends with an error. Only what requirements.txt installs.
fn closed_address(facts: &Facts<'_>) -> Option<Evidence> {
    let others = [PIPFILE_LOCK, POETRY_LOCK, UV_LOCK];
    if others.into_iter().any(|name| facts.sources.has(name)) {
        return None;
    }
    let lists = lists::taken_in(&facts.sources.texts);
    lists.iter().find_map(|path| {
        let lines = requirements::lines(facts.sources.text(path)?);
        let line = lines.iter().find(|line| line.text.contains("git+git://github.com/"))?;
        let message = "GitHub does not answer git:// any more: pip can't fetch this package, and the build ends.";
        let found = Evidence::line(path, line.place, message);
        Some(found.help("Write git+https:// instead of git+git://"))
    })
}

/// Folders that the buildpack makes itself, or that hide what it makes.
fn environments(facts: &Facts<'_>) -> Vec<Evidence> {
    let entries = facts.tree.entries();
    let is_there = |path: &str| {
        entries
            .iter()
            .any(|entry| entry.path() == std::path::Path::new(path))
    };
    let mut found = Vec::new();
    for (folder, mark) in [
        (".venv", "pyvenv.cfg"),
        ("venv", "pyvenv.cfg"),
        (".heroku/python", "bin"),
    ] {
        // Tools put a `.gitignore` that names everything into the environments that they make.
        let ignored = facts.sources.is_ignored(folder) || is_there(&format!("{folder}/.gitignore"));
        let ours = facts.installed.contains(folder);
        if ours || ignored || !is_there(&format!("{folder}/{mark}")) {
            continue;
        }
        let message = format!(
            "{folder}/ is in the sources: the Python buildpack refuses the build, since it installs \
             into an environment of its own."
        );
        let fix = format!("git rm -r --cached {folder} && echo {folder}/ >> .gitignore");
        found.push(Evidence::line(&format!("{folder}/{mark}"), 0, message).help(fix));
    }
    found
}

/// A setup.py alone; what other manifests lack is said by `missing-lockfile`.
fn package_manager(facts: &Facts<'_>) -> Option<Evidence> {
    let known = [
        ecosystems::python::REQUIREMENTS,
        PIPFILE_LOCK,
        POETRY_LOCK,
        UV_LOCK,
    ];
    let has = |name: &str| facts.sources.has(name);
    let path = facts.packages.manifest(Ecosystem::Pypi)?;
    if path != ecosystems::python::SETUP_PY || known.into_iter().any(has) {
        return None;
    }
    let message = "setup.py alone names no package manager: the Python buildpack refuses the build without a \
                   requirements.txt, poetry.lock, uv.lock or Pipfile.lock at the root.";
    Some(Evidence::line(path, 0, message).help("echo '--editable .' > requirements.txt"))
}

/// What is wrong with the version, in the order in which the buildpack looks.
fn version(facts: &Facts<'_>) -> Option<Evidence> {
    let write = format!(
        "echo {} > {VERSION_FILE}   then commit it",
        line_to_write(facts)?
    );
    let uses_uv = facts.sources.has(UV_LOCK);
    if facts.sources.has(OLD_VERSION_FILE) {
        let remove = format!("git rm {OLD_VERSION_FILE} && {write}");
        if uses_uv {
            let message =
                "runtime.txt is not supported with uv: the Python buildpack refuses the build.";
            return Some(Evidence::line(OLD_VERSION_FILE, 1, message).help(remove));
        }
        let wanted = match list::read(facts.sources.text(OLD_VERSION_FILE)?).as_slice() {
            [one] => one.text.strip_prefix("python-"),
            _ => None,
        };
        let fine = wanted.filter(|version| is_version(version));
        let Some(version) = fine else {
            let message = "runtime.txt is not in the form python-3.N: the Python buildpack refuses the build.";
            return Some(Evidence::line(OLD_VERSION_FILE, 1, message).help(remove));
        };
        return unreleased(facts, OLD_VERSION_FILE, LineSpan::whole(1), version)
            .map(|found| found.help(remove));
    }
    if let Some(name) = misspelt(facts) {
        let message = format!(
            "`{name}` is a misspelt {VERSION_FILE}: the Python buildpack refuses the build."
        );
        return Some(
            Evidence::line(&name, 0, message).help(format!("git mv '{name}' {VERSION_FILE}")),
        );
    }
    if !facts.sources.has(VERSION_FILE) {
        let message = format!(
            "uv.lock without a {VERSION_FILE}: with uv the Python buildpack takes no default version and refuses \
             the build."
        );
        return uses_uv.then(|| Evidence::line(UV_LOCK, 0, message).help(write));
    }
    let lines = list::read(facts.sources.text(VERSION_FILE)?);
    let wrong = lines.iter().find(|item| !is_version(item.text));
    let (number, said) = match (wrong, lines.as_slice()) {
        (Some(item), _) => (
            item.line,
            format!("`{}` is not a version of the form 3.N or 3.N.N", item.text),
        ),
        (None, [item]) => {
            return unreleased(facts, VERSION_FILE, item.line, item.text)
                .map(|found| found.help(write));
        }
        (None, []) => (
            LineSpan::default(),
            format!("{VERSION_FILE} names no version"),
        ),
        (None, [_, item, ..]) => (item.line, format!("{VERSION_FILE} names several versions")),
    };
    let message = format!("{said}: the Python buildpack refuses the build.");
    Some(Evidence::line(VERSION_FILE, number, message).help(write))
}

/// The line of Python that the app has by its runtime.txt, as long as that is supported, so that
/// a move to the other file changes no version; else the buildpack's default.
fn line_to_write(facts: &Facts<'_>) -> Option<String> {
    let python = facts.platform.runtimes.get("python")?;
    let current = facts.sources.text(OLD_VERSION_FILE).and_then(|text| {
        let version = text.trim().strip_prefix("python-")?;
        let line: Vec<_> = version.split('.').take(2).collect();
        is_version(version).then(|| line.join("."))
    });
    let is_supported = |line: &String| python.lines.get(line).is_some_and(|end| *end > facts.today);
    Some(
        current
            .filter(is_supported)
            .unwrap_or_else(|| python.next.clone()),
    )
}

/// The first of the refused names that is at the root.
fn misspelt(facts: &Facts<'_>) -> Option<String> {
    let names = &facts.app.names;
    let found = MISSPELT
        .iter()
        .find(|name| names.iter().any(|one| one == *name));
    found.map(|name| (*name).to_owned())
}

/// `N.N` or `N.N.N`, without leading zeros.
fn is_version(text: &str) -> bool {
    let parts: Vec<_> = text.split('.').collect();
    let is_number = |part: &&str| {
        !part.is_empty()
            && part.bytes().all(|one| one.is_ascii_digit())
            && (part.len() == 1 || !part.starts_with('0'))
    };
    matches!(parts.len(), 2 | 3) && parts.iter().all(is_number)
}

/// A line that is not released yet. Ended ones are for `runtime-end-of-life`; a line that is
/// released may be in a buildpack that is newer than our tables, so nothing is said of it.
fn unreleased(facts: &Facts<'_>, path: &str, line: LineSpan, version: &str) -> Option<Evidence> {
    let year = release_year(version)?;
    let is_released = facts.today.as_str() >= format!("{year}-10-01").as_str();
    let message = format!(
        "Python {version} is not released before October {year}: the Python buildpack refuses the build."
    );
    (!is_released).then(|| Evidence::line(path, line, message))
}

/// The year in whose October a line comes out: 3.9 did in 2020, and one line a year since
/// (PEP 602). Nothing for lines that no schedule names.
fn release_year(version: &str) -> Option<u64> {
    match numbers(version).as_slice() {
        [3, minor @ 9..=999, ..] => Some(2011 + minor),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_python_comes_out_each_october() {
        assert_eq!(release_year("3.9.2"), Some(2020));
        assert_eq!(release_year("3.15"), Some(2026));
        assert_eq!(release_year("4.0"), None);
        assert_eq!(release_year("2.7"), None);
    }
}
