//! The report as JSON, schema `slugsmith.report/1`.
//!
//! These structs are frozen: fields may be added, never renamed or removed, whatever
//! becomes of the types inside. Sizes are bytes.

pub mod boot;
pub mod budget;
pub mod cache;
pub mod schema;
pub mod stack;
pub mod strip;

use serde::Serialize;

use slugsmith_audit::Status;
use slugsmith_finding::{Finding, Location, Severity, pages};
use slugsmith_report::Report;

/// The name and version of this form.
pub const SCHEMA: &str = "slugsmith.report/1";

#[derive(Serialize)]
struct ReportV1<'a> {
    schema: &'static str,
    findings: Vec<FindingV1<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    budget: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strip: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    boot: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stack: Option<serde_json::Value>,
    dependencies: Vec<serde_json::Value>,
    rules: Vec<RuleV1>,
    unread: Vec<UnreadV1>,
    seconds: f64,
}

#[derive(Serialize)]
struct FindingV1<'a> {
    rule: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    level: Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// UTF-16 code units from 1 on, as in SARIF and in editors.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    /// Behind the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
    message: &'a str,
    help: String,
    decided_by: &'a str,
    /// Its page, where that has an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct RuleV1 {
    rule: &'static str,
    status: &'static str,
}

#[derive(Serialize)]
struct UnreadV1 {
    path: String,
    reason: String,
}

impl<'a> From<&'a Finding> for FindingV1<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            rule: finding.rule,
            code: finding.code,
            level: finding.level,
            path: finding
                .location
                .as_ref()
                .map(|location| location.path.as_str()),
            line: finding.location.as_ref().and_then(Location::number),
            column: finding.columns().map(|columns| columns.start),
            end_column: finding.columns().map(|columns| columns.end),
            message: &finding.message,
            help: finding.help.join("\n"),
            decided_by: &finding.decided_by,
            url: pages::of_rule(finding.rule, finding.code),
        }
    }
}

/// What a report is of, for the view of all apps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Of {
    pub app: String,
    /// Seconds since 1970.
    pub at: u64,
    /// `build` or `check`.
    pub kind: &'static str,
    pub branch: String,
}

/// The report as `slugsmith fleet` reads it.
#[must_use]
pub fn fleet_report(report: &Report, of: &Of) -> String {
    let runtimes = report
        .runtimes
        .iter()
        .map(|one| serde_json::json!({ "name": one.name, "line": one.line, "end": one.end }));
    safe(&serde_json::json!({
        "schema": "slugsmith.fleet-report/1",
        "app": of.app, "at": of.at, "kind": of.kind, "branch": of.branch,
        "runtimes": runtimes.collect::<Vec<_>>(),
        "report": serde_json::to_value(whole(report)).unwrap_or_default(),
    }))
}

/// The whole report.
#[must_use]
pub fn report(report: &Report) -> String {
    safe(&whole(report))
}

fn whole(report: &Report) -> ReportV1<'_> {
    ReportV1 {
        schema: SCHEMA,
        findings: report.findings().map(FindingV1::from).collect(),
        budget: report.budget.as_ref().map(budget::value),
        strip: report.strip.as_ref().map(strip::value),
        boot: report.boot.as_ref().map(boot::value),
        stack: report.stack.as_ref().map(stack::value),
        dependencies: report.caches.iter().map(cache::value).collect(),
        rules: report
            .audit
            .iter()
            .flat_map(|audit| &audit.statuses)
            .map(|(rule, status)| RuleV1 {
                rule,
                status: status_word(*status),
            })
            .collect(),
        unread: report
            .unread
            .iter()
            .map(|unread| UnreadV1 {
                path: unread.path.display().to_string(),
                reason: unread.reason.clone(),
            })
            .collect(),
        seconds: report.took.as_secs_f64(),
    }
}

/// The answer to `slugsmith strip`: the strip part alone.
#[must_use]
pub fn strip_report(report: &slugsmith_strip::StripReport) -> String {
    safe(&serde_json::json!({ "schema": SCHEMA, "strip": strip::value(report) }))
}

/// The answer to `slugsmith boot`.
#[must_use]
pub fn observed(observed: &slugsmith_boot::Observed) -> String {
    safe(&serde_json::json!({ "schema": SCHEMA, "boot": boot::observed(observed) }))
}

/// The answer to `slugsmith diff`.
#[must_use]
pub fn diff(change: &slugsmith_budget::history::SizeChange) -> String {
    safe(&serde_json::json!({ "schema": SCHEMA, "diff": budget::change(change) }))
}

/// The answer to `slugsmith inspect` of an image: sizes as of a folder, with its layers and
/// what is hidden in them.
#[must_use]
pub fn image(report: &slugsmith_budget::image::ImageReport) -> String {
    let mut value = inspect_value(&report.budget);
    value["layers"] = budget::layers(report);
    value["hidden"] = budget::hidden(report);
    safe(&value)
}

/// The answer to `slugsmith inspect`.
#[must_use]
pub fn inspect(report: &slugsmith_budget::BudgetReport) -> String {
    safe(&inspect_value(report))
}

fn inspect_value(report: &slugsmith_budget::BudgetReport) -> serde_json::Value {
    let budget = budget::value(report);
    serde_json::json!({
        "schema": SCHEMA,
        "size": {
            "files": budget["files"], "bytes": budget["bytes"],
            "compressed": budget["compressed"], "image": budget["image"],
        },
        "parts": budget["parts"],
        "kinds": budget["kinds"],
        "duplicates": budget::duplicates(&report.duplicates),
        "binaries": budget::binaries(&report.binaries),
        "unread": budget["unread"],
    })
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Fail => "fail",
        Status::Pass => "pass",
        Status::Conditional => "conditional",
        Status::NotApplicable => "n/a",
        Status::Unknown => "unknown",
    }
}

/// Text with a final line end. Our own structs always serialise; if one ever didn't, an
/// empty object is still valid JSON.
pub fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_else(|_| "{}".to_owned());
    text.push('\n');
    text
}

/// As [`pretty`], without secrets: for what is printed or stored.
fn safe(value: &impl Serialize) -> String {
    super::safe::document(&pretty(value)).into_owned()
}
