//! What do the platform's error codes in a log say, and which rules explain them?
//!
//! Codes: Heroku Dev Center, "Heroku Error Codes". A log of `heroku logs` is read line by
//! line; only the router's and the dyno's own lines count (`code=H12`, `Error R14`, `L10`).

use std::collections::BTreeMap;

/// What one code means.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    pub code: &'static str,
    pub meaning: &'static str,
    /// Rules that find its usual causes.
    pub rules: &'static [&'static str],
    /// What to look at next.
    pub next: &'static str,
}

/// A code with how often and when it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub code: &'static str,
    /// Lines with it.
    pub count: usize,
    /// Time stamps as the log has them; empty where it has none.
    pub first: String,
    pub last: String,
}

macro_rules! codes {
    ($($code:literal $meaning:literal [$($rule:literal),*] $next:literal;)*) => {
        /// Every code that is known, sorted.
        pub static CODES: &[Code] = &[
            $(Code { code: $code, meaning: $meaning, rules: &[$($rule),*], next: $next }),*
        ];
    };
}

codes! {
    "H10" "the app crashed"
        ["process-cannot-run", "development-dependency-at-runtime", "port-not-from-environment"]
        "heroku logs --dyno web: the lines before the first H10 name the error.";
    "H11" "too many requests wait"
        ["outbound-without-timeout", "concurrency-hard-coded"]
        "heroku ps:scale web=2, after slow requests were looked at.";
    "H12" "a request took over 30 seconds"
        ["outbound-without-timeout", "no-request-timeout", "in-process-jobs"]
        "Look at the path and service time of the router's lines; move long work to a job.";
    "H13" "the connection was closed without a response"
        ["no-graceful-shutdown"]
        "Compare the times with deploys and restarts: heroku releases.";
    "H14" "no web dyno runs" ["process-cannot-run"] "heroku ps:scale web=1";
    "H15" "a connection was idle for 55 seconds" [] "Send a heartbeat on long-lived connections.";
    "H17" "a malformed HTTP response" [] "Look at the headers that the app writes for this path.";
    "H18" "the server closed the request"
        ["no-graceful-shutdown"]
        "Compare the times with deploys and restarts: heroku releases.";
    "H19" "the dyno did not accept the connection"
        ["concurrency-hard-coded"]
        "heroku ps: is the dyno overloaded or still starting?";
    "H20" "the app took over 75 seconds to boot"
        ["port-not-from-environment", "migrations-at-build-or-boot"]
        "Move work from the boot to the build or the release phase.";
    "H21" "the dyno refused the connection"
        ["port-not-from-environment"]
        "Is the process listening on 0.0.0.0 and $PORT?";
    "H22" "too many connections to the dyno" [] "heroku ps:scale web=2";
    "H27" "the client closed the request"
        ["outbound-without-timeout"]
        "People gave up waiting: look at the service time.";
    "L10" "the log drain lost messages" ["verbosity-left-on"] "Log less, or use a faster drain.";
    "L11" "the log stream lost messages"
        ["verbosity-left-on"]
        "Use a drain instead of heroku logs --tail for large volumes.";
    "L15" "the log stream lost messages on the dyno" ["verbosity-left-on"] "Log less per dyno.";
    "R10" "the web process did not bind $PORT within 60 seconds"
        ["port-not-from-environment", "migrations-at-build-or-boot", "process-cannot-run"]
        "heroku logs --dyno web: what does it do before it listens?";
    "R12" "the process did not exit 30 seconds after SIGTERM"
        ["no-graceful-shutdown", "jobs-lost-on-restart"]
        "Stop taking work on SIGTERM, and finish within 30 seconds.";
    "R13" "attaching to a run dyno failed" [] "Try again: heroku run";
    "R14" "memory quota exceeded"
        ["concurrency-hard-coded", "worker-inside-web"]
        "heroku ps:type, or fewer workers: heroku config:set WEB_CONCURRENCY=1";
    "R15" "memory quota vastly exceeded, the process was killed"
        ["concurrency-hard-coded", "worker-inside-web"]
        "heroku ps:type, and look for a leak between restarts.";
    "R16" "the run dyno lost its terminal" [] "Use heroku run:detached for long work.";
    "R17" "the checksum of the slug did not match" [] "Deploy again; open a ticket if it repeats.";
}

/// Counts the codes of a log, the most frequent first.
#[must_use]
pub fn count(log: &str) -> Vec<Seen> {
    let mut seen: BTreeMap<&'static str, Seen> = BTreeMap::new();
    for line in log.lines() {
        let Some(code) = code_of(line) else { continue };
        let time = time_of(line);
        let entry = seen.entry(code).or_insert_with(|| Seen {
            code,
            count: 0,
            first: time.to_owned(),
            last: String::new(),
        });
        entry.count += 1;
        time.clone_into(&mut entry.last);
    }
    let mut seen: Vec<_> = seen.into_values().collect();
    seen.sort_by(|a, b| (b.count, a.code).cmp(&(a.count, b.code)));
    seen
}

/// What a code means.
#[must_use]
pub fn find(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|known| known.code == code)
}

/// The code of a line: `at=error code=H12 desc=…` by the router, `Error R14 (…)` by the dyno.
fn code_of(line: &str) -> Option<&'static str> {
    let rest = ["code=", "Error "].iter().find_map(|mark| {
        let (_, rest) = line.split_once(mark)?;
        rest.starts_with(['H', 'R', 'L']).then_some(rest)
    })?;
    let word: String = rest
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    find(&word).map(|known| known.code)
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
    use crate::audit::registry;

    #[test]
    fn codes_are_counted_with_their_times() {
        let log = "2026-11-20T10:00:00.1+00:00 heroku[router]: at=error code=H12 desc=\"Request \
            timeout\" path=\"/a\"\n2026-11-20T10:00:01.1+00:00 app[web.1]: the code=17 is no \
            platform code\n2026-11-20T10:00:05.1+00:00 heroku[router]: at=error code=H12 \
            desc=\"Request timeout\" path=\"/b\"\n\
            2026-11-20T10:00:09.1+00:00 heroku[web.1]: Error R14 (Memory quota exceeded)\n";
        let seen = count(log);
        assert_eq!((seen[0].code, seen[0].count), ("H12", 2));
        assert!(seen[0].first.ends_with("00:00.1+00:00") && seen[0].last.contains("10:00:05"));
        assert_eq!((seen[1].code, seen[1].count), ("R14", 1));
    }

    #[test]
    fn codes_are_sorted_and_name_real_rules() {
        let names: Vec<_> = CODES.iter().map(|code| code.code).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
        for code in CODES {
            for rule in code.rules {
                assert!(registry::find(rule).is_some(), "{}: {rule}", code.code);
            }
        }
    }
}
