//! Brings a cache from a shared store into the local one.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::bundle::Bundle;
use crate::apply::{Answer, Bounds, Read, answer};
use crate::event::{Event, Progress};
use crate::inputs::Inputs;
use crate::pack::{self, Fault, Links, Part};
use crate::presets::{Class, Job, PACKED};
use crate::remote::{Found, PACK_FILES, Remote, RemoteKey};
use crate::store::{Record, Store, Stored};
use crate::{Context, left_out, switches};
use slugsmith_facts::beneath::own;
use slugsmith_finding::units;

/// What a site is to begin from.
pub(crate) struct Site<'a, 'b> {
    pub context: &'a Context<'a>,
    pub name: &'a str,
    pub class: Class,
    pub job: &'a mut Job,
    pub bounds: &'b Bounds,
    /// Name and digest of each tree that was installed before.
    pub made: &'b [(String, String)],
}

/// How well a stored cache fits, the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fits {
    No,
    AsBase,
    Exactly,
}

impl Site<'_, '_> {
    /// Judges what a store has for the site, as if nothing else were there.
    fn fits(&mut self, store: &Store) -> Fits {
        let stored = store.look_up(self.name);
        if !matches!(&stored, Stored::Complete(_)) {
            return Fits::No;
        }
        let before = self.job.inputs.clone();
        let read = Read::of(self.context, self.job, &stored, self.bounds, self.made);
        read.add(&mut self.job.inputs);
        let context = Context {
            app: self.context.app,
            config: self.context.config,
            environment: self.context.environment,
            store,
            neighbours: self.context.neighbours,
            finish: self.context.finish,
        };
        let fits = match answer(&context, self.name, self.job, &read, stored) {
            Answer::Hit(_) => Fits::Exactly,
            Answer::Base(..) => Fits::AsBase,
            Answer::Miss(_) => Fits::No,
        };
        self.job.inputs = before;
        fits
    }
}

/// Asks the shared store for a site's cache where the local one has none that fits, and puts what
/// it gives in that one's place. Where nothing comes of it, the local one is as it was.
pub(crate) fn bring(mut site: Site<'_, '_>, place: &RemoteKey, progress: &mut dyn Progress) {
    let context = site.context;
    let Some(remote) = context.store.remote() else {
        return;
    };
    if switches::off(context, site.name).is_some() || context.is_reset(site.name) {
        return;
    }
    let local = site.fits(context.store);
    if local == Fits::Exactly {
        return;
    }
    let nearest = local == Fits::No && !site.job.sync.is_empty();
    let found = asked(&*remote, site.name, place, nearest, progress);
    let begun = Instant::now();
    for found in found {
        let (store, name, class) = (context.store, site.name, site.class);
        let is_better = |staged: &Store| site.fits(staged) > local;
        let tried = take(&*remote, store, name, class, &found.entry, is_better);
        match tried {
            Ok(None) => {}
            Ok(Some(record)) => {
                told(
                    &*remote,
                    site.name,
                    &record,
                    found.is_exact,
                    begun,
                    progress,
                );
                return;
            }
            Err(why) => not_taken(&*remote, site.name, &why, progress),
        }
    }
}

/// The same for a folder that build scripts fill.
pub(crate) fn bring_folder(
    context: &Context<'_>,
    name: &str,
    inputs: &Inputs,
    place: &RemoteKey,
    progress: &mut dyn Progress,
) {
    let Some(remote) = context.store.remote() else {
        return;
    };
    let fits = |store: &Store| matches!(store.look_up(name), Stored::Complete(record) if record.inputs == *inputs);
    if context.is_reset(name) || fits(context.store) {
        return;
    }
    let begun = Instant::now();
    let found = asked(&*remote, name, place, false, progress);
    for found in found.iter().take(1) {
        let brought = take(&*remote, context.store, name, PACKED, &found.entry, fits);
        match brought {
            Ok(None) => {}
            Ok(Some(record)) => told(&*remote, name, &record, true, begun, progress),
            Err(why) => not_taken(&*remote, name, &why, progress),
        }
    }
}

/// What the store has for a place; its trouble goes into the log.
fn asked(
    remote: &dyn Remote,
    name: &str,
    place: &RemoteKey,
    nearest: bool,
    progress: &mut dyn Progress,
) -> Vec<Found> {
    let mut notes = Vec::new();
    let found = remote.find(place, nearest, &mut notes);
    for note in &notes {
        progress.event(Event::Note(&format!("{name}: {note}")));
    }
    found
}

