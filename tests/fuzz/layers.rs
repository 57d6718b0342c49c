//! Layers folders with one damaged file: every reader and every form of the stack.

use std::path::{Path, PathBuf};

use slugsmith::config::LogLevel;
use slugsmith::facts::app;
use slugsmith::facts::layers::{self, surroundings};
use slugsmith::print::env::{self as printer, Secrets};
use slugsmith::print::stack::{graph, html, lines};
use slugsmith::print::{json, line::Skin};
use slugsmith::stack::{self, Inputs};
use tempfile::TempDir;

use crate::engine::run;

const FILES: &[(&str, &str)] = &[
    (
        "layers/group.toml",
        "[[group]]\nid = \"acme/node\"\nversion = \"1.2.3\"\napi = \"0.10\"\n\n[[group]]\nid = \"acme/web\"\n\
         version = \"2.0.0\"\napi = \"0.8\"\nhomepage = \"https://acme.example\"\n",
    ),
    (
        "layers/plan.toml",
        "[[entries]]\n[[entries.providers]]\nid = \"acme/node\"\nversion = \"1.2.3\"\n[[entries.requires]]\n\
         name = \"node\"\n[entries.requires.metadata]\nversion = \">=20\"\n",
    ),
    (
        "layers/analyzed.toml",
        "[run-image]\nreference = \"run\"\n[run-image.target]\nos = \"linux\"\narch = \"amd64\"\n\
         [previous-image]\nreference = \"app\"\n[metadata]\n[[metadata.buildpacks]]\nkey = \"acme/node\"\n\
         version = \"1.2.3\"\n[metadata.buildpacks.layers.dist]\nsha = \"sha256:aa\"\nlaunch = true\n",
    ),
    (
        "layers/config/metadata.toml",
        "[[processes]]\ntype = \"web\"\ncommand = [\"node\"]\nargs = [\"a.js\"]\ndirect = true\n\
         buildpack-id = \"acme/node\"\n\n[[buildpacks]]\nid = \"acme/node\"\nversion = \"1.2.3\"\napi = \"0.10\"\n",
    ),
    (
        "layers/acme_node/dist.toml",
        "[types]\nlaunch = true\nbuild = true\ncache = false\n\n[metadata]\nversion = \"20.1.0\"\n\
         checksum = [1, 2.5, {a = 1}]\n",
    ),
    (
        "layers/acme_node/launch.toml",
        "[[processes]]\ntype = \"web\"\ncommand = [\"node\", \"a.js\"]\ndefault = true\n\
         working-dir = \"/workspace\"\n\n[[slices]]\npaths = [\"node_modules/**\", \"[a-z]*\"]\n\n[[labels]]\n\
         key = \"a\"\nvalue = \"b\"\n",
    ),
    (
        "layers/acme_node/build.toml",
        "[[unmet]]\nname = \"python\"\n",
    ),
    (
        "layers/acme_node/store.toml",
        "[metadata]\nkey = \"value\"\n",
    ),
    (
        "layers/acme_node/dist/env/PATH.prepend",
        "/layers/acme_node/dist/tools",
    ),
    ("layers/acme_node/dist/env/PATH.delim", ":"),
    (
        "layers/acme_node/dist/env.launch/NODE_ENV.default",
        "production",
    ),
    ("layers/acme_node/dist/env.launch/web/PORT.override", "5000"),
    ("layers/acme_node/dist/bin/node", "#!/bin/sh\nexit 0\n"),
    (
        "layers/acme_node/dist/include/node/node_version.h",
        "#define NODE_MAJOR_VERSION 20\n#define NODE_MINOR_VERSION 1\n#define NODE_PATCH_VERSION 0\n",
    ),
    ("layers/acme_node/dist/release", "JAVA_VERSION=\"21.0.4\"\n"),
    ("layers/acme_node/dist/profile.d/a.sh", "export A=1\n"),
    (
        "layers/acme_node/dist/exec.d/run",
        "#!/usr/bin/env bash\necho 'A = \"b\"' >&3\n",
    ),
    ("layers/acme_web/x.toml", "launch = true\n[metadata]\n"),
    ("layers/acme_web/x/bin/node", "#!/bin/sh\n"),
    ("app/Procfile", "web: node a.js\nworker: node b.js\n"),
    ("app/.profile", "export B=2\n"),
];

