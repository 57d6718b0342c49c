//! The verdict on real folders: sums, limits, growth, and input that means harm.

use std::path::{Path, PathBuf};

use super::*;
use slugsmith_facts::Unread;
use slugsmith_facts::environment::{Environment, World, this_machine};
use slugsmith_facts::tree::{Entry, EntryKind};

fn config(text: &str) -> Config {
    let environment = Environment {
        world: World::Embedded,
        target: this_machine(None),
        variables: std::collections::BTreeMap::new(),
    };
    slugsmith_config::parse(text, &environment).unwrap()
}

/// Bytes that hardly compress, the same on every run.
fn noise(length: usize, mut seed: u64) -> Vec<u8> {
    let next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn write(root: &Path, path: &str, content: impl AsRef<[u8]>) {
    let path = root.join(path);
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, content).unwrap();
}

fn app() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "node_modules/big/index.js", noise(3_000_000, 1));
    write(
        root,
        "node_modules/small/index.js",
        "let a = 1;\n".repeat(20_000),
    );
    write(root, "node_modules/small/index.js.map", noise(400_000, 2));
    write(
        root,
        "node_modules/a/node_modules/small/x.js",
        "b".repeat(1000),
    );
    write(root, "models/intent.onnx", noise(1_500_000, 3));
    write(root, "Procfile", "web: node .");
    folder
}

/// What gzip makes of the same folder.
fn gzip(root: &Path) -> u64 {
    let command = "tar --sort=name --format=gnu --owner=root:0 --group=root:0 -cf - -C \"$1\" . | gzip -6 | wc -c";
    let output = std::process::Command::new("sh")
        .args(["-c", command, "sh"])
        .arg(root)
        .output()
        .unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap()
}

#[test]
fn raw_bytes_add_up_to_the_byte_and_compressed_ones_to_the_total() {
    let folder = app();
    let report = inspect(&Tree::read(folder.path()));
    for parts in [&report.parts, &report.kinds] {
        let bytes: u64 = parts.iter().map(|part| part.totals.bytes).sum();
        let files: u64 = parts.iter().map(|part| part.totals.files).sum();
        assert_eq!(
            (files, bytes),
            (report.size.totals.files, report.size.totals.bytes)
        );
        let compressed: u64 = parts.iter().map(|part| part.compressed).sum();
        assert!(
            compressed.abs_diff(report.size.compressed.bytes) < 2000,
            "{compressed}"
        );
    }
    let names: Vec<_> = report.parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(&names[..3], ["big", "models/intent.onnx", "small"]);
    assert_eq!(
        report.parts[2].totals.files, 3,
        "nested copies belong together"
    );
    let detail = report.detail.unwrap();
    assert_eq!(detail.bytes, report.size.totals.bytes);
}

#[test]
fn a_small_folder_is_weighed_as_gzip_weighs_it() {
    let folder = app();
    let compressed = inspect(&Tree::read(folder.path())).size.compressed;
    let truth = gzip(folder.path());
    assert!(compressed.exact);
    assert!(
        compressed.bytes.abs_diff(truth) * 1000 < truth,
        "{compressed:?}, gzip {truth}"
    );
}

#[test]
fn over_the_budget_is_said_with_parts_source_and_savings() {
    let folder = app();
    let config = config("[com.slugsmith.budget]\nfail = \"1 MB\"\n");
    let report = judge(&Tree::read(folder.path()), &config);
    assert_eq!(report.verdict, Verdict::Over);
    let problem = problem(&report).unwrap();
    assert!(
        problem.saw[0].contains("(project.toml line 2)"),
        "{problem:?}"
    );
    assert!(
        problem.saw.iter().any(|line| line.ends_with(" MB  big")),
        "{problem:?}"
    );
    assert!(
        problem.steps[0].contains("models/intent.onnx"),
        "{problem:?}"
    );
    assert_eq!(report.findings[0].level, slugsmith_finding::Severity::Error);
    let source_maps = report
        .savings
        .iter()
        .find(|saving| saving.how.starts_with("source maps"));
    assert!(source_maps.unwrap().bytes > 350_000);
}

#[test]
fn within_the_budget_nothing_is_found() {
    let folder = app();
    let report = judge(&Tree::read(folder.path()), &config(""));
    assert_eq!(report.verdict, Verdict::Within);
    assert!(problem(&report).is_none() && report.findings.is_empty() && report.savings.is_empty());
    let report = judge(
        &Tree::read(folder.path()),
        &config("[com.slugsmith.budget]\nwarn = \"1 MB\"\n"),
    );
    assert_eq!(report.verdict, Verdict::Warn);
}

