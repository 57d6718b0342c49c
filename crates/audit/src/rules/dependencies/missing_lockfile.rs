//! Is there a lockfile, and does the build use it?

mod platforms;

use crate::Facts;
use crate::registry::{Docs, Evidence, Group, Outcome, Rule, Target};
use indoc::indoc;
use slugsmith_ecosystems::graph::Wanted;
use slugsmith_ecosystems::{self as ecosystems, Lockfile};
use slugsmith_facts::packages::Ecosystem;
use slugsmith_facts::process::script;
use slugsmith_finding::Severity;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "missing-lockfile",
    code: "SF401",
    title: "Dependencies are not locked, or the build goes around the lock",
    level: Severity::Error,
    group: Group::Dependencies,
    ecosystems: &["node", "python", "ruby", "go", "php", "elixir", "deno"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A manifest (package.json, Pipfile, Gemfile, composer.json, go.mod, pyproject.toml of
            poetry or uv) without its lockfile; and settings that make the build ignore the lock:
            `USE_NPM_INSTALL=true`, `BUNDLE_FROZEN=false`, `yarn install --no-lockfile`.
            A Gemfile.lock whose platforms are those of laptops only, which Bundler refuses on
            Linux and the Ruby buildpack deletes where an old Bundler wrote it on Windows.
        "},
        why: indoc! {"
            Every build resolves versions anew. A release that nobody changed can get other
            packages, a rollback can't be rebuilt, and nothing can be cached by content: the install
            runs in full each time.
        "},
        fix: indoc! {"
            ```
            npm install --package-lock-only      # or: yarn install, pnpm install --lockfile-only
            bundle lock --add-platform x86_64-linux
            uv lock                              # or: poetry lock, pipenv lock
            composer update --no-install
            go mod tidy
            ```
            Commit the file it writes.
        "},
        silent: indoc! {"
            A package.json that only holds development tools and has no build or start script;
            Maven, which has no lockfile; a Ruby, Go or PHP app without dependencies;
            requirements.txt, which `unpinned-dependency` looks at.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = Vec::new();
    let mut applies = false;
    let (of_npm, with_npm) = lock_of_npm(facts);
    for (ecosystem, manifest, lock, command) in [
        (
            Ecosystem::Npm,
            ecosystems::javascript::MANIFEST,
            of_npm,
            with_npm,
        ),
        (
            Ecosystem::Gem,
            ecosystems::ruby::GEMFILE,
            ecosystems::ruby::GEMFILE_LOCK,
            "bundle lock --add-platform x86_64-linux",
        ),
        (
            Ecosystem::Pypi,
            ecosystems::python::PIPFILE,
            ecosystems::python::PIPFILE_LOCK,
            "pipenv lock",
        ),
        (
            Ecosystem::Composer,
            ecosystems::php::MANIFEST,
            ecosystems::php::COMPOSER_LOCK,
            "composer update --no-install",
        ),
        (
            Ecosystem::Go,
            ecosystems::go::MANIFEST,
            ecosystems::go::GO_SUM,
            "go mod tidy",
        ),
    ] {
        if !facts.sources.has(manifest) || !installs(facts, ecosystem) {
            continue;
        }
        applies = true;
        if facts.packages.locks_of(ecosystem).next().is_none() {
            evidence.push(
                Evidence::line(
                    manifest,
                    0,
                    format!(
                        "{manifest} has no {lock}: every build resolves versions anew, and \
                        nothing can be cached by content."
                    ),
                )
                .help(format!("{command}   then commit {lock}")),
            );
        }
    }
    evidence.extend(recognised(facts, &mut applies));
    evidence.extend(python_project(facts, &mut applies));
    evidence.extend(bypassed(facts));
    evidence.extend(platforms::check(facts));
    Outcome::when(applies, evidence)
}

/// Manifests of ecosystems that other buildpacks install.
fn recognised(facts: &Facts<'_>, applies: &mut bool) -> Vec<Evidence> {
    let mut found = Vec::new();
    let ecosystems = ecosystems::ALL.iter().filter(|one| one.needs_lockfile);
    for ecosystem in ecosystems {
        let Some((manifest, text)) = ecosystem
            .manifests
            .iter()
            .find_map(|one| Some((one, facts.sources.text(one.pattern)?)))
        else {
            continue;
        };
        let wanted = (ecosystem.wanted)(text);
        if !wanted.iter().any(|one| !one.is_development) {
            continue;
        }
        *applies = true;
        let mut locks = ecosystem.lockfiles.iter();
        let Some(lock) = locks.next() else {
            continue;
        };
        let (path, name) = (manifest.pattern, lock.name);
        if facts.sources.has(name) {
            found.extend(not_in_lock(facts, path, &wanted, lock));
            continue;
        }
        let message = format!(
            "{path} has no {name}: every build resolves versions anew, and nothing can be \
            cached by content."
        );
        let evidence = Evidence::line(path, 0, message);
        found.push(evidence.help(format!("{}   then commit {name}", manifest.lock_with)));
    }
    found
}

/// A package that production wants and the lockfile does not hold: the install of it would
/// resolve anew, or stop.
fn not_in_lock(
    facts: &Facts<'_>,
    manifest: &str,
    wanted: &[Wanted],
    lock: &Lockfile,
) -> Option<Evidence> {
    let graph = (lock.read)(facts.sources.text(lock.name)?).ok()?;
    // What comes from git or a folder may be locked under another name.
    let mut wanted = wanted
        .iter()
        .filter(|one| !one.is_development && !one.version.is_empty());
    let one = wanted.find(|one| !graph.packages.iter().any(|locked| locked.name == one.name))?;
    let message = format!(
        "{} is wanted here and is not in {}: a build resolves it anew, or stops.",
        one.name, lock.name
    );
    let evidence = Evidence::line(manifest, one.line, message);
    Some(evidence.help(format!("{}   then commit {}", lock.lock_with, lock.name)))
}

/// The lockfile of the package manager that package.json asks for, and the command that writes it.
fn lock_of_npm(facts: &Facts<'_>) -> (&'static str, &'static str) {
    use ecosystems::javascript::{PACKAGE_LOCK, declared_lockfile};
    let declared = facts.app.package_json.good().and_then(declared_lockfile);
    declared.map_or((PACKAGE_LOCK, "npm install --package-lock-only"), |one| {
        (one.name, one.lock_with)
    })
}

/// Whether the build installs something from this manifest.
fn installs(facts: &Facts<'_>, ecosystem: Ecosystem) -> bool {
    let wanted = |dev: bool| {
        facts
            .packages
            .wanted
            .iter()
            .any(|package| package.ecosystem == ecosystem && (dev || !package.dev))
    };
    match ecosystem {
        // A package.json for linters only is no part of what is deployed.
        Ecosystem::Npm => {
            wanted(false)
                || (wanted(true)
                    && ["build", "start", "heroku-postbuild"]
                        .iter()
                        .any(|name| script(facts.app, name).is_some()))
        }
        Ecosystem::Composer => facts
            .packages
            .wanted
            .iter()
            .any(|package| package.ecosystem == ecosystem && package.name.contains('/')),
        _ => wanted(false),
    }
}

/// pyproject.toml is locked by poetry or uv, if the build uses one of them.
fn python_project(facts: &Facts<'_>, applies: &mut bool) -> Option<Evidence> {
    let text = facts.sources.text(ecosystems::python::PYPROJECT)?;
    let (tool, lock) = if text.contains("[tool.poetry") {
        ("poetry lock", ecosystems::python::POETRY_LOCK)
    } else if text.contains("[tool.uv") {
        ("uv lock", ecosystems::python::UV_LOCK)
    } else {
        return None;
    };
    // With requirements.txt or a Pipfile beside it, those are what the build installs.
    if facts.sources.has(ecosystems::python::REQUIREMENTS)
        || facts.sources.has(ecosystems::python::PIPFILE)
    {
        return None;
    }
    *applies = true;
    if facts.packages.locks_of(Ecosystem::Pypi).next().is_some() {
        return None;
    }
    Some(
        Evidence::line(
            ecosystems::python::PYPROJECT,
            0,
            format!("pyproject.toml has no {lock}: every build resolves versions anew."),
        )
        .help(format!("{tool}   then commit {lock}")),
    )
}

/// Settings that make a build ignore its lock.
fn bypassed(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut found = Vec::new();
    for (variable, bad, effect) in [
        (
            "USE_NPM_INSTALL",
            "true",
            "makes the buildpack run `npm install` instead of `npm ci`",
        ),
        (
            "BUNDLE_FROZEN",
            "false",
            "lets Bundler change Gemfile.lock during the build",
        ),
        (
            "BUNDLE_DEPLOYMENT",
            "false",
            "lets Bundler change Gemfile.lock during the build",
        ),
        (
            "YARN_ENABLE_IMMUTABLE_INSTALLS",
            "false",
            "lets Yarn change yarn.lock during the build",
        ),
    ] {
        if let crate::Declared::Value(value) = facts.declared(variable)
            && value == bad
        {
            let line = facts.line("app.json", variable).unwrap_or_default();
            found.push(
                Evidence::line(
                    "app.json",
                    line,
                    format!(
                        "{variable}={bad} {effect}, so the \
                    lockfile does not decide what is shipped."
                    ),
                )
                .level(Severity::Warn)
                .help(format!(
                    "Remove {variable} from app.json, and on running apps: heroku \
                        config:unset {variable}"
                )),
            );
        }
    }
    for (path, text) in [
        ecosystems::javascript::MANIFEST,
        "bin/pre_compile",
        "bin/post_compile",
    ]
    .iter()
    .filter_map(|path| Some((path, facts.sources.text(path)?)))
    {
        for flag in ["--no-lockfile", "--no-package-lock", "--no-frozen-lockfile"] {
            let line = slugsmith_facts::lines::line_of(text, flag);
            if line > 0 {
                found.push(
                    Evidence::line(
                        path,
                        line,
                        format!("`{flag}` installs without the lockfile."),
                    )
                    .level(Severity::Warn)
                    .help(format!("Remove {flag} from the command.")),
                );
            }
        }
    }
    found
}
