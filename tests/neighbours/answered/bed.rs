//! A list of three buildpacks, the companion, one that installs, ours, built as either API builds it.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::look::{copy, program, write_app};
use crate::support::{BINARY, build_by_lifecycle, listing, repository};

/// Which buildpack API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum World {
    Classic,
    CloudNative,
}

pub(crate) const WORLDS: &[World] = &[World::Classic, World::CloudNative];

/// A list of three: the companion, one that installs, ours.
pub(crate) struct Bed {
    root: TempDir,
    world: World,
    builds: usize,
}

/// One build of it.
pub(crate) struct Built {
    pub log: String,
    pub is_good: bool,
    /// The trees as the call left them, and at the end of the installing buildpack.
    pub made: Vec<(PathBuf, String)>,
    pub pruned: Vec<(PathBuf, String)>,
}

impl Built {
    pub(crate) fn is_answered(&self) -> bool {
        self.log.contains("is unchanged (")
    }
}

impl Bed {
    pub(crate) fn new(world: World, calls: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for name in ["cache", "env", "home", "layers", "platform/env"] {
            fs_err::create_dir_all(at(name)).unwrap();
        }
        let after =
            "rm -rf \"$COPY\"; if [ -d node_modules ]; then cp -a node_modules \"$COPY\"; fi";
        let calls = calls.replace("AFTER", after);
        let script = format!(
            "#!/usr/bin/env bash\nset -eu\nAPP=$PWD\nCOPY={}\nL=${{CNB_LAYERS_DIR:-}}\n{calls}\n",
            at("copy").display()
        );
        for name in ["build", "compile"] {
            program(
                &at("installs/bin").join(name),
                &format!(
                    "{}\n",
                    script.replace(
                        "APP=$PWD",
                        if name == "compile" {
                            "cd \"$1\"; APP=$1"
                        } else {
                            "APP=$PWD"
                        },
                    )
                ),
            );
        }
        for (folder, descriptor) in [
            ("restore", "companion/buildpack.toml"),
            ("slugsmith", "buildpack.toml"),
        ] {
            fs_err::create_dir_all(at(folder).join("bin")).unwrap();
            fs_err::copy(repository(descriptor), at(folder).join("buildpack.toml")).unwrap();
            for name in ["detect", "build", "compile", "release", "report"] {
                std::os::unix::fs::symlink(BINARY, at(folder).join("bin").join(name)).unwrap();
            }
        }
        Self {
            root,
            world,
            builds: 0,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Builds in a new copy of the app; `list` are folders of buildpacks.
    pub(crate) fn build(
        &mut self,
        source: &Path,
        list: &[&str],
        variables: &[(&str, &str)],
    ) -> Built {
        self.builds += 1;
        let app = match self.world {
            World::Classic => self.path(&format!("build_{}", self.builds)),
            World::CloudNative => self.path("workspace"),
        };
        let _ = fs_err::remove_dir_all(&app);
        copy(source, &app);
        for name in ["env", "platform/env"] {
            let _ = fs_err::remove_dir_all(self.path(name));
            fs_err::create_dir_all(self.path(name)).unwrap();
            for (variable, value) in variables {
                fs_err::write(self.path(name).join(variable), value).unwrap();
            }
        }
        let mut built = Built {
            log: String::new(),
            is_good: true,
            made: Vec::new(),
            pruned: Vec::new(),
        };
        let mut exports = String::new();
        let mut options = String::new();
        for name in list {
            let ran = match self.world {
                World::Classic => self.compile(name, &app, &exports, variables),
                World::CloudNative => self.native(name, &app, &options, variables),
            };
            built.log += &format!(
                "{}{}",
                String::from_utf8_lossy(&ran.stdout),
                String::from_utf8_lossy(&ran.stderr)
            );
            if !ran.status.success() {
                built.is_good = false;
                break;
            }
            if *name == "installs" {
                built.made = maybe(&self.path("copy"));
                built.pruned = maybe(&app.join("node_modules"));
            }
            let export = self.path(name).join("export");
            if export.exists() {
                exports += &format!(". '{}'; ", export.display());
            }
            let appended =
                self.path("layers/slugsmith_restore/before/env.build/NODE_OPTIONS.append");
            if appended.exists() {
                options = fs_err::read_to_string(appended).unwrap();
            }
        }
        if built.is_good && self.world == World::CloudNative {
            self.end();
        }
        built
    }

    /// What the lifecycle keeps: layers with `cache`, without their types.
    fn end(&self) {
        for buildpack in fs_err::read_dir(self.path("layers")).unwrap().flatten() {
            for entry in fs_err::read_dir(buildpack.path()).unwrap().flatten() {
                let path = entry.path();
                if path.extension().is_none_or(|end| end != "toml") {
                    continue;
                }
                let text = fs_err::read_to_string(&path).unwrap();
                let mut table: toml::Table = text.parse().unwrap();
                let types = table.remove("types");
                let is = |name| {
                    types.as_ref().and_then(|types| types.get(name)?.as_bool()) == Some(true)
                };
                if is("cache") {
                    fs_err::write(&path, table.to_string()).unwrap();
                } else if !is("launch") {
                    fs_err::remove_file(&path).unwrap();
                    let _ = fs_err::remove_dir_all(path.with_extension(""));
                }
            }
        }
    }

    fn command(&self, program: PathBuf) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var("PATH").unwrap();
        command
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.path("home"));
        command
    }

