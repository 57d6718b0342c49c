//! Sizes against the programs that really compress: gzip for slugs, Go for layers.

use std::path::Path;
use std::process::Command;

use crate::support::Sandbox;

/// This project's own sources: some megabytes of text.
const TREE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/crates");
const BEST_SPEED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bed/best-speed");

/// The number that a pipe of commands prints, the archive of [`TREE`] at its head.
fn compressed_by(coder: &str) -> u64 {
    let tar = "tar --sort=name --format=gnu --owner=root:0 --group=root:0 --hard-dereference -cf - -C \"$1\" .";
    let output = Command::new("sh")
        .args(["-c", &format!("{tar} | {coder}"), "sh", TREE])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim().parse().unwrap()
}

fn sizes() -> serde_json::Value {
    let sandbox = Sandbox::new();
    let ran = sandbox.slugsmith(&["inspect", TREE, "--format", "json"]);
    ran.expect(0).json()["size"].clone()
}

/// Off by at most two in a thousand: names have another prefix.
#[track_caller]
fn assert_close(ours: &serde_json::Value, truth: u64) {
    let bytes = ours["bytes"].as_u64().unwrap();
    assert!(
        bytes.abs_diff(truth) * 500 < truth,
        "{bytes} is not {truth}"
    );
}

#[test]
fn the_size_of_a_slug_is_that_of_gzip() {
    assert_close(&sizes()["compressed"], compressed_by("gzip -6 | wc -c"));
}

#[test]
#[ignore = "needs Go"]
fn the_size_of_layers_is_that_of_gos_gzip() {
    let folder = tempfile::tempdir().unwrap();
    let coder = folder.path().join("best-speed");
    let built = Command::new("go")
        .args(["build", "-C", BEST_SPEED, "-o"])
        .arg(&coder)
        .arg(".")
        .status()
        .unwrap();
    assert!(built.success());
    assert_close(&sizes()["image"], compressed_by(&quoted(&coder)));
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}
