//! SARIF logs hold against the schema of SARIF 2.1.0.
//!
//! The schema is OASIS's own file, which the package `serde-sarif` carries; cargo knows where.

use std::path::Path;

use serde_json::Value;
use slugsmith::audit::AuditReport;
use slugsmith::print::sarif;
use slugsmith::report::Report;

use super::fixtures::audit;
use super::pairs;
use crate::support::crates;

fn schema() -> Value {
    let crates = crates();
    let package = crates
        .iter()
        .find(|package| package["name"] == "serde-sarif");
    let manifest = package.unwrap()["manifest_path"].as_str().unwrap();
    let path = Path::new(manifest)
        .with_file_name("src")
        .join("schema.json");
    serde_json::from_str(&fs_err::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn logs_follow_the_schema() {
    let mut schema = schema();
    // The published patterns for languages have a bracket too many and are no expressions.
    for part in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{part}/properties/language"));
        language.unwrap().as_object_mut().unwrap().remove("pattern");
    }
    assert!(
        schema["definitions"]["result"].is_object(),
        "the schema of SARIF"
    );
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong = |log: &str| -> Vec<String> {
        let log: Value = serde_json::from_str(log).unwrap();
        validator
            .iter_errors(&log)
            .map(|error| error.to_string())
            .collect()
    };
    // One with no finding, and one with findings of every rule that has a pair.
    let mut report = Report {
        audit: Some(AuditReport::default()),
        ..Report::default()
    };
    assert_eq!(
        wrong(&sarif::report(&report, slugsmith::explain::rule)),
        Vec::<String>::new()
    );
    let findings = pairs::bad_apps()
        .iter()
        .flat_map(|app| audit(app.path()).findings)
        .collect();
    report.audit.as_mut().unwrap().findings = findings;
    let log = sarif::report(&report, slugsmith::explain::rule);
    assert_eq!(wrong(&log), Vec::<String>::new());
    // The validator does look: a level that SARIF does not have is an error.
    assert!(!wrong(&log.replacen("\"level\": \"error\"", "\"level\": \"fatal\"", 1)).is_empty());
}
