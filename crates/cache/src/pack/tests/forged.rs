//! Packs that somebody else wrote, with digests that fit.

use std::os::unix::fs::MetadataExt;

use super::super::index::{Content, Frame, Index, Item};
use super::*;

fn item(path: &str, content: Content) -> Item {
    Item {
        path: path.into(),
        mode: 0o755,
        content,
    }
}

fn link(path: &str, target: &str) -> Item {
    item(path, Content::Symlink(target.into()))
}

/// One frame that holds `content`.
fn frame(bench: &Bench, content: &[u8]) -> Frame {
    let stored = zstd::bulk::compress(content, 1).unwrap();
    fs_err::write(bench.stored().join("frames"), &stored).unwrap();
    Frame {
        stored: stored.len() as u64,
        digest: blake3::hash(&stored).into(),
        content: blake3::hash(content).into(),
    }
}

fn open(bench: &Bench, index: &Index) -> Result<Unpacked, Fault> {
    let encoded = index.encode().unwrap();
    fs_err::write(bench.stored().join("index"), &encoded).unwrap();
    let digest = blake3::hash(&encoded).to_hex().to_string();
    let none = HashSet::new();
    unpack(
        &bench.to(),
        &roots(),
        &bench.stored(),
        &digest,
        Links::Inside,
        &none,
    )
}

/// Every path in the folder that the app is in.
fn everything(bench: &Bench) -> Vec<String> {
    let tree = Tree::read(bench.folder.path());
    let entries = tree.entries().iter();
    entries
        .map(|entry| entry.path().display().to_string())
        .collect()
}

#[test]
fn nothing_is_made_but_below_the_roots_that_were_asked_for() {
    let folder = || item("node_modules", Content::Directory);
    let deep = || {
        [
            item("node_modules/a", Content::Directory),
            item("node_modules/a/b", Content::Directory),
        ]
    };
    let through = |last: Item| {
        let mut items = vec![folder()];
        items.extend(deep());
        items.push(link("node_modules/a/b/up", "../../.."));
        items.push(item("node_modules/evil", Content::File(1)));
        items.push(link("node_modules/out", "a/b/up/.."));
        items.push(last);
        (vec!["node_modules".into()], items)
    };
    let cases: Vec<(Vec<PathBuf>, Vec<Item>)> = vec![
        through(item("node_modules/out/made", Content::HardLink(4))),
        through(link("node_modules/out/made", "x")),
        through(item("node_modules/out/made", Content::Directory)),
        // A link whose way leads over another one.
        through(link("node_modules/last", "out/../x")),
        // Below a file, twice, without its folder, another root.
        (
            vec!["node_modules".into()],
            vec![
                folder(),
                item("node_modules/evil", Content::File(1)),
                link("node_modules/evil/made", "x"),
            ],
        ),
        (
            vec!["node_modules".into()],
            vec![
                folder(),
                item("node_modules/evil", Content::File(1)),
                link("node_modules/evil", "x"),
            ],
        ),
        (
            vec!["node_modules".into()],
            vec![folder(), item("node_modules/none/evil", Content::File(1))],
        ),
        (
            vec!["server.js".into()],
            vec![item("server.js", Content::File(1))],
        ),
        (
            vec!["node_modules".into(), "server.js".into()],
            vec![folder(), item("server.js", Content::File(1))],
        ),
    ];
    for (roots, items) in cases {
        let bench = Bench::new();
        fs_err::write(bench.to().join("server.js"), "source").unwrap();
        let frames = vec![frame(&bench, b"x")];
        let before = everything(&bench);
        let index = Index {
            roots,
            items,
            frames,
        };
        let result = open(&bench, &index);
        assert!(
            matches!(result, Err(Fault::Damaged(_))),
            "{index:?}: {result:?}"
        );
        let mut after = everything(&bench);
        after.retain(|path| path != "pack/index");
        assert_eq!(after, before, "{index:?}");
        let kept = fs_err::read_to_string(bench.to().join("server.js")).unwrap();
        assert_eq!(kept, "source");
    }
}

#[test]
fn no_program_gets_the_rights_of_its_owner() {
    let bench = Bench::new();
    let frames = vec![frame(&bench, b"x")];
    let mut program = item("node_modules/evil", Content::File(1));
    program.mode = 0o6755;
    let index = Index {
        roots: vec!["node_modules".into()],
        items: vec![item("node_modules", Content::Directory), program],
        frames,
    };
    open(&bench, &index).unwrap();
    let mode = fs_err::metadata(bench.to().join("node_modules/evil"))
        .unwrap()
        .mode();
    assert_eq!(mode & 0o7777, 0o755);
}

/// Numbers that nothing backs are refused before anything is allocated or planned by them.
#[test]
fn what_is_declared_is_bounded_by_what_is_stored() {
    let bench = Bench::new();
    let one = frame(&bench, b"x");
    let files = |sizes: &[u64]| {
        let mut items = vec![item("node_modules", Content::Directory)];
        for (number, size) in sizes.iter().enumerate() {
            items.push(item(
                &format!("node_modules/{number}"),
                Content::File(*size),
            ));
        }
        items
    };
    let long = |stored| Frame {
        stored,
        ..one.clone()
    };
    let cases = [
        (files(&[1 << 60]), vec![one.clone()]),
        (files(&[u64::MAX, 2]), vec![one.clone()]),
        (files(&[1]), vec![]),
        // Eight gigabytes of some kilobytes.
        (files(&[4_000_000; 2000]), vec![one.clone(); 2000]),
        (files(&[1]), vec![long(u64::MAX)]),
        (
            files(&[4_000_000, 1]),
            vec![long(1 << 63), long((1 << 63) + one.stored)],
        ),
    ];
    for (items, frames) in cases {
        let index = Index {
            roots: vec!["node_modules".into()],
            items,
            frames,
        };
        let result = open(&bench, &index);
        assert!(matches!(result, Err(Fault::Damaged(_))), "{result:?}");
    }
}

/// Few bytes can stand for many entries with long paths.
#[test]
fn a_small_index_does_not_become_a_large_one() {
    let bench = Bench::new();
    let long = format!("node_modules/{}", "x".repeat(3000));
    let items = (0..60_000).map(|number| item(&format!("{long}{number:06}"), Content::Directory));
    let mut items: Vec<_> = items.collect();
    items.insert(0, item("node_modules", Content::Directory));
    let index = Index {
        roots: vec!["node_modules".into()],
        items,
        frames: vec![],
    };
    let result = open(&bench, &index);
    assert!(matches!(result, Err(Fault::Damaged(why)) if why.contains("too large")));
}

/// Thirty thousand roots with thirty thousand entries: quadratic, it took more than a minute.
#[test]
fn many_roots_take_no_longer_than_their_number() {
    let bench = Bench::new();
    let names: Vec<PathBuf> = (0..30_000)
        .map(|number| format!("r{number}").into())
        .collect();
    let items = names
        .iter()
        .map(|name| item(&name.to_string_lossy(), Content::Directory));
    let index = Index {
        items: items.collect(),
        roots: names,
        frames: vec![],
    };
    assert!(open(&bench, &index).is_err());
}
