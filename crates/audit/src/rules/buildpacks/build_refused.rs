//! What does the official buildpack refuse, so that the next deploy fails?

mod go;
mod python;

use crate::rules::prelude::*;
use slugsmith_finding::LineSpan;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "build-refused",
    code: "SF006",
    title: "The official buildpack refuses this app: the next deploy fails",
    level: Severity::Error,
    group: Group::Buildpacks,
    ecosystems: &["python", "ruby", "go"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            What heroku/python stops a build for before it installs anything: a virtual environment
            or `.heroku/python` in the sources, a Python version that it can't read or that is not
            released, a misspelt `.python-version`, uv without one or with runtime.txt, a setup.py
            alone. Taken from the buildpack's own checks
            (heroku/heroku-buildpack-python `lib/checks.sh`, `lib/package_manager.sh`,
            `lib/python_version.sh`; heroku/buildpacks-python `src/errors.rs`). And a
            lockfile of Ruby or Python, or a list that requirements.txt takes in, that takes a package
            from `git://github.com`, which GitHub no
            longer answers; npm and Yarn ask GitHub over https all the same. And an app in Go whose
            packages are those of Godep, dep, govendor or Glide, without a go.mod
            (heroku/heroku-buildpack-go `lib/common.sh`).
        "},
        why: indoc! {"
            The buildpack is updated between two deploys, and what it only warned of last month it
            may refuse today, on the day when a fix has to go out.
        "},
        fix: indoc! {"
            What the finding says, such as:
            ```
            git rm -r --cached .venv && echo .venv/ >> .gitignore
            echo 3.14 > .python-version
            ```
        "},
        silent: indoc! {"
            In a build, where the buildpack has already run; released lines of Python that are newer
            than our tables; virtual environments that git ignores; apps whose buildpacks (app.json)
            are others than heroku/python.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    // In a build the buildpack was there before us and did not refuse.
    if facts.set.is_some() {
        return Outcome::not_applicable();
    }
    let is_served = python::is_served(facts);
    let mut evidence = if is_served {
        python::refused(facts)
    } else {
        Vec::new()
    };
    evidence.extend(unencrypted(facts));
    evidence.extend(go::refused(facts));
    let applies = is_served || facts.packages.manifest(Ecosystem::Gem).is_some();
    Outcome::when(applies || !evidence.is_empty(), evidence)
}

/// Sources over git's own protocol, which GitHub has not answered since 2022-03-15
/// (github.blog/security/application-security/improving-git-protocol-security-github).
fn unencrypted(facts: &Facts<'_>) -> Option<Evidence> {
    // npm and Yarn take a repository of GitHub over https, however its address begins
    // (npm/pacote `lib/git.js`; yarnpkg/yarn `src/resolvers/exotics/git-resolver.js`).
    let is_lock = |path: &str| {
        slugsmith_ecosystems::lockfile(path)
            .is_some_and(|(ecosystem, _)| matches!(ecosystem.purl, "gem" | "pypi"))
    };
    let texts = facts
        .sources
        .texts
        .iter()
        .filter(|(path, _)| !path.contains('/'));
    let (path, text, at) = texts
        .filter(|(path, _)| is_lock(path) || path.starts_with("requirements"))
        .find_map(|(path, text)| Some((path, text, text.find("git://github.com/")?)))?;
    let rest = text.get(at..)?;
    let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '#' | '@');
    let address = rest.split(is_end).next().unwrap_or(rest);
    let line = LineSpan::of(text, at..at + address.len());
    let message =
        format!("`{address}` can't be fetched: GitHub no longer answers git's own protocol.");
    let fix = address.replacen("git://", "https://", 1);
    Some(
        Evidence::line(path, line, message)
            .help(format!("Take it from {fix}, and make the lockfile anew.")),
    )
}