    fn compile(
        &self,
        name: &str,
        app: &Path,
        exports: &str,
        variables: &[(&str, &str)],
    ) -> std::process::Output {
        let mut command = self.command("/bin/bash".into());
        let line = format!("set -a; {exports}set +a; exec \"$0\" \"$@\"");
        if name == "installs" {
            // As `export_env_dir` does.
            command.envs(variables.iter().copied());
        }
        command
            .args(["-c", &line])
            .arg(self.path(name).join("bin/compile"))
            .args([app, &self.path("cache"), &self.path("env")])
            .env("STACK", "heroku-24");
        command.output().unwrap()
    }

    fn native(
        &self,
        name: &str,
        app: &Path,
        options: &str,
        variables: &[(&str, &str)],
    ) -> std::process::Output {
        let id = match name {
            "installs" => "heroku_nodejs".to_owned(),
            other => format!("slugsmith_{other}"),
        };
        let layers = self.path("layers").join(id);
        fs_err::create_dir_all(&layers).unwrap();
        fs_err::write(self.path("plan"), "").unwrap();
        let mut command = self.command(self.path(name).join("bin/build"));
        if !options.is_empty() {
            command.env("NODE_OPTIONS", options);
        }
        command.current_dir(app).envs(variables.iter().copied());
        let (platform, plan) = (self.path("platform"), self.path("plan"));
        build_by_lifecycle(&mut command, &layers, &platform, &plan, &self.path(name));
        command.output().unwrap()
    }
}

pub(crate) const WITH: &[&str] = &["restore", "installs", "slugsmith"];
pub(crate) const WITHOUT: &[&str] = &["installs"];

fn maybe(folder: &Path) -> Vec<(PathBuf, String)> {
    if folder.is_dir() {
        listing(folder)
    } else {
        Vec::new()
    }
}

pub(crate) fn run(folder: &Path, words: &[&str]) {
    let (program, arguments) = words.split_first().unwrap();
    let ran = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{words:?}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

/// A package as an archive in the app.
pub(crate) fn archive(app: &Path, name: &str, files: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    write_app(&folder.path().join("package"), files);
    fs_err::create_dir_all(app.join("packages")).unwrap();
    let target = app.join(format!("packages/{name}.tgz"));
    run(
        folder.path(),
        &["tar", "-czf", target.to_str().unwrap(), "package"],
    );
}
