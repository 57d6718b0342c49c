//! Commands and libraries: who hides whom.

use super::{WEB, alarms};
use crate::tree::Stack;

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
             heroku/nodejs, because acme/tools comes later and prepends its bin. What was built for \
             heroku/nodejs's may not load, and 93 B of it lie in the slug unused."
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
            "warn shadowed-command: `convert`, `magick` of b/two hide that of a/one at launch, because b/two \
             comes later and prepends its bin.",
            "warn shadowed-command: `which` of b/two hides the image's at launch; scripts that rely on the \
             image's options may break.",
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
            "warn library-shadowed: libssl.so.3 of b/two hides that of a/one for every program at launch.",
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
