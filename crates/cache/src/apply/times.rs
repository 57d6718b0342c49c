//! How does a tool that goes by file times work in a layer, which loses them?
//!
//! Cargo builds what is older than its sources. A restored layer has the time of the
//! restore, and a platform may give every source the same time of years ago: Cargo would
//! then take old programs for new. So the times of the tool's folder, and the time and
//! digest of each source, are written down after a build. Before the next one the folder gets
//! its times back, sources with the same content get theirs, and every other source gets
//! one that is later than all of them, even where this machine's clock is behind.
//!
//! Build scripts and macros read what Cargo does not watch, so that it would take what they made of
//! the old files for new. A build script therefore gets the later time in any case, and every
//! source does where a file has changed that Cargo does not know of.

use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::beneath::own;
use slugsmith_facts::neighbours::tidy;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::inputs::{digest, read_regular};
use slugsmith_facts::tree::{EntryKind, Tree};

/// Folders of an app that are no sources.
const LEFT_OUT: &[&str] = &[".git", "node_modules", "target", ".venv"];
/// More than any app has; a broken file must not fill the memory.
const MOST_BYTES: usize = 256_000_000;

/// Seconds and nanoseconds since 1970.
type Time = (u64, u32);

/// Writes down the times of `folder`, and the times and contents of `sources`.
pub(super) fn write_down(sources: &Path, folder: &Path, file: &Path) -> std::io::Result<()> {
    let mut text = String::new();
    for entry in Tree::read(folder).entries() {
        let path = entry.path();
        if let (Some(name), Ok((seconds, nanos))) = (path.to_str(), time(&folder.join(path))) {
            // Writing to a String has no way to fail.
            let _ = writeln!(text, "{seconds}\t{nanos}\t\t{name}");
        }
    }
    for (name, digest) in contents(sources) {
        if let Ok((seconds, nanos)) = time(&sources.join(&name)) {
            let _ = writeln!(text, "{seconds}\t{nanos}\t{digest}\t{name}");
        }
    }
    own::write(file, zstd::bulk::compress(text.as_bytes(), 3)?)
}

/// Gives the times back. Without a file there is nothing yet to be older than.
pub(super) fn give_back(sources: &Path, folder: &Path, file: &Path) -> std::io::Result<()> {
    if fs_err::symlink_metadata(file).is_err() {
        // What is in the folder can't be trusted without its times.
        return if Tree::read(folder).totals().files == 0 {
            Ok(())
        } else {
            Err(std::io::Error::other("the times are missing"))
        };
    }
    let text = zstd::bulk::decompress(&read_regular(file)?, MOST_BYTES)?;
    let text = String::from_utf8(text).map_err(std::io::Error::other)?;
    let mut known: BTreeMap<&str, (&str, Time)> = BTreeMap::new();
    let mut newest = (0, 0);
    for line in text.lines() {
        let mut words = line.splitn(4, '\t');
        let mut word = || words.next().ok_or_else(broken);
        let (seconds, nanos, digest, name) = (word()?, word()?, word()?, word()?);
        let time = (
            seconds.parse().map_err(std::io::Error::other)?,
            nanos.parse().map_err(std::io::Error::other)?,
        );
        newest = newest.max(time);
        if digest.is_empty() {
            set(&folder.join(name), time)?;
        } else {
            known.insert(name, (digest, time));
        }
    }
    let now = since_1970(SystemTime::now());
    // As little later as there is: in the future it would be later than what is made of it.
    let after = Duration::new(newest.0, newest.1).saturating_add(Duration::from_nanos(1));
    let later = now.max((after.as_secs(), after.subsec_nanos()));
    let now = contents(sources);
    let is_same = |name: &str, digest: &str| known.get(name).is_some_and(|(old, _)| *old == digest);
    let changed = now.iter().filter(|(name, digest)| !is_same(name, digest));
    let changed = changed.map(|(name, _)| name.as_str());
    let changed = changed.filter(|name| !sources.join(name).is_dir());
    let gone = known.keys().copied();
    let gone = gone.filter(|name| !now.contains_key(*name) && !is_folder(&known, name));
    let mut watched = None;
    let all_watched = changed.chain(gone).all(|name| {
        is_cargos(name) || is_among(watched.get_or_insert_with(|| watched_files(folder)), name)
    });
    for (name, digest) in &now {
        let time = match known.get(name.as_str()) {
            Some((old, time)) if old == digest && all_watched && !is_build_script(name) => *time,
            _ => later,
        };
        set(&sources.join(name), time)?;
    }
    Ok(())
}