#[test]
fn parts_have_budgets_by_path_package_and_kind() {
    let folder = app();
    let tree = Tree::read(folder.path());
    for (name, limit, verdict) in [
        ("node_modules", "3 MB", Verdict::Over),
        ("node_modules", "4 MB", Verdict::Within),
        ("big", "2 MB", Verdict::Over),
        ("source maps", "300 kB", Verdict::Over),
        ("source maps", "600 kB", Verdict::Within),
        ("node_mod", "1 kB", Verdict::Over),
    ] {
        let text = format!("[com.slugsmith.budget.part]\n\"{name}\" = \"{limit}\"\n");
        let report = judge(&tree, &config(&text));
        // `node_mod` is no path: it weighs an empty archive, which is within any budget.
        let verdict = if name == "node_mod" {
            Verdict::Within
        } else {
            verdict
        };
        assert_eq!(
            report.verdict, verdict,
            "{name} {limit}: {:?}",
            report.exceeded
        );
    }
}

#[test]
fn growth_is_measured_against_the_last_build() {
    let folder = app();
    let before = History::of(&inspect(&Tree::read(folder.path())));
    let before = History::from_json(&before.to_json()).unwrap();
    write(folder.path(), "models/new.onnx", noise(2_000_000, 9));
    let tree = Tree::read(folder.path());
    let load = Load {
        app: &tree,
        layers: &[],
        reused: &[],
        previous: Some(&before),
        missing: None,
        memory: None,
    };
    let report = judge_load(&load, &config("[com.slugsmith.budget]\ngrowth = \"10%\"\n"));
    assert_eq!(report.verdict, Verdict::Over);
    let change = report.change.unwrap();
    assert_eq!(change.moved[0].name, "models/new.onnx");
    let report = judge_load(&load, &config("[com.slugsmith.budget]\ngrowth = \"50%\"\n"));
    assert_eq!(report.verdict, Verdict::Within);
}

#[test]
fn what_could_not_be_read_leaves_no_verdict() {
    let folder = app();
    let unread = vec![Unread {
        path: PathBuf::from("private"),
        reason: "Permission denied".to_owned(),
    }];
    let entries = Tree::read(folder.path()).entries().to_vec();
    let tree = Tree::from_entries(folder.path().to_owned(), entries, unread);
    assert_eq!(judge(&tree, &config("")).verdict, Verdict::Unknown);
    // What was read is too much already: nothing unread can make it less.
    let report = judge(&tree, &config("[com.slugsmith.budget]\nfail = \"1 MB\"\n"));
    assert_eq!(report.verdict, Verdict::Over);
}

#[test]
fn a_sparse_file_of_a_terabyte_is_judged_and_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = fs_err::File::create(folder.path().join("sparse")).unwrap();
    file.set_len(1 << 40).unwrap();
    let report = judge(&Tree::read(folder.path()), &config(""));
    assert_eq!(report.size.totals.bytes, 1 << 40);
    // gzip makes about a thousandth of zeros.
    assert_eq!(report.verdict, Verdict::Over);
    assert!(report.size.compressed.bytes > 900_000_000);
}

#[test]
fn names_with_line_ends_stay_on_their_line() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a\nb/c", noise(2_000_000, 4));
    let report = inspect(&Tree::read(folder.path()));
    assert_eq!(report.parts[0].name, "a\\nb/c");
}

#[test]
fn a_file_that_grows_counts_as_it_was_walked() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "log", noise(100_000, 5));
    let tree = Tree::read(folder.path());
    write(folder.path(), "log", noise(900_000, 5));
    let report = inspect(&tree);
    assert_eq!(report.size.totals.bytes, 100_000);
    assert!(report.size.compressed.bytes < 110_000);
}

#[test]
fn other_buildpacks_layers_count() {
    let (folder, layer) = (app(), tempfile::tempdir().unwrap());
    write(layer.path(), "bin/node", noise(2_500_000, 6));
    let tree = Tree::read(folder.path());
    let layers = [LayerTree {
        name: "dist".to_owned(),
        buildpack: "heroku/nodejs".to_owned(),
        metadata: String::new(),
        tree: Tree::read(layer.path()),
    }];
    let load = Load {
        app: &tree,
        layers: &layers,
        reused: &[],
        previous: None,
        missing: None,
        memory: None,
    };
    let report = judge_load(&load, &config(""));
    let names: Vec<_> = report.parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names[1], "bin/node in dist (heroku/nodejs)");
    assert_eq!(report.size.totals.files, 7);
}

