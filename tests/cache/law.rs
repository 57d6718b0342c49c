//! A hit is a clean build: for every file of an app, change it, build with the cache and clean,
//! and compare. Equal, or a miss that names the file; there is nothing else.
//!
//! The tools are small scripts that do what package managers do to an app: copy packages, run
//! scripts of workspaces within the install, put packages elsewhere, compile everything. Each file
//! is changed in one way, with `SLUGSMITH_LONG=1` in every way.

mod shapes;
mod tools;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use self::shapes::Shape;
use super::support::Bed;
use super::{cache, facts};
use cache::Verdict;
use facts::tree::{EntryKind, Tree};

fn bed(shape: &Shape) -> Bed {
    let mut bed = Bed::new();
    for tool in ["npm", "pnpm", "yarn", "bun"] {
        bed.tool(tool, tools::MANAGER);
    }
    for tool in ["go", "gradle", "mvn"] {
        bed.tool(tool, tools::COMPILER);
    }
    for tool in ["python3", "python", "uv", "poetry", "pipenv"] {
        bed.tool(tool, tools::PYTHON);
    }
    bed.tool("cargo", tools::CARGO);
    bed.tool("composer", tools::COMPOSER);
    bed.tool("php", "#!/bin/sh\necho 8.3\n");
    bed.tool("ruby", "#!/bin/sh\necho 3.4.1 ABI 3.4.0\n");
    bed.tool("bundle", tools::BUNDLE);
    for (name, value) in &shape.variables {
        bed.set(name, value);
    }
    reset(&bed, shape);
    bed
}

/// A fresh copy of the app, as a platform makes one for every build.
fn reset(bed: &Bed, shape: &Shape) {
    bed.next();
    empty(&bed.app());
    for (path, text) in &shape.files {
        bed.put(path, text);
    }
}

fn empty(folder: &Path) {
    for name in fs_err::read_dir(folder).unwrap().flatten() {
        let path = name.path();
        if name.file_type().unwrap().is_dir() {
            fs_err::remove_dir_all(path).unwrap();
        } else {
            fs_err::remove_file(path).unwrap();
        }
    }
}

fn copy(from: &Path, to: &Path) {
    let status = std::process::Command::new("cp")
        .arg("-a")
        .arg(from)
        .arg(to)
        .status();
    assert!(status.unwrap().success());
}

fn tree(bed: &Bed) -> Vec<(PathBuf, Vec<u8>)> {
    let app = bed.app();
    let all = Tree::read(&app);
    let files = all
        .entries()
        .iter()
        .filter(|entry| entry.kind() != EntryKind::Directory);
    files
        .map(|entry| {
            let content = fs_err::read(app.join(entry.path())).unwrap_or_default();
            (entry.path().to_owned(), content)
        })
        .collect()
}

/// The ways to change a file. Manifests and lockfiles stay what they are in form.
fn changes(path: &str, at: usize) -> Vec<&'static str> {
    let forms = [
        "json", "lock", "yaml", "toml", "mod", "work", "xml", "Pipfile",
    ];
    if forms.iter().any(|end| path.ends_with(end)) {
        return vec!["append"];
    }
    let all = ["replace", "delete", "append"];
    if crate::long::is_long() {
        all.to_vec()
    } else {
        vec![all[at % all.len()]]
    }
}

fn change(bed: &Bed, path: &str, how: &str) {
    let full = bed.app().join(path);
    match how {
        "append" => {
            let text = fs_err::read_to_string(&full).unwrap();
            fs_err::write(full, format!("{text}\n")).unwrap();
        }
        "replace" if path.ends_with(".sh") => fs_err::write(full, "true\n").unwrap(),
        "replace" => fs_err::write(full, "other\n").unwrap(),
        _ => fs_err::remove_file(full).unwrap(),
    }
}

#[derive(Default)]
struct Totals {
    builds: AtomicUsize,
    hits: AtomicUsize,
    misses: AtomicUsize,
}

