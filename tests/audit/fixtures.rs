//! Each rule fires on its bad fixtures and is silent on their ok twins.
//!
//! `tests/fixtures/audit/<rule>/bad-<scenario>/` must give at least one finding of the rule;
//! `ok-<scenario>/` none. A file `expect` beside the app's files may say more: each of its
//! lines must appear in `level path:line message` of some finding of the rule.

use std::path::{Path, PathBuf};

use slugsmith::audit::{Status, rules};
use slugsmith::budget::Verdict;

pub(crate) use crate::support::audit;
use crate::support::audit_weighed;

/// The rule of which the budget says the finding; its own test is below.
pub(crate) const WEIGHED: &str = "slug-over-budget";

fn scenarios() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/audit");
    let mut found = Vec::new();
    for rule in fs_err::read_dir(root).unwrap() {
        let rule = rule.unwrap();
        for scenario in fs_err::read_dir(rule.path()).unwrap() {
            let name = rule.file_name().into_string().unwrap();
            found.push((name, scenario.unwrap().path()));
        }
    }
    found.sort();
    found
}

/// The folders of bad fixtures.
pub(crate) fn bad() -> Vec<PathBuf> {
    let folders = scenarios().into_iter().map(|(_, folder)| folder);
    folders
        .filter(|folder| {
            let name = folder.file_name().unwrap_or_default();
            name.as_encoded_bytes().starts_with(b"bad-")
        })
        .collect()
}

#[test]
fn every_rule_fires_on_bad_and_is_silent_on_ok() {
    let mut wrong = Vec::new();
    for (rule, folder) in scenarios() {
        let scenario = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let report = audit(&folder);
        let found: Vec<_> = report
            .findings
            .iter()
            .filter(|finding| finding.rule == rule)
            .map(|finding| {
                let location = finding.location.as_ref().map(ToString::to_string);
                format!(
                    "{} {} {}",
                    finding.level.word(),
                    location.unwrap_or_default(),
                    finding.message
                )
            })
            .collect();
        let bad = scenario.starts_with("bad-");
        if bad == found.is_empty() {
            wrong.push(format!("{rule}/{scenario}: {found:?}"));
        }
        let expected = fs_err::read_to_string(folder.join("expect")).unwrap_or_default();
        for line in expected.lines() {
            if !found.iter().any(|found| found.contains(line)) {
                wrong.push(format!("{rule}/{scenario}: no {line:?} in {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_bad_and_ok_fixtures() {
    let scenarios = scenarios();
    for rule in rules::RULES.iter().filter(|rule| rule.id != WEIGHED) {
        for kind in ["bad-", "ok-"] {
            let has = scenarios.iter().any(|(of, folder)| {
                of == rule.id
                    && folder
                        .file_name()
                        .unwrap()
                        .to_str()
                        .unwrap()
                        .starts_with(kind)
            });
            let has = has || super::pairs::has(rule.id);
            assert!(has, "{} has no {kind}* fixture and no pair", rule.id);
        }
    }
    for (rule, folder) in &scenarios {
        assert!(
            rules::find(rule).is_some_and(|known| known.id == rule),
            "{} belongs to no rule",
            folder.display()
        );
    }
}

#[test]
fn a_weighed_slug_decides_the_status_of_its_rule() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pairs/apps/node");
    for (slug, expected) in [
        (None, Status::NotApplicable),
        (Some(Verdict::Within), Status::Pass),
        (Some(Verdict::Warn), Status::Fail),
        (Some(Verdict::Over), Status::Fail),
        (Some(Verdict::TooClose), Status::Unknown),
        (Some(Verdict::Unknown), Status::Unknown),
    ] {
        let report = audit_weighed(&folder, slug);
        let status = report.statuses.iter().find(|(id, _)| *id == WEIGHED);
        assert_eq!(status, Some(&(WEIGHED, expected)), "{slug:?}");
        // The budget has told already.
        assert!(
            report
                .findings
                .iter()
                .all(|finding| finding.rule != WEIGHED)
        );
    }
}
