//! Whole graphs of small trees: what level `trace` keeps of the packages.

mod aside;
mod bundled;
mod by_ending;
mod computed;
mod nitro;
mod standalone;
mod starts;

use crate::tests::{app, left, strip_with};

const TRACE: &str = "[com.slugsmith.strip]\nlevel = \"trace\"\n";

/// What is left of `node_modules`, package.json files aside; `links` are made first.
fn kept(files: &[(&str, &str)], links: &[(&str, &str)]) -> (Vec<String>, Vec<(String, u32)>) {
    let folder = app(files);
    for (at, target) in links {
        let at = folder.path().join(at);
        fs_err::create_dir_all(at.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, at).unwrap();
    }
    let report = strip_with(folder.path(), TRACE);
    let paths = left(folder.path())
        .into_iter()
        .filter(|path| path.contains("node_modules/") && !path.ends_with("package.json"))
        .filter(|path| !links.iter().any(|(at, _)| at == path))
        .collect();
    let undecided = report.undecided.into_iter();
    (
        paths,
        undecided.map(|load| (load.path, load.line)).collect(),
    )
}

/// What is left of the packages at the root of a small tree.
fn kept_at_root(files: &[(&str, &str)]) -> Vec<String> {
    let (paths, _) = kept(files, &[]);
    let paths = paths
        .iter()
        .filter_map(|path| path.strip_prefix("node_modules/"));
    paths.map(str::to_owned).collect()
}

/// The files of one package `a` that `code`, its index.js, keeps besides itself.
fn reached(code: &str, files: &[&str]) -> Vec<String> {
    let mut all = vec![
        ("package.json".to_owned(), "{}".to_owned()),
        ("server.js".to_owned(), "require('a')".to_owned()),
        ("node_modules/a/package.json".to_owned(), "{}".to_owned()),
        ("node_modules/a/index.js".to_owned(), code.to_owned()),
    ];
    all.extend(
        files
            .iter()
            .map(|path| (format!("node_modules/a/{path}"), String::new())),
    );
    let all: Vec<(&str, &str)> = all
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let paths = kept(&all, &[]).0.into_iter();
    paths
        .filter_map(|path| path.strip_prefix("node_modules/a/").map(str::to_owned))
        .filter(|path| path != "index.js")
        .collect()
}

#[test]
fn what_code_joins_with_its_own_folder_stays() {
    let files = ["x/a.js", "x/b.json", "y/c.js", "d.bin", "README.md"];
    for (code, expected) in [
        ("require('./x/' + name)", vec!["x/a.js", "x/b.json"]),
        ("require(`./x/${name}.json`)", vec!["x/b.json"]),
        ("import(`./y/${n}`)", vec!["y/c.js"]),
        (
            "const p = require('path'); read(p.join(__dirname, 'd.bin'))",
            vec!["d.bin"],
        ),
        (
            "const here = __dirname; list(path.resolve(here, 'x'))",
            vec!["x/a.js", "x/b.json"],
        ),
        ("read(__dirname + '/d' + '.bin')", vec!["d.bin"]),
        (
            "new Worker(path.join(__dirname, 'y', 'c.js'))",
            vec!["y/c.js"],
        ),
        ("fork(require.resolve('./y/c'))", vec!["y/c.js"]),
        (
            "const { fork } = require('child_process'); fork(`${__dirname}/y/c.js`)",
            vec!["y/c.js"],
        ),
        (
            "import u from 'url'; read(new URL('./d.bin', import.meta.url))",
            vec!["d.bin"],
        ),
        (
            "import path from 'path'; const d = path.dirname(fileURLToPath(import.meta.url)); read(path.join(d, \
             'x/b.json'))",
            vec!["x/b.json"],
        ),
        ("createRequire(import.meta.url)('./y/c.js')", vec!["y/c.js"]),
        ("define('./x/a.js'); export default 1", vec!["x/a.js"]),
        ("locate('d.bin'); require('fs')", vec!["d.bin"]),
        ("if (require.main === module) typeof __dirname", vec![]),
        ("(function (require) { require(name) })", vec![]),
        (
            "const here = require('path').dirname(require.resolve('./index.js')); new \
             RegExp(`${(0, x.escapeStringRegexp)(here)}/x`)",
            vec![],
        ),
        (
            "serve(__dirname)",
            // Its readme holds the only licence.
            vec!["README.md", "d.bin", "x/a.js", "x/b.json", "y/c.js"],
        ),
    ] {
        assert_eq!(reached(code, &files), expected, "{code}");
    }
}

