//! An app is whole wherever a removal stops.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::*;
use std::os::unix::fs::MetadataExt;

/// Content and inode of everything in a folder.
fn picture(root: &Path) -> BTreeMap<PathBuf, (Vec<u8>, u64)> {
    slugsmith_facts::tree::Tree::read(root)
        .entries()
        .iter()
        .map(|entry| {
            let path = root.join(entry.path());
            let inode = fs_err::symlink_metadata(&path).unwrap().ino();
            let content = fs_err::read(&path).unwrap_or_default();
            (entry.path().to_owned(), (content, inode))
        })
        .collect()
}

fn app() -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs_err::create_dir_all(root.join("a/b")).unwrap();
    let odd = OsStr::from_bytes(b"a/b/\xff odd\n");
    let paths: Vec<PathBuf> = ["a/one", "a/b/two", "three", "a/shrinks"]
        .iter()
        .map(PathBuf::from)
        .chain([PathBuf::from(odd)])
        .collect();
    for path in &paths {
        fs_err::write(root.join(path), path.as_os_str().as_bytes()).unwrap();
    }
    fs_err::write(root.join("kept"), "kept").unwrap();
    fs_err::hard_link(root.join("kept"), root.join("a/hard")).unwrap();
    (
        folder,
        paths.into_iter().chain([PathBuf::from("a/hard")]).collect(),
    )
}

/// Removes all but `shrinks`, which is left as `small`.
fn changes(paths: Vec<PathBuf>) -> Vec<FileChange> {
    let change = |path: PathBuf| {
        if path.ends_with("shrinks") {
            FileChange::Replace(path)
        } else {
            FileChange::Remove(path)
        }
    };
    paths.into_iter().map(change).collect()
}

#[allow(clippy::unnecessary_wraps)] // the shape of `Content`
fn small(_: &mut std::fs::File) -> io::Result<Option<Vec<u8>>> {
    Ok(Some(b"small".to_vec()))
}

fn remove(root: &Path, paths: Vec<PathBuf>, observer: &mut Observer<'_>) -> io::Result<()> {
    move_aside(root, changes(paths), &small, observer)?
        .0
        .commit(observer)
}

#[test]
fn stopped_at_any_step_the_app_is_whole_after_recovery() {
    let mut steps = 0;
    let (folder, paths) = app();
    let untouched = picture(folder.path()).len();
    remove(folder.path(), paths, &mut |_| {
        steps += 1;
        Ok(())
    })
    .unwrap();
    let stripped: Vec<_> = picture(folder.path()).into_keys().collect();
    assert_eq!(stripped, ["a", "a/shrinks", "kept"].map(PathBuf::from));
    assert_eq!(untouched, 9);
    let shrunk = fs_err::read(folder.path().join("a/shrinks")).unwrap();
    assert_eq!(shrunk, b"small");
    for stop in 1..=steps {
        let (folder, paths) = app();
        let before = picture(folder.path());
        let mut step = 0;
        let mut marked = false;
        remove(folder.path(), paths, &mut |at| {
            step += 1;
            marked |= at == Checkpoint::Marked;
            if step == stop {
                Err(io::Error::other("killed"))
            } else {
                Ok(())
            }
        })
        .unwrap_err();
        recover(folder.path()).unwrap();
        let after = picture(folder.path());
        if marked {
            assert_eq!(
                after.into_keys().collect::<Vec<_>>(),
                stripped,
                "stopped at {stop}"
            );
        } else {
            assert_eq!(after, before, "stopped at {stop}");
        }
        assert_eq!(recover(folder.path()).unwrap(), Recovered::Nothing);
    }
}

#[test]
fn everything_can_be_put_back() {
    let (folder, paths) = app();
    let before = picture(folder.path());
    let (aside, _) = move_aside(folder.path(), changes(paths), &small, &mut |_| Ok(())).unwrap();
    aside.restore().unwrap();
    assert_eq!(picture(folder.path()), before);
}

