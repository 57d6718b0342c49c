//! Slugs of classic builds: what is predicted is what a dyno's shell makes of the scripts.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use slugsmith::facts::{app, classic};
use slugsmith::stack::classic::{dyno_base, env_report};
use tempfile::TempDir;

use crate::generator::Random;
use crate::lifecycle::{Raw, records};

fn slug(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, content).unwrap();
        if name.contains("/bin/") {
            fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    folder
}

fn predicted(root: &Path, base: &Raw) -> Raw {
    let app = app::read(root);
    let report = env_report(&classic::read(&app, None), &app, base, Some("web"));
    report.processes[0].environment.raw()
}

/// What bash has after all scripts, without its own variables.
fn real(root: &Path, base: &Raw) -> Raw {
    let output = Command::new("/bin/bash")
        .args([
            "-c",
            "for f in .profile.d/*.sh; \
         do . \"./$f\"; done; [ ! -f .profile ] || . ./.profile; /usr/bin/env -0",
        ])
        .current_dir(root)
        .env_clear()
        .envs(base)
        .output()
        .unwrap();
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut found = records(&output.stdout);
    for of_shell in ["PWD", "OLDPWD", "SHLVL", "_"] {
        found.remove(&OsString::from(of_shell));
    }
    found
}

const LINES: &[&str] = &[
    "export PATH=\"$HOME/.heroku/node/bin:$HOME/.heroku/yarn/bin:$PATH:$HOME/bin\"",
    "export PATH=${HOME}/.heroku/python/bin:${PATH}",
    "export NODE_ENV=${NODE_ENV:-production}",
    "export NODE_ENV=staging # for now",
    "export LANG=\"${LANG:-en_US.UTF-8}\" PYTHONUNBUFFERED=true",
    "export GEM_PATH=\"$HOME/vendor/bundle:$GEM_PATH\"",
    "export GEM_PATH=\"${GEM_PATH:+$GEM_PATH:}/gems\"",
    "export LD_LIBRARY_PATH=/a/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}",
    "[ -n \"${PORT:-}\" ] || export PORT=5000",
    "export QUOTED='$HOME is \"here\"'; export AFTER=1",
    "export ESCAPED=\"a\\$b \\\"c\\\"\"",
    "export BOTH=\"x$BOTH-y\"",
    "export PYTHONPATH=/app",
    "export PYTHONPATH=\"$PYTHONPATH:/more\"",
    "# export NOTHING=1",
];

#[test]
fn random_scripts_end_as_in_bash() {
    let bases: [&[(&str, &str)]; 2] = [
        &[],
        &[
            ("NODE_ENV", "test"),
            ("GEM_PATH", "/g"),
            ("PORT", ""),
            ("BOTH", "m"),
        ],
    ];
    for seed in 0..200 {
        let mut random = Random::new(seed);
        let mut files: BTreeMap<&str, String> = BTreeMap::new();
        for name in [".profile.d/a.sh", ".profile.d/nodejs.sh", ".profile"] {
            let text = files.entry(name).or_default();
            for _ in 0..random.below(5) {
                text.push_str(LINES[random.below(LINES.len())]);
                text.push('\n');
            }
        }
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        let folder = slug(&files);
        let mut base = dyno_base();
        // Bash is given known values alone.
        base.retain(|name, _| name == "HOME" || name == "PATH");
        base.extend(
            bases[random.below(2)]
                .iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
        assert_eq!(
            predicted(folder.path(), &base),
            real(folder.path(), &base),
            "seed {seed}: {files:#?}"
        );
    }
}

fn two_nodes() -> TempDir {
    let header = "#define NODE_MAJOR_VERSION 22\n#define NODE_MINOR_VERSION 20\n#define NODE_PATCH_VERSION 0\n";
    slug(&[
        (".heroku/node/bin/node", "22"),
        (".heroku/node/include/node/node_version.h", header),
        (".heroku/tools/bin/node", "18"),
        (
            ".profile.d/nodejs.sh",
            "export PATH=\"$HOME/.heroku/node/bin:$PATH\"\nexport NODE_ENV=${NODE_ENV:-production}\n\
             export API_TOKEN=hunter2\n",
        ),
        (
            ".profile.d/tools.sh",
            "export PATH=\"$HOME/.heroku/tools/bin:$PATH\"\nexport NODE_OPTIONS=--x\nexport WEB_CONCURRENCY=$(nproc)\n",
        ),
        (".profile.d/zz.sh", "export NODE_OPTIONS=--y\n"),
        ("Procfile", "web: node server.js\nworker: node worker.js\n"),
        ("package.json", "{}"),
    ])
}

fn slugsmith(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_slugsmith"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), text.into_owned())
}

#[test]
fn a_slug_is_explained_like_a_stack() {
    let folder = two_nodes();
    let (_, text) = slugsmith(folder.path(), &["stack"]);
    for line in [
        "- Stack (2 buildpacks)\n",
        "  - heroku/nodejs         node 22.20.0",
        "Processes: web (Procfile, default), worker (Procfile)",
        "  ! `node` exists twice at launch: the one from an earlier buildpack (.heroku/tools) wins over 22.20.0 \
         from heroku/nodejs, because .profile.d/tools.sh line 1 of an earlier buildpack (.heroku/tools) puts it \
         first (second-runtime)\n",
        "  ! an earlier buildpack (zz.sh) replaces NODE_OPTIONS at launch (.profile.d/zz.sh line 1) and drops --x, \
         set by an earlier buildpack (.heroku/tools) (list-variable-clobbered)\n      .profile.d/zz.sh line 1 should \
         read: export NODE_OPTIONS=\"… \
         $NODE_OPTIONS\"\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let (_, verbose) = slugsmith(folder.path(), &["stack", "--verbose"]);
    assert!(
        verbose.contains("WEB_CONCURRENCY: only a run can tell what .profile.d/tools.sh line 3"),
        "{verbose}"
    );
    assert!(!verbose.contains("hunter2"));
}

#[test]
fn env_and_which_speak_of_slugs() {
    let folder = two_nodes();
    let (code, text) = slugsmith(folder.path(), &["which", "node"]);
    assert_eq!(code, 0);
    assert!(
        text.starts_with(
            "launch: /app/.heroku/tools/bin/node (an earlier buildpack (.heroku/tools))\n    hides \
                /app/.heroku/node/bin/node \
            (heroku/nodejs 22.20.0)\n"
        ),
        "{text}"
    );
    assert!(
        text.ends_with("because .profile.d/tools.sh line 1 of an earlier buildpack (.heroku/tools) puts it first\n"),
        "{text}"
    );
    let (_, text) = slugsmith(folder.path(), &["env", "--process", "web", "--why", "PATH"]);
    assert!(
        text.contains("2. heroku/nodejs .profile.d/nodejs.sh line 1: prepend\n   `/usr/local/bin:/usr/bin:/bin` \
            -> `/app/.heroku/node/bin:/usr/local/bin:/usr/bin:/bin`"),
        "{text}"
    );
    let (_, text) = slugsmith(folder.path(), &["env", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["processes"][1]["type"], "worker");
    assert_eq!(json["processes"][1]["env"]["NODE_ENV"], "production");
    assert_eq!(json["processes"][1]["env"]["API_TOKEN"], "[masked]");
    let (code, _) = slugsmith(folder.path(), &["env", "--process", "clock"]);
    assert_eq!(code, 2);
}
