//! Many builds with churn store little more than one build from nothing.

use super::long::is_long;
use super::support::Bed;
use slugsmith::facts::tree::Tree;

/// Fetches what go.sum names into the module cache, and adds an object per build, as Go
/// does: neither is ever removed by it.
const GO: &str = r#"#!/bin/sh
case "$1" in env) echo go1.25.0; exit;; esac
mkdir -p bin "$GOCACHE/00" "$GOMODCACHE/cache/download"
while read -r name version sum; do
  case "$version" in */go.mod) continue;; esac
  folder="$GOMODCACHE/$name@$version"
  [ -d "$folder" ] && continue
  mkdir -p "$folder" "$GOMODCACHE/cache/download/$name/@v"
  head -c 20000 /dev/zero | tr '\0' "$(echo "$version" | cut -c 4)" > "$folder/a.go"
  head -c 20000 /dev/zero > "$GOMODCACHE/cache/download/$name/@v/$version.zip"
done < go.sum
for object in 1 2 3 4 5 6 7 8 9; do head -c 4000 /dev/zero > "$GOCACHE/00/base-$object"; done
head -c 3000 /dev/zero > "$GOCACHE/00/$(cksum < main.go | cut -d' ' -f1)"
cat main.go > bin/shop
"#;

fn app() -> Bed {
    let bed = Bed::new();
    bed.tool("go", GO);
    bed.put("go.mod", "module shop\n");
    bed.put(
        "project.toml",
        "[[com.slugsmith.cache]]\nname = \"models\"\npaths = [\"models\"]\n",
    );
    turn(&bed, 0);
    bed
}

/// The app of build `number`: another source, now and then other modules, another cache.
fn turn(bed: &Bed, number: u32) {
    bed.put("main.go", &format!("package main\n// {number}\n"));
    let version = number / 2;
    let line = |name: &str| format!("example.com/{name} v1.{version}.0 h1:x\n");
    bed.put("go.sum", &format!("{}{}", line("one"), line("two")));
    bed.put("models/weights", &format!("{number:0>3000}"));
    if number.is_multiple_of(3) {
        bed.put(".next/cache/entry", &format!("{number:0>2000}"));
    }
}

/// The files of a layer, those of packages and objects by name.
fn names(bed: &Bed, layer: &str) -> Vec<String> {
    let tree = Tree::read(&bed.root().join("layers").join(layer).join("data"));
    let files = tree.entries().iter();
    let files = files.filter(|entry| entry.kind() == slugsmith::facts::tree::EntryKind::File);
    files
        .map(|entry| entry.path().display().to_string())
        .collect()
}

#[test]
fn a_small_shelf_outlives_a_new_version_and_loses_what_is_of_no_more_use() {
    let bed = app();
    bed.build();
    let before = names(&bed, "cache-go-modules");
    assert!(before.iter().any(|name| name.contains("one@v1.0.0")));
    // Alone with what a mark says was not used: three other sources.
    for number in [2, 4, 6] {
        slugsmith::cache::pack::remove(&bed.app().join("bin")).unwrap();
        turn(&bed, number);
        bed.rebuild();
        let modules = names(&bed, "cache-go-modules");
        let version = format!("one@v1.{}.0", number / 2);
        assert!(modules.iter().any(|name| name.contains(&version)));
        let objects = names(&bed, "cache-go-objects");
        let base = objects.iter().filter(|name| name.contains("base-"));
        assert_eq!(base.count(), 9, "{objects:?}");
    }
    // Twice as much as the first time is too much: only what the last build needs is left.
    let modules = names(&bed, "cache-go-modules");
    assert!(!modules.iter().any(|name| name.contains("@v1.0.0")));
}

fn size(bed: &Bed) -> u64 {
    let tree = Tree::read(&bed.root().join("layers"));
    // Names of packages and numbers of builds, a few hundred bytes.
    let entries = tree.entries().iter();
    entries
        .filter(|entry| !entry.path().starts_with("cache-ledger"))
        .map(slugsmith::facts::tree::Entry::size)
        .sum()
}

#[test]
fn builds_with_churn_store_at_most_half_as_much_again() {
    let bed = app();
    bed.build();
    let mut largest = 0.0_f64;
    let builds = if is_long() { 100_u32 } else { 30 };
    for number in 1..=builds {
        for path in ["bin", ".next", "models"] {
            slugsmith::cache::pack::remove(&bed.app().join(path)).unwrap();
        }
        turn(&bed, number);
        bed.rebuild();
        let fresh = app();
        for path in ["bin", ".next", "models"] {
            slugsmith::cache::pack::remove(&fresh.app().join(path)).unwrap();
        }
        // What a build from nothing stores now, with what the last lockfiles keep alive.
        let mut live = 0;
        for back in (0..=5_u32.min(number)).rev() {
            turn(&fresh, number - back);
        }
        fresh.build();
        live += size(&fresh);
        let other_versions = (0..=number / 2).rev().skip(1).take(2).count() as u64;
        live += other_versions * 2 * 40_000;
        let ratio = precise(size(&bed)) / precise(live);
        largest = largest.max(ratio);
        assert!(
            ratio <= 1.5,
            "build {number}: {} of {live} live",
            size(&bed)
        );
    }
    assert!(largest > 0.5, "something must have been stored: {largest}");
}

#[allow(clippy::cast_precision_loss)] // sizes of a test
fn precise(bytes: u64) -> f64 {
    bytes as f64
}

#[test]
fn what_no_build_uses_any_more_goes() {
    let bed = app();
    bed.put(".turbo/x", "1");
    bed.build();
    assert!(bed.store().folder(".turbo").exists());
    slugsmith::cache::pack::remove(&bed.app().join(".turbo")).unwrap();
    for number in 0..9 {
        turn(&bed, number);
        bed.rebuild();
    }
    assert!(bed.store().folder(".turbo").exists(), "a while it stays");
    turn(&bed, 100);
    let (_, log) = bed.rebuild();
    assert!(!bed.store().folder(".turbo").exists());
    let said = log
        .lines
        .iter()
        .any(|line| line.contains(".turbo: discarded"));
    assert!(said, "{:?}", log.lines);
}

#[test]
fn all_caches_together_have_a_limit() {
    let bed = app();
    bed.put(
        "project.toml",
        "[[com.slugsmith.cache]]\nmax_size = \"60 kB\"\n",
    );
    let (_, log) = bed.build();
    let said = |log: &super::support::Log| {
        let mut lines = log.lines.iter();
        lines.any(|line| line.contains("more than their limit of 60.0 kB"))
    };
    assert!(said(&log), "{:?}", log.lines);
    let tree = Tree::read(&bed.root().join("layers"));
    assert!(tree.totals().bytes < 70_000, "{}", tree.totals().bytes);
    // The next one still has what was left, and fails nowhere.
    turn(&bed, 1);
    bed.rebuild();
}
