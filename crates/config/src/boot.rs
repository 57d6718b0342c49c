//! `[com.slugsmith.boot]`: what may be prepared for the start of the app's processes?

use std::time::Duration;

use super::{Key, Section, Sourced};
use slugsmith_finding::error::Result;

/// How far the preparation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BootLevel {
    Off,
    /// Nothing of the app runs.
    Safe,
    /// The app is started once, in a copy.
    Trained,
}

/// `[com.slugsmith.boot]`.
#[derive(Debug, Clone)]
pub struct BootConfig {
    pub level: Sourced<BootLevel>,
    /// Percent of the slug that one preparation may add. `None`: [`DEFAULT_SHARE`], and byte
    /// code has no bound of its own.
    pub share: Option<Sourced<u64>>,
    /// How long a start in training may take.
    pub limit: Sourced<Duration>,
    /// The path that is asked for once the app listens.
    pub request: Sourced<String>,
    /// Run in the copy instead of a process of the app.
    pub command: Option<Sourced<String>>,
}

/// Percent of the slug that a cache or an archive may add.
pub const DEFAULT_SHARE: u64 = 15;

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "level",
        "\"safe\"",
        "`off`, `safe` (byte code and archives that need no run of the app) or `trained` (the app is started once at \
         build, in a copy without network and secrets, and what its runtime compiled is kept).",
    ),
    Key::new(
        "share",
        "",
        "The most that one preparation may add, as a share of all that ships, the app and every launch layer: \
         `\"15%\"`, which is the default from 1 MB on. Of byte code the part that fits is made, modules that a start \
         imports first.",
    ),
    Key::new(
        "limit",
        "\"60\"",
        "Seconds that the start in training may take until it listens.",
    ),
    Key::new(
        "request",
        "\"/\"",
        "The path that is asked for in training, once the app listens.",
    ),
    Key::new(
        "command",
        "",
        "A command to run in training instead of the `web` process, without a shell: `\"node warm.js\"`.",
    ),
];

pub(super) fn read(section: &mut Section<'_>) -> Result<BootConfig> {
    let level = section.word("level", &["off", "safe", "trained"])?;
    let seconds = section.checked("limit", "a number of seconds from 1 to 600", |text| {
        let seconds = text.parse().ok()?;
        (1..=600).contains(&seconds).then_some(seconds)
    })?;
    let request = section.checked("request", "a path that begins with `/`", |text| {
        let is_path = text.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_path.then(|| text.to_owned())
    })?;
    Ok(BootConfig {
        level: level.map_or(Sourced::default(BootLevel::Safe), |level| {
            level.map(|word| match word.as_str() {
                "off" => BootLevel::Off,
                "trained" => BootLevel::Trained,
                _ => BootLevel::Safe,
            })
        }),
        share: section.checked("share", "a percentage such as \"15%\"", percent)?,
        limit: seconds.map_or(Sourced::default(Duration::from_mins(1)), |seconds| {
            seconds.map(Duration::from_secs)
        }),
        request: request.unwrap_or(Sourced::default("/".to_owned())),
        command: section.text("command")?,
    })
}

fn percent(text: &str) -> Option<u64> {
    let number = text.trim().strip_suffix('%')?.trim_end().parse().ok()?;
    (number <= 100).then_some(number)
}
