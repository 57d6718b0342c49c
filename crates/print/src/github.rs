//! GitHub annotations: one workflow command per finding, shown beside its line.
//!
//! Form: GitHub Docs, "Workflow commands for GitHub Actions" (`::error file=…,line=…::…`).

use std::fmt::Write as _;

use slugsmith_finding::{Finding, Severity, pages};
use slugsmith_report::Report;

/// The report's findings as workflow commands.
#[must_use]
pub fn report(report: &Report) -> String {
    let mut out = String::new();
    for finding in report.findings() {
        command(&mut out, finding);
    }
    out
}

fn command(out: &mut String, finding: &Finding) {
    let name = match finding.level {
        Severity::Error => "error",
        Severity::Warn => "warning",
        Severity::Info => "notice",
    };
    let mut properties = Vec::new();
    if let Some(location) = &finding.location {
        properties.push(format!("file={}", property(&location.path)));
        if let Some(line) = location.number() {
            properties.push(format!("line={line}"));
            if let Some(columns) = finding.columns() {
                properties.push(format!("col={}", columns.start));
                properties.push(format!("endColumn={}", columns.end));
            }
        }
    }
    properties.push(format!("title={}", property(finding.rule)));
    let mut text = finding.message.clone();
    for help in &finding.help {
        text.push('\n');
        text.push_str(help);
    }
    if let Some(url) = pages::of_rule(finding.rule, finding.code) {
        text.push('\n');
        text.push_str(&url);
    }
    let _ = writeln!(out, "::{name} {}::{}", properties.join(","), data(&text));
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_finding::Location;

    #[test]
    fn text_is_escaped() {
        let finding = Finding {
            rule: "uploads-on-local-disk",
            code: Some("SF101"),
            level: Severity::Warn,
            location: Some(Location::line("src/a,b.js", 3)),
            excerpt: None,
            message: "100% gone".to_owned(),
            help: vec!["Use S3.".to_owned()],
            decided_by: "default".to_owned(),
            about: None,
            processes: Vec::new(),
        };
        let mut out = String::new();
        command(&mut out, &finding);
        assert_eq!(
            out,
            "::warning file=src/a%2Cb.js,line=3,title=uploads-on-local-disk::100%25 gone%0AUse S3.\n"
        );
    }
}
