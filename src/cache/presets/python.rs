//! Python: `uv.lock`, `poetry.lock`, `Pipfile.lock` or `requirements.txt`.
//!
//! All of them fill one virtual environment. With `pack build` it lives in a layer, which
//! is its final place, and nothing is copied. In classic builds and on a laptop the
//! layer's place is not part of the slug, so it is `.venv` in the app, packed; its scripts
//! then get the path that the app has on a dyno.
//!
//! pip doesn't remove what is no longer asked for, so a changed requirements.txt starts
//! from nothing; uv, poetry and pipenv sync an old environment. Where uv is on PATH it
//! also installs requirements.txt. A line without `==` is not pinned: the environment is
//! then used for 24 hours at most.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Class, Job, Place, Recognised, Site, Step, UNPINNED, machine, missing};
use crate::cache::inputs::{Inputs, read_regular};
use crate::cache::lockfile::{Lockfile, Packages};
use crate::cache::{EnvChange, How, LOCKFILE_OUT_OF_STEP, secrets};
use crate::command::Ended;
use crate::error::Problem;
use crate::facts::environment::World;
use crate::facts::{Malformed, tools};
use crate::units::counted;

/// Where an app lives on a dyno (Heroku Dev Center, "Dynos").
const DYNO_HOME: &str = "/app";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tool {
    Uv,
    Poetry,
    Pipenv,
    Pip,
}

const TOOLS: [(Tool, &str, &str); 4] = [
    (Tool::Uv, "uv", "uv.lock"),
    (Tool::Poetry, "poetry", "poetry.lock"),
    (Tool::Pipenv, "pipenv", "Pipfile.lock"),
    (Tool::Pip, "pip", "requirements.txt"),
];

const MANIFESTS: &[&str] = &[
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "poetry.toml",
    "uv.toml",
    "pip.conf",
    ".python-version",
];

const PREFIXES: &[&str] = &["PIP_", "UV_", "POETRY_", "PIPENV_"];
const VARIABLES: &[&str] = &[
    "CC",
    "CXX",
    "CFLAGS",
    "CXXFLAGS",
    "CPPFLAGS",
    "LDFLAGS",
    "PYTHONPATH",
];
const IRRELEVANT: &[&str] = &[
    "PIP_CACHE_DIR",
    "PIP_NO_CACHE_DIR",
    "PIP_DISABLE_PIP_VERSION_CHECK",
    "PIP_PROGRESS_BAR",
    "PIP_QUIET",
    "PIP_CERT",
    "PIP_NO_INPUT",
    "UV_CACHE_DIR",
    "UV_NO_PROGRESS",
    "UV_LINK_MODE",
    "UV_CONCURRENT_DOWNLOADS",
    "POETRY_CACHE_DIR",
    "PIPENV_CACHE_DIR",
];

pub(super) fn recognise<'a>(place: &'a Place<'a>) -> Option<Recognised<'a>> {
    let (tool, name, file) = TOOLS.into_iter().find(|(_, _, file)| place.app.has(file))?;
    let text = match read_regular(&place.app.root.join(file)) {
        Ok(text) => String::from_utf8_lossy(&text).into_owned(),
        Err(error) => return Some(broken(place, name, file, &error.to_string())),
    };
    let packages = match packages(tool, &text) {
        Ok(packages) => packages,
        Err(reason) => return Some(broken(place, name, file, &reason)),
    };
    let count: u64 = packages
        .values()
        .map(|versions| versions.len() as u64)
        .sum();
    let in_layer = place.context.environment.world == World::CloudNative;
    // An active environment on a laptop is the developer's own, not an earlier buildpack's.
    let active = place.context.environment.get("VIRTUAL_ENV");
    let adopted = (in_layer && active.is_some()).then(|| place.context.installer("python"));
    let cache = place.name(name);
    let name = cache.clone();
    Some(Recognised::Site(Site {
        what: format!("{file}, {}", counted(count, "package")),
        class: if in_layer {
            Class::Layer { launch: true }
        } else {
            Class::Packed { links_out: true }
        },
        trees: if in_layer {
            Vec::new()
        } else {
            vec![place.tree(".venv")]
        },
        adopted,
        job: Box::new(move || job(place, tool, file, &cache, packages)),
        name,
    }))
}

