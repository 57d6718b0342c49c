//! Processes, start programs, layers: what stops or never reaches a dyno.

use super::{WEB, alarms};
use slugsmith::config::LogLevel;
use slugsmith::facts::before::Changes;

use crate::tree::Stack;

#[test]
fn processes_change_hands() {
    let other = "[[processes]]\ntype = \"web\"\ncommand = [\"other\"]\n";
    let found = alarms(&[
        ("a/one", &[("launch.toml", WEB)]),
        ("b/two", &[("launch.toml", other)]),
    ]);
    assert_eq!(
        found,
        [
            "warn default-process-lost: b/two defines `web` again without `default = true`, so a/one's default is \
             lost: the image has no default process.",
            "warn process-taken-over: `web` of a/one (`run`) is replaced by b/two's (`other`).",
        ]
    );
    let stack = Stack::new(&[
        ("a/one", &[("launch.toml", WEB)]),
        (
            "b/two",
            &[("launch.toml", &format!("{other}default = true\n"))],
        ),
    ])
    .app("Procfile", "web: other\n");
    assert!(stack.findings().is_empty());
}

#[test]
fn start_programs_that_fail_are_errors() {
    let found = alarms(&[(
        "a/one",
        &[
            ("x.toml", "l"),
            ("x/exec.d/a", "#not executable"),
            ("x/exec.d/b", "-> nowhere"),
            ("x/exec.d/c", "#!/no/such/shell\n"),
            ("x/exec.d/d", "#!/bin/sh\n"),
            ("x/exec.d/other/e", "#not executable"),
            ("launch.toml", WEB),
        ],
    )]);
    assert_eq!(
        found,
        [
            "error start-program-fails: exec.d/a of a/one (x) is not executable: no process starts.",
            "error start-program-fails: exec.d/b of a/one (x) is a link to nothing: no process starts.",
            "error start-program-fails: exec.d/c of a/one (x) needs /no/such/shell, which is not there: no process \
             starts.",
        ]
    );
}

#[test]
fn what_stays_behind_is_named() {
    let stack = Stack::new(&[(
        "a/one",
        &[("sdk.toml", "b"), ("sdk/tool", ""), ("x.toml", "l")],
    )]);
    let sdk = stack.layers().join("a_one/sdk");
    let stack = stack
        .file("a_one/x/link", &format!("-> {}/tool", sdk.display()))
        .file("a_one/x/env.launch/SDK", &format!("{}", sdk.display()));
    assert_eq!(
        stack.alarms(),
        [
            "warn not-shipped: a/one puts /layers/a_one/sdk into SDK at launch (env.launch/SDK), but the layer \
             sdk of a/one is not launch = true.",
            "warn not-shipped: link in layer x of a/one points to /layers/a_one/sdk/tool, but the layer sdk of \
             a/one is not launch = true.",
        ]
    );
}

#[test]
fn files_without_effect_are_told() {
    let found = alarms(&[(
        "a/one",
        &[
            ("x.toml", "l"),
            ("x/env.build/A", ""),
            ("x/env/B.APPEND", ""),
            ("y.toml", "b"),
            ("y/env.launch/C", ""),
            ("y/exec.d/run", "#!/bin/sh\n"),
            ("z/file", ""),
            ("launch/file", ""),
        ],
    )]);
    let rest: Vec<&str> = found
        .iter()
        .map(|one| one.trim_start_matches("warn useless-layer-file: a/one layer "))
        .collect();
    assert_eq!(
        rest,
        [
            "launch: a layer can't be named `launch`, its metadata file means something else.",
            "x: env.build has no effect without build = true.",
            "x: env/B.APPEND has a suffix that nobody knows, so it has no effect.",
            "y: env.launch has no effect without launch = true.",
            "y: exec.d has no effect without launch = true.",
            "z: the folder has no z.toml, so it is neither kept nor shipped.",
        ]
    );
}