#[test]
fn a_folder_has_the_kind_of_most_of_its_bytes() {
    let file = |path: &str, size| Entry::new(path, EntryKind::File, size);
    let folder = |path: &str| Entry::new(path, EntryKind::Directory, 0);
    let entries = vec![
        folder("m"),
        folder("m/a"),
        file("m/a/x.js.map", 60_000),
        file("m/a/x.so", 50_000),
        folder("m/b"),
        file("m/b/y.so", 40_000),
    ];
    let tree = Tree::from_entries(PathBuf::from("/nowhere"), entries, Vec::new());
    let detail = inspect(&tree).detail.unwrap();
    let top = detail.children.iter().find(|one| one.name == "m").unwrap();
    let kind = |name: &str| {
        top.children
            .iter()
            .find(|one| one.name == name)
            .unwrap()
            .kind
    };
    // The larger child is of one kind, most of the bytes are of another.
    assert_eq!([kind("a"), kind("b")], ["source maps", "native code"]);
    assert_eq!(top.kind, "native code");
}

#[test]
fn only_special_files_and_folders_weigh_next_to_nothing() {
    let entries = vec![
        Entry::new("fifo", EntryKind::Special, 0),
        Entry::new("folder", EntryKind::Directory, 0),
    ];
    let tree = Tree::from_entries(PathBuf::from("/nowhere"), entries, Vec::new());
    let report = inspect(&tree);
    assert!(report.size.compressed.bytes < 500 && report.unread.is_empty());
}

/// Names that mean something to package managers, and some that don't.
const NAMES: &[&str] = &[
    "node_modules",
    "@scope",
    "a",
    "b.js.map",
    ".pnpm",
    "c@1.0.0",
    "site-packages",
    "d.libs",
    "vendor",
    "ruby",
    "3.3.0",
    "gems",
    "e-1.2.3",
    "f-2.0.jar",
    "test",
    "line\nend",
];

/// A tree of such paths; what would be a file and a folder at once is left out.
fn tree_of(files: &[(Vec<&str>, u64)]) -> Tree {
    let mut entries = std::collections::BTreeMap::<PathBuf, (EntryKind, u64)>::new();
    for (names, size) in files {
        let path: PathBuf = names.iter().collect();
        let mut folders = path.ancestors().skip(1);
        let is_free = folders.all(|folder| {
            let known = entries.get(folder);
            known.is_none_or(|(kind, _)| *kind == EntryKind::Directory)
        });
        if !is_free || entries.contains_key(&path) {
            continue;
        }
        for folder in path.ancestors().skip(1) {
            if folder != Path::new("") {
                entries.insert(folder.to_owned(), (EntryKind::Directory, 0));
            }
        }
        entries.insert(path, (EntryKind::File, *size));
    }
    let entries = entries.into_iter();
    let entries = entries.map(|(path, (kind, size))| Entry::new(path, kind, size));
    Tree::from_entries(PathBuf::from("/nowhere"), entries.collect(), Vec::new())
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(24))]
    #[test]
    fn every_byte_belongs_to_one_part_one_kind_and_one_folder(
        app in some_files(),
        layer in some_files(),
    ) {
        let layers = [LayerTree {
            name: "dist".to_owned(),
            buildpack: "heroku/nodejs".to_owned(),
            metadata: String::new(),
            tree: tree_of(&layer),
        }];
        let app = tree_of(&app);
        let load = Load { app: &app, layers: &layers, reused: &[], previous: None, missing: None, memory: None };
        let report = weigh(&load, &Goal::NUMBER, true);
        let total = report.size.totals;
        for parts in [&report.parts, &report.kinds] {
            let bytes: u64 = parts.iter().map(|part| part.totals.bytes).sum();
            let files: u64 = parts.iter().map(|part| part.totals.files).sum();
            proptest::prop_assert_eq!((files, bytes), (total.files, total.bytes));
            let compressed: u64 = parts.iter().map(|part| part.compressed).sum();
            let most = report.size.compressed.bytes + parts.len() as u64;
            proptest::prop_assert!(compressed <= most);
        }
        let detail = report.detail.unwrap();
        proptest::prop_assert_eq!((detail.files, detail.bytes), (total.files, total.bytes));
        let seen: u64 = report.layers.iter().map(|layer| layer.past.bytes).sum();
        proptest::prop_assert_eq!(seen, layers[0].tree.totals().bytes);
    }
}

fn some_files() -> impl proptest::strategy::Strategy<Value = Vec<(Vec<&'static str>, u64)>> {
    let names = proptest::collection::vec(proptest::sample::select(NAMES), 1..6);
    proptest::collection::vec((names, 0_u64..30_000), 0..25)
}
