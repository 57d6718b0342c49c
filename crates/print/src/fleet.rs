//! The view of all apps as text, JSON, Markdown and one offline page.
//!
//! All names in it come from reports, which anybody may have written: each printer escapes them as
//! its form needs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::html::escaped;
use super::markdown::table::cell;
use super::safe;
use slugsmith_facts::secrets;
use slugsmith_finding::units::{count, counted, size};
use slugsmith_fleet::{App, Fleet};

const PAGE: &str = include_str!("html/fleet.html");
const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/fleet.js");

/// Rows of a part of the text; the other forms have all.
const SHOWN: usize = 15;
/// Apps that a row names.
const NAMED: usize = 5;

fn named(apps: &[String]) -> String {
    let shown: Vec<&str> = apps.iter().take(NAMED).map(String::as_str).collect();
    let more = apps.len().saturating_sub(NAMED);
    let text = shown.join(", ");
    if more == 0 {
        text
    } else {
        format!("{text} and {}", counted(more as u64, "other"))
    }
}

fn growth(app: &App) -> String {
    app.growth()
        .map_or(String::new(), |percent| format!("{percent:+.0} %"))
}

fn hits(app: &App) -> String {
    if app.lookups == 0 {
        return String::new();
    }
    format!("{} of {}", app.hits, app.lookups)
}

fn minutes(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{seconds:.0} s");
    }
    format!("{:.0} min", seconds / 60.0)
}

fn boot(app: &App) -> String {
    app.boot
        .map_or(String::new(), |boot| format!("{:.2} s", boot.with))
}

/// One line of the whole.
fn summary(fleet: &Fleet) -> String {
    let (hits, lookups) = fleet.apps.iter().fold((0, 0), |(hits, lookups), app| {
        (hits + app.hits, lookups + app.lookups)
    });
    let saved: f64 = fleet.apps.iter().map(|app| app.saved).sum();
    let over = fleet
        .apps
        .iter()
        .filter(|app| app.verdict == "over")
        .count();
    let bytes: u64 = fleet.apps.iter().filter_map(|app| app.compressed).sum();
    let mut text = format!(
        "{}, {}: {} compressed, {over} over budget",
        counted(fleet.apps.len() as u64, "app"),
        counted(fleet.reports as u64, "report"),
        size(bytes),
    );
    if let Some(share) = (hits * 100).checked_div(lookups) {
        let _ = write!(
            text,
            "; caches hit {} of {} times ({share} %), {} saved",
            count(hits),
            count(lookups),
            minutes(saved)
        );
    }
    text
}

/// For a terminal.
#[must_use]
pub fn text(fleet: &Fleet) -> String {
    let mut out = format!("{}\n", summary(fleet));
    let mut largest: Vec<&App> = fleet.apps.iter().collect();
    largest.sort_by_key(|app| (std::cmp::Reverse(app.compressed), app.name.as_str()));
    part(&mut out, "Apps, the largest first", &largest, |app| {
        let bytes = app.compressed.map_or("not weighed".to_owned(), size);
        format!(
            "{:<28} {:>11} {:>7} {:<12} hits {:<10} saved {:<7} {:<8} {}, {}",
            line(&app.name, 28),
            bytes,
            growth(app),
            line(&app.verdict, 12),
            hits(app),
            minutes(app.saved),
            boot(app),
            counted(app.errors as u64, "error"),
            counted(app.warnings as u64, "warning"),
        )
    });
    part(&mut out, "Findings by rule", &fleet.rules, |rule| {
        format!(
            "{:<5} {:<36} {:>4}  {}",
            rule.level,
            line(&rule.rule, 36),
            counted(rule.apps.len() as u64, "app"),
            line(&named(&rule.apps), 200),
        )
    });
    part(
        &mut out,
        "Runtimes and stacks by their end",
        &fleet.runtimes,
        |row| {
            let end = if row.runtime.end.is_empty() {
                "unknown"
            } else {
                &row.runtime.end
            };
            let what = format!("{} {}", row.runtime.name, row.runtime.line);
            format!(
                "{:<10} {:<20} {}",
                line(end, 10),
                line(&what, 20),
                line(&named(&row.apps), 200)
            )
        },
    );
    part(&mut out, "Buildpacks", &fleet.neighbours, |row| {
        let what = format!("{} {}", row.id, row.version);
        let apps = counted(row.apps.len() as u64, "app");
        format!(
            "{:<40} {apps}: {}",
            line(&what, 40),
            line(&named(&row.apps), 200)
        )
    });
    part(
        &mut out,
        "Files that are no report",
        &fleet.refused,
        |one: &(String, String)| {
            let (file, why) = one;
            format!("{}: {}", line(file, 100), line(why, 200))
        },
    );
    out
}

