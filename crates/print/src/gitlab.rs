//! GitLab's code quality report: what a merge request shows beside the lines.
//!
//! Form: GitLab Docs, "Code Quality", "Code Quality report format".

use serde_json::{Value, json};

use super::sarif::fingerprint;
use slugsmith_finding::{Finding, Location, Severity};
use slugsmith_report::Report;

/// The report's findings as a code quality report. What has no place in a file stands at
/// the Procfile, since GitLab shows nothing without a place.
#[must_use]
pub fn report(report: &Report) -> String {
    let issues: Vec<Value> = report.findings().map(issue).collect();
    format!("{:#}\n", Value::Array(issues))
}

fn issue(finding: &Finding) -> Value {
    let severity = match finding.level {
        Severity::Error => "major",
        Severity::Warn => "minor",
        Severity::Info => "info",
    };
    let location = finding.location.as_ref();
    let mut text = finding.message.clone();
    for help in &finding.help {
        text.push(' ');
        text.push_str(help);
    }
    json!({
        "description": text,
        "check_name": finding.rule,
        "fingerprint": fingerprint(finding),
        "severity": severity,
        "location": {
            "path": location.map_or("Procfile", |location| location.path.as_str()),
            "lines": { "begin": location.and_then(Location::number).unwrap_or(1) },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_has_what_gitlab_asks_for() {
        let finding = Finding {
            rule: "slow-boot",
            code: Some("SF601"),
            level: Severity::Warn,
            location: Some(Location::line("Procfile", 2)),
            excerpt: None,
            message: "It sleeps.".to_owned(),
            help: vec!["Don't.".to_owned()],
            decided_by: "default".to_owned(),
            about: None,
            processes: Vec::new(),
        };
        let issue = issue(&finding);
        assert_eq!(issue["description"], "It sleeps. Don't.");
        assert_eq!(issue["severity"], "minor");
        assert_eq!(issue["location"]["path"], "Procfile");
        assert_eq!(issue["location"]["lines"]["begin"], 2);
        assert!(!issue["fingerprint"].as_str().unwrap().is_empty());
    }
}
