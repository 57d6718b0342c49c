//! The archive of the JDK's own classes (CDS), for a JDK that lacks one: without it each start parses some 450 classes
//! anew. Runtimes made by `jlink` have none unless it was asked for.
//!
//! It is written into the app, never into the JDK, which may be another's. The JVM holds it against its own
//! version and ignores it where it does not fit (`-Xshare:auto`), in silence.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::Input;
use crate::jdks::{home, others, version};
use crate::kept::Kept;
use crate::limited;
use crate::report::{BootReport, Variable, Weight};
use crate::scratch::Scratch;
use crate::share::Share;
use crate::trained::{FOLDER, options};
use slugsmith_facts::beneath::{self, Beneath};
use slugsmith_facts::tools;
use slugsmith_finding::layer::Made;

const WHAT: &str = "Class data archive of the JDK";
const PLACE: &str = "java/jdk.jsa";
/// Variables that hold options of every JVM.
const OPTIONS: &str = "JAVA_TOOL_OPTIONS";
/// From then on archives are the default, and options of theirs need no other (JEP 341).
const FIRST: u32 = 12;
/// Seconds that a JVM may take for one.
const LIMIT: u32 = 120;

/// A JDK without an archive of its own.
struct Jdk {
    program: PathBuf,
    home: PathBuf,
    /// Its `release` file.
    release: String,
}

pub(crate) fn prepare(input: &Input<'_>, kept: &mut Kept, report: &mut BootReport) {
    let begun = Instant::now();
    let Some(jdk) = jdk(input) else {
        return;
    };
    // What is set, or made of a start, has archives of its own.
    let set = input.environment.get(OPTIONS).unwrap_or_default();
    let words = input
        .words
        .iter()
        .map(String::as_str)
        .chain(set.split_whitespace());
    let is_set = words
        .into_iter()
        .any(|word| word.starts_with("-Xshare") || word.starts_with("-XX:SharedArchive"));
    if is_set || report.variables.iter().any(|one| one.name == OPTIONS) {
        return;
    }
    if !others(input, &jdk.home).is_empty() {
        let text = format!("No {WHAT}: there is another JDK, which would read the same {OPTIONS}");
        return report.note(Weight::Normal, text);
    }
    let key = key(&jdk);
    let known = kept.get(&key);
    let is_kept = known.is_some();
    let content = match known.map_or_else(|| dump(&jdk, input), Ok) {
        Ok(content) => content,
        Err(error) => return report.note(Weight::Normal, format!("No {WHAT}: {error}")),
    };
    if !is_kept {
        kept.add(key, content.clone());
    }
    if let Some(why) = Share::of(input).refused(WHAT, content.len() as u64) {
        return report.note(Weight::Normal, why);
    }
    let path = Path::new(FOLDER).join(PLACE);
    let written = Beneath::open(input.root).and_then(|root| root.replace(&path, &content));
    if written.is_err() {
        return report.note(
            Weight::Normal,
            format!("No {WHAT}: {} can't be written", path.display()),
        );
    }
    report.variables.push(Variable {
        name: OPTIONS,
        value: options(&input.root.join(&path)).join(" ").into(),
        is_option: true,
    });
    report.written.push(path);
    report.made.push(Made {
        what: WHAT,
        files: 1,
        bytes: content.len() as u64,
        kept: u64::from(is_kept),
        took: begun.elapsed(),
        ..Made::default()
    });
}

/// The JDK that runs the app, if its archive is missing.
fn jdk(input: &Input<'_>) -> Option<Jdk> {
    let program = tools::find("java", input.environment)?;
    let program = fs_err::canonicalize(program).ok()?;
    let home = home(&program)?;
    let runs = home.starts_with(input.root) || input.words.iter().any(|word| word == "java");
    let server = home.join("lib/server");
    let has = |name: &str| beneath::open(&server.join(name)).is_ok();
    let is_missing = has("libjvm.so") && !has("classes.jsa");
    let release = beneath::text(home.join("release")).ok()?;
    let is_known = version(&release).is_some_and(|version| version >= FIRST);
    (input.is_app && runs && is_missing && is_known).then_some(Jdk {
        program,
        home,
        release,
    })
}

fn key(jdk: &Jdk) -> crate::kept::Key {
    let sizes = sizes(jdk);
    *blake3::hash(format!("{WHAT} {} {sizes:?}", jdk.release).as_bytes()).as_bytes()
}

/// Of the JVM and of the classes that come with it.
fn sizes(jdk: &Jdk) -> [u64; 2] {
    let size = |name: &str| fs_err::metadata(jdk.home.join(name)).map_or(0, |found| found.len());
    ["lib/server/libjvm.so", "lib/modules"].map(size)
}

/// Has the JVM make one, and start with it.
fn dump(jdk: &Jdk, input: &Input<'_>) -> std::io::Result<crate::kept::Content> {
    let scratch = Scratch::new("slugsmith-boot")?;
    let archive = scratch.path().join("jdk.jsa");
    let java = |words: &[String]| {
        let words = words.iter().cloned();
        let ended = limited::run(
            LIMIT,
            &jdk.program,
            words,
            limited::LIBRARIES,
            input.environment,
        )?;
        let why = || {
            ended
                .details()
                .last()
                .unwrap_or_else(|| "the JVM makes none".to_owned())
        };
        if ended.success {
            Ok(())
        } else {
            Err(std::io::Error::other(why()))
        }
    };
    java(&[
        "-Xshare:dump".to_owned(),
        format!("-XX:SharedArchiveFile={}", archive.display()),
    ])?;
    // Options of the launch, then one that does not go on without the archive.
    let mut words = options(&archive);
    words.extend(["-Xshare:on", "-version"].map(str::to_owned));
    java(&words)?;
    Ok(beneath::read(&archive)?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_known_version_is_told_options() {
        assert_eq!(
            version("IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"17.0.15\"\n"),
            Some(17)
        );
        assert_eq!(version("JAVA_VERSION=\"1.8.0_402\"\n"), Some(1));
        assert_eq!(version("JAVA_VERSION=\"22\"\n"), Some(22));
        assert_eq!(version(""), None);
    }
}
