//! What the tests of every way in share: small apps made in place, and the binary run
//! with an environment of its own.

#![allow(dead_code)] // each test binary uses its part

pub(crate) mod long;
pub(crate) mod stops;
pub(crate) mod workflow;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use slugsmith::audit::AuditReport;
use slugsmith::budget::Verdict;
use slugsmith::config;
use slugsmith::facts::environment::{self, Environment, World};
use slugsmith::facts::hosting::Hosting;
use slugsmith::facts::{app, tree::Tree};
use tempfile::TempDir;

/// The binary under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_slugsmith");

/// An app in a temporary folder, beside an empty home and cache.
pub(crate) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["app", "home", "cache", "env", "bin", "tmp"] {
            fs_err::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    /// A sandbox that holds a copy of an example or fixture.
    pub(crate) fn of(source: &Path) -> Self {
        let sandbox = Self::new();
        let options = fs_extra::dir::CopyOptions::new().content_only(true);
        fs_extra::dir::copy(source, sandbox.app(), &options).unwrap();
        sandbox
    }

    pub(crate) fn app(&self) -> PathBuf {
        self.folder.path().join("app")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the app.
    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.app().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, content).unwrap();
        self
    }

    /// Puts a program on PATH.
    pub(crate) fn program(self, name: &str, script: &str) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path("bin").join(name);
        fs_err::write(&path, script).unwrap();
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// A command with a clean environment: nothing of the developer's own leaks in.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env(
                "PATH",
                format!("{}:/usr/bin:/bin", self.path("bin").display()),
            )
            .env("HOME", self.path("home"))
            // What a run leaves in the temporary folder goes with the sandbox.
            .env("TMPDIR", self.path("tmp"))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .current_dir(self.folder.path());
        command
    }

    /// Runs the command line on this app.
    pub(crate) fn slugsmith(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(BINARY).args(arguments).output().unwrap())
    }
}

/// How a program ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// Asserts the exit code, with both streams in the message.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "\n--- stdout ---\n{}\n--- stderr ---\n{}",
            self.stdout, self.stderr
        );
        self
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

/// A folder of this repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The folder that a script of `tests/bed` makes, only where it is missing.
#[allow(dead_code)]
pub(crate) fn bed_folder(script: &str) -> PathBuf {
    let script = repository("tests/bed").join(script);
    let output = Command::new(script).arg("--print").output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
}

/// The folder with the program of a package manager of `tests/bed/ecosystems`.
#[allow(dead_code)]
pub(crate) fn bed_tool(name: &str) -> PathBuf {
    bed_folder("ecosystems").join("bin").join(name)
}

/// The crates of this machine's builds, as cargo knows them. Those of other platforms are
/// left out: a machine that has built ours need not have fetched them.
pub(crate) fn crates() -> Vec<serde_json::Value> {
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .args(["--filter-platform", &platform])
        .current_dir(repository(""));
    let mut metadata = Ran::from(cargo.output().unwrap()).expect(0).json();
    serde_json::from_value(metadata["packages"].take()).unwrap()
}

/// The audit of a folder as it is on the platform, with a date of its own.
pub(crate) fn audit(folder: &Path) -> AuditReport {
    audited(folder, None, Hosting::default())
}

/// The same on a platform of the caller's choice.
pub(crate) fn audit_on(hosting: Hosting, folder: &Path) -> AuditReport {
    audited(folder, None, hosting)
}

/// The same, where the slug was weighed before.
pub(crate) fn audit_weighed(folder: &Path, slug: Option<Verdict>) -> AuditReport {
    audited(folder, slug, Hosting::default())
}

fn audited(folder: &Path, slug: Option<Verdict>, hosting: Hosting) -> AuditReport {
    let environment = Environment {
        world: World::Embedded,
        target: environment::this_machine(Some("heroku-24")),
        variables: BTreeMap::new(),
    };
    let mut config = config::read(folder, &environment).expect("a valid project.toml");
    config.hosting = hosting;
    let app = app::read(folder);
    let tree = Tree::read(folder);
    let mut facts = slugsmith::audit::Facts::read(&app, &tree);
    // End-of-life dates must not turn fixtures over.
    "2026-11-23".clone_into(&mut facts.today);
    facts.slug = slug;
    facts.other_rules = slugsmith::explain::rules_outside_of_the_audit();
    slugsmith::audit::run(&facts, &config)
}

/// Every path below a folder with its content, link target or mode: for "nothing changed".
pub(crate) fn listing(folder: &Path) -> Vec<(PathBuf, String)> {
    let tree = Tree::read(folder);
    assert!(tree.unread().is_empty(), "{:?}", tree.unread());
    tree.entries()
        .iter()
        .map(|entry| {
            let path = folder.join(entry.path());
            let content = if path.is_symlink() {
                format!("-> {}", fs_err::read_link(&path).unwrap().display())
            } else if path.is_file() {
                format!(
                    "{:o} {}",
                    entry.mode(),
                    blake3::hash(&fs_err::read(&path).unwrap())
                )
            } else {
                "folder".to_owned()
            };
            (entry.path().to_owned(), content)
        })
        .collect()
}

/// What the lifecycle gives to the `bin/build` of a buildpack: operands and variables (buildpacks/spec
/// buildpack.md, "Build").
pub(crate) fn build_by_lifecycle(
    command: &mut Command,
    layers: &Path,
    platform: &Path,
    plan: &Path,
    buildpack: &Path,
) {
    command
        .args([layers, platform, plan])
        .env("CNB_LAYERS_DIR", layers)
        .env("CNB_PLATFORM_DIR", platform)
        .env("CNB_BP_PLAN_PATH", plan)
        .env("CNB_BUILDPACK_DIR", buildpack)
        .env("CNB_TARGET_OS", "linux")
        .env("CNB_TARGET_ARCH", "amd64")
        .env("CNB_TARGET_DISTRO_NAME", "debian")
        .env("CNB_TARGET_DISTRO_VERSION", "12");
}
