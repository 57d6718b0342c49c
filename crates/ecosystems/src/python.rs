//! Python: pip, Poetry, uv, Pipenv and pdm install into a virtual environment.

pub mod modules;
pub mod requirements;

use serde_json::Value;

use super::graph::{self, Graph, Package, Scope, Unreadable};
use super::model::{
    Buildpack, Ecosystem, Lockfile, Manifest, Service, Tree, no_package, nothing_wanted,
};
use super::names;

/// pip's list.
pub const REQUIREMENTS: &str = "requirements.txt";

/// pipenv's manifest.
pub const PIPFILE: &str = "Pipfile";

/// The manifest of PEP 621, of Poetry and of uv.
pub const PYPROJECT: &str = "pyproject.toml";

/// The build script of setuptools.
pub const SETUP_PY: &str = "setup.py";

/// The settings of setuptools.
pub const SETUP_CFG: &str = "setup.cfg";

/// Name of a lockfile.
pub const PIPFILE_LOCK: &str = "Pipfile.lock";
/// Name of a lockfile.
pub const POETRY_LOCK: &str = "poetry.lock";
/// Name of a lockfile.
pub const UV_LOCK: &str = "uv.lock";
/// Name of a lockfile.
pub const PDM_LOCK: &str = "pdm.lock";

/// Servers of WSGI and ASGI.
pub const SERVERS: &[&str] = &[
    "gunicorn",
    "uvicorn",
    "hypercorn",
    "daphne",
    "granian",
    "waitress-serve",
    "uwsgi",
];

/// Programs that work off queues.
pub const WORKERS: &[&str] = &[
    "celery",
    "rq",
    "dramatiq",
    "huey_consumer",
    "huey_consumer.py",
];

/// heroku/python installs from requirements.txt, Pipfile.lock, poetry.lock and uv.lock alone
/// (its `bin/detect`).
const BY_REQUIREMENTS: &str =
    "Write a requirements.txt with the line `.`, which installs this project.";
const FROM_PDM: &str = "Write what it pins as a requirements.txt and commit that: \
    `pdm export --production --output requirements.txt`.";

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "python",
    language: "Python",
    purl: "pypi",
    manifests: &[
        Manifest::new(REQUIREMENTS, "pip").installed(),
        Manifest::new(PIPFILE, "pipenv").lock_with("pipenv lock"),
        Manifest::new(PYPROJECT, "poetry")
            .with(|text| has_tool(text, "poetry"))
            .lock_with("poetry lock"),
        Manifest::new(PYPROJECT, "pdm")
            .with(|text| has_tool(text, "pdm"))
            .instead(FROM_PDM),
        Manifest::new(PYPROJECT, "pip")
            .with(is_project)
            .lock_with("uv lock"),
        Manifest::new("requirements/*.txt", "pip").instead(
            "Write a requirements.txt at the root whose one line is `-r` and this file: that one is installed.",
        ),
        Manifest::new(SETUP_PY, "pip").instead(BY_REQUIREMENTS),
        Manifest::new(SETUP_CFG, "pip")
            .with(|text| text.contains("install_requires"))
            .instead(BY_REQUIREMENTS),
    ],
    lockfiles: &[
        lockfile(
            PIPFILE_LOCK,
            "pipenv",
            PIPFILE,
            "pipenv lock",
            Service::Installed,
            pipfile_lock,
        ),
        lockfile(
            POETRY_LOCK,
            "poetry",
            PYPROJECT,
            "poetry lock",
            Service::Installed,
            poetry,
        ),
        lockfile(UV_LOCK, "uv", PYPROJECT, "uv lock", Service::Installed, uv),
        lockfile(
            PDM_LOCK,
            "pdm",
            PYPROJECT,
            "pdm lock",
            Service::Instead(FROM_PDM),
            poetry,
        ),
        lockfile(
            "pylock.toml",
            "pip",
            PYPROJECT,
            "pip lock -e .",
            Service::Instead(
                "Write what it pins as a requirements.txt and commit it: that one is installed.",
            ),
            pylock,
        ),
    ],
    version_files: &[".python-version", "runtime.txt"],
    servers: SERVERS,
    workers: WORKERS,
    programs: &[
        "python",
        "python3",
        "manage.py",
        "django-admin",
        "flask",
        "fastapi",
        "streamlit",
        "panel",
        "chainlit",
        "scrapy",
        "airflow",
        "flower",
        "alembic",
        "honcho",
        "poetry",
        "pipenv",
        "uv",
    ],
    is_compiled: false,
    caches: &["pip", "poetry", "uv", "pipenv"],
    buildpacks: &[
        Buildpack::both("heroku/python", &["heroku/python"]),
        Buildpack::cloud_native(
            "paketo-buildpacks/python",
            &[
                "paketo-buildpacks/python",
                "paketo-buildpacks/cpython",
                "paketo-buildpacks/pip-install",
                "paketo-buildpacks/poetry-install",
                "paketo-buildpacks/pipenv-install",
                "paketo-buildpacks/uv-install",
            ],
        ),
    ],
    trees: &[
        Tree::runtime(".heroku/python", "heroku/python"),
        Tree::packages(
            ".heroku/python/lib/python*/site-packages/*.dist-info",
            "heroku/python",
        ),
        Tree::packages(".venv", "a virtual environment"),
        Tree::packages("venv", "a virtual environment"),
    ],
    normalize: names::pep_503,
    wanted: nothing_wanted,
    needs_lockfile: false,
    package_of: no_package,
    leftovers: &[],
};

