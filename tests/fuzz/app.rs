//! A whole build of an app with one damaged file: caches, strip, budget, audit and the
//! printers, with package managers that only pretend. Files beside the app never change.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use slugsmith::cache::Verdict;
use slugsmith::cache::store::Store;
use slugsmith::cache::warm::Remote;
use slugsmith::config;
use slugsmith::config::LogLevel;
use slugsmith::facts::environment::{self, Environment, World};
use slugsmith::flow::{self, Classic, Input};
use slugsmith::print::build_log::BuildLog;
use slugsmith::print::line::Skin;
use slugsmith::print::{github, json, sarif};
use slugsmith::report::Report;

use crate::engine::{corpus, run};
use crate::support::{Sandbox, repository};

/// Answers what presets ask, and installs one package where it is told to.
const TOOL: &str = r#"#!/bin/sh
case "$0 $1" in
*/node*) echo "20.1.0 115"; exit;;
*/python*) echo "3.11.2 cpython-311"; exit;;
esac
case "$*" in
*version*|-v|-V) echo "10.9.3"; exit;;
esac
case "$0 $1" in
*/npm\ ci|*/npm\ install|*/yarn\ *|*/pnpm\ install|*/bun\ install)
  /bin/mkdir -p node_modules/ms/test
  echo 'module.exports = 1' > node_modules/ms/index.js
  echo 'test' > node_modules/ms/test/a.js
  echo '{"name":"ms","main":"index.js"}' > node_modules/ms/package.json;;
esac
exit 0
"#;
const TOOLS: &[&str] = &[
    "bun", "bundle", "cargo", "composer", "go", "gradle", "java", "mvn", "node", "npm", "php",
    "pip", "pipenv", "pnpm", "poetry", "python", "python3", "ruby", "rustc", "uv", "yarn",
];
/// Every so many inputs caches start anew; in between they meet a changed lockfile.
const BUILDS_PER_STORE: u64 = 40;
/// An app with a Procfile and nothing else.
const BARE: &str = "";

pub(crate) struct Bed {
    pub(crate) sandbox: Sandbox,
    pristine: Option<PathBuf>,
    environment: Environment,
    /// How many were made with this cache.
    pub(crate) builds: u64,
    /// A store that others share.
    pub(crate) remote: Option<Arc<dyn Remote>>,
}

impl Bed {
    pub(crate) fn of(app: &str) -> Self {
        let mut sandbox = Sandbox::new();
        for tool in TOOLS {
            sandbox = sandbox.program(tool, TOOL);
        }
        fs_err::create_dir(sandbox.path("outside")).unwrap();
        fs_err::write(sandbox.path("outside/precious"), "precious").unwrap();
        let variables = BTreeMap::from([
            ("PATH".to_owned(), sandbox.path("bin").into_os_string()),
            ("HOME".to_owned(), sandbox.path("home").into_os_string()),
            ("SOME_TOKEN".to_owned(), OsString::from("x")),
        ]);
        Self {
            sandbox,
            pristine: (app != BARE).then(|| repository("tests/fixtures/pairs/apps").join(app)),
            environment: Environment {
                world: World::Classic,
                target: environment::this_machine(Some("heroku-24")),
                variables,
            },
            builds: 0,
            remote: None,
        }
    }

    pub(crate) fn fresh(&self) -> PathBuf {
        let app = self.sandbox.app();
        fs_err::remove_dir_all(&app).unwrap();
        fs_err::create_dir(&app).unwrap();
        if let Some(pristine) = &self.pristine {
            let options = fs_extra::dir::CopyOptions::new().content_only(true);
            fs_extra::dir::copy(pristine, &app, &options).unwrap();
        } else {
            put(&app.join("Procfile"), b"web: run\n");
        }
        app
    }

