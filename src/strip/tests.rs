//! Whole decisions on small trees: facts from a temporary folder, no package manager.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{StripReport, run};
use crate::config::{self, Config};
use crate::facts::environment::{Environment, Target, World};

pub(super) fn environment() -> Environment {
    Environment {
        world: World::CloudNative,
        target: Target {
            os: "linux".to_owned(),
            arch: "amd64".to_owned(),
            distro: "debian 12".to_owned(),
        },
        variables: BTreeMap::new(),
    }
}

pub(super) fn app(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, content).unwrap();
    }
    folder
}

fn config(text: &str) -> Config {
    config::parse(text, &environment()).unwrap()
}

pub(super) fn strip_with(folder: &Path, text: &str) -> StripReport {
    run(folder, &config(text), &environment(), false).unwrap()
}

fn strip(folder: &Path) -> StripReport {
    strip_with(folder, "")
}

pub(super) fn left(folder: &Path) -> Vec<String> {
    let tree = crate::facts::tree::Tree::read(folder);
    tree.entries()
        .iter()
        .filter(|entry| entry.kind() != crate::facts::tree::EntryKind::Directory)
        .map(|entry| entry.path().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn folders_named_doc_and_examples_stay_when_code_is_in_them() {
    let folder = app(&[
        ("package.json", r#"{"scripts":{"start":"node server.js"}}"#),
        ("server.js", "require('exceljs')"),
        (
            "node_modules/exceljs/package.json",
            r#"{"main":"./excel.js"}"#,
        ),
        (
            "node_modules/exceljs/excel.js",
            "module.exports = require('./lib/doc/workbook')",
        ),
        (
            "node_modules/exceljs/lib/doc/workbook.js",
            "require('./cell')",
        ),
        ("node_modules/exceljs/lib/doc/cell.js", ""),
        ("node_modules/exceljs/lib/doc/unused.js", ""),
        (
            "node_modules/phone/package.json",
            r#"{"exports":{".":"./index.js","./examples":"./examples/index.js"}}"#,
        ),
        ("node_modules/phone/index.js", ""),
        ("node_modules/phone/examples/index.js", ""),
        ("node_modules/phone/examples/other.js", ""),
    ]);
    let report = strip(folder.path());
    let left = left(folder.path());
    for kept in [
        "exceljs/lib/doc/workbook.js",
        "exceljs/lib/doc/cell.js",
        "phone/examples/index.js",
    ] {
        assert!(
            left.iter().any(|path| path.ends_with(kept)),
            "{kept}: {left:?}"
        );
    }
    assert_eq!(report.removed.files, 2);
    let kept = report
        .kept
        .iter()
        .find(|kept| kept.path == "exceljs/lib/doc")
        .unwrap();
    assert_eq!(kept.because, "loaded by excel.js:1");
}

#[test]
fn computed_names_keep_what_they_can_reach() {
    let folder = app(&[
        ("package.json", "{}"),
        ("node_modules/a/package.json", r#"{"main":"index.js"}"#),
        (
            "node_modules/a/index.js",
            "require(`./test/${name}`); require('./esm/' + name)",
        ),
        ("node_modules/a/test/x.js", ""),
        ("node_modules/a/esm/x.js", ""),
        ("node_modules/a/umd/x.js", ""),
        ("node_modules/b/package.json", "{}"),
        (
            "node_modules/b/index.js",
            "fs.readdirSync(path.join(__dirname, 'fixtures', x)).map(f => require(f))",
        ),
        ("node_modules/b/fixtures/x.js", ""),
        ("node_modules/b/types.d.ts", ""),
    ]);
    strip(folder.path());
    let left = left(folder.path());
    assert!(left.contains(&"node_modules/a/test/x.js".to_owned()));
    assert!(left.contains(&"node_modules/a/esm/x.js".to_owned()));
    assert!(!left.contains(&"node_modules/a/umd/x.js".to_owned()));
    assert!(left.contains(&"node_modules/b/fixtures/x.js".to_owned()));
    assert!(!left.contains(&"node_modules/b/types.d.ts".to_owned()));
}

#[test]
fn files_that_code_reads_beside_itself_stay() {
    let folder = app(&[
        ("package.json", "{}"),
        ("node_modules/a/package.json", r#"{"main":"lib/i.js"}"#),
        (
            "node_modules/a/lib/i.js",
            "fs.readFileSync(path.join(__dirname, '..', 'README.md'))",
        ),
        ("node_modules/a/README.md", "# a"),
        ("node_modules/a/LICENSE", "MIT"),
        ("node_modules/a/CHANGELOG.md", "# a"),
        (
            "node_modules/b/package.json",
            r#"{"type":"module","exports":"./i.js"}"#,
        ),
        (
            "node_modules/b/i.js",
            "new URL('./docs/x.json', import.meta.url)",
        ),
        ("node_modules/b/docs/x.json", "{}"),
    ]);
    strip(folder.path());
    let left = left(folder.path());
    assert!(left.contains(&"node_modules/a/README.md".to_owned()));
    assert!(!left.contains(&"node_modules/a/CHANGELOG.md".to_owned()));
    assert!(left.contains(&"node_modules/b/docs/x.json".to_owned()));
}

#[test]
fn the_only_licence_text_stays() {
    let folder = app(&[
        ("package.json", "{}"),
        ("node_modules/a/package.json", "{}"),
        ("node_modules/a/README.md", "## License\nMIT"),
        ("node_modules/b/package.json", "{}"),
        ("node_modules/b/README.md", "## License\nMIT"),
        ("node_modules/b/LICENSE.txt", "MIT"),
    ]);
    strip(folder.path());
    let left = left(folder.path());
    assert!(left.contains(&"node_modules/a/README.md".to_owned()));
    assert!(!left.contains(&"node_modules/b/README.md".to_owned()));
}

#[test]
fn the_apps_tests_go_unless_something_kept_uses_them() {
    let files = [
        ("package.json", r#"{"scripts":{"test":"mocha test"}}"#),
        ("Procfile", "web: node server.js\n"),
        ("server.js", "require('./lib')"),
        ("lib/index.js", ""),
        ("test/a.js", ""),
        ("docs/a.md", ""),
        (".github/workflows/ci.yml", ""),
    ];
    let folder = app(&files);
    strip(folder.path());
    assert_eq!(
        left(folder.path()),
        ["Procfile", "lib/index.js", "package.json", "server.js"]
    );
    let folder = app(&files);
    fs_err::write(
        folder.path().join("server.js"),
        "app.use('/d', express.static('docs')); require('./test/a')",
    )
    .unwrap();
    strip(folder.path());
    let left = left(folder.path());
    assert!(
        left.contains(&"docs/a.md".to_owned()) && left.contains(&"test/a.js".to_owned()),
        "{left:?}"
    );
}

#[test]
fn typescript_and_source_maps_at_start_keep_theirs() {
    let files = [
        ("node_modules/a/package.json", "{}"),
        ("node_modules/a/index.js", ""),
        ("node_modules/a/index.js.map", "{}"),
        ("node_modules/a/index.d.ts", ""),
    ];
    let start = |command: &str| {
        let folder = app(&files);
        fs_err::write(folder.path().join("Procfile"), format!("web: {command}\n")).unwrap();
        strip(folder.path());
        left(folder.path())
    };
    let ends = |left: &[String], end: &str| left.iter().any(|path| path.ends_with(end));
    let plain = start("node a.js");
    assert!(!ends(&plain, ".map") && !ends(&plain, ".d.ts"));
    assert!(ends(&start("node --enable-source-maps a.js"), ".map"));
    assert!(ends(&start("ts-node a.ts"), ".d.ts"));
}

#[test]
fn users_lists_decide_and_keep_wins() {
    let folder = app(&[
        ("package.json", "{}"),
        ("design/a.psd", "x"),
        ("design/b.psd", "x"),
        ("node_modules/a/package.json", "{}"),
        ("node_modules/a/index.js.map", "{}"),
    ]);
    let report = strip_with(
        folder.path(),
        "[com.slugsmith.strip]\nkeep = [\"design/a.psd\", \"*.js.map\"]\nremove = [\"design/**\", \"nothing/\"]\n",
    );
    assert_eq!(
        left(folder.path()),
        [
            "design/a.psd",
            "node_modules/a/index.js.map",
            "node_modules/a/package.json",
            "package.json"
        ]
    );
    assert_eq!(report.unused_remove, ["nothing/"]);
}

#[test]
fn a_dry_run_and_level_off_change_nothing() {
    let folder = app(&[
        ("package.json", "{}"),
        ("node_modules/a/package.json", "{}"),
        ("node_modules/a/i.js.map", "{}"),
    ]);
    let report = run(folder.path(), &config(""), &environment(), true).unwrap();
    assert_eq!((report.removed.files, report.dry_run), (1, true));
    let report = strip_with(folder.path(), "[com.slugsmith.strip]\nlevel = \"off\"\n");
    assert_eq!(report.removed.files, 0);
    assert_eq!(left(folder.path()).len(), 3);
}

#[test]
fn links_lead_nowhere_and_their_targets_stay() {
    let outside = app(&[("x.js.map", "precious")]);
    let folder = app(&[
        ("package.json", "{}"),
        ("store/b/package.json", "{}"),
        ("node_modules/a/package.json", "{}"),
        ("node_modules/a/test/cli.js", ""),
        ("node_modules/a/test/other.js", ""),
    ]);
    let link = |target: &Path, at: &str| {
        let at = folder.path().join(at);
        fs_err::create_dir_all(at.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, at).unwrap();
    };
    link(outside.path(), "node_modules/out");
    link(Path::new("../a/test/cli.js"), "node_modules/.bin/a");
    link(Path::new("loop"), "node_modules/loop");
    strip(folder.path());
    assert!(outside.path().join("x.js.map").exists());
    let left = left(folder.path());
    assert!(left.contains(&"node_modules/a/test/cli.js".to_owned()));
    assert!(!left.contains(&"node_modules/a/test/other.js".to_owned()));
}

#[test]
fn broken_manifests_and_odd_names_are_left_alone() {
    let folder = app(&[("package.json", "{")]);
    for number in 0..10_000 {
        let package = folder.path().join(format!("node_modules/p{number}"));
        fs_err::create_dir_all(&package).unwrap();
        fs_err::write(package.join("package.json"), "{ \"main\": ").unwrap();
    }
    fs_err::write(folder.path().join("node_modules/p1/a.js.map"), "{}").unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"node_modules/p1/\xff.js.map");
    fs_err::write(folder.path().join(odd), "{}").unwrap();
    let report = strip(folder.path());
    assert_eq!(report.removed.files, 0);
    assert_eq!(report.before.files, 10_003);
}

#[test]
fn a_folder_that_may_not_be_changed_is_reported() {
    let folder = app(&[
        ("package.json", "{}"),
        ("node_modules/a/package.json", "{}"),
        ("node_modules/a/lib/i.js.map", "{}"),
        ("node_modules/a/j.js.map", "{}"),
    ]);
    let locked = folder.path().join("node_modules/a/lib");
    fs_err::set_permissions(&locked, std::fs::Permissions::from_mode(0o555)).unwrap();
    let report = strip(folder.path());
    // The super-user may remove the folder, too.
    let _ = fs_err::set_permissions(&locked, std::fs::Permissions::from_mode(0o755));
    // The super-user may write anywhere; then there is nothing to report.
    let failed = report.failed.len();
    assert_eq!(report.removed.files + failed as u64, 2);
    assert_eq!(locked.join("i.js.map").exists(), failed == 1);
    assert!(!folder.path().join("node_modules/a/j.js.map").exists());
}

#[test]
fn other_names_of_a_hard_link_keep_their_content() {
    let folder = app(&[
        ("package.json", "{}"),
        ("node_modules/a/package.json", "{}"),
        ("kept.txt", "content"),
    ]);
    fs_err::hard_link(
        folder.path().join("kept.txt"),
        folder.path().join("node_modules/a/i.js.map"),
    )
    .unwrap();
    strip(folder.path());
    assert_eq!(
        fs_err::read_to_string(folder.path().join("kept.txt")).unwrap(),
        "content"
    );
    assert!(!folder.path().join("node_modules/a/i.js.map").exists());
}

#[test]
fn only_prebuilt_binaries_for_other_machines_go() {
    let folder = app(&[
        ("package.json", "{}"),
        ("node_modules/a/package.json", "{}"),
        (
            "node_modules/a/index.js",
            "require('node-gyp-build')(__dirname)",
        ),
        ("node_modules/a/prebuilds/linux-x64/a.node", "x"),
        ("node_modules/a/prebuilds/darwin-arm64/a.node", "x"),
        ("node_modules/a/prebuilds/linux-x64/a.musl.node", "x"),
        ("node_modules/b/package.json", "{}"),
        ("node_modules/b/prebuilds/win32-x64/b.node", "x"),
    ]);
    strip(folder.path());
    let nodes: Vec<_> = left(folder.path())
        .into_iter()
        .filter(|path| path.ends_with(".node"))
        .collect();
    // `b` has nothing for this machine: what there is may be all that somebody needs.
    assert_eq!(
        nodes,
        [
            "node_modules/a/prebuilds/linux-x64/a.node",
            "node_modules/b/prebuilds/win32-x64/b.node"
        ]
    );
}

#[test]
fn a_dev_dependency_that_runs_is_named_with_its_line() {
    let folder = app(&[
        (
            "package.json",
            r#"{"scripts":{"start":"node src/server"},"devDependencies":{"dotenv":"1","mocha":"1","chalk":"1"}}"#,
        ),
        (
            "src/server.js",
            "const http = require('http');\nrequire('dotenv/config');\nrequire('./more')",
        ),
        (
            "src/more.js",
            "if (process.env.NODE_ENV !== 'production') { require('chalk') }",
        ),
        ("test/a.js", "require('mocha')"),
    ]);
    let report = strip(folder.path());
    let needed: Vec<_> = report
        .dev_dependencies
        .iter()
        .map(|one| (one.name.as_str(), one.path.as_str(), one.line))
        .collect();
    assert_eq!(needed, [("dotenv", "src/server.js", 2)]);
}

#[test]
fn a_laptops_repository_is_never_touched() {
    let folder = app(&[("package.json", "{}"), (".git/config", "x")]);
    let laptop = Environment {
        world: World::Embedded,
        ..environment()
    };
    run(folder.path(), &config(""), &laptop, false).unwrap();
    assert!(folder.path().join(".git/config").exists());
    strip(folder.path());
    assert!(!folder.path().join(".git").exists());
}

#[test]
fn an_interrupted_strip_is_taken_back_before_the_next() {
    let folder = app(&[
        ("package.json", "{}"),
        ("node_modules/a/package.json", "{}"),
        ("src/a.js", "x"),
    ]);
    let aside = super::journal::move_aside(
        folder.path(),
        vec![super::journal::Change::Remove("src/a.js".into())],
        &|_| Ok(None),
        &mut |_| Ok(()),
    );
    drop(aside.unwrap());
    assert!(!folder.path().join("src/a.js").exists());
    strip(folder.path());
    assert!(folder.path().join("src/a.js").exists());
    assert!(!folder.path().join(super::journal::FOLDER).exists());
}

#[test]
fn a_failing_verify_command_puts_everything_back() {
    let files = [
        ("package.json", "{}"),
        ("node_modules/a/package.json", "{}"),
        ("node_modules/a/i.js.map", "{}"),
    ];
    let path = std::env::var_os("PATH").unwrap();
    let environment = Environment {
        variables: BTreeMap::from([("PATH".to_owned(), path)]),
        ..environment()
    };
    let with = |command: &str| {
        let folder = app(&files);
        let text = format!("[com.slugsmith.strip]\nverify = [\"{command}\"]\n");
        let report = run(folder.path(), &config(&text), &environment, false).unwrap();
        (report, left(folder.path()).len())
    };
    let (report, files) = with("test ! -e node_modules/a/i.js.map");
    assert_eq!((report.removed.files, report.put_back, files), (1, None, 2));
    let (report, files) = with("cat node_modules/a/i.js.map");
    assert_eq!((report.removed.files, files), (0, 3));
    assert_eq!(report.put_back.unwrap().status, "exit code 1");
}

#[test]
fn trace_follows_the_apps_own_references() {
    let folder = app(&[
        ("package.json", r#"{"scripts":{"start":"node server.js"}}"#),
        ("server.js", "const a = require('a'); load('bee')"),
        ("node_modules/a/package.json", r#"{"main":"./lib"}"#),
        (
            "node_modules/a/lib/index.js",
            "require('./used'); try { require('c/x') } catch {}; read(__dirname + '/../data.bin')",
        ),
        ("node_modules/a/lib/used.js", ""),
        ("node_modules/a/lib/unused.js", ""),
        ("node_modules/a/data.bin", "x"),
        ("node_modules/bee/package.json", "{}"),
        ("node_modules/bee/index.js", ""),
        ("node_modules/c/package.json", "{}"),
        ("node_modules/c/index.js", ""),
        ("node_modules/c/x.js", ""),
        ("node_modules/d/package.json", "{}"),
        ("node_modules/d/index.js", ""),
        ("node_modules/d/data.bin", "x"),
    ]);
    strip_with(folder.path(), "[com.slugsmith.strip]\nlevel = \"trace\"\n");
    let left: Vec<_> = left(folder.path())
        .into_iter()
        .filter(|path| !path.ends_with("package.json"))
        .collect();
    assert_eq!(
        left,
        [
            "node_modules/a/data.bin",
            "node_modules/a/lib/index.js",
            "node_modules/a/lib/used.js",
            "node_modules/bee/index.js",
            "node_modules/c/x.js",
            "server.js"
        ]
    );
}

#[test]
fn python_tests_go_unless_imported_and_installers_unless_needed() {
    let sp = "venv/lib/python3.11/site-packages";
    let path = |inside: &str| format!("{sp}/{inside}");
    let files = [
        ("Procfile".to_owned(), "web: gunicorn app:app\n"),
        (
            "app.py".to_owned(),
            "import django.test.client\nfrom numpy import array",
        ),
        (path("django/test/client.py"), ""),
        (path("django/__init__.py"), ""),
        (
            path("numpy/__init__.py"),
            "import os; os.listdir(os.path.dirname(__file__))",
        ),
        (path("numpy/__init__.pyi"), ""),
        (path("numpy/tests/test_a.py"), "import numpy.tests.b"),
        (path("numpy/tests/__pycache__/test_a.cpython-311.pyc"), "x"),
        (path("lazy/tests/helper.py"), ""),
        (
            path("lazy/core.py"),
            "importlib.import_module('lazy.tests.helper')",
        ),
        (path("pip/__init__.py"), "import pip._vendor"),
        (path("pip-24.0.dist-info/RECORD"), ""),
        (path("setuptools/__init__.py"), ""),
        (path("setuptools-65.dist-info/METADATA"), ""),
        (path("pkg_resources/__init__.py"), ""),
        (
            path("old/__init__.py"),
            "try:\n    import pkg_resources\nexcept ImportError: pass",
        ),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    let folder = app(&files);
    strip(folder.path());
    let gone: Vec<_> = files
        .iter()
        .map(|(path, _)| *path)
        .filter(|path| !folder.path().join(path).exists())
        .map(|path| path.trim_start_matches(sp))
        .collect();
    assert_eq!(
        gone,
        [
            "/numpy/__init__.pyi",
            "/numpy/tests/test_a.py",
            "/numpy/tests/__pycache__/test_a.cpython-311.pyc",
            "/pip/__init__.py",
            "/pip-24.0.dist-info/RECORD"
        ]
    );
}

#[test]
fn development_packages_go_however_they_were_installed() {
    let manifest = r#"{"scripts":{"start":"node server.js","release":"migrate up"},"dependencies":{"a":"1"},"devDependencies":{"jest":"1","dotenv":"1","migrate":"1","served":"1"}}"#;
    let npm = r#"{"packages":{"":{},"node_modules/a":{},"node_modules/jest":{"dev":true},"node_modules/deep":{"dev":true},"node_modules/dotenv":{"dev":true},"node_modules/expand":{"dev":true},"node_modules/migrate":{"dev":true},"node_modules/served":{"dev":true}}}"#;
    let yarn =
        "jest@1:\n  version \"1\"\ndeep@1:\ndotenv@1:\nexpand@1:\nmigrate@1:\nserved@1:\na@1:\n";
    let pnpm = "packages:\n  jest@1:\n  deep@1:\n  dotenv@1:\n  expand@1:\n  migrate@1:\n  served@1:\n  a@1:\n";
    for (lock, text) in [
        ("package-lock.json", npm),
        ("yarn.lock", yarn),
        ("pnpm-lock.yaml", pnpm),
    ] {
        let folder = app(&[
            ("package.json", manifest),
            (lock, text),
            (
                "server.js",
                "require('dotenv'); require('a'); app.use(express.static('node_modules/served/dist'))",
            ),
            ("jest.config.js", "require('jest')"),
            (
                "node_modules/a/package.json",
                r#"{"peerDependencies":{"jest":"1"},"peerDependenciesMeta":{"jest":{"optional":true}}}"#,
            ),
            (
                "node_modules/a/index.js",
                "try { require('jest') } catch {}",
            ),
            (
                "node_modules/jest/package.json",
                r#"{"dependencies":{"deep":"1"}}"#,
            ),
            ("node_modules/jest/index.js", "require('deep')"),
            ("node_modules/deep/package.json", "{}"),
            ("node_modules/deep/index.js", ""),
            (
                "node_modules/dotenv/package.json",
                r#"{"dependencies":{"expand":"1"}}"#,
            ),
            ("node_modules/dotenv/index.js", "require('expand')"),
            ("node_modules/expand/package.json", "{}"),
            ("node_modules/expand/index.js", ""),
            ("node_modules/migrate/package.json", r#"{"name":"migrate"}"#),
            ("node_modules/migrate/cli.js", ""),
            ("node_modules/served/package.json", "{}"),
            ("node_modules/served/dist/x.css", ""),
        ]);
        let bin = folder.path().join("node_modules/.bin");
        fs_err::create_dir_all(&bin).unwrap();
        std::os::unix::fs::symlink("../migrate/cli.js", bin.join("migrate")).unwrap();
        let report = strip(folder.path());
        let gone: Vec<_> = report
            .manifest
            .iter()
            .filter(|file| file.entry == "development-packages")
            .map(|file| file.path.to_string_lossy().into_owned())
            .collect();
        let expected = [
            "deep/index.js",
            "deep/package.json",
            "jest/index.js",
            "jest/package.json",
        ];
        assert_eq!(
            gone,
            expected.map(|path| format!("node_modules/{path}")),
            "{lock}"
        );
        let reported: Vec<_> = report
            .dev_dependencies
            .iter()
            .map(|one| (one.name.as_str(), one.line))
            .collect();
        assert_eq!(reported, [("dotenv", 1)], "{lock}");
    }
}

#[test]
fn development_packages_of_composer_and_python_go() {
    let lib = "lib/python3.12/site-packages";
    let composer = r#"{"packages":[{"name":"acme/a"}],"packages-dev":[{"name":"unit/test","autoload":{"psr-4":{"Unit\\":"src"}}},{"name":"eager/dev"}]}"#;
    let uv = "[[package]]\nname = \"app\"\nsource = { virtual = \".\" }\ndependencies = [{ name = \"flask\" }]\n[package.dev-dependencies]\ndev = [{ name = \"pytest\" }]\n[[package]]\nname = \"flask\"\n[[package]]\nname = \"pytest\"\ndependencies = [{ name = \"iniconfig\" }]\n[[package]]\nname = \"iniconfig\"\n";
    let inside = |path: &str| format!("{lib}/{path}");
    let files = [
        ("composer.lock".to_owned(), composer),
        ("index.php".to_owned(), "<?php use Acme\\A;"),
        (
            "vendor/composer/autoload_files.php".to_owned(),
            "$vendorDir . '/eager/dev/f.php'",
        ),
        ("vendor/acme/a/a.php".to_owned(), ""),
        ("vendor/unit/test/t.php".to_owned(), ""),
        ("vendor/eager/dev/f.php".to_owned(), ""),
        ("uv.lock".to_owned(), uv),
        ("app.py".to_owned(), "import flask"),
        (inside("flask/__init__.py"), ""),
        (inside("flask-3.dist-info/RECORD"), "flask/__init__.py,,\n"),
        (inside("pytest/__init__.py"), "import iniconfig"),
        (
            inside("pytest-8.dist-info/RECORD"),
            "pytest/__init__.py,,\n../../../bin/pytest,,\n",
        ),
        ("bin/pytest".to_owned(), ""),
        (inside("iniconfig/__init__.py"), ""),
        (
            inside("iniconfig-2.dist-info/RECORD"),
            "iniconfig/__init__.py,,\n",
        ),
    ];
    let all: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    let folder = app(&all);
    let report = strip(folder.path());
    let gone: Vec<_> = report
        .manifest
        .iter()
        .map(|file| file.path.to_string_lossy().into_owned())
        .collect();
    let expected = [
        "bin/pytest".to_owned(),
        inside("iniconfig/__init__.py"),
        inside("pytest/__init__.py"),
        "vendor/unit/test/t.php".to_owned(),
    ];
    assert_eq!(gone, expected);
}

#[test]
fn the_recorded_list_keeps_what_it_names() {
    let folder = app(&[
        ("package.json", "{}"),
        ("slugsmith.keep", "# recorded\nnode_modules/a/i.js.map\n"),
        ("node_modules/a/package.json", "{}"),
        ("node_modules/a/i.js.map", "{}"),
        ("node_modules/a/j.js.map", "{}"),
    ]);
    assert_eq!(strip(folder.path()).removed.files, 1);
    assert!(folder.path().join("node_modules/a/i.js.map").exists());
}

#[test]
fn what_archives_leave_out_goes_unless_code_reads_it() {
    let folder = app(&[
        ("Procfile", "web: ruby server.rb\n"),
        (
            ".gitattributes",
            "/art export-ignore\n*.psd -text export-ignore\n/used export-ignore\n",
        ),
        ("server.rb", "File.read('used/a.txt')"),
        ("art/a.svg", ""),
        ("public/b.psd", ""),
        ("used/a.txt", ""),
    ]);
    let report = strip(folder.path());
    let gone: Vec<_> = report
        .manifest
        .iter()
        .map(|file| file.path.to_string_lossy())
        .collect();
    assert_eq!(gone, ["art/a.svg", "public/b.psd"]);
}
