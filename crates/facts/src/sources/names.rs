//! Which files may run in a process, by their names?
//!
//! Tests, scripts, documentation, examples, browser assets and what package managers put
//! there never do.

mod settings;

use std::collections::BTreeSet;

use crate::code::Language;
use crate::tree::Tree;
use settings::{is_other_settings, is_tool_config};
use slugsmith_ecosystems as ecosystems;

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
pub(super) fn vendored(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    VENDORED.contains(&name)
        // Where Bundler puts gems beside an app (`bundle config path vendor/bundle`).
        || path.ends_with("/vendor/bundle")
        || matches!(
            path,
            "vendor" | "Godeps/_workspace" | "venv" | "env" | "target" | "tmp" | "log" | "coverage"
        )
}

const TEST_PARTS: &[&str] = &[
    "test",
    "tests",
    "spec",
    "specs",
    "__tests__",
    "__jest__",
    "__mocks__",
    "testing",
    "e2e",
    "cypress",
    "fixtures",
    "features",
    "testdata",
    "__fixtures__",
    "test-helpers",
    "test-lib",
    "test-support",
    "test-utils",
    "test_helpers",
    "testutils",
    "mocks",
    "playwright",
    "integration-tests",
    "locustfiles",
    "loadtests",
    "load-tests",
    "load_tests",
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
    "sandbox",
    "playground",
    "scratch",
    "experiments",
    "notebooks",
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
pub(super) fn outside_the_app(path: &str) -> bool {
    // Below it stand Java's packages, and `com.example` is no example.
    let path = path
        .split_once("src/main/")
        .map_or(path, |(module, _)| module);
    let mut parts: Vec<_> = path.split('/').collect();
    parts.pop();
    parts.iter().any(|part| {
        TEST_PARTS.contains(part)
            || DOC_PARTS.contains(part)
            || part.ends_with("-examples")
            || part.ends_with("_examples")
    })
}

/// Folders at the top, each with its `/`, that are the project of a Python server: a package with the module that the
/// server starts. Their name tells nothing of what is in them.
pub(super) fn projects(tree: &Tree) -> Vec<String> {
    const STARTED: &[&str] = &["wsgi.py", "asgi.py"];
    let paths = || {
        tree.entries()
            .iter()
            .filter_map(|entry| entry.path().to_str())
    };
    let folder_of = |path: &str, names: &[&str]| {
        let (folder, name) = path.split_once('/')?;
        names.contains(&name).then(|| folder.to_owned())
    };
    let started: BTreeSet<String> = paths()
        .filter_map(|path| folder_of(path, STARTED))
        .collect();
    let packages = paths().filter_map(|path| folder_of(path, &["__init__.py"]));
    packages
        .filter(|folder| started.contains(folder))
        .map(|folder| format!("{folder}/"))
        .collect()
}

/// Whether others wrote this file: a package copied into a folder of the app, or `WordPress`
/// with its plugins. Ruby, Python and Java apps may well have a part called `vendor`.
fn copied(path: &str, language: Language) -> bool {
    match language {
        Language::Php => {
            path.contains("/vendor/")
                || ["wp-includes/", "wp-admin/", "wp-content/plugins/"]
                    .iter()
                    .any(|folder| path.starts_with(folder) || path.contains(&format!("/{folder}")))
        }
        Language::JavaScript | Language::Go => path.contains("/vendor/"),
        Language::Ruby | Language::Python | Language::Java => false,
    }
}

/// Whether a code file may run in a process, by its name alone.
#[must_use]
pub(super) fn may_run(path: &str, language: Language) -> bool {
    if outside_the_app(path) || copied(path, language) {
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
    if name.starts_with('.') {
        return false;
    }
    let in_part = |list: &[&str]| parts.iter().any(|part| list.contains(part));
    // Java keeps everything below src/main, and Django apps may be called anything.
    let script = match language {
        Language::Java => false,
        _ => in_part(SCRIPT_PARTS),
    };
    if script || is_test_name(&parts, name, language) {
        return false;
    }
    match language {
        Language::JavaScript => {
            let browser = parts.iter().enumerate().any(|(depth, part)| {
                BROWSER_PARTS.contains(part) && (depth < 3 || *part != "client")
            });
            !browser
                && !path.starts_with("resources/")
                && !is_tool_config(path)
                && !name.ends_with(".d.ts")
                && !name.contains(".min.")
        }
        Language::Ruby => {
            !matches!(name, ecosystems::ruby::GEMFILE | "Guardfile")
                && !path.starts_with("config/environments/development")
                && !path.starts_with("config/environments/test")
                && !path.starts_with("db/")
                && !path.starts_with("lib/generators/")
                && !path.starts_with("config/deploy")
        }
        Language::Python => {
            !matches!(
                name,
                "conftest.py"
                    | ecosystems::python::SETUP_PY
                    | "noxfile.py"
                    | "fabfile.py"
                    | "tasks_dev.py"
            ) && !is_other_settings(path)
        }
        Language::Php => {
            !path.starts_with("database/")
                && !path.starts_with("resources/views/")
                && !path.starts_with("bootstrap/cache")
                // What Yii's `init` copies on the machine of a developer.
                && !path.starts_with("environments/dev/")
                && !name.starts_with(".php")
        }
        Language::Go => !path.starts_with("vendor/"),
        Language::Java => !path.contains("/test/") && !path.starts_with("buildSrc/"),
    }
}

fn is_test_name(parts: &[&str], name: &str, language: Language) -> bool {
    match language {
        Language::JavaScript => {
            name.contains(".test.")
                || name.contains(".spec.")
                || name.contains(".jest.")
                || name.contains(".stories.")
                || name.contains("-test.")
                || name.contains(".cy.")
        }
        Language::Python => {
            name.starts_with("test_")
                || name.ends_with("_test.py")
                || matches!(name, "tests.py" | "locustfile.py")
        }
        Language::Ruby => name.ends_with("_spec.rb") || name.ends_with("_test.rb"),
        Language::Go => name.ends_with("_test.go"),
        Language::Java => {
            name.ends_with("Test.java") || name.ends_with("Tests.java") || name.ends_with("IT.java")
        }
        // Yii's `config/test.php`, `config/test_db.php` and `web/index-test.php`.
        Language::Php => {
            let stem = name.trim_end_matches(".php");
            let mut words = stem.split(['_', '-', '.']);
            let is_setting = parts.contains(&"config") || stem.starts_with("index");
            name.ends_with("Test.php")
                || is_setting && words.any(|word| matches!(word, "test" | "tests"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_may_run() {
        for (path, language, runs) in [
            ("src/server.js", Language::JavaScript, true),
            ("__jest__/environment.jest.js", Language::JavaScript, false),
            ("config/web.php", Language::Php, true),
            ("config/test_db.php", Language::Php, false),
            ("web/index-test.php", Language::Php, false),
            ("environments/dev/web/index.php", Language::Php, false),
            ("test/server.js", Language::JavaScript, false),
            ("src/a.test.ts", Language::JavaScript, false),
            ("public/app.js", Language::JavaScript, false),
            ("app/models/user.rb", Language::Ruby, true),
            ("config/environments/test.rb", Language::Ruby, false),
            ("shop/settings/dev.py", Language::Python, false),
            ("shop/settings/production.py", Language::Python, true),
            ("shop/settings_travis.py", Language::Python, false),
            ("src/main/java/a/App.java", Language::Java, true),
            ("main_test.go", Language::Go, false),
            ("lib/vendor/aws/Client.php", Language::Php, false),
            ("wp-content/plugins/s3/s3.php", Language::Php, false),
            ("wp-content/themes/shop/functions.php", Language::Php, true),
            ("app/controllers/vendor/orders.rb", Language::Ruby, true),
            ("tools/push-examples/main.go", Language::Go, false),
        ] {
            assert_eq!(may_run(path, language), runs, "{path}");
        }
    }
    #[test]
    fn a_project_of_python_is_one_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            "docs/__init__.py",
            "docs/asgi.py",
            "examples/wsgi.py",
            "tests/__init__.py",
        ] {
            let path = folder.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "").unwrap();
        }
        assert_eq!(projects(&Tree::read(folder.path())), ["docs/"]);
    }
}
