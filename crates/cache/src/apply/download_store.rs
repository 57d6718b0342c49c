//! Where do tools keep downloads and compiled objects between builds?
//!
//! A download store is a layer that only its tool reads and writes. It makes a miss quicker and
//! never decides what is installed, so it is trusted as far as the tool trusts it.

mod sweep;

use slugsmith_facts::beneath::own;
use std::collections::BTreeMap;
use std::ffi::OsString;

use super::times;
use crate::Context;
use crate::ledger::{Ledger, has_grown};
use crate::lockfile::Packages;
use crate::pack;
use crate::presets::DownloadStore;
use crate::store::{Kept, Record, Stored};
use slugsmith_facts::tree::{EntryKind, Tree};

/// Makes the download stores ready and tells the tools where they are. A download store that can't be made
/// is left out: its tool then keeps nothing.
pub(super) fn open(
    context: &Context<'_>,
    download_stores: &[DownloadStore],
    variables: &mut BTreeMap<String, OsString>,
) {
    if context.config.cache.off {
        return;
    }
    for downloads in download_stores {
        if variables.contains_key(downloads.variable) && downloads.variable != "MAVEN_OPTS" {
            // Somebody keeps it already.
            continue;
        }
        let store = context.store;
        let is_same = match store.look_up(&downloads.name) {
            Stored::Complete(record) => record.inputs == downloads.inputs,
            _ => false,
        };
        let fits = is_same && !context.is_reset(&downloads.name);
        // What is begun anew is measured anew.
        if !fits {
            forget(context, &downloads.name);
        }
        let ready = if fits {
            store.touch(&downloads.name)
        } else {
            store.begin(&downloads.name).map(drop)
        };
        let data = store.folder(&downloads.name).join("data");
        if ready.and_then(|()| own::create_folders(&data)).is_err() {
            continue;
        }
        sweep::mark(downloads, &data);
        if let Some(sources) = &downloads.sources
            && times::give_back(sources, &data, &times_file(context, downloads)).is_err()
        {
            // Without the times a tool that goes by them may take old for new.
            let _ = pack::remove(&data);
            continue;
        }
        let value = if downloads.variable == "MAVEN_OPTS" {
            let given = variables
                .get(downloads.variable)
                .cloned()
                .unwrap_or_default();
            let mut value = OsString::from("-Dmaven.repo.local=");
            value.push(&data);
            value.push(" ");
            value.push(given);
            value
        } else {
            data.into_os_string()
        };
        variables.insert(downloads.variable.to_owned(), value);
    }
}

/// Keeps the download stores for the next build. What can't be kept is removed: a download store is only
/// ever a gain.
pub(super) fn close(context: &Context<'_>, download_stores: &[DownloadStore], packages: &Packages) {
    if download_stores.is_empty() || context.config.cache.off {
        return;
    }
    let mut ledger = Ledger::load(context.store);
    for downloads in download_stores {
        let store = context.store;
        let data = store.folder(&downloads.name).join("data");
        if !data.is_dir() {
            continue;
        }
        sweep::sweep(downloads, &data, &ledger.live(&downloads.name, packages));
        if let Some(sources) = &downloads.sources
            && times::write_down(sources, &data, &times_file(context, downloads)).is_err()
        {
            let _ = store.discard(&downloads.name);
            continue;
        }
        let mut tree = Tree::read(&data);
        let fresh = ledger.fresh.entry(downloads.name.clone());
        let fresh = fresh.or_insert(tree.totals().bytes);
        let mut is_too_large = false;
        if has_grown(tree.totals().bytes, *fresh) {
            let is_clean = sweep::to_this_build(downloads, &data, packages);
            tree = Tree::read(&data);
            let bytes = tree.totals().bytes;
            if is_clean {
                *fresh = bytes;
            }
            is_too_large = has_grown(bytes, *fresh) && bytes > *fresh + SLACK;
        }
        let totals = tree.totals();
        let is_special = |entry: &slugsmith_facts::tree::Entry| entry.kind() == EntryKind::Special;
        let refused =
            totals.bytes > downloads.most || is_too_large || tree.entries().iter().any(is_special);
        let record = Record {
            inputs: downloads.inputs.clone(),
            files: totals.files,
            tree_bytes: totals.bytes,
            stored_bytes: totals.bytes,
            stored_at: super::now(),
            ..Record::default()
        };
        if refused
            || totals.files == 0
            || store.commit(&downloads.name, &record, Kept::CACHE).is_err()
        {
            let _ = store.discard(&downloads.name);
            ledger.forget(&downloads.name);
        }
    }
    // Without the ledger the next build sweeps less.
    let _ = ledger.save(context.store);
}

/// A download store whose old contents can't be told from what is of use may have so many bytes more
/// than one build needs before it begins anew: less than a build from nothing costs.
const SLACK: u64 = 50_000_000;

fn forget(context: &Context<'_>, name: &str) {
    let mut ledger = Ledger::load(context.store);
    ledger.fresh.remove(name);
    let _ = ledger.save(context.store);
}

fn times_file(context: &Context<'_>, downloads: &DownloadStore) -> std::path::PathBuf {
    context.store.folder(&downloads.name).join("times")
}

/// Lets the download stores of an unchanged app stay: without `[types]` the lifecycle drops them.
pub(super) fn hold(context: &Context<'_>, download_stores: &[DownloadStore]) {
    for downloads in download_stores {
        if let Stored::Complete(record) = context.store.look_up(&downloads.name) {
            // If this fails the download store is lost, and nothing else.
            let _ = context.store.commit(&downloads.name, &record, Kept::CACHE);
        }
    }
}
