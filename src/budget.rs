//! How big is the slug, what is it made of, and is that allowed?
//!
//! `estimate` gives the compressed size with an interval, `attribute` says which
//! package and folder the bytes belong to, `limits` judges, `history` remembers the
//! last build. Nothing is changed; the verdict can fail the build.

use crate::config::Config;
use crate::error::{Kind, Problem};
use crate::facts::tree::{Totals, Tree};
use crate::finding::Finding;

/// The size of the slug and the verdict on it.
#[derive(Debug, Clone, Default)]
pub struct BudgetReport {
    pub size: Size,
    /// Largest first.
    pub parts: Vec<Part>,
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
}

/// Raw and compressed size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    pub totals: Totals,
    pub compressed: Compressed,
}

/// Bytes after compression, as an interval that holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compressed {
    pub bytes: u64,
    pub low: u64,
    pub high: u64,
    /// True when every byte was compressed, so that low = bytes = high.
    pub exact: bool,
}

/// A package, folder or layer and its share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    /// `package`, `folder`, `layer`.
    pub kind: &'static str,
    pub totals: Totals,
    pub compressed: u64,
}

/// The verdict, worst last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Verdict {
    #[default]
    Within,
    Warn,
    Over,
    /// The interval straddles the limit within half a per cent: the build goes on.
    TooClose,
    /// Something could not be read, so no verdict is honest.
    Unknown,
}

/// Weighs a tree and judges it.
#[must_use]
pub fn judge(tree: &Tree, _config: &Config) -> BudgetReport {
    BudgetReport {
        size: Size {
            totals: tree.totals(),
            compressed: Compressed::default(),
        },
        ..BudgetReport::default()
    }
}

/// The problem that ends a build that is over its budget; `None` otherwise.
#[must_use]
pub fn problem(report: &BudgetReport) -> Option<Problem> {
    (report.verdict == Verdict::Over).then(|| Problem::new(&EXCEEDED))
}

/// The slug is over its budget.
pub static EXCEEDED: Kind = Kind {
    id: "budget-exceeded",
    header: "The slug is over its budget",
    why: "Large slugs deploy, start and roll back slowly, and the platform refuses them at its own limit.",
    steps: &[
        "Look at the largest parts: `slugsmith inspect . --format html --output slug.html`.",
        "Remove what is not needed, or raise the budget in project.toml: [com.slugsmith.budget] fail = \"…\".",
    ],
    example: || Problem::new(&EXCEEDED).saw("512.6 MB compressed, budget 500 MB: over by 12.6 MB"),
};
