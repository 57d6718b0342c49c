//! One cache folder: does what is stored fit, and what becomes of what the build left in it?

use slugsmith_facts::beneath::own;
use slugsmith_facts::tree::{EntryKind, Tree};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::unchecked::Unchecked;
use super::warn;
use crate::event::Progress;
use crate::files::Files;
use crate::inputs::Inputs;
use crate::pack::{self, Fault, Links, Previous};
use crate::presets::{custom, frameworks};
use crate::store::{Kept, Record, Stored};
use crate::{CACHE_DISCARDED, Context, Decision, Outcome, Verdict, apply};
use slugsmith_finding::units;

pub(super) struct Folder {
    pub(super) name: String,
    pub(super) paths: Vec<PathBuf>,
    pub(super) inputs: Inputs,
    pub(super) most: u64,
    /// Whether the app needs it when it runs.
    pub(super) launch: bool,
    /// The folder among the paths of which its tool believes that it is as it left it.
    pub(super) outputs: Option<PathBuf>,
    /// Set when this run gave it back.
    pub(super) restored: Option<Box<Record>>,
    /// What it then had in `outputs`.
    pub(super) given: Vec<PathBuf>,
    /// The app's scripts clear `outputs`.
    pub(super) is_cleared: bool,
    /// The files of the app that decide, where some do.
    pub(super) files: Option<Files>,
    /// The entries that their tools check, where others may be there as well.
    pub(super) checked: Option<&'static [&'static str]>,
    /// What decides where others are.
    pub(super) unchecked: Option<Unchecked>,
    /// Why what is stored does not come back: files that are not what they were, or its size.
    pub(super) misfit: Vec<String>,
    /// Whether its tool adds to it and never has to find anything there.
    pub(super) is_bounded: bool,
    /// The parts that this run gave back.
    pub(super) brought: Vec<PathBuf>,
}

impl Folder {
    /// One that the app needs when it runs, of the usual size at most, not given back yet.
    pub(super) fn new(name: String, paths: Vec<PathBuf>, inputs: Inputs) -> Self {
        Self {
            name,
            paths,
            inputs,
            most: custom::MOST,
            launch: true,
            outputs: None,
            restored: None,
            given: Vec::new(),
            is_cleared: false,
            files: None,
            checked: None,
            unchecked: None,
            misfit: Vec::new(),
            is_bounded: false,
            brought: Vec::new(),
        }
    }
}

pub(super) enum ContentChange {
    /// It isn't there.
    None,
    /// Something else changed this path after its tool wrote it.
    Touched(PathBuf),
    /// The bytes that are stored already.
    Same(Record),
    First(Record),
    Other(Record),
}

impl ContentChange {
    pub(super) fn record(&self) -> Option<&Record> {
        match self {
            Self::None | Self::Touched(_) => None,
            Self::Same(record) | Self::First(record) | Self::Other(record) => Some(record),
        }
    }

    /// Why nothing of it was given back.
    pub(super) fn reasons(&self, folder: &Folder, is_late: bool) -> Vec<String> {
        let reason = match self {
            Self::First(_) => "first build",
            _ if is_late => {
                "built without it; put slugsmith/restore first in the list of buildpacks"
            }
            _ if !folder.misfit.is_empty() => return folder.misfit.clone(),
            _ => "contents changed",
        };
        vec![reason.to_owned()]
    }
}

impl Folder {
    /// Notes what came back; where a tool's notes come back without what they are of, they go.
    pub(super) fn look_at_outputs(&mut self, app: &Path) {
        let Some(outputs) = &self.outputs else {
            for path in &self.paths {
                frameworks::forget(app, path);
            }
            return;
        };
        let tree = Tree::read(&app.join(outputs));
        let files = tree
            .entries()
            .iter()
            .filter(|entry| entry.kind() == EntryKind::File);

        self.given = files.map(|file| outputs.join(file.path())).collect();
    }

    /// Whether this run gave back outputs that have to stay.
    pub(super) fn has_given(&self) -> bool {
        !self.is_cleared && !self.given.is_empty()
    }

    /// Whether something that was given back is not there any more, which nobody has seen yet.
    pub(super) fn has_lost(&self, app: &Path) -> bool {
        self.restored.is_some()
            && !self.is_cleared
            && self.given.iter().any(|path| !app.join(path).exists())
    }

    /// Whether this run gave back what scripts of the app wrote, not what a tool keeps for itself:
    /// a clean build does not have it before they have run.
    pub(super) fn is_in_the_way(&self) -> bool {
        let restored = self.restored.as_deref();
        let is_of_scripts = |record| self.files_of(record).is_some();
        !self.is_cleared && restored.is_some_and(is_of_scripts)
    }

    /// The key of an app whose scripts clear what would be given back: it fits no build.
    fn cleared(&self) -> Inputs {
        let mut inputs = self.inputs.clone();
        inputs.plain("scripts", "clear what was written before");
        inputs
    }

