//! What does this id mean? Rules, error ids and cache reasons in one place.
//!
//! The same text serves `slugsmith explain ID` and the pages under `docs/`.

pub mod problems;

use std::fmt::Write as _;

use crate::audit::registry;
use crate::catalogue;
use crate::error::Kind;
use crate::stack::rules as stack;
use crate::stack::rules;
use crate::strip::catalogue::{ENTRIES, Entry, Guard};

/// The page for an id, in Markdown; `None` if nobody knows it.
#[must_use]
pub fn page(id: &str) -> Option<String> {
    if let Some(kind) = problems::find(id) {
        return Some(error_page(kind));
    }
    registry::find(id)
        .map(registry::page)
        .or_else(|| rules::find(id).map(rules::page))
        .or_else(|| {
            let entry = ENTRIES.iter().find(|entry| entry.id == id);
            entry.map(|entry| strip_page(entry))
        })
}

/// The page of one kind of files that strip removes.
fn strip_page(entry: &Entry) -> String {
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
    let rules = stack::RULES.iter();
    rules.map(|rule| [rule.id, rule.code]).collect()
}

/// Every id that [`page`] knows, sorted, and in one line what it is about.
#[must_use]
pub fn titles() -> Vec<(&'static str, &'static str)> {
    let errors = problems::KINDS.iter();
    let errors = errors.map(|kind| (kind.id, kind.header));
    let rules = registry::RULES.iter().map(|rule| (rule.id, rule.title));
    let conflicts = rules::RULES.iter().map(|rule| (rule.id, rule.title));
    let strip = ENTRIES.iter().map(|entry| (entry.id, entry.reason));
    let mut titles: Vec<_> = errors.chain(rules).chain(conflicts).chain(strip).collect();
    titles.sort_unstable();
    titles
}

/// Every page below `docs/` that is made from code, by its path there.
#[must_use]
pub fn docs() -> Vec<(String, String)> {
    let rules = registry::RULES
        .iter()
        .map(|rule| (format!("rules/{}.md", rule.id), registry::page(rule)));
    let errors = problems::KINDS
        .iter()
        .map(|kind| (format!("errors/{}.md", kind.id), error_page(kind)));
    let conflicts = stack::RULES
        .iter()
        .map(|rule| (format!("stack/{}.md", rule.id), stack::page(rule)));
    let mut pages: Vec<_> = rules.chain(errors).chain(conflicts).collect();
    pages.push(("stack/README.md".to_owned(), stack::index()));
    pages.push((
        "rules/README.md".to_owned(),
        catalogue::index("Rules of the audit", registry::RULES),
    ));
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
