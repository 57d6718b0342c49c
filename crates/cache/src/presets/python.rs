//! Python: uv, poetry, pipenv, pip. All of them fill one virtual environment.
//!
//! - **Recognised** by `uv.lock`, `poetry.lock`, `Pipfile.lock` or `requirements.txt`, the
//!   first of these.
//! - **Key**: the lockfile (a requirements file with those it includes, without comments
//!   and credentials), Python's version, ABI and place, the installer's version, manifests
//!   without the tables of linters, variables of the tools and of compilers, files
//!   and variables that any of these name, packages of the app itself (an editable one by its
//!   manifest, a copied one by all of its files, one whose build runs code by the whole app).
//! - **Class** layer with `pack build`, which is the environment's final place: nothing is
//!   copied; that of pip and pipenv is `free`, since it is no base of a changed one. What strip
//!   removes leaves it before it is kept ([`crate::finish`]). In classic builds and on a laptop the
//!   layer's place is not part of the slug, so it is `.venv` in the app, packed; its scripts
//!   then get the path on a dyno.
//! - **Install** `uv sync --locked` and `poetry sync`, which make an old environment a new
//!   one; `pipenv install --deploy`, and for requirements.txt `uv pip install` where uv is on PATH, else
//!   pip: none of these removes what is gone, so a changed file starts from nothing.
//! - **Production form** `--no-default-groups` (uv), `--only main` (poetry); pipenv's install
//!   leaves dev packages out by itself; requirements.txt is production's.
//! - **Exposure** `VIRTUAL_ENV` and `PATH`.
//! - **Not pinned**: a requirement without `==`, a commit or a digest, and a package of the
//!   app; the environment is then used for 24 hours.
//! - **Left alone**: the download caches of the tools, and an environment that an earlier
//!   buildpack made active.

mod constraints;
mod editable;
mod local;
mod lock;
mod requirements;
mod settings;
mod steps;

use std::path::{Path, PathBuf};

use self::local::Local;
use self::requirements::Requirements;
use self::steps::Steps;
use super::{
    Class, Job, ManagerCommand, Project, Recognised, Site, UNPINNED, machine, missing, not_pinned,
    out_of_step,
};
use crate::inputs::{Inputs, read_regular};
use crate::lockfile::{self, Lockfile, Packages};
use crate::{EnvChange, EnvRule, adopt};
use slugsmith_config::BootLevel;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::environment::World;
use slugsmith_facts::run::Ended;
use slugsmith_facts::{Malformed, tools};
use slugsmith_finding::error::Problem;
use slugsmith_finding::units::counted;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tool {
    Uv,
    Poetry,
    Pipenv,
    Pip,
}

impl Tool {
    /// Whether it makes an old environment a new one. `pip install`, `uv pip install` and
    /// `pipenv install` leave a package that the new files no longer name.
    fn removes(self) -> bool {
        matches!(self, Self::Uv | Self::Poetry)
    }
}

const TOOLS: [(Tool, &str, &str); 4] = [
    (Tool::Uv, "uv", ecosystems::python::UV_LOCK),
    (Tool::Poetry, "poetry", ecosystems::python::POETRY_LOCK),
    (Tool::Pipenv, "pipenv", ecosystems::python::PIPFILE_LOCK),
    (Tool::Pip, "pip", ecosystems::python::REQUIREMENTS),
];

