//! What is committed, stored or running beside a build is no state of ours: nothing that is
//! outside of the app is moved or removed because of it, and no committed source.

use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use crate::builds::compile;
use crate::support::{Ran, Sandbox, listing};

/// An app beside a folder with photos, which the link `public` leads to.
fn linked(cache: &str) -> Sandbox {
    let sandbox = Sandbox::new()
        .program("true", "#!/bin/sh\nexit 0\n")
        .program("false", "#!/bin/sh\nexit 1\n")
        .file("Procfile", "web: x\n")
        .file(
            "project.toml",
            format!(
                "[[com.slugsmith.cache]]\nname = \"x\"\npaths = [\"public/photos\"]\n{cache}\n"
            ),
        );
    fs_err::create_dir_all(sandbox.path("outside/photos")).unwrap();
    fs_err::create_dir_all(sandbox.path("outside/photos.slugsmith-partial")).unwrap();
    symlink("../outside", sandbox.app().join("public")).unwrap();
    sandbox
}

#[test]
fn a_cache_path_behind_a_link_removes_nothing_outside() {
    for cache in [
        "launch = false",
        "run = \"false\"",
        "run = \"true\"",
        "run = \"true\"\nlaunch = false",
    ] {
        for is_full in [true, false] {
            let sandbox = linked(cache).file(".slugsmith-unfinished-x", "\n");
            if is_full {
                fs_err::write(sandbox.path("outside/photos/1.jpg"), "precious").unwrap();
            }
            let before = listing(&sandbox.path("outside"));
            for _ in 0..2 {
                compile(&sandbox);
            }
            assert_eq!(listing(&sandbox.path("outside")), before, "{cache}");
        }
    }
}

/// A link that stays in the app is the app's own way to name a place.
#[test]
fn a_cache_path_behind_a_link_that_stays_inside_is_kept() {
    let sandbox = Sandbox::new()
        .file("Procfile", "web: x\n")
        .file("static/photos/1.jpg", "cached")
        .file(
            "project.toml",
            "[[com.slugsmith.cache]]\nname = \"x\"\npaths = [\"public/photos\"]\nlaunch = false\n",
        );
    symlink("static", sandbox.app().join("public")).unwrap();
    compile(&sandbox).expect(0);
    assert!(!sandbox.app().join("static/photos").exists());
    let ran = compile(&sandbox).expect(0);
    assert!(!ran.stdout.contains("leads out"), "{}", ran.stdout);
}

/// The cache `models` holds a folder of that name; then the app moves it and has sources there.
#[test]
fn a_renamed_cache_path_does_not_bring_the_old_folder_back() {
    let config = |path: &str, run: &str| {
        format!(
            "[[com.slugsmith.cache]]\nname = \"m\"\npaths = [\"{path}\"]\nkey = [\"lock\"]\n{run}\n"
        )
    };
    for run in ["run = \"make\"", ""] {
        let sandbox = Sandbox::new()
            .program(
                "make",
                "#!/bin/sh\nmkdir -p models downloads; echo old > models/weights; echo new > \
                downloads/weights\n",
            )
            .file("Procfile", "web: x\n")
            .file("lock", "1")
            .file("models/weights", "old")
            .file("project.toml", config("models", run));
        if !run.is_empty() {
            fs_err::remove_dir_all(sandbox.app().join("models")).unwrap();
        }
        compile(&sandbox).expect(0);
        fs_err::remove_dir_all(sandbox.app().join("models")).unwrap();
        let sandbox = sandbox
            .file("models/user.rb", "source")
            .file("project.toml", config("downloads", run));
        compile(&sandbox).expect(0);
        let source = fs_err::read_to_string(sandbox.app().join("models/user.rb"));
        assert_eq!(source.unwrap(), "source", "{run}");
    }
}

/// What the app has at a cache's path is newer than what is stored.
#[test]
fn a_hit_does_not_replace_source_that_has_changed() {
    let sandbox = Sandbox::new()
        .program("make", "#!/bin/sh\nmkdir -p out; echo made > out/made\n")
        .file("Procfile", "web: x\n")
        .file("models/user.rb", "one")
        .file("project.toml", "[[com.slugsmith.cache]]\nname = \"m\"\npaths = [\"out\", \"models\"]\nrun = \"make\"\n");
    compile(&sandbox).expect(0);
    fs_err::remove_dir_all(sandbox.app().join("out")).unwrap();
    let sandbox = sandbox.file("models/user.rb", "two");
    compile(&sandbox).expect(0);
    let source = fs_err::read_to_string(sandbox.app().join("models/user.rb")).unwrap();
    assert_eq!(source, "two");
    assert!(sandbox.app().join("out/made").exists());
}

