//! Do packages that only development needs go, and no others?

use super::{app, left, strip};

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
fn what_only_the_branch_of_development_loads_is_not_needed() {
    let bundle = "const lint = require('eslint');\nmodule.exports = { lint };";
    let server = "const app = require('express')();\nif (process.env.NODE_ENV === 'development') {\n  \
                  const settings = require('./webpack/settings');\n  \
                  const middleware = require('webpack-dev-middleware');\n  \
                  app.use(middleware(settings, { publicPath: '/a/long/way/to/the/files/that/the/bundler/keeps' }));\n  \
                  app.use(require('webpack-hot-middleware')(settings, { heartbeat: 1000, path: '/hot' }));\n}\n\
                  const axios = require('axios');\n";
    let folder = app(&[
        (
            "package.json",
            r#"{"scripts":{"start":"node server.js"},"dependencies":{"express":"1"},"devDependencies":{"axios":"1",
"eslint":"1","webpack-dev-middleware":"1","webpack-hot-middleware":"1"}}"#,
        ),
        ("server.js", server),
        ("webpack/settings.js", bundle),
    ]);
    let report = strip(folder.path());
    let needed: Vec<_> = report
        .dev_dependencies
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(needed, ["axios"]);
}

#[test]
fn development_packages_go_however_they_were_installed() {
    let manifest = r#"{"scripts":{"start":"node server.js","release":"migrate up"},"dependencies":{"a":"1"},
"devDependencies":{"jest":"1","dotenv":"1","migrate":"1","served":"1"}}"#;
    let npm = r#"{"packages":{"":{},"node_modules/a":{},"node_modules/jest":{"dev":true},"node_modules/deep":{
"dev":true},"node_modules/dotenv":{"dev":true},"node_modules/expand":{"dev":true},"node_modules/migrate":{
"dev":true},"node_modules/served":{"dev":true}}}"#;
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
    let composer = r#"{"packages":[{"name":"acme/a"}],"packages-dev":[{"name":"unit/test","autoload":{"psr-4":{
"Unit\\":"src"}}},{"name":"eager/dev"}]}"#;
    let uv = "[[package]]\nname = \"app\"\nsource = { virtual = \".\" }\ndependencies = [{ name = \"flask\" }]\n\
        [package.dev-dependencies]\ndev = [{ name = \"pytest\" }]\n[[package]]\nname = \"flask\"\n[[package]]\n\
        name = \"pytest\"\ndependencies = [{ name = \"iniconfig\" }]\n[[package]]\nname = \"iniconfig\"\n";
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
fn gems_of_groups_that_bundler_leaves_out_go() {
    let bundle = "vendor/bundle/ruby/3.3.0";
    let inside = |path: &str| format!("{bundle}/{path}");
    let lock = "GEM\n  specs:\n    rack (3.1)\n    rspec (3.13)\n      diff-lcs (>= 1)\n    diff-lcs (1.5)\n    \
        pry (0.14)\n\nDEPENDENCIES\n  rack\n  rspec\n  pry\n";
    let gemfile =
        "gem 'rack'\ngroup :test do\n  gem 'rspec'\nend\ngem 'pry', group: :development\n";
    let all = |config: &'static str| {
        [
            ("Gemfile".to_owned(), gemfile),
            ("Gemfile.lock".to_owned(), lock),
            (".bundle/config".to_owned(), config),
            (inside("gems/rack-3.1/lib/rack.rb"), ""),
            (inside("gems/rspec-3.13/lib/rspec.rb"), ""),
            (inside("gems/diff-lcs-1.5/lib/diff.rb"), ""),
            (inside("gems/pry-0.14/lib/pry.rb"), ""),
            (inside("specifications/rspec-3.13.gemspec"), ""),
            (
                inside("extensions/x86_64-linux/3.3.0/diff-lcs-1.5/x.so"),
                "",
            ),
        ]
    };
    let gone = |config: &'static str| {
        let files = all(config);
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (path.as_str(), *text))
            .collect();
        let folder = app(&files);
        let manifest = strip(folder.path()).manifest;
        let paths = manifest
            .iter()
            .map(|file| file.path.to_string_lossy().into_owned());
        paths.collect::<Vec<_>>()
    };
    let tests = [
        inside("extensions/x86_64-linux/3.3.0/diff-lcs-1.5/x.so"),
        inside("gems/diff-lcs-1.5/lib/diff.rb"),
        inside("gems/rspec-3.13/lib/rspec.rb"),
        inside("specifications/rspec-3.13.gemspec"),
    ];
    assert_eq!(gone("---\nBUNDLE_WITHOUT: \"test\"\n"), tests);
    // Bundler would not start without gems of groups that it does not leave out.
    assert!(gone("---\nBUNDLE_PATH: \"vendor/bundle\"\n").is_empty());
}

#[test]
fn what_a_finished_build_was_made_from_needs_no_development_packages() {
    let files = |start: &'static str| {
        app(&[
            (
                "package.json",
                r#"{"scripts":{"preview":"vite preview"},"devDependencies":{"kit":"1"}}"#,
            ),
            (
                "package-lock.json",
                r#"{"lockfileVersion":3,"packages":{"":{"devDependencies":{"kit":"1"}},
                "node_modules/kit":{"version":"1.0.0","dev":true}}}"#,
            ),
            ("Procfile", start),
            ("build/index.js", ""),
            ("build/handler.js", ""),
            (
                ".svelte-kit/generated/nodes/0.js",
                "export { default } from '../../../node_modules/kit/page.js'",
            ),
            ("node_modules/kit/package.json", r#"{"name":"kit"}"#),
            ("node_modules/kit/page.js", ""),
        ])
    };
    let page = "node_modules/kit/page.js".to_owned();
    let built = files("web: node build\n");
    strip(built.path());
    assert!(!left(built.path()).contains(&page));
    let served = files("web: npx vite preview\n");
    strip(served.path());
    assert!(left(served.path()).contains(&page));
}