fn stack() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in FILES {
        put(&folder.path().join(path), content.as_bytes());
    }
    folder
}

fn put(path: &PathBuf, content: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, content).unwrap();
    if path.to_str().unwrap().contains("/bin/") {
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Everything that is said of a stack.
fn tell(root: &Path) {
    let (layers_root, app_root) = (root.join("layers"), root.join("app"));
    let report = stack::env_report(&layers_root, &app_root, &stack::classic::dyno_base(), None);
    let mut text = Vec::new();
    printer::table(&report, Secrets::Masked, &mut text).unwrap();
    printer::why(&report, "PATH", Secrets::Masked, &mut text).unwrap();
    for process in &report.processes {
        printer::exports(process, Secrets::Masked, &mut text).unwrap();
    }
    let _ = printer::json(&report, Secrets::Masked).to_string();
    let layers = layers::read(&layers_root);
    let app = app::read(&app_root);
    let inputs = Inputs {
        surroundings: &surroundings::of(
            &layers,
            Some(&app.root),
            std::collections::BTreeMap::new(),
        ),
        layers: &layers,
        app: Some(&app),
        remembered: None,
        audit: None,
    };
    let report = stack::inspect(&inputs);
    for line in lines(&report, LogLevel::Verbose) {
        Skin::Bullets.write(&mut text, &line).unwrap();
    }
    let _ = json::stack::document(&report).to_string();
    let _ = (
        html::page(&report),
        graph::mermaid(&report),
        graph::dot(&report),
    );
    let _ = stack::which(&inputs, "node");
    let store = root.join("store");
    fs_err::create_dir_all(&store).unwrap();
    stack::kept::save(&store, &report.snapshot).unwrap();
    assert!(stack::kept::load(&store).is_some());
}

fn fuzz(name: &str, path: &str) {
    let folder = stack();
    tell(folder.path());
    // Most inputs come from the file's own content, the others bring foreign keys in.
    let (_, own) = FILES.iter().find(|(of, _)| *of == path).unwrap();
    let mut weighted = vec![own.as_bytes().to_vec(); 2 * FILES.len()];
    weighted.extend(FILES.iter().map(|(_, content)| content.as_bytes().to_vec()));
    let file = folder.path().join(path);
    run(name, &weighted, |data| {
        put(&file, data);
        tell(folder.path());
    });
}

macro_rules! targets {
    ($($name:ident: $path:literal;)*) => {
        $(#[test]
        fn $name() {
            fuzz(stringify!($name), $path);
        })*
    };
}

targets! {
    layers_group: "layers/group.toml";
    layers_plan: "layers/plan.toml";
    layers_analyzed: "layers/analyzed.toml";
    layers_metadata: "layers/config/metadata.toml";
    layers_layer_toml: "layers/acme_node/dist.toml";
    layers_old_layer_toml: "layers/acme_web/x.toml";
    layers_launch_toml: "layers/acme_node/launch.toml";
    layers_build_toml: "layers/acme_node/build.toml";
    layers_env_value: "layers/acme_node/dist/env/PATH.prepend";
    layers_env_delimiter: "layers/acme_node/dist/env/PATH.delim";
    layers_executable: "layers/acme_node/dist/bin/node";
    layers_version_header: "layers/acme_node/dist/include/node/node_version.h";
    layers_release: "layers/acme_node/dist/release";
}

/// What an earlier build remembered of the stack.
#[test]
fn layers_snapshot() {
    let folder = stack();
    tell(folder.path());
    let store = folder.path().join("store");
    let file = fs_err::read_dir(&store)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let seed = fs_err::read(&file).unwrap();
    let layers = layers::read(&folder.path().join("layers"));
    run("layers_snapshot", &[seed], |data| {
        fs_err::write(&file, data).unwrap();
        if let Some(snapshot) = stack::kept::load(&store) {
            let mut layers = layers.clone();
            stack::snapshot::fill(&mut layers, &snapshot);
        }
    });
}
