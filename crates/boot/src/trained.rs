//! Starts the app once, in a copy, and keeps what its runtime compiled on the way.
//!
//! Only where the configuration asks for it. The copy has no network but loopback (where that is
//! allowed), placeholders instead of config vars, and an end. What was made has to serve where
//! the app runs: the copy is moved before two more starts are measured, with and without, and
//! what does not make a start shorter is not kept.

mod made;
mod placeholders;
mod runtime;
pub(crate) mod start;

use slugsmith_facts::beneath::own;
use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, Instant, UNIX_EPOCH};

use self::made::{File, collect, decode, encode, fingerprint, write};
pub(crate) use self::runtime::{FOLDER, options};
use self::runtime::{RUNTIMES, Runtime, example, needs, runs};
use self::start::{Alone, Stage, alone};
use crate::kept::Kept;
use crate::report::{BootReport, Variable, Weight};
use crate::share::Share;
use crate::{Input, Training};
use slugsmith_facts::environment::World;
use slugsmith_facts::interrupt::Temporary;
use slugsmith_facts::{run, tools};
use slugsmith_finding::layer::{Made, Measured};

const FLUSH: &str = include_str!("trained/flush.cjs");
/// A start that takes longer is measured once.
const SHORT: Duration = Duration::from_secs(3);

pub(crate) fn prepare(input: &Input<'_>, kept: &mut Kept, report: &mut BootReport) {
    let Some(training) = &input.training else {
        let text = "Not trained: no `web` process in the Procfile, and no command under [com.slugsmith.boot]";
        return report.note(Weight::Alarm, text);
    };
    let runtimes = RUNTIMES
        .iter()
        .filter(|runtime| tools::find(runtime.program, input.environment).is_some());
    let Some(runtime) = runtimes.into_iter().find(|one| runs(one, input, training)) else {
        let text = "Not trained: neither Node nor a JVM runs here (other runtimes keep nothing of a start)";
        return report.note(Weight::Alarm, text);
    };
    if runtime.program == "node" && input.environment.get("NODE_COMPILE_CACHE").is_some() {
        let text = "Not trained: NODE_COMPILE_CACHE is set, so that Node looks elsewhere";
        return report.note(Weight::Alarm, text);
    }
    let begun = Instant::now();
    let key = fingerprint(input, training, runtime);
    let known = kept.get(&key).and_then(|content| decode(&content));
    let is_kept = known.is_some();
    let (files, measured) = match known {
        Some(known) => known,
        None => match train(input, training, runtime, report) {
            Ok(made) => made,
            Err(why) => return report.note(Weight::Alarm, why),
        },
    };
    if !is_kept {
        kept.add(key, encode(&files, measured).into());
    }
    let bytes: usize = files.iter().map(|(_, content)| content.len()).sum();
    let refused = Share::of(input).refused(runtime.what, bytes as u64);
    if let Some(why) = refused {
        return report.note(Weight::Alarm, why);
    }
    let mut made = Made {
        what: runtime.what,
        unit: runtime.unit,
        measured: Some(measured),
        ..Made::default()
    };
    if write(input.root, &files, report).is_err() {
        let text = format!(
            "The {} could not be written to {FOLDER}/ of the app",
            runtime.what
        );
        return report.note(Weight::Alarm, text);
    }
    made.files = files.len() as u64;
    made.bytes = bytes as u64;
    made.kept = if is_kept { made.files } else { 0 };
    made.took = begun.elapsed();
    report.made.push(made);
    let variables = runtime.to_use(input.root).into_iter();
    report
        .variables
        .extend(variables.map(|(name, value)| Variable {
            name,
            value: value.into(),
            is_option: name.ends_with("_OPTIONS"),
        }));
    if runtime.program == "node" {
        report.per_user = Some(runtime.path());
    }
}

fn train(
    input: &Input<'_>,
    training: &Training,
    runtime: &Runtime,
    report: &mut BootReport,
) -> Result<(Vec<File>, Measured), String> {
    let problem = |error: std::io::Error| format!("Not trained: {error}");
    let scratch = tempfile::Builder::new()
        .prefix("slugsmith-trained")
        .tempdir()
        .map_err(problem)?;
    let _guard = Temporary::new(scratch.path());
    let mut stage = Stage {
        input,
        training,
        alone: alone(),
        folder: scratch.path().join("first"),
    };
    if stage.alone == Alone::No {
        let text =
            "Trained with the network of the build: a network of its own is not allowed here";
        report.note(Weight::Normal, text);
    }
    let is_image = input.environment.world == World::CloudNative;
    copy(input, &stage, is_image && runtime.program == "java").map_err(problem)?;
    own::write(stage.folder.join("flush.cjs"), FLUSH).map_err(problem)?;
    let parent = stage.app().join(runtime.path());
    own::create_folders(parent.parent().unwrap_or(&parent)).map_err(problem)?;
    let first = stage.start(&runtime.to_fill(&stage)).map_err(problem)?;
    if let Some(why) = first.failed {
        return Err(format!(
            "Not trained: {why}. If it needs a database to start, name a command that loads its modules without \
             one: [com.slugsmith.boot] command = {}",
            example(runtime)
        ));
    }
    // It serves at another path as well, or it serves nobody.
    let second = scratch.path().join("second");
    own::rename(&stage.folder, &second).map_err(problem)?;
    stage.folder = second;
    let files = collect(&stage.app(), runtime).map_err(problem)?;
    if files.is_empty() {
        return Err(format!(
            "Not trained: the start left no {} ({})",
            runtime.what,
            needs(runtime)
        ));
    }
    let measured = measure(&stage, runtime).map_err(|why| format!("Not trained: {why}"))?;
    if measured.with >= measured.without {
        return Err(format!(
            "No {}: the start is not shorter with it ({} with, {} without)",
            runtime.what,
            slugsmith_finding::units::time(measured.with),
            slugsmith_finding::units::time(measured.without),
        ));
    }
    Ok((files, measured))
}

/// Alternates, so that a machine that grows busier treats both alike; the shorter one counts.
fn measure(stage: &Stage<'_>, runtime: &Runtime) -> Result<Measured, String> {
    let with = runtime.to_measure(&stage.app());
    let one = |variables: &[(&str, String)]| -> Result<Duration, String> {
        let started = stage.start(variables).map_err(|error| error.to_string())?;
        started.spent.ok_or_else(|| {
            started
                .failed
                .unwrap_or_else(|| "a start gave no figure".to_owned())
        })
    };
    let mut measured = Measured {
        without: one(&[])?,
        with: one(&with)?,
    };
    if measured.without < SHORT {
        measured.without = measured.without.min(one(&[])?);
        measured.with = measured.with.min(one(&with)?);
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
