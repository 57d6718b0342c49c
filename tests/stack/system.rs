//! Buildpacks that the builder puts around every list, against the real detector.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use slugsmith::config::LogLevel;
use slugsmith::facts::layers::{self, surroundings};
use slugsmith::print;

use crate::lifecycle::{Lifecycle, OLDER, Raw, TODAY};
use crate::tree::Stack;

/// Every buildpack that the lists below name.
const ALL: [&str; 5] = [
    "ops/first",
    "ops/last",
    "ops/both",
    "app/node",
    "slugsmith/slugsmith",
];

const SYSTEM: &str = "[[system.pre.buildpacks]]\nid = \"ops/first\"\nversion = \"1\"\n\
                      [[system.pre.buildpacks]]\nid = \"ops/both\"\nversion = \"1\"\n\
                      [[system.post.buildpacks]]\nid = \"ops/last\"\nversion = \"1\"\n";

/// A folder with everything that a detector needs.
fn given(at: &Path, list: &[&str]) {
    for name in ["layers", "app", "platform/env", "cfg/env"] {
        fs_err::create_dir_all(at.join(name)).unwrap();
    }
    for id in ALL {
        let folder = at.join("bps").join(id.replace('/', "_")).join("1");
        fs_err::create_dir_all(folder.join("bin")).unwrap();
        let detect = folder.join("bin/detect");
        fs_err::write(&detect, "#!/bin/sh\nexit 0\n").unwrap();
        fs_err::set_permissions(&detect, std::fs::Permissions::from_mode(0o755)).unwrap();
        let toml = format!(
            "api = \"0.10\"\n[buildpack]\nid = \"{id}\"\nversion = \"1\"\n\
             [[stacks]]\nid = \"*\"\n[[targets]]\nos = \"linux\"\n"
        );
        fs_err::write(folder.join("buildpack.toml"), toml).unwrap();
    }
    let mut order = "[[order]]\n".to_owned();
    for id in list {
        let _ = write!(order, "[[order.group]]\nid = \"{id}\"\nversion = \"1\"\n");
    }
    fs_err::write(at.join("order.toml"), order).unwrap();
    fs_err::write(at.join("system.toml"), SYSTEM).unwrap();
    fs_err::write(at.join("layers/analyzed.toml"), "").unwrap();
}

/// What the detector made of a list, each with our mark.
fn detected(lifecycle: &Lifecycle, list: &[&str]) -> Vec<(String, bool)> {
    let temp = tempfile::tempdir().unwrap();
    fs_err::set_permissions(temp.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    given(temp.path(), list);
    let system = temp.path().join("system.toml");
    let more: Raw = BTreeMap::from([
        ("CNB_SYSTEM_PATH".into(), system.into_os_string()),
        ("PATH".into(), surroundings::USUAL_PATH.into()),
        ("CNB_TARGET_OS".into(), "linux".into()),
        ("CNB_STACK_ID".into(), "any".into()),
    ]);
    let base = lifecycle.base(&more);
    lifecycle.detect(temp.path(), &base).unwrap();
    let root = temp.path().join("layers");
    let own = root.join("slugsmith_slugsmith");
    let mut live = more;
    live.insert("CNB_LAYERS_DIR".into(), own.into_os_string());
    let layers = layers::read(&root);
    let marks = surroundings::of(&layers, None, live)
        .system
        .marks(&layers.group);
    layers
        .group
        .iter()
        .map(|one| one.id.clone())
        .zip(marks)
        .collect()
}

fn marked(found: &[(String, bool)]) -> Vec<(&str, bool)> {
    found
        .iter()
        .map(|(id, mark)| (id.as_str(), *mark))
        .collect()
}

#[test]
fn those_of_the_detector_are_the_ones_we_name() {
    let found = detected(&TODAY, &["app/node", "slugsmith/slugsmith"]);
    let expected = [
        ("ops/first", true),
        ("ops/both", true),
        ("app/node", false),
        ("slugsmith/slugsmith", false),
        ("ops/last", true),
    ];
    assert_eq!(marked(&found), expected);
}

#[test]
fn one_that_the_list_has_is_not_added_again() {
    let found = detected(&TODAY, &["app/node", "ops/both", "slugsmith/slugsmith"]);
    let expected = [
        ("ops/first", true),
        ("app/node", false),
        ("ops/both", false),
        ("slugsmith/slugsmith", false),
        ("ops/last", true),
    ];
    assert_eq!(marked(&found), expected);
}

#[test]
fn a_lifecycle_before_them_adds_none() {
    let found = detected(&OLDER, &["app/node", "slugsmith/slugsmith"]);
    assert_eq!(
        marked(&found),
        [("app/node", false), ("slugsmith/slugsmith", false)]
    );
}

/// Two runtimes, one of them the builder's own.
fn two_runtimes(system: &str) -> (Stack, PathBuf) {
    let stack = Stack::new(&[
        ("app/node", &[("x.toml", "bl"), ("x/bin/node", "1")]),
        ("slugsmith/slugsmith", &[]),
        ("ops/last", &[("y.toml", "bl"), ("y/bin/node", "2")]),
    ]);
    let path = stack.path("system.toml");
    fs_err::write(&path, system).unwrap();
    (stack, path)
}

fn told(system: &str) -> String {
    let (stack, path) = two_runtimes(system);
    let own = stack.layers().join("slugsmith_slugsmith");
    let around = stack.surroundings(&[
        ("CNB_SYSTEM_PATH", path.to_str().unwrap()),
        ("CNB_LAYERS_DIR", own.to_str().unwrap()),
    ]);
    let report = stack.inspect_with(&around);
    let lines = print::stack::lines(&report, LogLevel::Normal);
    let text: Vec<String> = lines.iter().map(|line| line.text.clone()).collect();
    text.join("\n")
        .replace(stack.path("").to_str().unwrap(), "/")
}

#[test]
fn the_log_says_who_added_them_and_asks_for_no_move_that_no_list_can_make() {
    let text = told(SYSTEM);
    assert!(
        text.contains("this one last before the builder's own"),
        "{text}"
    );
    assert!(
        text.contains("added by the builder (system.toml)"),
        "{text}"
    );
    assert!(text.contains("Use a builder without ops/last"), "{text}");
    assert!(
        !text.contains("project.toml.") && !text.contains("group = ["),
        "{text}"
    );
    let text = told("");
    assert!(text.contains("this one not last"), "{text}");
    assert!(
        text.contains("Put ops/last before app/node in project.toml."),
        "{text}"
    );
    assert!(text.contains("group = ["), "{text}");
}
