//! What a build puts into the store that several builds share.
//!
//! It goes on beside strip and weigh, and is given up with a line when everything else is done and
//! it is not.

use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::{LONGEST_LIST, Shared};
use crate::cache::event::Event as OfCache;
use crate::cache::store::Store;
use crate::cache::warm::{self, PACK_FILES, Prepared};
use crate::report::event::{Event, Progress};
use crate::store::seal::Key;
use crate::store::{Body, Fault, gc};

impl Shared {
    /// Whether the store has this cache already.
    fn has(&self, prefix: &str, name: &str, until: Instant) -> Result<bool, Fault> {
        let listed = self.objects.list(prefix, LONGEST_LIST, until)?;
        let (key, pack) = name.split_once('-').unwrap_or((name, ""));
        Ok(listed.iter().any(|one| {
            let rest = one.key.get(prefix.len()..).unwrap_or_default();
            rest.starts_with(key) && rest.ends_with(pack)
        }))
    }

    fn put_pack(&self, prepared: &Prepared, until: Instant) -> Result<(), Fault> {
        // The frames come last: who finds them finds all.
        for file in PACK_FILES {
            let key = format!("{}{}-{file}", gc::PACKS, prepared.pack);
            let path = prepared.folder.join(file);
            self.objects.put(&key, Body::File(&path), until)?;
        }
        Ok(())
    }

    /// Puts an entry; its key says when, and of which pack.
    fn put_entry(
        &self,
        prepared: &Prepared,
        store: &Store,
        scope: &str,
        until: Instant,
    ) -> Result<(), Fault> {
        let prefix = Self::prefix(scope, &prepared.place);
        let now = crate::store::now();
        let pack = prepared.pack.get(..gc::SHORT).unwrap_or_default();
        let key = format!("{prefix}{}-{now:08x}-{pack}", prepared.place.key);
        let entry = prepared.entry(store).map_err(Fault)?;
        let sealed = self.key.get().and_then(|seal| seal.seal(&key, &entry));
        let sealed = sealed.ok_or_else(|| Fault("the key can only check".to_owned()))?;
        self.objects.put(&key, Body::Bytes(&sealed), until)
    }
}

/// An upload that goes on beside the rest of the build.
pub(in crate::flow) struct Uploading {
    /// Says that strip is done.
    go: mpsc::Sender<()>,
    /// Lines for the log, one for each cache.
    told: mpsc::Receiver<Result<String, String>>,
    name: String,
}

impl Uploading {
    /// Begins to upload what the caches of this run made, where this build may write.
    pub(in crate::flow) fn begin(store: &Store, progress: &mut dyn Progress) -> Option<Self> {
        let shared = store.remote_as::<Shared>()?;
        let made = warm::entries(store);
        let scope = match &shared.places.write {
            Ok(scope) => scope.clone(),
            Err(why) => {
                if !why.is_empty() && !made.is_empty() {
                    let line = Ok(format!("nothing is written: {why}"));
                    tell(&shared.name, &[line], progress);
                }
                return None;
            }
        };
        let can_seal = shared.key.get().is_some_and(Key::can_seal);
        if made.is_empty() || shared.is_away.load(Ordering::Relaxed) || !can_seal {
            return None;
        }
        let (go, gone) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let name = shared.name.clone();
        let until = Instant::now() + Duration::from_mins(10);
        let store = store.clone();
        let work = move || {
            let _ = upload(&shared, &store, &made, &scope, &gone, &tell, until);
        };
        thread::Builder::new()
            .name("upload".to_owned())
            .spawn(work)
            .ok()?;
        Some(Self { go, told, name })
    }

    /// Waits for the rest of the upload, for as long as the configuration says.
    pub(in crate::flow) fn finish(self, wait: Duration, progress: &mut dyn Progress) {
        let _ = self.go.send(());
        let until = Instant::now() + wait;
        let mut lines = Vec::new();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.told.recv_timeout(left) {
                Ok(line) => lines.push(line),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    let seconds = wait.as_secs();
                    lines.push(Err(format!(
                        "the upload is given up: it is not done {seconds} s after everything else"
                    )));
                    break;
                }
            }
        }
        tell(&self.name, &lines, progress);
    }
}

fn tell(name: &str, lines: &[Result<String, String>], progress: &mut dyn Progress) {
    if !lines.is_empty() {
        progress.event(Event::Cache(OfCache::Shared { name, lines }));
    }
}

/// Puts the trees first, since they take long, and the entries when strip is done. The first fault
/// ends it.
fn upload(
    shared: &Shared,
    store: &Store,
    made: &[warm::Made],
    scope: &str,
    gone: &mpsc::Receiver<()>,
    tell: &mpsc::Sender<Result<String, String>>,
    until: Instant,
) -> Result<(), mpsc::SendError<Result<String, String>>> {
    let mut ready = Vec::new();
    for one in made {
        let prepared = match warm::prepare(store, one) {
            Ok(Some(prepared)) => prepared,
            Ok(None) => continue,
            Err(why) => {
                tell.send(Err(format!("{}: not written: {why}", one.name)))?;
                continue;
            }
        };
        let short = prepared.pack.get(..gc::SHORT).unwrap_or_default();
        let name = format!("{}-{short}", prepared.place.key);
        let prefix = Shared::prefix(scope, &prepared.place);
        let put = match shared.has(&prefix, &name, until) {
            Ok(true) => continue,
            Ok(false) => shared.put_pack(&prepared, until),
            Err(fault) => Err(fault),
        };
        if let Err(fault) = put {
            return tell.send(Err(format!("given up: {fault}")));
        }
        ready.push(prepared);
    }
    if gone.recv().is_err() {
        return Ok(());
    }
    for prepared in &ready {
        if let Err(fault) = shared.put_entry(prepared, store, scope, until) {
            return tell.send(Err(format!("given up: {fault}")));
        }
        tell.send(Ok(format!("{}: written", prepared.name)))?;
    }
    Ok(())
}
