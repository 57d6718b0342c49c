//! Classic and Cloud Native builds of the binary itself, on temporary folders.

use std::path::PathBuf;

use crate::apps::VARIABLES;
use crate::support::{BINARY, Ran, Sandbox, repository};

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
    command
        .current_dir(sandbox.app())
        .args([&own, &platform, &plan])
        .env("CNB_BUILDPACK_DIR", sandbox.path("buildpack"))
        .env("CNB_PLATFORM_DIR", &platform)
        .env("CNB_LAYERS_DIR", &own)
        .env("CNB_BP_PLAN_PATH", &plan)
        .env("CNB_TARGET_OS", "linux")
        .env("CNB_TARGET_ARCH", "amd64")
        .env("CNB_TARGET_DISTRO_NAME", "debian")
        .env("CNB_TARGET_DISTRO_VERSION", "12")
        .env("SLUGSMITH_CACHE_EXPLAIN", "json")
        .envs(VARIABLES.iter().copied());
    (Ran::from(command.output().unwrap()), root)
}
