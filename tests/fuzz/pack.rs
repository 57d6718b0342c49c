//! Our own archives and metadata, damaged in a way that digests don't notice: whoever can
//! write to a cache could write such ones. Nothing is ever made outside of the roots.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use slugsmith::cache::pack::{Links, Part, pack, unpack};
use slugsmith::cache::store::Store;
use tempfile::TempDir;

use crate::engine::run;

/// A packed tree, its archive folder and index.
fn packed() -> (TempDir, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("app");
    let tree = app.join("node_modules");
    fs_err::create_dir_all(tree.join("ms/lib")).unwrap();
    fs_err::create_dir_all(folder.path().join("pack")).unwrap();
    fs_err::create_dir_all(folder.path().join("outside")).unwrap();
    fs_err::write(folder.path().join("outside/precious"), "precious").unwrap();
    fs_err::write(tree.join("ms/index.js"), "module.exports = 1;\n".repeat(50)).unwrap();
    fs_err::write(tree.join("ms/lib/a.js"), "1").unwrap();
    fs_err::hard_link(tree.join("ms/lib/a.js"), tree.join("ms/lib/b.js")).unwrap();
    std::os::unix::fs::symlink("ms/index.js", tree.join("link")).unwrap();
    let roots = [PathBuf::from("node_modules")];
    pack(
        &app,
        &roots,
        &folder.path().join("pack"),
        Links::Inside,
        None,
    )
    .unwrap();
    let index = fs_err::read(folder.path().join("pack/index")).unwrap();
    let index = zstd::stream::decode_all(index.as_slice()).unwrap();
    (folder, index)
}

/// Unpacks an index whose digest fits, into an empty app.
fn open(folder: &Path, index: &[u8]) {
    let pack = folder.join("pack");
    let encoded = zstd::bulk::compress(index, 1).unwrap();
    let digest = blake3::hash(&encoded).to_hex().to_string();
    fs_err::write(pack.join("index"), encoded).unwrap();
    let app = folder.join("app");
    fs_err::remove_dir_all(&app).unwrap();
    fs_err::create_dir(&app).unwrap();
    let some = HashSet::from([PathBuf::from("node_modules/ms/lib/a.js")]);
    let roots = [PathBuf::from("node_modules")];
    for left_out in [HashSet::new(), some] {
        if unpack(&app, &roots, &pack, &digest, Links::Inside, &left_out).is_ok()
            && let Ok(part) = Part::open(&pack, &digest)
        {
            let count = part.entries().count();
            let _ = part.content(0);
            let _ = part.fill(&app, &(0..count + 2).collect::<Vec<_>>());
        }
    }
    let names = |folder: &Path| {
        let entries = fs_err::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(folder), ["app", "outside", "pack"]);
    assert_eq!(names(&folder.join("outside")), ["precious"]);
    let precious = fs_err::read_to_string(folder.join("outside/precious")).unwrap();
    assert_eq!(precious, "precious");
}

#[test]
fn pack_index() {
    let (folder, index) = packed();
    // The same length, so that a path can become one that leads out.
    let hostile = |from: &str, to: &str| {
        let at = index
            .windows(from.len())
            .position(|part| part == from.as_bytes());
        let mut index = index.clone();
        index.splice(at.unwrap()..at.unwrap() + from.len(), to.bytes());
        index
    };
    let seeds = [
        index.clone(),
        hostile("node_modules", "../outside/x"),
        hostile("ms/index.js", "/etc/passwd"),
    ];
    run("pack_index", &seeds, |data| open(folder.path(), data));
}

#[test]
fn pack_frames() {
    let (folder, index) = packed();
    let frames = folder.path().join("pack/frames");
    let seed = fs_err::read(&frames).unwrap();
    run("pack_frames", &[seed], |data| {
        fs_err::write(&frames, data).unwrap();
        open(folder.path(), &index);
    });
}

#[test]
fn pack_raw_index() {
    let (folder, index) = packed();
    let pack = folder.path().join("pack");
    let seed = zstd::bulk::compress(&index, 1).unwrap();
    run("pack_raw_index", &[seed], |data| {
        fs_err::write(pack.join("index"), data).unwrap();
        let digest = blake3::hash(data).to_hex().to_string();
        let _ = Part::open(&pack, &digest);
    });
}

/// Metadata of a stored cache: at most it is called unusable.
#[test]
fn pack_metadata() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().to_owned());
    let cache = store.begin("npm").unwrap();
    fs_err::write(cache.join("index"), "").unwrap();
    let file = folder.path().join(format!(
        "{}.toml",
        cache.file_name().unwrap().to_str().unwrap()
    ));
    store
        .commit(
            "npm",
            &slugsmith::cache::store::Record::default(),
            slugsmith::cache::store::Kept::CACHE,
        )
        .unwrap();
    let seed = fs_err::read(&file).unwrap();
    run("pack_metadata", &[seed], |data| {
        fs_err::write(&file, data).unwrap();
        let _ = store.look_up("npm");
        let _ = store.all();
    });
}
