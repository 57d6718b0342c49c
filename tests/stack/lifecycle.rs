//! The real `builder` and `launcher`, run without containers.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Somebody who is not root: the builder refuses to run as root.
const NOBODY: u32 = 65_534;

pub(crate) type Raw = BTreeMap<OsString, OsString>;

/// A version of the lifecycle.
pub(crate) struct Lifecycle {
    /// What `tests/bed/up --print` calls its folder.
    setting: &'static str,
    platform_api: &'static str,
    programs: OnceLock<PathBuf>,
}

/// The one that builders have today, with execution environments.
pub(crate) static TODAY: Lifecycle = Lifecycle::new("SLUGSMITH_BED_LIFECYCLE", "0.15");
/// The last one without them.
pub(crate) static OLDER: Lifecycle = Lifecycle::new("SLUGSMITH_BED_LIFECYCLE_OLDER", "0.13");

impl Lifecycle {
    const fn new(setting: &'static str, platform_api: &'static str) -> Self {
        Self {
            setting,
            platform_api,
            programs: OnceLock::new(),
        }
    }

    /// Whether `exec-env` of a process counts.
    pub(crate) fn has_exec_env(&self) -> bool {
        self.platform_api == "0.15"
    }

    /// A folder that every user can reach, with the lifecycle's programs in it.
    pub(crate) fn programs(&self) -> &Path {
        self.programs
            .get_or_init(|| copied(&found(self.setting), self.platform_api))
    }

    /// What the lifecycle gets so that it speaks its own newest platform API.
    pub(crate) fn base(&self, more: &Raw) -> Raw {
        let mut base = more.clone();
        base.insert("CNB_PLATFORM_API".into(), self.platform_api.into());
        base
    }
}

