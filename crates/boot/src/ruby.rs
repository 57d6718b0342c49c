//! Entries of bootsnap's cache for the path that a dyno has the app at.
//!
//! bootsnap names an entry by the absolute path of its source, and holds it against the time and size of the source. So
//! what a build in `/tmp/build_1a2b` leaves in `tmp/cache/bootsnap` serves nobody in `/app`, and neither does what an
//! image got other times after. bootsnap itself makes the entries here (`entries.rb`); what is not in the form that
//! this module knows is not kept. bootsnap compiles anew whatever does not fit.

mod facts;
mod order;

use slugsmith_facts::beneath::own;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;

use self::facts::{Facts, Source};
use crate::Input;
use crate::kept::{Kept, Key};
use crate::limited;
use crate::report::{BootReport, Weight};
use crate::scratch::Scratch;
use crate::share::Share;
use slugsmith_facts::beneath::{self, Beneath};
use slugsmith_facts::environment::World;
use slugsmith_finding::layer::Made;
use slugsmith_finding::units::counted;

const PROGRAM: &str = include_str!("ruby/entries.rb");
/// Seconds that one of the compilers may take. 5,000 files take 5.
const LIMIT: u32 = 300;
/// Where an entry holds size and time of its source (bootsnap, `struct bs_cache_key`), and how long that head is.
const SIZE: usize = 16;
const TIME: usize = 24;
const HEAD: usize = 64;

/// An entry, with the path that it has below the cache.
struct Entry<'a> {
    source: &'a Source,
    path: PathBuf,
    content: Vec<u8>,
    is_kept: bool,
}

pub(crate) fn prepare(input: &Input<'_>, kept: &mut Kept, report: &mut BootReport) {
    let begun = Instant::now();
    let mut facts = match facts::read(input) {
        Ok(Some(facts)) => facts,
        Ok(None) => return,
        Err(why) => return report.note(Weight::Normal, format!("No bootsnap cache: {why}")),
    };
    let share = Share::of(input);
    let count = facts.sources.len();
    order(&share, &mut facts.sources);
    let (mut entries, rest) = known(&facts, kept);
    if let Err(error) = compile(input, &facts, &rest, &mut entries, kept) {
        return report.note(Weight::Normal, format!("No bootsnap cache: {error}"));
    }
    if entries.is_empty() {
        let text = format!(
            "No bootsnap cache: {} makes none that could be moved",
            facts.gem
        );
        return report.note(Weight::Normal, text);
    }
    if !within(&share, count, &mut entries, report) {
        return;
    }
    let mut made = Made {
        what: "bootsnap cache",
        unit: "file",
        ..Made::default()
    };
    write(input, &facts, entries, &mut made, report);
    made.took = begun.elapsed();
    if made.files > 0 {
        report.made.push(made);
    }
}

fn key(source: &Source, facts: &Facts) -> Option<Key> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&beneath::read(&source.path).ok()?);
    let rest = format!(
        "\0{} {} {}",
        facts.ruby.description,
        facts.gem,
        source.shown.display()
    );
    hasher.update(rest.as_bytes());
    Some(*hasher.finalize().as_bytes())
}

/// A source without an entry, with what its entry will be kept by.
type Missing<'a> = (&'a Source, Key);

/// Entries that an earlier build made (the path, a zero, the content), and what is left to make.
fn known<'a>(facts: &'a Facts, kept: &mut Kept) -> (Vec<Entry<'a>>, Vec<Missing<'a>>) {
    let keys: Vec<_> = facts
        .sources
        .par_iter()
        .filter_map(|source| Some((source, key(source, facts)?)))
        .collect();
    let (mut entries, mut rest) = (Vec::new(), Vec::new());
    for (source, key) in keys {
        match kept.get(&key).and_then(|content| entry(source, &content)) {
            Some(entry) => entries.push(entry),
            None => rest.push((source, key)),
        }
    }
    (entries, rest)
}

/// What was kept of a source.
fn entry<'a>(source: &'a Source, content: &[u8]) -> Option<Entry<'a>> {
    let end = content.iter().position(|byte| *byte == 0)?;
    let path = PathBuf::from(String::from_utf8(content.get(..end)?.to_owned()).ok()?);
    is_inside(&path).then_some(Entry {
        source,
        path,
        content: content.get(end + 1..)?.to_owned(),
        is_kept: true,
    })
}

/// Whatever a store or a program says, nothing else of the app is written.
fn is_inside(path: &Path) -> bool {
    path.components()
        .all(|part| matches!(part, std::path::Component::Normal(_)))
}

