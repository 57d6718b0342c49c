//! An app in folders of its own, built as on a classic platform.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

pub(crate) struct Bench {
    folder: TempDir,
}

/// What came of a build.
pub(crate) struct Built {
    pub(crate) app: PathBuf,
    pub(crate) log: String,
    pub(crate) success: bool,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["source", "cache", "env", "buildpack/bin"] {
            fs_err::create_dir_all(folder.path().join(name)).unwrap();
        }
        let program = env!("CARGO_BIN_EXE_slugsmith");
        let compile = folder.path().join("buildpack/bin/compile");
        std::os::unix::fs::symlink(program, compile).unwrap();
        Self { folder }
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn source(&self) -> PathBuf {
        self.root().join("source")
    }

    pub(crate) fn put(&self, path: &str, text: &str) {
        let path = self.source().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }

    /// A program that the build finds first.
    pub(crate) fn tool(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.root().join("tools").join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, text).unwrap();
        fs_err::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }

    pub(crate) fn config_var(&self, name: &str, value: &str) {
        fs_err::write(self.root().join("env").join(name), value).unwrap();
    }

    pub(crate) fn config(&self, text: &str) {
        let text = format!("[_]\nschema-version = \"0.2\"\n{text}");
        self.put("project.toml", &text);
    }

    /// Builds a copy of the source, in a folder of its own each time.
    pub(crate) fn build(&self, number: u32) -> Built {
        let app = self.root().join(format!("build_{number}"));
        let mut copy = Command::new("cp");
        assert!(
            run(copy.arg("-a").arg(self.source()).arg(&app))
                .status
                .success()
        );
        let tools = self.root().join("tools").display().to_string();
        let path = format!("{tools}:{}", std::env::var("PATH").unwrap());
        let output = run(Command::new(self.root().join("buildpack/bin/compile"))
            .args([&app, &self.root().join("cache"), &self.root().join("env")])
            .env("STACK", "heroku-24")
            .env("PATH", path));
        let log = [output.stdout, output.stderr].concat();
        Built {
            app,
            log: String::from_utf8(log).unwrap(),
            success: output.status.success(),
        }
    }
}

impl Built {
    pub(crate) fn says(&self, text: &str) {
        assert!(self.success, "{}", self.log);
        assert!(self.log.contains(text), "{text:?} is not in\n{}", self.log);
    }

    pub(crate) fn never_says(&self, text: &str) {
        assert!(self.success, "{}", self.log);
        assert!(!self.log.contains(text), "{text:?} is in\n{}", self.log);
    }
}

pub(crate) fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}
