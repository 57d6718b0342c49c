//! What goes wrong in an install or in a cache ends in a documented error or in a clean
//! install, never in a half-written app.

use crate::shop::{compile, npm_installs, shop};
use crate::support::{Sandbox, build_by_lifecycle, listing};

/// A second build folder of the same app, as the platform lays out for each push.
fn again(sandbox: &Sandbox, pristine: &Sandbox) -> crate::support::Ran {
    let folder = sandbox.path("again");
    if folder.exists() {
        fs_err::remove_dir_all(&folder).unwrap();
    }
    let options = fs_extra::dir::CopyOptions::new().content_only(true);
    fs_err::create_dir(&folder).unwrap();
    fs_extra::dir::copy(pristine.app(), &folder, &options).unwrap();
    compile(sandbox, folder)
}

/// The file of the stored cache that holds the packed tree.
fn archive(sandbox: &Sandbox) -> std::path::PathBuf {
    sandbox.path("cache/slugsmith/cache-npm/data/frames")
}

#[test]
fn a_failing_npm_keeps_its_output_and_exit_code() {
    let sandbox = shop().program(
        "npm",
        "#!/bin/sh\ncase \"$1\" in --version) echo 10.9.3;; *) echo 'npm error code ETARGET' >&2; exit 7;; esac\n",
    );
    let ran = compile(&sandbox, sandbox.app());
    assert_ne!(ran.code, 0);
    assert!(
        ran.stdout.contains("npm error code ETARGET"),
        "{}",
        ran.stdout
    );
    assert!(ran.stderr.contains("exit code 7"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("npm error code ETARGET"),
        "{}",
        ran.stderr
    );
    assert!(!sandbox.app().join("node_modules").exists());
}

#[test]
fn a_lockfile_out_of_step_is_named() {
    let sandbox = shop().program(
        "npm",
        "#!/bin/sh\ncase \"$1\" in --version) echo 10.9.3;; *) echo 'npm error code EUSAGE' >&2\n\
         echo 'npm error `npm ci` can only install packages when your package.json and package-lock.json or \
         npm-shrinkwrap.json are in sync. Please update your lock file with `npm install` before continuing.' \
         >&2; echo 'npm error Missing: ms@2.1.3 from lock file' >&2; exit 1;; esac\n",
    );
    let ran = compile(&sandbox, sandbox.app());
    assert_ne!(ran.code, 0);
    assert!(
        ran.stderr
            .contains("The lockfile is out of step with the manifest"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("ms@2.1.3"), "{}", ran.stderr);
}

#[test]
fn a_damaged_cache_is_discarded_with_a_reason_and_installed_again() {
    let sandbox = shop();
    let pristine = Sandbox::of(&sandbox.app());
    compile(&sandbox, sandbox.app()).expect(0);
    let good = listing(&sandbox.app().join("node_modules"));
    for damage in ["truncate", "flip", "remove", "empty"] {
        let path = archive(&sandbox);
        let mut bytes = fs_err::read(&path).unwrap();
        let middle = bytes.len() / 2;
        match damage {
            "truncate" => fs_err::write(&path, &bytes[..middle]).unwrap(),
            "flip" => {
                bytes[middle] ^= 0x40;
                fs_err::write(&path, &bytes).unwrap();
            }
            "remove" => fs_err::remove_file(&path).unwrap(),
            _ => fs_err::write(&path, "").unwrap(),
        }
        let installs = npm_installs(&sandbox);
        let ran = again(&sandbox, &pristine).expect(0);
        assert_eq!(
            npm_installs(&sandbox),
            installs + 1,
            "{damage}: {}",
            ran.stdout
        );
        assert!(
            ran.stdout.contains("MISS") || ran.stdout.contains("discarded"),
            "{damage}: {}",
            ran.stdout
        );
        assert_eq!(
            listing(&sandbox.path("again/node_modules")),
            good,
            "{damage}"
        );
        let ran = again(&sandbox, &pristine).expect(0);
        assert!(ran.stdout.contains("HIT"), "after {damage}: {}", ran.stdout);
    }
}

#[test]
fn a_cache_of_another_version_is_a_miss() {
    let sandbox = shop();
    let pristine = Sandbox::of(&sandbox.app());
    compile(&sandbox, sandbox.app()).expect(0);
    let path = sandbox.path("cache/slugsmith/cache-npm.toml");
    let text = fs_err::read_to_string(&path).unwrap();
    for other in [
        text.replace("schema = \"", "schema = \"9"),
        "state = 1".to_owned(),
        "[[[".to_owned(),
    ] {
        assert_ne!(other, text);
        fs_err::write(&path, other).unwrap();
        let ran = again(&sandbox, &pristine).expect(0);
        assert!(!ran.stdout.contains("HIT"), "{}", ran.stdout);
    }
    again(&sandbox, &pristine).expect(0);
}

#[test]
fn a_fifo_in_the_tree_is_not_stored_and_the_build_goes_on() {
    let sandbox = shop().program(
        "npm",
        "#!/bin/sh\ncase \"$1\" in --version) echo 10.9.3;; *) mkdir -p node_modules/a && echo 1 > \
         node_modules/a/index.js && mkfifo node_modules/a/pipe;; esac\n",
    );
    let ran = compile(&sandbox, sandbox.app()).expect(0);
    assert!(
        ran.stdout.contains("node_modules/a/pipe is a FIFO"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("not kept for the next build"),
        "{}",
        ran.stdout
    );
}

#[test]
fn an_interrupted_build_is_not_taken_for_a_whole_one() {
    let sandbox = shop().program(
        "npm",
        "#!/bin/sh\ncase \"$1\" in --version) echo 10.9.3;; *) mkdir -p node_modules/half && echo 1 > \
         node_modules/half/index.js && kill -9 $PPID; sleep 1;; esac\n",
    );
    let ran = compile(&sandbox, sandbox.app());
    assert_ne!(ran.code, 0);
    assert!(sandbox.app().join("node_modules/half").exists());
    let sandbox = sandbox.program("npm", crate::shop::NPM);
    let ran = compile(&sandbox, sandbox.app()).expect(0);
    assert!(!ran.stdout.contains("adopted"), "{}", ran.stdout);
    assert!(!sandbox.app().join("node_modules/half").exists());
    assert!(
        sandbox
            .app()
            .join("node_modules/left-pad/index.js")
            .exists()
    );
}

/// A file system of its own, as small as asked; needs root.
struct Small(std::path::PathBuf);

impl Small {
    fn mount(path: std::path::PathBuf, size: &str) -> Self {
        let options = format!("size={size}");
        let status = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(&path)
            .status()
            .unwrap();
        assert!(status.success(), "mount needs root");
        Self(path)
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

/// Installs 400 kB that don't compress.
const LARGE: &str = "#!/bin/sh\ncase \"$1\" in --version) echo 10.9.3;; *) mkdir -p node_modules/a && head -c \
    400000 /dev/urandom > node_modules/a/data.bin;; esac\n";

#[test]
#[ignore = "needs root: mounts a small file system"]
fn a_full_cache_disk_costs_the_cache_and_not_the_build() {
    let sandbox = shop().program("npm", LARGE);
    let _small = Small::mount(sandbox.path("cache"), "100k");
    let ran = compile(&sandbox, sandbox.app()).expect(0);
    assert!(
        ran.stdout.contains("could not be kept for the next build"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("No space left on device"),
        "{}",
        ran.stdout
    );
    assert!(sandbox.app().join("node_modules/a/data.bin").exists());
}

#[test]
#[ignore = "needs root: mounts a small file system"]
fn a_full_app_disk_is_an_error_and_leaves_no_half_tree() {
    let sandbox = shop().program("npm", LARGE);
    let pristine = Sandbox::of(&sandbox.app());
    compile(&sandbox, sandbox.app()).expect(0);
    let small = sandbox.path("small");
    fs_err::create_dir(&small).unwrap();
    let _small = Small::mount(small.clone(), "200k");
    let options = fs_extra::dir::CopyOptions::new().content_only(true);
    fs_extra::dir::copy(pristine.app(), &small, &options).unwrap();
    let ran = compile(&sandbox, small.clone());
    assert_ne!(ran.code, 0, "{}", ran.stdout);
    assert!(
        ran.stdout.contains("No space left") || ran.stderr.contains("No space left"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    assert!(!small.join("node_modules").exists());
}

/// Marsaglia, "Xorshift RNGs", 2003: a failing case can be run again by its number.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
#[ignore = "needs root: mounts small file systems"]
fn however_full_the_cache_disk_is_the_build_succeeds() {
    for case in 1..=25_u64 {
        let mut state = case.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let sandbox = shop().program("npm", LARGE);
        let pristine = Sandbox::of(&sandbox.app());
        // From too small for a marker to just too small for the archive.
        let size = format!("{}k", 4 + random(&mut state) % 450);
        let _small = Small::mount(sandbox.path("cache"), &size);
        for _ in 0..2 {
            let ran = again(&sandbox, &pristine);
            assert_eq!(
                ran.code, 0,
                "case {case}, {size}: {}{}",
                ran.stdout, ran.stderr
            );
            let file = sandbox.path("again/node_modules/a/data.bin");
            let length = fs_err::metadata(file).map_or(0, |file| file.len());
            assert_eq!(length, 400_000, "case {case}, {size}: {}", ran.stdout);
        }
    }
}

/// A command of the user of a build image: no root, who may read and remove everything.
fn as_user(sandbox: &Sandbox, program: &str) -> std::process::Command {
    let mut command = sandbox.command("setpriv");
    command
        .args(["--reuid=12001", "--regid=12001", "--clear-groups", "--"])
        .arg(crate::shop::executable(sandbox, program));
    command
}

fn compile_as_user(sandbox: &Sandbox, app: &std::path::Path) -> crate::support::Ran {
    let mut command = as_user(sandbox, "compile");
    command
        .args([app, &sandbox.path("cache"), &sandbox.path("env")])
        .env("STACK", "heroku-24");
    crate::support::Ran::from(command.output().unwrap())
}

/// Lets every user look into the folders above.
fn open_up(root: &std::path::Path) {
    let mode = std::os::unix::fs::PermissionsExt::from_mode;
    let mut above = Some(root);
    while let Some(folder) = above.filter(|folder| *folder != std::env::temp_dir()) {
        let open: std::fs::Permissions = mode(0o755);
        fs_err::set_permissions(folder, open).unwrap();
        above = folder.parent();
    }
}

fn give(path: &std::path::Path, user: u32) {
    let owner = format!("{user}:{user}");
    let status = std::process::Command::new("chown")
        .args(["-Rh", &owner])
        .arg(path)
        .status()
        .unwrap();
    assert!(status.success(), "chown needs root");
}

#[test]
#[ignore = "needs root: gives files to other users"]
fn whoever_owns_the_stored_files_the_build_succeeds() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    for case in 1..=40_u64 {
        let mut state = case.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let sandbox = shop();
        let root = sandbox.path("");
        open_up(&root);
        let pristine = Sandbox::of(&sandbox.app());
        crate::shop::executable(&sandbox, "compile");
        give(&root, 12001);
        compile_as_user(&sandbox, &sandbox.app()).expect(0);
        let good = listing(&sandbox.app().join("node_modules"));
        // Some of what is stored now belongs to somebody else, and may be closed to us.
        let stored = listing(&sandbox.path("cache"));
        for (path, _) in &stored {
            let path = sandbox.path("cache").join(path);
            if random(&mut state).is_multiple_of(3) && fs_err::symlink_metadata(&path).is_ok() {
                give(&path, 12002);
                let closed = if path.is_dir() { 0o755 } else { 0o600 };
                fs_err::set_permissions(&path, mode(closed)).unwrap();
            }
        }
        if random(&mut state).is_multiple_of(2) {
            give(&sandbox.path("cache/slugsmith"), 12002);
        }
        let app = sandbox.path("again");
        fs_err::create_dir(&app).unwrap();
        let options = fs_extra::dir::CopyOptions::new().content_only(true);
        fs_extra::dir::copy(pristine.app(), &app, &options).unwrap();
        give(&app, 12001);
        let ran = compile_as_user(&sandbox, &app);
        assert_eq!(ran.code, 0, "case {case}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(
            listing(&app.join("node_modules")),
            good,
            "case {case}: {}",
            ran.stdout
        );
    }
}

/// Makes an environment with a copy of itself, and installs by copying the list.
const PYTHON: &str = "#!/bin/sh\ncase \"$1$2\" in -c*) echo 3.11.2 cpython-311 /usr;; --version*) echo Python \
    3.11.2;; -mvenv) mkdir -p \"$3/bin\"; cp \"$0\" \"$3/bin/python\";; -mpip) cp requirements.txt \
    \"$VIRTUAL_ENV/installed\";; esac\n";

#[test]
#[ignore = "needs root: gives files to other users"]
fn a_layer_of_another_user_costs_the_cache_and_not_the_build() {
    let sandbox = Sandbox::new()
        .file("requirements.txt", "six==1.16.0\n")
        .file("Procfile", "web: python app.py\n")
        .file("app.py", "print(1)\n")
        .program("python3", PYTHON);
    let root = sandbox.path("");
    open_up(&root);
    let (layers, platform) = (sandbox.path("layers/ours"), sandbox.path("platform"));
    fs_err::create_dir_all(platform.join("env")).unwrap();
    fs_err::create_dir_all(layers.join("cache-pip/data/venv")).unwrap();
    fs_err::write(layers.join("cache-pip/data/venv/old"), "x").unwrap();
    fs_err::create_dir_all(layers.join("cache-pip.toml/x")).unwrap();
    fs_err::write(platform.join("plan.toml"), "").unwrap();
    crate::shop::executable(&sandbox, "build");
    give(&root, 12001);
    for stored in ["cache-pip", "cache-pip.toml"] {
        give(&layers.join(stored), 12002);
    }
    let mut command = as_user(&sandbox, "build");
    command.current_dir(sandbox.app());
    let (plan, buildpack) = (
        platform.join("plan.toml"),
        sandbox.path("buildpacks/slugsmith"),
    );
    build_by_lifecycle(&mut command, &layers, &platform, &plan, &buildpack);
    let ran = crate::support::Ran::from(command.output().unwrap()).expect(0);
    assert!(ran.stdout.contains("discarded"), "{}", ran.stdout);
    let installed = layers.join("cache-pip/data/venv/installed");
    assert_eq!(fs_err::read_to_string(installed).unwrap(), "six==1.16.0\n");
    let toml = fs_err::read_to_string(layers.join("cache-pip.toml")).unwrap();
    assert!(toml.contains("state = \"complete\""), "{toml}");
}
