//! Does a process load a package that is pruned?

mod nested;
mod node;
mod npm;
mod php;
mod python;
mod ruby;
mod tools;

use node::node;
use python::python;
use ruby::gems;
use slugsmith_ecosystems as ecosystems;
use std::collections::BTreeSet;

use crate::rules::prelude::*;
use slugsmith_facts::code::ScopeKind;
use slugsmith_facts::sources::reach;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "development-dependency-at-runtime",
    code: "SF406",
    title: "A process loads a package that only development installs",
    level: Severity::Error,
    group: Group::Dependencies,
    ecosystems: &["node", "ruby", "python", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {r#"
            A `require` or `import` in code that a process reaches, of a package that package.json
            only has under `devDependencies` (and the lockfile marks as such); a start command that
            runs such a tool (`nodemon`, `ts-node`, `dotenv`). The same for a package.json in a folder below the
            root, where a hook of the build installs that folder without development dependencies. Code of a
            Rails or Rack app that
            requires or names a gem of the groups development and test only (`Faker::Name`,
            `require "pry"`). A Python import of a package that only a development group has (uv,
            poetry, Pipfile, requirements-dev.txt). A bundle that Symfony's `config/bundles.php` registers for
            production and that Composer has in a package of `require-dev`.
        "#},
        why: indoc! {r#"
            Builds leave development dependencies out or prune them (`npm prune`,
            `BUNDLE_WITHOUT=development:test`, `uv sync --no-default-groups`): the process crashes
            at start, or later, when the code first gets there ("Cannot find module", `LoadError`,
            `ModuleNotFoundError`).
        "#},
        fix: indoc! {"
            Move what a process loads to the dependencies of production:
            ```
            npm install --save-prod axios
            bundle add faker                     # outside of group :development
            uv add httpx && uv remove --dev httpx
            ```
        "},
        silent: indoc! {"
            Build scripts, tests, tasks and seeds; inside try/catch, `defined?`, a branch for
            development or for watching files; type-only imports; a package that another production
            dependency brings along; `NPM_CONFIG_PRODUCTION=false`, skipped pruning, or another
            `BUNDLE_WITHOUT`; processes that only a developer starts, by their name, their script or their
            environment (`dev: npm run dev`); a tool that the package.json of the command's own folder has; load tests
            and scripts with arguments that nothing runs.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let found: Vec<_> = [node(facts), gems(facts), python(facts), php::bundles(facts)]
        .into_iter()
        .flatten()
        .collect();
    Outcome::when(!found.is_empty(), found.into_iter().flatten().collect())
}

/// Inside try, or only in development, or where somebody asked to watch files.
fn is_guarded(code: &Code, scope: usize) -> bool {
    let watches = |condition: &str| {
        ["watch", "reload"]
            .iter()
            .any(|word| condition.to_ascii_lowercase().contains(word))
    };
    branch(code, scope) == Branch::Development
        || code.around(scope).any(|scope| match &scope.kind {
            ScopeKind::Try => true,
            ScopeKind::Branch { condition, holds } => *holds && watches(condition),
            _ => false,
        })
}

/// Files that others load behind such a check only (`if (watch) require("./reload")`).
fn loaded_on_demand<'a>(facts: &'a Facts<'_>) -> BTreeSet<&'a str> {
    let (mut guarded, mut always) = (BTreeSet::new(), BTreeSet::new());
    for code in facts.code(Language::JavaScript) {
        for import in &code.imports {
            if let Some(loaded) = reach::resolve(&facts.sources, &code.path, &import.module) {
                let set = if is_guarded(code, import.scope) {
                    &mut guarded
                } else {
                    &mut always
                };
                set.insert(loaded.path.as_str());
            }
        }
    }
    guarded.difference(&always).copied().collect()
}

/// Packages that only development has, and that no other locked package needs.
fn only_development<'a>(facts: &'a Facts<'_>, ecosystem: Ecosystem) -> Vec<&'a str> {
    facts
        .packages
        .wanted
        .iter()
        .filter(|package| package.ecosystem == ecosystem && package.dev)
        .map(|package| package.name.as_str())
        .filter(|name| {
            facts.packages.wants(ecosystem, name).is_none()
                && !facts
                    .packages
                    .needed
                    .contains(&(ecosystem, (*name).to_owned()))
        })
        .collect()
}

/// Whether the root's package.json is the nearest one.
fn is_of_root(facts: &Facts<'_>, path: &str) -> bool {
    let mut folder = path;
    while let Some((parent, _)) = folder.rsplit_once('/') {
        if facts
            .sources
            .has(&format!("{parent}/{}", ecosystems::javascript::MANIFEST))
        {
            return false;
        }
        folder = parent;
    }
    true
}
