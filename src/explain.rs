//! What does this id mean? Rules, error ids and cache reasons in one place.
//!
//! The same text serves `slugsmith explain ID` and the pages under `docs/`.

pub mod problems;

use std::fmt::Write as _;

use crate::catalogue::{self, Entry};
use crate::error::Kind;
use crate::strip::catalogue::{Entry as Stripped, Guard};
use crate::strip::entries::ENTRIES;
use crate::{audit, config, stack};

/// A list of rules with the folder of its pages below `docs/` and their common title.
struct Catalogue {
    folder: &'static str,
    title: &'static str,
    rules: Vec<&'static dyn Entry>,
}

/// Every rule: of audit and configuration, and of stacks.
fn catalogues() -> [Catalogue; 2] {
    let audit = audit::rules::RULES.iter().map(|rule| *rule as _);
    let config = config::rules::RULES.iter().map(|rule| *rule as _);
    let stack = stack::rules::RULES.iter().map(|rule| *rule as _);
    let mut rules: Vec<&'static dyn Entry> = audit.chain(config).collect();
    rules.sort_by_key(|rule| rule.id());
    [
        Catalogue {
            folder: "rules",
            title: "Rules of the audit and of the configuration",
            rules,
        },
        Catalogue {
            folder: "stack",
            title: "Conflicts between stacked buildpacks",
            rules: stack.collect(),
        },
    ]
}

/// Every rule.
pub fn rules() -> impl Iterator<Item = &'static dyn Entry> {
    catalogues()
        .into_iter()
        .flat_map(|catalogue| catalogue.rules)
}

/// The rule with this id or code.
#[must_use]
pub fn rule(id: &str) -> Option<&'static dyn Entry> {
    rules().find(|rule| rule.id() == id || rule.code().eq_ignore_ascii_case(id))
}

/// The page for an id, in Markdown; `None` if nobody knows it.
#[must_use]
pub fn page(id: &str) -> Option<String> {
    if let Some(kind) = problems::find(id) {
        return Some(error_page(kind));
    }
    rule(id).map(catalogue::page).or_else(|| {
        let entry = ENTRIES.iter().find(|entry| entry.id == id);
        entry.map(|entry| strip_page(entry))
    })
}

/// The page of one kind of files that strip removes.
fn strip_page(entry: &Stripped) -> String {
    let guard = match entry.guard {
        Guard::Named => "a package.json, a command, a link or a literal in kept code names it",
        Guard::Reachable => "something kept names it, or can reach its folder by a computed name",
        Guard::Never => "nothing: other evidence decides, or you have listed it",
    };
    format!(
        "# {}\n\nStrip removes {}.\n\n## Evidence\n\n{}\n\n## What keeps such a file\n\n{guard}; a line of `keep` \
         under `[com.slugsmith.strip]`, always.\n\n`slugsmith strip . --explain PATH` says which of them holds for a \
         path; docs/strip.md lists all kinds.\n",
        entry.id, entry.reason, entry.evidence
    )
}

/// Id and code of every rule that `[com.slugsmith.audit.rules]` may name beside the audit's own.
#[must_use]
pub fn rules_outside_of_the_audit() -> Vec<[&'static str; 2]> {
    let rules = stack::rules::RULES.iter();
    rules.map(|rule| [rule.id, rule.code]).collect()
}

/// Every id that [`page`] knows, sorted, and in one line what it is about.
#[must_use]
pub fn titles() -> Vec<(&'static str, &'static str)> {
    let errors = problems::KINDS.iter();
    let errors = errors.map(|kind| (kind.id, kind.header));
    let rules = rules().map(|rule| (rule.id(), rule.title()));
    let strip = ENTRIES.iter().map(|entry| (entry.id, entry.reason));
    let mut titles: Vec<_> = errors.chain(rules).chain(strip).collect();
    titles.sort_unstable();
    titles
}

/// Every page below `docs/` that is made from code, by its path there.
#[must_use]
pub fn docs() -> Vec<(String, String)> {
    let errors = problems::KINDS.iter();
    let mut pages: Vec<_> = errors
        .map(|kind| (format!("errors/{}.md", kind.id), error_page(kind)))
        .collect();
    for Catalogue {
        folder,
        title,
        rules,
    } in catalogues()
    {
        pages.push((
            format!("{folder}/README.md"),
            catalogue::index(title, &rules),
        ));
        for rule in rules {
            pages.push((format!("{folder}/{}.md", rule.id()), catalogue::page(rule)));
        }
    }
    pages.sort();
    pages
}

/// The page of one kind of problem.
#[must_use]
pub fn error_page(kind: &Kind) -> String {
    let mut page = format!(
        "# {}\n\n{}\n\n## For example\n\n```\n",
        kind.id, kind.header
    );
    let example = (kind.example)();
    for line in example.saw.iter().chain(&example.details) {
        let _ = writeln!(page, "{line}");
    }
    let _ = write!(
        page,
        "```\n\n## Why it matters\n\n{}\n\n## What to do\n\n",
        kind.why
    );
    for (number, step) in (1..).zip(example.all_steps()) {
        let _ = writeln!(page, "{number}. {step}");
    }
    page
}
