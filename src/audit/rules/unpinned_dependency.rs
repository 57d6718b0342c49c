//! Can a direct dependency change by itself?

use super::prelude::*;

pub(super) static RULE: Rule = Rule {
    id: "unpinned-dependency",
    code: "SF405",
    title: "Direct dependencies are not pinned, and no lockfile resolves them",
    level: Level::Warn,
    group: Group::Dependencies,
    ecosystems: &["python"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: "requirements.txt with packages that have no version or an open one, where no lockfile resolves them: one finding, a note where all ranges are bounded; git addresses without a commit.",
        why: "A rebuild of the same commit installs other versions: a rollback does not bring back what ran, and a broken release of a package breaks a deploy that changed nothing.",
        fix: "```\npip install uv && uv pip compile -o requirements.txt requirements.in\n```\nor `pip freeze > requirements.txt`.",
        silent: "Exact versions (`==`), hashes; a lockfile of uv, poetry or Pipenv; requirements for development and tests.",
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    if facts.sources.text("requirements.txt").is_none() || facts.packages.locks_of(Ecosystem::Pypi).next().is_some() {
        return Outcome::not_applicable();
    }
    let wanted: Vec<_> = facts.packages.wanted.iter().filter(|package| package.path == "requirements.txt").collect();
    let loose: Vec<_> = wanted.iter().filter(|package| !package.wanted.starts_with("==") && !pinned_address(&package.wanted)).collect();
    let open = loose.iter().filter(|package| !package.wanted.contains('<') && !package.wanted.contains("~=")).count();
    let Some(first) = loose.first() else {
        return Outcome::when(!wanted.is_empty(), Vec::new());
    };
    let level = if open > 0 { Level::Warn } else { Level::Info };
    let noun = if loose.len() == 1 { "package is" } else { "packages are" };
    Outcome::of(vec![
        Evidence::line("requirements.txt", first.line, format!("{} {noun} not pinned ({} …), and no lockfile resolves them: a rebuild can install other versions.", loose.len(), first.name))
            .level(level)
            .help("uv pip compile -o requirements.txt requirements.in   (or: pip freeze > requirements.txt)"),
    ])
}

/// `name @ git+https://…@<40 hex digits>`, or an archive.
fn pinned_address(wanted: &str) -> bool {
    let Some(address) = wanted.strip_prefix('@').map(str::trim) else {
        return false;
    };
    let commit = address.rsplit_once('@').is_some_and(|(_, end)| end.split(['#', ' ']).next().is_some_and(|end| end.len() >= 7));
    commit || [".whl", ".tar.gz", ".zip"].iter().any(|ending| address.contains(ending))
}
