//! What on a download store is of no use in another build?
//!
//! Locks, daemons' logs, marks of failed downloads, sources that the tool unpacks again;
//! and downloads that none of the last lockfiles names, where the tool's own layout tells
//! which package a file belongs to (go.dev/ref/mod#module-cache; the Cargo book, "Cargo Home").

use slugsmith_facts::beneath::own;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::lockfile::Packages;
use crate::pack::remove;
use crate::presets::DownloadStore;
use slugsmith_facts::tree::{EntryKind, Tree};

/// Time that objects get before a build. Go gives those that it uses the present time if
/// theirs is older than an hour, and removes by itself what is older than five days
/// (cmd/go/internal/cache, "mtimeInterval", "trimLimit").
const UNUSED_SINCE: Duration = Duration::from_hours(48);

/// Makes it possible to see what the build uses.
pub(super) fn mark(downloads: &DownloadStore, data: &Path) {
    let Some(before) = SystemTime::now().checked_sub(UNUSED_SINCE) else {
        return;
    };
    if downloads.variable == "GOCACHE" {
        for path in objects(data) {
            // What keeps its time counts as used.
            let _ = own::handle(path).and_then(|file| file.set_modified(before));
        }
    }
}

/// Removes everything that this build did not need; `packages` are those of its lockfile.
/// `false` where that can't be told.
pub(super) fn to_this_build(downloads: &DownloadStore, data: &Path, packages: &Packages) -> bool {
    let is_there = |path: &str| data.join(path).exists();
    match downloads.variable {
        "GOCACHE" => {
            let limit = SystemTime::now().checked_sub(UNUSED_SINCE / 2);
            for path in objects(data) {
                let used = fs_err::metadata(&path).and_then(|found| found.modified());
                if used.is_ok_and(|used| limit.is_some_and(|limit| used < limit)) {
                    let _ = remove(&path);
                }
            }
            true
        }
        _ if packages.is_empty() => false,
        "GOMODCACHE" => {
            go_modules(data, packages);
            !is_there("cache/vcs")
        }
        "CARGO_HOME" => {
            crates(data, packages);
            !is_there("git")
        }
        _ => false,
    }
}

/// Files of a cache of objects: `<two digits>/<digest>-<kind>`.
fn objects(data: &Path) -> Vec<PathBuf> {
    let tree = Tree::read(data);
    let entries = tree.entries().iter();
    let is_object = |path: &Path| path.components().count() == 2;
    entries
        .filter(|entry| entry.kind() == EntryKind::File && is_object(entry.path()))
        .map(|entry| data.join(entry.path()))
        .collect()
}

/// Removes what is of no use. `live` are the packages of the last lockfiles; empty where
/// they are not known, and nothing is swept by them then.
pub(super) fn sweep(downloads: &DownloadStore, data: &Path, live: &Packages) {
    let useless: &[&str] = match downloads.variable {
        "CARGO_HOME" => &[
            "registry/src",
            "bin",
            ".crates.toml",
            ".crates2.json",
            ".package-cache",
            ".package-cache-mutate",
            ".global-cache",
        ],
        "GRADLE_USER_HOME" => &["daemon", "native", "notifications"],
        "GOMODCACHE" => &["cache/lock"],
        _ => &[],
    };
    for path in useless {
        // What can't be removed is only a little larger.
        let _ = remove(&data.join(path));
    }
    match downloads.variable {
        "MAVEN_OPTS" => failed_downloads(data),
        "GOMODCACHE" if !live.is_empty() => go_modules(data, live),
        "CARGO_HOME" if !live.is_empty() => crates(data, live),
        _ => {}
    }
}

fn failed_downloads(data: &Path) {
    for entry in Tree::read(data).entries() {
        let end = entry.path().extension();
        if end.is_some_and(|end| end == "lastUpdated") {
            let _ = remove(&data.join(entry.path()));
        }
    }
}

/// Unpacked modules are folders `<module>@<version>`; downloads lie under
/// `cache/download/<module>/@v/<version>.<kind>`. The small `.mod` and `.info` files of
/// versions that were only considered stay, or every build would fetch them again.
fn go_modules(data: &Path, live: &Packages) {
    let live: std::collections::HashSet<String> = live
        .iter()
        .flat_map(|(name, versions)| {
            let versions = versions.iter();
            versions.map(move |version| format!("{}@{}", escaped(name), escaped(version)))
        })
        .collect();
    let mut removed: Vec<std::path::PathBuf> = Vec::new();
    for entry in Tree::read(data).entries() {
        let Some(path) = entry.path().to_str() else {
            continue;
        };
        if removed
            .iter()
            .any(|folder| entry.path().starts_with(folder))
        {
            continue;
        }
        let module = match entry.kind() {
            // The folder of the module itself, none below it.
            EntryKind::Directory
                if !path.starts_with("cache/")
                    && path
                        .split_once('@')
                        .is_some_and(|(_, rest)| !rest.contains('/')) =>
            {
                path.to_owned()
            }
            EntryKind::File => match downloaded(path) {
                Some(module) => module,
                None => continue,
            },
            _ => continue,
        };
        // A toolchain is a module that no go.sum names.
        let is_toolchain = module.starts_with("golang.org/toolchain@");
        if !is_toolchain && !live.contains(&module) {
            removed.push(entry.path().to_owned());
        }
    }
    for path in removed {
        let _ = remove(&data.join(path));
    }
}

