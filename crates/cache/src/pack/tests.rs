use std::collections::HashSet;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

use proptest::prelude::*;

use super::index::Content;
use super::*;
mod forged;
mod parts;

use slugsmith_facts::tree::{EntryKind, Tree};

/// Everything that must survive, as text: path, kind, mode, content, names per file.
fn shape(root: &Path) -> Vec<String> {
    let tree = Tree::read(root);
    assert!(tree.unread().is_empty());
    tree.entries()
        .iter()
        .map(|entry| {
            let path = root.join(entry.path());
            let content = match entry.kind() {
                EntryKind::File => format!("{:?}", blake3::hash(&fs_err::read(&path).unwrap())),
                EntryKind::Symlink => format!("{:?}", fs_err::read_link(&path).unwrap()),
                _ => String::new(),
            };
            let links = if entry.kind() == EntryKind::File {
                entry.links()
            } else {
                0
            };
            format!(
                "{:?} {:?} {:o} {links} {content}",
                entry.path().as_os_str().as_bytes(),
                entry.kind(),
                entry.mode(),
            )
        })
        .collect()
}

fn put(path: &Path, bytes: &[u8]) {
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, bytes).unwrap();
}

fn roots() -> [PathBuf; 1] {
    ["node_modules".into()]
}

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["from", "to", "pack"] {
            fs_err::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder }
    }
    fn from(&self) -> PathBuf {
        self.folder.path().join("from")
    }
    fn to(&self) -> PathBuf {
        self.folder.path().join("to")
    }
    fn stored(&self) -> PathBuf {
        self.folder.path().join("pack")
    }
    fn pack(&self) -> Result<Packed, Fault> {
        pack(
            &self.from(),
            &["node_modules".into()],
            &self.stored(),
            Links::Inside,
            None,
        )
    }
    /// Packs again, with what is stored for a base; what is stored then is the new pack.
    fn pack_again(&self) -> Packed {
        let fresh = self.folder.path().join("fresh");
        fs_err::create_dir(&fresh).unwrap();
        let before = self.pack_digest();
        let old = Previous::open(&self.stored(), &before);
        let roots = ["node_modules".into()];
        let packed = pack(&self.from(), &roots, &fresh, Links::Inside, old.as_ref()).unwrap();
        remove(&self.stored()).unwrap();
        fs_err::rename(fresh, self.stored()).unwrap();
        packed
    }
    fn pack_digest(&self) -> String {
        let index = fs_err::read(self.stored().join("index")).unwrap();
        blake3::hash(&index).to_hex().to_string()
    }
    fn round_trip(&self) -> (Packed, Unpacked) {
        let packed = self.pack().unwrap();
        let unpacked = unpack(
            &self.to(),
            &roots(),
            &self.stored(),
            &packed.digest,
            Links::Inside,
            &HashSet::new(),
        )
        .unwrap();
        (packed, unpacked)
    }
}

fn odd_tree(root: &Path) {
    put(&root.join("a/index.js"), b"module.exports = 1");
    put(&root.join("a/empty"), b"");
    let big: Vec<u8> = (0..9_500_000_u32)
        .map(|n| u8::try_from((n % 251) ^ (n >> 16)).unwrap())
        .collect();
    put(&root.join("big.node"), &big);
    put(&root.join(".bin/tool.js"), b"#!/usr/bin/env node");
    fs_err::set_permissions(root.join(".bin/tool.js"), PermissionsExt::from_mode(0o755)).unwrap();
    symlink("tool.js", root.join(".bin/tool")).unwrap();
    symlink("../../packages/x", root.join("a/workspace")).unwrap();
    symlink("nowhere", root.join("dangling")).unwrap();
    fs_err::hard_link(root.join("a/index.js"), root.join("zz-same")).unwrap();
    fs_err::create_dir_all(root.join("empty/folder")).unwrap();
    put(
        &root.join(std::ffi::OsStr::from_bytes(b"caf\xe9/\xff")),
        b"latin",
    );
    put(&root.join("locked/file"), b"x");
    fs_err::set_permissions(root.join("locked/file"), PermissionsExt::from_mode(0o444)).unwrap();
    fs_err::set_permissions(root.join("locked"), PermissionsExt::from_mode(0o555)).unwrap();
}

