//! Which program is this? One binary, several ways in, chosen by file name and operands.
//!
//! | file name | operands | program |
//! |---|---|---|
//! | `detect` | 2 | Cloud Native detect |
//! | `build` | 3 | Cloud Native build |
//! | `detect` | 1 | classic detect |
//! | `compile`, `release`, `report`, `test-compile` | | classic |
//! | `launch-check` | | the check at the start of a process |
//! | `answer` | | the program that the companion's hook asks |
//! | anything else | | the command line |
//!
//! `CNB_*` variables decide nothing: a classic buildpack run through cnb-shim has them
//! too. A second binary for the command line would be shipped inside every image.

mod answer;
pub mod classic;
pub mod cli;
pub mod cnb;
mod configured;
pub mod launch_check;
mod prepared;
pub mod problems;
mod shared;
mod store_folder;
pub mod verdict;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use self::problems::{NO_SUCH_PATH, USAGE};
use crate::config::Config;
use crate::error::Problem;
use crate::facts::before::COMPANION;
use crate::facts::beneath;
use crate::print::build_log::BuildLog;
use crate::print::line::Skin;
use crate::print::live::Live;
use crate::report::event::Event;

/// The programs in one binary.
#[derive(Debug, PartialEq, Eq)]
enum Program {
    CloudNative,
    Classic(classic::Executable),
    LaunchCheck,
    Answer,
    CommandLine,
}

/// Runs the program that `arguments` (file name first) ask for.
#[must_use]
pub fn run(arguments: &[OsString]) -> ExitCode {
    let operands: Vec<PathBuf> = arguments.iter().skip(1).map(PathBuf::from).collect();
    let program = choose(arguments);
    if program != Program::LaunchCheck {
        crate::facts::threads::prepare();
        crate::facts::interrupt::listen();
    }
    match program {
        // libcnb ends the process itself, with the codes of the buildpack spec.
        Program::CloudNative => cnb::main(),
        Program::Classic(step) => classic::main(step, &operands, &Own::of(arguments.first())),
        Program::LaunchCheck => launch_check::main(arguments.first()),
        Program::Answer => answer::main(arguments.get(1..).unwrap_or_default()),
        Program::CommandLine => cli::main(arguments),
    }
}

/// The log of a build.
fn log(skin: Skin, config: &Config) -> Live<BuildLog<anstream::AutoStream<std::io::Stdout>>> {
    let level = config.log.value;
    Live::log(BuildLog::new(anstream::stdout(), skin, level), skin, level)
}

/// The first line of the companion's log.
fn companion_started() -> Event<'static> {
    Event::Started {
        name: COMPANION,
        version: env!("CARGO_PKG_VERSION"),
    }
}

/// The buildpack that the executable called belongs to. In a Cloud Native build libcnb
/// tells us.
#[derive(Debug, Default)]
pub struct Own {
    /// The folder that holds `bin` and `buildpack.toml`; `None` where the file called is
    /// not in one.
    folder: Option<PathBuf>,
    id: String,
}

impl Own {
    /// By the name that was called, not by where a link leads.
    fn of(executable: Option<&OsString>) -> Self {
        let called = executable.and_then(|name| std::path::absolute(name).ok());
        let folder = called
            .as_deref()
            .and_then(Path::parent)
            .and_then(Path::parent);
        let Some(folder) = folder else {
            return Self::default();
        };
        let text = beneath::text(folder.join("buildpack.toml")).unwrap_or_default();
        let table = text.parse::<toml::Table>().unwrap_or_default();
        let id = table.get("buildpack").and_then(|table| table.get("id"));
        id.and_then(toml::Value::as_str)
            .map_or_else(Self::default, |id| Self {
                folder: Some(folder.to_owned()),
                id: id.to_owned(),
            })
    }

    /// Whether it is the companion or the last buildpack.
    fn is_slugsmith(&self) -> bool {
        self.id.starts_with("slugsmith/")
    }

    fn is_companion(&self) -> bool {
        self.id == COMPANION
    }
}

fn choose(arguments: &[OsString]) -> Program {
    let name = arguments
        .first()
        .map(Path::new)
        .and_then(Path::file_name)
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    match (name, arguments.len().saturating_sub(1)) {
        ("detect", 1) => Program::Classic(classic::Executable::Detect),
        ("compile", _) => Program::Classic(classic::Executable::Compile),
        ("release", _) => Program::Classic(classic::Executable::Release),
        ("report", _) => Program::Classic(classic::Executable::Report),
        ("test-compile", _) => Program::Classic(classic::Executable::TestCompile),
        ("answer", _) => Program::Answer,
        ("launch-check", 0) => Program::LaunchCheck,
        ("detect" | "build", _) => Program::CloudNative,
        _ => Program::CommandLine,
    }
}

/// Whether a problem is in how the program was called: exit code 2.
fn is_wrong_use(problem: &Problem) -> bool {
    [&USAGE, &NO_SUCH_PATH]
        .iter()
        .any(|kind| std::ptr::eq(problem.kind, *kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(line: &str) -> Program {
        choose(&line.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn name_and_operands_choose_the_program() {
        assert_eq!(
            program("/cnb/bin/detect /platform /plan"),
            Program::CloudNative
        );
        assert_eq!(
            program("bin/build /layers /platform /plan"),
            Program::CloudNative
        );
        assert_eq!(
            program("bin/detect /app"),
            Program::Classic(classic::Executable::Detect)
        );
        assert_eq!(
            program("bin/compile a b c"),
            Program::Classic(classic::Executable::Compile)
        );
        assert_eq!(
            program("bin/test-compile a b c"),
            Program::Classic(classic::Executable::TestCompile)
        );
        assert_eq!(
            program("slugsmith build examples/storefront"),
            Program::CommandLine
        );
        assert_eq!(
            program("/layers/slugsmith/launch-check/exec.d/launch-check"),
            Program::LaunchCheck
        );
        assert_eq!(program("slugsmith"), Program::CommandLine);
        assert_eq!(choose(&[]), Program::CommandLine);
    }
}
