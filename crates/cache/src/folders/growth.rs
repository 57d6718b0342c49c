//! Has what a build tool keeps grown so much that it pays to begin anew?
//!
//! Tools add entries and, since file times are lost, drop few of them. Where the key of an entry has the path of the
//! app in it (babel-loader), none is ever found again on a classic platform, whose build folder has another name each
//! time. So what comes back is at most half as much again as a build from nothing left. In a folder that several
//! tools share each of them is measured alone: one that grows takes nothing from the others.

use std::path::{Path, PathBuf};

use slugsmith_facts::tree::Tree;
use slugsmith_finding::units;

use super::folder::Folder;
use crate::event::{Collected, Event, Progress};
use crate::ledger::{Ledger, has_grown};
use crate::store::{Record, Store};
use crate::{Context, pack};

/// Bytes below which nothing is gained: less than the archive's own list.
const LEAST: u64 = 512;

impl Folder {
    /// Whether all of what is stored is too much to come back, which is then the reason why it does not.
    pub(super) fn begins_anew(&mut self, context: &Context<'_>, record: &Record) -> bool {
        if !self.is_bounded || self.is_shared() {
            return false;
        }
        let fresh = Ledger::load(context.store).fresh.get(&self.name).copied();
        let anew = fresh.and_then(|fresh| anew(record.tree_bytes, fresh));
        self.misfit.extend(anew.clone());
        anew.is_some()
    }

    /// Takes out again what too much has come back of, and notes what stays.
    pub(super) fn bound(&mut self, context: &Context<'_>, progress: &mut dyn Progress) {
        let app = &context.app.root;
        let ledger = Ledger::load(context.store);
        for part in self.parts(app) {
            let name = part.display().to_string();
            let fresh = ledger.fresh.get(&name);
            let now = bytes(app, &part);
            let anew = fresh.and_then(|fresh| Some((anew(now, *fresh)?, now)));
            match anew.filter(|_| self.is_shared()) {
                Some((why, bytes)) if pack::remove_tree(app, &part).is_ok() => {
                    progress.event(Event::Collected(&Collected { name, bytes, why }));
                }
                _ => self.brought.push(part),
            }
        }
    }

    /// Notes how much each part has that this build made from nothing. Without it the next build gives back more.
    pub(super) fn measure(&self, app: &Path, store: &Store) {
        let mut ledger = Ledger::load(store);
        let before = ledger.clone();
        let parts = self.parts(app);
        for part in &parts {
            let found = ledger.fresh.entry(part.display().to_string());
            let now = bytes(app, part);
            let fresh = found.or_insert(now);
            if !self.brought.contains(part) {
                *fresh = now;
            }
        }
        let is_gone = |name: &str| {
            let mut paths = self.paths.iter();
            let is_ours = paths.any(|path| self.is_shared() && Path::new(name).starts_with(path));
            is_ours && !parts.iter().any(|part| part == Path::new(name))
        };
        ledger.fresh.retain(|name, _| !is_gone(name));
        if ledger != before {
            let _ = ledger.save(store);
        }
    }

    /// Whether each name in it is another tool's.
    fn is_shared(&self) -> bool {
        self.checked.is_some_and(|names| !names.is_empty())
    }

    /// What is measured alone.
    fn parts(&self, app: &Path) -> Vec<PathBuf> {
        if !self.is_bounded {
            return Vec::new();
        }
        let there = self.paths.iter().filter(|path| app.join(path).exists());
        if !self.is_shared() {
            return there.cloned().collect();
        }
        let names = there.flat_map(|path| {
            let entries = fs_err::read_dir(app.join(path)).into_iter().flatten();
            entries.flatten().map(|entry| path.join(entry.file_name()))
        });
        names.collect()
    }
}

fn anew(bytes: u64, fresh: u64) -> Option<String> {
    let is_too_much = bytes > LEAST && has_grown(bytes, fresh);
    is_too_much.then(|| {
        format!(
            "it has {} where a build from nothing leaves {}",
            units::size(bytes),
            units::size(fresh)
        )
    })
}

fn bytes(app: &Path, part: &Path) -> u64 {
    let full = app.join(part);
    match fs_err::symlink_metadata(&full) {
        Ok(found) if found.is_dir() => Tree::read(&full).totals().bytes,
        Ok(found) => found.len(),
        Err(_) => 0,
    }
}
