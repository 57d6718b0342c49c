//! A lockfile holds even where the package manager does not ask, and failures leave their output.

use std::fmt::Write as _;

use super::support::Bed;

/// `yarn workspaces focus`, which resolves anew what the lockfile lacks.
const BERRY: &str = r#"#!/bin/sh
case "$1" in --version) echo 4.9.2; exit;; esac
[ ! -e adds ] || printf '\n"debug@npm:^4":\n  version: 4.4.3\n' >> yarn.lock
mkdir -p node_modules/ms; echo ms > node_modules/ms/index.js; : > .yarn-state
"#;

const LOCK: &str = "__metadata:\n  version: 8\n\n\"ms@npm:2.1.3\":\n  version: 2.1.3\n\n\"s@workspace:.\":\n  \
    version: 0.0.0-use.local\n  resolution: \"s@workspace:.\"\n  dependencies:\n    ms: \"npm:2.1.3\"\n";

fn berry(manifest: &str) -> Bed {
    let bed = Bed::new();
    bed.tool("yarn", BERRY);
    bed.put("package.json", manifest);
    bed.put("yarn.lock", LOCK);
    bed.put(".yarnrc.yml", "nodeLinker: node-modules\n");
    bed
}

#[test]
fn focus_does_not_install_what_the_lockfile_lacks() {
    let bed = berry(r#"{"name":"s","dependencies":{"ms":"2.1.3","debug":"^4"}}"#);
    let (built, log) = bed.try_build();
    let problem = built.unwrap_err();
    assert_eq!(problem.kind.id, "lockfile-out-of-step");
    assert_eq!(
        problem.saw,
        ["package.json asks for debug ^4, but yarn.lock does not have it"]
    );
    assert!(log.commands.is_empty(), "{:?}", log.commands);
}

#[test]
fn what_focus_resolves_anew_is_refused_and_taken_back() {
    let bed = berry(r#"{"name":"s","dependencies":{"ms":"2.1.3"}}"#);
    bed.build();
    let bed = berry(r#"{"name":"s","dependencies":{"ms":"2.1.3"}}"#);
    bed.put("adds", "");
    let problem = bed.try_build().0.unwrap_err();
    assert_eq!(problem.kind.id, "lockfile-out-of-step");
    assert!(problem.saw[0].contains("+debug 4.4.3"), "{:?}", problem.saw);
    let lock = fs_err::read_to_string(bed.app().join("yarn.lock")).unwrap();
    assert_eq!(lock, LOCK);
}

#[test]
fn the_whole_output_of_a_failure_is_in_a_file_that_is_told() {
    let bed = Bed::npm_app();
    let output = (0..9_000).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "line {number}");
        text
    });
    bed.put("fail", &output);
    let problem = bed.try_build().0.unwrap_err();
    // They were printed as they came.
    assert!(problem.details.is_empty(), "{:?}", problem.details);
    let mut saw = problem.saw.iter();
    let told = saw.find_map(|fact| fact.strip_prefix("All of its output is in "));
    let path = told.unwrap();
    assert_eq!(fs_err::read_to_string(path).unwrap(), output);
    fs_err::remove_file(path).unwrap();
}
