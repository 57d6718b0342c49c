//! Counts the platform's error codes in a log, for `slugsmith triage`.
//!
//! The codes are in `triage/codes.toml` (Heroku Dev Center, "Heroku Error Codes"). A log of
//! `heroku logs` is read line by line; only the router's and the dyno's own lines count
//! (`code=H12`, `Error R14`), never what the app itself writes.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read as _};
use std::sync::LazyLock;

use serde::Deserialize;

/// What one code means.
#[derive(Debug, Clone, Deserialize)]
pub struct Meaning {
    pub meaning: String,
    /// Rules that find its usual causes.
    pub rules: Vec<String>,
    /// What to look at next.
    pub next: String,
}

/// The whole table.
#[derive(Debug, Default, Deserialize)]
pub struct Table {
    /// The page that it was read from.
    pub page: String,
    /// Day of the page's last change, as it says itself.
    pub updated: String,
    /// Day on which it was read.
    pub read: String,
    pub codes: BTreeMap<String, Meaning>,
    /// What is no code of the platform and tells as much: exit codes, refused connections.
    pub signs: BTreeMap<String, Meaning>,
}

/// The table that this version was built with. A test proves that it parses.
pub static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(include_str!("triage/codes.toml")).unwrap_or_default());

/// A code or sign with how often and when it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub code: String,
    /// Lines with it.
    pub count: usize,
    /// Time stamps as the log has them; empty where it has none.
    pub first: String,
    pub last: String,
}

impl Seen {
    /// What it means; `None` for a code that the table does not have.
    #[must_use]
    pub fn meaning(&self) -> Option<&'static Meaning> {
        TABLE
            .codes
            .get(&self.code)
            .or_else(|| TABLE.signs.get(&self.code))
    }
}

/// Longest line that is looked at, in bytes; the platform cuts lines at 10,000.
const LONGEST_LINE: u64 = 64 * 1024;

/// Counts the codes and signs of a log, the most frequent first. A log is as long as it likes to
/// be: one line of it is held at a time.
///
/// # Errors
/// Those of the reader.
pub fn count(log: &mut dyn BufRead) -> io::Result<Vec<Seen>> {
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut *log)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)?
            == 0
        {
            break;
        }
        let is_whole = line.ends_with(b"\n");
        // Apps write any bytes to their logs.
        note(&mut seen, String::from_utf8_lossy(&line).trim_end());
        if !is_whole && line.len() as u64 == LONGEST_LINE {
            log.skip_until(b'\n')?;
        }
    }
    let mut seen: Vec<_> = seen.into_values().collect();
    seen.sort_by(|a, b| (b.count, &a.code).cmp(&(a.count, &b.code)));
    Ok(seen)
}

fn note(seen: &mut BTreeMap<String, Seen>, line: &str) {
    let Some(code) = code_of(line).or_else(|| sign_of(line).map(str::to_owned)) else {
        return;
    };
    let time = time_of(line);
    let entry = seen.entry(code.clone()).or_insert_with(|| Seen {
        code,
        count: 0,
        first: time.to_owned(),
        last: String::new(),
    });
    entry.count += 1;
    time.clone_into(&mut entry.last);
}

/// The code of a line: `at=error code=H12 desc=…` by the router, `Error R14 (…)` by the dyno.
fn code_of(line: &str) -> Option<String> {
    if is_of_app(line) {
        return None;
    }
    let rest = ["code=", "Error "].iter().find_map(|mark| {
        let (_, rest) = line.split_once(mark)?;
        rest.starts_with(['H', 'R', 'L']).then_some(rest)
    })?;
    let word: String = rest
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    let number = word.get(1..)?;
    let is_code = number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then_some(word)
}

/// What tells as much as a code.
fn sign_of(line: &str) -> Option<&'static str> {
    let refused = [
        "too many connections",
        "remaining connection slots are reserved",
    ];
    if refused.iter().any(|text| line.contains(text)) {
        return Some("too-many-connections");
    }
    if is_of_app(line) {
        return None;
    }
    let (before, status) = line.split_once("Process exited with status ")?;
    let status: String = status.chars().take_while(char::is_ascii_digit).collect();
    match status.as_str() {
        "127" => Some("exit-127"),
        "137" => Some("exit-137"),
        "0" => None,
        _ if before.contains("heroku[release.") => Some("release-failed"),
        _ => None,
    }
}

