//! `*.tsbuildinfo`: what TypeScript has checked and written, so that it need not again.
//!
//! Such a file says that outputs are there. Without them `tsc` writes nothing, so it is
//! kept together with the folder of its outputs (`outDir`), or alone where nothing is
//! written (`noEmit`). Other tools may write into that folder as well, and what `tsc` made
//! of a source that is gone would stay in it; so it is given back only where nothing but
//! the contents of TypeScript sources has changed, and kept only where nothing was changed
//! after `tsc` wrote it: what a script appends to an output that `tsc` does not write again
//! would be there twice. `tsc -b` takes a file that is newer
//! than the sources for an answer: what is given back gets the oldest time there is, and
//! `tsc` compares contents instead (TypeScript handbook, "Project References", `incremental`).
//!
//! Left alone: project references and configurations that TypeScript can't find by
//! relative `extends`, outputs beside their sources.

use slugsmith_facts::beneath::own;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::Known;
use crate::Context;
use crate::files::{self, Files, content};
use crate::inputs::{Inputs, read_regular};
use crate::pack;
use slugsmith_facts::tree::{Entry, EntryKind, Tree};

const SOURCES: &[&str] = &["ts", "tsx", "mts", "cts"];
const LEFT_OUT: &[&str] = &[".git", "node_modules", ".next", ".turbo", ".vite", ".nx"];

/// The caches of every `tsconfig*.json` in the app's root that is incremental.
pub(super) fn known(context: &Context<'_>) -> Vec<Known> {
    let app = context.app;
    let mut found: Vec<Known> = Vec::new();
    for name in &app.names {
        let is_config = name.starts_with("tsconfig")
            && Path::new(name).extension().is_some_and(|end| end == "json");
        if !is_config {
            continue;
        }
        let Some((file, outputs)) = Options::read(&app.root, name).and_then(|all| all.paths(name))
        else {
            continue;
        };
        let paths: Vec<_> = std::iter::once(file).chain(outputs.clone()).collect();
        found.push(Known {
            name: format!("tsbuildinfo of {name}"),
            paths,
            outputs,
            inputs: Inputs::default(),
            files: None,
            checked: None,
        });
    }
    if !found.is_empty() {
        let made: Vec<_> = found.iter().flat_map(|known| known.paths.clone()).collect();
        let files = everything_else(&app.root, &made);
        for known in &mut found {
            known.inputs.plain(files::ALL, files.digest());
            known.files = Some(files.clone());
        }
    }
    found
}

/// The names of TypeScript sources, and the contents of all other files.
fn everything_else(root: &Path, made: &[PathBuf]) -> Files {
    let tree = Tree::read(root);
    let is_input = |entry: &&Entry| {
        let path = entry.path();
        let is_left_out = LEFT_OUT.iter().any(|name| path.starts_with(name))
            || made.iter().any(|made| path.starts_with(made))
            || files::is_ours(path);
        !is_left_out && entry.kind() == EntryKind::File
    };
    Files::named(tree.entries().iter().filter(is_input).map(|entry| {
        let end = entry.path().extension().unwrap_or_default();
        let digest = if SOURCES.iter().any(|source| end == *source) {
            "there".to_owned()
        } else {
            content(root, entry).0
        };
        (entry.path().to_owned(), digest)
    }))
}

/// Takes what TypeScript has noted out of a folder that comes back without what it wrote: it writes nothing that it
/// believes to be there.
pub(crate) fn forget(app: &Path, folder: &Path) {
    let notes: Vec<PathBuf> = Tree::read(&app.join(folder))
        .entries()
        .iter()
        .map(|entry| folder.join(entry.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "tsbuildinfo"))
        .collect();
    for path in notes {
        // What can't be removed is judged by the next build.
        let _ = pack::remove_tree(app, &path);
    }
}

/// The first file or folder that was changed after TypeScript had noted what it wrote, which it does last. A change of
/// the name or the mode counts, so it is the time of the inode that tells.
pub(crate) fn changed_after(app: &Path, paths: &[PathBuf]) -> Option<PathBuf> {
    let changed = |path: &Path| {
        let found = fs_err::symlink_metadata(app.join(path)).ok()?;
        Some((found.ctime(), found.ctime_nsec()))
    };
    let mut all = Vec::new();
    for path in paths {
        let tree = Tree::read(&app.join(path));
        let below = tree.entries().iter().map(|entry| path.join(entry.path()));
        all.extend(std::iter::once(path.clone()).chain(below));
    }
    let (notes, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|path| {
        path.extension().is_some_and(|end| end == "tsbuildinfo") && app.join(path).is_file()
    });
    let noted = notes.iter().filter_map(|path| changed(path)).max()?;
    others
        .into_iter()
        .find(|path| changed(path).is_some_and(|at| at > noted))
}

