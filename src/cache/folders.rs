//! Which folders does a build tool keep for itself, and how do they outlive a build?
//!
//! Framework caches (`.next/cache`, `node_modules/.cache` …), the app's own
//! `cacheDirectories` and `.buildcache`, and `[[com.slugsmith.cache]]` without a command.
//! Their tools check them on their own, so the key is the machine (and for custom caches
//! what the user says). They are given back before anything of ours runs that could use
//! them, and kept at the end if they changed.
//!
//! A buildpack at the end of the list can't give them back to the ones before it: that is
//! what the companion at the front does ([`super::companion`]), and the last one finds its
//! note.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::explain::{self, Explained};
use super::inputs::Inputs;
use super::pack::{self, Fault, Links};
use super::presets::{custom, frameworks};
use super::store::{Kept, Record, Stored};
use super::{CACHE_DISCARDED, CACHE_NOT_STORED, Context, Decision, Outcome, Verdict, apply};
use crate::error::{Problem, Result, io};
use crate::facts::before::Before;
use crate::facts::environment::World;
use crate::progress::{Event, Progress};
use crate::units;

/// Above this a cache is not kept, in bytes, unless the user says otherwise.
const MOST: u64 = 512_000_000;

struct Folder {
    name: String,
    paths: Vec<PathBuf>,
    inputs: Inputs,
    most: u64,
    /// Whether the app needs it when it runs.
    launch: bool,
    /// Set when this run gave it back.
    restored: Option<Box<Record>>,
}

/// All cache folders of one run.
pub(super) struct Folders<'a> {
    context: &'a Context<'a>,
    all: Vec<Folder>,
    is_restored: bool,
    had_companion: bool,
    outcomes: Vec<Outcome>,
}

impl<'a> Folders<'a> {
    pub(super) fn of(context: &'a Context<'a>) -> Self {
        let mut machine = Inputs::default();
        super::presets::machine(&mut machine, context);
        let of_path = |path: PathBuf| Folder {
            name: path.display().to_string(),
            paths: vec![path],
            inputs: machine.clone(),
            most: MOST,
            launch: true,
            restored: None,
        };
        let custom = context.config.cache.custom.iter();
        let mut folders: Vec<Folder> = custom
            .filter(|cache| cache.run.is_none() && !cache.paths.is_empty())
            .map(|cache| Folder {
                name: cache.name.value.clone(),
                paths: cache.paths.iter().map(|path| custom::tidy(path)).collect(),
                inputs: custom::inputs(context, cache),
                most: cache.max_size.unwrap_or(MOST),
                launch: cache.launch,
                restored: None,
            })
            .collect();
        let listed = listed(context);
        let known = frameworks::known(context).into_iter().map(|known| {
            let mut inputs = machine.clone();
            inputs.add(&known.inputs);
            Folder {
                name: known.name,
                paths: known.paths,
                inputs,
                most: MOST,
                launch: true,
                restored: None,
            }
        });
        for folder in listed.into_iter().map(of_path).chain(known) {
            let overlaps = |path: &PathBuf| {
                let mut others = folders.iter().flat_map(|folder| &folder.paths);
                others.any(|other| other.starts_with(path) || path.starts_with(other))
            };
            if !folder.paths.iter().any(overlaps) {
                folders.push(folder);
            }
        }
        Self {
            context,
            all: folders,
            is_restored: false,
            had_companion: Before::find(context.store.root(), &context.app.root).is_some(),
            outcomes: Vec::new(),
        }
    }

