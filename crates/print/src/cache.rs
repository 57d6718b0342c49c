//! The caches' lines: HIT, MISS with the changed input, what it took and saved.
//!
//! A miss is said before its command starts, since installs take long and logs are read
//! live; a hit is said when the tree is back, in one line.

use std::fmt::Write;
use std::time::Duration;

use super::line::Line;
use slugsmith_cache::event::Collected;
use slugsmith_cache::event::Explained;
use slugsmith_cache::{Decision, Outcome, Verdict};
use slugsmith_config::LogLevel;
use slugsmith_finding::layer::Stripped;
use slugsmith_finding::units::{counted, size, time};

/// When a cache was looked up.
#[must_use]
pub fn decision(decision: &Decision, level: LogLevel) -> Vec<Line> {
    let Decision {
        name,
        what,
        verdict,
    } = decision;
    match verdict {
        Verdict::Hit if level == LogLevel::Verbose => {
            vec![Line::item(1, format!("{name} ({what}): nothing changed"))]
        }
        Verdict::Hit => Vec::new(),
        Verdict::Miss { reasons } => vec![Line::item(
            1,
            format!("{name} ({what}): MISS, {}", listed(reasons, level)),
        )],
        Verdict::Partial { reasons } => vec![Line::item(
            1,
            format!(
                "{name} ({what}): PARTIAL, {}; old tree taken as the base",
                listed(reasons, level)
            ),
        )],
        Verdict::Adopted { by } => vec![Line::item(
            1,
            format!("{name} ({what}) · installed by {by}, adopted"),
        )],
        Verdict::Skipped { why } => vec![Line::alarm(
            1,
            format!("{name} ({what}): not installed, {why}"),
        )],
    }
}

/// When it was restored or filled.
#[must_use]
pub fn outcome(outcome: &Outcome, _level: LogLevel) -> Vec<Line> {
    let Decision {
        name,
        what,
        verdict,
    } = &outcome.decision;
    match (verdict, outcome.saved) {
        (Verdict::Hit, saved) => {
            let saved = saved.map_or_else(String::new, |saved| format!(", saved {}", time(saved)));
            let whole = size(outcome.tree_bytes);
            let restored = match outcome.left_out_bytes {
                _ if outcome.stays_in_image => {
                    format!(
                        "{whole} stay in the image, looked up in {}",
                        time(outcome.took)
                    )
                }
                _ if outcome.tree_bytes == 0 => "nothing to restore".to_owned(),
                0 => format!("restored {whole} in {}", time(outcome.took)),
                left_out => format!(
                    "restored {} of {whole} in {} (the rest is stripped)",
                    size(outcome.tree_bytes.saturating_sub(left_out)),
                    time(outcome.took)
                ),
            };
            vec![Line::item(
                1,
                format!("{name} ({what}): HIT, {restored}{saved}"),
            )]
        }
        (Verdict::Miss { .. } | Verdict::Partial { .. }, _) => {
            let kept = if outcome.stays_in_image {
                format!("; stays in the image: {}", size(outcome.tree_bytes))
            } else if outcome.stored_bytes == 0 {
                "; not kept for the next build".to_owned()
            } else if outcome.tree_bytes == 0 {
                "; nothing to keep".to_owned()
            } else {
                format!(
                    "; kept for the next build: {} ({} unpacked)",
                    size(outcome.stored_bytes),
                    size(outcome.tree_bytes)
                )
            };
            vec![Line::item(
                2,
                format!("Done in {}{kept}", time(outcome.took)),
            )]
        }
        (Verdict::Adopted { .. } | Verdict::Skipped { .. }, _) => Vec::new(),
    }
}

/// When the scripts of one of several projects are next, or the end of its dev dependencies.
#[must_use]
pub fn resumed(name: &str, is_built: bool) -> Line {
    let what = if is_built {
        "dev dependencies, now that all is built"
    } else {
        "scripts, now that all is installed"
    };
    Line::item(1, format!("{name}: {what}"))
}

/// When dev dependencies that a script needed are gone.
#[must_use]
pub fn pruned(packages: u64, bytes: u64, took: Duration) -> String {
    format!(
        "Removed {}, {} in {}",
        counted(packages, "dev package"),
        size(bytes),
        time(took)
    )
}

/// When a layer has lost what no process needs.
#[must_use]
pub fn layer_stripped(stripped: &Stripped) -> String {
    let reasons = stripped.by_reason.iter();
    let reasons: Vec<_> = reasons
        .map(|(reason, bytes)| format!("{reason} {}", size(*bytes)))
        .collect();
    format!(
        "Stripped {}, {}: {}",
        counted(stripped.files, "file"),
        size(stripped.bytes),
        reasons.join(", ")
    )
}

