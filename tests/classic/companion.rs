//! The companion in a classic list: added first, with its own descriptor beside its `bin`.

use std::path::PathBuf;

use crate::shop::step;
use crate::support::{BINARY, Ran, Sandbox, repository};

/// The packaged companion: the same binary under another descriptor.
fn executable(sandbox: &Sandbox, name: &str) -> PathBuf {
    let folder = sandbox.path("companion");
    fs_err::create_dir_all(folder.join("bin")).unwrap();
    let descriptor = repository("companion/buildpack.toml");
    fs_err::copy(descriptor, folder.join("buildpack.toml")).unwrap();
    let link = folder.join("bin").join(name);
    if !link.exists() {
        std::os::unix::fs::symlink(BINARY, &link).unwrap();
    }
    link
}

fn companion(sandbox: &Sandbox, name: &str, operands: &[PathBuf]) -> Ran {
    let mut command = sandbox.command(executable(sandbox, name));
    command.env("STACK", "heroku-24").args(operands);
    Ran::from(command.output().unwrap())
}

#[test]
fn caches_are_back_before_the_next_buildpack_compiles() {
    let sandbox = Sandbox::new().file("index.html", "x");
    let operands = [sandbox.app(), sandbox.path("cache"), sandbox.path("env")];
    let detected = companion(&sandbox, "detect", &operands[..1]).expect(0);
    assert_eq!(detected.stdout, "slugsmith/restore\n");
    let ran = companion(&sandbox, "compile", &operands).expect(0);
    assert!(
        ran.stdout.contains("-----> slugsmith/restore"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("Nothing to give back yet"),
        "{}",
        ran.stdout
    );
    let entry = sandbox.app().join(".next/cache/entry");
    fs_err::create_dir_all(entry.parent().unwrap()).unwrap();
    fs_err::write(&entry, "one").unwrap();
    step(&sandbox, "compile", &operands).expect(0);
    assert!(!sandbox.path("cache/slugsmith/before").exists());
    fs_err::remove_dir_all(sandbox.app().join(".next")).unwrap();
    let ran = companion(&sandbox, "compile", &operands).expect(0);
    assert!(
        ran.stdout.contains(".next/cache (1 file): HIT"),
        "{}",
        ran.stdout
    );
    assert_eq!(fs_err::read_to_string(&entry).unwrap(), "one");
    assert_eq!(
        companion(&sandbox, "report", &operands).expect(0).stdout,
        "{}\n"
    );
    assert_eq!(
        companion(&sandbox, "release", &operands[..1])
            .expect(0)
            .stdout,
        "--- {}\n"
    );
    // The last one does not ask for what is there.
    fs_err::write(&entry, "two").unwrap();
    let ran = step(&sandbox, "compile", &operands).expect(0);
    assert!(
        !ran.stdout.contains("put slugsmith/restore first"),
        "{}",
        ran.stdout
    );
}
