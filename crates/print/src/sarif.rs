//! SARIF 2.1.0: what code hosts show beside the lines of a pull request.
//!
//! Form: OASIS "Static Analysis Results Interchange Format (SARIF) Version 2.1.0". Only what
//! hosts read is written: rules with their help, results with level, place and fix.

use std::fmt::Write as _;

use serde_json::{Value, json};

use slugsmith_finding::catalogue::{self, Entry};
use slugsmith_finding::{Finding, Severity, pages};
use slugsmith_report::Report;

/// Knows the rule with an id.
pub type Rules = fn(&str) -> Option<&'static dyn Entry>;

/// The report's findings as a SARIF log.
#[must_use]
pub fn report(report: &Report, rules: Rules) -> String {
    let findings: Vec<_> = report.findings().collect();
    let mut ids: Vec<_> = findings.iter().map(|finding| finding.rule).collect();
    ids.sort_unstable();
    ids.dedup();
    let described: Vec<_> = ids.iter().map(|id| rule(id, rules(id))).collect();
    let results: Vec<_> = findings
        .iter()
        .map(|finding| {
            let index = ids.iter().position(|id| *id == finding.rule);
            result(finding, index)
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "slugsmith",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": described,
            }},
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn rule(id: &str, known: Option<&'static dyn Entry>) -> Value {
    let page = known.map(catalogue::page).unwrap_or_default();
    let mut rule = json!({
        "id": id,
        "shortDescription": { "text": known.map_or(id, |rule| rule.title()) },
        "help": { "text": page, "markdown": page },
    });
    if let Some(known) = known {
        if let Some(url) = pages::of_rule(id, Some(known.code())) {
            rule["helpUri"] = json!(url);
        }
        rule["defaultConfiguration"] = json!({ "level": level(known.level()) });
        rule["properties"] = json!({ "tags": [known.code(), known.subject()] });
    }
    rule
}

fn result(finding: &Finding, index: Option<usize>) -> Value {
    let mut text = finding.message.clone();
    for help in &finding.help {
        text.push('\n');
        text.push_str(help);
    }
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.level),
        "message": { "text": text },
        "partialFingerprints": { "slugsmith/v1": fingerprint(finding) },
        "properties": { "decidedBy": finding.decided_by },
    });
    if let Some(index) = index {
        result["ruleIndex"] = json!(index);
    }
    if let Some(place) = &finding.location {
        let mut location = json!({
            "artifactLocation": { "uri": uri(&place.path), "uriBaseId": "%SRCROOT%" },
        });
        if let Some(line) = place.number() {
            location["region"] = match finding.columns() {
                Some(columns) => json!({
                    "startLine": line, "startColumn": columns.start, "endColumn": columns.end,
                }),
                None => json!({ "startLine": line }),
            };
        }
        result["locations"] = json!([{ "physicalLocation": location }]);
    }
    result
}

fn level(level: Severity) -> &'static str {
    match level {
        Severity::Error => "error",
        Severity::Warn => "warning",
        Severity::Info => "note",
    }
}

/// Stays the same when lines move: rule, file, and the message without numbers.
#[must_use]
pub fn fingerprint(finding: &Finding) -> String {
    let path = finding
        .location
        .as_ref()
        .map_or("", |place| place.path.as_str());
    let words: String = finding
        .message
        .chars()
        .filter(|character| !character.is_ascii_digit())
        .collect();
    let key = format!("{}\n{path}\n{words}", finding.rule);
    blake3::hash(key.as_bytes()).to_hex().as_str()[..16].to_owned()
}

/// A path as a relative reference (RFC 3986): what is no plain character is percent-coded.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/@+".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_audit::AuditReport;
    use slugsmith_finding::Location;

    fn finding(message: &str, line: u32) -> Finding {
        Finding {
            rule: "uploads-on-local-disk",
            code: Some("SF101"),
            level: Severity::Error,
            location: Some(Location::line("src/my file.js", line)),
            excerpt: None,
            message: message.to_owned(),
            help: vec!["Use S3.".to_owned()],
            decided_by: "default".to_owned(),
            about: None,
            processes: Vec::new(),
        }
    }

    #[test]
    fn the_log_has_what_hosts_need() {
        let report = Report {
            audit: Some(AuditReport {
                findings: vec![finding("a", 14)],
                ..AuditReport::default()
            }),
            ..Report::default()
        };
        let log: Value = serde_json::from_str(&super::report(&report, |_| None)).unwrap();
        let run = &log["runs"][0];
        assert_eq!(log["version"], "2.1.0");
        assert_eq!(
            run["results"][0]["ruleId"],
            run["tool"]["driver"]["rules"][0]["id"]
        );
        let place = &run["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "src/my%20file.js");
        assert_eq!(place["region"]["startLine"], 14);
    }

    #[test]
    fn fingerprints_survive_moved_lines() {
        assert_eq!(
            fingerprint(&finding("see b.js:3", 14)),
            fingerprint(&finding("see b.js:9", 20))
        );
        assert_ne!(fingerprint(&finding("a", 1)), fingerprint(&finding("b", 1)));
    }
}
