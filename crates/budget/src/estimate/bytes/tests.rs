//! What is looked up is what would have been measured.

use std::time::{Duration, SystemTime};

use super::super::WINDOW;
use super::super::windows::{Job, Measured, measure};
use crate::memory::Memory;
use crate::stream::{ArchivedTree, Stream};
use slugsmith_facts::tree::Tree;

/// Windows of an archive, with and without references, and how many measurements were known.
fn windows(folder: &std::path::Path, memory: Option<&Memory>) -> Vec<Measured> {
    let tree = Tree::read(folder);
    let source = ArchivedTree {
        tree: &tree,
        prefix: b"./app/".to_vec(),
    };
    let stream = Stream::new(vec![source]).remembered(memory);
    let jobs: Vec<Job> = (0..stream.len() / WINDOW)
        .map(|number| Job {
            place: usize::try_from(number).unwrap(),
            start: number * WINDOW,
            proxy: number % 4 != 3,
            reference: number % 2 == 0,
        })
        .collect();
    measure(&stream, &jobs)
}

/// Some files of 3 kB, written at times that are `apart` seconds apart.
fn tree(folder: &std::path::Path, apart: u64) {
    for number in 0..150_u64 {
        let path = folder.join(format!("file-{number:03}.js"));
        let lines: Vec<String> = (0..120)
            .map(|line| format!("const x{line} = {};", line * number % 977))
            .collect();
        let text = lines.join("\n");
        fs_err::write(&path, text).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + number * apart);
        let file = fs_err::OpenOptions::new().write(true).open(&path).unwrap();
        file.file().set_modified(time).unwrap();
    }
}

fn counts(memory: &Memory) -> (usize, usize) {
    memory.counts()
}

#[test]
fn the_same_bytes_are_measured_once() {
    let folder = tempfile::tempdir().unwrap();
    tree(folder.path(), 1);
    let plain = windows(folder.path(), None);
    let first = Memory::default();
    assert_eq!(
        format!("{plain:?}"),
        format!("{:?}", windows(folder.path(), Some(&first)))
    );
    let (known, used) = counts(&first);
    assert!(known == 0 && used > 10, "{known} of {used}");

    // The same packages, installed on another day.
    tree(folder.path(), 2);
    let second = Memory::from_json(&first.to_json());
    let again = windows(folder.path(), Some(&second));
    assert_eq!(format!("{plain:?}"), format!("{again:?}"));
    assert_eq!(counts(&second), (used, used));

    let before = Memory::default();
    windows(folder.path(), Some(&before));

    // One byte: the windows that have it are measured, and those that have it before them.
    let path = folder.path().join("file-070.js");
    let text = fs_err::read_to_string(&path).unwrap();
    fs_err::write(&path, text.replacen("const", "konst", 1)).unwrap();
    let third = Memory::from_json(&before.to_json());
    let changed = windows(folder.path(), Some(&third));
    assert_eq!(
        format!("{:?}", windows(folder.path(), None)),
        format!("{changed:?}")
    );
    let (known, used) = counts(&third);
    assert!(known < used && known * 2 > used, "{known} of {used}");

    // Restored with one time for all files: other headers, other windows.
    tree(folder.path(), 0);
    let fourth = Memory::from_json(&second.to_json());
    windows(folder.path(), Some(&fourth));
    assert_eq!(counts(&fourth).0, 0);
}

#[test]
fn what_another_version_or_nobody_measured_is_not_known() {
    let key = format!("p{}", "0".repeat(32));
    let stored = |version: &str, size: &str| {
        format!(
            r#"{{"schema":"slugsmith.windows/1","version":"{version}","windows":{{"{key}":[{size},0.0]}}}}"#
        )
    };
    let own = env!("CARGO_PKG_VERSION");
    assert_eq!(
        Memory::from_json(&stored(own, "7.0")).get(&key),
        Some([7.0, 0.0])
    );
    for text in [
        stored("0.0.0-x", "7.0"),
        stored(own, "-1.0"),
        "{".to_owned(),
    ] {
        assert_eq!(Memory::from_json(&text).get(&key), None, "{text}");
    }
}
