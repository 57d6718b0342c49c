//! Does `.slugignore` remove something that is needed, or not do what it says?

use crate::rules::prelude::*;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::formats::slugignore::{self, Line};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "slugignore-hazard",
    code: "SF303",
    title: "A line of .slugignore removes what is needed, or means something else than it seems",
    level: Severity::Error,
    group: Group::Slug,
    ecosystems: &["all"],
    target: Target::Classic,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A pattern that hits a lockfile, a manifest, the Procfile, a build hook, or a file that a
            process starts (an error). `!` lines, and lines with blanks; a name without `/` that
            also hits folders of code deep in the app (warnings). `node_modules`, which does nothing
            unless it is committed (a note).
        "},
        why: indoc! {"
            The file is read before the buildpacks run: what it hits is missing in the build as
            well. Lines are split at blanks, there is no `!`, and a name without `/` hits at any
            depth (`log` also removes `src/log/`), while `tests/` only hits at the root.
        "},
        fix: indoc! {"
            Anchor each line at the root, and leave out what the build needs:
            ```
            /docs
            /spec
            /design
            *.psd
            ```
        "},
        silent: "Patterns that hit nothing, or only folders that nothing needs.",
    },
    check,
};

/// What a build can't do without, at the root.
const NEEDED: &[&str] = &[
    ecosystems::javascript::MANIFEST,
    ecosystems::javascript::PACKAGE_LOCK,
    ecosystems::javascript::SHRINKWRAP,
    ecosystems::javascript::YARN_LOCK,
    ecosystems::javascript::PNPM_LOCK,
    "pnpm-workspace.yaml",
    ecosystems::ruby::GEMFILE,
    ecosystems::ruby::GEMFILE_LOCK,
    "Rakefile",
    "config.ru",
    ecosystems::python::REQUIREMENTS,
    ecosystems::python::PIPFILE,
    ecosystems::python::PIPFILE_LOCK,
    ecosystems::python::PYPROJECT,
    ecosystems::python::POETRY_LOCK,
    ecosystems::python::UV_LOCK,
    "manage.py",
    "runtime.txt",
    ".python-version",
    ecosystems::php::MANIFEST,
    ecosystems::php::COMPOSER_LOCK,
    "artisan",
    ecosystems::go::MANIFEST,
    ecosystems::go::GO_SUM,
    ecosystems::java::POM,
    "mvnw",
    "gradlew",
    ecosystems::java::BUILD_GRADLE,
    ecosystems::java::BUILD_GRADLE_KTS,
    "system.properties",
    "Procfile",
    "app.json",
    "bin/pre_compile",
    "bin/post_compile",
    ".npmrc",
    "tsconfig.json",
];

fn check(facts: &Facts<'_>) -> Outcome {
    let Some(text) = facts.sources.text(".slugignore") else {
        return Outcome::not_applicable();
    };
    let lines = slugignore::read(text);
    Outcome::of(
        lines
            .iter()
            .filter_map(|line| judge(facts, line))
            .collect::<Vec<_>>(),
    )
}

fn judge(facts: &Facts<'_>, line: &Line<'_>) -> Option<Evidence> {
    let at = |message: String| Evidence::line(".slugignore", line.place, message);
    let (line, patterns) = (line.text, &line.patterns);
    if let Some(kept) = line.strip_prefix('!') {
        return Some(
            at(format!(
                "`{line}` does not keep {kept}: .slugignore has no `!`, so the line hits nothing."
            ))
            .level(Severity::Warn)
            .help("Name what shall go instead, each line anchored with `/`."),
        );
    }
    for one in patterns {
        let (pattern, hits) = (one.text, |path: &str| one.hits(path));
        if let Some(needed) = needed(facts).into_iter().find(|path| hits(path)) {
            return Some(
                at(format!(
                    "`{pattern}` removes {needed} before the build, which needs it."
                ))
                .help(format!(
                    "Remove the line, or anchor it so that {needed} stays."
                )),
            );
        }
        if line.contains(char::is_whitespace) {
            continue;
        }
        let deep = facts.sources.files.iter().find(|code| {
            !pattern.contains('/')
                && code.path.matches('/').count() > 1
                && hits(&code.path)
                && !root_only(&code.path, pattern)
        });
        if let Some(code) = deep {
            return Some(
                at(format!(
                    "`{pattern}` has no `/`, so it hits at any depth: also {}, \
                which a process can reach.",
                    code.path
                ))
                .level(Severity::Warn)
                .help(format!("/{pattern}")),
            );
        }
        if matches!(pattern.trim_matches('/'), "node_modules" | "vendor/bundle")
            && facts.app.has(".gitignore")
            && facts.sources.is_ignored(pattern.trim_matches('/'))
        {
            return Some(
                at(format!(
                    "`{pattern}` does nothing: git already leaves it out, and the \
                build installs it after this file was read."
                ))
                .level(Severity::Info)
                .help(
                    "Remove \
                    the line; development packages are pruned by the buildpack.",
                ),
            );
        }
    }
    line.contains(char::is_whitespace).then(|| {
        at(format!(
            "`{line}` is split at its blanks into several patterns."
        ))
        .level(Severity::Warn)
        .help("Write one pattern per line; a blank in a name can be written as `?`.")
    })
}

/// The file is hit through the folder at the root, where the line was meant.
fn root_only(path: &str, pattern: &str) -> bool {
    path.split('/').next() == Some(pattern)
}

/// Manifests, locks and hooks that are there, and what processes start.
fn needed(facts: &Facts<'_>) -> Vec<String> {
    let mut needed: Vec<String> = NEEDED
        .iter()
        .filter(|path| facts.sources.has(path))
        .map(|path| (*path).to_owned())
        .collect();
    for command in facts.processes.iter().flat_map(|process| &process.commands) {
        let words = command.words.iter().take(4);
        let paths = words.filter_map(|word| command.in_app(word));
        needed.extend(
            paths.filter_map(|path| slugsmith_facts::process::source_of(&facts.sources, &path)),
        );
    }
    needed
}
