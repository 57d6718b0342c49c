//! Does `trace` follow the app's own references?

use super::{app, left, strip_with};

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
