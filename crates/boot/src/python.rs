//! Byte code for every Python module that a process can import and that has none.
//!
//! Without it Python compiles at every start of every dyno. The interpreter of the app does it
//! here, once, isolated from the app: `facts` finds modules and what lies beside them, `decide`
//! says which need byte code, `compile` has it made in a folder of ours, and [`write()`] puts it
//! where Python looks. Headers have a digest instead of a time (PEP 552), since slugs and images
//! give files other times; for installed packages Python does not compare it either.

mod compile;
mod decide;
mod facts;
mod interpreter;
mod order;
mod pyc;

use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;

use self::decide::{Batch, Wanted};
use self::order::Order;
use crate::Input;
use crate::kept::{Content, Kept, Key};
use crate::report::{BootReport, Weight};
use crate::scratch::Scratch;
use crate::share::Share;
use slugsmith_facts::beneath::Beneath;
use slugsmith_facts::tree::{Entry, Tree};
use slugsmith_finding::layer::Made;
use slugsmith_finding::units::{counted, size};

/// Byte code that is ready to be written.
struct Ready<'a> {
    wanted: &'a Wanted,
    content: Content,
    is_kept: bool,
}

/// Whether a tree holds anything that Python imports.
pub(crate) fn has_modules(tree: &Tree) -> bool {
    let is_module = |name: &std::ffi::OsStr| name == "py" || name == "pyc";
    let mut paths = tree.entries().iter().map(Entry::path);
    paths.any(|path| path.extension().is_some_and(is_module))
}

