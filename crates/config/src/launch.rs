//! `[com.slugsmith.launch]`: what is checked when a process starts?

use super::{Key, Section, Sourced};
use slugsmith_finding::error::Result;

/// `[com.slugsmith.launch]`.
#[derive(Debug, Clone)]
pub struct LaunchConfig {
    /// Whether the check is in the image at all.
    pub ship: Sourced<bool>,
    /// Variables without which no process starts.
    pub required: Sourced<Vec<String>>,
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "ship",
        "true",
        "Whether the image holds `launch-check` (1.3 MB, 0.6 MB compressed), which looks at the variables when a \
         process starts.",
    ),
    Key::new(
        "required",
        "[]",
        "Variables without which no process starts, such as `[\"DATABASE_URL\"]`. Of others that the code reads, \
         the start only warns.",
    ),
];

pub(super) fn read(section: &mut Section<'_>) -> Result<LaunchConfig> {
    Ok(LaunchConfig {
        ship: section.flag("ship")?.unwrap_or(Sourced::default(true)),
        required: section
            .list("required")?
            .unwrap_or(Sourced::default(Vec::new())),
    })
}
