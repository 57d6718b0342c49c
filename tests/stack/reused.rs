//! Layers that a rebuild reuses without seeing them.

use slugsmith::facts::{app, layers};
use slugsmith::stack::snapshot::Snapshot;
use slugsmith::stack::{Inputs, StackReport, inspect};

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