/// Gives what was given back the oldest time there is.
pub(crate) fn make_old(app: &Path, paths: &[PathBuf]) -> std::io::Result<()> {
    let is_ours = |path: &Path| path.extension().is_some_and(|end| end == "tsbuildinfo");
    for path in paths {
        let full = app.join(path);
        if full.is_dir() {
            let below = fs_err::read_dir(&full)?.flatten();
            for path in below.map(|entry| entry.path()).filter(|path| is_ours(path)) {
                make_oldest(&path)?;
            }
        } else if is_ours(path) && full.is_file() {
            make_oldest(&full)?;
        }
    }
    Ok(())
}

fn make_oldest(path: &Path) -> std::io::Result<()> {
    let oldest = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
    own::handle(path)?.set_modified(oldest)
}

/// The compiler options that decide where things go.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    incremental: bool,
    no_emit: bool,
    out_dir: Option<PathBuf>,
    root_dir: Option<PathBuf>,
    file: Option<PathBuf>,
}

impl Options {
    /// With what it extends; paths are relative to the app.
    fn read(root: &Path, name: &str) -> Option<Self> {
        let mut chain = Vec::new();
        let mut next = Some(PathBuf::from(name));
        while let Some(path) = next.take().filter(|_| chain.len() < 8) {
            let text = read_regular(&root.join(&path)).ok()?;
            let config: Value =
                serde_json::from_str(&plain(&String::from_utf8_lossy(&text))).ok()?;
            let folder = path.parent().unwrap_or(Path::new("")).to_owned();
            next = match config.get("extends") {
                // A package's configuration sets no place in the app.
                Some(Value::String(base)) if base.starts_with('.') => Some(inside(&folder, base)?)
                    .map(|path| match path.extension() {
                        Some(_) => path,
                        None => path.with_extension("json"),
                    }),
                _ => None,
            };
            chain.push((folder, config));
        }
        let mut options = Self::default();
        // The first of the chain wins, so it comes last.
        for (folder, config) in chain.iter().rev() {
            let field = |name: &str| config.pointer(&format!("/compilerOptions/{name}"));
            let flag = |name: &str| field(name).and_then(Value::as_bool);
            let path = |name: &str| inside(folder, field(name)?.as_str()?);
            let is_on = flag("incremental").or(flag("composite"));
            options.incremental = is_on.unwrap_or(options.incremental);
            options.no_emit = flag("noEmit").unwrap_or(options.no_emit);
            options.out_dir = path("outDir").or(options.out_dir);
            options.root_dir = path("rootDir").or(options.root_dir);
            options.file = path("tsBuildInfoFile").or(options.file);
        }
        Some(options)
    }

    /// The tsbuildinfo and the folder that it speaks of (TypeScript's "tsBuildInfoFile").
    fn paths(&self, config: &str) -> Option<(PathBuf, Option<PathBuf>)> {
        let stem = Path::new(config).file_stem()?;
        let mut name = stem.to_owned();
        name.push(".tsbuildinfo");
        let outputs = self.out_dir.clone().filter(|_| !self.no_emit);
        let is_whole_app = |path: &PathBuf| path.as_os_str().is_empty();
        if !self.incremental
            || outputs.as_ref().is_some_and(is_whole_app)
            || (outputs.is_none() && !self.no_emit)
        {
            return None;
        }
        let beside = match (&self.out_dir, &self.root_dir) {
            // `outDir` and the way from `rootDir` to the configuration, which is in the root.
            (Some(out), root) => {
                let up = root.iter().flat_map(|root| root.components());
                inside(out, &format!("{}x", "../".repeat(up.count())))?.with_file_name(&name)
            }
            (None, _) => PathBuf::from(&name),
        };
        let file = self.file.clone().unwrap_or(beside);
        let outputs = outputs.filter(|outputs| !file.starts_with(outputs));
        match (outputs, &self.out_dir) {
            // It lies among its outputs: they go together as one folder.
            (None, Some(out)) if !self.no_emit => Some((out.clone(), None)),
            (outputs, _) => Some((file, outputs)),
        }
    }
}