/// When a stored cache had to make room.
#[must_use]
pub fn collected(collected: &Collected) -> Line {
    Line::item(
        1,
        format!(
            "{}: discarded, {} freed; {}",
            collected.name,
            size(collected.bytes),
            collected.why
        ),
    )
}

/// A cache with every input: what differs first, then what is equal.
#[must_use]
pub fn explained(explained: &Explained) -> Vec<Line> {
    let Explained {
        name,
        what,
        verdict,
        reasons,
        ..
    } = explained;
    let reasons = if reasons.is_empty() {
        String::new()
    } else {
        format!(", {}", reasons.join("; "))
    };
    let verdict = verdict.to_uppercase();
    let mut lines = vec![Line::item(
        0,
        format!("{name} ({what}): {verdict}{reasons}"),
    )];
    if let Some(stored) = &explained.stored {
        let whole = size(stored.tree_bytes);
        let place = if stored.is_away {
            format!("in the image: {whole}")
        } else {
            format!("stored: {} for {whole} unpacked", size(stored.stored_bytes))
        };
        let files = counted(stored.files, "file");
        // What a tool fills by itself was not installed.
        let install = match stored.install {
            Duration::ZERO => String::new(),
            took => format!("; its install took {}", time(took)),
        };
        lines.push(Line::row(0, format!("{place}, {files}{install}")));
    }
    let nothing = std::collections::BTreeMap::new();
    let old = explained.old.as_ref().unwrap_or(&nothing);
    let names: std::collections::BTreeSet<_> = old.keys().chain(explained.new.keys()).collect();
    let differs = |name: &String| old.get(name) != explained.new.get(name);
    let (changed, equal): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| differs(name));
    let shown = |value: Option<&String>| value.map_or("nothing", String::as_str).to_owned();
    lines.extend(changed.iter().map(|name| {
        let (old, new) = (shown(old.get(*name)), shown(explained.new.get(*name)));
        Line::row(0, format!("! {name}: {old} → {new}"))
    }));
    lines.extend(equal.iter().map(|name| {
        let value = shown(explained.new.get(*name));
        Line::row(0, format!("  {name}: {value}"))
    }));
    lines
}

/// Reasons shown in a normal log; the rest is counted.
const SHOWN: usize = 3;

fn listed(reasons: &[String], level: LogLevel) -> String {
    let shown = if level == LogLevel::Verbose {
        reasons.len()
    } else {
        SHOWN
    };
    let mut text = reasons
        .iter()
        .take(shown)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("; ");
    if let more @ 1.. = reasons.len().saturating_sub(shown) {
        // Writing to a String has no way to fail.
        let _ = write!(text, "; and {more} more");
    }
    text
}

/// What became of writing into a store that other builds share.
pub(crate) fn shared(name: &str, told: &[Result<String, String>]) -> Vec<Line> {
    let lines = told.iter().map(|line| match line {
        Ok(line) => Line::item(1, line.clone()),
        Err(line) => Line::alarm(1, line.clone()),
    });
    std::iter::once(Line::item(0, format!("Store ({name})")))
        .chain(lines)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(verdict: Verdict) -> Vec<String> {
        let saved = (verdict == Verdict::Hit).then_some(Duration::from_millis(14_200));
        let done = Outcome {
            decision: Decision {
                name: "npm".to_owned(),
                what: "package-lock.json, 842 packages".to_owned(),
                verdict,
            },
            took: Duration::from_millis(640),
            saved,
            tree_bytes: 151_000_000,
            stored_bytes: 38_100_000,
            folders: vec!["node_modules".to_owned()],
            exposes: Vec::new(),
            packed: None,
            left_out_bytes: 0,
            stays_in_image: false,
            digest: String::new(),
        };
        let before = decision(&done.decision, LogLevel::Normal);
        let after = outcome(&done, LogLevel::Normal);
        before
            .into_iter()
            .chain(after)
            .map(|line| line.text)
            .collect()
    }

    #[test]
    fn each_verdict_reads_well() {
        assert_eq!(
            lines(Verdict::Hit),
            ["npm (package-lock.json, 842 packages): HIT, restored 151 MB in 0.6s, saved 14.2s"]
        );
        let reasons = (1..=5).map(|n| format!("reason {n}")).collect();
        assert_eq!(
            lines(Verdict::Miss { reasons }),
            [
                "npm (package-lock.json, 842 packages): MISS, reason 1; reason 2; reason 3; and 2 more",
                "Done in 0.6s; kept for the next build: 38.1 MB (151 MB unpacked)"
            ]
        );
        assert_eq!(
            lines(Verdict::Adopted {
                by: "heroku/nodejs".to_owned()
            }),
            ["npm (package-lock.json, 842 packages) · installed by heroku/nodejs, adopted"]
        );
    }
}
