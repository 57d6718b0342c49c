//! Which findings were there before, and need not be told again?
//!
//! A baseline is an earlier report (`slugsmith check --format json`). A finding is known if
//! rule, file and message are the same; numbers don't count, so that moved lines keep it
//! known. Each entry of the baseline covers one finding: a second one of the same kind is new.

use std::collections::BTreeMap;

use serde::Deserialize;

use slugsmith_finding::Finding;
use slugsmith_finding::error::{Kind, Problem, Result};

/// A file that should be a report and is not.
pub static NO_BASELINE: Kind = Kind {
    id: "baseline-unreadable",
    header: "The baseline can't be read",
    why: "Without it, every finding would count as new, so nothing was checked.",
    steps: &[
        "Write it with: slugsmith check --format json --output baseline.json",
        "Commit the file, and pass the same path: slugsmith check --baseline baseline.json",
    ],
    example: || Problem::new(&NO_BASELINE).saw("baseline.json: expected value at line 1 column 1"),
};

/// Findings that are known, by what stays the same of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    known: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
struct Report {
    findings: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    rule: String,
    #[serde(default)]
    path: Option<String>,
    message: String,
}

/// Reads a baseline.
///
/// # Errors
/// A text that is no report.
pub fn read(name: &str, text: &str) -> Result<Baseline> {
    let report: Report = serde_json::from_str(text)
        .map_err(|error| Problem::new(&NO_BASELINE).saw(format!("{name}: {error}")))?;
    let mut known = BTreeMap::new();
    for entry in report.findings {
        let key = key(
            &entry.rule,
            entry.path.as_deref().unwrap_or_default(),
            &entry.message,
        );
        *known.entry(key).or_insert(0) += 1;
    }
    Ok(Baseline { known })
}

impl Baseline {
    /// Takes out what is known, and says how many that were.
    pub fn take(&self, findings: &mut Vec<Finding>) -> usize {
        if self.known.is_empty() {
            return 0;
        }
        let mut left = self.known.clone();
        let before = findings.len();
        findings.retain(|finding| {
            let path = finding
                .location
                .as_ref()
                .map_or("", |location| location.path.as_str());
            match left.get_mut(&key(finding.rule, path, &finding.message)) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            }
        });
        before - findings.len()
    }
}

/// Rule, file, and the message without numbers.
#[must_use]
pub fn key(rule: &str, path: &str, message: &str) -> String {
    let words: String = message
        .chars()
        .filter(|character| !character.is_ascii_digit())
        .collect();
    format!("{rule}\n{path}\n{words}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_finding::{Location, Severity};

    fn finding(line: u32, message: &str) -> Finding {
        Finding {
            rule: "slow-boot",
            code: Some("SF804"),
            level: Severity::Warn,
            location: Some(Location::line("Procfile", line)),
            excerpt: None,
            message: message.to_owned(),
            help: Vec::new(),
            decided_by: "default".to_owned(),
            about: None,
            processes: Vec::new(),
        }
    }

    #[test]
    fn known_findings_go_and_new_ones_stay() {
        let text = r#"{"findings":[{"rule":"slow-boot","path":"Procfile","line":3,
"message":"waits 5 s"}]}"#;
        let baseline = read("baseline.json", text).unwrap();
        let mut findings = vec![
            finding(7, "waits 9 s"),
            finding(8, "waits 9 s"),
            finding(1, "installs"),
        ];
        assert_eq!(baseline.take(&mut findings), 1);
        assert_eq!(findings.len(), 2, "one entry covers one finding");
        assert!(read("b.json", "[]").is_err());
    }
}
