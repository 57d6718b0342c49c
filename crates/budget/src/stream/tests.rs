//! The archive against the real tar.

use std::collections::BTreeMap;
use std::process::Command;

use proptest::prelude::*;

use super::*;

/// What the real tar writes for a folder, as the slug compiler calls it.
fn real_tar(root: &Path) -> Vec<u8> {
    let output = Command::new("tar")
        .args(["--format=gnu", "--sort=name", "--hard-dereference"])
        .args(["--owner=root:0", "--group=root:0", "-cf", "-", "-C"])
        .arg(root)
        .arg(".")
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

fn virtual_tar(tree: &Tree) -> Stream<'_> {
    Stream::new(vec![ArchivedTree {
        tree,
        prefix: b"./".to_vec(),
    }])
}

fn all(stream: &Stream<'_>) -> Vec<u8> {
    let mut bytes = vec![1; usize::try_from(stream.len()).unwrap()];
    stream.fill(0, &mut bytes);
    bytes
}

#[test]
fn the_archive_is_that_of_tar_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let long = format!("{}/{}", "d".repeat(60), "e".repeat(60));
    fs_err::create_dir_all(root.join(&long)).unwrap();
    fs_err::write(root.join(&long).join("f"), "x".repeat(513)).unwrap();
    fs_err::write(root.join("a"), "").unwrap();
    fs_err::write(root.join("b\nb"), "y".repeat(512)).unwrap();
    fs_err::hard_link(root.join("b\nb"), root.join("c")).unwrap();
    let tree = Tree::read(root);
    let (ours, real) = (all(&virtual_tar(&tree)), real_tar(root));
    // The root's own header alone differs: its time and mode are not part of the tree.
    assert_eq!(ours.len(), real.len());
    assert!(ours[512..] == real[512..]);
}

#[test]
fn any_range_is_a_part_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..50_usize {
        let text = "word ".repeat(number * 37);
        fs_err::write(folder.path().join(format!("f{number}")), text).unwrap();
    }
    let tree = Tree::read(folder.path());
    let stream = virtual_tar(&tree);
    let whole = all(&stream);
    for (from, length) in [
        (0, 1),
        (511, 3),
        (700, 5000),
        (40_000, 60_000),
        (100_001, 7),
    ] {
        let mut part = vec![1; length];
        stream.fill(from as u64, &mut part);
        assert!(part == whole[from..from + length], "{from}+{length}");
    }
    let mut shared = 0;
    stream.shares(0, stream.len(), |_, _, bytes| shared += bytes);
    let ends = stream.starts.last().copied().unwrap();
    assert_eq!(shared, ends, "members cover everything but the end marker");
}

#[test]
fn a_file_that_shrank_or_vanished_reads_as_zeros() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs_err::write(&path, "z".repeat(2000)).unwrap();
    fs_err::write(folder.path().join("b"), "z".repeat(2000)).unwrap();
    let tree = Tree::read(folder.path());
    fs_err::write(&path, "z").unwrap();
    fs_err::remove_file(folder.path().join("b")).unwrap();
    let stream = virtual_tar(&tree);
    let bytes = all(&stream);
    let kept: Vec<_> = bytes.into_iter().filter(|byte| *byte == b'z').collect();
    assert_eq!(kept, b"z");
    assert!(stream.unread().is_empty());
}

/// Names of any length, with any bytes that Linux allows.
fn name() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(
        any::<u8>().prop_filter("no separator", |byte| !matches!(*byte, 0 | b'/')),
        1..140,
    )
    .prop_filter("no dots", |name| name != b"." && name != b"..")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn lengths_are_those_of_tar(
        files in proptest::collection::btree_map(name(), 0_usize..3000, 0..12),
        folders in proptest::collection::btree_set(name(), 0..4),
        links in proptest::collection::btree_map(name(), 1_usize..300, 0..4),
    ) {
        use std::os::unix::ffi::OsStrExt;
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path();
        let at = |name: &[u8]| root.join(std::ffi::OsStr::from_bytes(name));
        for folder in &folders {
            let _ = fs_err::create_dir(at(folder));
        }
        let targets: BTreeMap<_, _> = links;
        for (name, length) in &files {
            for folder in std::iter::once(None).chain(folders.iter().map(Some)) {
                let path = folder.map_or_else(|| at(b"."), |folder| at(folder));
                let path = path.join(std::ffi::OsStr::from_bytes(name));
                let _ = fs_err::write(path, vec![b'x'; *length]);
            }
        }
        for (name, length) in &targets {
            let _ = std::os::unix::fs::symlink("t".repeat(*length), at(name));
        }
        let tree = Tree::read(root);
        prop_assert_eq!(virtual_tar(&tree).len(), real_tar(root).len() as u64);
    }
}
