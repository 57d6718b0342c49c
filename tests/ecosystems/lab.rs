//! One app, built again and again as a classic platform does: every build in a new folder
//! and with a new, empty home, so that nothing but the cache folder outlives a build.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::support::{BINARY, Ran, bed_folder, listing};

/// A folder per tool, made once by `tests/bed/ecosystems`.
fn tools() -> &'static Path {
    static TOOLS: OnceLock<PathBuf> = OnceLock::new();
    TOOLS.get_or_init(|| bed_folder("ecosystems"))
}

/// Tools that come from Debian's packages, so that they are on PATH once any test asked for
/// them: a test that does not declare one finds a program that fails in its place.
const SHARED: &[&str] = &[
    "bundle", "composer", "gradle", "javac", "mvn", "php", "ruby",
];

/// Settings that say how this machine reaches its registries, relative to the home.
const SETTINGS: &[&str] = &[
    ".npmrc",
    ".yarnrc.yml",
    ".config/pip/pip.conf",
    ".pip/pip.conf",
    ".config/uv/uv.toml",
    ".m2/settings.xml",
    ".gradle/init.gradle",
    ".cargo/config.toml",
    ".config/go/env",
];

pub(crate) struct Lab {
    folder: tempfile::TempDir,
    path: String,
    variables: Vec<(String, String)>,
    builds: std::cell::Cell<u32>,
}

/// What one build left.
pub(crate) struct Built {
    pub(crate) app: PathBuf,
    pub(crate) log: String,
}

/// A build that may have failed.
pub(crate) struct Attempt {
    pub(crate) app: PathBuf,
    pub(crate) log: String,
    pub(crate) is_good: bool,
}

impl Lab {
    /// A lab with these tools of `tests/bed/ecosystems`, and without the others.
    pub(crate) fn new(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["source", "buildpack"] {
            fs_err::create_dir(folder.path().join(name)).unwrap();
        }
        std::os::unix::fs::symlink(BINARY, folder.path().join("buildpack/compile")).unwrap();
        if !names.is_empty() {
            tools();
        }
        let mut first: Vec<_> = names
            .iter()
            .filter(|name| !SHARED.contains(name))
            .map(|name| tools().join("bin").join(name).display().to_string())
            .collect();
        for tool in &first {
            assert!(Path::new(tool).is_dir(), "{tool} is missing");
        }
        first.push(undeclared(folder.path(), names).display().to_string());
        let path = [first.join(":"), std::env::var("PATH").unwrap()].join(":");
        Self {
            folder,
            path: path.trim_start_matches(':').to_owned(),
            variables: Vec::new(),
            builds: std::cell::Cell::new(0),
        }
    }

