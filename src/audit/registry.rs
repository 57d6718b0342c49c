//! Which rules are there? All of them, sorted by id, and the shape that each has.

use std::fmt::Write as _;

use super::{Facts, Status};
use crate::finding::{Finding, Level};

/// One rule: metadata, documentation and a pure function.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case; the file under `rules/` has the same name with `_`.
    pub id: &'static str,
    /// The catalogue's short code, such as `SF101`.
    pub code: &'static str,
    /// One line: what is wrong when it fires.
    pub title: &'static str,
    pub level: Level,
    pub docs: Docs,
    pub check: fn(&Facts<'_>) -> Outcome,
}

/// The page of a rule, in Markdown paragraphs.
#[derive(Debug)]
pub struct Docs {
    pub finds: &'static str,
    pub why: &'static str,
    /// With commands.
    pub fix: &'static str,
    pub silent: &'static str,
}

/// What a rule concluded.
#[derive(Debug)]
pub struct Outcome {
    pub status: Status,
    pub findings: Vec<Finding>,
}

/// Every rule.
pub static RULES: &[&Rule] = &[];

/// The rule with this id or code.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES
        .iter()
        .copied()
        .find(|rule| rule.id == id || rule.code.eq_ignore_ascii_case(id))
}

/// The page of a rule.
#[must_use]
pub fn page(rule: &Rule) -> String {
    let mut page = String::new();
    let _ = write!(
        page,
        "# {}\n\n{} · {} by default · {}\n",
        rule.id,
        rule.code,
        rule.level.word(),
        rule.title
    );
    for (heading, text) in [
        ("What it finds", rule.docs.finds),
        ("Why it breaks here", rule.docs.why),
        ("How to fix", rule.docs.fix),
        ("When it stays silent", rule.docs.silent),
    ] {
        let _ = write!(page, "\n## {heading}\n\n{}\n", text.trim());
    }
    page
}