    /// Every path that is kept, there or not.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        let paths = self.all.iter().flat_map(|folder| &folder.paths);
        paths.cloned().collect()
    }

    /// What is known of each that is stored.
    pub(super) fn explained(&self) -> Vec<Explained> {
        let folders = self.all.iter();
        folders
            .filter_map(|folder| explain::folder(self.context, &folder.name, &folder.inputs))
            .collect()
    }

    /// Removes partial siblings that a killed run left.
    pub(super) fn clean(&mut self) -> Result<()> {
        let app = &self.context.app.root;
        for path in self.all.iter().flat_map(|folder| &folder.paths) {
            let partial = app.join(pack::partial_name(path));
            pack::remove(&partial).map_err(|error| io("removing", &partial, &error))?;
        }
        Ok(())
    }

    /// Gives everything back, once, before the first script of ours.
    pub(super) fn restore(&mut self, progress: &mut dyn Progress) {
        if !std::mem::replace(&mut self.is_restored, true) {
            self.restore_where(|_| true, progress);
        }
    }

    /// Gives back what other buildpacks will not delete again: `npm ci` begins by removing
    /// `node_modules`.
    pub(super) fn restore_early(mut self, progress: &mut dyn Progress) -> Vec<Outcome> {
        let outside = |folder: &Folder| {
            let mut paths = folder.paths.iter();
            !paths.any(|path| path.starts_with("node_modules"))
        };
        self.restore_where(outside, progress);
        self.outcomes
    }

    fn restore_where(&mut self, wanted: impl Fn(&Folder) -> bool, progress: &mut dyn Progress) {
        let context = self.context;
        if context.config.cache.off {
            return;
        }
        for folder in self.all.iter_mut().filter(|folder| wanted(folder)) {
            if explain::is_asked(context)
                && let Some(explained) = explain::folder(context, &folder.name, &folder.inputs)
            {
                explain::emit(context, &explained, progress);
            }
            let Some(record) = folder.stored(context, progress) else {
                continue;
            };
            let begun = Instant::now();
            let data = context.store.folder(&folder.name).join("data");
            let unpacked = pack::unpack(
                &context.app.root,
                &data,
                &record.digest,
                Links::Inside,
                &HashSet::new(),
            );
            let made_old = unpacked.and_then(|_| {
                frameworks::make_old(&context.app.root, &folder.paths).map_err(Fault::Io)
            });
            match made_old {
                Ok(()) => {
                    let outcome = folder.outcome(Verdict::Hit, begun.elapsed(), Some(&record));
                    progress.event(Event::CacheDecided(&outcome.decision));
                    progress.event(Event::CacheDone(&outcome));
                    self.outcomes.push(outcome);
                    folder.restored = Some(record);
                }
                Err(fault) => {
                    // If it can't be removed it is judged again by the next build.
                    let _ = context.store.discard(&folder.name);
                    warn(&CACHE_DISCARDED, &folder.name, fault, progress);
                }
            }
        }
    }

    /// Keeps what has changed, and lets the rest stay.
    pub(super) fn keep(mut self, progress: &mut dyn Progress) -> Vec<Outcome> {
        let context = self.context;
        if context.config.cache.off {
            return self.outcomes;
        }
        // On a laptop there is no earlier buildpack that could have used it.
        let is_late = !self.is_restored
            && !self.had_companion
            && context.environment.world != World::Embedded;
        for folder in &self.all {
            let begun = Instant::now();
            match folder.keep(context) {
                Ok(Change::None) => {}
                Ok(Change::Same(_)) if !is_late => {}
                Ok(change @ (Change::First(_) | Change::Other(_) | Change::Same(_))) => {
                    if folder.restored.is_none() {
                        let reason = change.reason(is_late).to_owned();
                        let miss = Verdict::Miss {
                            reasons: vec![reason],
                        };
                        let outcome = folder.outcome(miss, begun.elapsed(), change.record());
                        progress.event(Event::CacheDecided(&outcome.decision));
                        progress.event(Event::CacheDone(&outcome));
                        self.outcomes.push(outcome);
                    }
                }
                Err(fault) => {
                    let _ = context.store.discard(&folder.name);
                    warn(&CACHE_NOT_STORED, &folder.name, fault, progress);
                }
            }
            folder.leave(context);
        }
        self.outcomes
    }
}

enum Change {
    /// It isn't there.
    None,
    /// The bytes that are stored already.
    Same(Record),
    First(Record),
    Other(Record),
}

impl Change {
    fn record(&self) -> Option<&Record> {
        match self {
            Self::None => None,
            Self::Same(record) | Self::First(record) | Self::Other(record) => Some(record),
        }
    }

    fn reason(&self, is_late: bool) -> &'static str {
        match self {
            Self::First(_) => "first build",
            _ if is_late => {
                "built without it; put slugsmith/restore first in the list of buildpacks"
            }
            _ => "contents changed",
        }
    }
}

impl Folder {
    /// What is stored for it, if it fits and nothing is in its place.
    fn stored(&self, context: &Context<'_>, progress: &mut dyn Progress) -> Option<Box<Record>> {
        if context.is_reset(&self.name) {
            // If it can't be removed it is overwritten at the end.
            let _ = context.store.discard(&self.name);
            return None;
        }
        // What an install left below node_modules is older than what is stored.
        let is_there = |path: &PathBuf| {
            !path.starts_with("node_modules")
                && fs_err::symlink_metadata(context.app.root.join(path)).is_ok()
        };
        match context.store.look_up(&self.name) {
            Stored::Complete(record) => {
                let fits = record.inputs == self.inputs;
                (fits && !self.paths.iter().any(is_there)).then_some(record)
            }
            Stored::Unusable(why) => {
                let _ = context.store.discard(&self.name);
                warn(&CACHE_DISCARDED, &self.name, why, progress);
                None
            }
            Stored::Nothing => None,
        }
    }

