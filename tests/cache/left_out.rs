//! What strip removed last time is not unpacked again, and nobody can tell but by the time.

use std::path::PathBuf;

use super::support::{Bed, Log};
use slugsmith::cache::event::{Event, Progress};
use slugsmith::facts::environment::World;
use slugsmith::facts::tree::Tree;
use slugsmith::flow::{self, Input};
use slugsmith::report::{Report, event};

/// A package with code, source maps, types, tests and a file that only its tests load.
const NPM: &str = r#"#!/bin/sh
case "$1" in --version) echo 10.9.3; exit;; esac
echo "npm $*" >> "$BED/commands"
rm -rf node_modules; mkdir -p node_modules/ms/lib node_modules/ms/docs/deep node_modules/ms/test
echo '{}' > node_modules/.package-lock.json
cd node_modules/ms
echo '{"name":"ms","version":"2.0.0","main":"lib/index.js"}' > package.json
echo 'module.exports = 1' > lib/index.js
echo '{"version":3}' > lib/index.js.map
echo 'export default 1' > lib/index.d.ts
echo 'text' > docs/deep/guide.md
echo 'module.exports = require("./data.js")' > test/a.test.js
echo 'module.exports = 2' > test/data.js
echo '{"name":"fixture"}' > test/package.json
"#;

fn bed() -> Bed {
    let bed = Bed::npm_app();
    bed.tool("npm", NPM);
    bed.put("Procfile", "web: node server.js\n");
    bed.put("server.js", "require('ms')\n");
    bed
}

/// A log that hears of a whole run.
struct Whole<'a>(&'a mut Log);

impl event::Progress for Whole<'_> {
    fn event(&mut self, event: event::Event<'_>) {
        match event {
            event::Event::Cache(event) => self.0.event(event),
            event::Event::Warning(problem) => self.0.event(Event::Warning(problem)),
            _ => {}
        }
    }
}

fn build(bed: &Bed) -> (Report, Log) {
    let mut log = Log::default();
    let store = bed.store();
    let input = Input {
        app: &bed.app(),
        config: &bed.config(),
        environment: &bed.environment,
        store: Some(&store),
        layers: None,
        classic: None,
        previous: None,
    };
    let report = flow::build(&input, &mut Whole(&mut log)).unwrap();
    // Weighed on the walk that strip made, and still what is on disk.
    let weighed = report.budget.as_ref().map(|budget| budget.size.totals);
    assert_eq!(weighed, Some(Tree::read(&bed.app()).totals()));
    (report, log)
}

fn files(bed: &Bed) -> Vec<(PathBuf, u64)> {
    let tree = Tree::read(&bed.app());
    let entries = tree.entries().iter();
    entries
        .map(|entry| (entry.path().to_owned(), entry.size()))
        .collect()
}

/// What the report says of the strip, without times.
fn said(report: &Report) -> String {
    let strip = report.strip.as_ref().unwrap();
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?}",
        strip.before, strip.removed, strip.by_reason, strip.manifest, strip.kept, strip.failed
    )
}

fn left_out(report: &Report) -> u64 {
    report.caches.iter().map(|cache| cache.left_out_bytes).sum()
}

/// What a build without any cache makes of the same app.
fn from_nothing(bed: &Bed) -> (Vec<(PathBuf, u64)>, String) {
    bed.next();
    let elsewhere = bed.root().join("aside");
    fs_err::rename(bed.root().join("layers"), &elsewhere).unwrap();
    fs_err::create_dir(bed.root().join("layers")).unwrap();
    let (report, _) = build(bed);
    let result = (files(bed), said(&report));
    fs_err::remove_dir_all(bed.root().join("layers")).unwrap();
    fs_err::rename(elsewhere, bed.root().join("layers")).unwrap();
    result
}

#[test]
fn an_unchanged_build_unpacks_only_what_stays_and_reports_the_same() {
    let bed = bed();
    let (first, _) = build(&bed);
    assert_eq!(left_out(&first), 0);
    let (tree, text) = (files(&bed), said(&first));
    assert!(first.strip.unwrap().removed.files >= 4);
    for _ in 0..2 {
        bed.next();
        let (again, log) = build(&bed);
        assert!(left_out(&again) > 40, "{:?}", log.lines);
        assert_eq!(files(&bed), tree);
        assert_eq!(said(&again), text);
        assert!(again.strip.unwrap().recalled);
        assert!(log.warnings.is_empty(), "{:?}", log.warnings);
        assert!(log.lines[0].contains("HIT, restored"), "{:?}", log.lines);
        assert!(
            log.lines[0].contains("the rest is stripped"),
            "{:?}",
            log.lines
        );
    }
}