#[test]
fn links_and_foreign_journals_lead_nowhere() {
    let outside = tempfile::tempdir().unwrap();
    fs_err::write(outside.path().join("precious"), "x").unwrap();
    let (folder, _) = app();
    let root = folder.path();
    std::os::unix::fs::symlink(outside.path(), root.join("out")).unwrap();
    let paths = [
        "out/precious",
        "../x",
        "/etc/passwd",
        ".slugsmith-aside/journal",
    ];
    let paths = paths.iter().map(PathBuf::from).collect();
    let (aside, outcome) = move_aside(root, changes(paths), &small, &mut |_| Ok(())).unwrap();
    assert_eq!(outcome.failed.len(), 4);
    aside.commit(&mut |_| Ok(())).unwrap();
    assert!(outside.path().join("precious").exists());
    // A journal that somebody committed to the repository.
    let aside = root.join(FOLDER);
    fs_err::create_dir_all(aside.join("0")).unwrap();
    fs_err::write(aside.join("0/0"), "evil").unwrap();
    let beneath = Beneath::open(root).unwrap();
    record::write(
        &beneath,
        &[FileChange::Remove(PathBuf::from("out/planted"))],
    )
    .unwrap();
    assert!(recover(root).is_err());
    assert!(!outside.path().join("planted").exists());
}

#[test]
fn a_damaged_journal_deletes_nothing() {
    let (folder, _) = app();
    let aside = folder.path().join(FOLDER);
    fs_err::create_dir_all(aside.join("0")).unwrap();
    fs_err::write(aside.join("0/0"), "data").unwrap();
    fs_err::write(aside.join(JOURNAL), "slugsmith-journal 3\x001\0-a/o").unwrap();
    assert!(recover(folder.path()).is_err());
    assert!(aside.join("0/0").exists());
}

#[test]
fn a_file_that_vanished_is_reported_and_the_rest_goes() {
    let (folder, mut paths) = app();
    paths.push(PathBuf::from("a/never"));
    let (aside, outcome) =
        move_aside(folder.path(), changes(paths), &small, &mut |_| Ok(())).unwrap();
    assert_eq!(outcome.failed.keys().copied().collect::<Vec<_>>(), [6]);
    aside.commit(&mut |_| Ok(())).unwrap();
    assert!(!folder.path().join("a/b").exists());
}

/// Commits a removal that was stopped, or copies it: the journal is another file then.
#[test]
fn a_journal_that_was_written_elsewhere_is_not_obeyed() {
    let (folder, paths) = app();
    let root = folder.path();
    let outside = tempfile::tempdir().unwrap();
    fs_err::write(outside.path().join("0"), "of a neighbour").unwrap();
    let stopped = remove(root, paths, &mut |at| match at {
        Checkpoint::JournalWritten => Err(io::Error::other("killed")),
        _ => Ok(()),
    });
    stopped.unwrap_err();
    let aside = root.join(FOLDER);
    let journal = fs_err::read(aside.join(JOURNAL)).unwrap();
    fs_err::remove_file(root.join("three")).unwrap();
    // Still the first file, so that the new one has another inode.
    fs_err::rename(aside.join(JOURNAL), root.join("committed")).unwrap();
    fs_err::write(aside.join(JOURNAL), journal).unwrap();
    std::os::unix::fs::symlink(outside.path(), aside.join("0")).unwrap();
    assert!(recover(root).is_err());
    assert!(outside.path().join("0").exists());
    assert!(aside.join(JOURNAL).exists());
}

#[test]
fn a_shard_that_became_a_link_leads_nowhere() {
    let (folder, _) = app();
    let root = folder.path();
    let outside = tempfile::tempdir().unwrap();
    fs_err::write(outside.path().join("0"), "of a neighbour").unwrap();
    fs_err::create_dir(root.join(FOLDER)).unwrap();
    std::os::unix::fs::symlink(outside.path(), root.join(FOLDER).join("0")).unwrap();
    let beneath = Beneath::open(root).unwrap();
    record::write(&beneath, &[FileChange::Remove(PathBuf::from("gone"))]).unwrap();
    recover(root).unwrap();
    assert!(outside.path().join("0").exists());
    assert!(!root.join("gone").exists());
}

/// What a process of an install script could do while strip works.
#[test]
fn a_folder_that_becomes_a_link_meanwhile_leads_nowhere() {
    let (folder, _) = app();
    let root = folder.path();
    let outside = tempfile::tempdir().unwrap();
    for name in ["one", "b"] {
        fs_err::write(outside.path().join(name), "of a neighbour").unwrap();
    }
    let paths = ["three", "a/one", "a/shrinks"].map(PathBuf::from).to_vec();
    let (aside, outcome) = move_aside(root, changes(paths), &small, &mut |at| {
        if at == Checkpoint::Moved(0) {
            fs_err::rename(root.join("a"), root.join("away"))?;
            std::os::unix::fs::symlink(outside.path(), root.join("a"))?;
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(outcome.failed.len(), 2);
    aside.commit(&mut |_| Ok(())).unwrap();
    assert!(outside.path().join("one").exists());
    assert!(root.join("away/one").exists());
}
