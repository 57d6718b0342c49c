//! On another platform nothing that a finding says is about Heroku, whatever the rule.

use std::path::Path;

use slugsmith::facts::hosting::{Hosting, Platform};

use super::{fixtures, pairs};
use crate::support::audit_on;
use crate::support::long::is_long;

/// Names that hold on every platform: of buildpacks and their programs, scripts and folders.
const NAMES: &[&str] = &[
    "heroku/",
    "heroku-buildpack-",
    "heroku-php-",
    "heroku-postbuild",
    "heroku-prebuild",
    "heroku-cleanup",
    "heroku-postgresql",
    "heroku-redis",
    "heroku-community",
    "heroku.yml",
    ".heroku",
    "+heroku",
    "django-heroku",
    "django_heroku",
    "application-heroku",
];

fn claims(text: &str) -> bool {
    let mut text = text.to_lowercase();
    for name in NAMES {
        text = text.replace(name, "");
    }
    let words = text.split(|one: char| !one.is_alphanumeric());
    words
        .into_iter()
        .any(|word| word.starts_with("heroku") || word == "dyno" || word == "dynos")
}

fn texts_on(platform: Platform, app: &Path) -> Vec<String> {
    let hosting = Hosting {
        platform,
        evidence: None,
    };
    let findings = audit_on(hosting, app).findings.into_iter();
    findings
        .flat_map(|one| {
            let texts = std::iter::once(one.message).chain(one.help);
            texts.map(move |text| format!("{}: {text}", one.rule))
        })
        .collect()
}

#[test]
fn no_finding_speaks_of_heroku_on_another_platform() {
    let apps = pairs::bad_apps_of_all();
    let fixtures = fixtures::bad();
    let folders: Vec<&Path> = apps
        .iter()
        .map(tempfile::TempDir::path)
        .chain(fixtures.iter().map(std::path::PathBuf::as_path))
        .collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    let platforms = [Platform::Dokku, Platform::Other];
    for (at, folder) in folders.iter().enumerate() {
        // Each app on one of them in the short form.
        let asked = if is_long() {
            &platforms[..]
        } else {
            &platforms[at % 2..=at % 2]
        };
        for platform in asked {
            let texts = texts_on(*platform, folder);
            seen += texts.len();
            wrong.extend(texts.into_iter().filter(|text| claims(text)));
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(seen > 400, "{seen} texts");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// herokuish, which Dokku builds with, reads what nothing of Heroku's does.
#[test]
fn a_list_of_buildpacks_in_a_file_is_read_by_dokku() {
    let app = tempfile::tempdir().unwrap();
    for (name, text) in [
        (
            ".buildpacks",
            "https://github.com/heroku/heroku-buildpack-go\n",
        ),
        ("go.mod", "module example.com/links\n\ngo 1.27\n"),
        ("main.go", "package main\n\nfunc main() {}\n"),
        ("Procfile", "web: bin/links\n"),
    ] {
        fs_err::write(app.path().join(name), text).unwrap();
    }
    let told = |platform| {
        let texts = texts_on(platform, app.path());
        texts
            .into_iter()
            .any(|text| text.starts_with("ambiguous-detection: .buildpacks"))
    };
    assert!(told(Platform::Heroku));
    assert!(!told(Platform::Dokku));
}
