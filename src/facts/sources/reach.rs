//! Which files can a process reach?
//!
//! First by name: tests, scripts, documentation, examples, browser assets and what package
//! managers put there never run in a process. Then, for Node, by following imports from the
//! entry points; where those can't be found, or a framework loads by folder, everything
//! that may run counts as reached.

use std::collections::BTreeSet;

use super::Sources;
use crate::facts::app::App;
use crate::facts::code::{Code, Language};
use crate::facts::process;

/// Folders that package managers and builds fill.
const VENDORED: &[&str] = &[
    "node_modules",
    "bower_components",
    "jspm_packages",
    ".git",
    ".hg",
    ".svn",
    ".venv",
    "site-packages",
    "__pycache__",
    ".tox",
    ".mypy_cache",
    ".pytest_cache",
    ".next",
    ".nuxt",
    ".svelte-kit",
    ".turbo",
    ".parcel-cache",
    ".heroku",
    ".slugsmith",
    ".gradle",
    ".idea",
    ".vscode",
    ".terraform",
    ".cache",
];

/// Whether a package manager or a build put this here.
#[must_use]
pub fn vendored(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    VENDORED.contains(&name)
        || matches!(
            path,
            "vendor" | "venv" | "env" | "target" | "tmp" | "log" | "coverage"
        )
}

/// Whether this is a lockfile.
#[must_use]
pub fn is_lock(path: &str) -> bool {
    matches!(
        path,
        "package-lock.json"
            | "npm-shrinkwrap.json"
            | "yarn.lock"
            | "pnpm-lock.yaml"
            | "bun.lock"
            | "Gemfile.lock"
            | "poetry.lock"
            | "uv.lock"
            | "Pipfile.lock"
            | "pdm.lock"
            | "composer.lock"
            | "go.sum"
    )
}

const TEXT_NAMES: &[&str] = &[
    "Procfile",
    "Dockerfile",
    "Gemfile",
    "Pipfile",
    "go.mod",
    "pom.xml",
    "package.json",
    "app.json",
    "composer.json",
    "system.properties",
    "runtime.txt",
    ".python-version",
    ".ruby-version",
    ".node-version",
    ".nvmrc",
    ".tool-versions",
    ".slugignore",
    ".buildpacks",
    ".gitignore",
    ".npmrc",
    ".yarnrc.yml",
    "crontab",
    ".profile",
    "artisan",
    "nginx.conf",
    "uwsgi.ini",
    "entrypoint.sh",
    "schema.prisma",
    "pnpm-workspace.yaml",
];

const TEXT_ENDINGS: &[&str] = &[
    ".yml",
    ".yaml",
    ".toml",
    ".properties",
    ".ini",
    ".cfg",
    ".tf",
    ".gradle",
    ".gradle.kts",
    ".sh",
    ".tfvars",
    ".xml",
];

/// Whether this is configuration that rules read as text.
#[must_use]
pub fn is_text(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let depth = path.matches('/').count();
    if TEXT_NAMES.contains(&name) {
        return depth <= 3;
    }
    if name.starts_with(".env") || name.starts_with("Procfile") {
        return depth <= 1;
    }
    if name.starts_with("requirements") || path.starts_with("requirements/") {
        return depth <= 1 && (TEXT_LISTS.iter().any(|ending| name.ends_with(ending)));
    }
    if path.starts_with("bin/") && depth == 1 && !name.contains('.') {
        return true;
    }
    if name.ends_with(".tf") {
        return depth <= 4;
    }
    let config = TEXT_ENDINGS.iter().any(|ending| name.ends_with(ending));
    config && depth <= 4 && !outside_the_app(path)
}

/// Endings of lists of requirements.
const TEXT_LISTS: &[&str] = &[".txt", ".in"];

const TEST_PARTS: &[&str] = &[
    "test",
    "tests",
    "spec",
    "specs",
    "__tests__",
    "__mocks__",
    "testing",
    "e2e",
    "cypress",
    "fixtures",
    "features",
    "testdata",
    "test-utils",
    "mocks",
    "playwright",
    "integration-tests",
];

const DOC_PARTS: &[&str] = &[
    "docs",
    "doc",
    "documentation",
    "examples",
    "example",
    "samples",
    "demo",
    "demos",
    "benchmarks",
    "bench",
    ".github",
    ".circleci",
    ".devcontainer",
    "docker",
    ".storybook",
    "stories",
    "terraform",
    "charts",
    "k8s",
    "helm",
    "locale",
    "locales",
    "translations",
];

const SCRIPT_PARTS: &[&str] = &[
    "script",
    "scripts",
    "tools",
    "hack",
    "ci",
    "devtools",
    "seeds",
    "seeders",
    "factories",
    "generators",
    "templates",
    "stubs",
    "migrations",
    "migrate",
];

