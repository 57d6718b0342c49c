//! Classic and Cloud Native builds of the binary itself, on temporary folders.

use std::path::PathBuf;

use crate::apps::VARIABLES;
use crate::support::{BINARY, Ran, Sandbox, build_by_lifecycle, repository};

/// The binary under one of its names, in a buildpack's folder.
fn program(sandbox: &Sandbox, name: &str) -> PathBuf {
    let folder = sandbox.path("buildpack");
    let bin = folder.join("bin");
    if !bin.exists() {
        fs_err::create_dir_all(&bin).unwrap();
        let descriptor = "buildpack.toml";
        fs_err::copy(repository(descriptor), folder.join(descriptor)).unwrap();
        for link in ["detect", "compile", "build"] {
            std::os::unix::fs::symlink(BINARY, bin.join(link)).unwrap();
        }
    }
    bin.join(name)
}

pub(crate) fn compile(sandbox: &Sandbox) -> Ran {
    let mut command = sandbox.command(program(sandbox, "compile"));
    command
        .args([sandbox.app(), sandbox.path("cache"), sandbox.path("env")])
        .env("STACK", "heroku-24")
        .env("SLUGSMITH_CACHE_EXPLAIN", "json");
    Ran::from(command.output().unwrap())
}

/// A build between two other buildpacks' layers; returns the layers root.
pub(crate) fn cnb(sandbox: &Sandbox) -> (Ran, PathBuf) {
    let root = sandbox.path("layers");
    let own = root.join("slugsmith_slugsmith");
    let platform = sandbox.path("platform");
    fs_err::create_dir_all(&own).unwrap();
    fs_err::create_dir_all(platform.join("env")).unwrap();
    for (name, value) in VARIABLES {
        fs_err::write(platform.join("env").join(name), value).unwrap();
    }
    let group = "[[group]]\nid = \"acme/node\"\nversion = \"1.0.0\"\napi = \"0.10\"\n\
                 [[group]]\nid = \"slugsmith/slugsmith\"\nversion = \"0.1.0\"\napi = \"0.10\"\n";
    fs_err::write(root.join("group.toml"), group).unwrap();
    let plan = sandbox.path("plan.toml");
    fs_err::write(&plan, "").unwrap();
    let mut command = sandbox.command(program(sandbox, "build"));
    build_by_lifecycle(
        &mut command,
        &own,
        &platform,
        &plan,
        &sandbox.path("buildpack"),
    );
    command
        .current_dir(sandbox.app())
        .env("SLUGSMITH_CACHE_EXPLAIN", "json")
        .envs(VARIABLES.iter().copied());
    (Ran::from(command.output().unwrap()), root)
}
