//! What a person reads: the printed text of every bad fixture, a snapshot for each rule.
//!
//! `INSTA_UPDATE=always cargo test --test audit printed` writes them anew. Read the difference as somebody who sees the
//! message for the first time: is it true, is it plain, does the fix work when it is copied?

use std::collections::BTreeMap;
use std::fmt::Write as _;

use slugsmith::config::LogLevel;
use slugsmith::facts::excerpt;
use slugsmith::finding::Finding;
use slugsmith::print;
use slugsmith::print::line::Skin;

use crate::fixtures::{audit, bad};

#[test]
fn every_bad_fixture_prints_what_was_reviewed() {
    let mut by_rule: BTreeMap<String, String> = BTreeMap::new();
    for folder in bad() {
        let name = |path: &std::path::Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let (rule, scenario) = (name(folder.parent().unwrap()), name(&folder));
        let mut report = audit(&folder);
        report.findings.retain(|finding| finding.rule == rule);
        let names_secret = |one: &Finding| slugsmith::audit::names_secret(one.rule);
        excerpt::attach(&folder, report.findings.iter_mut(), names_secret);
        let mut out = anstream::StripStream::new(Vec::new());
        // The heading counts all rules.
        for line in print::audit::lines(&report, LogLevel::Verbose)
            .iter()
            .skip(1)
        {
            if line.text == "Passed" {
                break;
            }
            Skin::Bullets.write(&mut out, line).unwrap();
        }
        let text = String::from_utf8(out.into_inner()).unwrap();
        let _ = writeln!(by_rule.entry(rule).or_default(), "{scenario}\n{text}");
    }
    for (rule, text) in by_rule {
        insta::assert_snapshot!(rule, text);
    }
}