pub(super) fn recognise<'a>(place: &'a Project<'a>) -> Option<Recognised<'a>> {
    let (tool, name, file) = TOOLS.into_iter().find(|(_, _, file)| place.app.has(file))?;
    let text = match read_regular(&place.app.root.join(file)) {
        Ok(text) => String::from_utf8_lossy(&text).into_owned(),
        Err(error) => return Some(broken(place, name, file, &error.to_string())),
    };
    let packages = match lock::packages(tool, &text) {
        Ok(packages) => packages,
        Err(reason) => return Some(broken(place, name, file, &reason)),
    };
    let count = lockfile::count(&packages);
    let in_layer = place.context.environment.world == World::CloudNative;
    let cache = place.name(name);
    let adoption = adopt::python(&place.wanted(&cache), &packages);
    let name = cache.clone();
    let mut what = format!("{file}, {}", counted(count, "package"));
    let requirements = (tool == Tool::Pip).then(|| Requirements::read(&place.app.root, file));
    if requirements.as_ref().is_some_and(|found| found.unpinned) {
        what = format!("{what}, {}", not_pinned("not all pinned"));
    }
    let lock = Lock {
        tool,
        file,
        packages,
        locals: match &requirements {
            Some(found) => found.locals.clone(),
            None => locals(place, tool, &text),
        },
        requirements,
    };
    Some(Recognised::Site(Site {
        what,
        class: if in_layer {
            Class::Layer {
                free: !(tool.removes() || runs_commands(place)),
            }
        } else {
            Class::Packed { links_out: true }
        },
        trees: if in_layer {
            Vec::new()
        } else {
            vec![place.tree(".venv")]
        },
        adoption,
        job: Box::new(move || job(place, &cache, lock)),
        name,
    }))
}

/// Packages of the app: what the lockfile names, and poetry's root, which it does not.
fn locals(place: &Project<'_>, tool: Tool, text: &str) -> Vec<Local> {
    let mut locals = local::of_lock(tool, text);
    let project =
        read_regular(&place.app.root.join(ecosystems::python::PYPROJECT)).unwrap_or_default();
    let project: toml::Table = String::from_utf8_lossy(&project)
        .parse()
        .unwrap_or_default();
    let poetry = project.get("tool").and_then(|tool| tool.get("poetry"));
    let mode = poetry.and_then(|poetry| poetry.get("package-mode")?.as_bool());
    if tool == Tool::Poetry && mode != Some(false) {
        locals.push(Local {
            path: ".".to_owned(),
            editable: true,
        });
    }
    locals
}

fn broken<'a>(place: &Project<'_>, name: &str, file: &str, reason: &str) -> Recognised<'a> {
    let malformed = Malformed {
        path: file.to_owned(),
        line: 0,
        column: 0,
        reason: reason.to_owned(),
    };
    place.unusable(name, &malformed)
}

/// What is known of an app before anything is asked.
struct Lock {
    tool: Tool,
    file: &'static str,
    packages: Packages,
    locals: Vec<Local>,
    requirements: Option<Requirements>,
}

