//! The strip section: what was removed, by reason, and what was kept although it looks
//! unused.

mod explanation;
mod lists;

pub use explanation::{explanation, removed};

use super::line::Line;
use slugsmith_config::{LogLevel, StripLevel};
use slugsmith_finding::units;
use slugsmith_strip::identical::Identical;
use slugsmith_strip::prove::Proof;
use slugsmith_strip::record::Recorded;
use slugsmith_strip::report::Kept;
use slugsmith_strip::{ReasonTotal, StripReport};

/// Rows of one kind in a normal log; the rest is counted.
const ROWS: usize = 6;

/// Bytes of spare copies from which on a normal log has a line.
const WORTH_TELLING: u64 = 1_000_000;

/// Bytes from which on a normal log offers a line for `remove`.
const WORTH_OFFERING: u64 = 100_000;

/// Bytes from which on a normal log names what is kept.
const WORTH_A_LINE: u64 = 10_000;

/// Kept files that a normal log names.
const KEPT: usize = 3;

/// The section of the log, its heading first. Empty at `quiet` and where there is
/// nothing to say.
#[must_use]
pub fn lines(report: &StripReport, level: LogLevel) -> Vec<Line> {
    let mut lines = vec![Line::section(format!("Strip ({})", name(report.level)))];
    if report.level == StripLevel::Off {
        lines.push(Line::item(1, "Nothing removed: level is off"));
        return lines;
    }
    lines.push(Line::item(1, summary(report)));
    if level > LogLevel::Quiet {
        for sum in &report.by_reason {
            lines.push(Line::row(
                1,
                format!(
                    "{:>9}  {} ({}{})",
                    units::size(sum.totals.bytes),
                    sum.reason,
                    units::counted(sum.totals.files, "file"),
                    most_in(sum)
                ),
            ));
        }
        kept(report, level, &mut lines);
        if level == LogLevel::Normal && report.removed.bytes >= WORTH_TELLING {
            let how = "Why a file is removed, and how to keep it: slugsmith strip . --explain PATH";
            lines.push(Line::row(1, how));
        }
    }
    if level == LogLevel::Verbose {
        for removed in &report.manifest {
            let path = removed.path.display();
            lines.push(Line::row(1, format!("{path} ({})", removed.entry)));
        }
    }
    undecided(report, level, &mut lines);
    let left_alone = report.left_alone.iter();
    lines.extend(left_alone.map(|why| Line::item(1, why.as_str())));
    if let Some(back) = &report.put_back {
        let missing = back.missing.as_ref();
        let missing = missing.map_or(String::new(), |file| format!(", {file} is missing"));
        lines.push(Line::alarm(
            1,
            format!(
                "Everything was put back: `{}` failed ({}{missing})",
                back.command, back.status
            ),
        ));
        lines.extend(back.tail.iter().map(|line| Line::row(1, line.as_str())));
    }
    for needed in &report.dev_dependencies {
        lines.push(Line::alarm(
            1,
            format!(
                "A dev dependency is needed at run time: `{}` ({}:{}). Move it to dependencies.",
                needed.name, needed.path, needed.line
            ),
        ));
    }
    for failed in report.failed.iter().take(ROWS) {
        let path = failed.path.display();
        lines.push(Line::alarm(
            1,
            format!("Not removed: {path}: {}", failed.reason),
        ));
    }
    if report.failed.len() > ROWS {
        let more = report.failed.len() - ROWS;
        lines.push(Line::alarm(1, format!("Not removed: {more} more files")));
    }
    lists::told(&report.lists, level, &mut lines);
    identical(report, level, &mut lines);
    offers(report, level, &mut lines);
    for line in &report.unused_remove {
        lines.push(Line::alarm(
            1,
            format!("[com.slugsmith.strip] remove: `{line}` matches nothing"),
        ));
    }
    lines
}

