//! An app folder, a store and fake tools for tests.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use super::{cache, config, error, facts};
use cache::event::{Event, Progress};
use cache::store::Store;
use cache::{Context, Outcome, run};
use config::Config;
use error::Result;
use facts::app;
use facts::environment::{Environment, World, this_machine};
use facts::neighbours::Neighbours;

/// Everything that was reported.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub commands: Vec<String>,
    pub warnings: Vec<(String, String)>,
    pub lines: Vec<String>,
    /// What the app asks for and is not done.
    pub notes: Vec<String>,
}

impl Progress for Log {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Command(facts::run::Event::Started { command }) => {
                self.commands.push(command.to_owned());
            }
            Event::Warning(problem) => self
                .warnings
                .push((problem.kind.id.to_owned(), problem.saw.join("; "))),
            Event::Note(line) => self.notes.push(line.to_owned()),
            other => self.lines.extend(super::printed(other)),
        }
    }
}

pub(crate) struct Bed {
    folder: tempfile::TempDir,
    pub environment: Environment,
}

/// Installs what `want` in the app lists, one package per line, and fails where it says so.
pub(crate) const NPM: &str = r#"#!/bin/sh
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

/// A program with this text, the same file for all tests and runs. It is written by a process of
/// its own: while this process had it open for writing, the process of another test, between fork
/// and exec, would hold it open too, and nobody could start it (ETXTBSY).
fn program(script: &str) -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let folder = std::env::temp_dir().join("slugsmith-stand-ins");
    let path = folder.join(blake3::hash(script.as_bytes()).to_string());
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    if !path.exists() {
        fs_err::create_dir_all(&folder).unwrap();
        let write = r#"printf %s "$1" > "$0.$$" && chmod 755 "$0.$$" && mv "$0.$$" "$0""#;
        let mut shell = Command::new("/bin/sh");
        let status = shell.args(["-c", write]).arg(&path).arg(script).status();
        assert!(status.unwrap().success());
    }
    path
}

impl Bed {
    pub(crate) fn new() -> Self {
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
    pub(crate) fn npm_app() -> Self {
        let bed = Self::new();
        bed.put(
            "package.json",
            r#"{"name":"shop","version":"1.0.0","dependencies":{"ms":"^2.0.0"}}"#,
        );
        bed.lock("2.0.0");
        bed.put("want", "ms\ndev\n");
        bed
    }

    pub(crate) fn lock(&self, version: &str) {
        self.put(
            "package-lock.json",
            &format!(
                r#"{{"name":"shop","version":"1.0.0","lockfileVersion":3,"packages":{{"":{{"name":"shop",
"version":"1.0.0","dependencies":{{"ms":"^2.0.0"}}}},"node_modules/ms":{{"version":"{version}",
"resolved":"https://npm.example/ms.tgz"}}}}}}"#
            ),
        );
    }

    pub(crate) fn tool(&self, name: &str, script: &str) {
        let path = self.folder.path().join("bin").join(name);
        let _ = fs_err::remove_file(&path);
        fs_err::hard_link(program(script), path).unwrap();
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn app(&self) -> PathBuf {
        self.folder.path().join("app")
    }

    pub(crate) fn store(&self) -> Store {
        Store::new(self.folder.path().join("layers"))
    }

    pub(crate) fn put(&self, path: &str, text: &str) {
        let path = self.app().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment
            .variables
            .insert(name.to_owned(), OsString::from(value));
    }

    pub(crate) fn config(&self) -> Config {
        config::read(&self.app(), &self.environment).unwrap()
    }

    pub(crate) fn try_build(&self) -> (Result<Vec<Outcome>>, Log) {
        let mut log = Log::default();
        let store = self.store();
        let layers = facts::layers::read_environment(self.root());
        let context = Context {
            app: &app::read(&self.app()),
            config: &self.config(),
            environment: &self.environment,
            store: &store,
            neighbours: &Neighbours::of(&layers, store.root()),
            finish: &super::LAYERS,
        };
        (run(&context, &mut log), log)
    }

    pub(crate) fn build(&self) -> (Vec<Outcome>, Log) {
        let (result, log) = self.try_build();
        (result.unwrap(), log)
    }

    /// What a platform does between builds: a fresh copy of the app, `[types]` taken away.
    pub(crate) fn next(&self) {
        for name in ["node_modules", "frontend/node_modules", "built"] {
            cache::pack::remove(&self.app().join(name)).unwrap();
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

    pub(crate) fn rebuild(&self) -> (Vec<Outcome>, Log) {
        self.next();
        self.build()
    }
}
