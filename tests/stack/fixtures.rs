//! The fixture buildpacks, run by the real builder: the log, and what the dyno gets.

use std::path::Path;

use slugsmith::config::LogLevel;
use slugsmith::facts::app;
use slugsmith::facts::layers::{self, escape, surroundings};
use slugsmith::print;
use slugsmith::print::line::Skin;
use slugsmith::stack::{self, Inputs};
use tempfile::TempDir;

use crate::lifecycle::{self, Raw};
use crate::printed;

fn base() -> Raw {
    Raw::from([
        ("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into()),
        ("HOME".into(), "/tmp".into()),
        ("CNB_PLATFORM_API".into(), "0.13".into()),
    ])
}

/// Builds the tiny app with these fixture buildpacks, without containers.
fn build(names: &[&str]) -> TempDir {
    use std::fmt::Write as _;
    // Not where TMPDIR says: the log cuts values by their length, that of the folder's name included.
    let folder = tempfile::Builder::new()
        .prefix("slugsmith-fixtures-")
        .tempdir_in("/tmp")
        .unwrap();
    let stack = folder.path();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for name in ["layers", "platform/env", "cfg/env", "bps"] {
        fs_err::create_dir_all(stack.join(name)).unwrap();
    }
    copy(&tests.join("bed/apps/tiny"), &stack.join("app"));
    let mut group = String::new();
    for name in names {
        let source = tests.join("fixtures/buildpacks").join(name);
        let text = fs_err::read_to_string(source.join("buildpack.toml")).unwrap();
        let table: toml::Table = text.parse().unwrap();
        let id = table["buildpack"]["id"].as_str().unwrap();
        let version = table["buildpack"]["version"].as_str().unwrap();
        let api = table["api"].as_str().unwrap();
        let _ = write!(
            group,
            "[[group]]\nid = \"{id}\"\nversion = \"{version}\"\napi = \"{api}\"\n"
        );
        copy(&source, &stack.join("bps").join(escape(id)).join(version));
    }
    fs_err::write(stack.join("layers/group.toml"), group).unwrap();
    for file in ["plan.toml", "analyzed.toml"] {
        fs_err::write(stack.join("layers").join(file), "").unwrap();
    }
    lifecycle::TODAY.build(stack, &base()).unwrap();
    folder
}

fn copy(from: &Path, to: &Path) {
    fs_err::create_dir_all(to.parent().unwrap()).unwrap();
    let status = std::process::Command::new("cp")
        .arg("-r")
        .arg(from)
        .arg(to)
        .status()
        .unwrap();
    assert!(status.success());
}

fn log(stack: &Path, level: LogLevel) -> String {
    let root = stack.join("layers");
    let layers = layers::read(&root);
    let surroundings = surroundings::of(&layers, Some(&stack.join("app")), base());
    let report = stack::inspect(&Inputs {
        layers: &layers,
        surroundings: &surroundings,
        app: Some(&app::read(&stack.join("app"))),
        remembered: None,
        audit: None,
    });
    printed::text(&print::stack::lines(&report, level), Skin::Bullets)
}

/// What differs between machines: the folder, node's version and its size. Values that
/// are cut depend on the length of the folder's name, so they end there.
fn filtered(log: &str, stack: &Path) -> String {
    let text = log.replace(&stack.display().to_string(), "");
    let lines: Vec<String> = text.lines().map(filtered_line).collect();
    lines.join("\n")
}

fn filtered_line(line: &str) -> String {
    let kept = match (line.contains('…'), line.find("/layers")) {
        (true, Some(at)) => &line[..at],
        _ => line,
    };
    let mut words: Vec<&str> = Vec::new();
    for word in kept.split(' ') {
        let last = words.last().copied().unwrap_or_default();
        let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
        if ["B", "kB", "MB"].contains(&word) && is_number(last) {
            // Debian's Node.js has all of it in a library.
            words.pop();
            words.push("<size>");
            continue;
        } else if is_number(word) && ["node", "over"].contains(&last) {
            words.push("<version>");
            continue;
        } else if is_number(last) && word.starts_with("commands") && !words.is_empty() {
            // How many commands the image has.
            words.pop();
            words.push("<some>");
        }
        words.push(word);
    }
    let line = words.join(" ");
    let line = line.replace("the image, nothing seen", "the image, <some> commands");
    // Columns are as wide as the sizes that stood there.
    match line.trim_start() {
        row if row.starts_with("<size>") => format!("      {row}"),
        _ => line,
    }
}

#[test]
#[ignore = "needs the test bed"]
fn the_log_of_a_stack() {
    let folder = build(&["runtime-node", "tools-acme", "agent-metrics", "procfile"]);
    let normal = log(folder.path(), LogLevel::Normal);
    insta::assert_snapshot!("normal", filtered(&normal, folder.path()));
    let verbose = log(folder.path(), LogLevel::Verbose);
    insta::assert_snapshot!("verbose", filtered(&verbose, folder.path()));
}

#[test]
#[ignore = "needs the test bed"]
fn the_documented_order_has_no_alarm() {
    let folder = build(&["runtime-node", "procfile"]);
    let normal = log(folder.path(), LogLevel::Normal);
    assert!(!normal.contains("! "), "{normal}");
    assert!(
        normal.contains("web (fixture/procfile, default"),
        "{normal}"
    );
}
