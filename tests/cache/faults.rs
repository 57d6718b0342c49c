//! Whatever happens to a stored cache between two builds, the next build succeeds and has
//! the right tree.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::long::is_long;
use super::support::Bed;

/// A small generator, so that a failing case can be run again by its number
/// (Marsaglia, "Xorshift RNGs", 2003).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap()
    }
}

const FILES: [&str; 4] = [
    "cache-npm.toml",
    "cache-npm/data/frames",
    "cache-npm/data/index",
    "cache-npm/packages.zst",
];

fn fifo(path: &Path) {
    slugsmith::cache::pack::remove(path).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o644);
    rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
}

/// The mark of an install that was killed: it holds its own inode.
fn mark(bed: &Bed) {
    use std::os::unix::fs::MetadataExt;
    let name = ".slugsmith-unfinished-npm";
    bed.put(name, "");
    let inode = fs_err::metadata(bed.app().join(name)).unwrap().ino();
    let why = "An install is under way, or was interrupted here.\n";
    bed.put(name, &format!("{why}{inode}\n"));
}

/// Damages the store or leaves behind what a killed build would.
fn damage(bed: &Bed, random: &mut Random) -> String {
    let layers = bed.root().join("layers");
    let file: PathBuf = layers.join(FILES[random.below(FILES.len())]);
    let kind = random.below(16);
    // What an earlier damage put there may block a reader or lead a writer elsewhere.
    let is_plain = fs_err::symlink_metadata(&file).is_ok_and(|metadata| metadata.is_file());
    if !is_plain {
        return format!("nothing more on {}", file.display());
    }
    let content = fs_err::read(&file).unwrap();
    match kind {
        0 => fs_err::write(&file, &content[..random.below(content.len())]).unwrap(),
        1 | 2 => {
            let mut content = content;
            let at = random.below(content.len());
            if let Some(byte) = content.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
            fs_err::write(&file, content).unwrap();
        }
        3 => {
            let mut content = content;
            content.extend_from_slice(b"more");
            fs_err::write(&file, content).unwrap();
        }
        4 => slugsmith::cache::pack::remove(&file).unwrap(),
        5 => fifo(&file),
        6 => {
            slugsmith::cache::pack::remove(&file).unwrap();
            fs_err::create_dir_all(file.join("x")).unwrap();
        }
        7 => {
            slugsmith::cache::pack::remove(&file).unwrap();
            let target = ["elsewhere", "/dev/null", "loop", "../.."][random.below(4)];
            std::os::unix::fs::symlink(target, &file).unwrap();
        }
        8 => slugsmith::cache::pack::remove(&layers.join("cache-npm/data")).unwrap(),
        9 => drop(bed.store().begin("npm").unwrap()),
        10 => bed.store().touch("npm").unwrap(),
        11 => fs_err::write(&file, vec![0; content.len()]).unwrap(),
        12 => {
            bed.put("node_modules/half/x", "half");
            mark(bed);
        }
        13 => bed.put("node_modules.slugsmith-partial/x", "half"),
        14 => fs_err::write(layers.join("cache-npm.toml.partial"), "x").unwrap(),
        _ => {
            let text = String::from_utf8_lossy(&content).replace("\"1\"", "\"0\"");
            fs_err::write(&file, text.as_bytes()).unwrap();
        }
    }
    format!("kind {kind} on {}", file.display())
}

fn tree(bed: &Bed) -> Vec<(PathBuf, Vec<u8>)> {
    let root = bed.app().join("node_modules");
    slugsmith::facts::tree::Tree::read(&root)
        .entries()
        .iter()
        .map(|entry| {
            (
                entry.path().to_owned(),
                fs_err::read(root.join(entry.path())).unwrap_or_default(),
            )
        })
        .collect()
}

#[test]
fn damaged_caches_fail_no_build_and_give_no_wrong_tree() {
    // A thousand of them in the long form.
    let each = if is_long() { 50 } else { 10 };
    (0..20_u64).into_par_iter().for_each(|lane| {
        let bed = Bed::npm_app();
        bed.build();
        let right = tree(&bed);
        for step in 0..each {
            let case = lane * 50 + step;
            bed.next();
            let mut random =
                Random(0x9e37_79b9_7f4a_7c15 ^ (case + 1).wrapping_mul(0xd134_2543_de82_ef95));
            let what: Vec<_> = (0..=random.below(2))
                .map(|_| damage(&bed, &mut random))
                .collect();
            let (result, log) = bed.try_build();
            assert!(
                result.is_ok(),
                "case {case}: {what:?} failed the build: {result:?}"
            );
            assert_eq!(
                tree(&bed),
                right,
                "case {case}: {what:?} gave a wrong tree; {:?}",
                log.lines
            );
        }
    });
}

#[test]
fn many_builds_store_no_more_than_one() {
    let bed = Bed::npm_app();
    bed.put(
        "package.json",
        r#"{"dependencies":{"ms":"1"},"scripts":{"build":"x"}}"#,
    );
    let size = |bed: &Bed| {
        let tree = slugsmith::facts::tree::Tree::read(&bed.root().join("layers"));
        tree.totals().bytes
    };
    bed.build();
    let first = size(&bed);
    let builds = if is_long() { 100_u32 } else { 25 };
    for number in 0..builds {
        bed.lock(&format!("2.{number}.0"));
        // The build tool's own cache: same size, other contents.
        bed.put(".next/cache/entry", &format!("{number:0>2000}"));
        bed.put("want", &format!("ms\np{}\n", number % 7));
        bed.rebuild();
        let now = size(&bed);
        assert!(
            now < first * 3 / 2 + 2_000,
            "build {number}: {first} → {now} bytes"
        );
    }
}
