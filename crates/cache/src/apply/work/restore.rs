//! A stored tree is put where it belongs, and laid out for launch.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::SystemTime;

use super::Work;
use crate::apply::download_store;
use crate::apply::relocate::Naming;
use crate::event::Progress;
use crate::pack::{self, Fault};
use crate::presets::Class;
use crate::store::Record;
use crate::{CACHE_DISCARDED, CACHE_NOT_STORED, left_out, natives};
use slugsmith_facts::beneath::{Beneath, own};
use slugsmith_facts::tree::Tree;
use slugsmith_finding::error::Result;

impl Work<'_> {
    /// Gives the stored tree back, unless the `whole` is asked for without what strip would
    /// remove again. `Some(reason)` if it can't be trusted; the app is then as it was.
    pub(in crate::apply) fn restore(
        &mut self,
        record: &Record,
        whole: bool,
        progress: &mut dyn Progress,
    ) -> Result<Option<String>> {
        if let Some(path) = record.effects.in_the_way(self.app()) {
            return Ok(Some(format!("{} is in the app now", path.display())));
        }
        let folder = self.context.store.folder(self.name);
        let misfit = natives::misfit(&folder, &natives::Machine::this());
        let done = match self.class {
            _ if misfit.is_some() => Err(Fault::Damaged(misfit.unwrap_or_default())),
            Class::Packed { .. } => self.unpack(record, whole),
            Class::Layer { .. } => self
                .check_layer(record)
                .and_then(|()| self.restore_aside(&record.effects)),
        };
        let Err(fault) = done else {
            return Ok(None);
        };
        self.take_back()?;
        // What can't be removed now is marked or overwritten by the install.
        let _ = self.context.store.discard(self.name);
        self.warn(&CACHE_DISCARDED, &fault, progress);
        Ok(Some(format!("the stored cache was discarded: {fault}")))
    }

    fn unpack(&mut self, record: &Record, whole: bool) -> std::result::Result<(), Fault> {
        self.mark.set()?;
        let data = self.data();
        self.naming = Naming::kept(&self.context.store.folder(self.name))
            .map_err(|error| Fault::Damaged(error.to_string()))?;
        let left_out = match self.kept_apart {
            Some(kept_apart) if !whole => {
                let config = &self.context.config.strip;
                let mut list = left_out::list(self.context.store, &data, &record.digest, config)?;
                left_out::without(&mut list, kept_apart);
                // What is brought back later would not be written anew.
                let naming = self.naming.as_ref().map_or(&[][..], Naming::files);
                left_out::without(&mut list, naming);
                list
            }
            _ => HashSet::new(),
        };
        let roots = self.trees.iter().chain(record.effects.kept());
        let roots: Vec<PathBuf> = roots.cloned().collect();
        let unpacked = pack::unpack(
            self.app(),
            &roots,
            &data,
            &record.digest,
            self.links(),
            &left_out,
        )?;
        if unpacked.files != record.files {
            return Err(Fault::Damaged("it holds another tree".to_owned()));
        }
        let app = Beneath::open(self.app())?;
        for path in &record.effects.removed {
            app.remove(path)?;
        }
        if let Some(naming) = &self.naming {
            naming.enter(self.app())?;
        }
        if whole {
            self.renew();
        }
        self.mark.clear()?;
        if let (Some(_), false) = (self.kept_apart, whole) {
            let packed = left_out::Packed {
                folder: data,
                digest: record.digest.clone(),
                left_out,
                rewritten: self.rewritten(),
            };
            self.packed = Some((packed, unpacked.left_out_bytes));
        }
        Ok(())
    }

    /// Makes the file that is to be the newest of the tree so. Without it the tool is slower.
    fn renew(&self) {
        let Some(path) = self.job.newest.as_ref().map(|path| self.app().join(path)) else {
            return;
        };
        if fs_err::symlink_metadata(&path).is_ok_and(|found| found.is_file()) {
            let renewed = own::handle(&path);
            let _ = renewed.and_then(|file| file.set_modified(SystemTime::now()));
        }
    }

    /// The tree that was just stored, where only strip will look at it.
    pub(in crate::apply) fn packed_whole(
        &self,
        record: Option<&Record>,
    ) -> Option<left_out::Packed> {
        let record = record.filter(|record| !record.digest.is_empty())?;
        self.kept_apart.map(|_| left_out::Packed {
            folder: self.data(),
            digest: record.digest.clone(),
            left_out: HashSet::new(),
            rewritten: self.rewritten(),
        })
    }

    fn rewritten(&self) -> HashSet<PathBuf> {
        let files = self.naming.iter().flat_map(Naming::files);
        files.cloned().collect()
    }

    /// The lifecycle has checked the layer's digest; counts and sizes tell the rest.
    fn check_layer(&self, record: &Record) -> std::result::Result<(), Fault> {
        if record.is_away {
            // The lifecycle takes it over from the last image, which names its digest.
            return Ok(());
        }
        let tree = Tree::read(&self.data());
        let totals = tree.totals();
        if tree.unread().is_empty()
            && (totals.files, totals.bytes) == (record.files, record.tree_bytes)
        {
            Ok(())
        } else {
            Err(Fault::Damaged(format!(
                "it has {} files, not {}",
                totals.files, record.files
            )))
        }
    }

    /// Marks the cache as good for one more build.
    pub(in crate::apply) fn hold(&self, record: &Record, progress: &mut dyn Progress) {
        download_store::hold(self.context, &self.job.stores);
        let store = self.context.store;
        let held = store.commit(self.name, record, self.kept());
        // On a full disk the cache is lost to the next build, not to this one.
        let exposed = held.and_then(|()| {
            // The image has them, and any file here would take its layer's place.
            if record.is_away {
                Ok(())
            } else {
                self.expose()
            }
        });
        if let Err(error) = exposed {
            self.warn(&CACHE_NOT_STORED, error, progress);
        }
    }

    pub(in crate::apply) fn expose(&self) -> std::io::Result<()> {
        match self.class {
            Class::Layer { .. } => self.context.store.expose(self.name, &self.job.exposes),
            Class::Packed { .. } => Ok(()),
        }
    }
}
