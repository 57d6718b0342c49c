//! Detect, compile, release, report, test-compile, and compile again.

use crate::shop::{compile, executable, notes, npm_installs, shop, step};
use crate::support::{Ran, Sandbox, listing};

#[test]
fn detect_compile_release_and_compile_again_on_a_fresh_build_folder() {
    let sandbox = shop();
    let pristine = Sandbox::of(&sandbox.app());
    let detect = step(&sandbox, "detect", &[sandbox.app()]).expect(0);
    assert_eq!(detect.stdout, "slugsmith\n");

    let first = compile(&sandbox, sandbox.app()).expect(0);
    assert!(
        first.stdout.starts_with("-----> slugsmith "),
        "{}",
        first.stdout
    );
    assert!(first.stdout.contains("MISS"), "{}", first.stdout);
    assert_eq!(npm_installs(&sandbox), 1);
    assert!(
        sandbox
            .app()
            .join("node_modules/left-pad/index.js")
            .exists()
    );
    assert!(
        !sandbox
            .app()
            .join("node_modules/left-pad/index.js.map")
            .exists()
    );

    let release = step(&sandbox, "release", &[sandbox.app()]).expect(0);
    assert_eq!(release.stdout, "--- {}\n");
    let report = step(
        &sandbox,
        "report",
        &[sandbox.app(), sandbox.path("cache"), sandbox.path("env")],
    );
    assert_eq!(report.expect(0).json()["schema"], "slugsmith.report/1");

    let second = compile(&sandbox, pristine.app()).expect(0);
    assert!(second.stdout.contains("HIT"), "{}", second.stdout);
    assert_eq!(
        npm_installs(&sandbox),
        1,
        "the second compile must install nothing"
    );
    assert_eq!(
        listing(&sandbox.app().join("node_modules")),
        listing(&pristine.app().join("node_modules"))
    );
}

#[test]
fn another_stack_is_a_named_miss() {
    let sandbox = shop();
    let pristine = Sandbox::of(&sandbox.app());
    compile(&sandbox, sandbox.app()).expect(0);
    let mut command = sandbox.command(executable(&sandbox, "compile"));
    command.env("STACK", "heroku-26").args([
        pristine.app(),
        sandbox.path("cache"),
        sandbox.path("env"),
    ]);
    let ran = Ran::from(command.output().unwrap()).expect(0);
    assert!(
        ran.stdout.contains("heroku-24") && ran.stdout.contains("heroku-26"),
        "{}",
        ran.stdout
    );
    assert_eq!(npm_installs(&sandbox), 2);
}

#[test]
fn an_empty_build_folder_is_a_no_with_a_reason() {
    let sandbox = Sandbox::new();
    let ran = step(&sandbox, "detect", &[sandbox.app()]).expect(1);
    assert!(
        ran.stderr.contains("The app folder is empty"),
        "{}",
        ran.stderr
    );
}

/// Buildpacks for Go may take all sources out of the app, and keep the program elsewhere.
#[test]
fn an_app_that_an_earlier_buildpack_emptied_is_built() {
    let sandbox = Sandbox::new();
    fs_err::create_dir_all(sandbox.app()).unwrap();
    let ran = compile(&sandbox, sandbox.app()).expect(0);
    assert!(
        ran.stdout.contains("the work of earlier buildpacks"),
        "{}",
        ran.stdout
    );
}

#[test]
fn over_budget_fails_the_push_and_keeps_the_build_folder() {
    let sandbox = shop();
    fs_err::write(sandbox.path("env/SLUGSMITH_BUDGET_FAIL"), "1 kB").unwrap();
    let sandbox = sandbox.file("public/noise.bin", noise());
    let ran = compile(&sandbox, sandbox.app());
    assert_ne!(ran.code, 0, "{}", ran.stdout);
    assert!(
        ran.stderr.contains("The slug is over its budget"),
        "{}",
        ran.stderr
    );
    assert!(sandbox.app().join("server.js").exists());
}

/// Bytes that gzip can't shrink.
fn noise() -> Vec<u8> {
    let mut bytes = vec![0; 100_000];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    bytes
}

#[test]
fn a_test_run_keeps_every_file() {
    let sandbox = shop().file("test/server.test.js", "");
    let before = listing(&sandbox.app());
    step(
        &sandbox,
        "test-compile",
        &[sandbox.app(), sandbox.path("cache"), sandbox.path("env")],
    )
    .expect(0);
    assert_eq!(listing(&sandbox.app()), before);
}

