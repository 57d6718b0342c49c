//! Bad input ends in one of the documented errors, and nothing is lost.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::support::{BINARY, Ran, Sandbox, listing};

#[test]
fn malformed_project_toml_names_line_and_column() {
    let sandbox = Sandbox::new()
        .file("index.js", "")
        .file("project.toml", "[com.slugsmith]\nlog = loud\n");
    let ran = sandbox.slugsmith(&["check", "app"]).expect(3);
    assert!(ran.stderr.contains("project.toml:2:7"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("slugsmith explain config-syntax"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_value_of_the_wrong_kind_names_its_line() {
    let sandbox = Sandbox::new().file("index.js", "").file(
        "project.toml",
        "[com.slugsmith.budget]\nfail = \"plenty\"\n",
    );
    let ran = sandbox.slugsmith(&["check", "app"]).expect(3);
    assert!(
        ran.stderr.contains("project.toml:2:1: `fail`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_unreadable_project_toml_stops_the_run() {
    let sandbox = Sandbox::new()
        .file("index.js", "")
        .file("project.toml", [0x5b, 0xff, 0xfe]);
    let ran = sandbox.slugsmith(&["check", "app"]).expect(3);
    assert!(
        ran.stderr.contains("project.toml can't be read"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_unknown_key_is_a_warning_with_the_nearest_known_one() {
    let sandbox = Sandbox::new()
        .file("index.js", "")
        .file("project.toml", "[com.slugsmith.budget]\nwarm = \"3 MB\"\n");
    let ran = sandbox.slugsmith(&["check", "app"]).expect(0);
    assert!(
        ran.stdout.contains("unknown-config-key  project.toml:2"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("Did you mean `warn`?"),
        "{}",
        ran.stdout
    );
}

#[test]
fn an_empty_app_is_refused_with_a_reason() {
    let ran = Sandbox::new().slugsmith(&["check", "app"]).expect(3);
    assert!(
        ran.stderr.contains("The app folder is empty"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_missing_folder_is_wrong_use() {
    let ran = Sandbox::new().slugsmith(&["check", "nowhere"]).expect(2);
    assert!(ran.stderr.contains("nowhere"), "{}", ran.stderr);
}

#[test]
fn a_file_instead_of_a_folder_is_told_with_the_folder_that_may_be_meant() {
    let sandbox = Sandbox::new().file("package.json", "{}");
    let ran = sandbox.slugsmith(&["check", "app/package.json"]).expect(2);
    for text in [
        "app/package.json is not a folder",
        "Name the folder that it is in: `app`",
    ] {
        assert!(ran.stderr.contains(text), "{text}\n{}", ran.stderr);
    }
}

/// As for a user without a home, or with one that is read-only.
#[test]
fn a_build_needs_no_folder_for_caches_unless_one_is_asked_for() {
    let sandbox = Sandbox::new().file("server.js", "");
    let build = |arguments: &[&str]| {
        let mut command = sandbox.command(BINARY);
        command.args(["build", "app"]).args(arguments);
        command.env_remove("XDG_CACHE_HOME");
        Ran::from(command.env("HOME", "/dev/null").output().unwrap())
    };
    let log = build(&[]).expect(0).stdout;
    assert!(
        log.contains("creating /dev/null/.cache/slugsmith/app-"),
        "{log}"
    );
    assert!(
        log.contains("Name a folder: slugsmith build --cache DIR"),
        "{log}"
    );
    let ran = build(&["--cache", "/dev/null/x"]).expect(3);
    assert!(
        ran.stderr.contains("creating /dev/null/x/app-"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        ran.stderr.matches("/dev/null/x").count(),
        1,
        "{}",
        ran.stderr
    );
}

#[test]
fn broken_json_is_a_warning_with_its_place_and_the_rest_runs() {
    let sandbox = Sandbox::new()
        .file(
            "package.json",
            "{\n  \"name\": \"a\"\n  \"version\": \"1\"\n}",
        )
        .file("package-lock.json", "<<<<<<< HEAD\n");
    let ran = sandbox.slugsmith(&["build", "app"]);
    assert!(ran.stdout.contains("package.json:3:3"), "{}", ran.stdout);
    assert!(ran.stdout.contains("- Budget"), "{}", ran.stdout);
    assert!(ran.stdout.contains("- Done in"), "{}", ran.stdout);
}

#[test]
fn odd_names_loops_and_special_files_do_no_harm() {
    let sandbox = Sandbox::new().file("index.js", "");
    let app = sandbox.app();
    fs_err::write(app.join(OsStr::from_bytes(b"caf\xe9 \n name")), "x").unwrap();
    std::os::unix::fs::symlink(".", app.join("loop")).unwrap();
    std::os::unix::fs::symlink("b", app.join("a")).unwrap();
    std::os::unix::fs::symlink("a", app.join("b")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", app.join("outside")).unwrap();
    let made = sandbox
        .command("mkfifo")
        .arg(app.join("pipe"))
        .status()
        .unwrap();
    assert!(made.success());
    for verb in ["check", "build", "inspect", "strip"] {
        let ran = sandbox.slugsmith(&[verb, "app"]);
        assert!(
            [0, 1].contains(&ran.code),
            "{verb}: {}\n{}",
            ran.code,
            ran.stderr
        );
    }
    assert!(app.join("outside").is_symlink());
    assert!(app.join("loop").is_symlink());
}

/// A part of a list could mean the opposite; silence would let a build differ from a push's.
#[test]
fn a_gitignore_that_is_too_long_is_told_wherever_it_is() {
    let long = "*.log\n".repeat(20_001);
    let sandbox = Sandbox::new()
        .file("Procfile", "web: x\n")
        .file("logs/.gitignore", &long)
        .file("logs/a.log", "");
    let without_git = sandbox.slugsmith(&["build", "app"]).expect(0);
    assert!(
        !without_git.stdout.contains("too long"),
        "{}",
        without_git.stdout
    );
    fs_err::create_dir(sandbox.app().join(".git")).unwrap();
    let ran = sandbox.slugsmith(&["build", "app"]).expect(0);
    for told in ["A .gitignore is too long to be read", "logs/.gitignore"] {
        assert!(ran.stdout.contains(told), "{}", ran.stdout);
    }
}

#[test]
fn check_build_and_inspect_change_nothing_in_the_app() {
    let sandbox = Sandbox::new()
        .file(
            "package.json",
            r#"{"name":"a","scripts":{"start":"node index.js"}}"#,
        )
        .file("index.js", "require('http')")
        .file("README.md", "# A")
        .file(
            "node_modules/a/package.json",
            r#"{"name":"a","version":"1.0.0"}"#,
        )
        .file("node_modules/a/index.js", "")
        .file("node_modules/a/index.js.map", "{}");
    let before = listing(&sandbox.app());
    sandbox.slugsmith(&["check", "app"]);
    sandbox.slugsmith(&["build", "app"]);
    sandbox.slugsmith(&["inspect", "app"]);
    sandbox.slugsmith(&["strip", "app", "--dry-run"]);
    sandbox.slugsmith(&["init", "app"]);
    assert_eq!(listing(&sandbox.app()), before);
}
