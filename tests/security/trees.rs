//! Trees as strangers make them: what a cache gives back is what an install made, or it was not kept and
//! says so; nothing outside of the app changes.

use std::os::unix::fs::{PermissionsExt, symlink};

use crate::builds::compile;
use crate::support::{Sandbox, listing};

/// How an install ends, in a folder `models` that is kept.
const KEPT: &[(&str, &str)] = &[
    ("links in a circle", "ln -s a b; ln -s b a; ln -s . here"),
    ("links to nothing", "ln -s nowhere dangling"),
    ("hard links", "ln weights same; ln ../server.js served"),
    (
        "odd modes",
        "touch none runs; chmod 0 none; chmod 111 runs; mkdir shut; touch shut/f; chmod 555 shut; \
      mkdir sticky; chmod 1777 sticky",
    ),
    (
        "odd names",
        "touch -- -rf ' ' '::error::x' 'a\\b' 'q\"'; touch \"$(printf 'a\\nb')\" \"$(printf '\\377')\" \
      \"$(printf '\\033[2J')\" \"$(printf 'y%.0s' $(seq 255))\"",
    ),
    ("the year 1938", "touch -d @-1000000000 weights ."),
    (
        "the year 2400",
        "touch -d 2400-01-01 weights . ../models.lock",
    ),
    ("holes", "truncate -s 64M holes; printf end >> holes"),
    ("empty folders", "mkdir -p a/b/c"),
    (
        "folders 500 deep",
        "for i in $(seq 500); do mkdir d; cd d; done; echo x > f",
    ),
];

/// What can't be given back as it was.
const NOT_KEPT: &[(&str, &str)] = &[
    (
        "ln -s ../../outside out",
        "the link models/out leads out of the app",
    ),
    ("mkfifo pipe", "models/pipe is a FIFO, socket or device"),
    (
        "cp /bin/true su; chmod 4755 su",
        "models/su has a set-user-ID or set-group-ID bit",
    ),
    (
        "cp /bin/true sg; chmod 2755 sg",
        "models/sg has a set-user-ID or set-group-ID bit",
    ),
];

fn app(odd: &str) -> Sandbox {
    let made =
        format!("#!/bin/sh\nset -e\nmkdir -p models\necho m > models/weights\ncd models\n{odd}\n");
    let sandbox = as_pushed(Sandbox::new().program("make", &made));
    fs_err::create_dir_all(sandbox.path("outside")).unwrap();
    fs_err::write(sandbox.path("outside/photo"), "precious").unwrap();
    sandbox
}

/// The app before its build.
fn as_pushed(sandbox: Sandbox) -> Sandbox {
    sandbox
        .file("Procfile", "web: node server.js\n")
        .file("server.js", "")
        .file("models.lock", "1")
        .file(
            "project.toml",
            "[[com.slugsmith.cache]]\nname = \"m\"\npaths = [\"models\"]\nkey = [\"models.lock\"]\nrun = \"make\"\n",
        )
}

/// Folders that nobody may write in are no obstacle to removing them.
fn push_again(sandbox: Sandbox) -> Sandbox {
    let shut = sandbox.app().join("models/shut");
    if shut.exists() {
        fs_err::set_permissions(&shut, PermissionsExt::from_mode(0o755)).unwrap();
    }
    fs_err::remove_dir_all(sandbox.app()).unwrap();
    as_pushed(sandbox)
}

#[test]
fn a_cache_gives_back_what_an_install_made() {
    for (what, odd) in KEPT {
        let sandbox = app(odd);
        let outside = listing(&sandbox.path("outside"));
        compile(&sandbox).expect(0);
        let made = listing(&sandbox.app().join("models"));
        let sandbox = push_again(sandbox);
        let ran = compile(&sandbox).expect(0);
        assert!(ran.stdout.contains("HIT"), "{what}: {}", ran.stdout);
        assert_eq!(listing(&sandbox.app().join("models")), made, "{what}");
        assert_eq!(listing(&sandbox.path("outside")), outside, "{what}");
    }
}

#[test]
fn what_a_cache_could_not_give_back_is_not_kept_and_is_told() {
    for (odd, told) in NOT_KEPT {
        let sandbox = app(odd);
        for _ in 0..2 {
            let ran = compile(&sandbox).expect(0);
            assert!(ran.stdout.contains(told), "{}", ran.stdout);
            fs_err::remove_dir_all(sandbox.app().join("models")).unwrap();
        }
    }
}

/// Where the app is, the platform says; below it no link is followed.
#[test]
fn a_build_folder_may_be_a_link() {
    let sandbox = app("");
    let real = sandbox.path("real");
    fs_err::rename(sandbox.app(), &real).unwrap();
    symlink("real", sandbox.app()).unwrap();
    let sandbox = sandbox
        .file(
            "node_modules/a/package.json",
            r#"{"name":"a","version":"1.0.0"}"#,
        )
        .file("node_modules/a/index.js.map", "{}")
        .file("package.json", r#"{"name":"x"}"#);
    compile(&sandbox).expect(0);
    assert!(real.join("models/weights").exists());
    assert!(sandbox.app().is_symlink());
}
