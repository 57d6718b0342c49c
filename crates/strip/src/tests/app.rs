//! What of the app's own files goes?

use super::{app, config, environment, left, run, strip};
use slugsmith_facts::environment::{Environment, World};

#[test]
fn the_apps_tests_go_unless_something_kept_uses_them() {
    let files = [
        (
            "package.json",
            r#"{"scripts":{"test":"mocha test","vars":"env","hello":"echo 'no one there'"}}"#,
        ),
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
fn a_laptops_repository_is_neither_touched_nor_counted() {
    let folder = app(&[("package.json", "{}"), (".git/config", "x")]);
    let laptop = Environment {
        world: World::Embedded,
        ..environment()
    };
    let report = run(folder.path(), &config(""), &laptop, false).unwrap();
    assert!(folder.path().join(".git/config").exists());
    assert_eq!((report.before.files, report.before.bytes), (1, 2));
    strip(folder.path());
    assert!(!folder.path().join(".git").exists());
}

/// What Go's linker leaves in every program, after the beginning of an ELF file.
const PROGRAM: &str = "\u{7f}ELF";
const MARK: &[u8] = b"\xff Go buildinf:";

#[test]
fn go_sources_go_once_the_program_is_built() {
    let source = "package main\nimport _ \"embed\"\nfunc main() {}\n";
    let files = |command: &'static str, source: &'static str| {
        let folder = app(&[
            ("Procfile", command),
            ("go.mod", "module example.com/app\n"),
            ("main.go", source),
            ("pages/index.html", ""),
            ("vendor/modules.txt", ""),
            ("vendor/example.com/a/a.go", "package a"),
            ("vendor/example.com/a/LICENSE", "MIT"),
        ]);
        let program = folder.path().join("bin/app");
        fs_err::create_dir_all(program.parent().unwrap()).unwrap();
        fs_err::write(&program, [PROGRAM.as_bytes(), MARK].concat()).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs_err::set_permissions(&program, mode).unwrap();
        folder
    };
    let gone = |folder: &tempfile::TempDir| {
        let manifest = strip(folder.path()).manifest;
        let paths = manifest
            .iter()
            .map(|file| file.path.to_string_lossy().into_owned());
        paths.collect::<Vec<_>>()
    };
    let built = files("web: bin/app\n", source);
    assert_eq!(gone(&built), ["main.go", "vendor/example.com/a/a.go"]);
    let reads = "package main\nfunc main() { parse(\"gen.go\") }\n";
    for folder in [
        files("web: go run .\n", source),
        files("web: bin/app\n", reads),
    ] {
        assert!(gone(&folder).is_empty());
    }
    let unbuilt = files("web: bin/app\n", source);
    fs_err::write(unbuilt.path().join("bin/app"), "#!/bin/sh\n").unwrap();
    assert!(gone(&unbuilt).is_empty());
}

#[test]
fn what_package_json_ships_stays() {
    let folder = app(&[
        ("package.json", r#"{"files":["docs/api","test/*.json"]}"#),
        ("Procfile", "web: node server.js\n"),
        ("server.js", ""),
        ("docs/api/index.html", ""),
        ("docs/draft.md", ""),
        ("test/data.json", "{}"),
        ("test/a.js", ""),
    ]);
    strip(folder.path());
    assert_eq!(
        left(folder.path()),
        [
            "Procfile",
            "docs/api/index.html",
            "package.json",
            "server.js",
            "test/data.json"
        ]
    );
}

#[test]
fn copies_that_stay_are_reported_and_left_alone() {
    let big = "x".repeat(200_000);
    let folder = app(&[
        ("package.json", r#"{"scripts":{"start":"node server.js"}}"#),
        ("server.js", ""),
        ("a/data.csv", &big),
        ("b/data.csv", &big),
        ("c/other.csv", &"y".repeat(200_000)),
        ("docs/copy.csv", &big),
    ]);
    fs_err::hard_link(
        folder.path().join("a/data.csv"),
        folder.path().join("d.csv"),
    )
    .unwrap();
    let report = strip(folder.path());
    let copies: Vec<_> = report
        .identical
        .iter()
        .map(|one| (&one.paths, one.spare()))
        .collect();
    let paths = ["a/data.csv", "b/data.csv"].map(str::to_owned).to_vec();
    assert_eq!(copies, [(&paths, 200_000)]);
    assert!(folder.path().join("b/data.csv").exists());
}

#[test]
fn caches_of_build_tools_go_and_what_runs_from_one_stays() {
    let folder = app(&[
        ("package.json", "{}"),
        ("Procfile", "web: node server.js\n"),
        (
            "server.js",
            "app.use(express.static(path.join(__dirname, 'node_modules/.cache/webpack/public')))",
        ),
        (".next/cache/webpack/0.pack", ""),
        (
            ".next/required-server-files.json",
            r#"{"config":{"distDir":".next"}}"#,
        ),
        (".next/cache/images/a.webp", ""),
        (".parcel-cache/data.mdb", ""),
        ("node_modules/.cache/babel-loader/a.json", ""),
        ("node_modules/.cache/puppeteer/chrome", ""),
        ("node_modules/.cache/webpack/public/app.js", ""),
    ]);
    strip(folder.path());
    assert_eq!(
        left(folder.path()),
        [
            ".next/cache/images/a.webp",
            ".next/required-server-files.json",
            "Procfile",
            "node_modules/.cache/puppeteer/chrome",
            "node_modules/.cache/webpack/public/app.js",
            "package.json",
            "server.js",
        ]
    );
}

#[test]
fn a_test_runners_configuration_speaks_for_nothing_that_runs() {
    let files = |start: &'static str| {
        app(&[
            ("package.json", "{}"),
            ("Procfile", start),
            ("server.js", "require('a')"),
            (
                "jest.config.js",
                "module.exports = { modulePathIgnorePatterns: ['node_modules'] }",
            ),
            ("node_modules/a/package.json", r#"{"name":"a"}"#),
            ("node_modules/a/index.js", ""),
            ("node_modules/a/test/index.js", ""),
        ])
    };
    let folder = files("web: node server.js\n");
    strip(folder.path());
    let stays = left(folder.path());
    assert!(
        !stays
            .iter()
            .any(|path| path.contains("test") || path.contains("jest")),
        "{stays:?}"
    );
    // Whatever a process names is no mere configuration.
    let folder = files("web: node -r ./jest.config.js server.js\n");
    strip(folder.path());
    let stays = left(folder.path());
    assert!(stays.contains(&"jest.config.js".to_owned()), "{stays:?}");
}
