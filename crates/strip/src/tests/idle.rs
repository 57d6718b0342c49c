//! A decision that remembers the last one is the decision that knows nothing.

use super::super::memory::Memory;
use super::super::{Input, StripReport, run_with};
use super::{app, config, environment, left};
use slugsmith_facts::absent::{Absent, Packed};
use slugsmith_facts::environment::World;
use slugsmith_facts::tree::Entry;
use std::path::Path;

/// Somebody else installed; this is what the last build left.
#[derive(Default)]
struct Last {
    packed: Packed,
    memory: Option<Vec<u8>>,
}

impl Absent for Last {
    fn entries(&self) -> Vec<Entry> {
        Vec::new()
    }
    fn has(&self, _path: &Path) -> bool {
        false
    }
    fn text(&self, _path: &str) -> Option<Vec<u8>> {
        None
    }
    fn packed(&self) -> Option<&Packed> {
        Some(&self.packed)
    }
    fn remembered(&self) -> Option<Vec<u8>> {
        self.memory.clone()
    }
    fn bring_back(&self, _paths: &[&Path]) -> std::io::Result<()> {
        Ok(())
    }
}

/// Files with their contents.
type Files = [(&'static str, &'static str)];
/// What it is, the files that it writes, and the settings.
type Change = (&'static str, &'static Files, &'static str);

const APP: &Files = &[
    (
        "package.json",
        r#"{"scripts":{"start":"next start"},"dependencies":{"next":"15","ms":"2"}}"#,
    ),
    ("server.js", "require('ms')"),
    (".next/BUILD_ID", "aWqycAHyNH8vCctz8S5UU"),
    (".next/server/page.js", "module.exports = '/tmp/build_1'"),
    (".next/static/aWqycAHyNH8vCctz8S5UU/_buildManifest.js", "1"),
    ("node_modules/next/package.json", r#"{"main":"index.js"}"#),
    ("node_modules/next/index.js", "require('./lib/a')"),
    ("node_modules/next/lib/a.js", "require('ms')  //"),
    ("node_modules/next/README.md", "text"),
    (
        "node_modules/ms/package.json",
        r#"{"name":"ms","main":"index.js"}"#,
    ),
    (
        "node_modules/ms/index.js",
        "require('../../docs/late.js'); 'docs'",
    ),
    ("node_modules/ms/index.js.map", "{}"),
    ("node_modules/ms/test/a.js", "require('./b')"),
    ("node_modules/ms/test/b.js", "1"),
];

/// Strips an app of these files, and gives the report, what is left and what is remembered.
fn strip(
    files: &[(&str, &str)],
    settings: &str,
    memory: Option<Vec<u8>>,
) -> (StripReport, Vec<String>, Vec<u8>) {
    let folder = app(files);
    let mut environment = environment();
    environment.world = World::Classic;
    let last = Last {
        memory,
        ..Last::default()
    };
    let report = run_with(&Input {
        app: folder.path(),
        config: &config(settings),
        environment: &environment,
        commands: Vec::new(),
        absent: &last,
        dry_run: false,
    });
    let report = report.unwrap().report;
    let memory = Memory::of(&report).unwrap().encode().unwrap();
    (report, left(folder.path()), memory)
}

fn changed<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = APP.iter().filter(|(path, _)| {
        let names = changes.iter().map(|(changed, _)| changed);
        !names.clone().any(|changed| changed == path)
    });
    kept.chain(changes).copied().collect()
}

#[test]
fn one_change_at_a_time_is_decided_upon_as_if_nothing_were_known() {
    let changes: &[Change] = &[
        ("nothing", &[], ""),
        (
            "the built output",
            &[
                (".next/BUILD_ID", "Llh54YFSnWSCEM6Ng_gLF"),
                (".next/server/page.js", "module.exports = '/tmp/build_2'"),
                (".next/static/Llh54YFSnWSCEM6Ng_gLF/_buildManifest.js", "1"),
            ],
            "",
        ),
        (
            "what was built names a file of a package",
            &[(".next/server/page.js", "require('ms/test/a.js')")],
            "",
        ),
        (
            "a package's file of the same size",
            &[("node_modules/next/lib/a.js", "require('ms/test')")],
            "",
        ),
        (
            "a package's file asks for a test",
            &[("node_modules/next/lib/a.js", "require('ms/test/a.js')")],
            "",
        ),
        (
            "a package's new file",
            &[("node_modules/ms/lib/new.js", "require('../test/a.js')")],
            "",
        ),
        (
            "a package's new candidate of a name that is asked for",
            &[
                ("node_modules/next/lib/a.js.map", "{}"),
                ("node_modules/next/docs/late.js", "1"),
            ],
            "",
        ),
        (
            "a manifest",
            &[(
                "node_modules/ms/package.json",
                r#"{"name":"ms","main":"test/a.js"}"#,
            )],
            "",
        ),
        (
            "an own file",
            &[("server.js", "require('ms/test/b.js')")],
            "",
        ),
        (
            "an own file that a package asks for",
            &[("docs/late.js", "1")],
            "",
        ),
        ("settings", &[], "[com.slugsmith.strip]\nkeep = [\"*.map\"]"),
        ("the level", &[], "[com.slugsmith.strip]\nlevel = \"trace\""),
        (
            "a command",
            &[("Procfile", "web: node --enable-source-maps server.js")],
            "",
        ),
    ];
    let (first, _, memory) = strip(APP, "", None);
    for (what, files, settings) in changes {
        let files = changed(files);
        let (fresh, expected, _) = strip(&files, settings, None);
        let (report, rest, then) = strip(&files, settings, Some(memory.clone()));
        assert_eq!(rest, expected, "{what}");
        let text = |report| serde_json::to_string(report).unwrap();
        assert_eq!(text(&report), text(&fresh), "{what}");
        assert_eq!(report.recalled, *what == "nothing", "{what}");
        if what.starts_with("the built") {
            assert_eq!(report.idle, first.idle, "the packages are the same");
        }
        // What was not read for a basis this time is read the next.
        let (third, rest, last) = strip(&files, settings, Some(then));
        assert_eq!(
            (text(&third), rest),
            (text(&fresh), expected.clone()),
            "{what}"
        );
        let (fourth, rest, _) = strip(&files, settings, Some(last));
        assert_eq!((text(&fourth), rest), (text(&fresh), expected), "{what}");
        assert!(*what == "nothing" || fourth.recalled, "{what}");
    }
}

#[test]
fn a_package_that_looks_outside_of_the_packages_is_read_again() {
    let files = changed(&[(
        "node_modules/ms/index.js",
        "require('../../../docs/late.js')",
    )]);
    let (first, ..) = strip(&files, "", None);
    let (other, ..) = strip(APP, "", None);
    assert!(first.idle != other.idle);
    let (_, _, memory) = strip(&files, "", None);
    let mut late = files.clone();
    late.push(("docs/late.js", "1"));
    let (_, expected, _) = strip(&late, "", None);
    let (_, rest, _) = strip(&late, "", Some(memory));
    assert_eq!(rest, expected);
    assert!(rest.contains(&"docs/late.js".to_owned()), "{rest:?}");
}