fn broken<'a>(place: &Place<'_>, name: &str, file: &str, reason: &str) -> Recognised<'a> {
    let malformed = Malformed {
        path: file.to_owned(),
        line: 0,
        column: 0,
        reason: reason.to_owned(),
    };
    place.unusable(name, &malformed)
}

fn job(
    place: &Place<'_>,
    tool: Tool,
    file: &str,
    name: &str,
    packages: Packages,
) -> Result<Job, Problem> {
    let context = place.context;
    let environment = context.environment;
    let root = &place.app.root;
    let python = ["python3", "python"]
        .into_iter()
        .find_map(|name| tools::find(name, environment))
        .ok_or_else(|| missing(file, "python3"))?;
    let question = "import platform, sys; print(platform.python_version(), sys.implementation.cache_tag, sys.base_prefix)";
    let answer = tools::ask(&python, &["-c", question], environment)
        .ok_or_else(|| missing(file, "python3"))?;
    let mut words = answer.splitn(3, ' ');
    let mut inputs = Inputs::default();
    machine(&mut inputs, context);
    for input in ["python", "python ABI", "python's place"] {
        inputs.plain(input, words.next().unwrap_or_default());
    }
    let program = program(tool, environment, file)?;
    inputs.plain(
        "installer",
        tools::ask(&program.1, &["--version"], environment).unwrap_or_default(),
    );
    inputs.file(root, file);
    let unpinned = tool == Tool::Pip && requirements(&mut inputs, root, file);
    for manifest in MANIFESTS {
        inputs.file(root, manifest);
    }
    secrets::environment(&mut inputs, environment, |name| {
        !IRRELEVANT.contains(&name)
            && (VARIABLES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
    });
    let in_layer = environment.world == World::CloudNative;
    let venv = if in_layer {
        context.store.folder(name).join("data/venv")
    } else {
        root.join(".venv")
    };
    let steps = Steps {
        python: &python,
        venv: &venv,
        file,
        installer: program.0,
    };
    let relocate = (!in_layer).then(|| {
        let to = Path::new(DYNO_HOME).join(&place.at).join(".venv");
        (venv.display().to_string(), to.display().to_string())
    });
    Ok(Job {
        lockfile: Some(Lockfile {
            path: file.to_owned(),
            packages,
        }),
        expires: unpinned.then_some(UNPINNED),
        install: steps.install(tool),
        // A venv that was moved to its dyno path can't be synced where it is.
        sync: if in_layer {
            steps.sync(tool)
        } else {
            Vec::new()
        },
        syncs_over: |input| {
            [
                "uv.lock",
                "poetry.lock",
                "Pipfile.lock",
                "pyproject.toml",
                "Pipfile",
            ]
            .contains(&input)
        },
        relocate,
        exposes: vec![
            EnvChange::launch("VIRTUAL_ENV", How::Override, &venv),
            EnvChange::launch("PATH", How::Prepend, venv.join("bin")),
        ],
        explain,
        ..Job::new(inputs, place.at.clone())
    })
}

/// The program that installs, and the one that is asked for its version.
fn program(
    tool: Tool,
    environment: &crate::facts::environment::Environment,
    file: &str,
) -> Result<(Option<PathBuf>, PathBuf), Problem> {
    let find = |name: &str| tools::find(name, environment);
    match tool {
        Tool::Uv => find("uv")
            .map(|path| (Some(path.clone()), path))
            .ok_or_else(|| missing(file, "uv")),
        Tool::Poetry => find("poetry")
            .map(|path| (Some(path.clone()), path))
            .ok_or_else(|| missing(file, "poetry")),
        Tool::Pipenv => find("pipenv")
            .map(|path| (Some(path.clone()), path))
            .ok_or_else(|| missing(file, "pipenv")),
        // pip is the one that Python brings along, so Python's version says all.
        Tool::Pip => match find("uv") {
            Some(path) => Ok((Some(path.clone()), path)),
            None => find("python3")
                .or_else(|| find("python"))
                .map(|path| (None, path))
                .ok_or_else(|| missing(file, "python3")),
        },
    }
}

struct Steps<'a> {
    python: &'a Path,
    venv: &'a Path,
    file: &'a str,
    /// `None`: the environment's own pip.
    installer: Option<PathBuf>,
}

