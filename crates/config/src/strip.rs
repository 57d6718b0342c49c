//! `[com.slugsmith.strip]`: what may be removed?

use super::{Key, Section, Sourced};
use slugsmith_finding::error::Result;

/// How far stripping goes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum StripLevel {
    Off,
    /// By catalogue, with guards from this very tree.
    Safe,
    /// What no entry point can reach, too.
    Trace,
}

/// As the value of `layers`: every one of them.
pub const ALL_LAYERS: &str = "all";

/// `[com.slugsmith.strip]`.
#[derive(Debug, Clone)]
pub struct StripConfig {
    pub level: Sourced<StripLevel>,
    /// gitignore syntax; wins over everything.
    pub keep: Sourced<Vec<String>>,
    /// gitignore syntax.
    pub remove: Sourced<Vec<String>>,
    /// Runtimes that other buildpacks left in a classic app: `.heroku/node`, or [`ALL_LAYERS`].
    pub layers: Sourced<Vec<String>>,
    /// Commands that must succeed after stripping.
    pub verify: Sourced<Vec<String>>,
}

impl StripConfig {
    /// Whether strip runs and no command of the user decides afterwards that everything comes
    /// back: only then may what it removes be left out or removed beforehand.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.level.value != StripLevel::Off && self.verify.value.is_empty()
    }
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "level",
        "\"safe\"",
        "`off`, `safe` (by catalogue, guarded by what this tree refers to) or `trace` (what no entry point \
         reaches, too).",
    ),
    Key::new(
        "keep",
        "[]",
        "Paths to keep, in gitignore syntax; wins over everything else.",
    ),
    Key::new("remove", "[]", "Paths to remove, in gitignore syntax."),
    Key::new(
        "layers",
        "[]",
        "Runtimes of other buildpacks in a classic app (`[\".heroku/node\"]`, or `\"all\"`) whose headers, static \
         libraries and manuals may go, too. Never in a Cloud Native build.",
    ),
    Key::new(
        "verify",
        "[]",
        "Commands to run in the stripped app, without a shell and each at most 2 minutes; if one fails, \
         everything is put back.",
    ),
];

pub(super) fn read(section: &mut Section<'_>) -> Result<StripConfig> {
    let level = section.word("level", &["off", "safe", "trace"])?;
    Ok(StripConfig {
        level: level.map_or(Sourced::default(StripLevel::Safe), |level| {
            level.map(|word| match word.as_str() {
                "off" => StripLevel::Off,
                "trace" => StripLevel::Trace,
                _ => StripLevel::Safe,
            })
        }),
        keep: section
            .list("keep")?
            .unwrap_or(Sourced::default(Vec::new())),
        remove: section
            .list("remove")?
            .unwrap_or(Sourced::default(Vec::new())),
        layers: section
            .list_or("layers", ALL_LAYERS)?
            .unwrap_or(Sourced::default(Vec::new())),
        verify: section
            .list("verify")?
            .unwrap_or(Sourced::default(Vec::new())),
    })
}