#[test]
fn the_folder_of_all_packages_that_the_app_serves_stays() {
    for (code, stays) in [
        ("app.use('/lib', express.static('node_modules'))", true),
        ("app.use(serveStatic('./node_modules/'))", true),
        (
            "app.use(koaStatic(path.join(__dirname, 'node_modules')))",
            true,
        ),
        // A browser asks for what a page names; that is read elsewhere.
        ("app.use(express.static('public'))", false),
        ("watch({ ignore_watch: ['node_modules'] })", false),
    ] {
        let code = format!("const path = require('path');\n{code}");
        let files = [
            ("package.json", "{}"),
            ("server.js", code.as_str()),
            ("node_modules/a/package.json", "{}"),
            ("node_modules/a/style.css", ""),
        ];
        let kept = kept(&files, &[]).0;
        let is_there = kept.iter().any(|path| path.ends_with("style.css"));
        assert_eq!(is_there, stays, "{code}");
    }
}

#[test]
fn node_decides_what_a_name_means() {
    let exports = r##"{"name":"e","imports":{"#in":{"node":"./in.js","default":"./no.js"}},"exports":{".":{
"import":"./m.mjs","require":"./c.cjs"},"./f/*":"./lib/*.js","./f/secret":null}}"##;
    let (paths, _) = kept(
        &[
            ("package.json", "{}"),
            (
                "server.js",
                "require('e'); require('e/f/x'); require('o'); require('s/')",
            ),
            ("node_modules/e/package.json", exports),
            (
                "node_modules/e/c.cjs",
                "require('#in'); require('e/f/self')",
            ),
            ("node_modules/e/m.mjs", ""),
            ("node_modules/e/in.js", ""),
            ("node_modules/e/no.js", ""),
            ("node_modules/e/lib/x.js", ""),
            ("node_modules/e/lib/self.js", ""),
            ("node_modules/e/lib/other.js", ""),
            ("node_modules/o/package.json", r#"{"main":"lib"}"#),
            (
                "node_modules/o/lib/index.js",
                "require('./d/'); require('fs'); require('events')",
            ),
            ("node_modules/o/lib/d.js", ""),
            ("node_modules/o/lib/d/index.json", ""),
            ("node_modules/o/LICENSE", ""),
            ("node_modules/s/index.js", ""),
            ("node_modules/s/package.json", "{}"),
            ("node_modules/events/package.json", "{}"),
            ("node_modules/events/index.js", ""),
        ],
        &[],
    );
    let expected = [
        "e/c.cjs",
        "e/in.js",
        "e/lib/self.js",
        "e/lib/x.js",
        "o/LICENSE",
        "o/lib/d/index.json",
        "o/lib/index.js",
        "s/index.js",
    ];
    assert_eq!(paths, expected.map(|path| format!("node_modules/{path}")));
}

