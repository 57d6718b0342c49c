//! The Python that runs the app: which byte code it reads, and the program that makes it.

use std::path::{Path, PathBuf};

use slugsmith_facts::beneath;
use slugsmith_facts::environment::Environment;
use slugsmith_facts::tools;

/// An interpreter that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interpreter {
    pub program: PathBuf,
    /// `cpython-312`: part of the names of its byte code.
    pub tag: String,
    /// How its byte code begins.
    pub magic: [u8; 4],
    pub version: (u32, u32),
}

/// Isolated from variables, the current folder and the start files of packages (`.pth`):
/// nothing of the app runs.
pub(crate) const ISOLATED: [&str; 2] = ["-I", "-S"];

const QUESTION: &str = "import importlib.util, sys; print(sys.implementation.cache_tag, \
    importlib.util.MAGIC_NUMBER.hex(), sys.version_info[0], sys.version_info[1])";

/// Asks the first of these programs that is of this version (`3.12`), or of any.
pub(crate) fn first(
    programs: &[PathBuf],
    version: Option<&str>,
    environment: &Environment,
) -> Option<Interpreter> {
    programs
        .iter()
        .filter_map(|program| ask(program, environment))
        .find(|found| {
            let (major, minor) = found.version;
            version.is_none_or(|version| version == format!("{major}.{minor}"))
        })
}

fn ask(program: &Path, environment: &Environment) -> Option<Interpreter> {
    let arguments = [&ISOLATED[..], &["-c", QUESTION]].concat();
    parse(
        program,
        &tools::ask_outside(program, &arguments, environment)?,
    )
}

fn parse(program: &Path, answer: &str) -> Option<Interpreter> {
    let mut words = answer.split(' ');
    let (tag, magic) = (words.next()?, words.next()?);
    let byte = |at: usize| u8::from_str_radix(magic.get(at..at + 2)?, 16).ok();
    Some(Interpreter {
        program: program.to_owned(),
        tag: tag.to_owned(),
        magic: [byte(0)?, byte(2)?, byte(4)?, byte(6)?],
        version: (words.next()?.parse().ok()?, words.next()?.parse().ok()?),
    })
}

/// Where the interpreter of an environment may be, the image's before one that lies in the
/// app: both are the same, and a program of the app need not be run.
pub(crate) fn candidates(folder: &Path, environment: &Environment) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = ["python3", "python"]
        .iter()
        .filter_map(|name| tools::find(name, environment))
        .collect();
    let settings = beneath::text(folder.join("pyvenv.cfg")).unwrap_or_default();
    let home = settings.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "home").then(|| PathBuf::from(value.trim()))
    });
    let places = home.into_iter().chain([folder.join("bin")]);
    found.extend(places.flat_map(|place| ["python3", "python"].map(|name| place.join(name))));
    found.retain(|program| program.is_absolute() && program.is_file());
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_tag_magic_and_version() {
        let found = parse(Path::new("/p"), "cpython-311 a70d0d0a 3 11").unwrap();
        assert_eq!(found.tag, "cpython-311");
        assert_eq!(found.magic, [0xa7, 0x0d, 0x0d, 0x0a]);
        assert_eq!(found.version, (3, 11));
        assert_eq!(parse(Path::new("/p"), "1.0 a b"), None);
    }
}
