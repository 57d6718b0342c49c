//! What came of a start, as its driver told it between the app's own lines.

use std::time::Duration;

/// Linux counts processor time for programs in hundredths of a second (time(7), `USER_HZ`).
const TICK: Duration = Duration::from_millis(10);
/// What came of a start.
#[derive(Debug, Default)]
pub(crate) struct Started {
    /// Processor time until it listened, or of the whole command.
    pub spent: Option<Duration>,
    /// Why it is no start to learn from.
    pub failed: Option<String>,
    /// The first line of its answer, where it was asked.
    pub answered: Option<String>,
    /// How it ended, as a shell says it.
    pub status: Option<String>,
}

/// As a shell has it, of processes that were not asked to end: SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV.
const CRASHES: &[&str] = &["132", "134", "135", "136", "139"];

impl Started {
    /// How this start, with what was made, differs from one without.
    pub(crate) fn differs(&self, without: &Self) -> Option<String> {
        let said = |one: &Self| {
            let answer = one.answered.as_deref().filter(|line| !line.is_empty());
            answer.unwrap_or("nothing").to_owned()
        };
        if said(self) != said(without) {
            return Some(format!(
                "the app answers {} with it, {} without",
                said(self),
                said(without)
            ));
        }
        let status = self.status.as_deref()?;
        let is_new = CRASHES.contains(&status) && self.status != without.status;
        is_new.then(|| format!("the app crashes with it (exit code {status})"))
    }
}

/// Reads what the driver printed among the app's own lines.
pub(super) fn read(output: &[String], is_command: bool) -> Started {
    let said = |word: &str| {
        let mut lines = output.iter().rev();
        lines.find_map(|line| {
            line.strip_prefix("slugsmith:")?
                .strip_prefix(word)?
                .strip_prefix(' ')
        })
    };
    let last = || {
        let own = output.iter().rev().map(|line| line.trim());
        let own = own.filter(|line| {
            !line.is_empty()
                && !line.starts_with("slugsmith:")
                && imported(line).is_none()
                && !is_verbose(line)
        });
        let own: Vec<&str> = own.collect();
        // What follows it is where it was thrown.
        let names = |line: &&&str| CAUSES.iter().any(|word| line.contains(word));
        if let Some(cause) = own.iter().find(names) {
            return (*cause).to_owned();
        }
        let mut lines: Vec<&str> = own.into_iter().take(LAST).collect();
        lines.reverse();
        lines.join(" | ")
    };
    let status = said("ended");
    let ended = |spent: Option<Duration>| Started {
        spent,
        status: status.map(str::to_owned),
        answered: said("answered").map(str::to_owned),
        failed: None,
    };
    if is_command {
        let seconds = |text: &str| {
            text.split(' ')
                .filter_map(|one| one.parse::<f64>().ok())
                .sum::<f64>()
        };
        return match (said("took"), status) {
            (Some(took), Some("0")) => ended(Duration::try_from_secs_f64(seconds(took)).ok()),
            (_, status) => failed(status, "the command failed", &last()),
        };
    }
    match said("listened").and_then(|ticks| ticks.parse::<u32>().ok()) {
        // It was gone before anybody could look.
        Some(0) => failed(status, "it ended as soon as it listened", &last()),
        Some(ticks) => ended(Some(TICK * ticks)),
        None => failed(status, "it ended before it listened on PORT", &last()),
    }
}

/// A line of `python -v`, which we ask for.
fn is_verbose(line: &str) -> bool {
    line.starts_with("# ") || line.starts_with("import '")
}

/// A line of `-X importtime`: microseconds that the module took itself, and its name.
pub(crate) fn imported(line: &str) -> Option<(u64, &str)> {
    let mut words = line.strip_prefix("import time:")?.split('|');
    let own = words.next()?.trim().parse().ok()?;
    Some((own, words.nth(1)?.trim()))
}

/// Words of lines that name a cause, in any runtime.
const CAUSES: &[&str] = &["Error: ", "Exception: ", "ERROR", "FATAL", "refused"];
/// Lines of the app's output that say why.
const LAST: usize = 3;

fn failed(status: Option<&str>, why: &str, last: &str) -> Started {
    let why = match status {
        // SIGTERM and SIGKILL are ours: it ran until the limit.
        Some("143" | "137") => "it did not listen on PORT within the limit".to_owned(),
        Some(status) => format!("{why} (exit code {status})"),
        None => format!("{why} within the limit"),
    };
    let last = if last.is_empty() {
        String::new()
    } else {
        format!(": {last}")
    };
    Started {
        failed: Some(format!("{why}{last}")),
        ..Started::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str], is_command: bool) -> Started {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        read(&lines, is_command)
    }

    #[test]
    fn a_start_that_listens_is_measured() {
        let started = of(
            &["ready", "slugsmith:listened 52", "slugsmith:ended 143"],
            false,
        );
        assert_eq!(started.spent, Some(Duration::from_millis(520)));
        let ran = of(&["slugsmith:took 0.500 0.250", "slugsmith:ended 0"], true);
        assert_eq!(ran.spent, Some(Duration::from_millis(750)));
    }

    #[test]
    fn a_start_that_crashes_or_answers_otherwise_differs() {
        let start = |answer: &str, status: &str| {
            let lines = [
                "slugsmith:listened 5".to_owned(),
                format!("slugsmith:answered {answer}"),
                format!("slugsmith:ended {status}"),
            ];
            read(&lines, false)
        };
        let plain = start("HTTP/1.1 200 OK", "143");
        assert_eq!(start("HTTP/1.1 200 OK", "0").differs(&plain), None);
        let crashed = start("HTTP/1.1 200 OK", "134").differs(&plain).unwrap();
        assert!(crashed.contains("exit code 134"), "{crashed}");
        let other = start("HTTP/1.1 500 No", "143").differs(&plain).unwrap();
        assert!(other.contains("500") && other.contains("200"), "{other}");
        let silent = start("", "139").differs(&plain).unwrap();
        assert!(silent.contains("nothing with it"), "{silent}");
        // What crashes at its end anyway does so without us.
        let (one, two) = (start("a", "139"), start("a", "139"));
        assert_eq!(one.differs(&two), None);
    }

    #[test]
    fn a_start_that_fails_says_why() {
        let failed = |lines: &[&str]| of(lines, false).failed.unwrap();
        let refused = failed(&["connect ECONNREFUSED 127.0.0.1:1", "slugsmith:ended 1"]);
        assert!(
            refused.contains("exit code 1") && refused.contains("ECONNREFUSED"),
            "{refused}"
        );
        let thrown = failed(&[
            "Error: Cannot find module 'x'",
            "requireStack: []",
            "}",
            "slugsmith:ended 1",
        ]);
        assert!(
            thrown.ends_with(": Error: Cannot find module 'x'"),
            "{thrown}"
        );
        assert!(failed(&["slugsmith:ended 143"]).contains("within the limit"));
        assert!(
            of(&["slugsmith:took 0.1 0.1", "slugsmith:ended 3"], true)
                .spent
                .is_none()
        );
    }
}
