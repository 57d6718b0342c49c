//! The budget section: the slug's size, its largest parts, and the verdict.

use super::line::Line;
use slugsmith_budget::history::SizeChange;
use slugsmith_budget::limits::{HEAVY, LARGEST, PLATFORM_LIMIT, UNLIMITED, measured};
use slugsmith_budget::{BudgetReport, Missing, Part, Shipped, Verdict};
use slugsmith_config::LogLevel;
use slugsmith_finding::units;

/// Parts that grew, in the log of a build that is within its budget; groups of copies.
const MOVED: usize = 3;
/// Places of a file that is there several times.
const COPIES: usize = 3;

/// The section of the log.
#[must_use]
pub fn lines(report: &BudgetReport, level: LogLevel) -> Vec<Line> {
    let mut lines = vec![Line::section("Budget"), headline(report)];
    let as_before = report.change.as_ref().is_some_and(SizeChange::is_slight);
    match report.verdict {
        Verdict::Within if level == LogLevel::Quiet => return lines,
        Verdict::Within if as_before && level == LogLevel::Normal => return lines,
        Verdict::Over => over(report, &mut lines),
        _ => {}
    }
    let wanted = report.shipped == Shipped::Image || report.limits.is_none();
    // Of a built image there is only the one size.
    if wanted && report.size.image != report.size.compressed {
        lines.push(image(report));
    }
    changes(report, &mut lines, level);
    parts(report, level, &mut lines);
    for unread in &report.unread {
        lines.push(Line::alarm(
            1,
            format!("Not read: {}: {}", unread.path.display(), unread.reason),
        ));
    }
    for layer in report.unseen() {
        let label = layer.past.label();
        lines.push(Line::alarm(
            1,
            format!("Never seen: {label}. Its size will be known when it is built anew."),
        ));
    }
    lines
}

fn headline(report: &BudgetReport) -> Line {
    let size = &report.size;
    let compressed = measured(&size.compressed);
    let raw = units::size(size.totals.bytes);
    let heroku = format!(
        "{} in Heroku's units",
        units::heroku_megabytes(size.compressed.bytes)
    );
    let Some(limits) = &report.limits else {
        // No image is shown by Heroku's command.
        let heroku = if size.image == size.compressed {
            String::new()
        } else {
            format!(" ({heroku})")
        };
        return Line::item(
            1,
            format!(
                "{compressed} compressed{heroku}, {raw} unpacked, {}",
                units::counted(size.totals.files, "file")
            ),
        );
    };
    let (warn, fail) = (
        units::limit(limits.warn.value),
        units::limit(limits.fail.value),
    );
    let change = report.change.as_ref().filter(|change| change.is_slight());
    match report.verdict {
        Verdict::Within if change.is_some() => {
            let limit = units::limit(limits.warn.value.min(limits.fail.value));
            let how = if change.is_some_and(SizeChange::is_nothing) {
                "unchanged"
            } else {
                "hardly changed"
            };
            Line::item(1, format!("Slug {compressed}: within {limit}, {how}"))
        }
        Verdict::Within => {
            let limit = units::limit(limits.warn.value.min(limits.fail.value));
            Line::item(
                1,
                format!("Slug {compressed} compressed, {raw} unpacked: within {limit}"),
            )
        }
        Verdict::Warn => {
            let below = match limits.fail.value {
                UNLIMITED => String::new(),
                _ => format!(", below the limit of {fail}"),
            };
            let heavy = if size.compressed.low > HEAVY {
                ". It is above 500M as well, the platform's limit until March 2026: \
                 expect slow releases and restarts"
            } else {
                ""
            };
            Line::alarm(
                1,
                format!(
                    "Slug {compressed} compressed ({heroku}), {raw} unpacked: \
                     above {warn} ({}){below}{heavy}",
                    limits.warn.source
                ),
            )
        }
        Verdict::TooClose => Line::alarm(
            1,
            format!(
                "Slug {compressed} compressed ({heroku}), {raw} unpacked: too close to a budget to call ({fail}, \
                 {}); the build goes on",
                limits.fail.source
            ),
        ),
        Verdict::Unknown => Line::alarm(
            1,
            format!(
                "Slug at least {} compressed: no verdict, since {}",
                units::size(size.compressed.low),
                report.gaps()
            ),
        ),
        Verdict::SourcesOnly => Line::item(
            1,
            format!(
                "Sources only: {compressed} compressed, {raw} unpacked. {}",
                lacks(report.missing.as_ref())
            ),
        ),
        Verdict::Over => Line::alarm(
            1,
            format!("Slug {compressed} compressed ({heroku}), {raw} unpacked"),
        ),
    }
}

