//! An app folder, a store and fake tools for tests.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::cache::store::Store;
use crate::cache::{Context, Outcome, run};
use crate::config::{self, Config};
use crate::error::Result;
use crate::facts::app;
use crate::facts::environment::{Environment, World, this_machine};
use crate::facts::neighbours::Neighbours;
use crate::progress::{Event, Progress};

/// Everything that was reported.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub commands: Vec<String>,
    pub warnings: Vec<(String, String)>,
    pub lines: Vec<String>,
}

impl Progress for Log {
    fn event(&mut self, event: Event<'_>) {
        let level = crate::config::LogLevel::Normal;
        match event {
            Event::CommandStarted { command } => self.commands.push(command.to_owned()),
            Event::Warning(problem) => self
                .warnings
                .push((problem.kind.id.to_owned(), problem.saw.join("; "))),
            Event::CacheDecided(decision) => self.lines.extend(
                crate::print::cache::decision(decision, level)
                    .into_iter()
                    .map(|line| line.text),
            ),
            Event::CacheDone(outcome) => self.lines.extend(
                crate::print::cache::outcome(outcome, level)
                    .into_iter()
                    .map(|line| line.text),
            ),
            Event::CacheResumed { name } => {
                self.lines.push(crate::print::cache::resumed(name).text);
            }
            Event::CacheCollected(one) => {
                self.lines.push(crate::print::cache::collected(one).text);
            }
            _ => {}
        }
    }
}

pub(super) struct Bed {
    folder: tempfile::TempDir,
    pub environment: Environment,
}

/// Installs what `want` in the app lists, one package per line, and fails where it says so.
pub(super) const NPM: &str = r#"#!/bin/sh
case "$1" in --version) echo 10.9.3; exit;; esac
echo "npm $*" >> "$BED/commands"
case "$1" in
ci|install)
  if [ -e fail ]; then cat fail; exit 1; fi
  rm -rf node_modules; mkdir node_modules; echo '{}' > node_modules/.package-lock.json
  while read -r name; do mkdir -p "node_modules/$name"; echo "module $name" > "node_modules/$name/index.js"; done < want
  if [ -e fifo ]; then mkfifo node_modules/pipe; fi
  if [ -e hang ]; then kill -9 $$; fi
  echo "added packages";;
prune) rm -rf node_modules/dev;;
run) echo "$2" >> built;;
esac
"#;

impl Bed {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in ["app", "bin", "layers"] {
            fs_err::create_dir(root.join(name)).unwrap();
        }
        let path = format!("{}:/usr/bin:/bin", root.join("bin").display());
        let variables = BTreeMap::from([
            ("PATH".to_owned(), OsString::from(path)),
            ("BED".to_owned(), root.as_os_str().to_owned()),
            ("HOME".to_owned(), root.as_os_str().to_owned()),
        ]);
        let bed = Self {
            environment: Environment {
                world: World::Embedded,
                target: this_machine(Some("test-1")),
                variables,
            },
            folder,
        };
        bed.tool("npm", NPM);
        bed.tool("node", "#!/bin/sh\necho 20.1.0 115\n");
        bed
    }

    /// An app with one dependency and a lockfile for it.
    pub(super) fn npm_app() -> Self {
        let bed = Self::new();
        bed.put(
            "package.json",
            r#"{"name":"shop","version":"1.0.0","dependencies":{"ms":"^2.0.0"}}"#,
        );
        bed.lock("2.0.0");
        bed.put("want", "ms\ndev\n");
        bed
    }

    pub(super) fn lock(&self, version: &str) {
        self.put(
            "package-lock.json",
            &format!(
                r#"{{"name":"shop","version":"1.0.0","lockfileVersion":3,"packages":{{"":{{"name":"shop",
"version":"1.0.0","dependencies":{{"ms":"^2.0.0"}}}},"node_modules/ms":{{"version":"{version}",
"resolved":"https://npm.example/ms.tgz"}}}}}}"#
            ),
        );
    }

    pub(super) fn tool(&self, name: &str, script: &str) {
        let path = self.folder.path().join("bin").join(name);
        fs_err::write(&path, script).unwrap();
        fs_err::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }

    pub(super) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn app(&self) -> PathBuf {
        self.folder.path().join("app")
    }

    pub(super) fn store(&self) -> Store {
        Store::new(self.folder.path().join("layers"))
    }

    pub(super) fn put(&self, path: &str, text: &str) {
        let path = self.app().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.environment
            .variables
            .insert(name.to_owned(), OsString::from(value));
    }

    pub(super) fn config(&self) -> Config {
        config::read(&self.app(), &self.environment).unwrap()
    }

    pub(super) fn try_build(&self) -> (Result<Vec<Outcome>>, Log) {
        let mut log = Log::default();
        let store = self.store();
        let layers = crate::facts::layers::read_environment(self.root());
        let context = Context {
            app: &app::read(&self.app()),
            config: &self.config(),
            environment: &self.environment,
            store: &store,
            neighbours: &Neighbours::of(&layers, store.root()),
        };
        (run(&context, &mut log), log)
    }

    pub(super) fn build(&self) -> (Vec<Outcome>, Log) {
        let (result, log) = self.try_build();
        (result.unwrap(), log)
    }

    /// What a platform does between builds: a fresh copy of the app, `[types]` taken away.
    pub(super) fn next(&self) {
        for name in ["node_modules", "frontend/node_modules", "built"] {
            crate::cache::pack::remove(&self.app().join(name)).unwrap();
        }
        for entry in fs_err::read_dir(self.root().join("layers")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|end| end == "toml") {
                let text = fs_err::read_to_string(&path).unwrap();
                if let Some((_, metadata)) = text.split_once("[metadata]") {
                    fs_err::write(&path, format!("[metadata]{metadata}")).unwrap();
                }
            }
        }
    }

    pub(super) fn rebuild(&self) -> (Vec<Outcome>, Log) {
        self.next();
        self.build()
    }
}
