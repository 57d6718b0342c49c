//! Does the lockfile pin what the manifest asks for?

use crate::rules::prelude::*;
use slugsmith_ecosystems::lockfiles;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "lockfile-disagrees",
    code: "SF409",
    title: "The lockfile does not pin what the manifest asks for",
    level: Severity::Error,
    group: Group::Dependencies,
    ecosystems: &["node", "python", "ruby", "php", "go", "rust", "dotnet"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &["competing-lockfiles", "missing-lockfile"],
    docs: Docs {
        finds: indoc! {"
            A package in package.json (of the root or a workspace), Pipfile, pyproject.toml, Gemfile,
            composer.json, go.mod, Cargo.toml or a project of .NET that its lockfile does not have, has
            in a version that does not fit, or was made for another wish of. No tool is needed to tell. A
            warning where the project is not at the root, since only scripts and settings say whether it
            is installed.
        "},
        why: indoc! {"
            Installs for production take exactly what the lockfile says, so they refuse such a pair and
            the deploy fails; those that do not refuse resolve anew, and ship versions that nobody tested.
        "},
        fix: indoc! {"
            ```
            npm install --package-lock-only      # or: yarn install, pnpm install --lockfile-only
            uv lock                              # or: poetry lock, pipenv lock
            bundle lock
            composer update --lock
            go mod tidy
            cargo update --workspace
            dotnet restore --force-evaluate
            ```
            Commit manifest and lockfile together.
        "},
        silent: indoc! {"
            Wishes for folders, archives, git and aliases; overrides and resolutions; ranges in a form
            that is not read here; requirements with a marker; Gemfiles with conditions; replaced or
            vendored Go modules; binary lockfiles; several lockfiles side by side.
        "},
    },
    check,
};

/// Packages that are named, the rest is counted.
const NAMED: usize = 5;

fn check(facts: &Facts<'_>) -> Outcome {
    let has_lockfile = lockfiles().any(|(_, lockfile)| facts.sources.has(lockfile.name));
    let applies = has_lockfile || facts.sources.project_folders().len() > 1;
    let mut evidence: Vec<Evidence> = facts
        .disagreements
        .iter()
        .take(NAMED)
        .map(|one| {
            let help = format!("{}   then commit {}", one.lock_with, one.lockfile);
            let evidence = Evidence::line(&one.manifest, one.line, format!("{one}.")).help(help);
            // Whether the platform installs a project in a folder is up to scripts and settings.
            if one.lockfile.contains('/') {
                evidence.level(Severity::Warn)
            } else {
                evidence
            }
        })
        .collect();
    let more = facts.disagreements.len().saturating_sub(NAMED);
    if let (true, Some(last)) = (more > 0, evidence.last_mut()) {
        last.message
            .push_str(&format!(" {more} more packages differ."));
    }
    Outcome::when(applies, evidence)
}