#[test]
fn a_tree_that_names_the_folder_of_the_build_is_recalled_too() {
    let mut bed = bed();
    bed.environment.world = World::Classic;
    bed.tool(
        "npm",
        &format!("{NPM}echo \"exec $PWD/lib/index.js\" > start\n"),
    );
    let (first, _) = build(&bed);
    let (tree, text) = (files(&bed), said(&first));
    let start = || fs_err::read_to_string(bed.app().join("node_modules/ms/start")).unwrap();
    assert_eq!(start(), "exec /app/node_modules/ms/lib/index.js\n");
    for _ in 0..2 {
        bed.next();
        let (again, _) = build(&bed);
        assert_eq!(start(), "exec /app/node_modules/ms/lib/index.js\n");
        assert_eq!((files(&bed), said(&again)), (tree.clone(), text.clone()));
        assert!(again.strip.unwrap().recalled);
    }
}

#[test]
fn what_a_change_of_the_app_needs_comes_back() {
    let bed = bed();
    build(&bed);
    for source in [
        "require('ms/test/a.test.js')\n",
        "require('fs').readFileSync(require.resolve('ms/docs/deep/guide.md'))\n",
        "require('ms')\n",
    ] {
        bed.put("server.js", source);
        let expected = from_nothing(&bed);
        bed.next();
        let (report, log) = build(&bed);
        assert!(left_out(&report) > 0, "{source}");
        assert_eq!((files(&bed), said(&report)), expected, "{source}");
        assert!(!report.strip.unwrap().recalled, "{source}");
        assert_eq!(log.commands, Vec::<String>::new(), "{source}");
        bed.next();
        let (report, _) = build(&bed);
        assert_eq!((files(&bed), said(&report)), expected, "{source}");
        assert!(report.strip.unwrap().recalled, "{source}");
    }
    bed.put("server.js", "require('ms/test/a.test.js')\n");
    bed.next();
    build(&bed);
    assert!(bed.app().join("node_modules/ms/test/data.js").exists());
}

