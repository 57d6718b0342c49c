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

#[test]
fn a_runtime_with_the_home_of_another_is_told() {
    let python: crate::tree::Files<'_> = &[
        ("x.toml", "bl"),
        ("x/bin/python3", "1"),
        ("x/env/PYTHONHOME", "/layers/a_python/x"),
        ("x/env/JAVA_HOME", "/opt/java"),
    ];
    let root = |stack: &Stack| stack.layers().join("a_python/x").display().to_string();
    let stack = Stack::new(&[
        ("a/python", python),
        ("b/cloud-sdk", &[("y.toml", "l"), ("y/bin/python3", "2")]),
    ]);
    let home = root(&stack);
    let stack = stack.file("a_python/x/env/PYTHONHOME", &home);
    let found = stack.alarms();
    let told = found
        .iter()
        .find(|one| one.contains("runtime-variable-of-another"));
    assert_eq!(
        told.unwrap(),
        "warn runtime-variable-of-another: `python3` at launch is b/cloud-sdk's (/layers/b_cloud-sdk/y/bin), and \
         PYTHONHOME is a/python's (env/PYTHONHOME). It looks for its standard library there and stops where the \
         versions differ."
    );
    // Its own home, and another buildpack that has no Python.
    let stack = Stack::new(&[
        ("a/python", python),
        ("b/cloud-sdk", &[("y.toml", "l"), ("y/bin/gcloud", "2")]),
    ]);
    let home = root(&stack);
    let stack = stack.file("a_python/x/env/PYTHONHOME", &home);
    assert!(stack.alarms().is_empty(), "{:?}", stack.alarms());
}

#[test]
fn a_dollar_that_nothing_expands_is_told() {
    let found = alarms(&[
        (
            "a/one",
            &[("x.toml", "l"), ("x/env.launch/LD_LIBRARY_PATH", "/a/lib")],
        ),
        (
            "b/two",
            &[
                ("x.toml", "l"),
                ("x/env.launch/DATA", "$HOME/data"),
                ("x/env.launch/GREETING", "costs 5 $HOME"),
                ("x/env.launch/LD_LIBRARY_PATH", "/b/lib:$LD_LIBRARY_PATH"),
                ("x/env.launch/NODE_PATH", "${HOME}/lib"),
            ],
        ),
    ]);
    assert_eq!(
        found,
        [
            "warn list-variable-clobbered: b/two writes the text `$LD_LIBRARY_PATH` into LD_LIBRARY_PATH at launch \
             (env.launch/LD_LIBRARY_PATH): the `$` means nothing in such a file, so nothing expands it, and /a/lib, \
             set by a/one, is dropped.",
            "warn text-not-expanded: DATA holds the text `$HOME` at launch (env.launch/DATA of b/two): the launcher \
             takes the file as it is, so nothing expands it.",
            "warn text-not-expanded: NODE_PATH holds the text `$HOME` at launch (env.launch/NODE_PATH of b/two): the \
             launcher takes the file as it is, so nothing expands it.",
        ]
    );
}

#[test]
fn flags_outside_of_types_are_told_when_the_build_is_over() {
    let stack = Stack::new(&[
        (
            "a/one",
            &[("x.toml", "launch = true\n"), ("x/bin/tool", "1")],
        ),
        ("b/two", &[("y.toml", "l"), ("y/bin/run", "1")]),
    ])
    .file("config/metadata.toml", WEB);
    let found = stack.alarms();
    assert!(
        found.contains(
            &"warn useless-layer-file: a/one layer x: its x.toml is not read: `launch` is at the top of the file: it \
              belongs under [types]."
                .to_owned()
        ),
        "{found:?}"
    );
}

/// What a reporter looked for stands in the normal log.
#[test]
fn modes_and_start_programs_are_in_the_log() {
    use slugsmith::config::LogLevel;
    let stack = Stack::new(&[
        (
            "a/engine",
            &[("x.toml", "bl"), ("x/env/NODE_ENV.default", "production")],
        ),
        (
            "b/install",
            &[
                ("y.toml", "b"),
                ("y/env.build/NODE_ENV.override", "development"),
                ("z.toml", "l"),
                (
                    "z/exec.d/concurrency",
                    "#!/bin/sh\necho 'WEB_CONCURRENCY = \"2\"' >&3\n",
                ),
            ],
        ),
        (
            "c/server",
            &[
                ("x.toml", "l"),
                ("x/env.launch/WEB_CONCURRENCY.default", "4"),
            ],
        ),
    ]);
    let lines = slugsmith::print::stack::lines(&stack.inspect(), LogLevel::Normal);
    let mut text = Vec::new();
    for line in lines {
        slugsmith::print::line::Skin::Bullets
            .write(&mut text, &line)
            .unwrap();
    }
    let text = String::from_utf8(text).unwrap();
    for wanted in [
        "runs exec.d/concurrency at start",
        "NODE_ENV is `development` for the buildpacks after b/install, and `production` at launch",
        "exec.d/concurrency of b/install (z) runs at start and names WEB_CONCURRENCY",
    ] {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
}
