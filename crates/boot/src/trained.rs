//! Starts the app once, in a copy, and keeps what its runtime compiled on the way.
//!
//! Only where the configuration asks for it. The copy has no network but loopback (where that is
//! allowed), placeholders instead of config vars, and an end. What was made has to serve where
//! the app runs: the copy is moved before two more starts are measured, with and without, and
//! what does not make a start shorter is not kept.

mod imports;
mod made;
mod placeholders;
mod runtime;
pub(crate) mod start;
mod told;

use slugsmith_facts::beneath::own;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, UNIX_EPOCH};

pub(crate) use self::imports::imports;
use self::made::{File, collect, decode, encode, fingerprint, write};
pub(crate) use self::runtime::{FOLDER, added, options};
use self::runtime::{Runtime, example, forms, is_option, needs};
use self::start::{Alone, Stage, alone};
pub(crate) use self::told::imported;
use crate::kept::Kept;
use crate::report::{BootReport, Variable, Weight};
use crate::scratch::Scratch;
use crate::share::Share;
use crate::{Input, Training};
use slugsmith_facts::environment::World;
use slugsmith_facts::run;
use slugsmith_finding::layer::{Made, Measured};

const FLUSH: &str = include_str!("trained/flush.cjs");
/// Starts that are measured with, and as many without.
const ROUNDS: u32 = 2;

/// What training came to.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    /// Empty where nothing made a start shorter.
    files: Vec<File>,
    measured: Measured,
    /// Why a form of it was not kept.
    notes: Vec<String>,
}

impl Outcome {
    /// Nothing was of use, for these reasons.
    fn nothing(notes: Vec<String>) -> Self {
        Self {
            files: Vec::new(),
            measured: Measured {
                without: Duration::ZERO,
                with: Duration::ZERO,
            },
            notes,
        }
    }
}

pub(crate) fn prepare(input: &Input<'_>, kept: &mut Kept, report: &mut BootReport) {
    let Some(training) = &input.training else {
        let text = "Not trained: no `web` process in the Procfile, and no command under [com.slugsmith.boot]";
        return report.note(Weight::Alarm, text);
    };
    let forms = forms(input, training);
    // Of a start of Python only the imports are kept, where they decide something.
    if forms.is_empty() && input.runs_python {
        return;
    }
    let Some(first) = forms.first() else {
        let text = "Not trained: neither Node nor a JVM runs here (other runtimes keep nothing of a start)";
        return report.note(Weight::Alarm, text);
    };
    if first.program == "node" && input.environment.get("NODE_COMPILE_CACHE").is_some() {
        let text = "Not trained: NODE_COMPILE_CACHE is set, so that Node looks elsewhere";
        return report.note(Weight::Alarm, text);
    }
    let begun = Instant::now();
    let key = fingerprint(input, training, first.program);
    let known = kept.get(&key).and_then(|content| decode(&content));
    let is_kept = known.is_some();
    let outcome = match known.map_or_else(|| train(input, training, &forms, report), Ok) {
        Ok(outcome) => outcome,
        Err(why) => return report.note(Weight::Alarm, why),
    };
    if !is_kept {
        kept.add(key, encode(&outcome).into());
    }
    let has_path = |form: &&&Runtime| {
        let mut files = outcome.files.iter();
        files.all(|(path, _)| path.starts_with(form.path()))
    };
    let form = forms
        .iter()
        .find(has_path)
        .filter(|_| !outcome.files.is_empty());
    let weight = if form.is_none() {
        Weight::Alarm
    } else {
        Weight::Normal
    };
    for text in &outcome.notes {
        report.note(weight, text.as_str());
    }
    let Some(form) = form else {
        return;
    };
    let bytes: usize = outcome.files.iter().map(|(_, content)| content.len()).sum();
    if let Some(why) = Share::of(input).refused(form.what, bytes as u64) {
        return report.note(Weight::Alarm, why);
    }
    if write(input.root, &outcome.files, report).is_err() {
        let text = format!(
            "The {} could not be written to {FOLDER}/ of the app",
            form.what
        );
        return report.note(Weight::Alarm, text);
    }
    let files = outcome.files.len() as u64;
    report.made.push(Made {
        what: form.what,
        unit: form.unit,
        files,
        bytes: bytes as u64,
        kept: if is_kept { files } else { 0 },
        took: begun.elapsed(),
        measured: Some(outcome.measured),
        ..Made::default()
    });
    let variables = form.to_use(input.root).into_iter();
    report
        .variables
        .extend(variables.map(|(name, value)| Variable {
            name,
            value: value.into(),
            is_option: is_option(name),
        }));
    if form.program == "node" {
        report.per_user = Some(form.path());
    }
}

