//! Gems of the groups `development` and `test`, loaded by code that production runs.

use super::only_development;
use crate::rules::prelude::*;
use slugsmith_ecosystems::ruby::gem_of_program;
use slugsmith_facts::code::ScopeKind;
use slugsmith_finding::LineSpan;

/// Gems of development that code of production requires or names.
pub(super) fn gems(facts: &Facts<'_>) -> Option<Vec<Evidence>> {
    facts.packages.manifest(Ecosystem::Gem)?;
    let other_groups = ["BUNDLE_WITHOUT", "BUNDLE_WITH"]
        .iter()
        .any(|name| facts.app_json(&["env", name]).is_some());
    if other_groups {
        return Some(Vec::new());
    }
    let development = only_development(facts, Ecosystem::Gem);
    let mut evidence: Vec<Evidence> = Vec::new();
    for code in facts
        .code(Language::Ruby)
        .filter(|code| !guards::is_maintenance(facts, &code.path))
    {
        let required = code.imports.iter().map(|import| {
            (
                import
                    .module
                    .split('/')
                    .next()
                    .unwrap_or(&import.module)
                    .to_owned(),
                import.line,
                import.scope,
            )
        });
        let named = code
            .calls
            .iter()
            .flat_map(|call| gems_of(&call.callee).map(|name| (name, call.line, call.scope)));
        let handed = code.passed().flat_map(|(line, scope, value)| {
            constants(value)
                .into_iter()
                .flat_map(move |name| gems_of(name).map(move |name| (name, line, scope)))
        });
        for (name, line, scope) in required.chain(named).chain(handed) {
            let Some(gem) = development
                .iter()
                .find(|gem| gem.replace('-', "_") == name || **gem == name)
            else {
                continue;
            };
            // `Rswag` is also of `rswag-api`, which production has.
            let family = format!("{gem}-");
            let sibling = facts.packages.wanted.iter().any(|package| {
                package.ecosystem == Ecosystem::Gem
                    && !package.dev
                    && package.name.starts_with(&family)
            });
            // `config/spring.rb` is only loaded by the gem itself.
            let its_own = code
                .path
                .rsplit('/')
                .next()
                .and_then(|name| name.strip_suffix(".rb"))
                == Some(name.as_str())
                || is_part_of(facts, &code.path, gem);
            let checked = sibling
                || its_own
                || branch(code, scope) != Branch::Always
                || code
                    .around(scope)
                    .any(|scope| matches!(scope.kind, ScopeKind::Try));
            let is_here = |other: &Evidence| {
                let place = other.location.as_ref();
                place.is_some_and(|place| {
                    place.path == code.path && place.number() == Some(line.number())
                })
            };
            let told = evidence
                .iter()
                .any(|other| other.is_about(gem) || is_here(other));
            if !checked && !told && !mentions_check(code, line) {
                evidence.push(
                    Evidence::line(
                        &code.path,
                        line,
                        format!(
                            "`{gem}` is used here, but the \
                        Gemfile only has it for development and test: it is not installed on the \
                        platform, and this line fails."
                        ),
                    )
                    .about(*gem)
                    .help(format!(
                        "Move `gem \"{gem}\"` out of the group, then: bundle install"
                    )),
                );
            }
        }
    }
    evidence.extend(in_commands(facts, &development, &evidence));
    Some(evidence)
}

/// Whether a file is of a gem that the repository holds (`gem "billing", path: "engines/billing"`): without the gem
/// nothing loads it.
fn is_part_of(facts: &Facts<'_>, path: &str, gem: &str) -> bool {
    let above = std::iter::successors(path.rsplit_once('/'), |(folder, _)| folder.rsplit_once('/'));
    let mut specifications = above.map(|(folder, _)| format!("{folder}/{gem}.gemspec"));
    specifications.any(|specification| facts.sources.has(&specification))
}

/// Programs of gems that a process starts: Bundler finds none of another group.
fn in_commands(facts: &Facts<'_>, development: &[&str], told: &[Evidence]) -> Vec<Evidence> {
    const TOOLS: &[&str] = &["shotgun", "rerun", "guard"];
    let commands = facts.processes.iter().flat_map(|process| &process.commands);
    let mut found: Vec<Evidence> = Vec::new();
    for command in commands.filter(|command| !command.conditional && !command.survived) {
        let program = command.program();
        let program = gem_of_program(program).unwrap_or(program);
        let is_known = gem_of_program(program).is_some() || TOOLS.contains(&program);
        let only = is_known && development.contains(&program);
        let by_bundler = command.wrappers.iter().any(|one| one == "bundle");
        let known = told.iter().chain(&found).any(|one| one.is_about(program));
        if only && by_bundler && !known {
            let message = format!(
                "`{program}` runs in a process, but the Gemfile only has it for development and test: it is not \
                 installed on the platform, and the process can't start."
            );
            let fix = format!("Move `gem \"{program}\"` out of the group, then: bundle install");
            let evidence = Evidence::line(&command.path, command.line, message);
            found.push(evidence.about(program).help(fix));
        }
    }
    found
}

/// Constants below another one that a call gets: `use BetterErrors::Middleware`.
fn constants(value: &Expr) -> Vec<&str> {
    let mut found = Vec::new();
    value.walk(&mut |value| {
        let below = |name: &&str| {
            name.starts_with(|first: char| first.is_ascii_uppercase()) && name.contains('.')
        };
        found.extend(value.name().filter(below));
    });
    found
}

/// The gems that may have a constant: `Faker::Name.name` is of `faker`, `LetterOpenerWeb::Engine` of
/// `letter_opener_web`, `Rswag::Ui.configure` of `rswag-ui` (guides.rubygems.org/name-your-gem).
fn gems_of(callee: &str) -> impl Iterator<Item = String> {
    let mut parts = callee.split('.');
    let first = parts.next().unwrap_or(callee);
    let own = match callee {
        "binding.pry" | "byebug" | "debugger" => {
            callee.rsplit('.').next().unwrap_or(callee).to_owned()
        }
        _ => underscored(first),
    };
    let below = parts
        .next()
        .map(underscored)
        .filter(|below| !below.is_empty() && !own.is_empty());
    let below = below.map(|below| format!("{own}-{below}"));
    // What names more of the constant comes first.
    below.into_iter().chain(std::iter::once(own))
}

/// `LetterOpener` as `letter_opener`; empty for what is no constant.
fn underscored(first: &str) -> String {
    let mut name = String::new();
    for character in first.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    if first.starts_with(|first: char| first.is_ascii_uppercase()) {
        name
    } else {
        String::new()
    }
}

/// `defined?(Bullet)` on the same line asks first.
fn mentions_check(code: &Code, line: LineSpan) -> bool {
    code.calls
        .iter()
        .any(|call| call.line == line && call.callee.starts_with("defined?"))
}