#[test]
fn an_odd_tree_comes_back_as_it_was() {
    let bench = Bench::new();
    odd_tree(&bench.from().join("node_modules"));
    let (packed, unpacked) = bench.round_trip();
    assert_eq!(shape(&bench.from()), shape(&bench.to()));
    assert_eq!(
        (packed.files, packed.tree_bytes),
        (unpacked.files, unpacked.tree_bytes)
    );
    assert_eq!(unpacked.files, 10);
    remove(&bench.from().join("node_modules")).unwrap();
    remove(&bench.to().join("node_modules")).unwrap();
}

#[test]
fn the_same_tree_gives_the_same_bytes() {
    let bench = Bench::new();
    odd_tree(&bench.from().join("node_modules"));
    let first = bench.pack().unwrap();
    let frames = fs_err::read(bench.stored().join("frames")).unwrap();
    let second = bench.pack().unwrap();
    assert_eq!(first, second);
    assert_eq!(frames, fs_err::read(bench.stored().join("frames")).unwrap());
}

#[test]
fn several_roots_and_missing_ones() {
    let bench = Bench::new();
    put(&bench.from().join("node_modules/a/x"), b"1");
    put(&bench.from().join("packages/p/node_modules/b/x"), b"2");
    put(&bench.from().join("file.tsbuildinfo"), b"3");
    let roots: Vec<PathBuf> = [
        "node_modules",
        "packages/p/node_modules",
        "none",
        "file.tsbuildinfo",
    ]
    .map(PathBuf::from)
    .to_vec();
    let packed = pack(&bench.from(), &roots, &bench.stored(), Links::Inside, None).unwrap();
    let unpacked = unpack(
        &bench.to(),
        &roots,
        &bench.stored(),
        &packed.digest,
        Links::Inside,
        &HashSet::new(),
    )
    .unwrap();
    assert_eq!(unpacked.roots.len(), 3);
    assert_eq!(shape(&bench.from()), shape(&bench.to()));
}

#[test]
fn a_link_is_kept_on_its_own_and_replaces_what_was_there() {
    let bench = Bench::new();
    put(&bench.from().join("a/b/real"), b"1");
    symlink("b/real", bench.from().join("a/link")).unwrap();
    let roots: Vec<PathBuf> = vec!["a/link".into()];
    let packed = pack(&bench.from(), &roots, &bench.stored(), Links::Inside, None).unwrap();
    put(&bench.to().join("a/b/real"), b"1");
    symlink("elsewhere", bench.to().join("a/link")).unwrap();
    let (digest, nothing) = (&packed.digest, HashSet::new());
    unpack(
        &bench.to(),
        &roots,
        &bench.stored(),
        digest,
        Links::Inside,
        &nothing,
    )
    .unwrap();
    assert_eq!(shape(&bench.from()), shape(&bench.to()));
}

