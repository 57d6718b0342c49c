//! Each rule fires on its bad fixtures and is silent on their ok twins.
//!
//! `tests/fixtures/audit/<rule>/bad-<scenario>/` must give at least one finding of the rule;
//! `ok-<scenario>/` none. A file `expect` beside the app's files may say more: each of its
//! lines must appear in `level path:line message` of some finding of the rule.

use std::path::{Path, PathBuf};

use slugsmith::audit::registry;

pub(crate) use crate::support::audit;

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
                let place = finding.place.as_ref().map(ToString::to_string);
                format!(
                    "{} {} {}",
                    finding.level.word(),
                    place.unwrap_or_default(),
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
    for rule in registry::RULES {
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
            registry::find(rule).is_some_and(|known| known.id == rule),
            "{} belongs to no rule",
            folder.display()
        );
    }
}
