//! `exec.d/launch-check`: is the environment of this process what the build foresaw?
//!
//! The launcher runs it after all variables are composed and before the process (buildpacks
//! spec, "exec.d"). A program that fails there stops the process, so this one fails only
//! where the app's configuration requires a variable that is not set. It adds nothing to
//! the environment, and prints to standard error only.
//!
//! | `SLUGSMITH_LAUNCH_CHECK` | does |
//! |---|---|
//! | not set | warns of variables that the code reads and nobody sets; refuses without required ones |
//! | `1` | compares every variable with the prediction, too |
//! | `0` | nothing, for a way in when a required variable is wrong itself |

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::facts::beneath;
use crate::print::launch_check as printer;
use crate::stack::expected::Expected;

/// The prediction, beside the `exec.d` folder of our layer.
pub const EXPECTED: &str = "expected.json";
/// Turns the comparison on, or everything off.
const ASKED: &str = "SLUGSMITH_LAUNCH_CHECK";

/// Runs the check. Whatever goes wrong in here must not stop the app.
#[must_use]
pub fn main(program: Option<&OsString>) -> ExitCode {
    let program = program.map(PathBuf::from).unwrap_or_default();
    let checked = std::panic::catch_unwind(|| check(&program, &parent_type()));
    match checked {
        Ok(Verdict::Refuse) => ExitCode::FAILURE,
        Ok(Verdict::Start) | Err(_) => ExitCode::SUCCESS,
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Start,
    Refuse,
}

fn check(program: &Path, process: &str) -> Verdict {
    let asked = std::env::var_os(ASKED).unwrap_or_default();
    if asked == "0" {
        return Verdict::Start;
    }
    let expected = match read(program) {
        Ok(expected) => expected,
        Err(reason) => {
            if asked == "1" {
                printer::unreadable(&reason);
            }
            return Verdict::Start;
        }
    };
    let live = |name: &str| std::env::var_os(name);
    if asked == "1" {
        let differences = expected.differences(process, &live);
        printer::compared(&expected, process, &differences);
    }
    let missing = expected.missing(&live);
    if !missing.is_empty() {
        printer::refused(&missing, live("DYNO").is_some());
        return Verdict::Refuse;
    }
    printer::unset(&expected.unset(&live));
    Verdict::Start
}

fn read(program: &Path) -> Result<Expected, String> {
    let layer = program.parent().and_then(Path::parent);
    let path = layer.unwrap_or(Path::new("")).join(EXPECTED);
    let text = beneath::read(&path).map_err(|error| error.to_string())?;
    serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The process type: the launcher goes by its own file name (`/cnb/process/web`), and it is
/// our parent. Empty where it can't be read.
fn parent_type() -> String {
    let line = rustix::process::getppid()
        .map(|parent| format!("/proc/{}/cmdline", parent.as_raw_nonzero()))
        .and_then(|path| beneath::read(path).ok())
        .unwrap_or_default();
    let name = line.split(|byte| *byte == 0).next().unwrap_or_default();
    let name = Path::new(std::ffi::OsStr::from_bytes(name)).file_name();
    name.map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