    /// A folder beside the app that stays.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    pub(crate) fn put(&self, path: &str, text: &str) {
        let path = self.source().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }

    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs_err::read_to_string(self.source().join(path)).unwrap();
        assert!(text.contains(from), "{path} has no {from}: {text}");
        self.put(path, &text.replace(from, to));
    }

    /// Sets a variable for every command and build from now on.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// A home that nobody has used, with the machine's registry settings.
    fn home(&self) -> PathBuf {
        let home = self
            .folder
            .path()
            .join(format!("home-{}", self.builds.get()));
        fs_err::create_dir_all(&home).unwrap();
        let real = PathBuf::from(std::env::var("HOME").unwrap());
        for name in SETTINGS {
            let to = home.join(name);
            if real.join(name).is_file() && !to.exists() {
                fs_err::create_dir_all(to.parent().unwrap()).unwrap();
                fs_err::copy(real.join(name), to).unwrap();
            }
        }
        home
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let real = std::env::var("HOME").unwrap();
        let mut command = Command::new(program);
        for (name, _) in std::env::vars() {
            let ours = ["SLUGSMITH_", "CARGO_", "npm_", "PYTHON"];
            if ours.iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        for name in [
            "NODE_ENV",
            "VIRTUAL_ENV",
            "GOFLAGS",
            "GOPATH",
            "GOCACHE",
            "CI",
        ] {
            command.env_remove(name);
        }
        command
            .env("PATH", &self.path)
            .env("HOME", self.home())
            .env("RUSTUP_HOME", format!("{real}/.rustup"))
            .env("STACK", "heroku-24")
            // What is stripped is not this test's business.
            .env("SLUGSMITH_STRIP_LEVEL", "off")
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command in the source, such as the one that writes the lockfile.
    pub(crate) fn run(&self, line: &str) {
        self.run_words(&line.split(' ').collect::<Vec<_>>());
    }

    /// The same, with the words given apart; what it prints, trimmed.
    pub(crate) fn run_words(&self, words: &[&str]) -> String {
        let [program, arguments @ ..] = words else {
            panic!("no command");
        };
        let mut command = self.command(self.find(program));
        command.args(arguments).current_dir(self.source());
        let ran = Ran::from(command.output().unwrap()).expect(0);
        ran.stdout.trim().to_owned()
    }

    fn find(&self, program: &str) -> PathBuf {
        std::env::split_paths(&self.path)
            .map(|folder| folder.join(program))
            .find(|path| path.is_file())
            .unwrap_or_else(|| panic!("{program} is not on PATH"))
    }

    /// Builds a fresh copy of the source with the cache folder of the last build.
    pub(crate) fn build(&self) -> Built {
        self.build_with("cache")
    }

    /// Builds a fresh copy with nothing in the cache.
    pub(crate) fn clean_build(&self) -> Built {
        self.build_with(&format!("cache-{}", self.builds.get()))
    }

    fn build_with(&self, cache: &str) -> Built {
        let Attempt { app, log, is_good } = self.attempt(cache, &|_| {});
        assert!(is_good, "{log}");
        Built { app, log }
    }

    /// Builds a copy of the source, in which something is changed first, with this cache folder.
    pub(crate) fn attempt(&self, cache: &str, change: &dyn Fn(&Path)) -> Attempt {
        let number = self.builds.get() + 1;
        self.builds.set(number);
        let root = self.folder.path();
        let app = root.join(format!("build-{number}"));
        copy(&self.source(), &app);
        change(&app);
        let cache = root.join(cache);
        let settings = root.join("env");
        for folder in [&cache, &settings] {
            fs_err::create_dir_all(folder).unwrap();
        }
        let mut command = self.command(root.join("buildpack/compile"));
        let output = command.args([&app, &cache, &settings]).output().unwrap();
        let is_good = output.status.success();
        let ran = Ran::from(output);
        let log = format!("{}{}", ran.stdout, ran.stderr);
        Attempt { app, log, is_good }
    }
}

/// Copies a folder to where nothing is yet.
pub(crate) fn copy(from: &Path, to: &Path) {
    let mut command = Command::new("cp");
    let status = command.args(["-R", "--"]).arg(from).arg(to).status();
    assert!(status.unwrap().success());
}

impl Built {
    #[track_caller]
    pub(crate) fn says(&self, words: &str) -> &Self {
        assert!(self.log.contains(words), "no {words:?} in\n{}", self.log);
        self
    }

    #[track_caller]
    pub(crate) fn never_says(&self, words: &str) -> &Self {
        assert!(!self.log.contains(words), "{words:?} in\n{}", self.log);
        self
    }

    /// Every file of these trees with its mode and digest, but for what `left_out` names.
    pub(crate) fn tree(&self, roots: &[&str], left_out: &[&str]) -> Vec<(PathBuf, String)> {
        let mut all = Vec::new();
        for root in roots {
            let path = self.app.join(root);
            assert!(path.exists(), "{root} is missing\n{}", self.log);
            if path.is_file() {
                let digest = blake3::hash(&fs_err::read(&path).unwrap()).to_string();
                all.push((PathBuf::from(root), digest));
                continue;
            }
            for (below, content) in listing(&path) {
                let full = Path::new(root).join(below);
                let is_left_out = |end: &&str| match end.strip_prefix("*.") {
                    Some(end) => full.extension().is_some_and(|last| last == end),
                    None => full.ends_with(end),
                };
                if !left_out.iter().any(is_left_out) {
                    all.push((full, content));
                }
            }
        }
        all
    }
}

/// How one ecosystem must behave.
pub(crate) struct Case<'a> {
    /// As in the log: `npm`.
    pub(crate) name: &'a str,
    pub(crate) trees: &'a [&'a str],
    /// Ends of paths that two clean installs don't have in common.
    pub(crate) left_out: &'a [&'a str],
    /// Changes a package and the lockfile.
    pub(crate) change: &'a dyn Fn(&Lab),
    /// What the miss must say.
    pub(crate) reason: &'a str,
}

/// Build, build again, change, build: and the same tree as a clean install's.
pub(crate) fn prove(lab: &Lab, case: &Case<'_>) {
    let hit = format!("{} (", case.name);
    let first = lab.build();
    first.says("MISS, first build").says("Running `");
    let second = lab.build();
    let line = second.log.lines().find(|line| line.contains(&hit));
    assert!(
        line.is_some_and(|line| line.contains("HIT, restored")),
        "{}",
        second.log
    );
    second.never_says("Running `");
    same(
        &first.tree(case.trees, &[]),
        &second.tree(case.trees, &[]),
        "a hit is not what was installed",
    );
    (case.change)(lab);
    let third = lab.build();
    third.says(case.reason);
    let clean = lab.clean_build();
    clean.says("MISS, first build");
    same(
        &third.tree(case.trees, case.left_out),
        &clean.tree(case.trees, case.left_out),
        &format!("not what a clean install makes\n{}", third.log),
    );
}

/// Fails with the paths that differ.
#[track_caller]
pub(crate) fn same(left: &[(PathBuf, String)], right: &[(PathBuf, String)], what: &str) {
    assert!(!left.is_empty(), "nothing to compare");
    let only = |these: &[(PathBuf, String)], those: &[(PathBuf, String)]| {
        let those: std::collections::BTreeSet<_> = those.iter().collect();
        let only: Vec<_> = these
            .iter()
            .filter(|entry| !those.contains(entry))
            .map(|(path, content)| format!("{} {content}", path.display()))
            .take(6)
            .collect();
        only.join("\n  ")
    };
    assert!(
        left == right,
        "{what}\nonly left:\n  {}\nonly right:\n  {}",
        only(left, right),
        only(right, left)
    );
}

/// A folder with a failing program for each shared tool that a test does not declare.
fn undeclared(folder: &Path, names: &[&str]) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let stubs = folder.join("undeclared");
    fs_err::create_dir(&stubs).unwrap();
    for tool in SHARED.iter().filter(|tool| !names.contains(tool)) {
        let stub = stubs.join(tool);
        let text = format!("#!/bin/sh\necho 'this test does not declare {tool}' >&2\nexit 99\n");
        fs_err::write(&stub, text).unwrap();
        fs_err::set_permissions(&stub, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    stubs
}