#[test]
fn a_key_outside_of_the_app_is_refused() {
    let sandbox = Sandbox::new().file("Procfile", "web: x\n").file(
        "project.toml",
        "[[com.slugsmith.cache]]\nname = \"m\"\npaths = [\"out\"]\nkey = [\"/\"]\n",
    );
    let ran = sandbox.slugsmith(&["check", "app"]);
    assert!(ran.stderr.contains("not inside the app"), "{}", ran.stderr);
}

#[test]
fn a_committed_aside_folder_moves_nothing_in() {
    for journal in [
        "slugsmith-journal 2\0-stolen\0\0end\0",
        "slugsmith-journal 3\x001\0-stolen\0\0end\0",
        "",
    ] {
        let sandbox = Sandbox::new()
            .file("Procfile", "web: x\n")
            .file(".slugsmith-aside/journal", journal);
        fs_err::create_dir(sandbox.path("outside")).unwrap();
        fs_err::write(sandbox.path("outside/0"), "of a neighbour").unwrap();
        symlink("../../outside", sandbox.app().join(".slugsmith-aside/0")).unwrap();
        let ran = sandbox.slugsmith(&["strip", "app"]);
        assert!(ran.stderr.contains(".slugsmith-aside"), "{}", ran.stderr);
        compile(&sandbox);
        assert!(sandbox.path("outside/0").exists(), "{journal:?}");
        assert!(!sandbox.app().join("stolen").exists(), "{journal:?}");
    }
}

/// `*/` is what is in folders, `/` nothing: as git reads them.
#[test]
fn patterns_that_name_the_top_do_not_remove_it() {
    for pattern in ["/", "*/", "/*/", "**/", "./", ""] {
        let sandbox = Sandbox::new()
            .file("Procfile", "web: node server.js\n")
            .file("server.js", "1")
            .file("tmp/x", "1")
            .file(
                "project.toml",
                format!("[com.slugsmith.strip]\nremove = [\"{pattern}\"]\n"),
            );
        sandbox.slugsmith(&["strip", "app"]).expect(0);
        for name in ["Procfile", "server.js", "project.toml"] {
            assert!(sandbox.app().join(name).exists(), "{pattern}: {name}");
        }
    }
    let sandbox = Sandbox::new()
        .file("Procfile", "web: node server.js\n")
        .file("server.js", "1")
        .file("project.toml", "[com.slugsmith.strip]\nremove = [\"*\"]\n");
    sandbox.slugsmith(&["strip", "app"]).expect(0);
    assert!(sandbox.app().join("Procfile").exists());
    assert!(!sandbox.app().join("server.js").exists());
}

/// Two strips of one folder, again and again: what is needed stays, and one waits for the other.
#[test]
fn two_strips_at_once_leave_what_one_leaves() {
    let fill = |sandbox: &Sandbox| {
        for number in 0..150 {
            let folder = format!("node_modules/p{number}");
            let file = |name: &str, text: &str| {
                let path = sandbox.app().join(&folder).join(name);
                fs_err::create_dir_all(path.parent().unwrap()).unwrap();
                fs_err::write(path, text).unwrap();
            };
            file("package.json", "{}");
            file("index.js", "1");
            file("README.md", "x");
            file("docs/a.md", "x");
        }
    };
    let sandbox = Sandbox::new()
        .file("Procfile", "web: node server.js\n")
        .file("package.json", "{}")
        .file("server.js", "1");
    fill(&sandbox);
    sandbox.slugsmith(&["strip", "app"]).expect(0);
    let right = listing(&sandbox.app());
    for _ in 0..5 {
        fill(&sandbox);
        let start = || {
            let mut command = sandbox.command(crate::support::BINARY);
            command
                .args(["strip", "app"])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            command.spawn().unwrap()
        };
        let runs = [start(), start()];
        for run in runs {
            Ran::from(run.wait_with_output().unwrap()).expect(0);
        }
        assert_eq!(listing(&sandbox.app()), right);
    }
}

