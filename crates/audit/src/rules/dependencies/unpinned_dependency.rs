//! Can a direct dependency change by itself?

use crate::rules::prelude::*;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::packages::Package;
use slugsmith_facts::sources::lists;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "unpinned-dependency",
    code: "SF405",
    title: "Direct dependencies are not pinned, and no lockfile resolves them",
    level: Severity::Warn,
    group: Group::Dependencies,
    ecosystems: &["python", "node", "php", "java", "dotnet"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            requirements.txt with packages that have no version or an open one, where no lockfile
            resolves them: one finding, a note where all ranges are bounded; lists that it takes in
            by `-r` count; git addresses without a commit. In the other ecosystems what moves by its
            nature and is not in the lockfile: `latest`, `*`, a git branch, `dev-main`. Maven and
            Gradle, which have no lockfile: `LATEST`, `RELEASE`, `1.+`, open ranges, `-SNAPSHOT`. The finding
            stands at the first of these packages in the manifest.
        "},
        why: indoc! {"
            A rebuild of the same commit installs other versions: a rollback does not bring back
            what ran, and a broken release of a package breaks a deploy that changed nothing.
        "},
        fix: indoc! {"
            ```
            pip install uv && uv pip compile -o requirements.txt requirements.in
            pip freeze > requirements.txt             # or: what is installed now
            npm install --save-exact express
            mvn versions:use-releases versions:resolve-ranges
            ```
        "},
        silent: indoc! {"
            Exact versions (`==`), hashes, a commit or a tag of numbers behind a git address; whatever a lockfile
            resolves; packages for development and tests. Without any lockfile, `missing-lockfile`
            says it once.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = Vec::new();
    let mut applies = false;
    if facts
        .sources
        .text(ecosystems::python::REQUIREMENTS)
        .is_some()
        && facts.packages.locks_of(Ecosystem::Pypi).next().is_none()
    {
        applies = true;
        evidence.extend(requirements(facts));
    }
    for (ecosystem, fix) in [
        (
            Ecosystem::Npm,
            "npm install --save-exact NAME   then commit package-lock.json",
        ),
        (
            Ecosystem::Composer,
            "composer require NAME:^1.0   then commit composer.lock",
        ),
        (Ecosystem::Maven, "Name a release: <version>1.2.3</version>"),
    ] {
        let lockless = ecosystem == Ecosystem::Maven;
        // No lockfile at all is another rule's cause.
        if !lockless && facts.packages.locks_of(ecosystem).next().is_none() {
            continue;
        }
        let wanted: Vec<_> = facts
            .packages
            .wanted
            .iter()
            .filter(|package| package.ecosystem == ecosystem && !package.dev)
            .collect();
        applies |= !wanted.is_empty();
        let moving: Vec<_> = wanted
            .into_iter()
            .filter(|package| moves(package) && !guards::locked(facts, ecosystem, &package.name))
            .collect();
        evidence.extend(one(&moving, lockless).map(|found| found.help(fix)));
    }
    evidence.extend(floating(facts, &mut applies));
    Outcome::when(applies, evidence)
}

/// Versions such as `8.*` and open ranges in .NET's project files, where no lockfile holds
/// them.
fn floating(facts: &Facts<'_>, applies: &mut bool) -> Option<Evidence> {
    let dotnet = &ecosystems::dotnet::ECOSYSTEM;
    let is_project = |name: &str| dotnet.manifests.iter().any(|one| one.is(name));
    let is_locked = |folder: &str| {
        dotnet
            .lockfiles
            .iter()
            .any(|lock| facts.sources.has(&format!("{folder}{}", lock.name)))
    };
    facts.sources.texts.iter().find_map(|(path, text)| {
        let (folder, name) = path.split_at(path.rfind('/').map_or(0, |at| at + 1));
        let wanted = if is_project(name) && !is_locked(folder) {
            (dotnet.wanted)(text)
        } else {
            Vec::new()
        };
        *applies |= !wanted.is_empty();
        let moves = |version: &str| {
            version.contains('*') || version.starts_with(['[', '(']) && version.ends_with(",)")
        };
        let first = wanted.into_iter().find(|one| moves(&one.version))?;
        let message = format!(
            "`{}` ({}) can change by itself: a rebuild can install another version.",
            first.name, first.version
        );
        Some(Evidence::line(path, first.line, message).help(
            "Name a version, or dotnet restore --use-lock-file   then commit packages.lock.json",
        ))
    })
}

fn one(moving: &[&Package], lockless: bool) -> Option<Evidence> {
    let first = moving.first()?;
    let more = if moving.len() > 1 {
        format!(" and {} more", moving.len() - 1)
    } else {
        String::new()
    };
    let lock = if lockless {
        ""
    } else {
        ", and the lockfile does not hold it"
    };
    Some(Evidence::line(
        &first.path,
        first.line,
        format!(
            "`{}` ({}){more} can change by itself{lock}: a rebuild can install another version.",
            first.name, first.wanted
        ),
    ))
}

/// A wish that newer releases or commits fulfil without any change here.
fn moves(package: &Package) -> bool {
    let wanted = package.wanted.trim();
    match package.ecosystem {
        Ecosystem::Npm => {
            let git = wanted.starts_with("git")
                || wanted.contains("github:")
                || (wanted.contains('/') && !wanted.contains(':') && !wanted.starts_with('@'));
            matches!(wanted, "latest" | "*" | "x" | "next") || (git && !pinned(wanted))
        }
        Ecosystem::Composer => {
            package.name.contains('/')
                && (wanted == "*" || wanted.starts_with("dev-") && !wanted.contains('#'))
        }
        Ecosystem::Maven => {
            let open = wanted.starts_with(['[', '('])
                && (wanted.ends_with(",)") || wanted.ends_with(",]"));
            matches!(
                wanted,
                "LATEST" | "RELEASE" | "latest.release" | "latest.integration" | "+"
            ) || wanted.ends_with(".+")
                || wanted.ends_with("-SNAPSHOT")
                || open
        }
        // Bundler and Cargo install nothing that their lockfiles do not hold.
        Ecosystem::Pypi | Ecosystem::Go | Ecosystem::Gem | Ecosystem::Cargo => false,
    }
}

/// A commit or a tag of numbers behind `#`.
fn pinned(address: &str) -> bool {
    address.split_once('#').is_some_and(|(_, reference)| {
        let reference = reference.trim_start_matches("semver:");
        let commit = reference.len() >= 7 && reference.chars().all(|c| c.is_ascii_hexdigit());
        commit
            || reference
                .trim_start_matches('v')
                .starts_with(|c: char| c.is_ascii_digit())
    })
}

fn requirements(facts: &Facts<'_>) -> Option<Evidence> {
    let files = lists::taken_in(&facts.sources.texts);
    let wanted: Vec<_> = facts
        .packages
        .wanted
        .iter()
        .filter(|package| files.contains(&package.path) && !is_test_tool(&package.name))
        .collect();
    let loose: Vec<_> = wanted
        .iter()
        .filter(|package| !package.wanted.starts_with("==") && !pinned_address(&package.wanted))
        .collect();
    let open = loose
        .iter()
        .filter(|package| !package.wanted.contains('<') && !package.wanted.contains("~="))
        .count();
    let first = loose.first()?;
    let level = if open > 0 {
        Severity::Warn
    } else {
        Severity::Info
    };
    let (noun, them) = match loose.len() {
        1 => ("package is", "it"),
        _ => ("packages are", "them"),
    };
    Some(
        Evidence::line(
            &first.path,
            first.line,
            format!(
                "{} {noun} not pinned ({} …), and no \
            lockfile resolves {them}: a rebuild can install other versions.",
                loose.len(),
                first.name
            ),
        )
        .level(level)
        .help(
            "uv pip compile -o requirements.txt requirements.in   (or: pip freeze > \
                requirements.txt)",
        ),
    )
}

/// Packages with which Python code is tested and checked; no process needs them.
fn is_test_tool(name: &str) -> bool {
    const TOOLS: &[&str] = &[
        "autoflake",
        "autopep8",
        "bandit",
        "black",
        "codecov",
        "coverage",
        "coveralls",
        "factory-boy",
        "faker",
        "flake8",
        "freezegun",
        "hypothesis",
        "ipdb",
        "isort",
        "mock",
        "model-bakery",
        "moto",
        "mypy",
        "nose",
        "nose2",
        "nox",
        "pep8",
        "pre-commit",
        "pudb",
        "pycodestyle",
        "pyflakes",
        "pylint",
        "pyright",
        "pytest",
        "pyupgrade",
        "requests-mock",
        "responses",
        "respx",
        "ruff",
        "safety",
        "testfixtures",
        "time-machine",
        "tox",
        "twine",
        "vcrpy",
        "vulture",
        "yapf",
        "djlint",
        "aioresponses",
        "parameterized",
        "unittest2",
    ];
    const FAMILIES: &[&str] = &["pytest-", "flake8-", "pylint-", "types-", "mypy-", "tox-"];
    TOOLS.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family))
}

/// An address that always means the same: a commit, a tag of numbers, or an archive that is none of a branch.
fn pinned_address(wanted: &str) -> bool {
    let Some(address) = wanted.strip_prefix('@').map(str::trim) else {
        return false;
    };
    let address = address.split(['#', ' ']).next().unwrap_or(address);
    // What stands before the first slash may be `git@host`.
    let path = address.split_once("://").map_or(address, |(_, rest)| rest);
    let path = path.split_once('/').map_or("", |(_, path)| path);
    if address.contains('+')
        && let Some((_, reference)) = path.rsplit_once('@')
    {
        let commit = reference.len() >= 7 && reference.chars().all(|c| c.is_ascii_hexdigit());
        // `v1.2`, `release-1.2`
        return commit
            || reference.contains(|c: char| c.is_ascii_digit()) && reference.contains('.');
    }
    let of_branch = ["/master.", "/main.", "/develop.", "/refs/heads/"];
    [".whl", ".tar.gz", ".zip"]
        .iter()
        .any(|ending| address.ends_with(ending))
        && !of_branch.iter().any(|part| address.contains(part))
}

#[cfg(test)]
mod tests {
    use super::pinned_address;

    #[test]
    fn a_branch_moves_and_a_commit_does_not() {
        for address in [
            "@ git+https://example.com/a/b.git@0b9f2c7#egg=b",
            "@ git+ssh://git@example.com/a/b.git@v1.2.0",
            "@ https://example.com/a/b-1.0-py3-none-any.whl",
            "@ https://example.com/a/b/archive/0b9f2c7.zip",
        ] {
            assert!(pinned_address(address), "{address}");
        }
        for address in [
            "@ git+https://example.com/a/b.git#egg=b",
            "@ git+ssh://git@example.com/a/b.git",
            "@ git+https://example.com/a/b.git@develop#egg=b",
            "@ https://example.com/a/b/archive/master.zip#egg=b",
            "==1.0",
        ] {
            assert!(!pinned_address(address), "{address}");
        }
    }
}
