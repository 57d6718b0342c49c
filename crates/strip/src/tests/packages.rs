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
