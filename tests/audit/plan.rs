//! The patch of `check --fix-plan` applies, and the findings that it answers are gone.

use std::io::Write as _;
use std::process::{Command, Stdio};

use slugsmith::audit::{self, AuditReport, Facts, contract, fix_plan};
use slugsmith::config;
use slugsmith::config::baseline;
use slugsmith::facts::environment::{self, Environment, World};
use slugsmith::facts::{app, tree::Tree};
use slugsmith::print::{json, patch};
use slugsmith::report::Report;

use super::fixtures::audit;
use super::pairs;

fn patch_of(folder: &std::path::Path, report: &AuditReport) -> String {
    let app = app::read(folder);
    let tree = Tree::read(folder);
    let facts = Facts::read(&app, &tree);
    patch::patch(&fix_plan::plan(&facts, report), patch::Secrets::Shown)
}

#[test]
fn patches_apply_and_answer_their_findings() {
    let mut answered = 0;
    for rule in [
        "env-contract-drift",
        "migrations-not-in-release",
        "jobs-without-process",
        "app-json-invalid",
        "secret-committed",
    ] {
        for folder in pairs::bad_apps_of(rule) {
            let before = audit(folder.path());
            let patch = patch_of(folder.path(), &before);
            // Not every case of a rule has an edit that is certain.
            if !patch
                .lines()
                .any(|line| line.starts_with('#') && line.contains(rule))
            {
                continue;
            }
            let mut apply = Command::new("git")
                .args(["apply", "--unsafe-paths", "-"])
                .current_dir(folder.path())
                .stdin(Stdio::piped())
                .spawn()
                .unwrap();
            apply
                .stdin
                .take()
                .unwrap()
                .write_all(patch.as_bytes())
                .unwrap();
            assert!(apply.wait().unwrap().success(), "{rule}:\n{patch}");
            let left: Vec<_> = audit(folder.path())
                .findings
                .into_iter()
                .filter(|finding| {
                    finding.rule == rule && finding.level > slugsmith::finding::Severity::Info
                })
                .map(|finding| finding.message)
                .collect();
            assert!(left.is_empty(), "{rule}: {left:?} after\n{patch}");
            answered += 1;
        }
    }
    assert!(answered >= 10, "{answered} patches");
}

#[test]
fn a_baseline_leaves_what_is_new() {
    let folders = pairs::bad_apps_of("slow-boot");
    let folder = folders.first().unwrap();
    let report = Report {
        audit: Some(audit(folder.path())),
        ..Report::default()
    };
    let known = baseline::read("baseline.json", &json::report(&report)).unwrap();
    let environment = Environment {
        world: World::Embedded,
        target: environment::this_machine(Some("heroku-24")),
        variables: std::collections::BTreeMap::new(),
    };
    let mut config = config::read(folder.path(), &environment).unwrap();
    config.audit.baseline = known;
    let app = app::read(folder.path());
    let tree = Tree::read(folder.path());
    let again = audit::run(&Facts::read(&app, &tree), &config);
    assert!(again.findings.is_empty() && again.known > 0);
    fs_err::write(folder.path().join(".nvmrc"), "18\n").unwrap();
    let tree = Tree::read(folder.path());
    let app = app::read(folder.path());
    let newer = audit::run(&Facts::read(&app, &tree), &config);
    assert!(
        newer
            .findings
            .iter()
            .all(|finding| finding.rule != "slow-boot")
    );
    assert!(
        !newer.findings.is_empty(),
        "what was not in the baseline is told"
    );
}

#[test]
fn a_build_says_what_is_not_set() {
    let folders = pairs::bad_apps_of("env-contract-drift");
    let folder = folders.first().unwrap();
    let (app, tree) = (app::read(folder.path()), Tree::read(folder.path()));
    let mut facts = Facts::read(&app, &tree);
    let state = |facts: &Facts<'_>, name: &str| {
        contract::variables(facts)
            .into_iter()
            .find(|variable| variable.name == name)
            .unwrap()
            .set
    };
    assert_eq!(
        state(&facts, "RATES_TOKEN"),
        None,
        "a laptop's variables say nothing"
    );
    facts.set = Some(["PATH".to_owned()].into());
    assert_eq!(
        state(&facts, "RATES_TOKEN"),
        None,
        "a build that sees no config vars"
    );
    facts.set = Some(
        [
            "PATH".to_owned(),
            "SECRET_KEY".to_owned(),
            "REDIS_ADDRESS".to_owned(),
        ]
        .into(),
    );
    assert_eq!(state(&facts, "RATES_TOKEN"), Some(false));
    facts.set = Some(["RATES_TOKEN".to_owned()].into());
    assert_eq!(state(&facts, "RATES_TOKEN"), Some(true));
}
