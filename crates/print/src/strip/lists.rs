//! Lists for other tools: what does a log say of them, and what does `--explain`?

use crate::line::Line;
use slugsmith_config::LogLevel;
use slugsmith_finding::units;
use slugsmith_strip::legacy::{LineReport, ListReport};

/// Lines that a normal log quotes.
const QUOTED: usize = 3;

/// What needs saying in a log: lines that are not followed or name nothing, and what
/// Cedar's own list leaves behind.
pub(super) fn told(lists: &[ListReport], level: LogLevel, lines: &mut Vec<Line>) {
    for list in lists {
        if level == LogLevel::Verbose {
            lines.extend(explained(list, 1));
            continue;
        }
        if list.is_unread() {
            lines.extend(
                explained(list, 1)
                    .into_iter()
                    .map(|line| Line::alarm(1, line.text)),
            );
            continue;
        }
        for line in list.lines.iter().filter(|line| line.refused.is_some()) {
            lines.push(Line::alarm(1, refusal(list, line)));
        }
        if !list.applied && list.names.files > 0 {
            lines.push(Line::item(1, not_applied(list)));
        }
        let idle: Vec<&str> = list
            .lines
            .iter()
            .filter(|line| list.applied && line.refused.is_none() && line.names.files == 0)
            .map(|line| line.text.as_str())
            .collect();
        if level > LogLevel::Quiet && !idle.is_empty() {
            lines.push(Line::item(1, nothing(&list.name, &idle)));
        }
    }
}

/// The list line by line.
pub(super) fn explained(list: &ListReport, depth: usize) -> Vec<Line> {
    let mut lines = vec![Line::item(
        depth,
        match &list.note {
            Some(note) => format!("{} is not followed: {note}", list.name),
            None => format!("{} is followed as its own tool would:", list.name),
        },
    )];
    for line in &list.lines {
        let what = match (&line.refused, line.names.files) {
            (Some(why), _) => format!("not followed: {why}"),
            (None, 0) => "nothing".to_owned(),
            (None, _) => names(line.names),
        };
        let note = line.note.as_ref();
        let note = note.map_or(String::new(), |note| format!(" ({note})"));
        lines.push(Line::row(
            depth,
            format!("{:>4}  {}: {what}{note}", line.line, line.text),
        ));
    }
    lines
}

fn names(totals: slugsmith_facts::tree::Totals) -> String {
    let files = units::counted(totals.files, "file");
    format!("{files}, {}", units::size(totals.bytes))
}

fn refusal(list: &ListReport, line: &LineReport) -> String {
    let why = line.refused.as_deref().unwrap_or_default();
    format!(
        "{}:{}: `{}` is not followed: {why}",
        list.name, line.line, line.text
    )
}

fn not_applied(list: &ListReport) -> String {
    format!(
        "{} names {} that stay ({}); [com.slugsmith.strip] remove takes them out of every slug. Line by line: \
         slugsmith strip . --explain {}",
        list.name,
        names(list.names),
        list.note.as_deref().unwrap_or("it is not followed"),
        list.name
    )
}

fn nothing(name: &str, idle: &[&str]) -> String {
    let quoted: Vec<String> = idle
        .iter()
        .take(QUOTED)
        .map(|text| format!("`{text}`"))
        .collect();
    let more = match idle.len() - quoted.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let verb = if idle.len() == 1 { "names" } else { "name" };
    format!("{name}: {}{more} {verb} nothing", quoted.join(", "))
}
