//! A hit is a clean build: for every file of an app, change it, build with the cache and clean,
//! and compare. Equal, or a miss that names the file; there is nothing else.
//!
//! The tools are small scripts that do what package managers do to an app: copy packages, run
//! scripts of workspaces within the install, put packages elsewhere, compile everything.

use std::path::{Path, PathBuf};

use super::support::Bed;
use super::{cache, facts};
use cache::Verdict;
use facts::tree::{EntryKind, Tree};

/// Installs a package, copies the one that `file:` names, then runs the workspace's own script
/// and the root's, as package managers do. `run NAME` runs `NAME.sh` of the app.
const MANAGER: &str = r#"#!/bin/sh
case "$1" in --version) echo 10.9.3; exit;; esac
case "$1" in
ci|install)
  rm -rf node_modules; mkdir node_modules; echo '{}' > node_modules/.package-lock.json
  mkdir -p node_modules/ms; echo "module ms" > node_modules/ms/index.js
  [ ! -e libs/money ] || cp -R libs/money node_modules/money
  [ ! -e packages/lib/prepare.sh ] || (cd packages/lib && sh ./prepare.sh)
  if grep -q postinstall package.json; then sh ./postinstall.sh; fi;;
run) sh "./$2.sh";;
prune) ;;
esac
"#;

/// Compiles: everything that it finds goes into its program, and a copy beside it.
const COMPILER: &str = r#"#!/bin/sh
case "$1" in --version|env) echo 1.0; exit;; esac
mkdir -p bin build/server
find . -type f ! -path './bin/*' ! -path './build/*' ! -path './.slugsmith*' ! -path './node_modules/*' |
  sort | xargs cat > bin/s
cp bin/s build/server/runner.jar
rm -f generated.tmp
"#;

/// Puts a package into `vendor` and another one where an installer plugin wants it.
const COMPOSER: &str = r#"#!/bin/sh
case "$1" in --version) echo 2.8; exit;; esac
case "$1" in
install)
  mkdir -p vendor/composer vendor/acme web/plugins
  [ ! -e local ] || cp -R local vendor/acme/local
  echo '{"packages":[{"name":"a/hello","install-path":"../../web/plugins/hello"}]}' > vendor/composer/installed.json
  mkdir -p web/plugins/hello; echo hello > web/plugins/hello/hello.php;;
dump-autoload) find . -name '*.php' ! -path './vendor/*' | sort > vendor/autoload.php;;
esac
"#;

struct Shape {
    name: &'static str,
    files: &'static [(&'static str, &'static str)],
}

const LOCK: &str = r#"{"name":"s","lockfileVersion":3,"packages":{"":{"dependencies":{"ms":"1"}},
    "node_modules/ms":{"version":"1.0.0"}}}"#;
const WORKSPACE: &str = r#"{"name":"s","lockfileVersion":3,"packages":{"":{},"packages/lib":{"name":"lib"},
    "node_modules/lib":{"resolved":"packages/lib","link":true}}}"#;
const PNPM: &str = "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n";

