//! Lists of Cloud Native buildpacks. A small platform of our own plays the lifecycle as far
//! as it matters here (buildpack spec, "Layer Types", "Environment"): what of a layer comes
//! back in a rebuild, what later buildpacks and processes get, and which layers are kept
//! without their contents.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::cloud_native_list::{ROWS, Row, StandIn};
use crate::look::{self, Built, copy, program, same, tools, write_app};
use crate::support::{BINARY, build_by_lifecycle, repository};

const OWN: &str = "slugsmith/slugsmith";
const PATH: &str = "/usr/bin:/bin";

struct Platform {
    root: TempDir,
    list: Vec<(&'static str, PathBuf)>,
}

/// The flags of a layer.
struct Layer {
    toml: PathBuf,
    folder: PathBuf,
    build: bool,
    launch: bool,
    cache: bool,
}

impl Platform {
    fn new(list: &[&'static StandIn], with_slugsmith: bool) -> Self {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for name in ["layers", "image", "platform/env", "tools"] {
            fs_err::create_dir_all(at(name)).unwrap();
        }
        tools(&at("tools"), &at("calls"));
        let mut buildpacks = Vec::new();
        for stand_in in list {
            let folder = at("buildpacks")
                .join(stand_in.id.replace('/', "_"))
                .join("1.0.0");
            let script = format!(
                "#!/usr/bin/env bash\nset -eu\nL=$CNB_LAYERS_DIR\n{HELPERS}\n{}",
                stand_in.build
            );
            program(&folder.join("bin/build"), &script);
            buildpacks.push((stand_in.id, folder));
        }
        if with_slugsmith {
            let folder = at("buildpacks/slugsmith_slugsmith/0.1.0");
            fs_err::create_dir_all(folder.join("bin")).unwrap();
            fs_err::copy(repository("buildpack.toml"), folder.join("buildpack.toml")).unwrap();
            for name in ["detect", "build"] {
                std::os::unix::fs::symlink(BINARY, folder.join("bin").join(name)).unwrap();
            }
            buildpacks.push((OWN, folder));
        }
        Self {
            root,
            list: buildpacks,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn folder(&self, id: &str) -> PathBuf {
        self.path("layers").join(id.replace('/', "_"))
    }

    fn build(&self, files: &[(&str, &str)]) -> Built {
        let app = self.path("workspace");
        let _ = fs_err::remove_dir_all(&app);
        write_app(&app, files);
        let _ = fs_err::remove_file(self.path("calls"));
        self.tables();
        let mut built = Built::default();
        let mut environment = BTreeMap::from([(
            "PATH".to_owned(),
            format!("{}:{PATH}", self.path("tools").display()),
        )]);
        for (id, buildpack) in &self.list {
            let layers = self.folder(id);
            fs_err::create_dir_all(&layers).unwrap();
            fs_err::write(self.path("plan"), "").unwrap();
            let mut command = Command::new(buildpack.join("bin/build"));
            command
                .current_dir(&app)
                .env_clear()
                .envs(&environment)
                .env("HOME", "/nonexistent");
            let (platform, plan) = (self.path("platform"), self.path("plan"));
            build_by_lifecycle(&mut command, &layers, &platform, &plan, buildpack);
            let ran = command.output().unwrap();
            built.log = format!(
                "{}{}",
                String::from_utf8_lossy(&ran.stdout),
                String::from_utf8_lossy(&ran.stderr)
            );
            assert!(ran.status.success(), "{id}: {}", built.log);
            for layer in self.layers(id).iter().filter(|layer| layer.build) {
                compose(&mut environment, layer, "env.build");
            }
        }
        let calls = fs_err::read_to_string(self.path("calls")).unwrap_or_default();
        built.calls = calls.lines().map(str::to_owned).collect();
        self.launch(&app, &mut built);
        self.next_build();
        built
    }

    /// What the lifecycle writes for all buildpacks of a build.
    fn tables(&self) {
        let line = |(id, _): &(&str, PathBuf)| {
            format!("[[group]]\nid = \"{id}\"\nversion = \"1.0.0\"\napi = \"0.10\"\n")
        };
        let group: String = self.list.iter().map(line).collect();
        fs_err::write(self.path("layers/group.toml"), group).unwrap();
        fs_err::write(self.path("layers/plan.toml"), "").unwrap();
        let image = |id: &str| {
            let names = fs_err::read_dir(self.path("image").join(id.replace('/', "_")))
                .into_iter()
                .flatten()
                .flatten();
            names
                .map(|entry| entry.file_name().into_string().unwrap())
                .collect::<Vec<_>>()
        };
        let mut analyzed = String::new();
        for (id, _) in &self.list {
            analyzed.push_str(&format!("[[metadata.buildpacks]]\nkey = \"{id}\"\n"));
            for name in image(id) {
                analyzed.push_str(&format!(
                    "[metadata.buildpacks.layers.\"{name}\"]\nsha = \"sha256:1\"\n"
                ));
            }
        }
        fs_err::write(self.path("layers/analyzed.toml"), analyzed).unwrap();
    }

    fn layers(&self, id: &str) -> Vec<Layer> {
        let folder = self.folder(id);
        let mut names: Vec<_> = fs_err::read_dir(&folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        names.sort();
        names
            .into_iter()
            .filter(|path| path.extension().is_some_and(|end| end == "toml"))
            .filter(|path| {
                !["launch", "build", "store"]
                    .iter()
                    .any(|name| path.file_stem().unwrap() == *name)
            })
            .map(|toml| {
                let table: toml::Table = fs_err::read_to_string(&toml).unwrap().parse().unwrap();
                let is = |name: &str| {
                    table
                        .get("types")
                        .and_then(|types| types.get(name)?.as_bool())
                        == Some(true)
                };
                Layer {
                    build: is("build"),
                    launch: is("launch"),
                    cache: is("cache"),
                    folder: toml.with_extension(""),
                    toml,
                }
            })
            .collect()
    }

    /// Makes the image: launch layers that are here replace those of the last one, others are
    /// taken over. Then starts each process as the launcher does.
    fn launch(&self, app: &Path, built: &mut Built) {
        let mut environment = BTreeMap::from([
            ("PATH".to_owned(), PATH.to_owned()),
            ("PORT".to_owned(), "5000".to_owned()),
        ]);
        let mut start_programs = Vec::new();
        for (id, _) in &self.list {
            let image = self.path("image").join(id.replace('/', "_"));
            for layer in self.layers(id).iter().filter(|layer| layer.launch) {
                let name = layer.folder.file_name().unwrap();
                if layer.folder.exists() {
                    let _ = fs_err::remove_dir_all(image.join(name));
                    copy(&layer.folder, &image.join(name));
                } else {
                    assert!(
                        image.join(name).exists(),
                        "{id}: no such layer to take over: {name:?}"
                    );
                    copy(&image.join(name), &layer.folder);
                }
            }
        }
        for (id, _) in &self.list {
            for layer in self.layers(id).iter().filter(|layer| !layer.launch) {
                let _ = fs_err::remove_dir_all(&layer.folder);
            }
            for layer in self.layers(id).iter().filter(|layer| layer.launch) {
                compose(&mut environment, layer, "env.launch");
                if *id != OWN {
                    built.ship(&layer.folder, self.root.path());
                    let programs = fs_err::read_dir(layer.folder.join("exec.d"))
                        .into_iter()
                        .flatten()
                        .flatten();
                    start_programs.extend(programs.map(|entry| entry.path()));
                }
            }
            let text =
                fs_err::read_to_string(self.folder(id).join("launch.toml")).unwrap_or_default();
            let table: toml::Table = text.parse().unwrap();
            for process in table
                .get("processes")
                .and_then(toml::Value::as_array)
                .into_iter()
                .flatten()
            {
                let words = process["command"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|word| word.as_str().unwrap().to_owned());
                built.processes.insert(
                    process["type"].as_str().unwrap().to_owned(),
                    words.collect::<Vec<_>>().join(" "),
                );
            }
        }
        built.ship(app, self.root.path());
        for (name, command) in built.processes.clone() {
            let starts: String = start_programs
                .iter()
                .map(|one| format!("'{}' || exit 82; ", one.display()))
                .collect();
            built.output.insert(
                name,
                self.run(app, &format!("{starts}{command}"), &environment),
            );
        }
        let text: String = environment
            .iter()
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect();
        built.environment_of(&text, self.root.path());
    }

    fn run(&self, app: &Path, line: &str, environment: &BTreeMap<String, String>) -> String {
        let mut shell = Command::new("/bin/bash");
        shell
            .args(["-c", line])
            .current_dir(app)
            .env_clear()
            .envs(environment);
        let text = look::run(shell, line);
        text.replace(&self.root.path().display().to_string(), "<root>")
    }

    /// What of each layer is there when the next build begins.
    fn next_build(&self) {
        for (id, _) in &self.list {
            let _ = fs_err::remove_file(self.folder(id).join("launch.toml"));
            for layer in self.layers(id) {
                if !layer.cache {
                    let _ = fs_err::remove_dir_all(&layer.folder);
                }
                // A layer for build and launch comes back from neither.
                if layer.cache || layer.launch && !layer.build {
                    let mut table: toml::Table = fs_err::read_to_string(&layer.toml)
                        .unwrap()
                        .parse()
                        .unwrap();
                    table.remove("types");
                    fs_err::write(&layer.toml, table.to_string()).unwrap();
                } else {
                    fs_err::remove_file(&layer.toml).unwrap();
                }
            }
        }
    }
}

/// `bin` and `lib` of a layer, then its environment files.
fn compose(environment: &mut BTreeMap<String, String>, layer: &Layer, phase: &str) {
    let prepend =
        |environment: &mut BTreeMap<String, String>, name: &str, value: &str, delimiter: &str| {
            let old = environment.get(name).cloned().unwrap_or_default();
            let new = if old.is_empty() {
                value.to_owned()
            } else {
                format!("{value}{delimiter}{old}")
            };
            environment.insert(name.to_owned(), new);
        };
    for (root, name) in [("bin", "PATH"), ("lib", "LD_LIBRARY_PATH")] {
        let path = layer.folder.join(root);
        if path.exists() {
            prepend(environment, name, path.to_str().unwrap(), ":");
        }
    }
    for folder in ["env", phase] {
        let folder = layer.folder.join(folder);
        let mut files: Vec<_> = fs_err::read_dir(&folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        files.sort();
        for file in files.iter().filter(|file| file.is_file()) {
            let name = file.file_stem().unwrap().to_str().unwrap();
            let value = fs_err::read_to_string(file).unwrap();
            match file.extension().and_then(|end| end.to_str()) {
                Some("default") if environment.contains_key(name) => {}
                Some("prepend") => prepend(environment, name, &value, ":"),
                Some("delim") => {}
                _ => {
                    environment.insert(name.to_owned(), value);
                }
            }
        }
    }
}

/// `layer NAME FLAG…` writes its table, `kept NAME` says whether the last build made it of the
/// same inputs, `web WORD…` writes a process.
const HELPERS: &str = r#"
key=$(cat package-lock.json yarn.lock requirements.txt Gemfile.lock composer.lock poetry.lock go.mod 2>/dev/null |
  sha256sum | cut -c1-16)
layer() { local n=$1 f; shift; { echo '[types]'; for f in "$@"; do echo "$f = true"; done;
  printf '[metadata]\nkey = "%s"\n' "$key"; } > "$L/$n.toml"; mkdir -p "$L"; }
kept() { grep -qs "$key" "$L/$1.toml"; }
web() { { printf '[[processes]]\ntype = "web"\ncommand = ['; printf '"%s",' "$@"; printf ']\n'; } > "$L/launch.toml"; }
"#;

fn check(row: &Row) {
    let (without, with) = (
        Platform::new(row.list, false),
        Platform::new(row.list, true),
    );
    let mut changed = row.app.to_vec();
    changed.push(row.change);
    for (number, files) in [(1, row.app), (2, row.app), (3, changed.as_slice())] {
        let name = format!("{}, build {number}", row.name);
        let (plain, ours) = (without.build(files), with.build(files));
        assert!(
            plain.output.values().all(|output| output.ends_with("rc=0")),
            "{name}: {:?}",
            plain.output
        );
        same(&name, &plain, &ours);
        assert!(!ours.log.contains("MISS"), "{name}: {}", ours.log);
    }
}

#[test]
fn behind_cloud_native_buildpacks_an_app_is_what_it_is_without() {
    let broken: Vec<_> = ROWS
        .iter()
        .filter(|row| std::panic::catch_unwind(|| check(row)).is_err())
        .map(|row| row.name)
        .collect();
    assert!(broken.is_empty(), "{broken:?}");
}
