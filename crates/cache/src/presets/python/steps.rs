//! Which commands fill a virtual environment?

use std::path::{Path, PathBuf};

use super::{ManagerCommand, Tool};

/// Compiled modules then carry a digest of their source instead of its time (PEP 552,
/// `py_compile`): they stay valid when a layer is restored with other file times, and two
/// installs make the same bytes. The value is 1980-01-01T00:00:01Z, as layers have it.
const EPOCH: (&str, &str) = ("SOURCE_DATE_EPOCH", "315532801");

pub(super) struct Steps<'a> {
    pub python: &'a Path,
    pub venv: &'a Path,
    pub file: &'a str,
    /// `None`: the environment's own pip.
    pub installer: Option<PathBuf>,
    pub is_old_poetry: bool,
}

impl Steps<'_> {
    pub(super) fn install(&self, tool: Tool) -> Vec<ManagerCommand> {
        let create = |arguments: &[&str]| {
            let mut step = ManagerCommand::new(name_of(self.python), arguments).default(&[EPOCH]);
            step.arguments.push(self.venv.display().to_string());
            step
        };
        let mut steps = match (tool, &self.installer) {
            (Tool::Uv, _) => Vec::new(),
            (Tool::Pip, None) => vec![create(&["-m", "venv"])],
            _ => vec![create(&["-m", "venv", "--without-pip"])],
        };
        steps.extend(self.sync_or_install(tool));
        steps
    }

    pub(super) fn sync(&self, tool: Tool) -> Vec<ManagerCommand> {
        match tool {
            _ if !tool.removes() => Vec::new(),
            _ => self.sync_or_install(tool),
        }
    }

    fn sync_or_install(&self, tool: Tool) -> Vec<ManagerCommand> {
        let installer = self.installer.as_deref().map(name_of).unwrap_or_default();
        let bin = self.venv.join("bin");
        let inside = |step: ManagerCommand| step.set("VIRTUAL_ENV", self.venv).first_on_path(&bin);
        match (tool, &self.installer) {
            (Tool::Uv, _) => vec![
                ManagerCommand::new(
                    installer,
                    &["sync", "--locked", "--no-default-groups", "--no-progress"],
                )
                .set("UV_PROJECT_ENVIRONMENT", self.venv)
                .set("UV_PYTHON", self.python)
                .set("UV_LINK_MODE", "copy"),
            ],
            (Tool::Poetry, _) => {
                // `poetry sync` is new in 2.0.
                let verb: &[&str] = if self.is_old_poetry {
                    &["install", "--sync"]
                } else {
                    &["sync"]
                };
                let rest = ["--only", "main", "--no-interaction", "--no-ansi"];
                let step = ManagerCommand::new(installer, &[verb, &rest].concat());
                vec![inside(step.set("POETRY_VIRTUALENVS_CREATE", "false")).default(&[EPOCH])]
            }
            (Tool::Pipenv, _) => vec![
                inside(
                    // `sync` takes a lockfile of another Pipfile; with `--deploy` that fails.
                    ManagerCommand::new(installer, &["install", "--deploy"])
                        .set("PIPENV_NOSPIN", "1")
                        .set("PIPENV_VERBOSITY", "-1"),
                )
                .default(&[EPOCH]),
            ],
            (Tool::Pip, Some(_)) => vec![
                ManagerCommand::new(
                    installer,
                    &[
                        "pip",
                        "install",
                        "--no-progress",
                        "--requirement",
                        self.file,
                    ],
                )
                .set("VIRTUAL_ENV", self.venv)
                .set("UV_LINK_MODE", "copy"),
            ],
            (Tool::Pip, None) => vec![
                inside(ManagerCommand::new(
                    "python",
                    &["-m", "pip", "install", "--requirement", self.file],
                ))
                .default(&[
                    ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
                    ("PIP_NO_INPUT", "1"),
                    ("PIP_PROGRESS_BAR", "off"),
                    EPOCH,
                ]),
            ],
        }
    }
}

/// The program as PATH finds it again: shorter in the log than where it lies.
fn name_of(program: &Path) -> String {
    let name = program.file_name().unwrap_or(program.as_os_str());
    name.to_string_lossy().into_owned()
}
