//! Layers that a rebuild reuses without seeing them.

use slugsmith::facts::{app, layers};
use slugsmith::stack::snapshot::Snapshot;
use slugsmith::stack::{Inputs, StackReport, expected, inspect};

use crate::tree::Stack;

const ANALYZED: &str = "[[metadata.buildpacks]]\nkey = \"a/one\"\n[metadata.buildpacks.layers.x]\nsha = \"sha256:1\"\n";
const TOML: &str = "[types]\nlaunch = true\n[metadata]\nversion = \"1.0\"\n";

fn stack(files: &[(&str, &str)]) -> Stack {
    Stack::new(&[
        ("a/one", files),
        ("b/two", &[("y.toml", "l"), ("y/bin/tool", "2")]),
    ])
    .file("analyzed.toml", ANALYZED)
}

fn look(stack: &Stack, remembered: Option<&Snapshot>) -> StackReport {
    inspect(&Inputs {
        layers: &layers::read(&stack.layers()),
        surroundings: &stack.surroundings(&[]),
        app: Some(&app::read(&stack.path("app"))),
        remembered,
        audit: None,
    })
}

#[test]
fn a_rebuild_knows_what_the_first_build_saw() {
    let first = stack(&[
        ("x.toml", TOML),
        ("x/bin/tool", "1"),
        ("x/env.launch/MODE", "fast"),
        ("x/env.launch/web/THREADS.default", "4"),
        (
            "launch.toml",
            "[[processes]]\ntype = \"web\"\ncommand = [\"tool\"]\n",
        ),
    ]);
    let seen = look(&first, None);
    // What the caller keeps goes through TOML.
    let text = toml::to_string(&seen.snapshot).unwrap();
    let remembered: Snapshot = toml::from_str(&text).unwrap();
    assert_eq!(remembered, seen.snapshot);

    let launch = "[[processes]]\ntype = \"web\"\ncommand = [\"tool\"]\n";
    let second = stack(&[("x.toml", TOML), ("launch.toml", launch)]);
    let blind = look(&second, None);
    assert_eq!(blind.dyno.get("MODE"), "");
    assert!(
        blind
            .unknown
            .iter()
            .any(|one| one.contains("a/one layer x is reused"))
    );
    assert!(blind.shadowings.is_empty());

    let known = look(&second, Some(&remembered));
    assert_eq!(known.dyno.get("MODE"), "fast");
    assert_eq!(known.by_process["web"].get("THREADS"), "4");
    assert_eq!(known.shadowings[0].name, "tool");
    assert!(!known.unknown.iter().any(|one| one.contains("is reused")));
    assert_eq!(
        known.buildpacks[0].layers[0].reused.as_deref(),
        Some("sha256:1")
    );
    // The third build still knows it.
    assert_eq!(known.snapshot, remembered);
}

#[test]
fn what_may_be_another_layer_is_not_filled_in() {
    let first = stack(&[("x.toml", TOML), ("x/env.launch/MODE", "fast")]);
    let remembered = look(&first, None).snapshot;
    let other = TOML.replace("1.0", "2.0");
    let changed = stack(&[("x.toml", &other)]);
    assert_eq!(look(&changed, Some(&remembered)).dyno.get("MODE"), "");
    let unknown = stack(&[("x.toml", TOML)]).file("analyzed.toml.unused", "");
    fs_err::write(unknown.layers().join("analyzed.toml"), "").unwrap();
    assert_eq!(look(&unknown, Some(&remembered)).dyno.get("MODE"), "");
}

/// What it sets is not foreseen in the second build either: an alarm at start would be false.
#[test]
fn a_rebuild_knows_what_runs_at_start_in_a_layer_that_it_does_not_see() {
    let launch = "[[processes]]\ntype = \"web\"\ncommand = [\"tool\"]\n";
    let first = stack(&[
        ("x.toml", TOML),
        ("x/exec.d/links", "#!/bin/sh\n"),
        ("x/exec.d/web/port", "#!/bin/sh\n"),
        ("x/profile.d/mode.sh", "export MODE=fast\n"),
        ("launch.toml", launch),
    ]);
    let seen = look(&first, None);
    let second = stack(&[("x.toml", TOML), ("launch.toml", launch)]);
    let known = look(&second, Some(&seen.snapshot));
    assert_eq!(seen.buildpacks[0].start_programs.len(), 2);
    assert_eq!(
        known.buildpacks[0].start_programs,
        seen.buildpacks[0].start_programs
    );
    assert_eq!(known.snapshot, seen.snapshot);
    // What `launch-check` takes for the cause of a difference.
    let programs =
        |stack: &Stack| expected::read(&stack.layers(), Some(&seen.snapshot), "b/two").programs;
    assert_eq!(programs(&first).len(), 2);
    assert_eq!(programs(&second), programs(&first));
}
