//! Small buildpacks written as shell scripts, run by the real builder; what they leave is
//! started by the real launcher.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use slugsmith::facts::app;
use slugsmith::facts::layers::launched::is_launched;
use slugsmith::facts::layers::{self, Folder, escape, surroundings};
use slugsmith::finding::Finding;
use slugsmith::stack::{Inputs, StackReport, inspect};
use tempfile::TempDir;

use crate::lifecycle::{self, Raw};

/// What scripts may call. `layer NAME FLAGS` makes a layer, `var FILE VALUE` and
/// `bin NAME SCRIPT` write into the last one, `process TYPE SCRIPT [default = true]` adds a
/// process that `sh` runs without a shell of the launcher.
const PRELUDE: &str = r#"#!/bin/bash
set -eu
layer() {
    L=$CNB_LAYERS_DIR/$1; mkdir -p "$L"
    local types= flag
    for flag in build launch cache; do [[ $2 != *${flag:0:1}* ]] || types+="$flag = true"$'\n'; done
    printf '[types]\n%s' "$types" >"$L.toml"
}
var() { mkdir -p "$L/$(dirname "$1")"; printf %s "$2" >"$L/$1"; }
bin() { mkdir -p "$L/bin"; printf '#!/bin/sh\n%s\n' "$2" >"$L/bin/$1"; chmod +x "$L/bin/$1"; }
process() { printf '[[processes]]\ntype = "%s"\ncommand = ["/bin/sh", "-c", "%s"]\n%s\n' \
    "$1" "$2" "${3:-}" >>"$CNB_LAYERS_DIR/launch.toml"; }
"#;

pub(crate) struct Scripted {
    folder: TempDir,
    /// What the builder said, if it failed.
    pub(crate) failure: Option<String>,
}

impl Scripted {
    /// Runs these buildpacks, `(id, script)`, on an empty app.
    pub(crate) fn build(buildpacks: &[(&str, &str)]) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("slugsmith-scripted-")
            .tempdir()
            .unwrap();
        let stack = folder.path();
        for name in ["layers", "app", "platform/env", "cfg/env"] {
            fs_err::create_dir_all(stack.join(name)).unwrap();
        }
        let mut group = String::new();
        for (version, (id, script)) in (1..).zip(buildpacks) {
            // An older API, for processes that a shell of the launcher starts.
            let api = if id.starts_with("old/") {
                "0.8"
            } else {
                "0.10"
            };
            let _ = write!(
                group,
                "[[group]]\nid = \"{id}\"\nversion = \"{version}\"\napi = \"{api}\"\n"
            );
            let home = stack.join("bps").join(escape(id)).join(version.to_string());
            fs_err::create_dir_all(home.join("bin")).unwrap();
            let toml = format!(
                "api = \"{api}\"\n[buildpack]\nid = \"{id}\"\nversion = \"{version}\"\n[[stacks]]\nid = \"*\"\n"
            );
            fs_err::write(home.join("buildpack.toml"), toml).unwrap();
            let build = home.join("bin/build");
            fs_err::write(&build, format!("{PRELUDE}{script}\n")).unwrap();
            fs_err::set_permissions(&build, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        fs_err::write(stack.join("layers/group.toml"), group).unwrap();
        for file in ["plan.toml", "analyzed.toml"] {
            fs_err::write(stack.join("layers").join(file), "").unwrap();
        }
        let failure = lifecycle::TODAY.build(stack, &base()).err();
        Self { folder, failure }
    }

    pub(crate) fn layers(&self) -> PathBuf {
        self.folder.path().join("layers")
    }

    pub(crate) fn app(&self) -> PathBuf {
        self.folder.path().join("app")
    }

    pub(crate) fn inspect(&self) -> StackReport {
        let layers = layers::read(&self.layers());
        inspect(&Inputs {
            surroundings: &surroundings::of(&layers, Some(&self.app()), base()),
            layers: &layers,
            app: Some(&app::read(&self.app())),
            remembered: None,
            audit: None,
        })
    }

    /// Findings as the buildpack of this id sees them while it runs: with its variables, if it
    /// has written them to `environment`, and with the libraries of this machine.
    pub(crate) fn inspect_as(&self, own: &str) -> Vec<Finding> {
        let layers = layers::read(&self.layers());
        let dumped = fs_err::read(self.app().join("environment")).unwrap_or_default();
        let mut live = lifecycle::records(&dumped);
        let folder = self.layers().join(escape(own));
        live.insert("CNB_LAYERS_DIR".into(), folder.into_os_string());
        inspect(&Inputs {
            surroundings: &surroundings::of(&layers, Some(&self.app()), live),
            layers: &layers,
            app: None,
            remembered: None,
            audit: None,
        })
        .findings
    }

    /// The finding of this rule whose message holds the words.
    pub(crate) fn assert_told(&self, rule: &str, words: &str) {
        let findings = self.inspect().findings;
        assert!(
            findings
                .iter()
                .any(|one| one.rule == rule && one.message.contains(words)),
            "{rule}: {words}\n{:#?}",
            findings
                .iter()
                .map(|one| (one.rule, &one.message))
                .collect::<Vec<_>>()
        );
    }

    /// Leaves what the image gets: folders of launch layers, and the metadata.
    pub(crate) fn export(self) -> Self {
        let layers = layers::read(&self.layers());
        for buildpack in &layers.group {
            let folder = layers.root.join(escape(&buildpack.id));
            for layer in &buildpack.layers {
                let at = folder.join(&layer.name);
                if layer.folder == Folder::Directory && !is_launched(&layers, layer) {
                    fs_err::remove_dir_all(at).unwrap();
                }
                let mut toml = layer.name.clone();
                toml.push(".toml");
                let _ = fs_err::remove_file(folder.join(toml));
            }
        }
        self
    }

    /// Starts a process; its output and whether it ended well.
    pub(crate) fn run(&self, process: Option<&str>, variables: &[(&str, &str)]) -> (bool, String) {
        let mut all = base();
        all.extend(
            variables
                .iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
        let all = lifecycle::TODAY.launch_base(self.folder.path(), &all);
        let output = lifecycle::TODAY.start(self.folder.path(), &all, process);
        let text =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        let root = self.folder.path().display().to_string();
        (
            output.status.success(),
            text.replace(&root, "").trim().to_owned(),
        )
    }

    /// What `web` prints.
    pub(crate) fn web(&self) -> String {
        self.run(Some("web"), &[]).1
    }

    /// A file that a script wrote into the app.
    pub(crate) fn app_file(&self, name: &str) -> String {
        let text = fs_err::read_to_string(self.app().join(name)).unwrap();
        let root = self.folder.path().display().to_string();
        text.replace(&root, "").trim().to_owned()
    }
}

fn base() -> Raw {
    Raw::from([
        ("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into()),
        ("HOME".into(), "/tmp".into()),
        ("CNB_PLATFORM_API".into(), "0.13".into()),
    ])
}

/// Compiles C, as a buildpack would have done before.
pub(crate) fn compile(folder: &Path, source: &str, arguments: &[&str]) {
    fs_err::create_dir_all(folder).unwrap();
    let file = folder.join("source.c");
    fs_err::write(&file, source).unwrap();
    let output = std::process::Command::new("cc")
        .arg("source.c")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