const SHAPES: &[Shape] = &[
    Shape {
        name: "npm",
        files: &[
            ("package.json", r#"{"dependencies":{"ms":"1"}}"#),
            ("package-lock.json", LOCK),
            ("server.js", "1"),
        ],
    },
    Shape {
        name: "npm with a script that patches a package",
        files: &[
            (
                "package.json",
                r#"{"dependencies":{"ms":"1"},"scripts":{"postinstall":"x"}}"#,
            ),
            ("package-lock.json", LOCK),
            (
                "postinstall.sh",
                "cat config/*.patch >> node_modules/ms/index.js 2>/dev/null; true",
            ),
            ("config/a.patch", "one\n"),
        ],
    },
    Shape {
        name: "npm workspace with a script of its own",
        files: &[
            ("package.json", r#"{"workspaces":["packages/*"]}"#),
            ("package-lock.json", WORKSPACE),
            (
                "packages/lib/package.json",
                r#"{"name":"lib","scripts":{"prepare":"x"}}"#,
            ),
            (
                "packages/lib/prepare.sh",
                "mkdir -p dist; cat src/* ../../shared/* > dist/index.js 2>/dev/null; rm -f old; true",
            ),
            ("packages/lib/src/a.js", "1"),
            ("packages/lib/old", "removed by the script"),
            ("shared/b.js", "1"),
        ],
    },
    Shape {
        name: "pnpm with a copied package",
        files: &[
            (
                "package.json",
                r#"{"dependencies":{"money":"file:./libs/money"}}"#,
            ),
            ("pnpm-lock.yaml", PNPM),
            ("libs/money/package.json", r#"{"name":"money"}"#),
            ("libs/money/index.js", "one"),
            ("server.js", "1"),
        ],
    },
    Shape {
        name: "yarn with a copied package",
        files: &[
            (
                "package.json",
                r#"{"dependencies":{"money":"file:./libs/money"}}"#,
            ),
            ("yarn.lock", "# yarn lockfile v1\n"),
            ("libs/money/index.js", "one"),
        ],
    },
    Shape {
        name: "composer with packages elsewhere",
        files: &[
            (
                "composer.json",
                r#"{"require":{"a/hello":"1","a/local":"1"}}"#,
            ),
            (
                "composer.lock",
                r#"{"packages":[{"name":"a/local","version":"1","dist":{"type":"path","url":"local"},
                    "transport-options":{"symlink":false}}]}"#,
            ),
            ("local/local.php", "one"),
            ("web/index.php", "1"),
        ],
    },
    Shape {
        name: "gradle with copies",
        files: &[
            ("build.gradle", "task stage"),
            ("settings.gradle", ""),
            ("src/main/java/A.java", "1"),
            ("README.md", "1"),
        ],
    },
    Shape {
        name: "go that embeds what npm builds",
        files: &[
            (
                "package.json",
                r#"{"dependencies":{"ms":"1"},"scripts":{"build":"x"}}"#,
            ),
            ("package-lock.json", LOCK),
            (
                "build.sh",
                "mkdir -p web/dist; cat frontend/* > web/dist/index.html 2>/dev/null; true",
            ),
            ("frontend/a.html", "1"),
            ("go.mod", "module e.com/s\n"),
            ("go.sum", ""),
            ("main.go", "package main\n"),
            ("generated.tmp", "removed by the compiler"),
        ],
    },
];

fn bed(shape: &Shape) -> Bed {
    let bed = Bed::new();
    for tool in ["npm", "pnpm", "yarn"] {
        bed.tool(tool, MANAGER);
    }
    for tool in ["go", "gradle"] {
        bed.tool(tool, COMPILER);
    }
    bed.tool("composer", COMPOSER);
    bed.tool("php", "#!/bin/sh\necho 8.3\n");
    reset(&bed, shape);
    bed
}

/// A fresh copy of the app, as a platform makes one for every build.
fn reset(bed: &Bed, shape: &Shape) {
    bed.next();
    for name in fs_err::read_dir(bed.app()).unwrap().flatten() {
        let path = name.path();
        if path.is_dir() {
            fs_err::remove_dir_all(path).unwrap();
        } else {
            fs_err::remove_file(path).unwrap();
        }
    }
    for (path, text) in shape.files {
        bed.put(path, text);
    }
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
fn changes(path: &str) -> &'static [&'static str] {
    let is_form = Path::new(path)
        .extension()
        .is_some_and(|end| end == "json" || end == "lock" || end == "yaml");
    if is_form {
        &["append"]
    } else {
        &["append", "replace", "delete"]
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

#[test]
fn for_every_file_of_an_app_a_hit_is_a_clean_build() {
    let (mut builds, mut hits, mut misses) = (0, 0, 0);
    for shape in SHAPES {
        for (path, _) in shape.files {
            for how in changes(path) {
                let what = format!("{}: {how} {path}", shape.name);
                let cached = bed(shape);
                cached.build();
                reset(&cached, shape);
                let (outcomes, log) = cached.build();
                let is_hit = |one: &cache::Outcome| one.decision.verdict == Verdict::Hit;
                assert!(
                    outcomes.iter().all(is_hit),
                    "{what}: unchanged\n{:?}",
                    log.lines
                );
                reset(&cached, shape);
                change(&cached, path, how);
                let (with, log) = cached.try_build();
                let clean = bed(shape);
                change(&clean, path, how);
                let (without, clean_log) = clean.try_build();
                builds += 1;
                assert_eq!(
                    with.is_ok(),
                    without.is_ok(),
                    "{what}\n{:?}\n{:?}",
                    log.lines,
                    clean_log.lines
                );
                let Ok(outcomes) = with else { continue };
                if outcomes.iter().all(is_hit) {
                    hits += 1;
                } else {
                    misses += 1;
                }
                assert_eq!(tree(&cached), tree(&clean), "{what}\n{:?}", log.lines);
            }
        }
    }
    let shapes = SHAPES.len();
    println!("{shapes} shapes, {builds} changes, {hits} hits, {misses} misses, 0 differences");
}