/// Where most of it was, if that is one package and worth a word.
fn most_in(sum: &ReasonTotal) -> String {
    match &sum.most {
        Some(place) if sum.totals.bytes >= WORTH_TELLING => format!(", most of it in {place}"),
        _ => String::new(),
    }
}

/// Loads that `trace` could not decide: counted, and each by name in a verbose log.
fn undecided(report: &StripReport, level: LogLevel, lines: &mut Vec<Line>) {
    if report.undecided.is_empty() {
        return;
    }
    let files = report.undecided.iter().map(|load| &load.path);
    let files = files.collect::<std::collections::BTreeSet<_>>().len();
    lines.push(Line::item(
        1,
        format!(
            "{} in {} {} modules by computed names: what they name anywhere is kept (`slugsmith strip record` \
             sees the rest)",
            units::counted(report.undecided.len() as u64, "place"),
            units::counted(files as u64, "file"),
            if report.undecided.len() == 1 { "loads" } else { "load" },
        ),
    ));
    if level == LogLevel::Verbose {
        for load in &report.undecided {
            lines.push(Line::row(1, format!("{}:{}", load.path, load.line)));
        }
    }
}

/// Copies of one file: a line where they cost something, each by name in a verbose log.
fn identical(report: &StripReport, level: LogLevel, lines: &mut Vec<Line>) {
    let spare: u64 = report.identical.iter().map(Identical::spare).sum();
    let Some(first) = report.identical.first() else {
        return;
    };
    if level < LogLevel::Normal || spare < WORTH_TELLING && level < LogLevel::Verbose {
        return;
    }
    let more = match report.identical.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    lines.push(Line::item(
        1,
        format!(
            "Identical files, {} more than one copy of each: {} ({} copies){more}",
            units::size(spare),
            first.paths.first().map_or("", String::as_str),
            first.paths.len(),
        ),
    ));
    if level == LogLevel::Verbose {
        for copies in &report.identical {
            let paths = copies.paths.join(" = ");
            lines.push(Line::row(
                1,
                format!("{:>9}  {paths}", units::size(copies.bytes)),
            ));
        }
    }
}

