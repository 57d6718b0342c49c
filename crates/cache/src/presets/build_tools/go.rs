//! Go.
//!
//! - **Recognised** by `go.mod` and a `main` package. A library makes nothing to keep.
//! - **Key**: Go's version, every file of the app, `GO*`, `CGO_*`, compilers.
//! - **Class** packed: the programs in `bin/`.
//! - **Install** `go build -trimpath -o bin/ ./...`, which is the production form, too. A
//!   classic platform builds in another folder each time: without `-trimpath` its name
//!   would be in the program and in the key of each compiled object.
//! - **Exposure**: none; a Procfile names `bin/NAME`. Downloads and objects are on shelves
//!   (`GOMODCACHE`, `GOCACHE`); both are content-addressed and bear lost file times.
//! - **Left alone**: a `GOMODCACHE` or `GOCACHE` that somebody has set, a committed `vendor/`.

use std::path::{Path, PathBuf};

use super::{Found, Tool, text};
use crate::inputs::read_regular;
use crate::lockfile::Packages;
use crate::presets::Place;
use slugsmith_facts::beneath;
use slugsmith_facts::tree::Tree;

pub(super) const TOOL: Tool = Tool {
    name: "go",
    version: &["go", "env", "GOVERSION"],
    wrapper: None,
    variables: &["GO", "CGO_", "CC", "CXX"],
    shelves: &[("go-modules", "GOMODCACHE"), ("go-objects", "GOCACHE")],
    look,
};

fn look(place: &Place<'_>) -> Option<Found> {
    if !place.app.has("go.mod") {
        return None;
    }
    let outputs = outputs(&place.app.root);
    (!outputs.is_empty()).then(|| Found {
        lockfile: "go.sum",
        packages: packages(&text(place, "go.sum")),
        outputs,
        arguments: vec!["build", "-trimpath", "-o", "bin/", "./..."],
        unpinned: None,
    })
}

/// Lines such as `example.com/mod v1.2.3 h1:…`; those of a `/go.mod` are left out, since
/// they are there for versions that were only considered.
fn packages(sum: &str) -> Packages {
    let mut packages = Packages::new();
    for line in sum.lines() {
        let mut words = line.split(' ');
        if let (Some(name), Some(version)) = (words.next(), words.next())
            && !version.ends_with("/go.mod")
        {
            packages
                .entry(name.to_owned())
                .or_default()
                .insert(version.to_owned());
        }
    }
    packages
}

/// `bin/<name>` for each folder with a `main` package, named as `go build` names it.
fn outputs(app: &Path) -> Vec<PathBuf> {
    let module = beneath::text_in(app, "go.mod").unwrap_or_default();
    let module = module
        .lines()
        .find_map(|line| line.strip_prefix("module "))
        .unwrap_or_default()
        .trim()
        .trim_matches('"');
    let mut names = std::collections::BTreeSet::new();
    for entry in Tree::read(app).entries() {
        let path = entry.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_left_out = path.components().any(|part| {
            let part = part.as_os_str().to_string_lossy();
            part.starts_with(['.', '_']) || ["vendor", "testdata", "node_modules"].contains(&&*part)
        });
        if !name.ends_with(".go") || name.ends_with("_test.go") || is_left_out {
            continue;
        }
        let text = read_regular(&app.join(path)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let is_ignored = text
            .lines()
            .take(20)
            .any(|line| line.starts_with("//go:build ignore"));
        if is_ignored || !text.lines().any(|line| line.trim_end() == "package main") {
            continue;
        }
        let folder = path.parent().and_then(Path::file_name);
        let name = match folder {
            Some(folder) => folder.to_string_lossy().into_owned(),
            None => last_part(module),
        };
        names.insert(name);
    }
    names
        .into_iter()
        .map(|name| Path::new("bin").join(name))
        .collect()
}

/// The last part of a module's path that is not its major version.
fn last_part(module: &str) -> String {
    let is_version = |part: &&str| {
        part.strip_prefix('v').is_some_and(|digits| {
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let part = module.rsplit('/').find(|part| !is_version(part));
    part.unwrap_or(module).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_programs_are_named_as_go_names_them() {
        let app = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = app.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        };
        put("go.mod", "module example.com/shop/v2\n\ngo 1.22\n");
        put("main.go", "// a shop\npackage main\n");
        put("cmd/worker/main.go", "package main\n");
        put("cmd/worker/main_test.go", "package main\n");
        put("tools/gen.go", "//go:build ignore\n\npackage main\n");
        put("lib/lib.go", "package lib\n");
        put("vendor/x/main.go", "package main\n");
        assert_eq!(
            outputs(app.path()),
            [Path::new("bin/shop"), Path::new("bin/worker")]
        );
    }

    #[test]
    fn modules_that_are_built_are_named() {
        let found =
            packages("a.b/c v1.0.0 h1:x=\na.b/c v1.0.0/go.mod h1:y=\na.b/c v0.9.0/go.mod h1:z=\n");
        assert_eq!(found["a.b/c"], ["v1.0.0".to_owned()].into());
    }
}
