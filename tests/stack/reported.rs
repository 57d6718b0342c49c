//! What people needed hours to find on Cedar, each as a slug of our own: its Stack section, which
//! says the cause first. The issues are named beside each.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use slugsmith::config::LogLevel;
use slugsmith::facts::layers::surroundings::{self, Surroundings};
use slugsmith::facts::{app, classic};
use slugsmith::print;
use slugsmith::print::line::Skin;
use slugsmith::stack::classic::{Inputs, inspect, starts};

use crate::printed;

type Files = &'static [(&'static str, &'static str)];

struct Report {
    name: &'static str,
    files: Files,
    config: Files,
}

const PROGRAM: &str = "#!/bin/sh\n";

const REPORTS: &[Report] = &[
    // Newlywords/heroku-buildpack-vips#3, heroku/heroku-buildpack-nodejs#230.
    Report {
        name: "paths-of-the-build",
        files: &[
            (".heroku/node/bin/node", PROGRAM),
            (
                ".profile.d/images.sh",
                "export IMAGES_HOME=/tmp/build_0a1b/vendor/images\n",
            ),
            ("Procfile", "web: node a.js\n"),
            ("a.js", ""),
        ],
        config: &[],
    },
    // heroku/heroku-buildpack-python#124.
    Report {
        name: "a-list-that-yields",
        files: &[
            (
                ".profile.d/audio.sh",
                "export LD_LIBRARY_PATH=/app/vendor/audio/lib\n",
            ),
            (
                ".profile.d/python.sh",
                "export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:-/app/.heroku/vendor/lib}\n",
            ),
        ],
        config: &[],
    },
    // heroku/buildpacks-ruby#14.
    Report {
        name: "no-line-end",
        files: &[(
            ".profile.d/ruby.sh",
            "export GEM_PATH=\"$HOME/vendor/bundle\"export LANG=C\n",
        )],
        config: &[],
    },
    // Heroku Dev Center, "Buildpack API".
    Report {
        name: "a-script-that-is-not-read",
        files: &[(".profile.d/tools", "export A=1\n")],
        config: &[],
    },
    // heroku/heroku-buildpack-nodejs#475.
    Report {
        name: "strict-for-everybody",
        files: &[
            (".profile.d/a.sh", "set -eu\n"),
            (".profile.d/b.sh", "export B=$NOBODY_SETS_THIS\n"),
        ],
        config: &[],
    },
    // heroku/heroku-buildpack-nodejs#389.
    Report {
        name: "workers-of-another-language",
        files: &[
            (
                ".profile.d/WEB_CONCURRENCY.sh",
                "export WEB_CONCURRENCY=${WEB_CONCURRENCY:-5}\n\
                 export WEB_CONCURRENCY_SET_BY=\"heroku/nodejs\"\n",
            ),
            ("Gemfile", "gem \"puma\"\n"),
            ("config/puma.rb", "workers ENV.fetch(\"WEB_CONCURRENCY\")\n"),
            ("Procfile", "web: bundle exec puma -C config/puma.rb\n"),
        ],
        config: &[],
    },
    // alex88/heroku-buildpack-vips#26.
    Report {
        name: "a-quoted-dollar",
        files: &[
            (
                ".profile.d/000_apt.sh",
                "export CPATH=\"$HOME/.apt/usr/include:$CPATH\"\n",
            ),
            (
                ".profile.d/images.sh",
                "export CPATH='/app/images:$CPATH'\n",
            ),
        ],
        config: &[],
    },
    // sethfitz/heroku-buildpack-jemalloc#20.
    Report {
        name: "a-preload-that-is-not-there",
        files: &[
            ("vendor/alloc/liballoc.so.2", "x"),
            ("Procfile", "web: sh a.sh\n"),
            ("a.sh", ""),
        ],
        config: &[("LD_PRELOAD", "/app/vendor/alloc/liballoc.so.1")],
    },
    // heroku/heroku-buildpack-pgbouncer#117.
    Report {
        name: "a-wrapper-that-is-not-there",
        files: &[("Procfile", "web: bin/start-pool sh a.sh\n"), ("a.sh", "")],
        config: &[],
    },
    // heroku/heroku-buildpack-jvm-common, opt/jvmcommon.sh: nothing is wrong here.
    Report {
        name: "options-that-are-kept",
        files: &[(
            ".profile.d/jvmcommon.sh",
            "export JAVA_OPTS=\"-Xmx300m${JAVA_OPTS:+\" \"}${JAVA_OPTS:-}\"\n",
        )],
        config: &[("JAVA_OPTS", "-Xmx256m")],
    },
    // heroku/heroku-buildpack-python, vendor/WEB_CONCURRENCY.sh: nothing is wrong here.
    Report {
        name: "a-guard-that-returns",
        files: &[
            (".heroku/python/lib/a.py", ""),
            (
                ".profile.d/WEB_CONCURRENCY.sh",
                "if [ -n \"$WEB_CONCURRENCY\" ]; then return 0; fi\nexport WEB_CONCURRENCY=2\n",
            ),
        ],
        config: &[("WEB_CONCURRENCY", "3")],
    },
    // heroku/heroku-buildpack-nodejs v363, -nginx v1.18, -chrome-for-testing 2.0: owners.
    Report {
        name: "whose-it-is",
        files: &[
            (".heroku/metrics/collector.cjs", ""),
            (".heroku/node/bin/node", PROGRAM),
            (
                ".profile.d/ruby.sh",
                "export PATH=\"${HOME}/.heroku-buildpack-nginx/ruby/bin:${PATH}\"\n",
            ),
            (
                ".profile.d/000_apt.sh",
                "export CPATH=\"$HOME/.apt/usr/include:$CPATH\"\n",
            ),
            (".chrome-for-testing/chrome", PROGRAM),
        ],
        config: &[],
    },
];

fn section(report: &Report) -> String {
    let folder = tempfile::tempdir().unwrap();
    let put = |at: &Path, files: Files| {
        fs_err::create_dir_all(at).unwrap();
        for (name, text) in files {
            let path = at.join(name);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(&path, text).unwrap();
            fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
    };
    let (root, config) = (folder.path().join("app"), folder.path().join("env"));
    put(&root, report.files);
    put(&config, report.config);
    let app = app::read(&root);
    let inputs = Inputs {
        slug: &classic::read(&app, None),
        app: &app,
        // The commands of this machine are none of a dyno's.
        surroundings: &Surroundings {
            image: Vec::new(),
            ..surroundings::of_slug(&config)
        },
        audit: None,
        released: &[],
        is_build: true,
    };
    let mut stack = inspect(&inputs);
    // Without the image nobody knows its programs.
    let late = starts(&inputs).into_iter();
    let late = late.filter(|one| one.rule != "start-program-missing");
    stack.findings.extend(late);
    printed::text(
        &print::stack::lines(&stack, LogLevel::Normal),
        Skin::Classic,
    )
}

#[test]
fn what_was_reported_stands_first() {
    for report in REPORTS {
        insta::assert_snapshot!(report.name, section(report));
    }
}