#[test]
fn every_input_of_a_decision_is_looked_at() {
    type Change = (&'static str, fn(&mut Bed));
    let changes: &[Change] = &[
        ("a start command", |bed| {
            bed.put("Procfile", "web: node --enable-source-maps server.js\n");
        }),
        ("a new source", |bed| {
            bed.put("lib/new.js", "require('ms/test/a.test.js')\n");
        }),
        ("a source of the same size and time", |bed| {
            let path = bed.app().join("server.js");
            let time = || fs_err::metadata(&path).unwrap().modified().unwrap();
            let (before, text) = (time(), fs_err::read_to_string(&path).unwrap());
            fs_err::write(&path, text.replace("ms", "mt")).unwrap();
            let file = fs_err::File::options().write(true).open(&path).unwrap();
            file.file().set_modified(before).unwrap();
            assert_eq!(time(), before);
        }),
        ("a link", |bed| {
            let target = "node_modules/ms/docs/deep/guide.md";
            std::os::unix::fs::symlink(target, bed.app().join("guide")).unwrap();
        }),
        ("a variable", |bed| {
            bed.set("NODE_OPTIONS", "--enable-source-maps");
        }),
        ("a keep list", |bed| {
            bed.put("project.toml", "[com.slugsmith.strip]\nkeep = [\"*.md\"]\n");
        }),
        ("a mode", |bed| {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            fs_err::set_permissions(bed.app().join("server.js"), mode).unwrap();
        }),
        ("nothing but time", |_| {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }),
    ];
    for (what, change) in changes {
        let mut bed = bed();
        // Files of the app itself are stripped in builds of a slug only.
        bed.environment.world = World::Classic;
        bed.put("docs/guide.md", "text");
        bed.put("test/a.test.js", "1");
        build(&bed);
        let restore = || {
            bed.put("docs/guide.md", "text");
            bed.put("test/a.test.js", "1");
        };
        restore();
        bed.next();
        let (again, _) = build(&bed);
        assert!(again.strip.unwrap().recalled);
        restore();
        change(&mut bed);
        let expected = from_nothing(&bed);
        bed.put("docs/guide.md", "text");
        bed.put("test/a.test.js", "1");
        bed.next();
        let (report, _) = build(&bed);
        assert_eq!((files(&bed), said(&report)), expected, "{what}");
        assert_eq!(
            report.strip.unwrap().recalled,
            *what == "nothing but time",
            "{what}"
        );
    }
}

#[test]
fn a_tree_of_an_earlier_buildpack_is_decided_upon_once() {
    let mut bed = bed();
    bed.environment.world = World::CloudNative;
    let group = "[[group]]\nid = \"heroku/nodejs\"\nversion = \"5\"\n";
    fs_err::write(bed.root().join("group.toml"), group).unwrap();
    let installed = [
        (
            "package.json",
            r#"{"name":"ms","version":"2.0.0","main":"lib/index.js"}"#,
        ),
        ("lib/index.js", "module.exports = 10 "),
        ("lib/index.js.map", r#"{"version":3}"#),
        ("test/a.js", "module.exports = require('./data.js')"),
        ("test/data.js", "module.exports = 2"),
    ];
    let install = |code: &str| {
        for (path, text) in installed {
            bed.put(&format!("node_modules/ms/{path}"), text);
        }
        bed.put("node_modules/ms/lib/index.js", code);
    };
    // Of one size, since contents are what counts.
    for code in ["module.exports = 10 ", "require('../test/a')"] {
        install(code);
        let (first, log) = build(&bed);
        assert_eq!(log.commands, Vec::<String>::new());
        assert!(!first.strip.as_ref().unwrap().recalled, "{code}");
        let (tree, text) = (files(&bed), said(&first));
        assert_eq!(
            bed.app().join("node_modules/ms/test/data.js").exists(),
            code.contains("test"),
        );
        bed.next();
        install(code);
        let (again, _) = build(&bed);
        assert!(again.strip.as_ref().unwrap().recalled, "{code}");
        assert_eq!((files(&bed), said(&again)), (tree, text), "{code}");
        bed.next();
    }
}

#[test]
fn other_settings_of_strip_have_the_whole_tree_to_choose_from() {
    let mut bed = bed();
    let settings = [
        ("SLUGSMITH_STRIP_LEVEL", "off"),
        ("SLUGSMITH_STRIP_LEVEL", "trace"),
        ("SLUGSMITH_STRIP_LEVEL", "safe"),
        ("SLUGSMITH_STRIP_KEEP", "*.map"),
        ("SLUGSMITH_STRIP_REMOVE", "node_modules/ms/lib/index.js"),
        (
            "SLUGSMITH_STRIP_VERIFY",
            "test -e node_modules/ms/lib/index.js.map",
        ),
    ];
    build(&bed);
    for (name, value) in settings {
        bed.set(name, value);
        let expected = from_nothing(&bed);
        for _ in 0..2 {
            bed.next();
            let (report, _) = build(&bed);
            assert_eq!((files(&bed), said(&report)), expected, "{name}={value}");
        }
        bed.environment.variables.remove(name);
        bed.next();
        build(&bed);
    }
}

#[test]
fn scripts_of_the_app_see_the_whole_tree() {
    let bed = bed();
    bed.tool(
        "npm",
        &NPM.replace(
            "rm -rf",
            "case \"$1\" in run) cat node_modules/ms/lib/index.d.ts > built; exit;; prune) exit;; esac\nrm -rf",
        ),
    );
    bed.put(
        "package.json",
        r#"{"name":"shop","version":"1.0.0","dependencies":{"ms":"^2.0.0"},"scripts":{"build":"tsc"}}"#,
    );
    build(&bed);
    for _ in 0..2 {
        bed.next();
        let (report, _) = build(&bed);
        assert_eq!(left_out(&report), 0);
        assert_eq!(
            fs_err::read_to_string(bed.app().join("built")).unwrap(),
            "export default 1\n"
        );
    }
}

#[test]
fn a_changed_lockfile_starts_from_the_whole_tree() {
    let bed = bed();
    build(&bed);
    // This npm lists what it finds before it syncs.
    bed.tool(
        "npm",
        &NPM.replace("rm -rf", "find node_modules -type f | sort > seen; rm -rf"),
    );
    bed.lock("2.1.0");
    bed.next();
    build(&bed);
    let seen = fs_err::read_to_string(bed.app().join("seen")).unwrap();
    assert!(seen.contains("node_modules/ms/lib/index.js.map"), "{seen}");
}

#[test]
fn a_damaged_list_costs_time_only() {
    let bed = bed();
    let (first, _) = build(&bed);
    let (tree, text) = (files(&bed), said(&first));
    let path = bed.store().folder("left-out").join("list.zst");
    let good = fs_err::read(&path).unwrap();
    let mut other = zstd::bulk::decompress(&good, 10_000).unwrap();
    other.extend_from_slice(b"0\n1\n2\n3\n4\n99999\n");
    let every = zstd::bulk::compress(&other, 1).unwrap();
    let report = path.with_file_name("report.zst");
    for bad in [&good[..good.len() / 2], b"", b"junk", &every] {
        fs_err::write(&path, bad).unwrap();
        fs_err::write(&report, bad).unwrap();
        bed.next();
        let (again, log) = build(&bed);
        assert_eq!(files(&bed), tree);
        assert_eq!(said(&again), text);
        assert!(log.warnings.is_empty());
        bed.next();
        assert!(left_out(&build(&bed).0) > 0);
    }
}

#[test]
fn an_app_with_nothing_to_remember_gets_no_layer_for_it() {
    let bed = bed();
    for name in ["package.json", "package-lock.json"] {
        fs_err::remove_file(bed.app().join(name)).unwrap();
    }
    bed.put("project.toml", "[com.slugsmith.strip]\nlevel = \"off\"\n");
    build(&bed);
    let layers = fs_err::read_dir(bed.store().root()).unwrap();
    let names: Vec<_> = layers.map(|one| one.unwrap().file_name()).collect();
    assert!(
        !names
            .iter()
            .any(|name| name.to_string_lossy().contains("left-out")),
        "{names:?}"
    );
}
