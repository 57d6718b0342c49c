//! Every conflict with a stack that has it and one that hasn't.

use crate::tree::{Files, Stack};

const WEB: &str = "[[processes]]\ntype = \"web\"\ncommand = [\"run\"]\ndefault = true\n";

fn alarms(buildpacks: &[(&str, Files<'_>)]) -> Vec<String> {
    Stack::new(buildpacks).alarms()
}

#[test]
fn stacks_in_documented_order_are_silent() {
    // Node for assets, Ruby with gems, a Procfile that replaces the default process; both
    // runtimes set their own variables and hide the image's.
    let stack = Stack::new(&[
        (
            "heroku/nodejs-engine",
            &[
                ("dist.toml", "blc"),
                ("dist/bin/node", "node"),
                ("dist/bin/npm", "npm 10"),
                ("dist/env/NODE_ENV.default", "production"),
                ("web_env.toml", "l"),
                ("web_env/exec.d/web", "#!/bin/sh\n"),
            ],
        ),
        (
            "heroku/nodejs-npm-install",
            &[
                ("npm.toml", "bl"),
                ("npm/bin/npm", "npm 11"),
                ("npm/env/NODE_ENV.default", "production"),
                ("npm_cache.toml", "bc"),
                ("launch.toml", WEB),
            ],
        ),
        (
            "heroku/ruby",
            &[
                ("ruby.toml", "blc"),
                ("ruby/bin/ruby", "ruby"),
                ("ruby/bin/bundle", "bundle of ruby"),
                ("ruby/env/LANG.default", "en_US.UTF-8"),
                ("gems.toml", "blc"),
                ("gems/bin/bundle", "bundle of gems"),
                ("gems/env/BUNDLE_WITHOUT.default", "development:test"),
                ("launch.toml", "[[processes]]\ntype = \"rake\"\ncommand = [\"rake\"]\n"),
            ],
        ),
        (
            "heroku/procfile",
            &[(
                "launch.toml",
                "[[processes]]\ntype = \"web\"\ncommand = [\"bash\", \"-c\", \"rails s\"]\ndefault = true\n",
            )],
        ),
    ])
    .app("Procfile", "web: rails s\n");
    assert_eq!(stack.alarms(), Vec::<String>::new());
}

#[test]
fn a_second_runtime_names_winner_and_order() {
    let header = "#define NODE_MAJOR_VERSION 22\n#define NODE_MINOR_VERSION 20\n#define NODE_PATCH_VERSION 0\n";
    let stack = Stack::new(&[
        (
            "heroku/nodejs",
            &[
                ("node.toml", "bl"),
                ("node/bin/node", "22"),
                ("node/bin/npx", "22"),
                ("node/include/node/node_version.h", header),
            ],
        ),
        (
            "acme/tools",
            &[
                (
                    "tools.toml",
                    "[types]\nbuild = true\nlaunch = true\n[metadata]\nversion = \"v18.19.0\"\n",
                ),
                ("tools/bin/node", "18"),
                ("tools/bin/npx", "18"),
            ],
        ),
    ]);
    assert_eq!(
        stack.alarms(),
        [
            "warn second-runtime: `node` exists twice at launch: 18.19.0 from acme/tools wins over 22.20.0 from \
             heroku/nodejs, because acme/tools comes later and prepends its bin. What was built for heroku/nodejs's may \
             not load, and 93 B of it lie in the slug unused."
        ]
    );
    let help = &stack.inspect().findings[0].help;
    let list = help.join("\n");
    let pasted: toml::Table = list
        .split_once("[io")
        .map(|(_, rest)| format!("[io{rest}"))
        .unwrap()
        .parse()
        .unwrap();
    let first = pasted["io"]["buildpacks"]["group"][0]["id"].as_str();
    assert_eq!(first, Some("acme/tools"));
}

#[test]
fn equal_files_and_build_only_layers_shadow_nothing() {
    assert!(
        alarms(&[
            ("a/one", &[("x.toml", "l"), ("x/bin/node", "same")]),
            ("b/two", &[("x.toml", "l"), ("x/bin/node", "same")]),
        ])
        .is_empty()
    );
    assert!(
        alarms(&[
            ("a/one", &[("x.toml", "b"), ("x/bin/node", "old")]),
            ("b/two", &[("x.toml", "l"), ("x/bin/node", "new")]),
        ])
        .is_empty()
    );
}

#[test]
fn commands_that_hide_others_are_told_once_per_pair() {
    let found = alarms(&[
        (
            "a/one",
            &[
                ("x.toml", "bl"),
                ("x/bin/convert", "1"),
                ("x/bin/magick", "1"),
            ],
        ),
        (
            "b/two",
            &[
                ("x.toml", "bl"),
                ("x/bin/convert", "2"),
                ("x/bin/magick", "2"),
                ("x/bin/which", "2"),
            ],
        ),
    ]);
    assert_eq!(
        found,
        [
            "warn shadowed-command: `convert`, `magick` of b/two hide that of a/one at launch, because b/two comes later \
             and prepends its bin.",
            "warn shadowed-command: `which` of b/two hides the image's at launch; scripts that rely on the image's options \
             may break.",
        ]
    );
}

#[test]
fn a_launch_only_winner_is_not_what_was_built_with() {
    let found = alarms(&[
        ("a/one", &[("x.toml", "bl"), ("x/bin/convert", "1")]),
        ("b/two", &[("x.toml", "l"), ("x/bin/convert", "2")]),
    ]);
    assert_eq!(
        found[0],
        "warn build-and-launch-differ: `convert`: later buildpacks run /layers/a_one/x/bin (a/one), the dyno runs \
         /layers/b_two/x/bin (b/two)."
    );
}

#[test]
fn names_around_the_dot_flip_the_order() {
    let stack = Stack::new(&[(
        "a/one",
        &[
            ("n.toml", "bl"),
            ("n/bin/tool", "1"),
            ("n-2.toml", "bl"),
            ("n-2/bin/tool", "2"),
        ],
    )]);
    let found = stack.findings();
    assert!(
        found
            .iter()
            .any(|one| one.starts_with("warn build-and-launch-differ: `tool`")),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|one| one.starts_with("info layer-order-flips: Layers n and n-2")),
        "{found:?}"
    );
    let fine = Stack::new(&[(
        "a/one",
        &[
            ("n.toml", "bl"),
            ("n/bin/tool", "1"),
            ("n_2.toml", "bl"),
            ("n_2/bin/tool", "2"),
        ],
    )]);
    assert!(fine.findings().is_empty());
}

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
        &"info variable-set-twice: b/two would set MODE to `two` at launch (env.launch/MODE.default), but `one` of a/one was there first."
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
fn libraries_and_big_files_that_exist_twice() {
    let big = "x".repeat(1_500_000);
    let stack = Stack::new(&[
        (
            "a/one",
            &[
                ("x.toml", "l"),
                ("x/lib/libssl.so.3", "1"),
                ("x/data", &big),
            ],
        ),
        (
            "b/two",
            &[
                ("x.toml", "l"),
                ("x/lib/libssl.so.3", "2"),
                ("x/data", &big),
            ],
        ),
    ]);
    let found = stack.findings();
    assert_eq!(
        found,
        [
            "warn library-shadowed: libssl.so.3 of b/two hide those of a/one for every program at launch.",
            "info same-files-twice: a/one (x) and b/two (x) ship 1 file with equal content, 1.5 MB twice (data).",
        ]
    );
    let fine = Stack::new(&[
        (
            "a/one",
            &[("x.toml", "l"), ("x/lib/x86_64/libssl.so.3", "1")],
        ),
        ("b/two", &[("x.toml", "l"), ("x/lib/libssl.so.3", "2")]),
    ]);
    assert!(fine.findings().is_empty());
}

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
            "warn default-process-lost: b/two defines `web` again without `default = true`, so a/one's default is lost: the \
             image has no default process.",
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
            "warn profile-script-clobbers: profile.d/a.sh of a/one (x) replaces PATH in line 1 without keeping what it held."
        ]
    );
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
            "error start-program-fails: exec.d/a of a/one (x) is not executable: no process does start.",
            "error start-program-fails: exec.d/b of a/one (x) is a link to nothing: no process does start.",
            "error start-program-fails: exec.d/c of a/one (x) needs /no/such/shell, which is not there: no process does start.",
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
            "warn not-shipped: a/one puts /layers/a_one/sdk into SDK at launch (env.launch/SDK), but the layer sdk of a/one is \
             not launch = true.",
            "warn not-shipped: link in layer x of a/one points to /layers/a_one/sdk/tool, but the layer sdk of a/one is not \
             launch = true.",
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
    let label = |value: &str| {
        format!("[[labels]]\nkey = \"k\"\nvalue = \"{value}\"\n[[slices]]\npaths = [\"*.js\"]\n")
    };
    let found = alarms(&[
        ("a/b_c", &[("launch.toml", &label("1"))]),
        ("d/e", &[("launch.toml", &label("2"))]),
    ]);
    assert_eq!(
        found,
        [
            "warn names-collide: a/b_c and d/e both slice `*.js` of the app; the files go to a/b_c's slice.",
            "warn names-collide: d/e sets the label k to `2` and replaces `1` of a/b_c.",
        ]
    );
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
            "error export-will-fail: a/one layer broken: its .toml `launch` stands outside [types].",
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
            "error process-cannot-start: No process starts: env.launch/A of a/one layer x: "
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
