//! Variables: who replaces, joins or loses what.

use super::{WEB, alarms};
use crate::tree::Stack;

#[test]
fn a_replaced_path_is_an_error_when_no_shell_is_left() {
    let found = alarms(&[
        ("a/one", &[("x.toml", "l"), ("x/bin/a", "")]),
        (
            "b/two",
            &[
                ("x.toml", "l"),
                ("x/env.launch/NODE_PATH", "/b"),
                ("x/env.launch/PATH.override", "/over"),
            ],
        ),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with(
            "warn list-variable-clobbered: b/two replaces PATH at launch (env.launch/PATH.override) and drops \
             /layers/a_one/x/bin, /image/bin, set by a/one, the image."
        ),
        "{found:?}"
    );
    // With the shell's own folder among the lost ones it is fatal.
    let stack = Stack::new(&[("b/two", &[("x.toml", "l"), ("x/env.launch/PATH", "/over")])]);
    let report = stack.inspect_with(&stack.surroundings(&[("PATH", "/usr/bin:/bin")]));
    assert!(
        stack.told(&report)[0].contains("Not even `sh` is found"),
        "{:?}",
        stack.told(&report)
    );
    assert!(stack.told(&report)[0].starts_with("error"));
    // What is kept is not lost.
    let kept = alarms(&[
        (
            "a/one",
            &[("x.toml", "l"), ("x/env.launch/NODE_PATH", "/a")],
        ),
        (
            "b/two",
            &[("x.toml", "l"), ("x/env.launch/NODE_PATH", "/b:/a")],
        ),
    ]);
    assert!(kept.is_empty(), "{kept:?}");
}

#[test]
fn glued_values_are_shown_as_they_become() {
    let found = alarms(&[
        (
            "a/one",
            &[("x.toml", "l"), ("x/env.launch/NODE_PATH", "/a/lib")],
        ),
        (
            "b/two",
            &[
                ("x.toml", "l"),
                ("x/env.launch/NODE_PATH.prepend", "/b/lib"),
                ("x/env/NODE_PATH.delim", ":"),
            ],
        ),
    ]);
    assert_eq!(
        found,
        [
            "warn glued-variable: b/two joins NODE_PATH at launch without a delimiter (env.launch/NODE_PATH.prepend): \
             `/a/lib` becomes `/b/lib/a/lib`."
        ]
    );
    assert!(
        alarms(&[
            (
                "a/one",
                &[("x.toml", "l"), ("x/env.launch/NODE_PATH", "/a/lib")]
            ),
            (
                "b/two",
                &[
                    ("x.toml", "l"),
                    ("x/env.launch/NODE_PATH.prepend", "/b/lib"),
                    ("x/env.launch/NODE_PATH.delim", ":"),
                ]
            ),
        ])
        .is_empty()
    );
}

#[test]
fn variables_of_two_buildpacks_name_both_values_but_no_secret() {
    let stack = Stack::new(&[
        (
            "a/one",
            &[
                ("x.toml", "l"),
                ("x/env.launch/MODE.default", "one"),
                ("x/env.launch/API_TOKEN", "hunter2"),
                ("x/env.launch/SAME", "1"),
            ],
        ),
        (
            "b/two",
            &[
                ("x.toml", "l"),
                ("x/env.launch/MODE.default", "two"),
                ("x/env.launch/API_TOKEN", "hunter3"),
                ("x/env.launch/SAME", "1"),
            ],
        ),
    ]);
    let found = stack.findings();
    assert!(found.contains(
        &"info variable-set-twice: b/two would set MODE to `two` at launch (env.launch/MODE.default), but `one` \
            of a/one was there first."
            .to_owned()
    ), "{found:?}");
    assert!(
        found[0].starts_with("warn variable-set-twice: b/two sets API_TOKEN to `[masked]`"),
        "{found:?}"
    );
    assert!(!found.join("").contains("hunter"));
    assert!(
        !found
            .join("")
            .contains("variable-set-twice: b/two sets SAME")
    );
}

#[test]
fn config_vars_that_lose_are_told() {
    let stack = Stack::new(&[("a/one", &[("x.toml", "l"), ("x/env.launch/WORKERS", "4")])]);
    assert!(stack.findings()[0].starts_with("info config-var-has-no-effect"));
    let platform = stack.path("platform");
    fs_err::create_dir_all(platform.join("env")).unwrap();
    fs_err::write(platform.join("env/WORKERS"), "8").unwrap();
    let surroundings = stack.surroundings(&[("CNB_PLATFORM_DIR", &platform.display().to_string())]);
    let report = stack.inspect_with(&surroundings);
    assert!(stack.told(&report)[0].starts_with(
        "warn config-var-has-no-effect: The config var WORKERS has no effect at launch: a/one overrides it"
    ));
    let stack = Stack::new(&[(
        "a/one",
        &[("x.toml", "l"), ("x/env.launch/WORKERS.default", "4")],
    )]);
    assert!(stack.findings().is_empty());
}

#[test]
fn profile_scripts_are_for_shells_only() {
    let script = "export PATH=/only\nexport LD_LIBRARY_PATH=\"/x:$LD_LIBRARY_PATH\"\n";
    let direct = Stack::new(&[(
        "a/one",
        &[
            ("x.toml", "l"),
            ("x/profile.d/a.sh", script),
            ("launch.toml", WEB),
        ],
    )])
    .app(".profile", "export A=b\n");
    let found = direct.alarms();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found
            .iter()
            .all(|one| one.starts_with("warn profile-script-ignored"))
    );
    let old = "[[processes]]\ntype = \"web\"\ncommand = \"run\"\ndirect = false\ndefault = true\n";
    let shell = Stack::new(&[(
        "a/one",
        &[
            ("x.toml", "l"),
            ("x/profile.d/a.sh", script),
            ("launch.toml", old),
        ],
    )]);
    assert_eq!(
        shell.alarms(),
        [
            "warn profile-script-clobbers: profile.d/a.sh of a/one (x) replaces PATH in line 1 without keeping \
             what it held."
        ]
    );
}