impl Steps<'_> {
    fn install(&self, tool: Tool) -> Vec<Step> {
        let create = |arguments: &[&str]| {
            let mut step = Step::new(name_of(self.python), arguments);
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

    fn sync(&self, tool: Tool) -> Vec<Step> {
        match tool {
            // Neither pip nor `uv pip install` removes what is gone.
            Tool::Pip => Vec::new(),
            _ => self.sync_or_install(tool),
        }
    }

    fn sync_or_install(&self, tool: Tool) -> Vec<Step> {
        let installer = self.installer.as_deref().map(name_of).unwrap_or_default();
        let bin = self.venv.join("bin");
        let inside = |step: Step| step.set("VIRTUAL_ENV", self.venv).first_on_path(&bin);
        match (tool, &self.installer) {
            (Tool::Uv, _) => vec![
                Step::new(
                    installer,
                    &["sync", "--locked", "--no-dev", "--no-progress"],
                )
                .set("UV_PROJECT_ENVIRONMENT", self.venv)
                .set("UV_PYTHON", self.python)
                .set("UV_LINK_MODE", "copy"),
            ],
            (Tool::Poetry, _) => vec![inside(
                Step::new(
                    installer,
                    &["sync", "--only", "main", "--no-interaction", "--no-ansi"],
                )
                .set("POETRY_VIRTUALENVS_CREATE", "false"),
            )],
            (Tool::Pipenv, _) => vec![inside(
                Step::new(installer, &["sync"])
                    .set("PIPENV_NOSPIN", "1")
                    .set("PIPENV_VERBOSITY", "-1"),
            )],
            (Tool::Pip, Some(_)) => vec![
                Step::new(
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
                Step::new(
                    self.venv.join("bin/python").display().to_string(),
                    &["-m", "pip", "install", "--requirement", self.file],
                )
                .default(&[
                    ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
                    ("PIP_NO_INPUT", "1"),
                    ("PIP_PROGRESS_BAR", "off"),
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

/// Adds the files that a requirements file includes, and says whether any line in them is
/// not pinned.
fn requirements(inputs: &mut Inputs, root: &Path, file: &str) -> bool {
    let mut unpinned = false;
    let mut seen = BTreeSet::new();
    let mut pending = vec![PathBuf::from(file)];
    while let Some(path) = pending.pop() {
        let Some(name) = path.to_str().map(str::to_owned) else {
            continue;
        };
        if !seen.insert(name.clone()) || seen.len() > 100 {
            continue;
        }
        inputs.file(root, &name);
        let text = read_regular(&root.join(&path)).unwrap_or_default();
        let folder = path.parent().unwrap_or(Path::new(""));
        for line in String::from_utf8_lossy(&text).lines() {
            match requirement(line) {
                Requirement::None | Requirement::Pinned => {}
                Requirement::Include(other) => pending.push(folder.join(other)),
                Requirement::Local(other) => {
                    unpinned = true;
                    for manifest in ["pyproject.toml", "setup.py", "setup.cfg"] {
                        let path = folder.join(&other).join(manifest);
                        inputs.file(root, &path.to_string_lossy());
                    }
                }
                Requirement::Open => unpinned = true,
            }
        }
    }
    unpinned
}

#[derive(Debug, PartialEq, Eq)]
enum Requirement {
    None,
    Include(String),
    Local(String),
    Pinned,
    Open,
}

fn requirement(line: &str) -> Requirement {
    let line = line.split(" #").next().unwrap_or_default().trim();
    if line.is_empty() || line.starts_with('#') {
        return Requirement::None;
    }
    for flag in ["-r", "--requirement", "-c", "--constraint"] {
        if let Some(rest) = line.strip_prefix(flag)
            && let Some(path) = rest
                .strip_prefix([' ', '='])
                .or((flag.len() == 2).then_some(rest))
        {
            return Requirement::Include(path.trim().to_owned());
        }
    }
    let editable = line
        .strip_prefix("-e ")
        .or(line.strip_prefix("--editable "));
    let target = editable.unwrap_or(line).trim();
    if target.starts_with('.') || target.starts_with('/') || target.starts_with("file:") {
        let path = target.split(['[', ';']).next().unwrap_or_default();
        return Requirement::Local(path.trim_start_matches("file:").to_owned());
    }
    if editable.is_none() && line.starts_with('-') {
        return Requirement::None;
    }
    let spec = line.split(';').next().unwrap_or_default();
    let exact = spec.contains("==") && !spec.contains('*');
    // A commit is a pin, a branch is not.
    let commit = target.rsplit('@').next().is_some_and(|end| {
        let end = end.split('#').next().unwrap_or_default();
        end.len() == 40 && end.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    if exact || commit || spec.contains("#sha256=") {
        Requirement::Pinned
    } else {
        Requirement::Open
    }
}

/// Names and versions of a lockfile; for requirements.txt the pinned lines.
fn packages(tool: Tool, text: &str) -> Result<Packages, String> {
    let mut packages = Packages::new();
    let mut add = |name: &str, version: &str| {
        packages
            .entry(name.to_owned())
            .or_default()
            .insert(version.to_owned());
    };
    match tool {
        Tool::Uv | Tool::Poetry => {
            let table: toml::Table = text
                .parse()
                .map_err(|error: toml::de::Error| error.message().to_owned())?;
            let list = table.get("package").and_then(toml::Value::as_array);
            for package in list.into_iter().flatten() {
                let field = |name| package.get(name).and_then(toml::Value::as_str);
                if let (Some(name), Some(version)) = (field("name"), field("version")) {
                    add(name, version);
                }
            }
        }
        Tool::Pipenv => {
            let value: serde_json::Value =
                serde_json::from_str(text).map_err(|error| error.to_string())?;
            for (name, package) in value
                .get("default")
                .and_then(|list| list.as_object())
                .into_iter()
                .flatten()
            {
                if let Some(version) = package.get("version").and_then(|version| version.as_str()) {
                    add(name, version.trim_start_matches("=="));
                }
            }
        }
        Tool::Pip => {
            for line in text.lines() {
                let line = line
                    .split([';', '#', ' ', '\\'])
                    .next()
                    .unwrap_or_default()
                    .trim();
                if let Some((name, version)) = line.split_once("==") {
                    add(name.split('[').next().unwrap_or(name), version);
                } else if line.starts_with(|c: char| c.is_ascii_alphanumeric()) {
                    let end = line
                        .find(['<', '>', '~', '!', '=', '[', '@'])
                        .unwrap_or(line.len());
                    add(
                        line.get(..end).unwrap_or(line),
                        line.get(end..).unwrap_or_default(),
                    );
                }
            }
        }
    }
    Ok(packages)
}

fn explain(_: &Path, ended: &Ended) -> Option<Problem> {
    let says = |words: &str| ended.tail.iter().any(|line| line.contains(words));
    let stale = says("needs to be updated, but `--locked`")
        || says("pyproject.toml changed significantly since poetry.lock")
        || says("Pipfile.lock is out of date")
        || says("out of date");
    stale.then(|| {
        Problem::new(&LOCKFILE_OUT_OF_STEP)
            .saw("the lockfile does not fit the manifest")
            .step("Write the lockfile anew: `uv lock`, `poetry lock` or `pipenv lock`.")
            .details(ended.tail.iter().cloned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_requirements_are_told_apart() {
        let open = [
            "flask",
            "flask>=2",
            "flask==2.*",
            "git+https://h/r@main#egg=r",
        ];
        let pinned = [
            "flask==2.0.1",
            "flask[async]==2.0.1 ; python_version > '3'",
            "git+https://h/r@0123456789012345678901234567890123456789#egg=r",
        ];
        assert!(
            open.iter()
                .all(|line| requirement(line) == Requirement::Open)
        );
        assert!(
            pinned
                .iter()
                .all(|line| requirement(line) == Requirement::Pinned)
        );
        assert_eq!(
            requirement("-r base.txt"),
            Requirement::Include("base.txt".to_owned())
        );
        assert_eq!(
            requirement("-cbase.txt"),
            Requirement::Include("base.txt".to_owned())
        );
        assert_eq!(
            requirement("-e ./lib[x]"),
            Requirement::Local("./lib".to_owned())
        );
        assert_eq!(requirement("--index-url https://x"), Requirement::None);
        assert_eq!(requirement("  # note"), Requirement::None);
    }

    #[test]
    fn lockfiles_are_read() {
        let toml = "version = 1\n[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\n";
        let pipenv = r#"{"default":{"flask":{"version":"==3.0.0"}},"develop":{}}"#;
        for (tool, text) in [
            (Tool::Uv, toml),
            (Tool::Pipenv, pipenv),
            (Tool::Pip, "flask==3.0.0 \\\n    --hash=sha256:1\n"),
        ] {
            assert!(packages(tool, text).unwrap()["flask"].contains("3.0.0"));
        }
        assert!(packages(Tool::Poetry, "<<<<<<<").is_err());
    }
}
