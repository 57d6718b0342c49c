//! An image against dive: the bytes of each layer, and the files that a later layer hides.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::pack::said;
use crate::runner::variable;
use crate::support::{Sandbox, repository};

/// Two layers above the run image: the second replaces one file by a larger one, one by a smaller one, and removes one.
const DOCKERFILE: &str = "ARG BASE\nFROM ${BASE}\nUSER root\n\
    RUN cd /opt && head -c 3000000 /dev/urandom > grown && head -c 2000000 /dev/urandom > shrunk && \
    head -c 1000000 /dev/urandom > removed && head -c 500000 /dev/urandom > kept\n\
    RUN cd /opt && head -c 3500000 /dev/urandom > grown && head -c 100000 /dev/urandom > shrunk && rm removed\n";

const IMAGE: &str = "slugsmith-test/peer:latest";

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", said(&output));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The image as `docker save` writes it.
fn saved(archive: &Path) {
    let context = tempfile::tempdir().unwrap();
    let dockerfile = context.path().join("Dockerfile");
    fs_err::write(&dockerfile, DOCKERFILE).unwrap();
    run(Command::new("docker")
        .env("DOCKER_BUILDKIT", "0")
        .args(["build", "--pull=false", "--no-cache", "--tag", IMAGE])
        .arg(format!(
            "--build-arg=BASE={}",
            variable("SLUGSMITH_BED_RUN_IMAGE")
        ))
        .arg(context.path()));
    run(Command::new("docker")
        .args(["save", "--output"])
        .arg(archive)
        .arg(IMAGE));
    run(Command::new("docker").args(["rmi", "--force", IMAGE]));
}

fn dive(archive: &Path) -> Value {
    let program = run(&mut Command::new(repository("tests/bed/dive")));
    let json = archive.with_file_name("dive.json");
    run(Command::new(program)
        .env("CI", "true")
        .arg(format!("docker-archive://{}", archive.display()))
        .arg("--json")
        .arg(&json));
    serde_json::from_slice(&fs_err::read(json).unwrap()).unwrap()
}

fn bytes(value: &Value) -> u64 {
    value
        .as_u64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

/// By path: the bytes that the list tells.
fn files(list: &Value, path: &str, size: &str) -> BTreeMap<String, u64> {
    let list = list.as_array().unwrap().iter();
    list.map(|file| {
        let path = file[path].as_str().unwrap().trim_start_matches('/');
        (path.to_owned(), bytes(&file[size]))
    })
    .filter(|(_, bytes)| *bytes > 0)
    .collect()
}

#[test]
#[ignore = "container test"]
fn layers_and_hidden_files_are_those_of_dive() {
    // An image of somebody else's builder is not at hand.
    if variable("SLUGSMITH_BED_RUN_IMAGE").is_empty() {
        return;
    }
    let sandbox = Sandbox::new();
    let archive = sandbox.path("image.tar");
    saved(&archive);
    let peer = dive(&archive);
    let ours = sandbox.slugsmith(&["inspect", archive.to_str().unwrap(), "--format", "json"]);
    let ours = ours.expect(0).json();

    assert_eq!(
        bytes(&ours["size"]["bytes"]),
        bytes(&peer["image"]["sizeBytes"])
    );
    let by_layer = |layers: &Value, size: &str| -> Vec<_> {
        let layers = layers.as_array().unwrap().iter();
        layers
            .map(|layer| bytes(&layer[size]))
            .filter(|bytes| *bytes > 0)
            .collect()
    };
    assert_eq!(
        by_layer(&ours["layers"], "bytes"),
        by_layer(&peer["layer"], "sizeBytes")
    );

    // dive adds up all copies of a path: the last one is visible, unless it was removed.
    let hidden = files(&ours["hidden"]["files"], "path", "bytes");
    let copies = files(&peer["image"]["fileReference"], "file", "sizeBytes");
    for (path, visible) in [
        ("opt/grown", 3_500_000),
        ("opt/shrunk", 100_000),
        ("opt/removed", 0),
    ] {
        assert_eq!(hidden[path] + visible, copies[path], "{path}");
    }
    assert!(
        hidden.keys().all(|path| copies.contains_key(path)),
        "{hidden:?} {copies:?}"
    );
    // It lists files of which an empty copy is hidden, too: nothing is lost with these.
    let more = copies
        .iter()
        .filter(|(path, _)| !hidden.contains_key(*path));
    let empty: Vec<_> = more.map(|(path, _)| path.as_str()).collect();
    assert_eq!(empty, ["etc/subgid", "etc/subuid"]);
    assert_eq!(
        bytes(&ours["hidden"]["bytes"]),
        hidden.values().sum::<u64>()
    );
}