#[test]
fn what_a_cache_must_not_hold_is_refused() {
    let bench = Bench::new();
    put(&bench.from().join("node_modules/a"), b"1");
    let fifo = bench.from().join("node_modules/pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &fifo,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o644),
        0,
    )
    .unwrap();
    assert!(matches!(bench.pack(), Err(Fault::Refused(why)) if why.contains("pipe")));
    fs_err::remove_file(fifo).unwrap();
    for target in ["/etc/passwd", "../../outside", "a/../../../x"] {
        let link = bench.from().join("node_modules/link");
        symlink(target, &link).unwrap();
        assert!(matches!(bench.pack(), Err(Fault::Refused(why)) if why.contains("leads out")));
        fs_err::remove_file(link).unwrap();
    }
    // By the folder of this build, and by another name of it.
    put(&bench.from().join("data"), b"1");
    let link = bench.from().join("node_modules/abs");
    symlink(bench.from().join("data"), &link).unwrap();
    let packed = bench.pack().unwrap();
    let index = read::read_index(&bench.stored(), &packed.digest).unwrap();
    let stored = index.items.iter().find(|item| item.path.ends_with("abs"));
    let target = Content::Symlink("../data".into());
    assert_eq!(stored.map(|item| &item.content), Some(&target));
    assert_eq!(packed.naming, [PathBuf::from("node_modules/abs")]);
    fs_err::remove_file(link).unwrap();
    symlink("../outside", bench.from().join("link")).unwrap();
    let roots = ["link".into()];
    let refused = pack(&bench.from(), &roots, &bench.stored(), Links::Inside, None);
    assert!(matches!(refused, Err(Fault::Refused(why)) if why.contains("leads out")));
    bench.pack().unwrap();
    assert!(
        pack(
            &bench.from(),
            &["../from".into()],
            &bench.stored(),
            Links::Inside,
            None
        )
        .is_err()
    );
}

#[test]
fn every_flipped_bit_and_every_cut_is_found() {
    let bench = Bench::new();
    for number in 0..50 {
        put(
            &bench
                .from()
                .join(format!("node_modules/p{number}/index.js")),
            format!("module {number}").as_bytes(),
        );
    }
    let packed = bench.pack().unwrap();
    for name in ["frames", "index"] {
        let file = bench.stored().join(name);
        let good = fs_err::read(&file).unwrap();
        for at in (0..good.len()).step_by(7) {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            fs_err::write(&file, &bad).unwrap();
            assert!(
                unpack(
                    &bench.to(),
                    &roots(),
                    &bench.stored(),
                    &packed.digest,
                    Links::Inside,
                    &HashSet::new()
                )
                .is_err()
            );
            fs_err::write(&file, &good[..at]).unwrap();
            assert!(
                unpack(
                    &bench.to(),
                    &roots(),
                    &bench.stored(),
                    &packed.digest,
                    Links::Inside,
                    &HashSet::new()
                )
                .is_err()
            );
            assert!(
                Tree::read(&bench.to()).entries().is_empty(),
                "a partial tree stayed"
            );
        }
        fs_err::remove_file(&file).unwrap();
        assert!(matches!(
            unpack(
                &bench.to(),
                &roots(),
                &bench.stored(),
                &packed.digest,
                Links::Inside,
                &HashSet::new()
            ),
            Err(Fault::Damaged(_))
        ));
        fs_err::write(&file, &good).unwrap();
    }
    unpack(
        &bench.to(),
        &roots(),
        &bench.stored(),
        &packed.digest,
        Links::Inside,
        &HashSet::new(),
    )
    .unwrap();
}

#[test]
fn what_a_killed_run_left_is_replaced() {
    let bench = Bench::new();
    put(&bench.from().join("node_modules/a/x"), b"new");
    put(
        &bench.to().join("node_modules.slugsmith-partial/junk"),
        b"old",
    );
    put(&bench.to().join("node_modules/.cache/x"), b"old");
    bench.round_trip();
    assert_eq!(shape(&bench.from()), shape(&bench.to()));
}

/// A small tree: paths of one to three parts, each a file, folder, link or second name.
fn trees() -> impl Strategy<Value = Vec<(Vec<u8>, u8, Vec<u8>, u32)>> {
    let name = prop::collection::vec(prop::sample::select(b"abc\xff ".to_vec()), 1..3);
    let path = prop::collection::vec(name, 1..4).prop_map(|parts| parts.join(&b'/'));
    let content = prop::collection::vec(any::<u8>(), 0..200);
    prop::collection::vec((path, 0..4_u8, content, 0..0o1000_u32), 0..40)
}

