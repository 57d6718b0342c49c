//! Did every package get what its install script makes?

use crate::rules::prelude::*;
use slugsmith_facts::incomplete::{Incomplete, Lacks};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "install-incomplete",
    code: "SF408",
    title: "A package was installed without what its install script makes",
    level: Severity::Warn,
    group: Group::Dependencies,
    ecosystems: &["node"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            Packages whose native part is compiled or downloaded by an install script, and is not in
            the installed tree; install scripts that pnpm lists as ignored, or that npm 12 or later,
            where it is the npm on PATH, did not run; and, where nothing is installed yet, packages of
            package-lock.json with an install script that package.json's `allowScripts` does not
            cover, where `packageManager` or `engines.npm` asks for npm 12 or later. An error where
            the app's own code imports the package. Unknown where such packages are still to be
            installed and no version of npm is named.
        "},
        why: indoc! {"
            npm from version 12 on, pnpm from 10 on and Bun do not run install scripts of packages that
            nobody approved. The install succeeds, the tree is not whole, and the first `require` of
            the package ends every dyno. A package-lock.json that npm wrote beside a `node_modules` of
            macOS or Windows can lack the parts for Linux (npm/cli issue 4828), with the same end.
        "},
        fix: indoc! {"
            ```
            npm install-scripts approve bcrypt     # npm 12 and later
            pnpm approve-builds                    # pnpm 10 and later
            bun pm trust bcrypt
            rm -rf node_modules package-lock.json && npm install     # the part for Linux is missing
            ```
            Commit what it writes. Where a script failed, read the install's own lines.
        "},
        silent: indoc! {"
            Optional packages; packages with a prebuilt binary for this platform; native packages that
            only other packages use, where their manager does not list them.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let manifest = slugsmith_ecosystems::javascript::MANIFEST;
    let mut paths = facts.sources.paths.iter();
    let applies = paths.any(|path| path.rsplit('/').next() == Some(manifest));
    let evidence = facts.incomplete.iter().map(|one| evidence(facts, one));
    let evidence: Vec<_> = evidence.collect();
    if evidence.is_empty() && facts.install_is_open {
        // Nothing is installed, and nothing says which version of the manager will do it.
        return Outcome {
            status: crate::Status::Unknown,
            evidence,
        };
    }
    Outcome::when(applies, evidence)
}

fn evidence(facts: &Facts<'_>, one: &Incomplete) -> Evidence {
    let used = facts
        .code(Language::JavaScript)
        .find_map(|code| {
            let mut imports = code.imports.iter();
            let import = imports.find(|import| {
                import.module == one.name || import.module.starts_with(&format!("{}/", one.name))
            })?;
            Some((code.path.clone(), import.line))
        })
        .filter(|_| one.lacks == Lacks::Native);
    let name = &one.name;
    let what = match one.lacks {
        Lacks::Native => format!(
            "{name} has no native part in {}: its install script did not run, or failed",
            one.place
        ),
        Lacks::Script => format!(
            "{}: the install script of {name} was not run, since nobody approved it",
            one.place
        ),
        Lacks::Locked => format!(
            "{} has no part of {name} for Linux, so it was written on another system: {name} fails \
             on the platform where it is loaded",
            one.place
        ),
        Lacks::Omitted => format!(
            "{name} was installed without its part for Linux, since optional packages were left out"
        ),
    };
    let fix = one.fix.clone();
    match used {
        Some((path, line)) => Evidence::line(
            &path,
            line,
            format!("{what}. The import here fails, and every process that runs it ends."),
        )
        .level(Severity::Error)
        .help(fix),
        None => Evidence::line(&one.place, 0, format!("{what}.")).help(fix),
    }
}
