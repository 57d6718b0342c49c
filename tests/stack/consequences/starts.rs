//! Which process starts, and what stops it.

use crate::scripted::Scripted;

#[test]
#[ignore = "needs the test bed"]
fn a_process_changes_hands_and_the_default_is_lost() {
    let stack = Scripted::build(&[
        ("a/one", "process web 'echo one' 'default = true'"),
        ("b/two", "process web 'echo two'"),
    ]);
    stack.assert_told("process-taken-over", "`web` of a/one");
    stack.assert_told("default-process-lost", "the image has no default process");
    assert_eq!(stack.web(), "two");
    let metadata = fs_err::read_to_string(stack.layers().join("config/metadata.toml")).unwrap();
    assert!(
        !metadata.contains("buildpack-default-process-type"),
        "{metadata}"
    );
    let fine = Scripted::build(&[
        ("b/two", "process web 'echo two'"),
        ("a/one", "process web 'echo one' 'default = true'"),
    ]);
    assert_eq!(fine.web(), "one");
    let metadata = fs_err::read_to_string(fine.layers().join("config/metadata.toml")).unwrap();
    assert!(
        metadata.contains("buildpack-default-process-type = \"web\""),
        "{metadata}"
    );
}

#[test]
#[ignore = "needs the test bed"]
fn start_programs_and_dangling_variables_stop_every_process() {
    let stack = Scripted::build(&[(
        "a/one",
        "layer x l; var exec.d/setup '#!/bin/sh'; process web 'echo up'",
    )]);
    stack.assert_told(
        "start-program-fails",
        "exec.d/setup of a/one (x) is not executable",
    );
    let (fine, text) = stack.export().run(Some("web"), &[]);
    assert!(!fine && text.contains("permission denied"), "{text}");
    let stack = Scripted::build(&[(
        "a/one",
        "layer x l; mkdir $L/env.launch; ln -s nowhere $L/env.launch/A; process web 'echo up'",
    )]);
    stack.assert_told("process-cannot-start", "env.launch/A");
    let (fine, text) = stack.export().run(Some("web"), &[]);
    assert!(!fine && text.contains("no such file"), "{text}");
}

#[test]
#[ignore = "needs the test bed"]
fn what_is_not_shipped_is_not_there() {
    let stack = Scripted::build(&[(
        "a/one",
        "layer sdk b; var tool 'the tool'; sdk=$L; layer x l; ln -s $sdk/tool $L/link; var env.launch/SDK $sdk
         process web 'cat $SDK/../x/link $SDK/tool'",
    )]);
    stack.assert_told("not-shipped", "link in layer x of a/one");
    stack.assert_told("not-shipped", "into SDK at launch");
    assert_eq!(stack.export().web().matches("No such file").count(), 2);
}

#[test]
#[ignore = "needs the test bed"]
fn two_ids_share_one_folder() {
    let stack = Scripted::build(&[
        (
            "a/b_c",
            "layer x l; bin tool 'echo first'; process web tool",
        ),
        (
            "a_b/c",
            "ls $CNB_LAYERS_DIR >seen.txt; layer x l; bin tool 'echo second'",
        ),
    ]);
    stack.assert_told("names-collide", "share the layers folder a_b_c");
    assert!(stack.app_file("seen.txt").contains("x.toml"));
    assert_eq!(stack.export().web(), "second");
}

#[test]
#[ignore = "needs the test bed"]
fn broken_layer_files_stop_the_build() {
    let stack = Scripted::build(&[(
        "a/one",
        "mkdir $CNB_LAYERS_DIR/x; echo 'launch = true' >$CNB_LAYERS_DIR/x.toml",
    )]);
    assert!(stack.failure.is_some());
    stack.assert_told(
        "export-will-fail",
        "a/one layer x: its .toml is not valid: `launch` is at the top of the file",
    );
}
