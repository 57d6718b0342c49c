//! Which package manager installs the dependencies?

use crate::rules::prelude::*;
use slugsmith_ecosystems as ecosystems;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "competing-lockfiles",
    code: "SF402",
    title: "Lockfiles of several package managers are committed",
    level: Severity::Error,
    group: Group::Dependencies,
    ecosystems: &["node", "python"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            Two of package-lock.json, yarn.lock and pnpm-lock.yaml at the root; two of Pipfile.lock,
            poetry.lock and uv.lock, or a Pipfile beside requirements.txt.
            requirements.txt beside uv.lock, poetry.lock or Pipfile.lock, which the Python
            buildpack refuses: that finding stands at requirements.txt, the others at the second of the
            two files. In an app that is built from a Dockerfile it is a warning: the image follows one of them.
        "},
        why: indoc! {"
            The buildpack refuses the build or takes one of them; the other is never updated, so
            developers and dynos run different versions.
        "},
        fix: indoc! {"
            Keep the one that `packageManager` names, or that the team uses:
            ```
            git rm yarn.lock
            ```
        "},
        silent: indoc! {"
            One per ecosystem; lockfiles that git ignores; subfolders; npm-shrinkwrap beside
            package-lock.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = Vec::new();
    let mut applies = false;
    for (ecosystem, names) in [
        (
            Ecosystem::Npm,
            &[
                ecosystems::javascript::PACKAGE_LOCK,
                ecosystems::javascript::YARN_LOCK,
                ecosystems::javascript::PNPM_LOCK,
            ][..],
        ),
        (
            Ecosystem::Pypi,
            &[
                ecosystems::python::PIPFILE_LOCK,
                ecosystems::python::POETRY_LOCK,
                ecosystems::python::UV_LOCK,
            ][..],
        ),
    ] {
        let present: Vec<_> = names
            .iter()
            .filter(|name| facts.sources.has(name))
            .collect();
        applies = applies || !present.is_empty() || facts.packages.manifest(ecosystem).is_some();
        if let [_, second, ..] = present.as_slice() {
            let list: Vec<_> = present.iter().map(|name| **name).collect();
            evidence.push(
                Evidence::line(
                    second,
                    0,
                    format!(
                        "{} are both committed: which one is used depends on the tool.",
                        list.join(" and ")
                    ),
                )
                .level(if facts.is_container() {
                    Severity::Warn
                } else {
                    RULE.level
                })
                .help(format!("Keep one: git rm {}", remove(facts, &list))),
            );
        }
    }
    evidence.extend(requirements_beside(facts));
    let pipenv = facts.sources.has(ecosystems::python::PIPFILE)
        && facts.sources.has(ecosystems::python::REQUIREMENTS);
    if pipenv && evidence.is_empty() {
        evidence.push(
            Evidence::line(
                ecosystems::python::REQUIREMENTS,
                0,
                "Pipfile and requirements.txt lie \
            side by side: the buildpack takes one and ignores the other.",
            )
            .help(
                "git rm the one \
                that is not used.",
            ),
        );
    }
    Outcome::when(applies, evidence)
}

/// requirements.txt beside the lockfile of another manager: the Python buildpack refuses an
/// app with more than one package manager.
fn requirements_beside(facts: &Facts<'_>) -> Option<Evidence> {
    let served = facts.packages.manifest(Ecosystem::Pypi).is_some();
    if !served || !facts.sources.has(ecosystems::python::REQUIREMENTS) {
        return None;
    }
    let lock = [
        ecosystems::python::UV_LOCK,
        ecosystems::python::POETRY_LOCK,
        ecosystems::python::PIPFILE_LOCK,
    ]
    .into_iter()
    .find(|name| facts.sources.has(name))?;
    let message = format!(
        "requirements.txt and {lock} are two package managers: the Python buildpack refuses to \
         choose, and the build fails."
    );
    let found = Evidence::line(ecosystems::python::REQUIREMENTS, 0, message);
    Some(found.help(format!(
        "Keep one: git rm requirements.txt   (or: git rm {lock})"
    )))
}

/// The locks that are not the one package.json names.
fn remove(facts: &Facts<'_>, list: &[&str]) -> String {
    let declared = facts
        .app
        .package_json
        .good()
        .and_then(ecosystems::javascript::declared_lockfile)
        .filter(|one| list.contains(&one.name));
    let first = || list.first().copied().unwrap_or_default();
    let keep = declared.map_or_else(first, |one| one.name);
    list.iter()
        .filter(|name| **name != keep)
        .copied()
        .collect::<Vec<_>>()
        .join(" ")
}
