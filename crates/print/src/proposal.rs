//! A starting project.toml for an app, whose comments say what was found and what each
//! line would save. All of it is valid TOML, so that it can be piped into the file.

use std::fmt::Write as _;

use super::survey;
use slugsmith_budget::BudgetReport;
use slugsmith_cache::event::Explained;
use slugsmith_facts::app::App;
use slugsmith_finding::Severity;
use slugsmith_finding::units::{self, MB, counted, size};
use slugsmith_report::Report;
use slugsmith_strip::StripReport;

/// Parts that are named as the largest.
const NAMED: usize = 3;
/// A part gets a budget of its own if it has this share of the slug, in percent, …
const LARGE_SHARE: u64 = 30;
/// … and is larger than this, in compressed bytes.
const LARGE: u64 = 10 * MB;
/// Where Heroku begins to call a slug large, and its old hard limit, in MB.
const LARGE_SLUG: u64 = 300;
const OLD_LIMIT: u64 = 500;

/// Everything that a proposal is made of.
pub struct Found<'a> {
    pub app: &'a App,
    pub report: &'a Report,
    /// What level `trace` would remove, if that was asked.
    pub traced: Option<&'a StripReport>,
    pub caches: &'a [Explained],
}

/// The text of the proposed project.toml.
#[must_use]
pub fn proposal(found: &Found<'_>) -> String {
    let mut text = String::from("[_]\nschema-version = \"0.2\"\n");
    what_is_there(&mut text, found);
    if let Some(budget) = &found.report.budget {
        limits(&mut text, budget);
    }
    if let Some(strip) = &found.report.strip {
        removal(&mut text, strip, found.traced);
    }
    findings(&mut text, found.report);
    text
}

/// Dependencies, caches and processes: nothing to configure, but good to know.
fn what_is_there(text: &mut String, found: &Found<'_>) {
    text.push('\n');
    let survey = survey::lines(&found.report.survey);
    if found.caches.is_empty() && survey.is_empty() {
        text.push_str(
            "# Dependencies: none to install. A lockfile makes builds repeatable and cacheable.\n",
        );
    }
    for line in survey {
        let _ = writeln!(text, "# Dependencies: {}", one_line(&line.text));
    }
    for cache in found.caches {
        let _ = writeln!(text, "# {}", one_line(&dependencies(cache)));
    }
    let processes: Vec<_> = found
        .app
        .procfile
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    if processes.is_empty() {
        text.push_str("# Processes: no Procfile. Cedar starts nothing without one.\n");
    } else {
        let _ = writeln!(
            text,
            "# Processes: {} (Procfile).",
            one_line(&processes.join(", "))
        );
    }
}

/// `npm (package-lock.json, 210 packages): installed once, …`.
fn dependencies(cache: &Explained) -> String {
    let name = if cache.what.is_empty() {
        cache.name.clone()
    } else {
        format!("{} ({})", cache.name, cache.what)
    };
    if cache.verdict == "skipped" {
        return format!(
            "Dependencies: {name}: left out here, {}.",
            cache.reasons.join("; ")
        );
    }
    let saved = cache.stored.as_ref().map(|stored| stored.install);
    match saved.filter(|install| !install.is_zero()) {
        Some(install) => format!(
            "Dependencies: {name}: cached; an unchanged build saves {}.",
            units::time(install)
        ),
        None => format!("Dependencies: {name}: cached, no configuration needed."),
    }
}