fn job(place: &Project<'_>, name: &str, lock: Lock) -> Result<Job, Problem> {
    let context = place.context;
    let environment = context.environment;
    let root = &place.app.root;
    let (tool, file) = (lock.tool, lock.file);
    let python = ["python3", "python"]
        .into_iter()
        .find_map(|name| tools::find(name, environment))
        .ok_or_else(|| missing(file, "python3"))?;
    let question = "import platform, sys; print(platform.python_version(), sys.implementation.cache_tag, \
        sys.base_prefix)";
    let answer = tools::ask_outside(&python, &["-c", question], environment)
        .ok_or_else(|| missing(file, "python3"))?;
    let words: Vec<_> = answer.splitn(3, ' ').collect();
    let mut inputs = Inputs::default();
    machine(&mut inputs, context);
    for (input, word) in ["python", "python ABI", "python's place"]
        .iter()
        .zip(&words)
    {
        inputs.plain(*input, *word);
    }
    let program = program(tool, environment, file)?;
    let version = match (&program.0, words.first()) {
        // Its own pip installs: Python has been asked already.
        (None, Some(version)) => format!("Python {version}"),
        _ => tools::ask(&program.1, &["--version"], environment).unwrap_or_default(),
    };
    let is_old_poetry = version.contains("version 1.");
    inputs.plain("installer", version);
    let mut reads = settings::add(&mut inputs, place, &lock);
    reads.extend(
        lock.requirements
            .iter()
            .flat_map(|found| found.folders.clone()),
    );
    let reads: Vec<PathBuf> = if lock.locals.iter().any(|local| local.runs_code(root)) {
        vec![PathBuf::new()]
    } else {
        let inside = reads.iter().filter_map(|folder| place.reached("", folder));
        inside.collect()
    };
    // Builds leave folders of their own beside the sources that they read.
    let owned = reads.clone();
    let unpinned = lock.requirements.is_some_and(|found| found.unpinned);
    let packages = lock.packages;
    let in_layer = environment.world == World::CloudNative;
    let venv = if in_layer {
        context.store.folder(name).join("data/venv")
    } else {
        root.join(".venv")
    };
    let is_stripped = in_layer && context.config.strip.is_final();
    if is_stripped {
        strip_inputs(&mut inputs, place);
    }
    if in_layer && context.config.boot.level.value == BootLevel::Off {
        inputs.plain("boot", "off");
    }
    if in_layer && !tool.removes() && runs_commands(place) {
        inputs.plain("there for commands of the app", "yes");
    }
    let steps = Steps {
        python: &python,
        venv: &venv,
        file,
        installer: program.0,
        is_old_poetry,
    };
    Ok(Job {
        lockfile: Some(Lockfile {
            path: file.to_owned(),
            packages,
        }),
        expires: unpinned.then_some(UNPINNED),
        install: steps.install(tool),
        owns: Box::new(move |_| owned.clone()),
        reads,
        // A venv that was moved to its dyno path can't be synced where it is.
        sync: if in_layer {
            steps.sync(tool)
        } else {
            Vec::new()
        },
        syncs_over: |input| {
            [ecosystems::python::UV_LOCK, ecosystems::python::POETRY_LOCK].contains(&input)
                || input.starts_with("pyproject.toml ")
                || input.rsplit('/').next() == Some(ecosystems::python::PYPROJECT)
        },
        outside: is_stripped.then(|| venv.clone()),
        exposes: vec![
            EnvChange::launch("VIRTUAL_ENV", EnvRule::Override, &venv),
            EnvChange::launch("PATH", EnvRule::Prepend, venv.join("bin")),
        ],
        explain,
        ..Job::new(inputs, place.at.clone())
    })
}

/// Whether commands of the app run with the environment, so that it has to be there.
fn runs_commands(place: &Project<'_>) -> bool {
    let mut custom = place.context.config.cache.custom.iter();
    custom.any(|cache| cache.run.is_some())
}

/// What decides beside the environment itself which of its files leave it again.
fn strip_inputs(inputs: &mut Inputs, place: &Project<'_>) {
    let keep = &place.context.config.strip.keep.value;
    inputs.plain("strip.keep", keep.join(" "));
    let names: Vec<_> = place
        .context
        .finish
        .names(&place.app.root)
        .into_iter()
        .collect();
    inputs.plain("names that keep files from strip", names.join(" "));
}

/// The program that installs, and the one that is asked for its version.
fn program(
    tool: Tool,
    environment: &slugsmith_facts::environment::Environment,
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
        // `uv pip` knows none of pip's own settings.
        Tool::Pip => match find("uv").filter(|_| !settings::are_for_pip(environment)) {
            Some(path) => Ok((Some(path.clone()), path)),
            None => find("python3")
                .or_else(|| find("python"))
                .map(|path| (None, path))
                .ok_or_else(|| missing(file, "python3")),
        },
    }
}

fn explain(_: &Path, ended: &Ended) -> Option<Problem> {
    let says = |words: &str| ended.says(words);
    let stale = says("needs to be updated, but `--locked`")
        || says("pyproject.toml changed significantly since poetry.lock")
        || says("Pipfile.lock is out of date")
        // What pipenv says before it is wrapped at the width of a terminal.
        || says("Aborting deploy");
    stale.then(|| {
        out_of_step(
            ended,
            "the lockfile does not fit the manifest",
            "Write the lockfile anew: `uv lock`, `poetry lock` or `pipenv lock`.",
        )
    })
}