/// Every difference, told.
fn of_shape(shape: &Shape, totals: &Totals) -> Vec<String> {
    let mut wrong = Vec::new();
    let bed = bed(shape);
    let is_hit = |one: &cache::Outcome| one.decision.verdict == Verdict::Hit;
    bed.build();
    let (layers, saved) = (bed.root().join("layers"), bed.root().join("saved"));
    copy(&layers, &saved);
    reset(&bed, shape);
    let (outcomes, log) = bed.build();
    if outcomes.is_empty() || !outcomes.iter().all(is_hit) {
        return vec![format!("{}: unchanged\n{:#?}", shape.name, log.lines)];
    }
    for (at, (path, _)) in shape.files.iter().enumerate() {
        for how in changes(path, at) {
            let what = format!("{}: {how} {path}", shape.name);
            let build = |with_cache: bool| {
                cache::pack::remove(&layers).unwrap();
                if with_cache {
                    copy(&saved, &layers);
                } else {
                    fs_err::create_dir(&layers).unwrap();
                }
                reset(&bed, shape);
                change(&bed, path, how);
                let (outcomes, log) = bed.try_build();
                (outcomes, tree(&bed), log)
            };
            let (with, with_tree, log) = build(true);
            let (without, without_tree, _) = build(false);
            totals.builds.fetch_add(1, Ordering::Relaxed);
            match (with, without) {
                (Err(_), Err(_)) => continue,
                (Ok(outcomes), Ok(_)) => {
                    let all = outcomes.iter().all(is_hit);
                    let counter = if all { &totals.hits } else { &totals.misses };
                    counter.fetch_add(1, Ordering::Relaxed);
                }
                (with, without) => {
                    wrong.push(format!(
                        "{what}: {} with, {} without the cache",
                        with.is_ok(),
                        without.is_ok()
                    ));
                    continue;
                }
            }
            if with_tree != without_tree {
                let differs = with_tree.iter().find(|one| !without_tree.contains(one));
                let differs =
                    differs.or_else(|| without_tree.iter().find(|one| !with_tree.contains(one)));
                let path = differs.map(|(path, _)| path.display().to_string());
                wrong.push(format!("{what}: {path:?} differs\n{:#?}", log.lines));
            }
        }
    }
    wrong
}

#[test]
fn for_every_file_of_an_app_a_hit_is_a_clean_build() {
    let shapes = shapes::all();
    assert!(shapes.len() >= 60, "{}", shapes.len());
    let totals = Totals::default();
    let wrong: Vec<_> = shapes
        .par_iter()
        .flat_map(|shape| of_shape(shape, &totals))
        .collect();
    let count = |one: &AtomicUsize| one.load(Ordering::Relaxed);
    println!(
        "{} shapes, {} changes, {} hits, {} misses, {} differences",
        shapes.len(),
        count(&totals.builds),
        count(&totals.hits),
        count(&totals.misses),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What code of the app reads of its config vars while it is installed or compiled is an input;
/// what the finished program reads is none.
#[test]
fn for_every_config_var_that_the_installs_code_names_a_hit_is_a_clean_build() {
    let script = "mkdir -p dist; echo \"$API_URL\" > dist/client.js\n";
    for (tool, files) in [
        (
            "npm",
            vec![
                (
                    "package.json",
                    r#"{"name":"r","version":"1.0.0","workspaces":["packages/*"]}"#,
                ),
                (
                    "package-lock.json",
                    r#"{"lockfileVersion":3,"packages":{"":{"workspaces":["packages/*"]},
"node_modules/lib":{"resolved":"packages/lib","link":true},"packages/lib":{"version":"1.0.0"}}}"#,
                ),
                (
                    "packages/lib/package.json",
                    r#"{"name":"lib","version":"1.0.0","scripts":{"prepare":"sh ./prepare.sh"}}"#,
                ),
                ("packages/lib/prepare.sh", script),
            ],
        ),
        (
            "gradle",
            vec![
                ("build.gradle", "task stage { System.getenv('API_URL') }\n"),
                (
                    "stage.sh",
                    "#!/bin/sh\nmkdir -p build; echo \"$API_URL\" > build/a.txt\n",
                ),
            ],
        ),
    ] {
        let owned = files.iter();
        let owned = owned.map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        let shape = Shape {
            name: tool.to_owned(),
            files: owned.collect(),
            variables: vec![("API_URL", "one"), ("UNRELATED", "one")],
        };
        let mut bed = bed(&shape);
        bed.tool(
            "gradle",
            "#!/bin/sh\ncase $1 in --version) echo 1.0; exit;; esac\nsh stage.sh\n",
        );
        let verdict = |bed: &Bed| {
            reset(bed, &shape);
            let (outcomes, log) = bed.build();
            let hit = outcomes
                .iter()
                .all(|one| one.decision.verdict == Verdict::Hit);
            (hit, log.lines.join("\n"))
        };
        assert!(!verdict(&bed).0);
        bed.set("UNRELATED", "two");
        let (hit, log) = verdict(&bed);
        assert!(hit, "{tool}: {log}");
        bed.set("API_URL", "two");
        let (hit, log) = verdict(&bed);
        assert!(!hit && log.contains("config var API_URL"), "{tool}: {log}");
        let made = tree(&bed);
        let is_new = |(_, text): &(PathBuf, Vec<u8>)| text.starts_with(b"two");
        assert!(made.iter().any(is_new), "{tool}: {log}");
        assert!(!log.contains("one\n") && verdict(&bed).0);
    }
}