pub(crate) fn prepare(input: &Input<'_>, kept: &mut Kept, report: &mut BootReport) {
    let begun = Instant::now();
    let plan = decide::decide(facts::read(input), input.writes_packages);
    report.notes.extend(
        plan.notes
            .into_iter()
            .map(|(weight, text)| crate::Note { weight, text }),
    );
    if plan.batches.is_empty() {
        return;
    }
    if let Some(elsewhere) = input.environment.get("PYTHONPYCACHEPREFIX") {
        let text = format!(
            "No Python byte code: PYTHONPYCACHEPREFIX sends Python to {elsewhere}, which a new dyno has empty"
        );
        return report.note(Weight::Alarm, text);
    }
    let mut made = Made {
        what: "Python byte code",
        unit: "module",
        ..Made::default()
    };
    let mut ready: Vec<(&Batch, Vec<Ready<'_>>)> = plan
        .batches
        .iter()
        .map(|batch| (batch, ready(input, batch, kept)))
        .collect();
    let compiled: Vec<usize> = ready.iter().map(|(_, all)| all.len()).collect();
    if !within(&Share::of(input), input, &mut ready, kept, report) {
        return;
    }
    for ((batch, all), compiled) in ready.into_iter().zip(compiled) {
        let missed = batch.wanted.len() - compiled;
        if missed > 0 {
            let text = format!(
                "{}: {} could not be compiled, so that they stay as they are",
                batch.name,
                counted(missed as u64, "file")
            );
            report.note(Weight::Detail, text);
        }
        write(input.root, &batch.name, all, &mut made, report);
    }
    made.took = begun.elapsed();
    if made.files > 0 {
        report.made.push(made);
    }
}

/// Leaves of the byte code what its share allows, modules that a start imports first, and says so. Whether any is
/// left.
fn within(
    share: &Share,
    input: &Input<'_>,
    ready: &mut [(&Batch, Vec<Ready<'_>>)],
    kept: &mut Kept,
    report: &mut BootReport,
) -> bool {
    let sizes = ready.iter().flat_map(|(_, all)| all);
    let (count, bytes) = sizes.fold((0_u64, 0_u64), |(count, bytes), one| {
        (count + 1, bytes + one.content.len() as u64)
    });
    let Some(why) = share.refused("Python byte code", bytes) else {
        return true;
    };
    let trees: Vec<&Tree> = input.sources.into_iter().chain([input.tree]).collect();
    let imported = crate::trained::imports(input, kept, report);
    let order = Order::read(&trees, &input.words, &imported);
    let place = |one: &Ready<'_>| order.of(&input.tree.root().join(&one.wanted.source));
    let places = ready.iter().flat_map(|(_, all)| all);
    let places = places.map(|one| (place(one), one.content.len() as u64));
    let Some(last) = share.last(places.collect()) else {
        report.note(Weight::Alarm, why);
        return false;
    };
    let mut made = 0;
    for (_, all) in ready.iter_mut() {
        all.retain(|one| place(one) <= last);
        made += all.len() as u64;
    }
    let text = format!(
        "{} get no byte code: with them it would add {}, more than {}; what a start {} comes first",
        counted(count - made, "module"),
        size(bytes),
        share.says(),
        if imported.is_empty() {
            "imports"
        } else {
            "in training imported"
        },
    );
    report.note(Weight::Normal, text);
    true
}

/// How many modules a start has to compile.
pub(crate) fn missing(input: &Input<'_>) -> u64 {
    let plan = decide::decide(facts::read(input), input.writes_packages);
    plan.batches
        .iter()
        .map(|batch| batch.wanted.len() as u64)
        .sum()
}

/// Takes what is kept, and has the rest made.
fn ready<'a>(input: &Input<'_>, batch: &'a Batch, kept: &mut Kept) -> Vec<Ready<'a>> {
    let Ok(root) = Beneath::open(input.root) else {
        return Vec::new();
    };
    let keys: Vec<Option<Key>> = batch
        .wanted
        .par_iter()
        .map(|one| Some(key(&root.read(&one.source).ok()?, batch, one)))
        .collect();
    let (mut ready, mut rest) = (Vec::new(), Vec::new());
    for (wanted, key) in batch.wanted.iter().zip(keys) {
        let Some(key) = key else {
            continue;
        };
        match kept.get(&key) {
            Some(content) => ready.push(Ready {
                wanted,
                content,
                is_kept: true,
            }),
            None => rest.push((wanted, key)),
        }
    }
    ready.extend(compiled(input, batch, &rest, kept).unwrap_or_default());
    ready
}

fn compiled<'a>(
    input: &Input<'_>,
    batch: &Batch,
    wanted: &[(&'a Wanted, Key)],
    kept: &mut Kept,
) -> std::io::Result<Vec<Ready<'a>>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let scratch = Scratch::new("slugsmith-boot")?;
    let all: Vec<&Wanted> = wanted.iter().map(|(wanted, _)| *wanted).collect();
    compile::compile(
        input.root,
        batch,
        &all,
        crate::shown(input),
        scratch.path(),
        input.environment,
    );
    let made = |(one, key): &(&'a Wanted, Key)| {
        Some((
            *one,
            *key,
            Content::from(compile::made(input.root, batch, one, scratch.path())?),
        ))
    };
    let made: Vec<_> = wanted.par_iter().filter_map(made).collect();
    let ready = made.into_iter().map(|(wanted, key, content)| {
        kept.add(key, Content::clone(&content));
        Ready {
            wanted,
            content,
            is_kept: false,
        }
    });
    Ok(ready.collect())
}

fn key(source: &[u8], batch: &Batch, one: &Wanted) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(source);
    let interpreter = &batch.interpreter;
    let rest = format!(
        "\0{} {:?} {} {}",
        interpreter.tag, interpreter.magic, one.level, batch.is_checked
    );
    hasher.update(rest.as_bytes());
    *hasher.finalize().as_bytes()
}

/// Puts byte code beside its sources: each file whole or not at all. One that can't be written
/// is compiled at the start, as before.
fn write(root: &Path, name: &str, ready: Vec<Ready<'_>>, made: &mut Made, report: &mut BootReport) {
    let Ok(beneath) = Beneath::open(root) else {
        return;
    };
    // Folders first, so that no two threads make the same one.
    let mut folders: Vec<&Path> = ready
        .iter()
        .filter_map(|one| one.wanted.target.parent())
        .collect();
    folders.sort_unstable();
    folders.dedup();
    for folder in folders {
        if !beneath.is_folder(folder) {
            // A file or a link of that name stays: Python ignores it.
            let _ = beneath.create_folder(folder);
        }
    }
    let written: Vec<(PathBuf, u64, bool, bool)> = ready
        .into_par_iter()
        .filter_map(|one| {
            let target = one.wanted.target.clone();
            beneath.write(&target, &one.content).ok()?;
            Some((
                target,
                one.content.len() as u64,
                one.is_kept,
                one.wanted.replaces,
            ))
        })
        .collect();
    if written.is_empty() {
        return;
    }
    made.places.push((name.to_owned(), written.len() as u64));
    for (target, bytes, is_kept, replaces) in written {
        made.files += 1;
        made.bytes += bytes;
        made.kept += u64::from(is_kept);
        made.replaced += u64::from(replaces);
        if replaces {
            report.replaced.push(target.clone());
        }
        report.written.push(target);
    }
}