    /// Builds and prints in every form; an error is an answer too.
    pub(crate) fn build(&mut self) -> Option<Report> {
        let app = self.sandbox.app();
        let cache = self.sandbox.path("cache");
        if self.builds.is_multiple_of(BUILDS_PER_STORE) {
            fs_err::remove_dir_all(&cache).unwrap();
            fs_err::create_dir(&cache).unwrap();
        }
        self.builds += 1;
        let store = Store::new(cache);
        match &self.remote {
            Some(remote) => self.build_with(&app, &store.with_remote(Arc::clone(remote))),
            None => self.build_with(&app, &store),
        }
    }

    pub(crate) fn build_with(&self, app: &Path, store: &Store) -> Option<Report> {
        let config = config::read(app, &self.environment).ok()?;
        let mut printed = Vec::new();
        let mut log = BuildLog::new(&mut printed, Skin::Classic, LogLevel::Verbose);
        let input = Input {
            app,
            config: &config,
            environment: &self.environment,
            store: Some(store),
            layers: None,
            classic: Some(Classic {
                processes: &[],
                config_vars: &self.sandbox.path("env"),
                buildpack: None,
            }),
            previous: None,
        };
        let report = flow::build(&input, &mut log).ok();
        if let Some(report) = &report {
            for text in [
                json::report(report),
                sarif::report(report, slugsmith::explain::rule),
            ] {
                serde_json::from_str::<serde_json::Value>(&text).unwrap();
            }
            let _ = github::report(report);
        }
        let printed = String::from_utf8_lossy(&printed);
        assert!(!printed.contains('\r'), "{printed}");
        self.check();
        report
    }

    /// Nothing beside the app has changed, and nothing ran that a name spelled.
    fn check(&self) {
        let outside = self.sandbox.path("outside");
        let names: Vec<_> = fs_err::read_dir(&outside)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["precious"]);
        let precious = fs_err::read_to_string(outside.join("precious")).unwrap();
        assert_eq!(precious, "precious");
        for folder in ["", "app", "home"] {
            assert!(!self.sandbox.path(folder).join("pwned").exists());
        }
    }
}

