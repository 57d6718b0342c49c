//! Compiled languages: Go, Rust, Maven, Gradle. Class packed: the build's outputs.
//!
//! What is built depends on every source file, so the whole app is the key, and an
//! unchanged app runs no compiler. A changed one finds the downloads and compiled objects
//! of the last build on shelves (`GOMODCACHE`, `GOCACHE`, `CARGO_HOME`, the Maven
//! repository, `GRADLE_USER_HOME`), which are content-addressed or checksummed by the tools
//! themselves. cargo's `target/` is not among them: cargo judges sources by file times, and
//! those are lost when a layer is restored.

use std::path::{Path, PathBuf};

use super::{Job, PACKED, Place, Recognised, Shelf, Site, Step, machine, missing};
use crate::cache::inputs::{Inputs, read_regular};
use crate::cache::secrets;
use crate::error::Problem;
use crate::facts::tools;
use crate::facts::tree::{EntryKind, Tree};

/// Above this a shelf is emptied, in bytes.
const MOST: u64 = 2_000_000_000;

struct Tool {
    name: &'static str,
    /// The file that says so.
    manifest: &'static str,
    /// Who builds this on other stacks, by exact id.
    installers: &'static [&'static str],
    /// Runs it and prints its version.
    version: &'static [&'static str],
    variables: &'static [&'static str],
    /// Name of the shelf, its variable, and what stands before the path in its value.
    shelves: &'static [(&'static str, &'static str)],
    outputs: fn(&Path) -> Vec<PathBuf>,
    command: &'static [&'static str],
}

const TOOLS: &[Tool] = &[
    Tool {
        name: "go",
        manifest: "go.mod",
        installers: &["heroku/go", "paketo-buildpacks/go-build"],
        version: &["go", "env", "GOVERSION"],
        variables: &["GO", "CGO_", "CC", "CXX"],
        shelves: &[("go-modules", "GOMODCACHE"), ("go-objects", "GOCACHE")],
        outputs: go_outputs,
        command: &["go", "build", "-o", "bin/", "./..."],
    },
    Tool {
        name: "cargo",
        manifest: "Cargo.toml",
        installers: &["paketo-community/cargo"],
        version: &["cargo", "--version"],
        variables: &["CARGO_", "RUST", "CC", "CXX", "CFLAGS"],
        shelves: &[("cargo-home", "CARGO_HOME")],
        outputs: cargo_outputs,
        command: &[
            "cargo",
            "install",
            "--locked",
            "--no-track",
            "--force",
            "--path",
            ".",
            "--root",
            ".",
        ],
    },
    Tool {
        name: "maven",
        manifest: "pom.xml",
        installers: &["heroku/maven", "heroku/java", "paketo-buildpacks/maven"],
        version: &["mvn", "--version"],
        variables: &["MAVEN_", "JAVA_"],
        shelves: &[("maven-repository", "MAVEN_OPTS")],
        outputs: |app| modules(app, "pom.xml", "target"),
        command: &[
            "mvn",
            "--batch-mode",
            "--no-transfer-progress",
            "-DskipTests",
            "package",
        ],
    },
    Tool {
        name: "gradle",
        manifest: "build.gradle",
        installers: &["heroku/gradle", "paketo-buildpacks/gradle"],
        version: &["gradle", "--version"],
        variables: &["GRADLE_", "ORG_GRADLE_", "JAVA_"],
        shelves: &[("gradle-home", "GRADLE_USER_HOME")],
        outputs: |app| modules(app, "build.gradle", "build/libs"),
        command: &["gradle", "--no-daemon", "--console=plain", "assemble"],
    },
];

pub(super) fn recognise<'a>(place: &'a Place<'a>) -> Option<Recognised<'a>> {
    let has = |tool: &&Tool| {
        place.app.has(tool.manifest) || (tool.name == "gradle" && place.app.has("build.gradle.kts"))
    };
    let tool = TOOLS.iter().find(has)?;
    let outputs = (tool.outputs)(&place.app.root);
    if outputs.is_empty() {
        // A library, or a layout that its own tool knows better.
        return None;
    }
    let trees: Vec<_> = outputs.iter().map(|path| place.tree(path)).collect();
    Some(Recognised::Site(Site {
        name: place.name(tool.name),
        what: tool.manifest.to_owned(),
        class: PACKED,
        trees,
        adopted: super::earlier(place.context, tool.installers),
        job: Box::new(move || job(place, tool, &outputs)),
    }))
}