/// Whether a name of the list has others below it.
fn is_folder(known: &BTreeMap<&str, (&str, Time)>, name: &str) -> bool {
    let below = format!("{name}/");
    let mut next = known.range(below.as_str()..);
    next.next()
        .is_some_and(|(name, _)| name.starts_with(&below))
}

fn is_build_script(name: &str) -> bool {
    name.rsplit('/').next() == Some("build.rs")
}

/// Whether Cargo finds by itself that such a file has changed, or a module that names it does.
fn is_cargos(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    let is_manifest = ecosystems::rust::MANIFEST == file || ecosystems::rust::CARGO_LOCK == file;
    is_manifest || name.ends_with(".rs")
}

/// The files that the compiler noted for crates of the app (`*.d`, in the form of `make`).
fn watched_files(folder: &Path) -> BTreeSet<PathBuf> {
    let tree = Tree::read(folder);
    let entries = tree.entries().iter();
    let notes = entries.filter(|entry| entry.path().extension().is_some_and(|end| end == "d"));
    let mut found = BTreeSet::new();
    for note in notes.filter(|entry| entry.kind() == EntryKind::File) {
        let text = read_regular(&folder.join(note.path())).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).replace("\\ ", "\u{0}");
        let words = text
            .split_whitespace()
            .map(|word| word.replace('\u{0}', " "));
        let is_own = |word: &String| !word.contains("/registry/src/") && !word.contains("/git/");
        found.extend(words.filter(is_own).map(|word| tidy(Path::new(&word))));
    }
    found
}

/// Paths may be those of the folder of an earlier build.
fn is_among(watched: &BTreeSet<PathBuf>, name: &str) -> bool {
    watched.iter().any(|path| path.ends_with(name))
}

fn broken() -> std::io::Error {
    std::io::Error::other("the times are of another form")
}

/// Each file with the digest of its content, each folder with that of its names.
fn contents(sources: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for entry in Tree::read(sources).entries() {
        let path = entry.path();
        if LEFT_OUT.iter().any(|name| path.starts_with(name)) {
            continue;
        }
        let Some(name) = path.to_str() else {
            continue;
        };
        if let Some(parent) = path.parent().and_then(Path::to_str) {
            let names = names.entry(parent.to_owned()).or_default();
            names.push_str(name);
            names.push('\n');
        }
        match entry.kind() {
            EntryKind::File => {
                let content = read_regular(&sources.join(path)).unwrap_or_default();
                found.insert(name.to_owned(), digest(&content));
            }
            EntryKind::Directory => {
                names.entry(name.to_owned()).or_default();
            }
            // A link's own time is never asked for.
            EntryKind::Symlink | EntryKind::Special => {}
        }
    }
    names.remove("");
    found.extend(
        names
            .into_iter()
            .map(|(name, list)| (name, digest(list.as_bytes()))),
    );
    found
}

fn time(path: &Path) -> std::io::Result<Time> {
    Ok(since_1970(fs_err::symlink_metadata(path)?.modified()?))
}

fn since_1970(time: SystemTime) -> Time {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    (since.as_secs(), since.subsec_nanos())
}