/// Whether the app wrote the line itself: `… app[web.1]: …`.
fn is_of_app(line: &str) -> bool {
    let source = line.split(": ").next().unwrap_or(line);
    source.contains(" app[") && !source.contains(" app[api]")
}

fn time_of(line: &str) -> &str {
    let first = line.split_whitespace().next().unwrap_or_default();
    if first.len() >= 19 && first.starts_with("20") && first.contains('T') {
        first
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    fn count(log: &str) -> Vec<Seen> {
        super::count(&mut log.as_bytes()).unwrap()
    }

    fn counted(log: &str) -> Vec<(String, usize)> {
        count(log)
            .into_iter()
            .map(|seen| (seen.code, seen.count))
            .collect()
    }

    #[test]
    fn codes_are_counted_with_their_times() {
        let log = "2026-11-20T10:00:00.1+00:00 heroku[router]: at=error code=H12 desc=\"Request timeout\" path=\"/a\"\n\
                   2026-11-20T10:00:01.1+00:00 app[web.1]: the code=17 is no platform code\n\
                   2026-11-20T10:00:05.1+00:00 heroku[router]: at=error code=H12 desc=\"Request timeout\" path=\"/b\"\n\
                   2026-11-20T10:00:09.1+00:00 heroku[web.1]: Error R14 (Memory quota exceeded)\n";
        let seen = count(log);
        assert_eq!((seen[0].code.as_str(), seen[0].count), ("H12", 2));
        assert!(seen[0].first.ends_with("00:00.1+00:00") && seen[0].last.contains("10:00:05"));
        assert_eq!((seen[1].code.as_str(), seen[1].count), ("R14", 1));
    }

    #[test]
    fn a_code_that_the_table_lacks_is_counted_and_what_the_app_writes_is_not() {
        let log = "heroku[router]: at=error code=H77 desc=\"New\"\n\
                   2026-11-20T10:00:01+00:00 app[web.1]: Error R14 in my own words\n\
                   2026-11-20T10:00:01+00:00 heroku[web.1]: Error R123 is no code\n";
        assert_eq!(counted(log), [("H77".to_owned(), 1)]);
        assert!(count(log)[0].meaning().is_none());
    }

    #[test]
    fn exit_codes_and_refused_connections_are_signs() {
        let log = "2026-11-20T10:00:01+00:00 heroku[web.1]: Process exited with status 127\n\
                   2026-11-20T10:00:01+00:00 heroku[release.7]: Process exited with status 1\n\
                   2026-11-20T10:00:01+00:00 heroku[web.1]: Process exited with status 0\n\
                   2026-11-20T10:00:01+00:00 app[web.1]: FATAL: too many connections for role \"u\"\n";
        let seen = counted(log);
        for sign in ["exit-127", "release-failed", "too-many-connections"] {
            assert!(seen.contains(&(sign.to_owned(), 1)), "{seen:?}");
        }
        assert_eq!(seen.len(), 3);
    }

    #[test]
    fn a_line_without_an_end_hides_no_other_line() {
        let line = "2026-11-20T10:00:09.1+00:00 heroku[web.1]: Error R14 (Memory quota exceeded)";
        let long = "x".repeat(3 * 64 * 1024 - 1);
        assert_eq!(
            counted(&format!("{line}\n{long}\n{line}\n{long}")),
            [("R14".to_owned(), 2)]
        );
    }

    #[test]
    fn the_table_is_whole_and_names_real_rules() {
        let table: Table = toml::from_str(include_str!("triage/codes.toml")).unwrap();
        assert!(table.codes.len() >= 41, "{}", table.codes.len());
        for (code, meaning) in table.codes.iter().chain(&table.signs) {
            for rule in &meaning.rules {
                assert!(rules::find(rule).is_some(), "{code}: {rule}");
            }
        }
    }
}