#[test]
fn stores_and_workspaces_are_followed_through_their_links() {
    let (paths, _) = kept(
        &[
            ("package.json", r#"{"scripts":{"start":"runner --fast"}}"#),
            ("index.js", "require('a'); require('local')"),
            ("packages/local/package.json", r#"{"name":"local"}"#),
            ("packages/local/index.js", "require('c')"),
            ("packages/local/node_modules/c/package.json", "{}"),
            ("packages/local/node_modules/c/index.js", ""),
            ("packages/local/node_modules/c/unused.js", ""),
            ("node_modules/.pnpm/a@1/node_modules/a/package.json", "{}"),
            (
                "node_modules/.pnpm/a@1/node_modules/a/index.js",
                "require('b/x')",
            ),
            ("node_modules/.pnpm/b@1/node_modules/b/package.json", "{}"),
            ("node_modules/.pnpm/b@1/node_modules/b/x.js", ""),
            ("node_modules/.pnpm/b@1/node_modules/b/y.js", ""),
            (
                "node_modules/run/package.json",
                r#"{"bin":{"runner":"cli.js"}}"#,
            ),
            ("node_modules/run/cli.js", "require('./main')"),
            ("node_modules/run/main.js", ""),
            ("node_modules/run/never.js", ""),
        ],
        &[
            ("node_modules/a", ".pnpm/a@1/node_modules/a"),
            (
                "node_modules/.pnpm/a@1/node_modules/b",
                "../../b@1/node_modules/b",
            ),
            ("node_modules/local", "../packages/local"),
            ("node_modules/.bin/runner", "../run/cli.js"),
        ],
    );
    assert_eq!(
        paths,
        [
            "node_modules/.pnpm/a@1/node_modules/a/index.js",
            "node_modules/.pnpm/b@1/node_modules/b/x.js",
            "node_modules/run/cli.js",
            "node_modules/run/main.js",
            "packages/local/node_modules/c/index.js",
        ]
    );
}

#[test]
fn addons_and_their_libraries_stay_for_this_machine_only() {
    let (paths, _) = kept(
        &[
            ("package.json", "{}"),
            ("server.js", "require('n'); require('i')"),
            ("node_modules/n/package.json", "{}"),
            (
                "node_modules/n/index.js",
                "require('node-gyp-build')(__dirname)",
            ),
            ("node_modules/n/src/a.js", ""),
            ("node_modules/n/prebuilds/linux-x64/n.node", ""),
            ("node_modules/n/prebuilds/darwin-x64/n.node", ""),
            ("node_modules/node-gyp-build/package.json", "{}"),
            ("node_modules/node-gyp-build/index.js", ""),
            ("node_modules/i/package.json", "{}"),
            (
                "node_modules/i/index.js",
                "require(`@i/i-${process.platform}-${process.arch}/i.node`)",
            ),
            (
                "node_modules/@i/i-linux-x64/package.json",
                r#"{"dependencies":{"@i/lib-linux-x64":"1"}}"#,
            ),
            ("node_modules/@i/i-linux-x64/i.node", ""),
            ("node_modules/@i/lib-linux-x64/package.json", "{}"),
            ("node_modules/@i/lib-linux-x64/lib/libi.so.8", ""),
            ("node_modules/@i/lib-linux-x64/lib/index.js", ""),
        ],
        &[],
    );
    let expected = [
        "@i/i-linux-x64/i.node",
        "@i/lib-linux-x64/lib/libi.so.8",
        "i/index.js",
        "n/index.js",
        "n/prebuilds/linux-x64/n.node",
        "node-gyp-build/index.js",
    ];
    assert_eq!(paths, expected.map(|path| format!("node_modules/{path}")));
}

#[test]
fn what_cannot_be_decided_is_listed_and_its_words_stay() {
    let (paths, undecided) = kept(
        &[
            ("package.json", r#"{"dependencies":{"driver":"1"}}"#),
            ("server.js", "require('a')({ use: 'driver' })"),
            (
                "node_modules/a/package.json",
                r#"{"peerDependenciesMeta":{"peer":{"optional":true}}}"#,
            ),
            (
                "node_modules/a/index.js",
                "const kinds = ['./k1', 'other'];\nmodule.exports = (n) => require(n)",
            ),
            ("node_modules/a/k1.js", "exports.x = get('peer')"),
            ("node_modules/a/k2.js", ""),
            ("node_modules/other/package.json", "{}"),
            ("node_modules/other/index.js", ""),
            ("node_modules/peer/package.json", "{}"),
            ("node_modules/peer/index.js", ""),
            ("node_modules/driver/package.json", "{}"),
            ("node_modules/driver/index.js", ""),
            ("node_modules/unused/package.json", "{}"),
            ("node_modules/unused/index.js", ""),
            ("node_modules/broken/package.json", "{"),
            ("node_modules/broken/index.js", ""),
        ],
        &[],
    );
    let expected = [
        "a/index.js",
        "a/k1.js",
        "a/k2.js",
        "broken/index.js",
        "driver/index.js",
        "other/index.js",
        "peer/index.js",
    ];
    assert_eq!(paths, expected.map(|path| format!("node_modules/{path}")));
    assert_eq!(undecided, [("node_modules/a/index.js".to_owned(), 2)]);
}

#[test]
fn archives_and_unplugged_packages_of_yarn_are_left_alone() {
    let files = [
        ("package.json", "{}"),
        (".pnp.cjs", "module.exports = {}"),
        ("server.js", "require('a')"),
        (".yarn/cache/a-npm-1.zip", "PK"),
        (".yarn/unplugged/n-npm-1/node_modules/n/package.json", "{}"),
        (".yarn/unplugged/n-npm-1/node_modules/n/index.js", ""),
    ];
    let folder = app(&files);
    let report = strip_with(folder.path(), TRACE);
    assert_eq!(report.manifest, []);
    assert_eq!(report.left_alone.len(), 1);
}

#[test]
fn what_a_bundler_in_the_apps_code_takes_instead_of_main_stays() {
    let manifest = r#"{"name":"streams","version":"1.0.0","main":"old.js","exports":"./index.js",
        "browser":{"./lib/from.js":"./lib/from-browser.js"}}"#;
    let app = |code: &str| {
        let (mut paths, _) = kept(
            &[
                (
                    "package.json",
                    r#"{"dependencies":{"browserify":"17.0.0","streams":"1.0.0"}}"#,
                ),
                ("server.js", code),
                (
                    "node_modules/browserify/package.json",
                    r#"{"name":"browserify"}"#,
                ),
                ("node_modules/browserify/index.js", "require('streams')"),
                ("node_modules/streams/package.json", manifest),
                ("node_modules/streams/index.js", "require('./lib/from.js')"),
                ("node_modules/streams/old.js", ""),
                ("node_modules/streams/lib/from.js", ""),
                ("node_modules/streams/lib/from-browser.js", ""),
                ("node_modules/streams/lib/other.js", ""),
            ],
            &[],
        );
        paths.retain(|path| path.starts_with("node_modules/streams/"));
        paths
    };
    let bundles = app("require('browserify')('client.js').bundle()");
    let paths = ["index.js", "lib/from-browser.js", "lib/from.js", "old.js"];
    let paths = paths.map(|path| format!("node_modules/streams/{path}"));
    assert_eq!(bundles, paths);
    let loads = app("require('streams')");
    assert_eq!(loads, [paths[0].clone(), paths[2].clone()]);
}

#[test]
fn a_source_that_nobody_can_read_keeps_what_it_may_load() {
    let list = "a,".repeat(3_100_000);
    let large = format!("module.exports = [{list}];\nrequire('dep');\n");
    let files = |index: &'static str, server: &'static str| -> Vec<(&'static str, &'static str)> {
        vec![
            ("package.json", r#"{"dependencies":{"lib":"1","used":"1"}}"#),
            ("server.js", server),
            (
                "node_modules/lib/package.json",
                r#"{"name":"lib","dependencies":{"dep":"1"}}"#,
            ),
            ("node_modules/lib/index.js", index),
            ("node_modules/lib/inside.js", ""),
            ("node_modules/dep/package.json", r#"{"name":"dep"}"#),
            ("node_modules/dep/index.js", ""),
            ("node_modules/used/package.json", r#"{"name":"used"}"#),
            ("node_modules/used/index.js", ""),
        ]
    };
    let expected = [
        "dep/index.js",
        "lib/index.js",
        "lib/inside.js",
        "used/index.js",
    ];
    let expected = expected.map(|path| format!("node_modules/{path}"));
    let large: &'static str = Box::leak(large.into_boxed_str());
    for index in ["require('dep'; {{", large] {
        let (paths, undecided) = kept(&files(index, "require('lib')"), &[]);
        assert_eq!(paths, expected);
        assert_eq!(undecided, [("node_modules/lib/index.js".to_owned(), 1)]);
    }
    let (paths, undecided) = kept(&files("require('dep')", "require('lib'; {{"), &[]);
    assert_eq!(paths, expected);
    assert_eq!(undecided, [("server.js".to_owned(), 1)]);
}

#[test]
fn maps_of_files_that_nothing_reaches_go_where_maps_are_read() {
    let files = [
        (
            "package.json",
            r#"{"scripts":{"start":"node --enable-source-maps a.js"},"dependencies":{"p":"1"}}"#,
        ),
        ("a.js", "require('p')"),
        ("node_modules/p/package.json", "{}"),
        ("node_modules/p/index.js", ""),
        ("node_modules/p/index.js.map", "{}"),
        ("node_modules/p/other.js", ""),
        ("node_modules/p/other.js.map", "{}"),
    ];
    let (paths, _) = kept(&files, &[]);
    let left = ["node_modules/p/index.js", "node_modules/p/index.js.map"];
    assert_eq!(paths, left);
}