/// `<module>@<version>` of a downloaded archive.
fn downloaded(path: &str) -> Option<String> {
    let (module, file) = path.strip_prefix("cache/download/")?.split_once("/@v/")?;
    let version = [".zip", ".ziphash"]
        .iter()
        .find_map(|end| file.strip_suffix(end))?;
    Some(format!("{module}@{version}"))
}

/// As Go names files of a module: `!` and the small letter for each capital one.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_uppercase() {
            // Writing to a String has no way to fail.
            let _ = write!(out, "!{}", c.to_ascii_lowercase());
        } else {
            out.push(c);
        }
    }
    out
}

/// Downloaded crates: `registry/cache/<index>/<name>-<version>.crate`.
fn crates(data: &Path, live: &Packages) {
    let live: std::collections::HashSet<String> = live
        .iter()
        .flat_map(|(name, versions)| {
            versions
                .iter()
                .map(move |version| format!("{name}-{version}"))
        })
        .collect();
    let cache = data.join("registry/cache");
    for entry in Tree::read(&cache).entries() {
        let path = entry.path();
        let name = path.file_stem().and_then(|name| name.to_str());
        let is_crate = path.extension().is_some_and(|end| end == "crate");
        if is_crate && name.is_some_and(|name| !live.contains(name)) {
            let _ = remove(&cache.join(path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::Inputs;

    fn downloads(variable: &'static str) -> DownloadStore {
        DownloadStore {
            name: "x".to_owned(),
            variable,
            inputs: Inputs::default(),
            most: 1_000,
            sources: None,
        }
    }

    fn swept(variable: &'static str, files: &[&str], live: &[(&str, &str)]) -> Vec<String> {
        let data = tempfile::tempdir().unwrap();
        for file in files {
            let path = data.path().join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "x").unwrap();
        }
        let live = live
            .iter()
            .map(|(name, version)| ((*name).to_owned(), [(*version).to_owned()].into()))
            .collect();
        sweep(&downloads(variable), data.path(), &live);
        let tree = Tree::read(data.path());
        let left = tree.entries().iter();
        left.filter(|entry| entry.kind() == EntryKind::File)
            .map(|entry| entry.path().display().to_string())
            .collect()
    }

    #[test]
    fn go_keeps_what_a_lockfile_names_and_toolchains() {
        let left = swept(
            "GOMODCACHE",
            &[
                "github.com/!burnt!sushi/toml@v1.5.0/a.go",
                "github.com/!burnt!sushi/toml@v1.5.0/internal/tz/b.go",
                "github.com/!burnt!sushi/toml@v1.4.0/sub@x/a.go",
                "cache/download/github.com/!burnt!sushi/toml/@v/v1.5.0.zip",
                "cache/download/github.com/!burnt!sushi/toml/@v/v1.4.0.zip",
                "cache/download/github.com/!burnt!sushi/toml/@v/v1.4.0.mod",
                "golang.org/toolchain@v0.0.1-go1.25.0.linux-amd64/bin/go",
                "cache/lock",
            ],
            &[("github.com/BurntSushi/toml", "v1.5.0")],
        );
        assert_eq!(
            left,
            [
                "cache/download/github.com/!burnt!sushi/toml/@v/v1.4.0.mod",
                "cache/download/github.com/!burnt!sushi/toml/@v/v1.5.0.zip",
                "github.com/!burnt!sushi/toml@v1.5.0/a.go",
                "github.com/!burnt!sushi/toml@v1.5.0/internal/tz/b.go",
                "golang.org/toolchain@v0.0.1-go1.25.0.linux-amd64/bin/go",
            ]
        );
    }

    #[test]
    fn cargo_keeps_what_a_lockfile_names_and_all_without_one() {
        let files = [
            "registry/cache/index-1/serde-1.0.1.crate",
            "registry/cache/index-1/serde-1.0.2.crate",
            "registry/index/x",
            "registry/src/index-1/serde-1.0.1/lib.rs",
        ];
        assert_eq!(
            swept("CARGO_HOME", &files, &[("serde", "1.0.2")]),
            [files[1], files[2]]
        );
        assert_eq!(swept("CARGO_HOME", &files, &[]), files[..3]);
    }
}