fn line(text: &str, most: usize) -> String {
    let text = safe::line(text);
    if text.chars().count() <= most {
        return text.to_string();
    }
    let cut: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{cut}…")
}

fn part<T>(out: &mut String, title: &str, rows: &[T], shown: impl Fn(&T) -> String) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{title}");
    for row in rows.iter().take(SHOWN) {
        let _ = writeln!(out, "  {}", shown(row).trim_end());
    }
    if rows.len() > SHOWN {
        let more = counted((rows.len() - SHOWN) as u64, "more row");
        let _ = writeln!(out, "  {more}; --format html, markdown and json have all");
    }
}

fn value(fleet: &Fleet) -> Value {
    json!({
        "schema": "slugsmith.fleet/1",
        "reports": fleet.reports,
        "apps": fleet.apps.iter().map(app).collect::<Vec<_>>(),
        "rules": fleet.rules.iter().map(|rule| json!({
            "rule": rule.rule, "level": rule.level, "findings": rule.findings, "apps": rule.apps,
        })).collect::<Vec<_>>(),
        "runtimes": fleet.runtimes.iter().map(|row| json!({
            "name": row.runtime.name, "line": row.runtime.line, "end": row.runtime.end, "apps": row.apps,
        })).collect::<Vec<_>>(),
        "buildpacks": fleet.neighbours.iter().map(|row| json!({
            "id": row.id, "version": row.version, "apps": row.apps,
        })).collect::<Vec<_>>(),
        "refused": fleet.refused.iter().map(|(file, why)| json!({
            "file": file, "why": why,
        })).collect::<Vec<_>>(),
    })
}

fn app(app: &App) -> Value {
    json!({
        "app": app.name, "reports": app.reports, "at": app.at, "branch": app.branch,
        "verdict": app.verdict, "bytes": app.bytes, "compressed": app.compressed,
        "growth_percent": app.growth(), "cache_hits": app.hits, "cache_lookups": app.lookups,
        "saved_seconds": app.saved, "errors": app.errors, "warnings": app.warnings,
        "boot_seconds": app.boot.map(|boot| boot.with),
        "boot_seconds_without": app.boot.map(|boot| boot.without),
        "runtimes": app.runtimes.iter().map(|one| json!({
            "name": one.name, "line": one.line, "end": one.end,
        })).collect::<Vec<_>>(),
        "buildpacks": app.buildpacks.iter().map(|(id, version)| json!({
            "id": id, "version": version,
        })).collect::<Vec<_>>(),
        "rules": app.rules,
    })
}

/// For programs.
#[must_use]
pub fn json(fleet: &Fleet) -> String {
    super::json::pretty(&value(fleet))
}

