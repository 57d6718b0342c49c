//! What stays of a folder that code names, and of one that it only loads from?

use super::{app, left, strip, strip_with};

/// What is left of package `p`, which has all kinds of files in `kit`, by the code of its main file.
fn left_of(main: &str, server: &str) -> Vec<String> {
    let mut files = vec![
        (
            "package.json",
            r#"{"scripts":{"start":"node server.js"},"dependencies":{"p":"1"}}"#,
        ),
        ("server.js", server),
        (
            "node_modules/p/package.json",
            r#"{"name":"p","main":"lib/index.js"}"#,
        ),
        ("node_modules/p/lib/index.js", main),
    ];
    files.extend(KIT);
    let folder = app(&files);
    strip(folder.path());
    let left = left(folder.path()).into_iter();
    left.filter(|path| path.starts_with("node_modules/p/kit"))
        .collect()
}

const KIT: [(&str, &str); 6] = [
    ("node_modules/p/kit/.eslintrc.json", "{}"),
    ("node_modules/p/kit/README.md", "r"),
    ("node_modules/p/kit/app.js", ""),
    ("node_modules/p/kit/app.js.map", "{}"),
    ("node_modules/p/kit/test/a.js", ""),
    ("node_modules/p/kit/types.d.ts", ""),
];

#[test]
fn a_folder_that_is_copied_packed_or_served_stays_whole() {
    let all: Vec<&str> = KIT.iter().map(|(path, _)| *path).collect();
    for main in [
        "fs.cpSync(path.join(__dirname, '../kit'), out)",
        "require('q').copy(path.join(__dirname, '..', 'kit'), out)",
        "exports.dir = require('path').join(__dirname, '../kit')",
        "spawn('sh', ['-c', `cp -r ${__dirname}/../kit ${out}`])",
    ] {
        assert_eq!(left_of(main, "require('p')"), all, "{main}");
    }
    for server in [
        "app.use(express.static('node_modules/p/kit'))",
        "app.use(express.static(path.join(__dirname, 'node_modules', 'p', 'kit')))",
        "serve(path.join(path.dirname(require.resolve('p/package.json')), 'kit'))",
    ] {
        assert_eq!(left_of("", server), all, "{server}");
    }
}

#[test]
fn a_folder_that_is_loaded_from_loses_what_no_module_is() {
    for main in [
        "require(path.join(__dirname, '../kit', name))",
        "import(pathToFileURL(path.join(__dirname, '../kit', name)))",
    ] {
        let left = left_of(main, "require('p')");
        assert_eq!(
            left,
            ["node_modules/p/kit/app.js", "node_modules/p/kit/test/a.js"],
            "{main}"
        );
    }
}

#[test]
fn dots_that_paths_begin_with_name_no_folder() {
    let left_of = |text: &str| {
        let folder = app(&[
            (
                "package.json",
                r#"{"scripts":{"start":"node a.js"},"dependencies":{"p":"1"}}"#,
            ),
            ("a.js", "require('p')"),
            (
                "node_modules/p/package.json",
                r#"{"name":"p","main":"dist/lib/index.js"}"#,
            ),
            ("node_modules/p/dist/lib/index.js", text),
            ("node_modules/p/dist/kit/app.js.map", "{}"),
        ]);
        strip(folder.path());
        left(folder.path()).len()
    };
    for dots in ["path.startsWith('..' + sep)", "part === '../' || '.' + x"] {
        assert_eq!(left_of(dots), 4, "{dots}");
    }
    assert_eq!(
        left_of("fs.cpSync(path.join(__dirname, '..', 'kit'), out)"),
        5
    );
}

#[test]
fn a_slash_that_is_resolved_is_no_package() {
    let main = "// resolve('/') leaves '', dirname\nmodule.exports = 1";
    assert_eq!(left_of(main, "require('p')"), ["node_modules/p/kit/app.js"]);
}

