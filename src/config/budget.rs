//! `[com.slugsmith.budget]`: which sizes are allowed?

use super::{Key, Section, Sourced};
use crate::error::Result;
use crate::units::MB;

/// Limits on the compressed slug, in bytes.
#[derive(Debug, Clone)]
pub struct BudgetConfig {
    pub warn: Sourced<u64>,
    pub fail: Sourced<u64>,
    /// Against the last successful build.
    pub growth: Option<Sourced<Growth>>,
    /// Budgets for parts, by path or package name, in file order.
    pub parts: Vec<(String, Sourced<u64>)>,
}

/// How much a slug may grow from one build to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Growth {
    Percent(f64),
    Bytes(u64),
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "warn",
        "\"300 MB\"",
        "Compressed size from which the log warns: good practice for fast deploys and rollbacks.",
    ),
    Key::new(
        "fail",
        "\"500 MB\"",
        "Compressed size from which the build fails. Cedar's own limit was 500 MB and is 1 GB since March 2026.",
    ),
    Key::new(
        "growth",
        "",
        "How much the slug may grow against the last successful build: `\"10%\"` or `\"20 MB\"`.",
    ),
    Key::table(
        "part",
        "Budgets for parts, by path or package: `\"node_modules\" = \"120 MB\"`.",
    ),
];

pub(super) fn read(section: &mut Section<'_>) -> Result<BudgetConfig> {
    let part = section.child("part", &[]);
    let mut parts = Vec::new();
    for name in part.names() {
        if let Some(limit) = part.size(name)? {
            parts.push((name.to_owned(), limit));
        }
    }
    Ok(BudgetConfig {
        warn: section.size("warn")?.unwrap_or(Sourced::default(300 * MB)),
        fail: section.size("fail")?.unwrap_or(Sourced::default(500 * MB)),
        growth: section.checked("growth", "a percentage such as \"10%\" or a size", growth)?,
        parts,
    })
}

fn growth(text: &str) -> Option<Growth> {
    match text.trim().strip_suffix('%') {
        Some(number) => {
            let percent: f64 = number.trim().parse().ok()?;
            (percent.is_finite() && percent >= 0.0).then_some(Growth::Percent(percent))
        }
        None => crate::units::parse_size(text).map(Growth::Bytes),
    }
}
