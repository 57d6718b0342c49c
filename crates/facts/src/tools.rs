//! Which programs are on PATH, and of which version?
//!
//! A version is read from files where it can be: starting npm only to ask its version
//! takes longer than restoring a small app, and an unchanged build must run nothing.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::environment::{Environment, World};
use crate::beneath;

/// The Node.js on PATH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// `22.20.0`.
    pub version: String,
    /// `process.versions.modules`: native addons fit exactly one.
    pub abi: String,
}

/// The program of this name that PATH finds first.
#[must_use]
pub fn find(name: &str, environment: &Environment) -> Option<PathBuf> {
    let path = environment.variables.get("PATH")?;
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|candidate| {
            fs_err::metadata(candidate).is_ok_and(|metadata| {
                metadata.is_file() && metadata.permissions().mode() & 0o111 != 0
            })
        })
}

/// What a program prints, trimmed; `None` if it can't be run or fails.
///
/// It is asked outside of the app: many tools run, or download, what the folder that they
/// are started in names (`.yarnrc.yml`, `go.mod`, `platform.py`), and an app that is only
/// looked at must not decide that. In a Cloud Native build the app is being built, and shims
/// choose their version by its folder.
#[must_use]
pub fn ask(program: &Path, arguments: &[&str], environment: &Environment) -> Option<String> {
    let folder = (environment.world != World::CloudNative).then_some("/");
    answer(Command::new(program), folder, arguments, environment)
}

/// As [`ask`], never in the app's folder.
#[must_use]
pub fn ask_outside(
    program: &Path,
    arguments: &[&str],
    environment: &Environment,
) -> Option<String> {
    answer(Command::new(program), Some("/"), arguments, environment)
}

fn answer(
    mut command: Command,
    folder: Option<&str>,
    arguments: &[&str],
    environment: &Environment,
) -> Option<String> {
    if let Some(folder) = folder {
        command.current_dir(folder);
    }
    let output = command
        .args(arguments)
        .env_clear()
        .envs(&environment.variables)
        // Go would download the toolchain that a `go.mod` names.
        .env("GOTOOLCHAIN", "local")
        // Python would import what the app calls as one of its own modules.
        .env("PYTHONSAFEPATH", "1")
        .env_remove("PYTHONPATH")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}

/// Asks the Node.js on PATH, once.
#[must_use]
pub fn node(environment: &Environment) -> Option<Node> {
    let script = "process.versions.node + ' ' + process.versions.modules";
    // Options meant for the app (`--require …`) must not run in our question.
    let mut environment = environment.clone();
    environment.variables.remove("NODE_OPTIONS");
    let answer = ask(&find("node", &environment)?, &["-p", script], &environment)?;
    let mut words = answer.split_whitespace();
    Some(Node {
        version: words.next()?.to_owned(),
        abi: words.next()?.to_owned(),
    })
}

/// The version of the Java that a build runs on: `JAVA_HOME`, else PATH. Read from the file that a
/// JDK has for that (JEP 223, "release"), asked for only where there is none.
#[must_use]
pub fn java(environment: &Environment) -> Option<String> {
    let home = environment
        .get("JAVA_HOME")
        .map(|home| Path::new(home).join("bin/java"));
    let program = home
        .filter(|program| program.is_file())
        .or_else(|| find("java", environment))?;
    let real = fs_err::canonicalize(&program).ok()?;
    let release = real.ancestors().nth(2)?.join("release");
    let text = beneath::text(release).unwrap_or_default();
    let mut lines = text.lines().filter_map(|line| line.split_once('='));
    let version = lines.find(|(name, _)| *name == "JAVA_VERSION");
    version
        .map(|(_, version)| version.trim_matches('"').to_owned())
        .or_else(|| ask(&program, &["--version"], environment))
}

/// The version of a tool that is itself an npm package (npm, yarn, pnpm): read from the
/// package.json beside its script, asked for only where it isn't there.
#[must_use]
pub fn package_version(name: &str, environment: &Environment) -> Option<String> {
    let program = find(name, environment)?;
    let script = fs_err::canonicalize(&program).ok()?;
    let beside = script.ancestors().skip(1).take(3).find_map(|folder| {
        version_of(
            &folder.join(slugsmith_ecosystems::javascript::MANIFEST),
            name,
        )
    });
    beside.or_else(|| ask(&program, &["--version"], environment))
}

fn version_of(manifest: &Path, name: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(&beneath::read(manifest).ok()?).ok()?;
    (value.get("name")?.as_str()? == name).then_some(())?;
    Some(value.get("version")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::environment::{World, this_machine};

    fn environment(path: &Path) -> Environment {
        Environment {
            world: World::Embedded,
            target: this_machine(None),
            variables: BTreeMap::from([("PATH".to_owned(), path.as_os_str().to_owned())]),
        }
    }

    fn script(path: &Path, text: &str) {
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn versions_are_read_without_running_the_tool() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        script(&root.join("lib/npm/bin/npm-cli.js"), "#!/bin/false\n");
        fs_err::write(
            root.join("lib/npm/package.json"),
            r#"{"name":"npm","version":"10.9.3"}"#,
        )
        .unwrap();
        fs_err::create_dir(root.join("bin")).unwrap();
        std::os::unix::fs::symlink("../lib/npm/bin/npm-cli.js", root.join("bin/npm")).unwrap();
        script(&root.join("bin/yarn"), "#!/bin/sh\necho 1.22.22\n");
        fs_err::write(root.join("bin/pnpm"), "not executable").unwrap();
        let environment = environment(&root.join("bin"));
        assert_eq!(package_version("npm", &environment).unwrap(), "10.9.3");
        assert_eq!(package_version("yarn", &environment).unwrap(), "1.22.22");
        assert_eq!(package_version("pnpm", &environment), None);
        assert_eq!(node(&environment), None);
    }

    #[test]
    fn a_node_that_fails_is_no_node() {
        let folder = tempfile::tempdir().unwrap();
        script(&folder.path().join("node"), "#!/bin/sh\nexit 1\n");
        assert_eq!(node(&environment(folder.path())), None);
    }
}
