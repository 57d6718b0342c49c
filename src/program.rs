//! Which program is this? One binary, several ways in, chosen by file name and operands.
//!
//! | file name | operands | program |
//! |---|---|---|
//! | `detect` | 2 | Cloud Native detect |
//! | `build` | 3 | Cloud Native build |
//! | `detect` | 1 | classic detect |
//! | `compile`, `release`, `report`, `test-compile` | | classic |
//! | `launch-check` | | the check at the start of a process |
//! | anything else | | the command line |
//!
//! `CNB_*` variables decide nothing: a classic buildpack run through cnb-shim has them
//! too. A second binary for the command line would be shipped inside every image.

pub mod classic;
pub mod cli;
pub mod cnb;
pub mod launch_check;
pub mod verdict;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::error::{Kind, Problem};
use crate::facts::before::COMPANION;
use crate::progress::Event;

/// The programs in one binary.
#[derive(Debug, PartialEq, Eq)]
enum Program {
    CloudNative,
    Classic(classic::Step),
    LaunchCheck,
    CommandLine,
}

/// Runs the program that `arguments` (file name first) ask for.
#[must_use]
pub fn run(arguments: &[OsString]) -> ExitCode {
    let operands: Vec<PathBuf> = arguments.iter().skip(1).map(PathBuf::from).collect();
    match choose(arguments) {
        // libcnb ends the process itself, with the codes of the buildpack spec.
        Program::CloudNative => cnb::main(),
        Program::Classic(step) => {
            let is_companion = arguments.first().is_some_and(is_companion);
            classic::main(step, &operands, is_companion)
        }
        Program::LaunchCheck => launch_check::main(arguments.first()),
        Program::CommandLine => cli::main(arguments),
    }
}

/// The first line of the companion's log.
fn companion_started() -> Event<'static> {
    Event::Started {
        name: COMPANION,
        version: env!("CARGO_PKG_VERSION"),
    }
}

/// Whether the executable called lies in the companion's folder: then the buildpack.toml
/// above it has its id. In a Cloud Native build libcnb has read that file already.
fn is_companion(executable: &OsString) -> bool {
    let folder = Path::new(executable).parent().and_then(Path::parent);
    let Some(descriptor) = folder.map(|folder| folder.join("buildpack.toml")) else {
        return false;
    };
    let text = fs_err::read_to_string(descriptor).unwrap_or_default();
    let table = text.parse::<toml::Table>().unwrap_or_default();
    let id = table.get("buildpack").and_then(|table| table.get("id"));
    id.and_then(toml::Value::as_str) == Some(COMPANION)
}

fn choose(arguments: &[OsString]) -> Program {
    let name = arguments
        .first()
        .map(Path::new)
        .and_then(Path::file_name)
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    match (name, arguments.len().saturating_sub(1)) {
        ("detect", 1) => Program::Classic(classic::Step::Detect),
        ("compile", _) => Program::Classic(classic::Step::Compile),
        ("release", _) => Program::Classic(classic::Step::Release),
        ("report", _) => Program::Classic(classic::Step::Report),
        ("test-compile", _) => Program::Classic(classic::Step::TestCompile),
        ("launch-check", 0) => Program::LaunchCheck,
        ("detect" | "build", _) => Program::CloudNative,
        _ => Program::CommandLine,
    }
}

/// Wrong use of a program.
pub static USAGE: Kind = Kind {
    id: "usage",
    header: "The program was called in a way it doesn't understand",
    why: "Guessing could change the wrong folder.",
    steps: &["Run `slugsmith --help`."],
    example: || {
        Problem::new(&USAGE).saw("compile takes BUILD_DIR CACHE_DIR ENV_DIR, got 1 operand")
    },
};

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
            Program::Classic(classic::Step::Detect)
        );
        assert_eq!(
            program("bin/compile a b c"),
            Program::Classic(classic::Step::Compile)
        );
        assert_eq!(
            program("bin/test-compile a b c"),
            Program::Classic(classic::Step::TestCompile)
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