/// A file that may have folders above it that don't exist yet; scripts can be run.
fn put(path: &Path, content: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, content).unwrap();
    if content.starts_with(b"#!") {
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Builds `app` with mutations of `endings` at `path`. One of the undamaged files
/// must build, and where there is nothing else in the app, something must be installed.
fn fuzz(name: &str, app: &str, path: &str, endings: &[&str], beside: &[(&str, &str)]) {
    let mut bed = Bed::of(app);
    let mut build = |data: &[u8]| {
        let root = bed.fresh();
        for (name, content) in beside {
            put(&root.join(name), content.as_bytes());
        }
        put(&root.join(path), data);
        bed.build()
    };
    let seeds = corpus(endings);
    let installs = |report: &Report| {
        let mut verdicts = report.caches.iter().map(|one| &one.decision.verdict);
        verdicts.any(|verdict| !matches!(verdict, Verdict::Skipped { .. }))
    };
    let is_meant = |report: &Report| app != BARE || installs(report);
    let mut undamaged = seeds.iter().filter_map(|seed| build(seed));
    assert!(
        undamaged.any(|report| is_meant(&report)),
        "{path} has no effect"
    );
    run(name, &seeds, |data| drop(build(data)));
}

macro_rules! targets {
    ($($name:ident: $app:expr, $path:literal, [$($ending:literal),+] $(, with [$($beside:expr),+])?;)*) => {
        $(#[test]
        fn $name() {
            fuzz(stringify!($name), $app, $path, &[$($ending),+], &[$($($beside),+)?]);
        })*
    };
}

const MODULE: (&str, &str) = (
    "node_modules/ms/index.js",
    "require('./a'); require('debug')",
);
const RECORD: (&str, &str) = (
    "venv/lib/python3.11/site-packages/flask/__init__.py",
    "import click",
);

targets! {
    build_package_json: "node", "package.json", ["package.json"];
    build_package_lock: "node", "package-lock.json", ["package-lock.json"];
    build_shrinkwrap: "node", "npm-shrinkwrap.json", ["package-lock.json"];
    build_npmrc: "node", ".npmrc", ["npmrc"];
    build_tsconfig: "node", "tsconfig.json", ["tsconfig.json"], with [("node_modules/.bin/tsc", "")];
    build_prisma: "node", "prisma/schema.prisma", ["schema.prisma"];
    build_next_config: "node", "next.config.js", ["next.config.js"];
    build_module: "node", "node_modules/ms/package.json", ["package.json"], with [MODULE];
    build_module_traced: "node", "node_modules/ms/package.json", ["package.json"], with [MODULE,
        ("project.toml", "[com.slugsmith.strip]\nlevel = \"trace\"\n")];
    build_module_code: "node", "node_modules/ms/index.js", [".js", ".cjs", ".mjs"], with [
        ("node_modules/ms/package.json", "{\"name\":\"ms\",\"main\":\"index.js\"}"),
        ("node_modules/ms/test/a.js", "1"),
        ("project.toml", "[com.slugsmith.strip]\nlevel = \"trace\"\n")];
    build_requirements: "flask", "requirements.txt", ["requirements.txt"];
    build_dist_info: "flask", "venv/lib/python3.11/site-packages/flask-3.0.3.dist-info/METADATA", ["METADATA"],
        with [RECORD];
    build_record: "flask", "venv/lib/python3.11/site-packages/flask-3.0.3.dist-info/RECORD", ["RECORD"], with [RECORD];
    build_entry_points: "flask", "venv/lib/python3.11/site-packages/flask-3.0.3.dist-info/entry_points.txt",
        ["entry_points.txt"], with [RECORD];
    build_gemfile_lock: "rails", "Gemfile.lock", ["Gemfile.lock"];
    build_composer_lock: "laravel", "composer.lock", ["composer.lock"];
    build_composer_json: "laravel", "composer.json", ["composer.json"];
    build_installed_json: "laravel", "vendor/composer/installed.json", ["installed.json"],
        with [("vendor/monolog/monolog/src/a.php", "<?php")];
    build_go_sum: "go", "go.sum", ["go.sum"];
    build_go_mod: "go", "go.mod", ["go.mod"];
    build_pom: "spring", "pom.xml", ["pom.xml"], with [("mvnw", "#!/bin/sh\n")];
    build_project_toml: "node", "project.toml", ["project.toml"];
    build_slugignore: "rails", ".slugignore", [".slugignore", ".gitignore"];
    build_keep_list: "node", "slugsmith.keep", ["slugsmith.keep"], with [MODULE];
    build_buildcache: "node", ".buildcache", ["buildcache"];
    build_procfile: "node", "Procfile", ["Procfile"];
    build_app_json: "node", "app.json", ["app.json"];
    build_profile_script: "node", ".profile.d/nodejs.sh", ["profile.sh"];
    build_profile: "node", ".profile", ["profile.sh", ".sh"];
}

const NPM: (&str, &str) = (
    "package.json",
    r#"{"name":"shop","workspaces":["packages/*"],"dependencies":{"ms":"^2.0.0"},"devDependencies":{"debug":"4"}}"#,
);
const PYTHON: (&str, &str) = (
    "pyproject.toml",
    "[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"flask\"]\n[tool.poetry]\nname = \"shop\"\n",
);

targets! {
    build_yarn_classic: BARE, "yarn.lock", ["classic-yarn.lock", "bad-npm-yarn/yarn.lock"], with [NPM];
    build_yarn_berry: BARE, "yarn.lock", ["berry-yarn.lock"], with [NPM, (".yarnrc.yml", "nodeLinker: node-modules\n")];
    build_yarnrc: BARE, ".yarnrc.yml", ["database.yml", ".yml"],
        with [NPM, ("yarn.lock", "__metadata:\n  version: 8\n")];
    build_pnpm_lock: BARE, "pnpm-lock.yaml", ["pnpm-lock.yaml"], with [NPM];
    build_pnpm_workspace: BARE, "pnpm-workspace.yaml", ["pnpm-workspace.yaml"],
        with [NPM, ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n")];
    build_bun_lock: BARE, "bun.lock", ["bun.lock"], with [NPM];
    build_poetry_lock: BARE, "poetry.lock", ["poetry.lock"], with [PYTHON];
    build_uv_lock: BARE, "uv.lock", ["uv.lock"], with [PYTHON];
    build_pipfile_lock: BARE, "Pipfile.lock", ["Pipfile.lock"], with [("Pipfile", "[packages]\nflask = \"*\"\n")];
    build_pyproject: BARE, "pyproject.toml", ["pyproject.toml"], with [("uv.lock", "version = 1\n")];
    build_cargo_lock: BARE, "Cargo.lock", ["Cargo.lock.seed"], with [("Cargo.toml", "[package]\nname = \"shop\"\n\
        version = \"0.1.0\"\n"), ("src/main.rs", "fn main() {}")];
    build_cargo_toml: BARE, "Cargo.toml", ["Cargo.toml.seed"], with [("Cargo.lock", "version = 4\n")];
    build_gradle_lock: BARE, "gradle.lockfile", ["gradle.lockfile"],
        with [("build.gradle", "plugins { id 'java' }\n"), ("gradlew", "#!/bin/sh\n")];
    build_gradle: BARE, "build.gradle", ["build.gradle"], with [("gradlew", "#!/bin/sh\n")];
}

/// An aside folder with a journal that somebody committed.
#[test]
fn build_journal() {
    let mut bed = Bed::of("node");
    let seeds: Vec<Vec<u8>> = [
        &b"slugsmith-journal 2\0-docs/a.md\0=src/x.so\0\0end\0"[..],
        b"slugsmith-journal 2\0-../outside/precious\0-/etc/passwd\0\0end\0",
        b"slugsmith-journal 2\0-out/planted\0\0end\0",
    ]
    .map(<[u8]>::to_vec)
    .into();
    run("build_journal", &seeds, |data| {
        let app = bed.fresh();
        std::os::unix::fs::symlink("../outside", app.join("out")).unwrap();
        put(&app.join(".slugsmith-aside/journal"), data);
        put(&app.join(".slugsmith-aside/0/0"), b"planted");
        put(&app.join(".slugsmith-aside/0/1"), b"planted");
        bed.build();
    });
}

/// Each line of the input is the name of a file, or `NAME -> TARGET` a link.
#[test]
fn build_names() {
    use std::os::unix::ffi::OsStrExt;
    let mut bed = Bed::of("node");
    run("build_names", &corpus(&["names.list"]), |data| {
        let app = bed.fresh();
        for line in data.split(|byte| *byte == b'\n').take(40) {
            let text: Vec<_> = line.splitn(2, |byte| *byte == b'>').collect();
            let name = text[0].strip_suffix(b" -").unwrap_or(text[0]);
            let path = Path::new(std::ffi::OsStr::from_bytes(name));
            let plain = path
                .components()
                .all(|part| matches!(part, std::path::Component::Normal(_)));
            // Only names that the test itself can make inside of the app.
            if !plain || has_link(&app, path) {
                continue;
            }
            let place = app.join(path);
            let _ = fs_err::create_dir_all(place.parent().unwrap());
            if let Some(target) = text.get(1) {
                let target = std::ffi::OsStr::from_bytes(target.trim_ascii());
                let _ = std::os::unix::fs::symlink(target, place);
            } else {
                let _ = fs_err::write(place, "content");
            }
        }
        bed.build();
    });
}

/// Whether the path leads through a link.
fn has_link(app: &Path, path: &Path) -> bool {
    path.ancestors()
        .any(|part| app.join(part).is_symlink() && !part.as_os_str().is_empty())
}