#[test]
fn names_that_collide() {
    let label = |value: &str, slice: &str| {
        format!("[[labels]]\nkey = \"k\"\nvalue = \"{value}\"\n[[slices]]\npaths = [\"{slice}\"]\n")
    };
    let stack = |second: &str| {
        Stack::new(&[
            ("a/b_c", &[("launch.toml", &label("1", "public"))]),
            ("d/e", &[("launch.toml", &label("2", second))]),
        ])
        .app("public/css/a.css", "")
        .app("server.js", "")
        .alarms()
    };
    let replaced = "warn names-collide: d/e sets the label k to `2` and replaces `1` of a/b_c.";
    assert_eq!(
        stack("public/*/*.css"),
        [
            "warn names-collide: a/b_c and d/e both slice 1 file of the app (public/css/a.css); they go to \
             a/b_c's slice.",
            replaced,
        ]
    );
    assert_eq!(stack("*.js"), [replaced]);
    let found = alarms(&[("a/b_c", &[]), ("a_b/c", &[])]);
    assert_eq!(
        found,
        ["warn names-collide: a/b_c and a_b/c share the layers folder a_b_c."]
    );
}

#[test]
fn exports_that_must_fail_are_errors() {
    let stack = Stack::new(&[(
        "a/one",
        &[
            ("x.toml", "lc"),
            ("y.toml", "l"),
            ("z.toml", "l"),
            ("broken.toml", "launch = true\n"),
            ("launch.toml", "[[processes]]\ntype = \"a:b\"\ncommand = [\"x\"]\n"),
        ],
    )])
    .file(
        "analyzed.toml",
        "[[metadata.buildpacks]]\nkey = \"a/one\"\n[metadata.buildpacks.layers.z]\nsha = \"sha256:1\"\n",
    );
    assert_eq!(
        stack.alarms(),
        [
            "error export-will-fail: The process type `a:b` of a/one has a character that image export refuses.",
            "error export-will-fail: a/one layer broken: its .toml is not valid: `launch` is at the top of \
             the file: it belongs under [types].",
            "error export-will-fail: a/one layer x is cached and for launch, but has no contents.",
            "error export-will-fail: a/one layer y has no contents, and the previous image has no such layer to reuse.",
        ]
    );
}

#[test]
fn what_stops_the_launcher_is_an_error() {
    let found = alarms(&[(
        "a/one",
        &[
            ("x.toml", "l"),
            ("x/env.launch/A", "-> nowhere"),
            ("x/env.launch/B", "1"),
        ],
    )]);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with(
            "error process-cannot-start: No process starts: env.launch/A of a/one layer x is a link to nothing."
        ),
        "{found:?}"
    );
    let long = "x".repeat(140_000);
    let found = alarms(&[("a/one", &[("x.toml", "l"), ("x/env.launch/A", &long)])]);
    assert!(
        found[0].ends_with("`A` is longer than the kernel's 128 KiB for one variable."),
        "{found:?}"
    );
}

#[test]
fn files_that_others_deleted_are_a_warning() {
    let stack = Stack::new(&[
        ("slugsmith/restore", &[]),
        ("a/one", &[]),
        ("slugsmith/slugsmith", &[]),
    ]);
    let own = stack.layers().join("slugsmith_slugsmith");
    let mut surroundings = stack.surroundings(&[("CNB_LAYERS_DIR", &own.display().to_string())]);
    let told = |surroundings: &_| {
        let report = stack.inspect_with(surroundings);
        let all = stack.told(&report);
        all.into_iter()
            .filter(|one| one.contains("app-files"))
            .collect::<Vec<_>>()
    };
    assert!(told(&surroundings).is_empty());
    surroundings.changes = Some(Changes {
        changed: vec!["package.json".to_owned()],
        deleted: vec!["src/a.ts".to_owned(), "src/b.ts".to_owned()],
        is_all_gone: false,
    });
    assert_eq!(
        told(&surroundings),
        [
            "warn app-files-changed: src/a.ts, src/b.ts were deleted by a/one.",
            "info app-files-changed: package.json was changed by a/one.",
        ]
    );
    let lines =
        slugsmith::print::stack::lines(&stack.inspect_with(&surroundings), LogLevel::Normal);
    let text = "By other buildpacks: 1 file changed (package.json), 2 files deleted (src/a.ts, src/b.ts) of the app";
    assert!(lines.iter().any(|line| line.text == text));
    // Paketo's go-build leaves programs in its layer and nothing of the sources.
    surroundings.changes = Some(Changes {
        changed: Vec::new(),
        deleted: vec!["go.mod".to_owned(), "main.go".to_owned()],
        is_all_gone: true,
    });
    assert_eq!(
        told(&surroundings),
        ["info app-files-changed: go.mod, main.go were deleted by a/one."]
    );
}
