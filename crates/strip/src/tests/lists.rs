//! Do the lists of the app's authors decide?

use std::path::Path;

use super::{app, config, environment, left, run, strip, strip_with};
use crate::StripReport;
use slugsmith_facts::environment::World;

#[test]
fn users_lists_decide_and_keep_wins() {
    let folder = app(&[
        ("package.json", "{}"),
        ("design/a.psd", "x"),
        ("design/b.psd", "x"),
        ("node_modules/a/package.json", "{}"),
        ("node_modules/a/index.js.map", "{}"),
    ]);
    let report = strip_with(
        folder.path(),
        "[com.slugsmith.strip]\nkeep = [\"design/a.psd\", \"*.js.map\"]\nremove = [\"design/**\", \"nothing/\"]\n",
    );
    assert_eq!(
        left(folder.path()),
        [
            "design/a.psd",
            "node_modules/a/index.js.map",
            "node_modules/a/package.json",
            "package.json"
        ]
    );
    assert_eq!(report.unused_remove, ["nothing/"]);
}

#[test]
fn the_recorded_list_keeps_what_it_names() {
    let folder = app(&[
        ("package.json", "{}"),
        ("slugsmith.keep", "# recorded\nnode_modules/a/i.js.map\n"),
        ("node_modules/a/package.json", "{}"),
        ("node_modules/a/i.js.map", "{}"),
        ("node_modules/a/j.js.map", "{}"),
    ]);
    assert_eq!(strip(folder.path()).removed.files, 1);
    assert!(folder.path().join("node_modules/a/i.js.map").exists());
}

#[test]
fn what_archives_leave_out_goes_unless_code_reads_it() {
    let folder = app(&[
        ("Procfile", "web: node server.js\n"),
        (
            ".gitattributes",
            "/art export-ignore\n*.psd -text export-ignore\n/used export-ignore\n",
        ),
        ("server.js", "fs.readFileSync('used/a.txt')"),
        ("art/a.svg", ""),
        ("public/b.psd", ""),
        ("used/a.txt", ""),
    ]);
    let report = strip(folder.path());
    let gone: Vec<_> = report
        .manifest
        .iter()
        .map(|file| file.path.to_string_lossy())
        .collect();
    assert_eq!(gone, ["art/a.svg", "public/b.psd"]);
}

/// As `run`, with variables of the build.
fn strip_as(folder: &Path, world: World, variables: &[(&str, &str)]) -> StripReport {
    let mut environment = environment();
    environment.world = world;
    for (name, value) in variables {
        let value = (*value).to_owned();
        environment
            .variables
            .insert((*name).to_owned(), value.into());
    }
    run(folder, &config(""), &environment, false).unwrap()
}

#[test]
fn lists_for_other_tools_are_followed_and_said_to_be() {
    let folder = app(&[
        (
            "package.json",
            r#"{"scripts":{"start":"node design/a.js"}}"#,
        ),
        (".slugcleanup", "design *.tmp # rest\n$(touch pwned)\nold\n"),
        (".slug-post-clean", "# comment\nlogs/*.log\n/etc\n"),
        (".slugremove", "a file\nnone\n"),
        (".slugignore", "/content\n!content/a\n# public\n"),
        ("design/a.js", ""),
        ("x.tmp", ""),
        ("logs/a.log", ""),
        ("logs/b.txt", ""),
        ("a file", ""),
        ("public/index.html", ""),
        ("content/a", ""),
    ]);
    let report = strip_as(folder.path(), World::Classic, &[]);
    let gone: Vec<_> = report
        .manifest
        .iter()
        .map(|file| (file.entry, file.path.to_string_lossy().into_owned()))
        .collect();
    assert_eq!(
        gone,
        [
            ("slugremove", "a file"),
            ("slugcleanup", "design/a.js"),
            ("slug-post-clean", "logs/a.log"),
            ("slugcleanup", "x.tmp"),
        ]
        .map(|(entry, path)| (entry, path.to_owned()))
    );
    assert!(!folder.path().join("pwned").exists());
}

#[test]
fn paketos_variables_name_sources_and_no_dependencies() {
    let files = [
        ("package.json", "{}"),
        ("Procfile", "web: node dist/a.js"),
        ("src/a.ts", ""),
        ("dist/a.js", ""),
        ("dist/deep/b.js", ""),
        ("dist/a.css", ""),
        ("node_modules/a/package.json", "{}"),
    ];
    let variables = [
        ("BP_INCLUDE_FILES", "dist/*:package.json"),
        ("BP_EXCLUDE_FILES", "dist/*.css"),
    ];
    let folder = app(&files);
    strip_as(folder.path(), World::CloudNative, &variables);
    assert_eq!(
        left(folder.path()),
        [
            "Procfile",
            "dist/a.js",
            "dist/deep/b.js",
            "node_modules/a/package.json",
            "package.json"
        ]
    );
    // In a classic build the folder holds what Paketo has in layers.
    let folder = app(&files);
    assert_eq!(
        strip_as(folder.path(), World::Classic, &variables)
            .removed
            .files,
        0
    );
}

#[test]
fn keep_wins_over_lists_for_other_tools() {
    let folder = app(&[
        (".slugremove", "design\n"),
        ("design/a.psd", "x"),
        ("design/b.psd", "x"),
    ]);
    let report = strip_with(folder.path(), "[com.slugsmith.strip]\nkeep = [\"a.psd\"]\n");
    assert_eq!(report.removed.files, 1);
    assert!(folder.path().join("design/a.psd").exists());
}

#[test]
fn a_list_that_is_too_long_names_nothing_and_is_told() {
    let lines = "design\n".repeat(20_001);
    let bytes = format!("design\n{}", "x".repeat(1_000_001));
    for text in [lines, bytes] {
        let folder = app(&[(".slugcleanup", text.as_str()), ("design/a.psd", "x")]);
        let report = strip_with(folder.path(), "");
        assert_eq!(report.removed.files, 0);
        let [list] = &report.lists[..] else {
            panic!("{:?}", report.lists);
        };
        assert!(list.is_unread() && !list.applied);
        assert!(list.note.as_ref().unwrap().contains("20000 lines or 1 MB"));
    }
}
