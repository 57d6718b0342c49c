//! What a person reads: the printed text of every bad fixture and twin, a snapshot for each rule.
//!
//! `INSTA_UPDATE=always cargo test --test audit printed` writes them anew. Read the difference as somebody who sees the
//! message for the first time: is it true, is it plain, does the fix work when it is copied?

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use slugsmith::config::LogLevel;
use slugsmith::facts::excerpt;
use slugsmith::finding::Finding;
use slugsmith::print;
use slugsmith::print::line::Skin;

use crate::fixtures::{audit, bad};
use crate::pairs::bad_twins;

/// All findings of one rule about an app, as printed.
fn printed(app: &Path, rule: &str) -> String {
    let mut report = audit(app);
    report.findings.retain(|finding| finding.rule == rule);
    let names_secret = |one: &Finding| slugsmith::audit::names_secret(one.rule);
    excerpt::attach(app, report.findings.iter_mut(), names_secret);
    let mut out = anstream::StripStream::new(Vec::new());
    // The heading counts all rules.
    let lines = print::audit::lines(&report, LogLevel::Verbose);
    let lines = lines.iter().skip(1);
    for line in lines.take_while(|line| line.text != "Passed") {
        Skin::Bullets.write(&mut out, line).unwrap();
    }
    String::from_utf8(out.into_inner()).unwrap()
}

#[test]
fn every_bad_fixture_prints_what_was_reviewed() {
    let mut by_rule: BTreeMap<String, String> = BTreeMap::new();
    for folder in bad() {
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let (rule, scenario) = (name(folder.parent().unwrap()), name(&folder));
        let text = printed(&folder, &rule);
        let _ = writeln!(by_rule.entry(rule).or_default(), "{scenario}\n{text}");
    }
    for (rule, text) in by_rule {
        insta::assert_snapshot!(rule, text);
    }
}

#[test]
fn every_bad_twin_prints_what_was_reviewed() {
    let mut by_rule: BTreeMap<String, String> = BTreeMap::new();
    for (rule, name, app) in bad_twins() {
        let text = printed(app.path(), &rule);
        let _ = writeln!(by_rule.entry(rule).or_default(), "{name}\n{text}");
    }
    for (rule, text) in by_rule {
        insta::assert_snapshot!(format!("twins-of-{rule}"), text);
    }
}