const fn lockfile(
    name: &'static str,
    tool: &'static str,
    manifest: &'static str,
    lock_with: &'static str,
    service: Service,
    read: fn(&str) -> Result<Graph, Unreadable>,
) -> Lockfile {
    Lockfile {
        name,
        manager: tool,
        tool,
        manifest,
        lock_with,
        service,
        read,
    }
}

/// Linters keep their settings in pyproject.toml, too: dependencies make it a project.
fn is_project(text: &str) -> bool {
    graph::toml(text).map_or(true, |table| table.contains_key("project"))
}

/// Whether a pyproject.toml has settings of this tool.
fn has_tool(text: &str, name: &str) -> bool {
    let table = graph::toml(text).unwrap_or_default();
    table.get("tool").and_then(|tool| tool.get(name)).is_some()
}

/// `[[package]]` of poetry.lock and pdm.lock. Before 1.5 Poetry has `category = "dev"`,
/// since 2.0 `groups`.
fn poetry(text: &str) -> Result<Graph, Unreadable> {
    let lock = graph::toml(text)?;
    let packages = tables(&lock, "package").map(|one| {
        let groups = strings(one.get("groups").and_then(toml::Value::as_array));
        let is_development = match (text_of(one, "category"), groups.is_empty()) {
            (Some(category), _) => category == "dev",
            (None, false) => !groups
                .iter()
                .any(|group| group == "main" || group == "default"),
            (None, true) => false,
        };
        let is_optional = one.get("optional").and_then(toml::Value::as_bool) == Some(true);
        Package {
            scope: match (is_development, is_optional) {
                (true, _) => Scope::Development,
                (false, true) => Scope::Optional,
                (false, false) => Scope::Production,
            },
            groups,
            needs: keys(one.get("dependencies")),
            local: one
                .get("source")
                .filter(|source| {
                    let kind = source.get("type").and_then(toml::Value::as_str);
                    matches!(kind, Some("directory" | "file"))
                })
                .and_then(|source| Some(source.get("url")?.as_str()?.to_owned())),
            ..named(one)
        }
    });
    Ok(Graph {
        packages: packages.collect(),
    })
}

/// `[[package]]` of uv.lock; the project itself has `source = { editable = "." }`.
fn uv(text: &str) -> Result<Graph, Unreadable> {
    let lock = graph::toml(text)?;
    let packages = tables(&lock, "package").map(|one| {
        let source = one.get("source");
        let local = ["editable", "virtual", "directory", "path"]
            .iter()
            .find_map(|kind| source?.get(kind)?.as_str());
        let needs = one.get("dependencies").and_then(toml::Value::as_array);
        let needs = needs.into_iter().flatten();
        Package {
            local: local.map(str::to_owned),
            needs: needs
                .filter_map(|need| Some(need.get("name")?.as_str()?.to_owned()))
                .collect(),
            ..named(one)
        }
    });
    Ok(Graph {
        packages: packages.collect(),
    })
}

/// `[[packages]]` of pylock.toml (PEP 751).
fn pylock(text: &str) -> Result<Graph, Unreadable> {
    let lock = graph::toml(text)?;
    let packages = tables(&lock, "packages").map(|one| Package {
        local: one
            .get("directory")
            .and_then(|directory| Some(directory.get("path")?.as_str()?.to_owned())),
        ..named(one)
    });
    Ok(Graph {
        packages: packages.collect(),
    })
}

/// `default` and `develop` of Pipfile.lock.
fn pipfile_lock(text: &str) -> Result<Graph, Unreadable> {
    let lock = graph::json(text)?;
    let mut graph = Graph::default();
    for (group, scope) in [
        ("default", Scope::Production),
        ("develop", Scope::Development),
    ] {
        let packages = lock.get(group).and_then(Value::as_object);
        for (name, one) in packages.into_iter().flatten() {
            let version = one
                .get("version")
                .and_then(Value::as_str)
                .unwrap_or_default();
            graph.packages.push(Package {
                scope,
                local: one.get("path").and_then(Value::as_str).map(str::to_owned),
                ..Package::new(name, version.trim_start_matches('='))
            });
        }
    }
    Ok(graph)
}

fn tables<'a>(lock: &'a toml::Table, name: &str) -> impl Iterator<Item = &'a toml::Table> {
    let list = lock.get(name).and_then(toml::Value::as_array);
    list.into_iter().flatten().filter_map(toml::Value::as_table)
}

fn text_of<'a>(table: &'a toml::Table, field: &str) -> Option<&'a str> {
    table.get(field).and_then(toml::Value::as_str)
}

fn named(table: &toml::Table) -> Package {
    Package::new(
        text_of(table, "name").unwrap_or_default(),
        text_of(table, "version").unwrap_or_default(),
    )
}

fn keys(table: Option<&toml::Value>) -> Vec<String> {
    let table = table.and_then(toml::Value::as_table);
    table
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect()
}

fn strings(list: Option<&Vec<toml::Value>>) -> Vec<String> {
    let words = list.into_iter().flatten().filter_map(toml::Value::as_str);
    words.map(str::to_owned).collect()
}

/// The files that a wheel's RECORD lists (Python packaging guide, "Recording installed projects"): the first field of
/// each line, in quotes where it has a comma.
pub fn recorded(record: &str) -> impl Iterator<Item = &str> {
    record.lines().map(|line| match line.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or(quoted),
        None => line.split(',').next().unwrap_or(line),
    })
}