/// Tries one form after the other until one makes a start shorter.
fn train(
    input: &Input<'_>,
    training: &Training,
    forms: &[&Runtime],
    report: &mut BootReport,
) -> Result<Outcome, String> {
    let alone = alone();
    if alone == Alone::No {
        let text =
            "Trained with the network of the build: a network of its own is not allowed here";
        report.note(Weight::Normal, text);
    }
    let mut notes = Vec::new();
    for form in forms {
        let scratch = Scratch::new("slugsmith-trained");
        let scratch = scratch.map_err(|error| format!("Not trained: {error}"))?;
        let stage = Stage {
            input,
            training,
            alone,
            folder: scratch.path().join("first"),
        };
        match attempt(stage, form, scratch.path().join("second"))? {
            Ok((files, measured)) => {
                return Ok(Outcome {
                    files,
                    measured,
                    notes,
                });
            }
            Err(why) => notes.push(why),
        }
    }
    Ok(Outcome::nothing(notes))
}

/// What one form made and saves, or why it is not kept.
///
/// # Errors
/// The app does not start, so that no form is worth another try.
fn attempt(
    mut stage: Stage<'_>,
    form: &Runtime,
    moved: PathBuf,
) -> Result<Result<(Vec<File>, Measured), String>, String> {
    let problem = |error: std::io::Error| format!("Not trained: {error}");
    let is_image = stage.input.environment.world == World::CloudNative;
    copy(stage.input, &stage, is_image && form.program == "java").map_err(problem)?;
    own::write(stage.folder.join("flush.cjs"), FLUSH).map_err(problem)?;
    let parent = stage.app().join(form.path());
    own::create_folders(parent.parent().unwrap_or(&parent)).map_err(problem)?;
    let first = stage.start(&form.to_fill(&stage)).map_err(problem)?;
    if let Some(why) = first.failed {
        return Err(database(&why, example(form)));
    }
    // It serves at another path as well, or it serves nobody.
    own::rename(&stage.folder, &moved).map_err(problem)?;
    stage.folder = moved;
    let files = collect(&stage.app(), form).map_err(problem)?;
    if files.is_empty() {
        return Ok(Err(format!(
            "No {}: the start left none ({})",
            form.what,
            needs(form)
        )));
    }
    let bytes: usize = files.iter().map(|(_, content)| content.len()).sum();
    if let Some(why) = Share::of(stage.input).refused(form.what, bytes as u64) {
        return Ok(Err(why));
    }
    Ok(measure(&stage, form)
        .map(|measured| (files, measured))
        .map_err(|why| format!("No {}: {why}", form.what)))
}

/// Why a start failed, and what to do where it misses a service.
fn database(why: &str, example: &str) -> String {
    format!(
        "Not trained: {why}. If it needs a database to start, name a command that loads its modules without one: \
         [com.slugsmith.boot] command = {example}"
    )
}

/// Alternates, so that a machine that grows busier treats both alike; the shorter one counts. What crashes, answers
/// otherwise or takes no less is not kept.
fn measure(stage: &Stage<'_>, form: &Runtime) -> Result<Measured, String> {
    let with = form.to_measure(&stage.app());
    let one = |variables: &[(String, String)]| {
        let started = stage.start(variables).map_err(|error| error.to_string())?;
        match (started.spent, started.failed.clone()) {
            (Some(spent), None) => Ok((spent, started)),
            (_, why) => Err(why.unwrap_or_else(|| "no figure".to_owned())),
        }
    };
    let mut measured = Measured {
        without: Duration::MAX,
        with: Duration::MAX,
    };
    for _ in 0..ROUNDS {
        let (without, before) = one(&[]).map_err(|why| format!("a start without it: {why}"))?;
        let (with, after) = one(&with).map_err(|why| format!("a start with it: {why}"))?;
        if let Some(why) = after.differs(&before) {
            return Err(why);
        }
        measured.without = measured.without.min(without);
        measured.with = measured.with.min(with);
    }
    if measured.with >= measured.without {
        return Err(format!(
            "the start is not shorter with it ({} with, {} without)",
            slugsmith_finding::units::time(measured.with),
            slugsmith_finding::units::time(measured.without),
        ));
    }
    Ok(measured)
}

/// Times stay, since the JVM holds those of archives against its own.
pub(crate) fn copy(
    input: &Input<'_>,
    stage: &Stage<'_>,
    has_times_of_image: bool,
) -> std::io::Result<()> {
    own::create_folders(&stage.folder)?;
    let arguments = [
        "-a".to_owned(),
        input.root.display().to_string(),
        stage.app().display().to_string(),
    ];
    let path = input.environment.variables.get("PATH").cloned();
    let path = path.map(|path| (OsString::from("PATH"), path));
    let ended = run::run("cp", &arguments, Path::new("/"), path, &mut |_| {})?;
    if !ended.success {
        let why = ended.details().last().unwrap_or_default();
        return Err(std::io::Error::other(format!("copying the app: {why}")));
    }
    if has_times_of_image {
        for entry in input.tree.entries() {
            if entry.path().extension().is_some_and(|end| end == "jar") {
                let file = own::handle(stage.app().join(entry.path()))?;
                file.set_modified(UNIX_EPOCH + IMAGE_TIME)?;
            }
        }
    }
    Ok(())
}

/// The time that the lifecycle gives every file of an image (buildpacks/spec platform.md,
/// "reproducibility": 1980-01-01T00:00:01Z).
pub(crate) const IMAGE_TIME: Duration = Duration::from_secs(315_532_801);