fn grow(root: &Path, plan: &[(Vec<u8>, u8, Vec<u8>, u32)]) {
    fs_err::create_dir_all(root).unwrap();
    let mut files: Vec<PathBuf> = Vec::new();
    for (path, kind, content, mode) in plan {
        let path = root.join(std::ffi::OsStr::from_bytes(path));
        let parent = path.parent().unwrap();
        // A path that runs through a file of an earlier one is no tree: left out.
        if fs_err::create_dir_all(parent).is_err() || fs_err::symlink_metadata(&path).is_ok() {
            continue;
        }
        match kind {
            0 => fs_err::create_dir(&path).unwrap(),
            1 => symlink("some/where", &path).unwrap(),
            2 if !files.is_empty() => fs_err::hard_link(&files[files.len() / 2], &path).unwrap(),
            _ => {
                fs_err::write(&path, content).unwrap();
                fs_err::set_permissions(&path, PermissionsExt::from_mode(mode | 0o400)).unwrap();
                files.push(path);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_tree_comes_back_as_it_was(plan in trees()) {
        let bench = Bench::new();
        grow(&bench.from().join("node_modules"), &plan);
        bench.round_trip();
        prop_assert_eq!(shape(&bench.from()), shape(&bench.to()));
    }

    #[test]
    fn any_bytes_as_index_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = index::Index::decode(&bytes);
        let mut body = b"slugsmith pack 2\n".to_vec();
        body.extend(&bytes);
        let _ = index::Index::decode(&zstd::bulk::compress(&body, 1).unwrap());
    }
}

/// Packages of text, 200 files each, of which no two are the same.
fn large_tree(root: &Path, packages: u32) {
    for package in 0..packages {
        for file in 0..200_u32 {
            let line = format!("exports.value = {package} * {file} + 1;\n");
            let path = root.join(format!("package-{package:03}/lib/file-{file}.js"));
            put(&path, line.repeat(40).as_bytes());
        }
    }
}

#[test]
fn a_changed_tree_is_packed_from_what_did_not_change_to_the_same_bytes() {
    let bench = Bench::new();
    let tree = bench.from().join("node_modules");
    large_tree(&tree, 60);
    bench.pack().unwrap();
    // A new package in front, a longer file, a file that is gone.
    put(&tree.join("a-new/index.js"), &b"x".repeat(100_000));
    put(&tree.join("package-030/lib/file-7.js"), &b"y".repeat(5_000));
    fs_err::remove_file(tree.join("package-050/lib/file-9.js")).unwrap();
    let digest = bench.pack_digest();
    let old = Previous::open(&bench.stored(), &digest).unwrap();
    let packed = bench.pack_again();
    let index = read::read_index(&bench.stored(), &packed.digest).unwrap();
    let taken = index
        .frames
        .iter()
        .filter(|frame| old.frame(&frame.content).is_some());
    let (taken, all) = (taken.count(), index.frames.len());
    assert!(all >= 8 && taken * 2 > all, "{taken} of {all} frames");
    unpack(
        &bench.to(),
        &roots(),
        &bench.stored(),
        &packed.digest,
        Links::Inside,
        &HashSet::new(),
    )
    .unwrap();
    assert_eq!(shape(&bench.from()), shape(&bench.to()));
    // From nothing it would be the same pack.
    assert_eq!(bench.pack().unwrap(), packed);
}

#[test]
fn a_damaged_old_pack_is_no_part_of_the_new_one() {
    let bench = Bench::new();
    let tree = bench.from().join("node_modules");
    large_tree(&tree, 20);
    let good = bench.pack().unwrap();
    let frames = bench.stored().join("frames");
    let mut bytes = fs_err::read(&frames).unwrap();
    for at in (0..bytes.len()).step_by(1_000) {
        bytes[at] ^= 4;
    }
    fs_err::write(&frames, &bytes[..bytes.len() - 10]).unwrap();
    assert_eq!(bench.pack_again(), good);
    fs_err::write(bench.stored().join("index"), b"junk").unwrap();
    assert_eq!(bench.pack_again(), good);
}
