//! What an install of a layer did to the app: kept in a cache of its own, since the layer may be in
//! the image only, and the app is a fresh copy in every build.

use std::collections::HashSet;
use std::path::PathBuf;

use super::work::Work;
use crate::effects::Effects;
use crate::pack::{self, Fault, Links};
use crate::store::{Kept, Record, Stored};
use slugsmith_facts::beneath::{Beneath, own};

impl Work<'_> {
    /// No place and ecosystem give a cache this name.
    fn aside(&self) -> String {
        format!("{}/effects", self.name)
    }

    /// Keeps what was done, and notes which pack holds it.
    pub(super) fn keep_aside(&self, effects: &Effects) -> Result<Effects, Fault> {
        let (store, name) = (self.context.store, self.aside());
        if let Some(why) = effects.refused() {
            return Err(Fault::Refused(why));
        }
        let roots: Vec<PathBuf> = effects.kept().cloned().collect();
        if roots.is_empty() || self.is_off() {
            store.discard(&name)?;
            return Ok(effects.clone());
        }
        let fresh = store.fresh()?;
        let packed = pack::pack(self.app(), &roots, &fresh, Links::Anywhere, None);
        let packed = packed.inspect_err(|_| {
            // Best effort: the next build removes what stays behind.
            let _ = pack::remove(&fresh);
        })?;
        let folder = store.begin(&name)?;
        own::rename(fresh, folder.join("data"))?;
        let record = Record {
            files: packed.files,
            tree_bytes: packed.tree_bytes,
            stored_bytes: packed.stored_bytes,
            digest: packed.digest.clone(),
            ..Record::default()
        };
        store.commit(&name, &record, Kept::CACHE)?;
        Ok(Effects {
            pack: packed.digest,
            ..effects.clone()
        })
    }

    /// Does it again in this build's copy of the app.
    pub(super) fn restore_aside(&self, effects: &Effects) -> Result<(), Fault> {
        if effects.is_empty() {
            return Ok(());
        }
        let (store, name) = (self.context.store, self.aside());
        let roots: Vec<PathBuf> = effects.kept().cloned().collect();
        self.mark.set()?;
        if !roots.is_empty() {
            let record = match store.look_up(&name) {
                Stored::Complete(record) if record.digest == effects.pack => record,
                _ => {
                    let why = "what its install made in the app is not there";
                    return Err(Fault::Damaged(why.to_owned()));
                }
            };
            let data = store.folder(&name).join("data");
            let none = HashSet::new();
            let digest = &record.digest;
            pack::unpack(self.app(), &roots, &data, digest, Links::Anywhere, &none)?;
            store.commit(&name, &record, Kept::CACHE)?;
        }
        let app = Beneath::open(self.app())?;
        for path in &effects.removed {
            app.remove(path)?;
        }
        self.mark.clear()?;
        Ok(())
    }
}