const BROWSER_PARTS: &[&str] = &[
    "public",
    "static",
    "assets",
    "client",
    "frontend",
    "browser",
    "javascripts",
    "webpack",
    "javascript",
    "www",
    "web_modules",
    "bundle",
    "ui",
];

/// Whether a path is a test, documentation or an example.
#[must_use]
pub fn outside_the_app(path: &str) -> bool {
    let mut parts: Vec<_> = path.split('/').collect();
    parts.pop();
    parts
        .iter()
        .any(|part| TEST_PARTS.contains(part) || DOC_PARTS.contains(part))
}

/// Whether a code file may run in a process, by its name alone.
#[must_use]
pub fn may_run(path: &str, language: Language) -> bool {
    if outside_the_app(path) {
        return false;
    }
    let mut parts: Vec<_> = path.split('/').collect();
    let name = parts.pop().unwrap_or(path);
    if parts
        .iter()
        .any(|part| part.starts_with('.') && part.len() > 1)
    {
        return false;
    }
    let in_part = |list: &[&str]| parts.iter().any(|part| list.contains(part));
    // Java keeps everything below src/main, and Django apps may be called anything.
    let script = match language {
        Language::Java => false,
        _ => in_part(SCRIPT_PARTS),
    };
    if script || is_test_name(name, language) {
        return false;
    }
    match language {
        Language::JavaScript => {
            let browser = parts.iter().enumerate().any(|(depth, part)| {
                BROWSER_PARTS.contains(part) && (depth < 3 || *part != "client")
            });
            !browser
                && !path.starts_with("resources/")
                && !is_tool_config(name)
                && !name.ends_with(".d.ts")
                && !name.contains(".min.")
        }
        Language::Ruby => {
            !matches!(name, "Gemfile" | "Guardfile")
                && !path.starts_with("config/environments/development")
                && !path.starts_with("config/environments/test")
                && !path.starts_with("db/")
                && !path.starts_with("lib/generators/")
                && !path.starts_with("config/deploy")
        }
        Language::Python => {
            !matches!(
                name,
                "conftest.py" | "setup.py" | "noxfile.py" | "fabfile.py" | "tasks_dev.py"
            ) && !is_other_settings(path)
        }
        Language::Php => {
            !path.starts_with("database/")
                && !path.starts_with("resources/views/")
                && !path.starts_with("bootstrap/cache")
                && !name.starts_with(".php")
        }
        Language::Go => !path.starts_with("vendor/"),
        Language::Java => !path.contains("/test/") && !path.starts_with("buildSrc/"),
    }
}

fn is_test_name(name: &str, language: Language) -> bool {
    match language {
        Language::JavaScript => {
            name.contains(".test.")
                || name.contains(".spec.")
                || name.contains(".stories.")
                || name.contains("-test.")
                || name.contains(".cy.")
        }
        Language::Python => {
            name.starts_with("test_") || name.ends_with("_test.py") || name == "tests.py"
        }
        Language::Ruby => name.ends_with("_spec.rb") || name.ends_with("_test.rb"),
        Language::Go => name.ends_with("_test.go"),
        Language::Java => {
            name.ends_with("Test.java") || name.ends_with("Tests.java") || name.ends_with("IT.java")
        }
        Language::Php => name.ends_with("Test.php"),
    }
}

/// Configuration of tools that run at build time only.
fn is_tool_config(name: &str) -> bool {
    name.contains(".config.") && !name.starts_with("ecosystem") && !name.starts_with("next.")
        || matches!(
            name.split('.').next().unwrap_or_default(),
            "Gruntfile"
                | "gulpfile"
                | "webpack"
                | "karma"
                | "rollup"
                | "vite"
                | "jest"
                | "knexfile"
        )
        || (name.starts_with('.') && name.contains("rc"))
}

/// Settings modules of other environments: `settings/dev.py`, `config/test.py`.
fn is_other_settings(path: &str) -> bool {
    let stem = path
        .rsplit('/')
        .next()
        .unwrap_or(path)
        .trim_end_matches(".py");
    let settings =
        path.contains("settings/") || path.contains("config/") || stem.contains("settings");
    settings
        && stem.split(['_', '-', '.']).any(|word| {
            matches!(
                word,
                "dev" | "development" | "local" | "test" | "testing" | "tests" | "ci" | "docker"
            )
        })
}