#[test]
fn shims_of_classic_buildpacks_are_told() {
    let found = alarms(&[(
        "a/shimmed",
        &[
            ("profile.toml", "l"),
            ("profile/profile.d/1.sh", "export GEM_HOME=/x\n"),
            ("launch.toml", WEB),
        ],
    )]);
    assert_eq!(
        found[0],
        "warn classic-export-ignored: a/shimmed exports GEM_HOME by profile scripts only; processes started without a \
         shell never get them."
    );
}

#[test]
fn a_layer_that_was_edited_later_is_told() {
    let stack = Stack::new(&[
        (
            "a/one",
            &[
                ("x.toml", "bl"),
                ("x/bin/tool", ""),
                ("x/env.build/A", "edited"),
                ("x/env/API_KEY", "k"),
            ],
        ),
        ("slugsmith", &[]),
    ]);
    let bin = stack.layers().join("a_one/x/bin");
    let path = format!("{}:{}", bin.display(), stack.path("image/bin").display());
    let own = stack.layers().join("slugsmith");
    let live = |value: &'static str| {
        stack.surroundings(&[
            ("CNB_LAYERS_DIR", &own.display().to_string()),
            ("PATH", &path),
            ("A", value),
            ("API_KEY", "k"),
            ("HOME", "/h"),
        ])
    };
    let report = stack.inspect_with(&live("original"));
    let found = stack.told(&report);
    assert_eq!(
        found
            .iter()
            .filter(|one| one.contains("environment-changed"))
            .collect::<Vec<_>>(),
        [
            "warn environment-changed: A is `original` in this build, and `edited` by the layers on disk."
        ]
    );
    let report = stack.inspect_with(&live("edited"));
    assert!(
        !stack
            .told(&report)
            .iter()
            .any(|one| one.contains("environment-changed"))
    );
}

#[test]
fn what_the_platform_set_is_masked_whatever_its_name() {
    let stack = Stack::new(&[("a/one", &[("x.toml", "bl"), ("x/env/MODE", "slow")])]);
    let platform = stack.path("platform");
    fs_err::create_dir_all(platform.join("env")).unwrap();
    for (name, value) in [
        ("MODE", "hunter2"),
        ("PLAIN", "hunter3"),
        ("NODE_ENV", "production"),
    ] {
        fs_err::write(platform.join("env").join(name), value).unwrap();
    }
    let surroundings = stack.surroundings(&[("CNB_PLATFORM_DIR", &platform.display().to_string())]);
    let report = stack.inspect_with(&surroundings);
    let lines = slugsmith::print::stack::lines(&report, slugsmith::config::LogLevel::Verbose);
    let mut all: Vec<String> = lines.into_iter().map(|line| line.text).collect();
    all.push(slugsmith::print::stack::html::page(&report));
    all.push(slugsmith::print::json::stack::document(&report).to_string());
    let all = all.join("\n");
    assert!(!all.contains("hunter"), "{all}");
    assert!(
        all.contains("NODE_ENV=production") && all.contains("MODE=[masked]"),
        "{all}"
    );
}