/// Sets the time of a file or folder, not of what a link leads to. What is gone is no
/// trouble: the tool makes it again.
fn set(path: &Path, (seconds, nanos): Time) -> std::io::Result<()> {
    let is_plain = fs_err::symlink_metadata(path)
        .is_ok_and(|metadata| metadata.is_file() || metadata.is_dir());
    if !is_plain {
        return Ok(());
    }
    let time = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
    // Opened for reading, since a folder can't be opened otherwise; that is enough to set
    // the times of what is ours.
    own::handle(path)?.set_modified(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &Path, text: &str) {
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }

    #[test]
    fn unchanged_sources_are_older_and_changed_ones_newer_than_what_was_built() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let (sources, built, file) = (root.join("app"), root.join("data"), root.join("times"));
        for name in ["same.rs", "changed.rs", "dir/x.rs", "target/no.rs"] {
            put(&sources.join(name), "1");
            set(&sources.join(name), (1_000, 0)).unwrap();
        }
        set(&sources.join("dir"), (1_000, 0)).unwrap();
        put(&built.join("release/app"), "x");
        set(&built.join("release/app"), (2_000, 7)).unwrap();
        write_down(&sources, &built, &file).unwrap();
        // As after a restore: everything has another time, and the clock is behind.
        let future = since_1970(SystemTime::now()).0 + 5_000;
        set(&built.join("release/app"), (future, 0)).unwrap();
        for name in ["same.rs", "changed.rs", "dir/x.rs", "dir"] {
            set(&sources.join(name), (0, 0)).unwrap();
        }
        fs_err::write(sources.join("changed.rs"), "2").unwrap();
        set(&sources.join("changed.rs"), (500, 0)).unwrap();
        put(&sources.join("new.rs"), "1");
        give_back(&sources, &built, &file).unwrap();
        let of = |path: &Path| time(path).unwrap();
        assert_eq!(of(&built.join("release/app")), (2_000, 7));
        assert_eq!(of(&sources.join("same.rs")), (1_000, 0));
        assert_eq!(of(&sources.join("dir")), (1_000, 0));
        assert!(of(&sources.join("changed.rs")) > (2_000, 7));
        assert!(of(&sources.join("new.rs")) > (2_000, 7));
    }

    #[test]
    fn what_cargo_does_not_watch_makes_every_source_new() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let (sources, built, file) = (root.join("app"), root.join("data"), root.join("times"));
        let names = [
            "src/main.rs",
            "src/page.txt",
            "proto/a.txt",
            "core/build.rs",
        ];
        let fresh = || {
            for name in names {
                put(&sources.join(name), "1");
                set(&sources.join(name), (1_000, 0)).unwrap();
            }
            put(
                &built.join("release/deps/app.d"),
                "out: src/main.rs core/../src/page.txt\n\nsrc/main.rs:\n",
            );
            write_down(&sources, &built, &file).unwrap();
        };
        let is_old = |name: &str| time(&sources.join(name)).unwrap() == (1_000, 0);
        for (change, keeps) in [
            ("src/main.rs", true),
            // The compiler noted it.
            ("src/page.txt", true),
            ("proto/a.txt", false),
            ("proto/new.txt", false),
        ] {
            fresh();
            put(&sources.join(change), "2");
            give_back(&sources, &built, &file).unwrap();
            let other = if change == "src/main.rs" {
                "src/page.txt"
            } else {
                "src/main.rs"
            };
            assert_eq!(is_old(other), keeps, "{change}");
            assert!(!is_old("core/build.rs"), "{change}");
        }
        fresh();
        fs_err::remove_dir_all(sources.join("proto")).unwrap();
        give_back(&sources, &built, &file).unwrap();
        assert!(!is_old("src/main.rs"));
    }

    #[test]
    fn what_is_built_without_its_times_is_not_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let (sources, built, file) = (root.join("app"), root.join("data"), root.join("times"));
        put(&sources.join("a.rs"), "1");
        fs_err::create_dir(&built).unwrap();
        give_back(&sources, &built, &file).unwrap();
        put(&built.join("release/app"), "x");
        assert!(give_back(&sources, &built, &file).is_err());
        fs_err::write(&file, "broken").unwrap();
        assert!(give_back(&sources, &built, &file).is_err());
    }

    #[test]
    fn a_clock_that_is_behind_makes_no_changed_source_old() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let (sources, built, file) = (root.join("app"), root.join("data"), root.join("times"));
        put(&sources.join("a.rs"), "1");
        put(&built.join("release/app"), "x");
        let future = since_1970(SystemTime::now()).0 + 5_000;
        set(&built.join("release/app"), (future, 0)).unwrap();
        write_down(&sources, &built, &file).unwrap();
        fs_err::write(sources.join("a.rs"), "2").unwrap();
        give_back(&sources, &built, &file).unwrap();
        assert!(time(&sources.join("a.rs")).unwrap() > (future, 0));
    }
}