/// Drops code that no process reaches.
pub(super) fn keep(app: &App, sources: &mut Sources) {
    let commands: Vec<_> = process::read(app, sources)
        .into_iter()
        .flat_map(|process| process.commands)
        .map(|command| command.text)
        .collect();
    // Scripts in bin/ run only where a process names them.
    sources.files.retain(|file| {
        let stem = file
            .path
            .rsplit_once('.')
            .map_or(file.path.as_str(), |(stem, _)| stem);
        !file.path.starts_with("bin/") || commands.iter().any(|command| command.contains(stem))
    });
    if !process::runs_node(app, sources) {
        sources
            .files
            .retain(|file| file.language != Language::JavaScript);
        return;
    }
    let Some(reached) = node_reach(app, sources) else {
        return;
    };
    sources
        .files
        .retain(|file| file.language != Language::JavaScript || reached.contains(&file.path));
}

/// What Node loads from its entry points; `None` if they can't be known.
fn node_reach(app: &App, sources: &Sources) -> Option<BTreeSet<String>> {
    let entries = process::node_entries(app, sources)?;
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut pending: Vec<&Code> = entries
        .iter()
        .filter_map(|entry| file(sources, entry))
        .collect();
    if pending.is_empty() {
        return None;
    }
    while let Some(code) = pending.pop() {
        if !reached.insert(code.path.clone()) {
            continue;
        }
        for import in &code.imports {
            if let Some(found) = resolve(sources, &code.path, &import.module) {
                pending.push(found);
            } else if is_built(&code.path, &import.module) {
                return None;
            } else if import.module.starts_with('@') || import.module.starts_with('~') {
                // A path alias of the bundler or of TypeScript: what it means is not known.
                if is_alias(app, &import.module) {
                    return None;
                }
            }
        }
        if code.computed_imports {
            let folder = code.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            pending.extend(sources.files.iter().filter(|other| {
                other.language == Language::JavaScript
                    && (folder.is_empty() || other.path.starts_with(&format!("{folder}/")))
            }));
        }
    }
    Some(reached)
}

fn file<'a>(sources: &'a Sources, path: &str) -> Option<&'a Code> {
    sources
        .files
        .binary_search_by(|probe| probe.path.as_str().cmp(path))
        .ok()
        .and_then(|at| sources.files.get(at))
}

/// Whether a relative import means what only a build makes.
fn is_built(from: &str, module: &str) -> bool {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = join(folder, module);
    module.starts_with('.')
        && ["dist", "build", "out", "lib", "generated"]
            .iter()
            .any(|built| path == *built || path.starts_with(&format!("{built}/")))
}

/// Whether a scoped import is no package of package.json.
fn is_alias(app: &App, module: &str) -> bool {
    let scope_and_name: Vec<_> = module.splitn(3, '/').take(2).collect();
    let package = scope_and_name.join("/");
    let Some(manifest) = app.package_json.good() else {
        return true;
    };
    ![
        "dependencies",
        "devDependencies",
        "optionalDependencies",
        "peerDependencies",
    ]
    .iter()
    .any(|group| {
        manifest
            .get(group)
            .and_then(|group| group.get(&package))
            .is_some()
    })
}

/// The file that a relative import means.
fn resolve<'a>(sources: &'a Sources, from: &str, module: &str) -> Option<&'a Code> {
    if !module.starts_with('.') {
        return None;
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = join(folder, module);
    let stem = path
        .strip_suffix(".js")
        .or_else(|| path.strip_suffix(".mjs"))
        .or_else(|| path.strip_suffix(".cjs"))
        .unwrap_or(&path);
    let endings = [
        "",
        ".js",
        ".mjs",
        ".cjs",
        ".ts",
        ".tsx",
        ".mts",
        ".cts",
        ".jsx",
        "/index.js",
        "/index.mjs",
        "/index.ts",
        "/index.cjs",
    ];
    file(sources, &path).or_else(|| {
        [stem, path.as_str()].iter().find_map(|base| {
            endings
                .iter()
                .find_map(|ending| file(sources, &format!("{base}{ending}")))
        })
    })
}

/// A path relative to a folder, with `.` and `..` resolved.
#[must_use]
pub fn join(folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_may_run() {
        for (path, language, runs) in [
            ("src/server.js", Language::JavaScript, true),
            ("test/server.js", Language::JavaScript, false),
            ("src/a.test.ts", Language::JavaScript, false),
            ("public/app.js", Language::JavaScript, false),
            ("app/models/user.rb", Language::Ruby, true),
            ("config/environments/test.rb", Language::Ruby, false),
            ("shop/settings/dev.py", Language::Python, false),
            ("shop/settings/production.py", Language::Python, true),
            ("src/main/java/a/App.java", Language::Java, true),
            ("main_test.go", Language::Go, false),
        ] {
            assert_eq!(may_run(path, language), runs, "{path}");
        }
    }

    #[test]
    fn paths_are_joined() {
        assert_eq!(join("src/lib", "../a/./b"), "src/a/b");
        assert_eq!(join("", "./a"), "a");
    }
}
