//! What would make the slug smaller, and by how much?

use std::fmt;

use crate::{BudgetReport, PartKind};
use slugsmith_finding::units;

/// Something that would make the slug smaller, with the bytes computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saving {
    /// Compressed bytes.
    pub bytes: u64,
    pub how: String,
}

impl fmt::Display for Saving {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "-{}  {}", units::size(self.bytes), self.how)
    }
}

/// Kinds of files that rarely run, and the pattern that removes them.
const REMOVABLE: &[(&str, &str)] = &[
    ("source maps", "**/*.map"),
    ("type declarations", "**/*.d.ts"),
    ("debug symbols", "**/*.debug"),
    ("caches", "**/.cache/**"),
    ("version control", ".git/**"),
];

/// What would make the slug smaller: big files, and kinds of files that rarely run.
pub(super) fn savings(report: &BudgetReport) -> Vec<Saving> {
    if report.exceeded.is_empty() {
        return Vec::new();
    }
    let worth = report.size.compressed.bytes / 200;
    let files = report
        .parts
        .iter()
        .filter(|part| part.kind == PartKind::File && !part.name.contains(" in "))
        .map(|part| Saving {
            bytes: part.compressed,
            how: format!(
                "fetch {0} at start from storage, or if it is not needed: [com.slugsmith.strip] remove = [\"{0}\"]",
                part.name
            ),
        });
    let kinds = REMOVABLE.iter().filter_map(|(kind, pattern)| {
        let part = report.kinds.iter().find(|part| part.name == *kind)?;
        Some(Saving {
            bytes: part.compressed,
            how: format!("{kind}: [com.slugsmith.strip] remove = [\"{pattern}\"]"),
        })
    });
    let mut savings: Vec<_> = files
        .chain(kinds)
        .filter(|saving| saving.bytes > worth)
        .collect();
    savings.sort_by_key(|saving| std::cmp::Reverse(saving.bytes));
    savings.truncate(5);
    savings
}