fn copied(source: &Path, name: &str) -> PathBuf {
    // The cache of the test bed may lie below a home folder that only its owner enters.
    let folder =
        std::env::temp_dir().join(format!("slugsmith-lifecycle-{}-{name}", std::process::id()));
    fs_err::create_dir_all(&folder).unwrap();
    for name in ["launcher", "lifecycle"] {
        let to = folder.join(name);
        fs_err::copy(source.join(name), &to).unwrap();
        fs_err::set_permissions(&to, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    for phase in ["builder", "detector"] {
        let link = folder.join(phase);
        if !link.exists() {
            symlink("lifecycle", link).unwrap();
        }
    }
    folder
}

/// The folder that a variable names, or `tests/bed/up --print`.
fn found(setting: &str) -> PathBuf {
    if let Some(folder) = std::env::var_os(setting) {
        return folder.into();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bed/up");
    let output = Command::new(&script).arg("--print").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .find_map(|line| line.strip_prefix(setting)?.strip_prefix('='))
        .map_or_else(
            || {
                panic!(
                    "these tests need the test bed: {} failed: {}",
                    script.display(),
                    String::from_utf8_lossy(&output.stderr)
                )
            },
            PathBuf::from,
        )
}

impl Lifecycle {
    /// Starts a process type as a container would; `None` runs a bare command.
    pub(crate) fn launch(
        &self,
        stack: &Path,
        base: &Raw,
        process: Option<&str>,
    ) -> Result<Raw, String> {
        let output = self.start(stack, base, process);
        if output.status.success() {
            Ok(records(&output.stdout))
        } else {
            Err(said(&output))
        }
    }

    /// The same, with all that the process and its start programs print.
    pub(crate) fn start(&self, stack: &Path, base: &Raw, process: Option<&str>) -> Output {
        let links = stack.join("proc").join(self.platform_api);
        fs_err::create_dir_all(&links).unwrap();
        let program = links.join(process.unwrap_or("launcher"));
        if !program.exists() {
            symlink(self.programs().join("launcher"), &program).unwrap();
        }
        let mut command = Command::new(program);
        if process.is_none() {
            command.args(["--", "/usr/bin/env", "-0"]);
        }
        command.env_clear().envs(base).output().unwrap()
    }

    /// What the lifecycle adds to a base environment so that it finds the stack.
    pub(crate) fn launch_base(&self, stack: &Path, more: &Raw) -> Raw {
        let mut base = more.clone();
        let mut add = |name: &str, value: &OsStr| base.insert(name.into(), value.to_owned());
        add("CNB_LAYERS_DIR", stack.join("layers").as_os_str());
        add("CNB_APP_DIR", stack.join("app").as_os_str());
        add("CNB_PLATFORM_API", self.platform_api.as_ref());
        add("CNB_DEPRECATION_MODE", "quiet".as_ref());
        add("CNB_NO_COLOR", "1".as_ref());
        base
    }

    /// Runs the builder over the whole group.
    pub(crate) fn build(&self, stack: &Path, base: &Raw) -> Result<(), String> {
        let flags = [
            ("-layers", "layers"),
            ("-group", "layers/group.toml"),
            ("-plan", "layers/plan.toml"),
            ("-analyzed", "layers/analyzed.toml"),
            ("-buildpacks", "bps"),
            ("-app", "app"),
            ("-platform", "platform"),
            ("-build-config", "cfg"),
        ];
        self.phase("builder", stack, &flags, base)
    }

    /// Runs the detector over `order.toml`, and over `system.toml` where it knows that.
    pub(crate) fn detect(&self, stack: &Path, base: &Raw) -> Result<(), String> {
        let flags = [
            ("-layers", "layers"),
            ("-group", "layers/group.toml"),
            ("-plan", "layers/plan.toml"),
            ("-analyzed", "layers/analyzed.toml"),
            ("-order", "order.toml"),
            ("-buildpacks", "bps"),
            ("-app", "app"),
            ("-platform", "platform"),
            ("-build-config", "cfg"),
        ];
        self.phase("detector", stack, &flags, base)
    }

    fn phase(
        &self,
        name: &str,
        stack: &Path,
        flags: &[(&str, &str)],
        base: &Raw,
    ) -> Result<(), String> {
        own(stack);
        let flags = flags
            .iter()
            .flat_map(|(flag, at)| [OsString::from(flag), stack.join(at).into_os_string()]);
        let program = self.programs().join(name);
        let mut command = if rustix::process::geteuid().is_root() {
            let id = NOBODY.to_string();
            let mut command = Command::new("setpriv");
            command.args([
                "--reuid",
                &id,
                "--regid",
                &id,
                "--clear-groups",
                "env",
                "-i",
            ]);
            // `env -i NAME=value …` since setpriv itself needs a PATH.
            for (name, value) in base {
                let mut record = name.clone();
                record.push("=");
                record.push(value);
                command.arg(record);
            }
            command.arg(program);
            command
        } else {
            let mut command = Command::new(program);
            command.env_clear().envs(base);
            command
        };
        let output = command
            .args(flags)
            .args(["-log-level", "warn"])
            .output()
            .unwrap();
        if output.status.success() {
            Ok(())
        } else {
            Err(said(&output))
        }
    }
}

/// Gives the tree to the user that the builder runs as.
fn own(stack: &Path) {
    if rustix::process::geteuid().is_root() {
        let status = Command::new("chown")
            .args(["-Rh", &NOBODY.to_string()])
            .arg(stack)
            .status()
            .unwrap();
        assert!(status.success());
    }
}

fn said(output: &Output) -> String {
    format!(
        "{}: {}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Records separated by NUL, as `env -0` and `/proc/<pid>/environ` have them.
pub(crate) fn records(bytes: &[u8]) -> Raw {
    bytes
        .split(|byte| *byte == 0)
        .filter(|record| !record.is_empty())
        .map(|record| {
            let equals = record.iter().position(|byte| *byte == b'=').unwrap();
            (
                OsStr::from_bytes(&record[..equals]).to_owned(),
                OsString::from_vec(record[equals + 1..].to_vec()),
            )
        })
        .collect()
}