fn not_taken(remote: &dyn Remote, name: &str, why: &str, progress: &mut dyn Progress) {
    let line = format!("{name}: not taken from {}: {why}", remote.name());
    progress.event(Event::Note(&line));
}

fn told(
    remote: &dyn Remote,
    name: &str,
    record: &Record,
    is_exact: bool,
    begun: Instant,
    progress: &mut dyn Progress,
) {
    let files = units::counted(record.files, "file");
    let size = units::size(record.stored_bytes);
    let took = units::time(begun.elapsed());
    let to_begin_from = if is_exact { "" } else { " to begin from" };
    let line = format!(
        "{name}: {files}, {size}, taken from {}{to_begin_from} ({took})",
        remote.name()
    );
    progress.event(Event::Brought(&line));
}

/// Takes an entry over into the local store, if what it says of itself is wanted. Nothing of its
/// tree is fetched before.
fn take(
    remote: &dyn Remote,
    local: &Store,
    name: &str,
    class: Class,
    entry: &[u8],
    mut is_wanted: impl FnMut(&Store) -> bool,
) -> Result<Option<Record>, String> {
    let bundle = Bundle::decode(entry).ok_or("its entry is of another form")?;
    let staged = Staged::make(local, name, &bundle)?;
    if !is_wanted(&staged.store) {
        return Ok(None);
    }
    staged.fill(remote, &bundle, class)?;
    staged.take_over(local, &bundle).map(Some)
}

/// Takes an entry with a packed tree over, whatever it says of itself: for whoever has judged it,
/// as fuzzing has.
///
/// # Errors
/// It is no entry, or its pack is not there or another one; one line. The local store is as before.
pub fn take_packed(
    remote: &dyn Remote,
    local: &Store,
    name: &str,
    entry: &[u8],
) -> Result<Option<Record>, String> {
    take(remote, local, name, PACKED, entry, |_| true)
}

/// A cache on its way, in a store of its own beside the local caches. Removed when dropped.
struct Staged {
    store: Store,
    name: String,
}

impl Staged {
    fn make(local: &Store, name: &str, bundle: &Bundle) -> Result<Self, String> {
        let root = local.staging().map_err(|error| error.to_string())?;
        let staged = Self {
            store: Store::new(root),
            name: name.to_owned(),
        };
        staged.write(bundle).map_err(|error| error.to_string())?;
        Ok(staged)
    }

    fn folder(&self) -> PathBuf {
        self.store.folder(&self.name)
    }

    fn write(&self, bundle: &Bundle) -> std::io::Result<()> {
        own::create_folders(self.folder())?;
        for (file, content) in &bundle.files {
            own::write(self.folder().join(file), content)?;
        }
        self.store.write_metadata(&self.name, &bundle.metadata)
    }

    /// Fetches the tree, and looks at its index: nothing else of it is used before.
    fn fill(&self, remote: &dyn Remote, bundle: &Bundle, class: Class) -> Result<(), String> {
        let data = self.folder().join("data");
        let is_packed = matches!(class, Class::Packed { .. });
        let pack = if is_packed {
            data.clone()
        } else {
            self.folder().join("pack")
        };
        own::create_folders(&pack).map_err(|error| error.to_string())?;
        remote.fetch(&bundle.pack, &pack, bundle.most)?;
        let checked = if is_packed {
            check(&pack, &bundle.pack)
        } else {
            let roots = [PathBuf::from("data")];
            let (folder, none) = (self.folder(), HashSet::new());
            pack::unpack(&folder, &roots, &pack, &bundle.pack, Links::Anywhere, &none)
                .map(|_| ())
                .and_then(|()| Ok(pack::remove(&pack)?))
        };
        checked.map_err(|fault| fault.to_string())
    }

    /// Puts the cache in the place of the local one.
    fn take_over(&self, local: &Store, bundle: &Bundle) -> Result<Record, String> {
        let Stored::Complete(record) = self.store.look_up(&self.name) else {
            return Err("its metadata is of another form".to_owned());
        };
        let moved = local.adopt(&self.name, &self.store);
        moved.map_err(|error| error.to_string())?;
        if !bundle.left_out.is_empty() {
            // Without it strip only works longer.
            let _ = left_out::bring(local, &bundle.left_out);
        }
        Ok(*record)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        let _ = pack::remove(self.store.root());
    }
}

/// Whether the files are the pack of this digest. Each frame has a digest in the index.
fn check(folder: &Path, digest: &str) -> Result<(), Fault> {
    for file in PACK_FILES {
        slugsmith_facts::beneath::open(&folder.join(file))?;
    }
    Part::open(folder, digest)?.check()
}
