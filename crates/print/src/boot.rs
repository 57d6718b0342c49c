//! The boot section: what was prepared for the start of processes, and what was not, and why.

use std::time::Duration;

use super::line::Line;
use slugsmith_boot::{BootReport, Made, Observed, Prepared, Weight};
use slugsmith_config::{BootLevel, LogLevel};
use slugsmith_finding::units::{count, counted, size, time};

/// The section of the log, its heading first. Empty where there is nothing to say.
#[must_use]
pub fn lines(report: &BootReport, level: LogLevel) -> Vec<Line> {
    let mut lines = Vec::new();
    for made in &report.made {
        lines.push(Line::item(1, self::made(made)));
        if made.places.len() > 1 && level > LogLevel::Quiet {
            let places = made.places.iter();
            lines.extend(places.map(|(name, files)| {
                let files = counted(*files, made.unit);
                Line::row(1, format!("{name}: {files}"))
            }));
        }
    }
    if report.taken_back {
        let text = format!(
            "Removed again ({}): the app is over its budget with it",
            size(report.bytes())
        );
        lines.push(Line::alarm(1, text));
    }
    for note in &report.notes {
        match note.weight {
            Weight::Alarm => lines.push(Line::alarm(1, note.text.as_str())),
            Weight::Normal if level > LogLevel::Quiet => {
                lines.push(Line::item(1, note.text.as_str()));
            }
            Weight::Detail if level == LogLevel::Verbose => {
                lines.push(Line::item(1, note.text.as_str()));
            }
            Weight::Normal | Weight::Detail => {}
        }
    }
    if lines.is_empty() {
        if report.level == BootLevel::Off && level == LogLevel::Verbose {
            lines.push(Line::item(1, "Nothing prepared: level is off"));
        } else {
            return lines;
        }
    }
    let word = word(report.level);
    lines.insert(0, Line::section(format!("Boot ({word})")));
    lines
}

/// What a layer got, below the line of its cache.
#[must_use]
pub fn prepared(prepared: &Prepared) -> Vec<Line> {
    let made = prepared.made.iter().map(made);
    let lines = made.chain(prepared.notes.iter().cloned());
    lines.map(|text| Line::item(2, text)).collect()
}

/// One preparation.
#[must_use]
pub fn made(made: &Made) -> String {
    let mut text = made.what.to_owned();
    if !made.unit.is_empty() {
        text.push_str(&format!(" for {}", counted(made.files, made.unit)));
    }
    text.push_str(&format!(", {}", size(made.bytes)));
    if made.kept == made.files {
        text.push_str(", as kept from an earlier build");
    } else if made.kept > 0 {
        text.push_str(&format!(
            ", {} kept from an earlier build",
            count(made.kept)
        ));
    }
    if made.replaced > 0 {
        text.push_str(&format!(
            "; {} of them had some that Python can't use",
            count(made.replaced)
        ));
    }
    text.push_str(&format!(" ({})", time(made.took)));
    if let Some(measured) = made.measured {
        text.push_str(&format!(
            ": a start takes {} of processor time, {} without",
            seconds(measured.with),
            seconds(measured.without)
        ));
    }
    text
}

/// To a hundredth, since that is what is measured.
fn seconds(took: Duration) -> String {
    format!("{:.2}s", took.as_secs_f64())
}

/// Packages that a normal report names.
const ROWS: usize = 15;

/// Where a start goes.
#[must_use]
pub fn observed(observed: &Observed, level: LogLevel) -> Vec<Line> {
    let mut lines = vec![Line::section("Start")];
    if let Some(spent) = observed.spent {
        let text = format!(
            "{} of processor time until it listens, observed",
            time(spent)
        );
        lines.push(Line::item(1, text));
    }
    if let Some(why) = &observed.failed {
        lines.push(Line::alarm(1, why.as_str()));
    }
    let shown = if level == LogLevel::Verbose {
        usize::MAX
    } else {
        ROWS
    };
    if !observed.rows.is_empty() {
        let text = "Loaded, by package: time on the clock, bytes of sources, modules or classes";
        lines.push(Line::item(1, text));
    }
    for row in observed.rows.iter().take(shown) {
        let took = if row.took.is_zero() {
            String::new()
        } else {
            time(row.took)
        };
        let bytes = match row.bytes {
            0 => String::new(),
            bytes => size(bytes),
        };
        let parts = count(row.parts);
        lines.push(Line::row(
            1,
            format!("{took:>8}  {bytes:>9}  {parts:>6}  {}", row.name),
        ));
    }
    let more = observed.rows.len().saturating_sub(shown);
    if more > 0 {
        lines.push(Line::row(
            1,
            format!("{more} more: SLUGSMITH_LOG=verbose names them"),
        ));
    }
    let helps = observed.helps.iter();
    lines.extend(helps.map(|help| Line::item(1, format!("Would help: {help}"))));
    lines
}

/// As in project.toml.
#[must_use]
pub fn word(level: BootLevel) -> &'static str {
    match level {
        BootLevel::Off => "off",
        BootLevel::Safe => "safe",
        BootLevel::Trained => "trained",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> BootReport {
        let mut report = BootReport::new(BootLevel::Safe);
        report.made.push(Made {
            what: "Python byte code",
            unit: "module",
            files: 1200,
            bytes: 8_100_000,
            kept: 1000,
            replaced: 3,
            took: Duration::from_millis(1300),
            places: vec![(".venv".to_owned(), 1190), ("the app".to_owned(), 10)],
            measured: None,
        });
        report
    }

    fn text(report: &BootReport, level: LogLevel) -> Vec<String> {
        let lines = lines(report, level);
        lines.iter().map(|line| line.text.clone()).collect()
    }

    #[test]
    fn the_section_says_what_was_made_and_where() {
        assert_eq!(
            text(&report(), LogLevel::Normal),
            [
                "Boot (safe)",
                "Python byte code for 1,200 modules, 8.1 MB, 1,000 kept from an earlier build; 3 of them had some \
                 that Python can't use (1.3s)",
                ".venv: 1,190 modules",
                "the app: 10 modules",
            ]
        );
    }

    #[test]
    fn nothing_to_say_is_no_section() {
        let report = BootReport::new(BootLevel::Safe);
        assert!(lines(&report, LogLevel::Verbose).is_empty());
        assert!(lines(&BootReport::new(BootLevel::Off), LogLevel::Normal).is_empty());
    }

    #[test]
    fn what_went_again_is_told_at_every_level() {
        let report = BootReport {
            taken_back: true,
            ..report()
        };
        let quiet = text(&report, LogLevel::Quiet);
        assert!(quiet[2].starts_with("Removed again (8.1 MB)"), "{quiet:?}");
    }
}
