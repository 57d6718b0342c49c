//! Has the install script of a package looked at the app, and left something among the packages?
//!
//! Prisma made this usual: a `postinstall` reads a file of the app and writes code into
//! `node_modules`. No lockfile knows what such a script reads. A script that compiles or downloads
//! looks at its own package alone, so that its results tell nothing about the app.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use super::manifest;
use slugsmith_ecosystems::javascript::MANIFEST;
use slugsmith_facts::beneath;
use slugsmith_facts::tree::{Entry, EntryKind, Tree};

/// Packages of which `settings` knows what their scripts read.
const KNOWN: &[&str] = &["@prisma/client", "prisma", "@prisma/engines", "puppeteer"];

/// How the name of what a package manager, or one of those, keeps beside the packages begins.
const KEPT: &[&str] = &[
    ".bin",
    ".bun",
    ".cache",
    ".deno",
    ".ignored",
    ".modules.yaml",
    ".npm",
    ".package-",
    ".pnpm",
    ".prisma",
    ".store",
    ".yarn",
];

/// How a script learns where the app is: npm, yarn, pnpm and Bun set the first for it.
const APP: &[&str] = &["INIT_CWD", "npm_config_local_prefix", "PROJECT_CWD"];

/// A larger file is data or a bundle, and no script of an install.
const MOST: u64 = 1 << 20;

/// Whether a script did that, in these trees of the app.
pub(super) fn from_the_app(app: &Path, trees: &[PathBuf]) -> bool {
    trees.iter().any(|tree| {
        let root = app.join(tree);
        // The tree of a layer is a link to it.
        let root = fs_err::canonicalize(&root).unwrap_or(root);
        in_tree(&Tree::read(&root))
    })
}

fn in_tree(tree: &Tree) -> bool {
    let packages: Vec<&Path> = packages(tree).collect();
    let scripts = packages.iter().filter(|package| {
        let is_known = KNOWN.iter().any(|name| package.ends_with(name));
        !is_known && has_script(&tree.root().join(package))
    });
    let scripts: Vec<&&Path> = scripts.collect();
    if scripts.is_empty() {
        return false;
    }
    let mut beside = tree.entries().iter().map(Entry::path).filter(|path| {
        let name = path.to_string_lossy();
        path.components().count() == 1 && name.starts_with('.')
    });
    let is_kept = |path: &Path| {
        let name = path.to_string_lossy();
        KEPT.iter().any(|kept| name.starts_with(kept))
    };
    if beside.any(|path| !is_kept(path)) {
        return true;
    }
    let mut asking = scripts.into_iter().filter(|package| asks(tree, package));
    let Some(first) = asking.next() else {
        return false;
    };
    // Scripts run when every package is unpacked.
    let manifests = packages.iter().map(|package| package.join(MANIFEST));
    let unpacked = manifests.filter_map(|path| written(tree, &path)).max();
    let mut asking = std::iter::once(first).chain(asking);
    asking.any(|package| files(tree, package).any(|file| written(tree, file.path()) > unpacked))
}

/// The folders in which a package manager puts packages: `ms`, `@scope/name`,
/// `.pnpm/…/node_modules/ms`.
fn packages(tree: &Tree) -> impl Iterator<Item = &Path> {
    let manifests = tree.entries().iter().filter(|entry| {
        let name = entry.path().file_name().unwrap_or_default();
        entry.kind() == EntryKind::File && name == MANIFEST
    });
    let folders = manifests.filter_map(|entry| entry.path().parent());
    folders.filter(|folder| {
        let starts = |path: &Path, with: u8| {
            let name = path.file_name().unwrap_or_default();
            name.as_encoded_bytes().first() == Some(&with)
        };
        let mut place = folder.parent().unwrap_or(Path::new(""));
        if starts(place, b'@') {
            place = place.parent().unwrap_or(Path::new(""));
        }
        let is_in_place = place.as_os_str().is_empty() || place.ends_with("node_modules");
        is_in_place && !folder.as_os_str().is_empty() && !starts(folder, b'.')
    })
}

fn has_script(folder: &Path) -> bool {
    let text = beneath::read(folder.join(MANIFEST)).unwrap_or_default();
    let manifest: Value = serde_json::from_slice(&text).unwrap_or_default();
    let mut scripts = ["preinstall", "install", "postinstall"].iter();
    scripts.any(|name| manifest::has_script(&manifest, name))
}

/// Whether code of the package asks where the app is.
fn asks(tree: &Tree, package: &Path) -> bool {
    let mut scripts = files(tree, package).filter(|file| {
        let end = file.path().extension().unwrap_or_default();
        let is_code = ["js", "cjs", "mjs", "sh", "json"]
            .iter()
            .any(|one| end == *one);
        is_code && file.size() <= MOST
    });
    scripts.any(|file| {
        let text = beneath::read(tree.root().join(file.path())).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        APP.iter().any(|name| text.contains(name))
    })
}

fn files<'a>(tree: &'a Tree, package: &'a Path) -> impl Iterator<Item = &'a Entry> {
    tree.entries().iter().filter(move |entry| {
        let inside = entry.path().strip_prefix(package);
        entry.kind() == EntryKind::File
            && inside.is_ok_and(|path| !path.iter().any(|part| part == "node_modules"))
    })
}

/// When the content was written, closer than [`Entry::modified`] says it; a command gets other
/// rights after that.
fn written(tree: &Tree, path: &Path) -> Option<SystemTime> {
    let metadata = fs_err::symlink_metadata(tree.root().join(path)).ok()?;
    metadata.modified().ok()
}