    fn keep(&self, context: &Context<'_>) -> std::result::Result<Change, Fault> {
        let store = context.store;
        let app = &context.app.root;
        let stored = match store.look_up(&self.name) {
            Stored::Complete(record) => Some(record),
            Stored::Unusable(_) | Stored::Nothing => None,
        };
        if !self.paths.iter().any(|path| app.join(path).exists()) {
            if let Some(record) = stored {
                // Not made this time; the next build may want it.
                store.hold_over(&self.name, &record, Kept::CACHE)?;
            }
            return Ok(Change::None);
        }
        let sibling = store.root().join("cache-partial");
        pack::remove(&sibling)?;
        fs_err::create_dir_all(&sibling)?;
        let packed = pack::pack(app, &self.paths, &sibling, Links::Inside);
        let packed = match packed {
            Ok(packed) if packed.tree_bytes > self.most => {
                pack::remove(&sibling)?;
                return Err(Fault::Refused(format!(
                    "it has {}, more than its limit of {}; it starts anew",
                    units::size(packed.tree_bytes),
                    units::size(self.most)
                )));
            }
            Ok(packed) => packed,
            Err(fault) => {
                pack::remove(&sibling)?;
                return Err(fault);
            }
        };
        if let Some(record) = &stored
            && record.digest == packed.digest
            && record.inputs == self.inputs
        {
            // The same bytes: the layer stays as it is.
            pack::remove(&sibling)?;
            store.commit(&self.name, record, Kept::CACHE)?;
            return Ok(Change::Same(*record.clone()));
        }
        let record = Record {
            inputs: self.inputs.clone(),
            stored_at: apply::now(),
            install: Duration::ZERO,
            files: packed.files,
            tree_bytes: packed.tree_bytes,
            stored_bytes: packed.stored_bytes,
            digest: packed.digest,
        };
        if packed.files == 0 {
            pack::remove(&sibling)?;
            store.discard(&self.name)?;
            return Ok(Change::None);
        }
        let folder = store.begin(&self.name)?;
        fs_err::rename(sibling, folder.join("data"))?;
        store.commit(&self.name, &record, Kept::CACHE)?;
        Ok(match stored {
            None => Change::First(record),
            Some(_) => Change::Other(record),
        })
    }

    /// Takes a cache that the app doesn't need out of it.
    fn leave(&self, context: &Context<'_>) {
        if !self.launch {
            for path in &self.paths {
                // What stays only makes the slug larger.
                let _ = pack::remove(&context.app.root.join(path));
            }
        }
    }

    fn outcome(&self, verdict: Verdict, took: Duration, record: Option<&Record>) -> Outcome {
        let files = record.map_or(0, |record| record.files);
        let mut outcome = apply::empty(Decision {
            name: self.name.clone(),
            what: units::counted(files, "file"),
            verdict,
        });
        outcome.took = took;
        outcome.tree_bytes = record.map_or(0, |record| record.tree_bytes);
        outcome.stored_bytes = record.map_or(0, |record| record.stored_bytes);
        outcome
    }
}

fn warn(
    kind: &'static crate::error::Kind,
    name: &str,
    why: impl std::fmt::Display,
    progress: &mut dyn Progress,
) {
    progress.event(Event::Warning(
        &Problem::new(kind).saw(format!("{name}: {why}")),
    ));
}

/// `cacheDirectories` of package.json and the lines of `.buildcache`; a whole tree of
/// dependencies is left to its own preset.
fn listed(context: &Context<'_>) -> Vec<PathBuf> {
    let app = context.app;
    let manifest = app.package_json.good();
    let field = manifest.and_then(|manifest| {
        manifest
            .get("cacheDirectories")
            .or_else(|| manifest.get("cache_directories"))
    });
    let from_manifest = field
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|path| path.as_str().map(str::to_owned));
    let text = fs_err::read_to_string(app.root.join(".buildcache")).unwrap_or_default();
    let from_file = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned);
    from_manifest
        .chain(from_file)
        .map(|path| custom::tidy(&path))
        .filter(|path| {
            let is_plain = path
                .components()
                .all(|part| matches!(part, std::path::Component::Normal(_)));
            let whole = ["node_modules", "vendor", ".venv", "bower_components"];
            is_plain
                && !path.as_os_str().is_empty()
                && !whole.iter().any(|name| path.as_os_str() == *name)
        })
        .collect()
}