#[test]
fn a_linters_configuration_goes_with_its_tests_unless_the_linter_runs() {
    let tests = |dependencies: &str| {
        let folder = app(&[
            (
                "package.json",
                &format!(r#"{{"scripts":{{"start":"node a.js"}},"dependencies":{dependencies}}}"#),
            ),
            ("a.js", "require('p')"),
            ("node_modules/p/package.json", r#"{"name":"p"}"#),
            ("node_modules/p/index.js", ""),
            (
                "node_modules/p/eslint.config.js",
                "module.exports = [{ ignores: ['test/fixtures'] }]",
            ),
            ("node_modules/p/test/fixtures/a.js", ""),
            ("node_modules/eslint/package.json", r#"{"name":"eslint"}"#),
            ("node_modules/eslint/index.js", ""),
        ]);
        strip(folder.path());
        let left = left(folder.path()).into_iter();
        left.filter(|path| path.starts_with("node_modules/p/") && !path.ends_with("index.js"))
            .collect::<Vec<_>>()
    };
    assert_eq!(tests(r#"{"p":"1"}"#), ["node_modules/p/package.json"]);
    assert_eq!(
        tests(r#"{"p":"1","eslint":"9"}"#),
        [
            "node_modules/p/eslint.config.js",
            "node_modules/p/package.json",
            "node_modules/p/test/fixtures/a.js"
        ]
    );
}

#[test]
fn what_a_compiler_at_start_inserts_stays_at_level_trace() {
    let runtime = |tsconfig: &str, source: &str| {
        let folder = app(&[
            (
                "package.json",
                r#"{"scripts":{"start":"tsx a.tsx"},"dependencies":{"tsx":"4","hono":"4","tslib":"2"}}"#,
            ),
            ("tsconfig.json", tsconfig),
            ("a.tsx", source),
            (
                "node_modules/tsx/package.json",
                r#"{"name":"tsx","bin":"cli.js"}"#,
            ),
            ("node_modules/tsx/cli.js", ""),
            (
                "node_modules/hono/package.json",
                r#"{"name":"hono","exports":{".":"./h.js","./jsx":"./jsx.js",
                    "./jsx/jsx-runtime":{"import":"./run.js","require":"./run.cjs"}}}"#,
            ),
            ("node_modules/hono/h.js", ""),
            ("node_modules/hono/jsx.js", ""),
            ("node_modules/hono/run.js", ""),
            ("node_modules/hono/run.cjs", ""),
            (
                "node_modules/tslib/package.json",
                r#"{"name":"tslib","main":"t.js"}"#,
            ),
            ("node_modules/tslib/t.js", ""),
        ]);
        strip_with(folder.path(), "[com.slugsmith.strip]\nlevel = \"trace\"\n");
        let left = left(folder.path());
        let has = |path: &str| left.iter().any(|one| one == path);
        (
            has("node_modules/hono/run.js"),
            has("node_modules/tslib/t.js"),
        )
    };
    let source = "import { h } from 'hono'; export default <p/>;";
    let pragma = format!("/** @jsxImportSource hono/jsx */ {source}");
    let both = r#"{"compilerOptions":{"jsxImportSource":"hono/jsx","importHelpers":true}}"#;
    assert_eq!(runtime(both, source), (true, true));
    assert_eq!(runtime("{}", &pragma), (true, false));
    assert_eq!(runtime("{}", source), (false, false));
}

#[test]
fn a_file_that_is_joined_to_a_package_is_meant_alone() {
    let main = |join: &str| {
        format!("const at = {join}(path.dirname(require.resolve('p/package.json')), 'kit/app.js')")
    };
    for join in ["path.join", "_path.default.join", "path.resolve"] {
        let left = left_of("", &main(join));
        assert_eq!(left, ["node_modules/p/kit/app.js"], "{join}");
    }
    let up = "path.join(path.dirname(require.resolve('p/package.json')), '..', 'p', 'kit')";
    assert!(left_of("", up).len() > 1);
}

#[test]
fn what_only_the_build_of_an_addon_reads_goes() {
    let files = [
        (
            "package.json",
            r#"{"scripts":{"start":"node a.js"},"dependencies":{"p":"1"}}"#,
        ),
        ("a.js", "require('p')"),
        ("node_modules/p/package.json", r#"{"name":"p"}"#),
        ("node_modules/p/index.js", ""),
        (
            "node_modules/p/deps/lib.gyp",
            "{'action': ['node', 'copy.js', '<(out)']}",
        ),
        (
            "node_modules/p/deps/copy.js",
            "fs.copyFileSync(path.join(__dirname, 'lib', 'lib.c'), process.argv[2])",
        ),
        ("node_modules/p/deps/lib/lib.c", "int x;"),
    ];
    let folder = app(&files);
    strip(folder.path());
    assert!(!left(folder.path()).contains(&"node_modules/p/deps/lib/lib.c".to_owned()));
    // Without the gyp file nothing says that the script is done.
    let folder = app(&files.map(|(path, text)| {
        (
            if path.ends_with(".gyp") {
                "node_modules/p/deps/x"
            } else {
                path
            },
            text,
        )
    }));
    strip(folder.path());
    assert!(left(folder.path()).contains(&"node_modules/p/deps/lib/lib.c".to_owned()));
}
