//! The classic buildpack API on temporary folders, with a cleared environment.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // how a test fails

#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;

use support::{BINARY, Ran, Sandbox, listing};

/// A fake npm that counts its calls, so that "zero commands" can be proved without a
/// network; the container tests use the real one.
const NPM: &str = r#"#!/bin/sh
echo "$*" >> "$HOME/npm-calls"
case "$1" in
  --version|-v) echo 10.9.3 ;;
  ci|install) mkdir -p node_modules/left-pad
    printf '{"name":"left-pad","version":"1.3.0","main":"index.js"}' > node_modules/left-pad/package.json
    echo 'module.exports = 1' > node_modules/left-pad/index.js
    echo '{}' > node_modules/left-pad/index.js.map
    echo "added 1 package in 1s" ;;
esac
"#;
const NODE: &str = "#!/bin/sh\necho 22.20.0 127\n";

const LOCK: &str = r#"{"name":"shop","version":"1.0.0","lockfileVersion":3,"requires":true,"packages":{
"":{"name":"shop","version":"1.0.0","dependencies":{"left-pad":"1.3.0"}},
"node_modules/left-pad":{"version":"1.3.0","integrity":"sha512-XI5MPzVNApjAyhQzphX8BkmKsKUxD4LdyK24iZeQGinBN9yTQT3bFlCBy/aVx2HrNcqQGsdot8ghrjyrvMCoEA=="}}}"#;

fn shop() -> Sandbox {
    Sandbox::new()
        .file("package.json", r#"{"name":"shop","version":"1.0.0","dependencies":{"left-pad":"1.3.0"},"engines":{"node":"22.x"},"scripts":{"start":"node server.js"}}"#)
        .file("package-lock.json", LOCK)
        .file("Procfile", "web: node server.js\n")
        .file("server.js", "require('left-pad'); require('http').createServer(() => {}).listen(process.env.PORT);\n")
        .program("npm", NPM)
        .program("node", NODE)
}

/// The packaged directory's links, made for the binary under test.
fn executable(sandbox: &Sandbox, name: &str) -> PathBuf {
    let folder = sandbox.path("buildpack");
    fs_err::create_dir_all(&folder).unwrap();
    let link = folder.join(name);
    if !link.exists() {
        std::os::unix::fs::symlink(BINARY, &link).unwrap();
    }
    link
}

fn step(sandbox: &Sandbox, name: &str, operands: &[PathBuf]) -> Ran {
    let mut command = sandbox.command(executable(sandbox, name));
    command.env("STACK", "heroku-24").args(operands);
    Ran::from(command.output().unwrap())
}

fn compile(sandbox: &Sandbox, app: PathBuf) -> Ran {
    step(
        sandbox,
        "compile",
        &[app, sandbox.path("cache"), sandbox.path("env")],
    )
}

fn npm_installs(sandbox: &Sandbox) -> usize {
    let calls = fs_err::read_to_string(sandbox.path("home/npm-calls")).unwrap_or_default();
    calls
        .lines()
        .filter(|line| line.starts_with("ci") || line.starts_with("install"))
        .count()
}

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