/// Has the rest made, in a folder of ours.
fn compile<'a>(
    input: &Input<'_>,
    facts: &Facts,
    rest: &[Missing<'a>],
    entries: &mut Vec<Entry<'a>>,
    kept: &mut Kept,
) -> std::io::Result<()> {
    if rest.is_empty() {
        return Ok(());
    }
    let scratch = Scratch::new("slugsmith-boot")?;
    own::write(scratch.path().join("entries.rb"), PROGRAM)?;
    let most = rest.len().div_ceil(rayon::current_num_threads()).max(64);
    let parts = rest.par_chunks(most).enumerate();
    let made: Vec<(Entry<'a>, Key)> = parts
        .flat_map_iter(|(number, part)| {
            let done = ask(input, facts, part, &scratch.path().join(number.to_string()));
            let by_path: HashMap<&Path, &Missing<'a>> = part
                .iter()
                .map(|one| (one.0.shown.as_path(), one))
                .collect();
            let found = done.unwrap_or_default().into_iter();
            let found = found.filter_map(|(shown, path, content)| {
                let (source, key) = **by_path.get(shown.as_path())?;
                let entry = Entry {
                    source,
                    path,
                    content: checked(source, content)?,
                    is_kept: false,
                };
                Some((entry, key))
            });
            found.collect::<Vec<_>>()
        })
        .collect();
    for (entry, key) in made {
        let path = entry.path.as_os_str().as_encoded_bytes();
        kept.add(key, [path, b"\0", &entry.content].concat().into());
        entries.push(entry);
    }
    Ok(())
}

/// What one process made of these sources: path on a dyno, path below the cache, content.
fn ask(
    input: &Input<'_>,
    facts: &Facts,
    part: &[Missing<'_>],
    folder: &Path,
) -> std::io::Result<Vec<(PathBuf, PathBuf, Vec<u8>)>> {
    own::create_folders(folder)?;
    let lines = part
        .iter()
        .map(|(one, _)| format!("{}\t{}\n", one.path.display(), one.shown.display()));
    let (list, done) = (folder.join("list"), folder.join("done"));
    own::write(&list, lines.collect::<String>())?;
    let program = folder.with_file_name("entries.rb");
    let code: Vec<String> = facts
        .code
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    let mut arguments = [facts::ISOLATED, "-W0"].map(str::to_owned).to_vec();
    arguments.push(program.display().to_string());
    arguments.push(code.join(":"));
    arguments.extend([folder, &list, &done].map(|path| path.display().to_string()));
    let program = &facts.ruby.program;
    limited::run(
        LIMIT,
        program,
        arguments,
        limited::LIBRARIES,
        input.environment,
    )?;
    let found = beneath::text(&done)?;
    let found = found.lines().filter_map(|line| {
        let mut parts = line.split('\t');
        let (shown, made, name) = (parts.next()?, Path::new(parts.next()?), parts.next()?);
        // `compile-cache-iseq/12/34`: bootsnap's own name for the folder stays.
        let path = made.ancestors().nth(2)?.join(name);
        let is_new = is_inside(&path) && is_inside(made);
        let content = is_new.then(|| beneath::read(folder.join(made)).ok())??;
        Some((PathBuf::from(shown), path, content))
    });
    Ok(found.collect())
}

/// The entry with a time of zero, if it holds size and time of its source where they are expected.
fn checked(source: &Source, mut content: Vec<u8>) -> Option<Vec<u8>> {
    let is_form = content.len() > HEAD
        && content.get(SIZE..TIME)? == source.size.to_le_bytes()
        && content.get(TIME..TIME + 8)? == source.modified.to_le_bytes();
    content.get_mut(TIME..TIME + 8)?.fill(0);
    is_form.then_some(content)
}

/// Puts sources that a start loads first, where not all may fit, and leaves out what can't: entries are about as large
/// as their sources.
fn order(share: &Share, sources: &mut Vec<Source>) {
    let bytes: u64 = sources.iter().map(|source| source.size).sum();
    if bytes <= share.most / 2 {
        return;
    }
    let places = order::order(sources);
    for (source, place) in sources.iter_mut().zip(places) {
        source.place = place;
    }
    if bytes > share.most * 2 {
        sources.sort_by_key(|source| source.place);
        let mut left = share.most * 2;
        sources.retain(|source| {
            let rest = left.checked_sub(source.size);
            left = rest.unwrap_or(0);
            rest.is_some() && source.place < usize::MAX
        });
    }
}

/// Leaves what its share allows, and says so. Whether any is left.
fn within(
    share: &Share,
    count: usize,
    entries: &mut Vec<Entry<'_>>,
    report: &mut BootReport,
) -> bool {
    let bytes = entries.iter().map(|entry| entry.content.len() as u64).sum();
    if let Some(why) = share.refused("bootsnap cache", bytes) {
        let sizes = entries
            .iter()
            .map(|entry| (entry.source.place, entry.content.len() as u64));
        let Some(last) = share.last(sizes.collect()) else {
            report.note(Weight::Alarm, why);
            return false;
        };
        entries.retain(|entry| entry.source.place <= last);
    } else if count == entries.len() || bytes < share.most / 2 {
        // What is missing does not compile.
        return true;
    }
    let text = format!(
        "{} are not in bootsnap's cache, which adds at most {}: what a start loads comes first",
        counted((count - entries.len()) as u64, "file"),
        share.says(),
    );
    report.note(Weight::Normal, text);
    true
}

fn write(
    input: &Input<'_>,
    facts: &Facts,
    entries: Vec<Entry<'_>>,
    made: &mut Made,
    report: &mut BootReport,
) {
    let Ok(root) = Beneath::open(input.root) else {
        return;
    };
    let is_image = input.environment.world == World::CloudNative;
    for mut entry in entries {
        // Files of the base image keep theirs.
        let time = if is_image && !entry.source.path.starts_with("/usr") {
            crate::trained::IMAGE_TIME.as_secs()
        } else {
            entry.source.modified
        };
        if let Some(place) = entry.content.get_mut(TIME..TIME + 8) {
            place.copy_from_slice(&time.to_le_bytes());
        }
        let path = facts.cache.join(&entry.path);
        let is_there = root.has(&path);
        if root.replace(&path, &entry.content).is_err() {
            continue;
        }
        made.files += 1;
        made.bytes += entry.content.len() as u64;
        made.kept += u64::from(entry.is_kept);
        made.replaced += u64::from(is_there);
        if is_there {
            report.replaced.push(path.clone());
        }
        report.written.push(path);
    }
}