/// A path of a configuration, relative to the app; `None` if it leads out of it.
fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            Component::Normal(part) => out.push(part),
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(out)
}

/// JSON without the comments and trailing commas that a tsconfig may have.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut in_string = false;
    while let Some(character) = rest.next() {
        match (in_string, character, rest.peek()) {
            (true, '\\', _) => {
                out.push('\\');
                out.extend(rest.next());
                continue;
            }
            (false, '/', Some('/')) => {
                rest.by_ref().find(|c| *c == '\n');
                continue;
            }
            (false, '/', Some('*')) => {
                let mut last = ' ';
                rest.next();
                for c in rest.by_ref() {
                    if (last, c) == ('*', '/') {
                        break;
                    }
                    last = c;
                }
                continue;
            }
            (false, ']' | '}', _) => {
                let end = out.trim_end();
                if end.ends_with(',') {
                    let end = end.len() - 1;
                    out.truncate(end);
                }
            }
            (_, '"', _) => in_string = !in_string,
            _ => {}
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(configs: &[(&str, &str)]) -> Option<(PathBuf, Option<PathBuf>)> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in configs {
            fs_err::write(folder.path().join(name), text).unwrap();
        }
        Options::read(folder.path(), configs[0].0)?.paths(configs[0].0)
    }

    #[test]
    fn what_changes_after_the_notes_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path();
        let write = |path: &str| {
            // Times of inodes have the grain of the kernel's clock.
            std::thread::sleep(Duration::from_millis(12));
            fs_err::create_dir_all(app.join(path).parent().unwrap()).unwrap();
            fs_err::write(app.join(path), "1").unwrap();
        };
        let paths = [PathBuf::from("dist")];
        let changed = || changed_after(app, &paths).map(|path| path.display().to_string());
        write("dist/views/a.html");
        write("dist/a.js");
        assert_eq!(changed(), None, "no notes");
        write("dist/tsconfig.tsbuildinfo");
        assert_eq!(changed(), None);
        write("dist/a.js");
        assert_eq!(changed(), Some("dist/a.js".to_owned()));
        write("dist/tsconfig.tsbuildinfo");
        std::thread::sleep(Duration::from_millis(12));
        fs_err::rename(app.join("dist/a.js"), app.join("dist/a.cjs")).unwrap();
        assert!(changed().is_some());
        write("dist/tsconfig.tsbuildinfo");
        std::thread::sleep(Duration::from_millis(12));
        fs_err::remove_file(app.join("dist/a.cjs")).unwrap();
        assert_eq!(changed(), Some("dist".to_owned()));
    }

    #[test]
    fn the_file_is_found_with_its_outputs() {
        let some = |file: &str, out: Option<&str>| Some((file.into(), out.map(PathBuf::from)));
        let of = |options: &str| {
            let text = format!("// ours\n{{\"compilerOptions\": {{{options},}}, /* x */}}");
            paths(&[("tsconfig.json", &text)])
        };
        // As TypeScript 5 names it, tried with `tsc --incremental`.
        assert_eq!(
            of(r#""incremental":true,"outDir":"./dist""#),
            some("dist", None)
        );
        assert_eq!(
            of(r#""incremental":true,"outDir":"dist","rootDir":"src""#),
            some("tsconfig.tsbuildinfo", Some("dist"))
        );
        assert_eq!(
            of(r#""incremental":true,"noEmit":true"#),
            some("tsconfig.tsbuildinfo", None)
        );
        assert_eq!(
            of(r#""composite":true,"outDir":"dist","tsBuildInfoFile":".cache/a.tsbuildinfo""#),
            some(".cache/a.tsbuildinfo", Some("dist"))
        );
        assert_eq!(of(r#""outDir":"dist""#), None);
        assert_eq!(of(r#""incremental":true"#), None, "outputs beside sources");
        assert_eq!(of(r#""incremental":true,"outDir":"../x""#), None);
        let base = r#"{"compilerOptions":{"incremental":true,"outDir":"dist"}}"#;
        assert_eq!(
            paths(&[
                ("tsconfig.build.json", r#"{"extends":"./tsconfig"}"#),
                ("tsconfig.json", base)
            ]),
            some("dist", None)
        );
    }
}
