//! Small stacks written by hand.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use slugsmith::facts::layers::{self, surroundings};
use slugsmith::facts::{app, layers::surroundings::Surroundings};
use slugsmith::finding::Severity;
use slugsmith::stack::{Inputs, StackReport, inspect};
use tempfile::TempDir;

use crate::printed;

/// A buildpack: its id and the files of its layers folder. `NAME.toml` with letters of
/// `blc` becomes a layer's metadata, `-> TARGET` a link; files in `bin` and `exec.d` are
/// executable unless their content starts with `#not executable`.
pub(crate) type Files<'a> = &'a [(&'a str, &'a str)];

/// A stack in a temporary folder, beside an image's `bin` and an app.
pub(crate) struct Stack {
    folder: TempDir,
}

impl Stack {
    pub(crate) fn new(buildpacks: &[(&str, Files<'_>)]) -> Self {
        let folder = printed::folder();
        let stack = Self { folder };
        for name in ["layers", "image/bin", "app"] {
            fs_err::create_dir_all(stack.path(name)).unwrap();
        }
        let mut group = String::new();
        for (id, files) in buildpacks {
            let _ = write!(
                group,
                "[[group]]\nid = \"{id}\"\nversion = \"1.2.3\"\napi = \"0.10\"\n"
            );
            let layers = stack.layers().join(id.replace('/', "_"));
            fs_err::create_dir_all(&layers).unwrap();
            for (path, content) in *files {
                write(&layers.join(path), content);
            }
        }
        fs_err::write(stack.layers().join("group.toml"), group).unwrap();
        for tool in ["sh", "which", "env", "tar"] {
            write(&stack.path("image/bin").join(tool), "of the image");
        }
        stack
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn layers(&self) -> PathBuf {
        self.path("layers")
    }

    pub(crate) fn app(self, name: &str, content: &str) -> Self {
        write(&self.path("app").join(name), content);
        self
    }

    pub(crate) fn file(self, name: &str, content: &str) -> Self {
        write(&self.layers().join(name), content);
        self
    }

    pub(crate) fn surroundings(&self, more: &[(&str, &str)]) -> Surroundings {
        let mut live: BTreeMap<OsString, OsString> =
            BTreeMap::from([("PATH".into(), self.path("image/bin").into_os_string())]);
        live.extend(more.iter().map(|(name, value)| (name.into(), value.into())));
        surroundings::of(&layers::read(&self.layers()), Some(&self.path("app")), live)
    }

    pub(crate) fn inspect_with(&self, surroundings: &Surroundings) -> StackReport {
        inspect(&Inputs {
            layers: &layers::read(&self.layers()),
            surroundings,
            app: Some(&app::read(&self.path("app"))),
            remembered: None,
            audit: None,
        })
    }

    pub(crate) fn inspect(&self) -> StackReport {
        self.inspect_with(&self.surroundings(&[]))
    }

    /// Findings as `level rule: message`, paths shortened.
    pub(crate) fn findings(&self) -> Vec<String> {
        self.told(&self.inspect())
    }

    pub(crate) fn told(&self, report: &StackReport) -> Vec<String> {
        printed::review(self.folder.path(), &report.findings);
        let root = self.folder.path().display().to_string();
        let line = |level: Severity, rule: &str, message: &str| {
            format!("{} {rule}: {}", level.word(), message.replace(&root, ""))
        };
        report
            .findings
            .iter()
            .map(|one| line(one.level, one.rule, &one.message))
            .collect()
    }

    /// Findings that the normal log shows.
    pub(crate) fn alarms(&self) -> Vec<String> {
        self.findings()
            .into_iter()
            .filter(|one| !one.starts_with("info"))
            .collect()
    }
}

fn write(path: &Path, content: &str) {
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    if let Some(target) = content.strip_prefix("-> ") {
        return symlink(target, path).unwrap();
    }
    let is_flags = path
        .extension()
        .is_some_and(|extension| extension == "toml")
        && content.chars().all(|c| "blc".contains(c));
    let text = if is_flags {
        let has = |flag| content.contains(flag);
        format!(
            "[types]\nbuild = {}\nlaunch = {}\ncache = {}\n",
            has('b'),
            has('l'),
            has('c')
        )
    } else {
        content.to_owned()
    };
    fs_err::write(path, text).unwrap();
    let folder = path.parent().unwrap().file_name().unwrap();
    if (folder == "bin" || folder == "exec.d") && !content.starts_with("#not executable") {
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Copies a program by a process of its own. What this process writes itself can't be started
/// while another thread forks: the child has the file open for writing, too (`ETXTBSY`).
pub(crate) fn copy_program(from: &str, to: &std::path::Path) {
    let copied = std::process::Command::new("cp").arg(from).arg(to).status();
    assert!(copied.unwrap().success());
}
