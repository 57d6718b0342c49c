//! Numbers of one report agree with each other, over every example and fixture that is an app.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use slugsmith::budget::Part;
use slugsmith::facts::environment::{Environment, World, this_machine};
use slugsmith::facts::tree::Totals;
use slugsmith::flow::{self, Input};
use slugsmith::report::Report;
use slugsmith::report::event::Silent;
use slugsmith::{config, units};

use crate::support::{Sandbox, repository};

fn folders(at: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(at).unwrap().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect()
}

/// The examples, and the fixtures of each rule.
fn apps() -> Vec<PathBuf> {
    let rules = folders(&repository("tests/fixtures/audit"));
    let mut found = folders(&repository("examples"));
    found.extend(rules.iter().flat_map(|rule| folders(rule)));
    found.sort();
    assert!(found.len() > 100, "{}", found.len());
    found
}

fn checked(app: &Path) -> Report {
    let environment = Environment {
        world: World::Embedded,
        target: this_machine(Some("heroku-24")),
        variables: BTreeMap::new(),
    };
    let config = config::read(app, &environment).unwrap();
    let input = Input {
        app,
        config: &config,
        environment: &environment,
        store: None,
        layers: None,
        classic: None,
        previous: None,
    };
    flow::check(&input, &mut Silent).unwrap()
}

fn sum<'a>(parts: impl Iterator<Item = &'a Part>) -> (Totals, u64) {
    parts.fold((Totals::default(), 0), |(totals, compressed), part| {
        let totals = Totals {
            files: totals.files + part.totals.files,
            bytes: totals.bytes + part.totals.bytes,
        };
        (totals, compressed + part.compressed)
    })
}

fn assert_adds_up(name: &str, report: &Report) {
    let (strip, budget) = (
        report.strip.as_ref().unwrap(),
        report.budget.as_ref().unwrap(),
    );
    let whole = budget.size.totals;
    let shrunk: u64 = strip.shrunk.iter().map(|one| one.bytes).sum();
    assert_eq!(
        strip.before.bytes,
        strip.removed.bytes + whole.bytes,
        "{name}: before, removed, after"
    );
    assert_eq!(
        strip.before.files,
        strip.removed.files + whole.files,
        "{name}: files"
    );
    let listed: u64 = strip.manifest.iter().map(|one| one.bytes).sum();
    let reasons: u64 = strip.by_reason.iter().map(|one| one.totals.bytes).sum();
    assert_eq!(
        listed + shrunk,
        strip.removed.bytes,
        "{name}: the list of what goes"
    );
    assert_eq!(reasons, strip.removed.bytes, "{name}: reasons");
    // Compressed, folders between the files and rounding belong to nobody.
    let loose = 1000 + budget.size.compressed.bytes / 50;
    for (kind, parts) in [("parts", &budget.parts), ("kinds", &budget.kinds)] {
        let (totals, compressed) = sum(parts.iter());
        assert_eq!(totals.bytes, whole.bytes, "{name}: {kind}");
        assert_eq!(totals.files, whole.files, "{name}: files of {kind}");
        let off = compressed.abs_diff(budget.size.compressed.bytes);
        assert!(off <= loose, "{name}: {kind} compressed, off by {off}");
    }
    let compressed = budget.size.compressed;
    assert!(
        compressed.low <= compressed.bytes && compressed.bytes <= compressed.high,
        "{name}"
    );
    let statuses = report.audit.as_ref().unwrap().statuses.iter();
    let ids: Vec<_> = statuses.map(|(id, _)| *id).collect();
    let distinct: BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "{name}: a rule counts once");
}

#[test]
fn sizes_of_every_app_add_up() {
    for app in apps() {
        // What lies in the repository's folder for git is no part of an app.
        let sandbox = Sandbox::of(&app);
        assert_adds_up(&app.display().to_string(), &checked(&sandbox.app()));
    }
}

#[test]
fn sizes_of_an_app_with_what_goes_add_up() {
    let mut sandbox = Sandbox::new().file("package.json", r#"{"dependencies":{"a":"1"}}"#);
    for (path, bytes) in [
        ("index.js", 900),
        ("index.js.map", 40_000),
        ("index.d.ts", 3000),
        ("test/a.js", 70),
    ] {
        sandbox = sandbox.file(&format!("node_modules/a/{path}"), "x".repeat(bytes));
    }
    let manifest = r#"{"name":"a","version":"1.0.0","main":"index.js"}"#;
    let sandbox = sandbox.file("node_modules/a/package.json", manifest);
    let report = checked(&sandbox.app());
    assert_adds_up("an app with what goes", &report);
    assert!(report.strip.unwrap().removed.bytes >= 40_000);
}

#[test]
fn a_size_in_the_platforms_unit_is_the_same_size() {
    for bytes in [
        1,
        999_999,
        1_000_000,
        1_048_576,
        87_300_000,
        314_572_800,
        1_073_741_824_u64,
    ] {
        let said = units::heroku_megabytes(bytes);
        let value: f64 = said.trim_end_matches('M').parse().unwrap();
        #[allow(clippy::cast_precision_loss)]
        let off = (value * 1_048_576.0 - bytes as f64).abs();
        assert!(off <= 0.05 * 1_048_576.0 + 1.0, "{said} for {bytes} bytes");
    }
}
