//! What does a strip decision cost? Driven by `scripts/bench-strip`; prints one line of JSON:
//! files, and seconds to walk, to read package.json files, to decide anew and to recall.
//!
//! `strip PATH`

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods
)]

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use slugsmith::config;
use slugsmith::facts::absent::Packed;
use slugsmith::facts::environment::{Environment, Target, World};
use slugsmith::facts::tree::{Entry, Tree};
use slugsmith::strip::memory::{self, Memory};
use slugsmith::strip::{self, decide, facts};

fn main() {
    let arguments: Vec<_> = std::env::args().filter(|word| word != "--bench").collect();
    let [_, path] = arguments.as_slice() else {
        // A plain `cargo bench` has no tree to measure.
        println!("usage: strip PATH");
        return;
    };
    let root = Path::new(path);
    let environment = Environment {
        world: World::CloudNative,
        target: Target {
            os: "linux".to_owned(),
            arch: "amd64".to_owned(),
            distro: "debian 12".to_owned(),
        },
        variables: std::collections::BTreeMap::new(),
    };
    let config = config::parse("", &environment).unwrap();

    let begun = Instant::now();
    let tree = Tree::read(root);
    let walked = begun.elapsed();
    let begun = Instant::now();
    let read = facts::read(&tree, &environment, &[], false);
    let manifests = begun.elapsed();
    let begun = Instant::now();
    let plan = decide::decide(&read, &config.strip, &facts::OnDisk { root });
    let decided = begun.elapsed();
    let removed = plan.removed.len();
    drop((plan, read));
    let peak = peak();

    let packed = packed(&tree);
    let input = strip::Input {
        app: root,
        config: &config,
        environment: &environment,
        commands: Vec::new(),
        absent: &slugsmith::facts::absent::Nothing,
        dry_run: true,
    };
    let mut report = strip::run(root, &config, &environment, true).unwrap();
    report.dry_run = false;
    report.basis = memory::basis(&tree, &packed, &input, None);
    let stored = Memory::of(&report).expect("a basis").encode().unwrap();
    let begun = Instant::now();
    let tree = Tree::read(root);
    let basis = memory::basis(&tree, &packed, &input, None).unwrap();
    let last = Memory::decode(&stored);
    let recalled = last.as_ref().and_then(|memory| memory.recall(&basis));
    let remembered = begun.elapsed();
    assert_eq!(recalled.expect("the same basis").manifest.len(), removed);
    println!(
        "{{\"files\":{},\"removed\":{removed},\"walk\":{:.3},\"manifests\":{:.3},\
         \"decide\":{:.3},\"recall\":{:.3},\"stored\":{},\"peak\":{peak}}}",
        tree.totals().files,
        walked.as_secs_f64(),
        manifests.as_secs_f64(),
        decided.as_secs_f64(),
        remembered.as_secs_f64(),
        stored.len(),
    );
}

/// All dependency folders, as a cache has them after it unpacked them.
fn packed(tree: &Tree) -> Packed {
    let is_root = |entry: &&Entry| {
        let path = entry.path();
        let outermost = !path
            .parent()
            .is_some_and(|above| above.iter().any(|part| part == "node_modules"));
        path.ends_with("node_modules") && outermost
    };
    let roots: Vec<PathBuf> = tree
        .entries()
        .iter()
        .filter(is_root)
        .map(|entry| entry.path().to_owned())
        .collect();
    let inside = |entry: &&Entry| roots.iter().any(|root| entry.path().starts_with(root));
    let entries = tree.entries().iter().filter(inside).cloned().collect();
    Packed {
        digest: "bench".to_owned(),
        entries,
        roots,
        rewritten: HashSet::new(),
    }
}

/// The most memory that this process has held, in bytes.
fn peak() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let words = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    words.unwrap_or_default() * 1024
}
