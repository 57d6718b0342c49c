//! `pack build` called directly, for what libcnb-test can't say: both flows of the
//! lifecycle, and failing exports.

use std::path::Path;
use std::process::{Command, Output};

use crate::runner::{path_of, variable};

/// Who runs the phases of a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// One `creator`.
    Trusted,
    /// A container for each phase: restored layers and images are seen by some only.
    Phases,
}

/// An image of this test run, removed at its end with its volumes.
pub(crate) struct Image {
    name: String,
}

impl Image {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: format!("slugsmith-test/{name}-{}", std::process::id()),
        }
    }

    /// Another name for the image, in a registry for example.
    pub(crate) fn named(name: String) -> Self {
        Self { name }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Builds, and gives all that was printed.
    pub(crate) fn build(
        &self,
        app: &Path,
        buildpacks: &[&str],
        flow: Flow,
        env: &[&str],
    ) -> (bool, String) {
        let mut command = self.command(app, &variable("SLUGSMITH_BED_BUILDER"), flow);
        for name in buildpacks {
            command.arg("--buildpack").arg(path_of(name));
        }
        for variable in env {
            command.args(["--env", variable]);
        }
        let output = command.output().unwrap();
        (output.status.success(), said(&output))
    }

    /// Builds with arguments of the caller's, which has to work.
    #[track_caller]
    pub(crate) fn built(&self, mut command: Command) -> String {
        let output = command.output().unwrap();
        let said = said(&output);
        assert!(output.status.success(), "{}: {said}", self.name);
        said
    }

    /// `pack build` without its buildpacks.
    pub(crate) fn command(&self, app: &Path, builder: &str, flow: Flow) -> Command {
        let mut command = Command::new(variable("SLUGSMITH_BED_PACK"));
        command.args(["build", &self.name, "--builder", builder, "--path"]);
        command.arg(app).args(["--pull-policy", "if-not-present"]);
        match flow {
            Flow::Trusted => command.args(["--trust-builder", "--trust-extra-buildpacks"]),
            // Any image with the lifecycle in it can run its phases.
            Flow::Phases => command.args(["--trust-builder=false", "--lifecycle-image", builder]),
        };
        command
    }

    /// The bills of materials of the image, below `layers/sbom`.
    pub(crate) fn bills(&self, to: &Path) {
        let mut command = Command::new(variable("SLUGSMITH_BED_PACK"));
        command
            .args(["sbom", "download", &self.name, "--output-dir"])
            .arg(to);
        self.built(command);
    }

    /// Starts a process type; standard output and standard error.
    pub(crate) fn run(
        &self,
        entrypoint: &str,
        arguments: &[&str],
        env: &[&str],
    ) -> (Vec<u8>, String) {
        let mut command = Command::new("docker");
        command.args([
            "run",
            "--rm",
            "--hostname",
            "dyno",
            "--entrypoint",
            entrypoint,
        ]);
        for variable in env {
            command.args(["--env", variable]);
        }
        let output = command.arg(&self.name).args(arguments).output().unwrap();
        (
            output.stdout,
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }

    /// A part of the image's configuration, by a Go template.
    pub(crate) fn inspect(&self, format: &str) -> String {
        let output = Command::new("docker")
            .args(["image", "inspect", "--format", format, &self.name])
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Copies a folder out of the image.
    pub(crate) fn copy(&self, folder: &str, to: &Path) {
        let docker = |arguments: &[&str]| {
            let output = Command::new("docker").args(arguments).output().unwrap();
            assert!(output.status.success(), "{}", said(&output));
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        };
        let container = docker(&["create", &self.name]);
        docker(&[
            "cp",
            &format!("{container}:{folder}"),
            &to.display().to_string(),
        ]);
        docker(&["rm", "-f", &container]);
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        let docker = |arguments: &[&str]| Command::new("docker").args(arguments).output();
        let _ = docker(&["rmi", "-f", &self.name]);
        let filter = format!("name=pack-cache-{}", self.name.replace('/', "_"));
        if let Ok(volumes) = docker(&["volume", "ls", "-q", "--filter", &filter]) {
            for volume in String::from_utf8_lossy(&volumes.stdout).lines() {
                let _ = docker(&["volume", "rm", "-f", volume]);
            }
        }
    }
}

pub(crate) fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
