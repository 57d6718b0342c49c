//! Caches that other builds have kept: asked for where this disk has none that fits.
//!
//! A [`Remote`] is a store that several builds share; what it is and whom it believes is not known
//! here. What it gives takes the place of the local cache, before that is looked up, and is then
//! judged and unpacked as if an earlier build of this app had left it: by its inputs, by the digest
//! of its index, and beneath the app. So the local disk comes first, a cache of a stranger is no
//! other than one of our own, and a damaged one is a miss.

mod bring;
mod bundle;
mod keep;

use std::path::PathBuf;

pub use self::bring::take_packed;
pub(crate) use self::bring::{Site, bring, bring_folder};
pub(crate) use self::keep::SECRET;
pub use self::keep::{Prepared, entries, own_secret, prepare};
pub use crate::remote::{Found, Made, PACK_FILES, Remote, RemoteKey};

use crate::inputs::Inputs;
use crate::presets::{Class, Job};
use crate::{Context, files, inputs};
use slugsmith_facts::environment::World;

/// What a key does not have before the install: it is compared when an entry is looked at.
fn is_derived(name: &str) -> bool {
    files::is_input(name) || name.starts_with("tree of ")
}

fn hashed(inputs: &Inputs, surroundings: &str, wanted: impl Fn(&str) -> bool) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    add(surroundings);
    for (name, value) in inputs.named() {
        // A value with a random salt is another one on every machine.
        if !is_derived(name) && !inputs::is_salted(value) && wanted(name) {
            add(name);
            add(value);
        }
    }
    short(&hasher.finalize())
}

fn short(hash: &blake3::Hash) -> String {
    format!("{:.16}", hash.to_hex().as_str())
}

/// What is no input, since it is the same in every build of one app: for what platform the tree is,
/// and where it has to be.
fn surroundings(context: &Context<'_>, name: &str, class: Class) -> String {
    let target = &context.environment.target;
    let machine = format!("1 {} {} {}", target.os, target.arch, target.distro);
    let data = || context.store.folder(name).join("data");
    let (form, place) = match (class, context.environment.world) {
        // A layer is exposed where it is, and files in it name that folder.
        (Class::Layer { .. }, _) => ("layer", data()),
        (Class::Packed { .. }, World::CloudNative) => ("packed", context.app.root.clone()),
        // Files that name the build's folder are known, and written anew.
        (Class::Packed { .. }, World::Classic | World::Embedded) => ("packed", PathBuf::new()),
    };
    format!("{machine} {form} {}", place.display())
}

/// Where the cache of a site is in a shared store.
pub(crate) fn place(context: &Context<'_>, name: &str, class: Class, job: &Job) -> RemoteKey {
    let around = surroundings(context, name, class);
    let is_fixed = |input: &str| job.sync.is_empty() || !(job.syncs_over)(input);
    RemoteKey {
        name: short(&blake3::hash(name.as_bytes())),
        group: hashed(&job.inputs, &around, is_fixed),
        key: hashed(&job.inputs, &around, |_| true),
    }
}

/// The same of a folder that a build fills, which any older state is good for.
pub(crate) fn place_of_folder(context: &Context<'_>, name: &str, inputs: &Inputs) -> RemoteKey {
    let around = surroundings(context, name, crate::presets::PACKED);
    let group = hashed(inputs, &around, |_| true);
    RemoteKey {
        name: short(&blake3::hash(name.as_bytes())),
        key: group.clone(),
        group,
    }
}

/// Notes a cache of this build for [`prepare`].
pub(crate) fn note(context: &Context<'_>, name: &str, place: RemoteKey, class: Class) {
    context.store.note(Made {
        name: name.to_owned(),
        place,
        is_packed: matches!(class, Class::Packed { .. }),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_install_adds_is_no_part_of_a_key() {
        let mut before = Inputs::default();
        before.plain("node", "20");
        before.digest("package-lock.json", b"1");
        let mut after = before.clone();
        after.plain(files::ALL, "#1");
        after.plain("tree of npm", "#2");
        after.salted("TOKEN", b"secret", None);
        let key = |inputs: &Inputs| hashed(inputs, "linux", |_| true);
        assert_eq!(key(&before), key(&after));
        let mut other = before.clone();
        other.plain("node", "22");
        assert_ne!(key(&before), key(&other));
        assert_ne!(key(&before), hashed(&before, "darwin", |_| true));
        let group = |inputs: &Inputs| hashed(inputs, "", |name| name == "node");
        let mut lock = before.clone();
        lock.digest("package-lock.json", b"2");
        assert_eq!(group(&before), group(&lock));
    }
}