fn job(place: &Place<'_>, tool: &Tool, outputs: &[PathBuf]) -> Result<Job, Problem> {
    let environment = place.context.environment;
    let wrapper = (tool.name == "gradle" && place.app.has("gradlew")).then_some("./gradlew");
    let program = *tool.version.first().unwrap_or(&tool.name);
    let mut inputs = Inputs::default();
    machine(&mut inputs, place.context);
    match (tools::find(program, environment), wrapper) {
        (Some(path), _) => {
            let version = tools::ask(
                &path,
                tool.version.get(1..).unwrap_or_default(),
                environment,
            );
            inputs.plain(
                tool.name,
                version.ok_or_else(|| missing(tool.manifest, program))?,
            );
        }
        // The wrapper's properties name its version and are among the sources.
        (None, Some(_)) => {}
        (None, None) => return Err(missing(tool.manifest, program)),
    }
    secrets::environment(&mut inputs, environment, |name| {
        tool.variables.iter().any(|prefix| name.starts_with(prefix)) && !is_place(name)
    });
    // Shelves are good for any sources, but not for another toolchain or machine.
    let shelf_inputs = inputs.clone();
    sources(&mut inputs, &place.app.root, outputs);
    let stores = tool
        .shelves
        .iter()
        .map(|(name, variable)| Shelf {
            name: place.name(name),
            variable,
            inputs: shelf_inputs.clone(),
            most: MOST,
        })
        .collect();
    let [program, arguments @ ..] = tool.command else {
        return Err(missing(tool.manifest, program));
    };
    Ok(Job {
        install: vec![Step::new(wrapper.unwrap_or(program), arguments).script()],
        stores,
        ..Job::new(inputs, place.at.clone())
    })
}

/// Variables that say where a tool keeps its own files, not what it builds.
fn is_place(name: &str) -> bool {
    [
        "GOPATH",
        "GOROOT",
        "GOCACHE",
        "GOMODCACHE",
        "GOENV",
        "GOBIN",
        "GOTMPDIR",
        "CARGO_HOME",
        "CARGO_TARGET_DIR",
        "RUSTUP_HOME",
        "MAVEN_HOME",
        "GRADLE_USER_HOME",
        "GRADLE_HOME",
    ]
    .contains(&name)
}

/// Every file of the app, one input per entry of its root folder, so that a miss says
/// roughly where the change is.
pub(super) fn sources(inputs: &mut Inputs, root: &Path, outputs: &[PathBuf]) {
    let mut parts: std::collections::BTreeMap<String, blake3::Hasher> =
        std::collections::BTreeMap::new();
    for entry in Tree::read(root).entries() {
        let path = entry.path();
        let is_ours = outputs.iter().any(|output| path.starts_with(output))
            || [".git", "node_modules", "target", ".venv"]
                .iter()
                .any(|name| path.starts_with(name))
            || path.to_string_lossy().starts_with(".slugsmith-");
        let is_prose =
            path.extension().is_some_and(|end| end == "md") && path.components().count() == 1;
        if is_ours || is_prose || entry.kind() == EntryKind::Directory {
            continue;
        }
        let full = root.join(path);
        let content = match entry.kind() {
            EntryKind::Symlink => fs_err::read_link(&full)
                .map(|target| target.into_os_string().into_encoded_bytes())
                .unwrap_or_default(),
            _ => read_regular(&full).unwrap_or_default(),
        };
        let top = path.components().next();
        let top = top.map(|part| part.as_os_str().to_string_lossy().into_owned());
        let hasher = parts.entry(top.unwrap_or_default()).or_default();
        for part in [path.as_os_str().as_encoded_bytes(), &content] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    for (name, hasher) in parts {
        inputs.digest(name, hasher.finalize().as_bytes());
    }
}

/// `bin/<name>` for each folder with a `main` package, named as `go build` names it.
fn go_outputs(app: &Path) -> Vec<PathBuf> {
    let module = fs_err::read_to_string(app.join("go.mod")).unwrap_or_default();
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

/// The binaries of the root package.
fn cargo_outputs(app: &Path) -> Vec<PathBuf> {
    let text = fs_err::read_to_string(app.join("Cargo.toml")).unwrap_or_default();
    let Ok(manifest) = text.parse::<toml::Table>() else {
        return Vec::new();
    };
    let name_of = |table: &toml::Value| table.get("name")?.as_str().map(str::to_owned);
    let mut names = std::collections::BTreeSet::new();
    let listed = manifest.get("bin").and_then(toml::Value::as_array);
    names.extend(listed.into_iter().flatten().filter_map(name_of));
    if names.is_empty() && app.join("src/main.rs").is_file() {
        names.extend(manifest.get("package").and_then(name_of));
    }
    for entry in fs_err::read_dir(app.join("src/bin"))
        .into_iter()
        .flatten()
        .flatten()
    {
        let path = entry.path();
        names.extend(
            path.file_stem()
                .map(|stem| stem.to_string_lossy().into_owned()),
        );
    }
    names
        .into_iter()
        .map(|name| Path::new("bin").join(name))
        .collect()
}

/// `output` of the root and of each folder below it that has a `manifest`.
fn modules(app: &Path, manifest: &str, output: &str) -> Vec<PathBuf> {
    let nested = fs_err::read_dir(app).into_iter().flatten().flatten();
    let nested = nested
        .filter(|entry| entry.path().join(manifest).is_file())
        .map(|entry| PathBuf::from(entry.file_name()).join(output));
    let mut outputs: Vec<_> = nested.collect();
    outputs.sort_unstable();
    outputs.insert(0, PathBuf::from(output));
    outputs
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
            go_outputs(app.path()),
            [Path::new("bin/shop"), Path::new("bin/worker")]
        );
    }
}
