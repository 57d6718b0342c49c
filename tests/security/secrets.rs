//! No secret in anything that is printed or written, in any form.

use std::path::Path;

use slugsmith::facts::tree::{EntryKind, Tree};

use crate::apps::{CANARY, VARIABLES, with_secrets};
use crate::builds::{cnb, compile};
use crate::support::{BINARY, Ran, Sandbox, listing};

/// Runs the command with all config vars set, as on a developer's machine.
fn run(sandbox: &Sandbox, arguments: &[&str]) -> Ran {
    let mut command = sandbox.command(BINARY);
    command.args(arguments).envs(VARIABLES.iter().copied());
    command.env("SLUGSMITH_LOG", "verbose");
    command.env("SLUGSMITH_CACHE_EXPLAIN", "json");
    let ran = Ran::from(command.output().unwrap());
    assert!(
        ran.code == 0 || ran.code == 1,
        "{arguments:?}: {}",
        ran.stderr
    );
    clean(&format!("{arguments:?}"), &ran.stdout);
    clean(&format!("{arguments:?}"), &ran.stderr);
    ran
}

#[track_caller]
fn clean(what: &str, text: &str) {
    let line = text.lines().find(|line| line.contains(CANARY));
    let line = line.map(|line| line.chars().take(200).collect::<String>());
    assert!(line.is_none(), "{what} shows {line:?}");
}

/// No file below has the canary, also not one that is compressed.
fn clean_files(root: &Path, but: &dyn Fn(&Path) -> bool) {
    for entry in Tree::read(root).entries() {
        if entry.kind() != EntryKind::File || but(entry.path()) {
            continue;
        }
        let content = fs_err::read(root.join(entry.path())).unwrap();
        let name = entry.path().display().to_string();
        clean(&name, &String::from_utf8_lossy(&content));
        let magic = [0x28, 0xb5, 0x2f, 0xfd];
        for (at, _) in content
            .windows(4)
            .enumerate()
            .filter(|(_, four)| *four == magic)
        {
            if let Ok(text) = zstd::stream::decode_all(&content[at..]) {
                clean(&name, &String::from_utf8_lossy(&text));
            }
        }
    }
}

#[test]
fn every_verb_and_every_form_keeps_secrets() {
    let sandbox = with_secrets();
    let before = sandbox.path("before.json");
    let before = before.to_str().unwrap();
    run(
        &sandbox,
        &["check", "app", "--format", "json", "--output", before],
    );
    for arguments in [
        &["check", "app"][..],
        &["check", "app", "--format", "json"],
        &["check", "app", "--format", "sarif"],
        &["check", "app", "--format", "github"],
        &["check", "app", "--config"],
        &["check", "app", "--config", "--format", "json"],
        &["check", "app", "--fix-plan"],
        &["check", "app", "--baseline", before],
        &["inspect", "app"],
        &["inspect", "app", "--format", "json"],
        &["inspect", "app", "--format", "markdown"],
        &["inspect", "app", "--format", "html"],
        &["diff", before, before],
        &["diff", before, before, "--format", "markdown"],
        &["strip", "app", "--dry-run"],
        &["strip", "app", "--dry-run", "--format", "json"],
        &["env", "--app", "app"],
        &["env", "--app", "app", "--format", "json"],
        &["env", "--app", "app", "--why", "API_TOKEN"],
        &["env", "--app", "app", "--why", "DATABASE_URL"],
        &["env", "--app", "app", "--process", "web", "--exports"],
        &["which", "node", "--app", "app"],
        &["explain", "cache", "app"],
        &["explain", "cache", "app", "--format", "json"],
        &["init", "app"],
    ] {
        run(&sandbox, arguments);
    }
    for form in ["text", "json", "html", "mermaid", "dot"] {
        run(&sandbox, &["stack", "--app", "app", "--format", form]);
        run(
            &sandbox,
            &["stack", "--app", "app", "--verbose", "--format", form],
        );
    }
    clean_files(&sandbox.path(""), &|path| !path.starts_with("before.json"));
}

/// What is not stored: the packed tree is the app's own, and says what npm wrote into it.
fn is_packed_tree(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "frames")
}

#[test]
fn the_embedded_build_keeps_secrets() {
    let sandbox = with_secrets();
    let report = sandbox.path("report.json");
    for _ in 0..2 {
        run(
            &sandbox,
            &["build", "app", "--json", report.to_str().unwrap()],
        );
    }
    clean_files(&sandbox.path("cache"), &is_packed_tree);
    clean("report.json", &fs_err::read_to_string(report).unwrap());
}

#[test]
fn a_classic_build_keeps_secrets() {
    let sandbox = with_secrets();
    let own = listing(&sandbox.app());
    for _ in 0..2 {
        let ran = compile(&sandbox);
        clean("compile", &ran.stdout);
        clean("compile", &ran.stderr);
    }
    clean_files(&sandbox.path("cache"), &is_packed_tree);
    clean_files(&sandbox.app(), &|path| {
        path.starts_with("node_modules") || own.iter().any(|(known, _)| known == path)
    });
}

#[test]
fn a_cloud_native_build_keeps_secrets() {
    let sandbox = with_secrets();
    for _ in 0..2 {
        let (ran, layers) = cnb(&sandbox);
        clean("build", &ran.stdout);
        clean("build", &ran.stderr);
        clean_files(&layers, &is_packed_tree);
    }
}