    /// What is stored for it, if it fits and nothing is in its place.
    pub(super) fn stored(
        &mut self,
        context: &Context<'_>,
        progress: &mut dyn Progress,
    ) -> Option<Box<Record>> {
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
                let fits = record.inputs == *self.key_of(&record);
                if let (false, Some(files)) = (fits, self.files_of(&record)) {
                    let changes = files.changes(&context.store.folder(&self.name));
                    self.misfit = changes.unwrap_or_default();
                }
                let comes_back =
                    fits && !self.paths.iter().any(is_there) && !self.begins_anew(context, &record);
                comes_back.then_some(record)
            }
            Stored::Unusable(why) => {
                let _ = context.store.discard(&self.name);
                warn(&CACHE_DISCARDED, &self.name, why, progress);
                None
            }
            Stored::Nothing => None,
        }
    }

    /// What has to be as it was for this record to fit.
    pub(super) fn key_of(&self, record: &Record) -> &Inputs {
        match &self.unchecked {
            Some(unchecked) if Unchecked::decides(record) => &unchecked.inputs,
            _ => &self.inputs,
        }
    }

    /// The files of the app among that.
    fn files_of(&self, record: &Record) -> Option<&Files> {
        match &self.unchecked {
            Some(unchecked) if Unchecked::decides(record) => Some(&unchecked.files),
            _ => self.files.as_ref(),
        }
    }

    /// The key of what the build left.
    fn key_of_now(&self, app: &Path) -> Inputs {
        let mut paths = self.paths.iter();
        match &self.unchecked {
            _ if self.is_cleared => self.cleared(),
            Some(unchecked) if paths.any(|path| unchecked.is_in(app, path)) => {
                unchecked.inputs.clone()
            }
            _ => self.inputs.clone(),
        }
    }

    pub(super) fn keep(&self, context: &Context<'_>) -> std::result::Result<ContentChange, Fault> {
        let store = context.store;
        let app = &context.app.root;
        let stored = match store.look_up(&self.name) {
            Stored::Complete(record) => Some(record),
            Stored::Unusable(_) | Stored::Nothing => None,
        };
        if let Some(record) = stored
            .as_ref()
            .filter(|record| record.inputs == self.cleared())
        {
            store.hold_over(&self.name, record, Kept::CACHE)?;
            return Ok(ContentChange::None);
        }
        // Notes of what is somewhere else when the build ends.
        if self
            .outputs
            .as_ref()
            .is_some_and(|outputs| !app.join(outputs).exists())
        {
            store.discard(&self.name)?;
            return Ok(ContentChange::None);
        }
        if !self.paths.iter().any(|path| app.join(path).exists()) {
            if let Some(record) = stored {
                // Not made this time; the next build may want it.
                store.hold_over(&self.name, &record, Kept::CACHE)?;
            }
            return Ok(ContentChange::None);
        }
        if let Some(path) = frameworks::changed_after(app, &self.paths) {
            store.discard(&self.name)?;
            return Ok(ContentChange::Touched(path));
        }
        let sibling = store.fresh()?;
        let data = store.folder(&self.name).join("data");
        let old = stored
            .as_ref()
            .and_then(|record| Previous::open(&data, &record.digest));
        let packed = pack::pack(app, &self.paths, &sibling, Links::Inside, old.as_ref());
        let packed = match packed {
            Ok(packed) if packed.tree_bytes > self.most => {
                pack::remove(&sibling)?;
                return Err(custom::too_large(packed.tree_bytes, self.most));
            }
            Ok(packed) => packed,
            Err(fault) => {
                pack::remove(&sibling)?;
                return Err(fault);
            }
        };
        let inputs = self.key_of_now(app);
        if let Some(record) = &stored
            && record.digest == packed.digest
            && record.inputs == inputs
        {
            // The same bytes: the layer stays as it is.
            pack::remove(&sibling)?;
            store.commit(&self.name, record, Kept::CACHE)?;
            return Ok(ContentChange::Same(*record.clone()));
        }
        let record = Record {
            inputs,
            stored_at: apply::now(),
            install: Duration::ZERO,
            files: packed.files,
            tree_bytes: packed.tree_bytes,
            stored_bytes: packed.stored_bytes,
            digest: packed.digest,
            ..Record::default()
        };
        if packed.files == 0 {
            pack::remove(&sibling)?;
            store.discard(&self.name)?;
            return Ok(ContentChange::None);
        }
        let folder = store.begin(&self.name)?;
        own::rename(sibling, folder.join("data"))?;
        if let Some(files) = self.files_of(&record) {
            files.keep(&folder)?;
        }
        store.commit(&self.name, &record, Kept::CACHE)?;
        Ok(match stored {
            None => ContentChange::First(record),
            Some(_) => ContentChange::Other(record),
        })
    }

    /// Takes a cache that the app doesn't need out of it.
    pub(super) fn leave(&self, context: &Context<'_>) {
        if !self.launch {
            for path in &self.paths {
                // What stays only makes the slug larger.
                let _ = pack::remove_tree(&context.app.root, path);
            }
        }
    }

    pub(super) fn outcome(
        &self,
        verdict: Verdict,
        took: Duration,
        record: Option<&Record>,
    ) -> Outcome {
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
