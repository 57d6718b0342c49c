//! Where graphs begin: servers, programs, workers and processes.

use super::{TRACE, kept, reached};
use crate::start::Command;
use crate::tests::{app, environment, left};
use crate::{Input, run_with};
use slugsmith_config as config;

#[test]
fn workers_and_children_of_packages_start_what_they_name() {
    let files = ["w.mjs", "c.js", "sub/i.js", "bin/run.js", "other.js"];
    for (code, expected) in [
        ("new Worker('./w.mjs')", vec!["w.mjs"]),
        (
            "import { Worker } from 'worker_threads'; new Worker(new URL('./w.mjs', import.meta.url))",
            vec!["w.mjs"],
        ),
        (
            "const cp = require('child_process'); cp.fork(require('path').join(__dirname, 'c'))",
            vec!["c.js"],
        ),
        (
            "const cp = require('child_process'); cp.spawn(process.execPath, [require.resolve('./bin/run.js')])",
            vec!["bin/run.js"],
        ),
        (
            "import(new URL('./sub/i.js', import.meta.url))",
            vec!["sub/i.js"],
        ),
        (
            "const u = import.meta.resolve('./sub/i.js')",
            vec!["sub/i.js"],
        ),
        ("require('bindings')('n.node')", vec![]),
    ] {
        assert_eq!(reached(code, &files), expected, "{code}");
    }
}

