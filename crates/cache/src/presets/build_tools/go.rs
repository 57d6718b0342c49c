//! Go.
//!
//! - **Recognised** by `go.mod`, or `go.work` with its modules, and a `main` package. A library makes nothing to keep.
//! - **Key**: Go's version, every file of the app, `GO*`, `CGO_*`, compilers.
//! - **Class** packed: the programs in `bin/`.
//! - **Install** `go build -trimpath -o bin/ ./...`, which is the production form, too; the
//!   packages of `// +heroku install` or `GO_INSTALL_PACKAGE_SPEC` where an app names them. A
//!   classic platform builds in another folder each time: without `-trimpath` its name
//!   would be in the program and in the key of each compiled object.
//! - **Exposure**: none; a Procfile names `bin/NAME`. Downloads and objects are on download stores
//!   (`GOMODCACHE`, `GOCACHE`); both are content-addressed and bear lost file times.
//! - **Left alone**: a `GOMODCACHE` or `GOCACHE` that somebody has set, a committed `vendor/`.

use std::path::{Path, PathBuf};

use super::{Found, Tool, text, words};
use crate::inputs::read_regular;
use crate::lockfile::Packages;
use crate::presets::Project;
use crate::switches;
use slugsmith_ecosystems as ecosystems;
use slugsmith_ecosystems::recognise::join;
use slugsmith_facts::beneath;
use slugsmith_facts::run;
use slugsmith_facts::tree::Tree;

pub(super) const TOOL: Tool = Tool {
    name: "go",
    version: &["go", "env", "GOVERSION"],
    wrapper: None,
    variables: &["GO", "CGO_", "CC", "CXX"],
    download_stores: &[("go-modules", "GOMODCACHE"), ("go-objects", "GOCACHE")],
    look,
    copied: |_, _| {},
};

fn look(place: &Project<'_>) -> Option<Found> {
    let is_workspace = place.app.has(ecosystems::go::WORKSPACE);
    if !place.app.has(ecosystems::go::MANIFEST) && !is_workspace {
        return None;
    }
    let modules = if is_workspace {
        members(&text(place, ecosystems::go::WORKSPACE))
    } else {
        vec![String::new()]
    };
    let outputs = outputs(&place.app.root, &modules);
    let sums = modules
        .iter()
        .map(|at| text(place, join(at, ecosystems::go::GO_SUM)));
    let packages = packages(&sums.collect::<String>());
    (!outputs.is_empty()).then(|| Found {
        lockfile: if is_workspace {
            ecosystems::go::WORKSPACE
        } else if place.app.has(ecosystems::go::GO_SUM) {
            ecosystems::go::GO_SUM
        } else {
            // The standard library alone asks for no checksums.
            ecosystems::go::MANIFEST
        },
        packages,
        outputs,
        commands: vec![command(place, &modules)],
        links: Vec::new(),
        unpinned: None,
    })
}

/// Every package of every module, unless the app says which (heroku/go).
fn command(place: &Project<'_>, modules: &[String]) -> Vec<String> {
    let mut command = words(&["build", "-trimpath", "-o", "bin/"]);
    let symbol = switches::value(place.context.environment, "GO_LINKER_SYMBOL");
    if let (Some(symbol), Some(value)) = (
        symbol,
        switches::value(place.context.environment, "GO_LINKER_VALUE"),
    ) {
        command.push("-ldflags".to_owned());
        command.push(format!("-X {symbol}={value}"));
    }
    let manifest = text(place, ecosystems::go::MANIFEST);
    let mut lines = manifest.lines().map(str::trim);
    let named = lines.find_map(|line| line.strip_prefix("// +heroku install "));
    let named = switches::value(place.context.environment, "GO_INSTALL_PACKAGE_SPEC").or(named);
    match named {
        Some(named) => command.extend(run::words(named)),
        None => command.extend(modules.iter().map(|at| format!("./{}", join(at, "...")))),
    }
    command
}

/// The modules of a workspace: `use ./a`, alone or in a block (Go reference, "Workspaces").
fn members(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_block = false;
    for line in text.lines().map(str::trim) {
        let opens = line.starts_with("use (");
        in_block = opens || in_block && !line.starts_with(')');
        let path = line.strip_prefix("use ").or(in_block.then_some(line));
        let Some(path) = path.filter(|path| !opens && !path.is_empty()) else {
            continue;
        };
        let path = path
            .split("//")
            .next()
            .unwrap_or(path)
            .trim()
            .trim_matches('"');
        let path = path.trim_start_matches("./").trim_end_matches('/');
        if !path.split('/').any(|part| part == "..") && !path.starts_with('/') {
            found.push(if path == "." {
                String::new()
            } else {
                path.to_owned()
            });
        }
    }
    found
}

/// Lines such as `example.com/mod v1.2.3 h1:…`; those of a `/go.mod` are left out, since
/// they are there for versions that were only considered.
fn packages(sum: &str) -> Packages {
    let mut packages = Packages::new();
    for line in sum.lines() {
        let mut words = line.split(' ');
        if let (Some(name), Some(version)) = (words.next(), words.next())
            && version.rsplit('/').next() != Some(ecosystems::go::MANIFEST)
        {
            packages
                .entry(name.to_owned())
                .or_default()
                .insert(version.to_owned());
        }
    }
    packages
}

/// `bin/<name>` for each folder of the `modules` with a `main` package, named as `go build`
/// names it.
fn outputs(app: &Path, modules: &[String]) -> Vec<PathBuf> {
    let name_of = |at: &str| {
        let text = beneath::text_in(app, join(at, ecosystems::go::MANIFEST)).unwrap_or_default();
        let mut lines = text.lines();
        let name = lines.find_map(|line| line.strip_prefix("module "));
        last_part(name.unwrap_or_default().trim().trim_matches('"'))
    };
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
        let folder = path.parent().unwrap_or(Path::new(""));
        if !modules.iter().any(|at| folder.starts_with(at)) {
            continue;
        }
        let at = folder.to_string_lossy();
        let is_root = modules.iter().any(|module| *module == at);
        let name = if is_root {
            name_of(&at)
        } else {
            let name = folder.file_name().unwrap_or_default();
            name.to_string_lossy().into_owned()
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
        let put = |path: &str, text: &str| crate::tests::put(app.path(), path, text);
        put("go.mod", "module example.com/shop/v2\n\ngo 1.22\n");
        put("main.go", "// a shop\npackage main\n");
        put("cmd/worker/main.go", "package main\n");
        put("cmd/worker/main_test.go", "package main\n");
        put("tools/gen.go", "//go:build ignore\n\npackage main\n");
        put("lib/lib.go", "package lib\n");
        put("vendor/x/main.go", "package main\n");
        assert_eq!(
            outputs(app.path(), &[String::new()]),
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