fn limits(text: &mut String, budget: &BudgetReport) {
    let compressed = budget.size.compressed.bytes.max(1);
    let unpacked = budget.size.totals.bytes;
    text.push_str("\n[com.slugsmith.budget]\n");
    let _ = writeln!(
        text,
        "# Today: {} compressed, {} unpacked, after stripping.",
        size(compressed),
        size(unpacked)
    );
    if let Some(missing) = &budget.missing {
        text.push_str("# Without dependencies, which are not installed in this folder");
        text.push_str(if missing.by_build {
            ": `slugsmith build .` weighs them, too.\n"
        } else {
            ".\n"
        });
    }
    let largest: Vec<_> = budget
        .parts
        .iter()
        .take(NAMED)
        .map(|part| format!("{} {}", one_line(&part.name), size(part.compressed)))
        .collect();
    let _ = writeln!(text, "# Largest: {}.", largest.join(", "));
    // A limit a quarter above today's size notices a mistake and lets growth pass.
    let (warn, why) = if budget.missing.is_none() {
        let above = (compressed + compressed / 4).div_ceil(10 * MB).max(1) * 10;
        let why = if above * MB > compressed * 3 / 2 {
            "room to grow; a mistake is noticed"
        } else {
            "about a quarter above today"
        };
        (above.min(LARGE_SLUG), why)
    } else {
        (LARGE_SLUG, "larger slugs start slowly")
    };
    let warn = format!("\"{warn} MB\"");
    let _ = writeln!(text, "warn = {warn:<12}# {why}");
    let _ = writeln!(
        text,
        "fail = \"{OLD_LIMIT} MB\"    # the build stops; the platform itself takes up to 1 GB"
    );
    text.push_str(
        "growth = \"25%\"     # since the last successful build; more stops the build, too\n",
    );
    let large: Vec<_> = budget
        .parts
        .iter()
        .filter(|part| {
            part.compressed >= LARGE && part.compressed * 100 >= compressed * LARGE_SHARE
        })
        .collect();
    if !large.is_empty() {
        text.push_str("\n[com.slugsmith.budget.part]\n");
    }
    for part in large {
        let limit = (part.compressed + part.compressed / 4).div_ceil(MB);
        let _ = writeln!(
            text,
            "{} = \"{limit} MB\"    # {} today, compressed",
            key(&part.name),
            size(part.compressed)
        );
    }
}

fn removal(text: &mut String, strip: &StripReport, traced: Option<&StripReport>) {
    text.push_str("\n[com.slugsmith.strip]\n");
    if strip.removed.files == 0 && strip.shrunk.is_empty() {
        text.push_str(
            "# \"safe\" finds nothing to remove in this folder; \
         most of what it removes is in dependencies.\n",
        );
    } else {
        let reasons: Vec<_> = strip
            .by_reason
            .iter()
            .take(NAMED)
            .map(|reason| format!("{} {}", reason.reason, size(reason.totals.bytes)))
            .collect();
        let _ = writeln!(
            text,
            "# \"safe\" saves {} of {} ({}): {}.",
            size(strip.removed.bytes),
            size(strip.before.bytes),
            counted(strip.removed.files, "file"),
            one_line(&reasons.join(", "))
        );
    }
    let more = traced.map(|traced| traced.removed.bytes.saturating_sub(strip.removed.bytes));
    if let Some(more) = more.filter(|more| *more > 0) {
        let _ = writeln!(
            text,
            "# \"trace\" saves another {}: what no start command can reach. Try `slugsmith strip . --dry-run` \
             with it first.",
            size(more)
        );
    }
    text.push_str("level = \"safe\"\n");
    if strip.offers.is_empty() {
        return;
    }
    text.push_str("# These look unused, but nothing proves it: take them in if no process reads them.\n# remove = [\n");
    for offer in &strip.offers {
        let _ = writeln!(
            text,
            "#     {},  # {}, {}",
            toml::Value::String(format!("/{}", one_line(&offer.path))),
            size(offer.totals.bytes),
            one_line(&offer.because)
        );
    }
    text.push_str("# ]\n");
}

fn findings(text: &mut String, report: &Report) {
    let count = |level: Severity| {
        let all = report.findings().filter(|finding| finding.level == level);
        all.count() as u64
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warn));
    text.push_str("\n[com.slugsmith.audit]\n");
    let today = if errors + warnings == 0 {
        "Today: no errors, no warnings.".to_owned()
    } else {
        format!(
            "Today: {}, {}; `slugsmith check` lists them.",
            counted(errors, "error"),
            counted(warnings, "warning")
        )
    };
    let _ = writeln!(text, "# {today}");
    text.push_str("fail_on = \"error\"          # exit code of `slugsmith check`\n");
    text.push_str("fail_build_on = \"never\"    # \"error\" stops deploys, too\n");
}

/// A key on one line: JSON's escapes are those of TOML.
fn key(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}

/// Names that an app chooses stay in their comment.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_comment() {
        assert_eq!(one_line("a\n[evil]\r= 1"), "a [evil] = 1");
        assert_eq!(key("a\n\"b"), r#""a\n\"b""#);
        let table: toml::Table = format!("{} = 1", key("a\n[evil]\u{1b}")).parse().unwrap();
        assert!(table.contains_key("a\n[evil]\u{1b}"));
    }
}