#[test]
fn servers_that_a_framework_built_begin_where_their_command_does() {
    let (paths, _) = kept(
        &[
            (
                "package.json",
                r#"{"scripts":{"start":"node .next/standalone/server.js"}}"#,
            ),
            (".next/standalone/package.json", "{}"),
            (
                ".next/standalone/server.js",
                "require('next/start'); require('./.next/x')",
            ),
            (".next/standalone/node_modules/next/package.json", "{}"),
            (".next/standalone/node_modules/next/start.js", ""),
            (".next/standalone/node_modules/next/traced.js", ""),
            (".next/standalone/node_modules/next/unused.js", ""),
            (
                ".next/standalone/.next/server/pages/a.js.nft.json",
                r#"{"version":1,"files":["../../../node_modules/next/traced.js"]}"#,
            ),
            ("dist/main.js", "require('@nestjs/core')"),
            ("node_modules/@nestjs/core/package.json", "{}"),
            ("node_modules/@nestjs/core/index.js", ""),
            ("node_modules/@nestjs/core/unused.js", ""),
            (".output/server/index.mjs", "import './chunks/a.mjs'"),
            (".output/server/chunks/a.mjs", "import 'h3'"),
            (
                ".output/server/node_modules/h3/package.json",
                r#"{"exports":{"import":"./h3.mjs","require":"./h3.cjs"}}"#,
            ),
            (".output/server/node_modules/h3/h3.mjs", ""),
            (".output/server/node_modules/h3/h3.cjs", ""),
        ],
        &[],
    );
    let expected = [
        ".next/standalone/node_modules/next/start.js",
        ".next/standalone/node_modules/next/traced.js",
        ".output/server/node_modules/h3/h3.mjs",
        "node_modules/@nestjs/core/index.js",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn what_another_buildpack_starts_stays() {
    let folder = app(&[
        ("package.json", "{}"),
        ("build/index.html", ""),
        (
            "node_modules/serve/package.json",
            r#"{"bin":{"serve":"cli.js"}}"#,
        ),
        ("node_modules/serve/cli.js", "require('./main')"),
        ("node_modules/serve/main.js", ""),
        ("node_modules/serve/never.js", ""),
        ("node_modules/hook/package.json", "{}"),
        ("node_modules/hook/index.js", ""),
        ("node_modules/unused/package.json", "{}"),
        ("node_modules/unused/index.js", ""),
    ]);
    let bin = folder.path().join("node_modules/.bin");
    fs_err::create_dir_all(&bin).unwrap();
    std::os::unix::fs::symlink("../serve/cli.js", bin.join("serve")).unwrap();
    let environment = environment();
    let config = config::parse(TRACE, &environment).unwrap();
    let command = Command {
        origin: "example/static: web".to_owned(),
        text: "node -r hook node_modules/.bin/serve build".to_owned(),
    };
    let stripped = run_with(&Input {
        app: folder.path(),
        config: &config,
        environment: &environment,
        commands: vec![command],
        absent: &slugsmith_facts::absent::Nothing,
        dry_run: false,
    });
    stripped.unwrap();
    let left = left(folder.path());
    let left = left.iter().filter(|path| path.ends_with(".js"));
    assert_eq!(
        left.collect::<Vec<_>>(),
        [
            "node_modules/hook/index.js",
            "node_modules/serve/cli.js",
            "node_modules/serve/main.js"
        ]
    );
}

#[test]
fn a_licence_is_no_program() {
    let (paths, undecided) = kept(
        &[
            ("package.json", "{}"),
            ("server.js", "require('client')"),
            ("node_modules/client/package.json", "{}"),
            ("node_modules/client/index.js", ""),
            ("node_modules/client/LICENSE", "The licence (of this)"),
            ("node_modules/client/bin/tool", "not run"),
        ],
        &[],
    );
    assert_eq!(
        paths,
        [
            "node_modules/client/LICENSE",
            "node_modules/client/index.js"
        ]
    );
    assert_eq!(undecided, []);
}

#[test]
fn paths_for_builds_count_where_a_command_builds() {
    let next = |command: &str| {
        let (paths, _) = kept(
            &[
                ("Procfile", command),
                ("package.json", "{}"),
                ("server.js", "require('next')"),
                ("node_modules/next/package.json", r#"{"name":"next"}"#),
                (
                    "node_modules/next/index.js",
                    "require('./dist/build/paths')",
                ),
                (
                    "node_modules/next/dist/build/paths.js",
                    "exports.dist = require('path').join(__dirname, '..')",
                ),
                ("node_modules/next/dist/esm/page.js", ""),
            ],
            &[],
        );
        paths.len()
    };
    assert_eq!(next("web: next start\n"), 2);
    assert_eq!(next("web: next build && next start\n"), 3);
}

/// A project below the root has programs, packages and preloads of its own.
#[test]
fn a_command_in_a_folder_starts_the_programs_that_are_installed_there() {
    for procfile in [
        "web: npm start --prefix api\n",
        "web: cd api && npm start\n",
        "web: npm -C api run start\n",
    ] {
        let manifest = r#"{
            "scripts": {"start": "runner -r preload src/app.js"},
            "dependencies": {"runner": "1", "preload": "1", "by-name": "1"}
        }"#;
        let (paths, _) = kept(
            &[
                ("Procfile", procfile),
                ("package.json", r#"{"private":true}"#),
                ("api/package.json", manifest),
                ("api/src/app.js", "require(process.env.WHICH)"),
                (
                    "api/node_modules/runner/package.json",
                    r#"{"name":"runner","bin":"dist/bin.js"}"#,
                ),
                ("api/node_modules/runner/dist/bin.js", "require('./run')"),
                ("api/node_modules/runner/dist/run.js", ""),
                ("api/node_modules/runner/dist/unused.js", ""),
                (
                    "api/node_modules/preload/package.json",
                    r#"{"main":"hook.js"}"#,
                ),
                ("api/node_modules/preload/hook.js", ""),
                ("api/node_modules/by-name/package.json", "{}"),
                ("api/node_modules/by-name/index.js", ""),
            ],
            &[("api/node_modules/.bin/runner", "../runner/dist/bin.js")],
        );
        for path in [
            "runner/dist/bin.js",
            "runner/dist/run.js",
            "preload/hook.js",
            // `require` of a name that is not known means what the project declares.
            "by-name/index.js",
        ] {
            let path = format!("api/node_modules/{path}");
            assert!(paths.contains(&path), "{procfile}: {path}: {paths:?}");
        }
        let unused = "api/node_modules/runner/dist/unused.js".to_owned();
        assert!(!paths.contains(&unused), "{procfile}: {paths:?}");
    }
}

#[test]
fn what_a_setting_or_another_tool_starts_stays() {
    let hook = "node_modules/hook/register.js";
    let program = "node_modules/.bin/hook";
    for (path, text, expected) in [
        (
            ".profile.d/n.sh",
            "export NODE_OPTIONS=\"--require hook/register\"\n",
            hook,
        ),
        (".profile", "export NODE_OPTIONS='-r hook/register'\n", hook),
        (".npmrc", "node-options=-r hook/register\n", hook),
        (".env", "NODE_OPTIONS=--import=hook/register\n", hook),
        (
            "app.json",
            r#"{"env":{"NODE_OPTIONS":{"value":"-r hook/register"}}}"#,
            hook,
        ),
        (
            "project.toml",
            "[[io.buildpacks.build.env]]\nname = \"A\"\nvalue = \"-r hook/register\"\n",
            hook,
        ),
        (
            "nodemon.json",
            r#"{"exec":"node -r hook/register a.js"}"#,
            hook,
        ),
        ("mk/run.mk", "serve:\n\tnode_modules/.bin/hook a\n", program),
        ("Makefile", "TOOL := node_modules/.bin/hook\n", program),
        ("Rakefile", "task(:serve) { sh 'npx hook a' }\n", program),
        (
            "run.py",
            "subprocess.run(['node_modules/.bin/hook', 'a'])\n",
            program,
        ),
        ("justfile", "serve:\n  npx hook a\n", program),
        (
            "api/package.json",
            r#"{"name":"api","scripts":{"start":"hook a"}}"#,
            program,
        ),
    ] {
        let (paths, _) = kept(
            &[
                ("package.json", r#"{"dependencies":{"hook":"1"}}"#),
                ("Procfile", "web: start\n"),
                ("node_modules/hook/package.json", r#"{"name":"hook"}"#),
                (hook, ""),
                (program, ""),
                ("api/node_modules/.bin/hook", ""),
                (path, text),
            ],
            &[],
        );
        let below = format!("api/{expected}");
        let is_kept = paths.iter().any(|path| path == expected || *path == below);
        assert!(is_kept, "{path}: {paths:?}");
    }
}

#[test]
fn plugins_that_a_tools_key_names_stay_with_what_they_name_in_turn() {
    let left = |manifest: &str| {
        let files = [
            ("package.json", manifest),
            ("run.js", "require('@acme/core')(__dirname)"),
            (
                "node_modules/@acme/core/package.json",
                r#"{"name":"@acme/core"}"#,
            ),
            (
                "node_modules/@acme/core/index.js",
                "module.exports = root => load(root)",
            ),
            (
                "node_modules/acme-x/package.json",
                r#"{"name":"acme-x","main":"lib/index.js","acme":{"manifest":"config/manifest.json"}}"#,
            ),
            ("node_modules/acme-x/lib/index.js", ""),
            ("node_modules/acme-x/lib/commands/one.js", "require('dep')"),
            ("node_modules/acme-x/config/manifest.json", "{}"),
            ("node_modules/acme-x/tasks/t.js", ""),
            ("node_modules/acme-x/README.md", ""),
            ("node_modules/acme-x/LICENSE", ""),
            ("node_modules/dep/package.json", r#"{"name":"dep"}"#),
            ("node_modules/dep/index.js", ""),
        ];
        let left = super::kept(&files, &[]).0.into_iter();
        left.filter(|path| !path.contains("@acme") && !path.ends_with("LICENSE"))
            .collect::<Vec<_>>()
    };
    let dependencies = r#""dependencies":{"@acme/core":"1","acme-x":"1"}"#;
    assert_eq!(
        left(&format!(
            r#"{{"acme":{{"plugins":["acme-x"]}},{dependencies}}}"#
        )),
        [
            "node_modules/acme-x/config/manifest.json",
            "node_modules/acme-x/lib/commands/one.js",
            "node_modules/acme-x/lib/index.js",
            "node_modules/acme-x/tasks/t.js",
            "node_modules/dep/index.js",
        ]
    );
    // Declared alone, or under a key of developers.
    for key in ["", r#""eslintConfig":{"plugins":["acme-x"]},"#] {
        let left = left(&format!("{{{key}{dependencies}}}"));
        assert!(
            !left.contains(&"node_modules/acme-x/tasks/t.js".to_owned()),
            "{left:?}"
        );
    }
}
