//! What is left out of an unpack, and what comes back later.

use super::*;

/// The tree that stripping these files would leave: without them, and without the folders
/// above them that are empty then.
fn strip(root: &Path, gone: &HashSet<PathBuf>) {
    for path in gone {
        fs_err::remove_file(root.join(path)).unwrap();
    }
    let mut folders: Vec<&Path> = gone
        .iter()
        .flat_map(|path| path.ancestors().skip(1))
        .collect();
    folders.sort_by_key(|folder| std::cmp::Reverse(folder.components().count()));
    for folder in folders {
        if folder != Path::new("") && folder != Path::new("node_modules") {
            let _ = fs_err::remove_dir(root.join(folder));
        }
    }
}

/// Files with one name, which is all that can be left out.
fn single_files(root: &Path, take: impl Fn(usize) -> bool) -> HashSet<PathBuf> {
    Tree::read(root)
        .entries()
        .iter()
        .filter(|entry| entry.kind() == EntryKind::File && entry.links() == 1)
        .enumerate()
        .filter(|(number, _)| take(*number))
        .map(|(_, entry)| entry.path().to_owned())
        .collect()
}

fn unpack_without(bench: &Bench, packed: &Packed, left_out: &HashSet<PathBuf>) -> Unpacked {
    unpack(
        &bench.to(),
        &roots(),
        &bench.stored(),
        &packed.digest,
        Links::Inside,
        left_out,
    )
    .unwrap()
}

#[test]
fn a_tree_without_some_files_is_that_tree_stripped_and_they_come_back() {
    let bench = Bench::new();
    odd_tree(&bench.from().join("node_modules"));
    put(&bench.from().join("node_modules/docs/deep/a.md"), b"text");
    put(
        &bench.from().join("node_modules/a/index.js.map"),
        &vec![7; 5_000_000],
    );
    let packed = bench.pack().unwrap();
    let full = shape(&bench.from());
    let left_out: HashSet<PathBuf> = [
        "node_modules/docs/deep/a.md",
        "node_modules/a/index.js.map",
        "node_modules/a/empty",
        // Its second name is wanted, so it is made all the same.
        "node_modules/a/index.js",
    ]
    .map(PathBuf::from)
    .into();
    let unpacked = unpack_without(&bench, &packed, &left_out);
    assert_eq!(unpacked.left_out_bytes, 5_000_004);
    assert_eq!(unpacked.tree_bytes, packed.tree_bytes);
    assert!(!bench.to().join("node_modules/docs").exists());
    assert!(bench.to().join("node_modules/a/index.js").exists());
    let part = Part::open(&bench.stored(), &packed.digest).unwrap();
    let numbers: Vec<usize> = (0..part.entries().count())
        .filter(|number| {
            part.path(*number)
                .is_some_and(|path| left_out.contains(path))
        })
        .filter(|number| !bench.to().join(part.path(*number).unwrap()).exists())
        .collect();
    assert_eq!(numbers.len(), 3);
    for number in &numbers {
        let path = bench.from().join(part.path(*number).unwrap());
        assert_eq!(part.content(*number).unwrap(), fs_err::read(path).unwrap());
    }
    part.fill(&bench.to(), &numbers).unwrap();
    assert_eq!(shape(&bench.to()), full);
    remove(&bench.from().join("node_modules")).unwrap();
    remove(&bench.to().join("node_modules")).unwrap();
}

#[test]
fn a_damaged_frame_is_found_even_where_nothing_of_it_is_wanted() {
    let bench = Bench::new();
    put(&bench.from().join("node_modules/a.js"), &vec![1; 3_000_000]);
    put(
        &bench.from().join("node_modules/a.js.map"),
        &vec![2; 3_000_000],
    );
    let packed = bench.pack().unwrap();
    let frames = bench.stored().join("frames");
    let mut content = fs_err::read(&frames).unwrap();
    *content.last_mut().unwrap() ^= 1;
    fs_err::write(&frames, content).unwrap();
    let left_out = [PathBuf::from("node_modules/a.js.map")].into();
    let result = unpack(
        &bench.to(),
        &roots(),
        &bench.stored(),
        &packed.digest,
        Links::Inside,
        &left_out,
    );
    assert!(matches!(result, Err(Fault::Damaged(_))));
    assert!(Tree::read(&bench.to()).entries().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_part_left_out_is_the_stripped_tree_and_comes_back(plan in trees(), seed in any::<u64>()) {
        let bench = Bench::new();
        let root = bench.from().join("node_modules");
        grow(&root, &plan);
        let packed = bench.pack().unwrap();
        let full = shape(&bench.from());
        let left_out = single_files(&bench.from(), |number| seed >> (number % 64) & 1 == 1);
        unpack_without(&bench, &packed, &left_out);
        let part = Part::open(&bench.stored(), &packed.digest).unwrap();
        strip(&bench.from(), &left_out);
        prop_assert_eq!(shape(&bench.from()), shape(&bench.to()));
        let numbers: Vec<usize> = (0..part.entries().count())
            .filter(|number| part.path(*number).is_some_and(|path| left_out.contains(path)))
            .collect();
        part.fill(&bench.to(), &numbers).unwrap();
        prop_assert_eq!(shape(&bench.to()), full);
    }
}