/// Why there is no verdict on sources.
fn lacks(missing: Option<&Missing>) -> String {
    let files = missing.map_or(&[][..], |missing| missing.files.as_slice());
    let named: Vec<_> = files.iter().take(MOVED).map(String::as_str).collect();
    let more = match files.len().saturating_sub(named.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let what = match named.as_slice() {
        [] => "The dependencies are".to_owned(),
        _ => format!("What {}{more} asks for is", named.join(", ")),
    };
    let way = if missing.is_some_and(|missing| missing.by_build) {
        " (`slugsmith check --build` installs and weighs it)"
    } else {
        ""
    };
    format!("{what} not installed here, so there is no verdict{way}")
}

/// The other size: what a registry stores and a new node pulls.
fn image(report: &BudgetReport) -> Line {
    let text = format!(
        "As layers of an image {} compressed",
        measured(&report.size.image)
    );
    Line::item(1, text)
}

/// What is over, and what would bring it under.
fn over(report: &BudgetReport, lines: &mut Vec<Line>) {
    for excess in &report.exceeded {
        lines.push(Line::alarm(1, excess.to_string()));
    }
    if report.savings.is_empty() {
        return;
    }
    lines.push(Line::alarm(1, "What would bring it under:"));
    for saving in &report.savings {
        lines.push(Line::row(1, saving.to_string()));
    }
}

fn changes(report: &BudgetReport, lines: &mut Vec<Line>, level: LogLevel) {
    let Some(change) = report.change.as_ref().filter(|change| !change.is_nothing()) else {
        return;
    };
    if report.verdict == Verdict::Over {
        lines.push(Line::alarm(1, change.summary()));
    } else {
        lines.push(Line::item(1, change.summary()));
    }
    let shown = if report.verdict == Verdict::Over || level == LogLevel::Verbose {
        LARGEST
    } else {
        MOVED
    };
    for moved in change.moved.iter().take(shown) {
        lines.push(Line::row(1, moved.line()));
    }
}

fn parts(report: &BudgetReport, level: LogLevel, lines: &mut Vec<Line>) {
    let shown = match level {
        LogLevel::Verbose => 5 * LARGEST,
        LogLevel::Quiet | LogLevel::Normal => LARGEST,
    };
    if report
        .change
        .as_ref()
        .is_some_and(|change| !change.is_nothing())
    {
        lines.push(Line::item(1, "Largest parts, compressed"));
    }
    lines.extend(report.parts.iter().take(shown).map(part));
    let hidden = report.parts.len().saturating_sub(shown);
    if hidden > 0 {
        let rest = report.parts.iter().skip(shown);
        let bytes = rest.map(|part| part.compressed).sum();
        lines.push(Line::row(
            1,
            format!(
                "{:>10}  {}: slugsmith inspect --format html shows all",
                units::size(bytes),
                units::counted(hidden as u64, "smaller part")
            ),
        ));
    }
    if level == LogLevel::Verbose && !report.kinds.is_empty() {
        lines.push(Line::item(1, "By kind of file"));
        lines.extend(report.kinds.iter().take(LARGEST).map(part));
    }
    let repeated = report.size.repeated_links;
    if repeated > report.size.totals.bytes / 100 {
        lines.push(Line::item(
            1,
            format!(
                "{} unpacked are hard links to files that are already there; a slug stores each name",
                units::size(repeated)
            ),
        ));
    }
    lines.extend(duplicates(report));
    lines.extend(binaries(report));
    if report.verdict == Verdict::Over
        && let Some(limits) = &report.limits
        && limits.fail.value != UNLIMITED
        && report.size.compressed.bytes > PLATFORM_LIMIT
    {
        lines.push(Line::alarm(1, "The platform refuses slugs of this size."));
    }
}

/// Copies, where they are worth a thought.
fn duplicates(report: &BudgetReport) -> Vec<Line> {
    let found = &report.duplicates;
    if found.bytes <= report.size.totals.bytes / 200 {
        return Vec::new();
    }
    let mut lines = vec![Line::item(
        1,
        format!(
            "{} unpacked are copies of files that are there already",
            units::size(found.bytes)
        ),
    )];
    for copies in found.largest.iter().take(MOVED) {
        let paths: Vec<_> = copies
            .paths
            .iter()
            .take(COPIES)
            .map(String::as_str)
            .collect();
        let more = copies.paths.len().saturating_sub(COPIES);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let size = units::size(copies.bytes);
        let times = copies.paths.len();
        lines.push(Line::row(
            1,
            format!("{size:>10}  {times} times: {}{more}", paths.join(", ")),
        ));
    }
    lines
}

/// What programs consist of, where there are any to speak of.
fn binaries(report: &BudgetReport) -> Vec<Line> {
    let worth = report.size.totals.bytes / 50;
    let large = report.binaries.iter().filter(|binary| binary.bytes > worth);
    let mut lines = Vec::new();
    for binary in large.take(MOVED) {
        let sections: Vec<_> = binary
            .sections
            .iter()
            .filter(|section| section.bytes * 50 > binary.bytes)
            .map(|section| format!("{} {}", section.name, units::size(section.bytes)))
            .collect();
        lines.push(Line::item(
            1,
            format!("{} unpacked: {}", binary.path, sections.join(", ")),
        ));
    }
    lines
}

/// `     4.1 MB  next`; the interval where it is wider than a fifth.
fn part(part: &Part) -> Line {
    let size = units::size(part.compressed);
    let name = &part.name;
    if part.plus_minus * 5 > part.compressed {
        let half = units::size(part.plus_minus);
        return Line::row(1, format!("{size:>10}  {name} (± {half})"));
    }
    Line::row(1, format!("{size:>10}  {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_budget::limits::Limits;
    use slugsmith_budget::{Compressed, Size};
    use slugsmith_config::Sourced;

    /// What the log says of a slug of so many bytes without any configuration.
    fn said(bytes: u64, fail: u64) -> String {
        let compressed = Compressed {
            bytes,
            low: bytes,
            high: bytes,
            exact: true,
        };
        let report = BudgetReport {
            size: Size {
                compressed,
                ..Size::default()
            },
            limits: Some(Limits {
                warn: Sourced::default(300_000_000),
                fail: Sourced::default(fail),
            }),
            verdict: Verdict::Warn,
            ..BudgetReport::default()
        };
        format!("{:?}", headline(&report))
    }

    #[test]
    fn a_slug_that_the_platform_takes_is_warned_of_in_its_unit() {
        let heavy = said(530_000_000, PLATFORM_LIMIT);
        assert!(heavy.contains("505.4M in Heroku's units"), "{heavy}");
        assert!(
            heavy.contains("below the limit of 1 GiB. It is above 500M"),
            "{heavy}"
        );
        let light = said(310_000_000, PLATFORM_LIMIT);
        assert!(!light.contains("500M"), "{light}");
    }

    #[test]
    fn an_image_has_no_limit_to_speak_of() {
        let image = said(2_000_000_000, UNLIMITED);
        assert!(!image.contains("limit of"), "{image}");
    }
}