#[test]
fn a_recording_is_not_written_through_a_link() {
    let sandbox = Sandbox::new().file("package.json", "{}").file("x", "");
    fs_err::write(sandbox.path("outside"), "precious").unwrap();
    symlink("../outside", sandbox.app().join("slugsmith.keep")).unwrap();
    let mut command: Command = sandbox.command(crate::support::BINARY);
    command
        .current_dir(sandbox.app())
        .args(["strip", "record", "--", "/bin/true"]);
    let ran = Ran::from(command.output().unwrap()).expect(3);
    assert!(ran.stderr.contains("link"), "{}", ran.stderr);
    let kept = fs_err::read_to_string(sandbox.path("outside")).unwrap();
    assert_eq!(kept, "precious");
}

#[test]
fn a_link_in_place_of_the_cache_leads_nowhere() {
    let sandbox = Sandbox::new()
        .file("Procfile", "web: x\n")
        .file("made/x", "1")
        .file(
            "project.toml",
            "[[com.slugsmith.cache]]\nname = \"x\"\npaths = [\"made\"]\n",
        );
    fs_err::create_dir(sandbox.path("outside")).unwrap();
    fs_err::create_dir_all(sandbox.path("cache")).unwrap();
    let ours = sandbox.path("cache/slugsmith");
    symlink("../outside", &ours).unwrap();
    compile(&sandbox).expect(0);
    assert!(listing(&sandbox.path("outside")).is_empty());
    assert!(!ours.is_symlink() && ours.join("report.json").is_file());
    // And so one level below.
    for folder in ["cache-x", "history"] {
        fs_err::remove_dir_all(ours.join(folder)).unwrap();
        symlink("../../outside", ours.join(folder)).unwrap();
        compile(&sandbox).expect(0);
        assert!(listing(&sandbox.path("outside")).is_empty(), "{folder}");
    }
}

/// Odd files where a store has files of its own: the build goes on without them.
#[test]
fn odd_files_in_a_store_hold_nobody() {
    const FILES: &[&str] = &[
        "history/history.json",
        "history.toml",
        "stack.toml",
        "report.json",
        "cache-npm.toml",
        "cache-x.toml",
        "cache-x/data/index",
        "cache-ledger.toml",
        "cache-ledger/ledger.zst",
        "cache-left-out.toml",
    ];
    for odd in ["fifo", "zero", "loop"] {
        let sandbox = Sandbox::new()
            .file("Procfile", "web: x\n")
            .file("made/x", "1")
            .file(
                "project.toml",
                "[[com.slugsmith.cache]]\nname = \"x\"\npaths = [\"made\"]\n",
            );
        compile(&sandbox).expect(0);
        for file in FILES {
            let path = sandbox.path("cache/slugsmith").join(file);
            let _ = fs_err::remove_file(&path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            match odd {
                "fifo" => {
                    Command::new("mkfifo").arg(&path).status().unwrap();
                }
                "zero" => symlink("/dev/zero", &path).unwrap(),
                _ => symlink(path.file_name().unwrap(), &path).unwrap(),
            }
        }
        compile(&sandbox).expect(0);
        let mut report = sandbox.command(sandbox.path("buildpack/bin/report"));
        if !sandbox.path("buildpack/bin/report").exists() {
            symlink(crate::support::BINARY, sandbox.path("buildpack/bin/report")).unwrap();
        }
        report.args([sandbox.app(), sandbox.path("cache"), sandbox.path("env")]);
        Ran::from(report.output().unwrap()).expect(0);
    }
}

#[test]
fn a_cache_that_cannot_be_written_fails_no_build() {
    let sandbox = Sandbox::new().file("Procfile", "web: x\n");
    fs_err::remove_dir(sandbox.path("cache")).unwrap();
    fs_err::write(sandbox.path("cache"), "a file").unwrap();
    let ran = compile(&sandbox).expect(0);
    assert!(ran.stdout.contains("cache-not-stored"), "{}", ran.stdout);
}

/// Beside our cache are those of other apps, and in /tmp is everything.
#[test]
fn caches_of_other_apps_are_no_buildpacks() {
    let sandbox = Sandbox::new()
        .file("Procfile", "web: x\n")
        .file("package.json", "{}")
        .file(
            "package-lock.json",
            r#"{"lockfileVersion":3,"packages":{"":{},"node_modules/a":{"version":"1.0.0"}}}"#,
        )
        .file("node_modules/a/package.json", "{}");
    fs_err::create_dir_all(sandbox.path("c/my-node-shop-0123456789abcdef")).unwrap();
    let ran = sandbox
        .slugsmith(&["build", "--cache", "c", "app"])
        .expect(0);
    assert!(!ran.stdout.contains("my-node-shop"), "{}", ran.stdout);
}