/// What the app's authors can list: files of the app that look unused, without proof.
fn offers(report: &StripReport, level: LogLevel, lines: &mut Vec<Line>) {
    let verbose = level == LogLevel::Verbose;
    let offers = report.offers.iter();
    let told: Vec<_> = offers
        .filter(|offer| verbose || offer.totals.bytes >= WORTH_OFFERING)
        .collect();
    if level < LogLevel::Normal || told.is_empty() {
        return;
    }
    let mut reasons: Vec<&str> = Vec::new();
    for offer in &told {
        if !reasons.contains(&offer.because.as_str()) {
            reasons.push(&offer.because);
        }
    }
    let shown = if verbose { usize::MAX } else { ROWS };
    for reason in reasons {
        let of_reason = told.iter().filter(|offer| offer.because == reason);
        let paths: Vec<String> = of_reason
            .clone()
            .take(shown)
            .map(|offer| format!("{} ({})", offer.path, units::size(offer.totals.bytes)))
            .collect();
        let more = match of_reason.count().saturating_sub(paths.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let text = format!(
            "Kept to be safe: {}{more}. Reason: {reason}",
            paths.join(", ")
        );
        lines.push(Line::item(1, text));
    }
    let listed: Vec<String> = told
        .iter()
        .take(shown)
        .map(|offer| format!("\"/{}\"", offer.path))
        .collect();
    let saved: u64 = told
        .iter()
        .take(shown)
        .map(|offer| offer.totals.bytes)
        .sum();
    let text = format!(
        "If no process reads them, remove = [{}] under [com.slugsmith.strip] saves {}",
        listed.join(", "),
        units::size(saved),
    );
    lines.push(Line::row(1, text));
}

/// What a proof found.
#[must_use]
pub fn proof(proof: &Proof, dry_run: bool) -> Vec<Line> {
    let mut lines = Vec::new();
    if proof.processes.is_empty() {
        let text = "Nothing to start: the app has no Procfile and no start script, so nothing was proven or removed";
        return vec![Line::alarm(0, text)];
    }
    for needed in &proof.needed {
        let files = units::counted(needed.files.len() as u64, "file");
        let place = match needed.folder.as_str() {
            "" => "the app",
            folder => folder,
        };
        let put = if dry_run { "would be kept" } else { "kept" };
        let text = format!(
            "{}: {files} of {place} {put} ({}, `slugsmith explain {}`)",
            needed.difference, needed.entry, needed.entry
        );
        lines.push(Line::alarm(0, text));
    }
    if let Some(difference) = &proof.unexplained {
        let text = format!("{difference}, even with all files put back: nothing was removed");
        lines.push(Line::alarm(0, text));
        return lines;
    }
    for proven in &proof.processes {
        let text = match proven.asked {
            0 => format!("{} behaves the same before and after", proven.process),
            asked => {
                let answers = units::counted(asked as u64, "answer");
                format!("{}: {answers} the same before and after", proven.process)
            }
        };
        lines.push(Line::item(0, text));
    }
    if !proof.needed.is_empty() && !dry_run {
        lines.push(Line::row(
            0,
            "What they need is listed in slugsmith.keep: commit it",
        ));
    }
    lines
}

/// What a recording saw.
#[must_use]
pub fn recorded(recorded: &Recorded) -> Vec<Line> {
    let opened = units::counted(recorded.opened as u64, "file");
    let mut lines = vec![Line::item(
        0,
        match recorded.added {
            0 if recorded.opened == 0 => {
                "No file of a package was opened, so there is nothing to keep".to_owned()
            }
            0 => format!("{opened} of packages opened: strip keeps all of them"),
            added => format!(
                "{opened} of packages opened: {} that strip would have removed added to slugsmith.keep (commit it)",
                units::counted(added as u64, "file")
            ),
        },
    )];
    if !recorded.is_good() {
        let code = recorded.code;
        let how = code.map_or("a signal ended it".to_owned(), |code| {
            format!("exit code {code}")
        });
        lines.push(Line::alarm(0, format!("The command failed: {how}")));
    }
    lines
}

fn summary(report: &StripReport) -> String {
    if report.removed.files == 0 && report.shrunk.is_empty() {
        return format!("Nothing to remove in {}", units::size(report.before.bytes));
    }
    format!(
        "{} {}, {} of {}",
        if report.dry_run {
            "Would remove"
        } else {
            "Removed"
        },
        units::counted(report.removed.files, "file"),
        units::size(report.removed.bytes),
        units::size(report.before.bytes)
    )
}

/// In a normal log the few that are worth a word; verbose says why for each.
fn kept(report: &StripReport, level: LogLevel, lines: &mut Vec<Line>) {
    let verbose = level == LogLevel::Verbose;
    let is_news = |kept: &Kept| kept.tell && kept.totals.bytes >= WORTH_A_LINE;
    let told = || report.kept.iter().filter(|kept| verbose || is_news(kept));
    let shown = if verbose { usize::MAX } else { KEPT };
    for kept in told().take(shown) {
        let size = units::size(kept.totals.bytes);
        let text = format!(
            "Kept although it looks unused: {} ({}, {size})",
            kept.path, kept.because
        );
        lines.push(Line::item(1, text));
    }
    let more = told().count().saturating_sub(shown);
    if more > 0 {
        let more = units::count(more as u64);
        let text = format!("Kept likewise: {more} more, listed with log = \"verbose\"");
        lines.push(Line::item(1, text));
    }
}

fn name(level: StripLevel) -> &'static str {
    match level {
        StripLevel::Off => "off",
        StripLevel::Safe => "safe",
        StripLevel::Trace => "trace",
    }
}