/// For a pull request or a wiki.
#[must_use]
pub fn markdown(fleet: &Fleet) -> String {
    let mut out = format!("# Fleet\n\n{}\n", cell(&summary(fleet)));
    let mut table = |title: &str, heads: &[&str], rows: Vec<Vec<String>>| {
        if rows.is_empty() {
            return;
        }
        let _ = write!(out, "\n## {title}\n\n| {} |\n|", heads.join(" | "));
        out.push_str(&"---|".repeat(heads.len()));
        out.push('\n');
        for row in rows {
            let cells: Vec<String> = row.iter().map(|text| cell(&safe::line(text))).collect();
            let _ = writeln!(out, "| {} |", cells.join(" | "));
        }
    };
    let apps = fleet.apps.iter().map(|app| {
        vec![
            app.name.clone(),
            app.compressed.map_or(String::new(), size),
            growth(app),
            app.verdict.clone(),
            hits(app),
            minutes(app.saved),
            boot(app),
            app.errors.to_string(),
            app.warnings.to_string(),
        ]
    });
    let heads = [
        "app",
        "compressed",
        "growth",
        "budget",
        "cache hits",
        "saved",
        "start",
        "errors",
        "warnings",
    ];
    table("Apps", &heads, apps.collect());
    let rules = fleet.rules.iter().map(|rule| {
        let apps = rule.apps.len().to_string();
        vec![
            rule.level.clone(),
            rule.rule.clone(),
            apps,
            named(&rule.apps),
        ]
    });
    table(
        "Findings by rule",
        &["level", "rule", "apps", "which"],
        rules.collect(),
    );
    let runtimes = fleet.runtimes.iter().map(|row| {
        let one = &row.runtime;
        vec![
            one.end.clone(),
            one.name.clone(),
            one.line.clone(),
            named(&row.apps),
        ]
    });
    table(
        "Runtimes and stacks by their end",
        &["end", "what", "line", "apps"],
        runtimes.collect(),
    );
    let buildpacks = fleet
        .neighbours
        .iter()
        .map(|row| vec![row.id.clone(), row.version.clone(), named(&row.apps)]);
    table(
        "Buildpacks",
        &["buildpack", "version", "apps"],
        buildpacks.collect(),
    );
    let refused = fleet
        .refused
        .iter()
        .map(|(file, why)| vec![file.clone(), why.clone()]);
    table(
        "Files that are no report",
        &["file", "why"],
        refused.collect(),
    );
    out
}

/// One page without network, to sort and filter.
#[must_use]
pub fn html(fleet: &Fleet, title: &str) -> String {
    let data = secrets::mask(&value(fleet).to_string()).replace('<', "\\u003c");
    // The data comes last: a name in it may look like a placeholder.
    PAGE.replace("{{title}}", &escaped(title))
        .replace("{{summary}}", &escaped(&summary(fleet)))
        .replace("{{style}}", STYLE)
        .replace("{{script}}", SCRIPT)
        .replace("{{data}}", &data)
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_fleet::{read, view};

    fn fleet(app: &str) -> Fleet {
        let text = json!({
            "schema": "slugsmith.fleet-report/1", "app": app, "at": 1,
            "runtimes": [{ "name": "node", "line": "20", "end": "2026-04-30" }],
            "report": {
                "findings": [{ "rule": "uploads-on-local-disk", "level": "error" }],
                "budget": { "verdict": "within", "bytes": 2_000_000, "compressed": { "bytes": 1_000_000 } },
                "dependencies": [{ "verdict": "hit", "saved_seconds": 90.0 }],
                "stack": { "buildpacks": [{ "id": "heroku/nodejs", "version": "3.0.0" }] },
                "boot": { "made": [{ "start": { "without": 0.9, "with": 0.5 } }] },
            },
        });
        let summary = read("x.json", text.to_string().as_bytes()).unwrap();
        view(
            vec![summary],
            vec![("odd.json".to_owned(), "it is no report".to_owned())],
        )
    }

    #[test]
    fn every_form_says_it() {
        let fleet = fleet("shop");
        for text in [
            text(&fleet),
            markdown(&fleet),
            json(&fleet),
            html(&fleet, "Fleet"),
        ] {
            for part in [
                "shop",
                "uploads-on-local-disk",
                "2026-04-30",
                "heroku/nodejs",
                "odd.json",
            ] {
                assert!(text.contains(part), "{part} in {text}");
            }
        }
        assert!(text(&fleet).starts_with(
            "1 app, 1 report: 1 MB compressed, 0 over budget; caches hit 1 of 1 times (100 %), 2 min saved"
        ), "{}", text(&fleet));
    }

    #[test]
    fn names_of_strangers_stay_names() {
        let name = "</script><img src=x onerror=alert(1)> | `x` \u{1b}[31m {{style}}";
        let fleet = fleet(name);
        let page = html(&fleet, name);
        assert!(!page.contains("<img") && !page.contains("</script><"));
        assert!(
            !page.contains("https://") && !page.contains("http://"),
            "works offline"
        );
        assert!(!text(&fleet).contains('\u{1b}'));
        let plain = markdown(&fleet).replace("\\<", "");
        assert!(!plain.contains('<'), "each is escaped: {plain}");
        assert!(!markdown(&fleet).contains(" | `x`"));
    }
}