#[test]
fn wrong_operands_are_an_error_not_a_panic() {
    let sandbox = Sandbox::new();
    let ran = step(&sandbox, "compile", &[sandbox.app()]);
    assert_ne!(ran.code, 0);
    assert!(
        ran.stderr
            .contains("compile takes BUILD_DIR CACHE_DIR ENV_DIR"),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_log_explains_what_earlier_buildpacks_left() {
    let sandbox = shop()
        .file(
            ".profile.d/nodejs.sh",
            "export PATH=\"$HOME/.heroku/node/bin:$PATH\"\nexport NODE_OPTIONS=--x\n",
        )
        .file(
            ".profile.d/zz.sh",
            "export NODE_OPTIONS=--y\nexport WORKERS=4\n",
        )
        .file(".heroku/node/include/node/node_version.h", "")
        .file(".heroku/node/bin/node", noise());
    let procfile = fs_err::read(sandbox.app().join("Procfile")).unwrap();
    fs_err::create_dir_all(sandbox.path("env")).unwrap();
    fs_err::write(sandbox.path("env/WORKERS"), "8").unwrap();
    let ran = compile(&sandbox, sandbox.app()).expect(0);
    for line in [
        "-----> Stack (3 buildpacks, this one last)\n",
        " !     The config var WORKERS has no effect at launch: an earlier buildpack (zz.sh) overrides it \
            (.profile.d/zz.sh line 2)",
        " !     an earlier buildpack (zz.sh) replaces NODE_OPTIONS at launch (.profile.d/zz.sh line 1) and drops --x, \
            set by heroku/nodejs",
    ] {
        assert!(ran.stdout.contains(line), "{line}\n{}", ran.stdout);
    }
    let report = step(
        &sandbox,
        "report",
        &[sandbox.app(), sandbox.path("cache"), sandbox.path("env")],
    );
    let report = report.expect(0).json();
    assert_eq!(report["stack"]["buildpacks"][0]["id"], "heroku/nodejs");
    // Its runtime is a part of its own, not `.heroku/` in one lump or a file to fetch at start.
    assert_eq!(
        report["budget"]["parts"][0]["name"],
        ".heroku/node (heroku/nodejs)"
    );
    assert_eq!(
        fs_err::read(sandbox.app().join("Procfile")).unwrap(),
        procfile
    );
    // A dyno compares and finds everything as predicted.
    let output = std::process::Command::new("/bin/bash")
        .args(["-c", "for f in .profile.d/*.sh; do . ./$f; done"])
        .current_dir(sandbox.app())
        .env_clear()
        .envs([
            ("HOME", "/app"),
            ("PATH", "/usr/bin:/bin"),
            ("PORT", "1"),
            ("SLUGSMITH_LAUNCH_CHECK", "1"),
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.ends_with("variables are as the build predicted\n"),
        "{said}"
    );
}

#[test]
fn later_buildpacks_and_the_dyno_find_what_was_installed() {
    let sandbox = notes();
    let ran = compile(&sandbox, sandbox.app()).expect(0);
    assert!(
        ran.stdout
            .contains("pip (requirements.txt, 1 package): MISS"),
        "{}",
        ran.stdout
    );
    let folder = sandbox.path("buildpacks/slugsmith");
    let read = |path: std::path::PathBuf| fs_err::read_to_string(path).unwrap();
    let built = format!("export VIRTUAL_ENV='{}/.venv'\n", sandbox.app().display());
    assert!(read(folder.join("export")).starts_with(&built));
    let started = read(sandbox.app().join(".profile.d/slugsmith.sh"));
    assert!(
        started.starts_with("export VIRTUAL_ENV=\"$HOME\"'/.venv'\n"),
        "{started}"
    );
}

#[test]
fn what_an_earlier_build_exported_is_not_exported_by_one_that_installs_nothing() {
    let sandbox = notes();
    compile(&sandbox, sandbox.app()).expect(0);
    let export = sandbox.path("buildpacks/slugsmith/export");
    assert!(export.exists());
    fs_err::remove_file(sandbox.app().join("requirements.txt")).unwrap();
    fs_err::remove_dir_all(sandbox.app().join(".venv")).unwrap();
    compile(&sandbox, sandbox.app()).expect(0);
    assert!(!export.exists(), "{:?}", fs_err::read_to_string(export));
}

#[test]
fn without_a_procfile_nothing_would_start_and_the_log_says_so() {
    let warning = "has no Procfile, so it will have no process types";
    let sandbox = shop();
    let said = |ran: &Ran| format!("{}{}", ran.stdout, ran.stderr);
    fs_err::write(sandbox.app().join("Procfile"), "web: node server.js\n").unwrap();
    let with = compile(&sandbox, sandbox.app()).expect(0);
    assert!(!said(&with).contains(warning), "{}", said(&with));
    fs_err::remove_file(sandbox.app().join("Procfile")).unwrap();
    let without = compile(&sandbox, sandbox.app()).expect(0);
    assert!(said(&without).contains(warning), "{}", said(&without));
}
