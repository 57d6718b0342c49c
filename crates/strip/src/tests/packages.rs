//! What of installed npm packages stays, and what goes?

use super::{app, left, strip};

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
    assert_eq!(kept.because, "exceljs/excel.js:1 refers to it");
}

#[test]
fn test_files_that_stay_beside_code_are_told_by_their_ending() {
    let manifest =
        r#"{"main":"dist/index.js","exports":{".":"./dist/index.js","./dist/*":"./dist/*.js"}}"#;
    let folder = app(&[
        ("package.json", r#"{"dependencies":{"a":"1"}}"#),
        ("server.js", "require('a')"),
        ("node_modules/a/package.json", manifest),
        ("node_modules/a/dist/index.js", ""),
        ("node_modules/a/dist/in.test.js", ""),
        ("node_modules/a/dist/out.test.js", ""),
    ]);
    let kept = strip(folder.path()).kept;
    let told: Vec<_> = kept
        .iter()
        .filter(|kept| kept.tell)
        .map(|kept| (kept.path.as_str(), kept.totals.files))
        .collect();
    assert_eq!(told, [("a/dist/*.test.js", 2)]);
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

/// Whether `path` stays beside an app's `server.js` and what else there is.
fn stays(files: &[(&str, &str)], path: &str) -> bool {
    let mut all = vec![
        ("package.json", "{}"),
        ("Procfile", "web: node server.js\n"),
    ];
    all.extend(files);
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    all.retain(|file| files.contains(file) || !names.contains(&file.0));
    let folder = app(&all);
    strip(folder.path());
    left(folder.path()).contains(&path.to_owned())
}

#[test]
fn compilers_that_run_at_start_keep_declarations() {
    let declarations = "node_modules/a/index.d.ts";
    let package = ("node_modules/a/package.json", r#"{"name":"a"}"#);
    let compiler = ("node_modules/ts-node/package.json", r#"{"name":"ts-node"}"#);
    let library = (
        "node_modules/typescript/package.json",
        r#"{"name":"typescript"}"#,
    );
    let index = (declarations, "");
    let needs = |name: &str| format!(r#"{{"dependencies":{{"{name}":"1"}}}}"#);
    let (ts_node, typescript) = (needs("ts-node"), needs("typescript"));
    for more in [
        vec![(
            "server.js",
            "require('ts-node/register'); require('./src/app')",
        )],
        vec![
            ("Procfile", "web: bash start.sh\n"),
            ("start.sh", "npx ts-node src/app.ts\n"),
        ],
        vec![
            ("Procfile", "web: make serve\n"),
            ("Makefile", "serve:\n\tnpx ts-node src/app.ts\n"),
        ],
        vec![
            ("Procfile", "web: bin/start\n"),
            ("bin/start", "#!/bin/sh\nexec npx ts-node a.ts\n"),
        ],
        vec![
            ("Procfile", "web: pm2-runtime ecosystem.config.js\n"),
            (
                "ecosystem.config.js",
                "module.exports = { apps: [{ interpreter_args: '-r ts-node/register' }] }",
            ),
        ],
        vec![
            ("package.json", ts_node.as_str()),
            ("Procfile", "web: bin/run\n"),
        ],
        vec![
            ("package.json", typescript.as_str()),
            (
                "server.js",
                "const ts = require('typescript'); ts.createProgram([file], {}, host)",
            ),
        ],
    ] {
        let files = [vec![package, compiler, library, index], more.clone()].concat();
        assert!(stays(&files, declarations), "{more:?}");
    }
    for more in [
        vec![("server.js", "require('a')")],
        vec![
            ("package.json", ts_node.as_str()),
            ("server.js", "require('a')"),
        ],
        vec![
            ("package.json", typescript.as_str()),
            ("server.js", "ts.transpileModule(text, {})"),
        ],
    ] {
        let files = [vec![package, compiler, library, index], more.clone()].concat();
        assert!(!stays(&files, declarations), "{more:?}");
    }
}

#[test]
fn coffee_sources_stay_where_their_compiler_does() {
    let manifest = (
        "package.json",
        r#"{"dependencies":{"bot":"1","rules":"1"}}"#,
    );
    let files = [
        manifest,
        (
            "node_modules/bot/package.json",
            r#"{"name":"bot","dependencies":{"coffeescript":"1"}}"#,
        ),
        ("node_modules/rules/package.json", r#"{"name":"rules"}"#),
        ("node_modules/rules/src/rules.coffee", ""),
    ];
    assert!(stays(&files, "node_modules/rules/src/rules.coffee"));
}

#[test]
fn maps_stay_where_code_switches_them_on() {
    for (code, expected) in [
        ("require('source-map-support/register')", true),
        ("process.setSourceMapsEnabled(true)", true),
        ("", false),
    ] {
        let files = [
            ("server.js", code),
            ("node_modules/a/package.json", "{}"),
            ("node_modules/a/index.js.map", "{}"),
        ];
        assert_eq!(
            stays(&files, "node_modules/a/index.js.map"),
            expected,
            "{code}"
        );
    }
}

#[test]
fn maps_stay_where_a_bundler_reads_them_at_the_start() {
    for (command, expected) in [("react-scripts start", true), ("node server.js", false)] {
        let manifest = format!(
            r#"{{"scripts":{{"start":"{command}"}},"dependencies":{{"react-scripts":"5"}}}}"#
        );
        let files = [
            ("package.json", manifest.as_str()),
            (
                "node_modules/react-scripts/package.json",
                r#"{"name":"react-scripts","dependencies":{"source-map-loader":"3"}}"#,
            ),
            ("node_modules/a/package.json", "{}"),
            ("node_modules/a/index.js.map", "{}"),
        ];
        let left = stays(&files, "node_modules/a/index.js.map");
        assert_eq!(left, expected, "{command}");
    }
}

#[test]
fn what_a_compilers_configuration_extends_stays() {
    let base = |name: &'static str, own: &'static str| {
        let files = [
            (
                "package.json",
                r#"{"scripts":{"start":"ts-node src/app.ts"}}"#,
            ),
            ("Procfile", "web: npm start\n"),
            ("tsconfig.json", own),
            (
                "node_modules/@bases/node/package.json",
                r#"{"name":"@bases/node"}"#,
            ),
            (
                "node_modules/@bases/node/tsconfig.json",
                r#"{"extends":"./tsconfig.strict.json"}"#,
            ),
            ("node_modules/@bases/node/tsconfig.strict.json", "{}"),
        ];
        stays(&files, name)
    };
    for own in [
        r#"{"extends":"@bases/node/tsconfig.json"}"#,
        r#"{"extends":"@bases/node"}"#,
        "{\n  // the usual\n  \"extends\": [\"@bases/node/tsconfig\"]\n}",
    ] {
        assert!(base("node_modules/@bases/node/tsconfig.json", own), "{own}");
        assert!(
            base("node_modules/@bases/node/tsconfig.strict.json", own),
            "{own}"
        );
    }
}

#[test]
fn a_package_whose_folder_is_taken_stays_whole() {
    let ui = [
        ("node_modules/ui/package.json", r#"{"name":"ui"}"#),
        ("node_modules/ui/index.js", ""),
        ("node_modules/ui/dist/app.min.js", ""),
        ("node_modules/api/package.json", r#"{"name":"api"}"#),
    ];
    for code in [
        (
            "server.js",
            "serve(path.join(path.dirname(require.resolve('ui/package.json')), 'dist'))",
        ),
        (
            "server.js",
            "app.use(express.static(path.dirname(require.resolve('ui'))))",
        ),
        (
            "node_modules/api/index.js",
            "path.dirname(eval(\"require.resolve('ui/package.json')\"))",
        ),
        (
            "server.js",
            "path.dirname(fileURLToPath(import.meta.resolve('ui')))",
        ),
    ] {
        let files = [&ui[..], &[code]].concat();
        assert!(stays(&files, "node_modules/ui/dist/app.min.js"), "{code:?}");
    }
    let version = (
        "server.js",
        "console.log(require('ui/package.json').version)",
    );
    assert!(!stays(
        &[&ui[..], &[version]].concat(),
        "node_modules/ui/dist/app.min.js"
    ));
}

#[test]
fn folders_that_a_framework_looks_for_in_its_packages_stay() {
    let look = "const dir = path.join(moduleDir, 'examples'); fs.readdirSync(dir)";
    let framework = ("node_modules/hub/index.js", look);
    let files = |name: &'static str, manifest: &'static str| {
        [
            ("node_modules/hub/package.json", r#"{"name":"hub"}"#),
            framework,
            ("node_modules/p/package.json", manifest),
            ("node_modules/p/examples/a.json", name),
        ]
    };
    for manifest in [
        r#"{"name":"hub-rules"}"#,
        r#"{"name":"p","hub":{"nodes":{}}}"#,
        r#"{"name":"p","keywords":["hub"]}"#,
        r#"{"name":"p","peerDependencies":{"hub":"1"}}"#,
    ] {
        assert!(
            stays(&files("", manifest), "node_modules/p/examples/a.json"),
            "{manifest}"
        );
    }
    assert!(!stays(
        &files("", r#"{"name":"p"}"#),
        "node_modules/p/examples/a.json"
    ));
}

#[test]
fn a_folder_that_is_looked_for_in_a_text_is_not_opened() {
    let left_of = |code: &str| {
        let folder = app(&[
            ("package.json", r#"{"dependencies":{"p":"1"}}"#),
            ("a.js", code),
            ("node_modules/p/package.json", "{}"),
            ("node_modules/p/index.js", ""),
            ("node_modules/p/index.js.map", "{}"),
        ]);
        strip(folder.path());
        left(folder.path()).contains(&"node_modules/p/index.js.map".to_owned())
    };
    let told = "stack.filter((line) => !line.includes('node_modules/p/'))";
    assert!(!left_of(told));
    assert!(left_of(&format!("{told}; copy('node_modules/p/')")));
}
