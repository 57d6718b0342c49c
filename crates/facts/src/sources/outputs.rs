//! What the app's own build makes: output folders and files, with the sources they come from.
//!
//! Read from the options of the build's commands, from `tsconfig.json` (`outDir`, `rootDir`,
//! `extends`), from the configuration of bundlers, and from `.gitignore`: a path that git
//! ignores is not in the repository, but a build may well make it.

mod bundler;
mod typescript;

use std::collections::BTreeMap;

use ignore::gitignore::Gitignore;
use serde_json::Value;

use super::paths::join;
use typescript::options;

/// Configuration files that extend others more often than this go in circles.
const EXTENDS: usize = 5;

/// What a build makes.
#[derive(Debug, Clone, Default)]
pub struct Outputs {
    /// Output folders (`dist`), each with the folder that its sources are in, if known.
    folders: Vec<(String, Option<String>)>,
    /// Single files, each with the source it is made from, if known.
    files: Vec<(String, Option<String>)>,
    /// Names without an ending of what a bundler makes, in whatever folder, each with its source.
    bundles: Vec<(String, String)>,
    ignored: Option<Gitignore>,
    /// Some command of the build runs at all.
    builds: bool,
}

impl Outputs {
    /// Whether the root's `.gitignore` names the folder.
    pub(super) fn ignores_folder(&self, path: &str) -> bool {
        self.ignored
            .as_ref()
            .is_some_and(|ignored| ignored.matched_path_or_any_parents(path, true).is_ignore())
    }

    /// Whether the root's `.gitignore` names the file, or a folder above it.
    #[must_use]
    pub fn ignores(&self, path: &str) -> bool {
        self.ignored
            .as_ref()
            .is_some_and(|ignored| ignored.matched_path_or_any_parents(path, false).is_ignore())
    }

    /// Whether a command of the build writes this path, or a folder above it.
    #[must_use]
    pub fn writes(&self, path: &str) -> bool {
        let path = clean(path);
        let by_folder = self
            .folders
            .iter()
            .any(|(folder, _)| below(path, folder).is_some());
        let by_file = self
            .files
            .iter()
            .any(|(file, _)| file == path || stem(file) == path);
        by_folder || by_file
    }

    /// Whether the build makes this path, or may: git ignores it.
    #[must_use]
    pub fn makes(&self, path: &str) -> bool {
        self.writes(path) || self.builds && self.ignores(clean(path))
    }

    /// Paths, without their ending, that an output may come from, the most certain first.
    #[must_use]
    pub fn sources_of(&self, path: &str) -> Vec<String> {
        let path = clean(path);
        let mut found: Vec<String> = self
            .files
            .iter()
            .filter(|(file, _)| file == path || stem(file) == stem(path))
            .filter_map(|(_, source)| Some(stem(source.as_deref()?).to_owned()))
            .collect();
        let name = path.rsplit('/').next().unwrap_or(path);
        let bundles = self
            .bundles
            .iter()
            .filter(|(bundle, _)| bundle == stem(name) && self.makes(path));
        found.extend(bundles.map(|(_, source)| stem(source).to_owned()));
        for (folder, root) in &self.folders {
            let Some(rest) = below(stem(path), folder) else {
                continue;
            };
            let roots = root.as_deref().into_iter().chain(["src", ""]);
            for root in roots {
                found.push(join(root, rest));
                found.push(join(root, &format!("{rest}/index")));
            }
            // Some outputs keep the folders above the sources: `dist/server/workers/init.js`.
            let tails = rest.match_indices('/').map(|(at, _)| &rest[at + 1..]);
            found.extend(tails.filter(|tail| tail.contains('/')).map(str::to_owned));
        }
        found
    }
}

/// Reads what the build makes.
pub(super) fn read(texts: &BTreeMap<String, String>, ignored: Gitignore) -> Outputs {
    let mut outputs = Outputs {
        ignored: Some(ignored),
        ..Outputs::default()
    };
    let manifest: Option<Value> = texts
        .get(slugsmith_ecosystems::javascript::MANIFEST)
        .and_then(|text| serde_json::from_str(text).ok());
    let scripts = manifest
        .as_ref()
        .and_then(|manifest| manifest.get("scripts"));
    let lines: Vec<&str> = scripts
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(_, line)| line.as_str())
        .chain(
            texts
                .get("Makefile")
                .into_iter()
                .flat_map(|text| text.lines()),
        )
        .chain(
            texts
                .get("bin/post_compile")
                .into_iter()
                .flat_map(|text| text.lines()),
        )
        .collect();
    outputs.builds = !lines.is_empty();
    for line in &lines {
        for command in line.split(['&', ';', '|']) {
            let words: Vec<&str> = command
                .split_whitespace()
                .map(|word| word.trim_matches(['"', '\'']))
                .collect();
            outputs.command(texts, &words);
        }
    }
    for (path, text) in texts {
        let name = path.rsplit('/').next().unwrap_or(path);
        let bundler = [
            "webpack", "vite", "rollup", "tsup", "esbuild", "rspack", "nuxt", "svelte",
        ]
        .iter()
        .any(|tool| name.starts_with(tool) && name.contains("config"))
            || name.starts_with("webpack.");
        if bundler {
            outputs.configuration(text);
            outputs.bundles.extend(bundler::entries(text));
        }
    }
    outputs.folders.sort();
    outputs.folders.dedup();
    outputs
}

impl Outputs {
    fn folder(&mut self, folder: &str, root: Option<String>) {
        let folder = clean(folder);
        if !folder.is_empty() && folder != "." && !folder.starts_with("..") {
            self.folders.push((folder.to_owned(), root));
        }
    }

    /// One command of a script.
    fn command(&mut self, texts: &BTreeMap<String, String>, words: &[&str]) {
        const FOLDERS: &[&str] = &[
            "--outDir",
            "--outdir",
            "--out-dir",
            "--output-path",
            "--dist-dir",
            "--dir",
            "--out",
            "--dest",
            "--build-dir",
        ];
        const FILES: &[&str] = &[
            "--outFile",
            "--outfile",
            "--out-file",
            "--output-filename",
            "--file",
        ];
        let Some(at) = words.iter().position(|word| tool(word).is_some()) else {
            return;
        };
        let Some(tool) = words.get(at).and_then(|word| tool(word)) else {
            return;
        };
        let rest = words.get(at + 1..).unwrap_or_default();
        // What follows an option may be its value; a folder without a dot is a source only for
        // tools that are given one.
        let keeps_tree = matches!(tool, "babel" | "swc" | "coffee");
        let before = std::iter::once(&"").chain(rest);
        let source = rest
            .iter()
            .zip(before)
            .filter(|(word, before)| !word.starts_with('-') && !before.starts_with('-'))
            .map(|(word, _)| word)
            .find(|word| keeps_tree || word.contains(['.', '/']))
            .or_else(|| {
                rest.iter()
                    .find(|word| !word.starts_with('-') && word.contains('.'))
            });
        let mut named = false;
        for (word, next) in rest.iter().zip(rest.iter().skip(1).map(Some).chain([None])) {
            let (option, value) = match word.split_once('=') {
                Some((option, value)) => (option, Some(value)),
                None => (*word, next.copied()),
            };
            let Some(value) = value.filter(|_| option.starts_with('-')) else {
                continue;
            };
            let short = match option {
                "-d" => matches!(tool, "babel" | "tsup" | "swc" | "rollup" | "parcel"),
                "-o" => true,
                _ => false,
            };
            if FILES.contains(&option) || short && value.contains('.') && option == "-o" {
                let source = source.filter(|source| **source != value);
                self.files.push((
                    clean(value).to_owned(),
                    source.map(|source| clean(source).to_owned()),
                ));
                named = true;
            } else if FOLDERS.contains(&option) || short {
                self.made_in(tool, value, source.copied());
                named = true;
            }
        }
        match tool {
            "tsc" | "nest" | "tsc-watch" | "tspc" | "ttsc" => self.typescript(texts, rest, named),
            "tsup" | "vite" | "parcel" | "ncc" | "webpack" | "unbuild" | "tsdown" | "rslib"
                if !named =>
            {
                self.made_in(tool, "dist", source.copied());
            }
            "react-scripts" if rest.first() == Some(&"build") => self.folder("build", None),
            _ => {}
        }
    }

    fn made_in(&mut self, tool: &str, folder: &str, source: Option<&str>) {
        let source = source.filter(|source| *source != folder).map(clean);
        if tool == "ncc" {
            let file = format!("{}/index.js", clean(folder));
            self.files.push((file, source.map(str::to_owned)));
        }
        // Babel and swc keep the tree of the folder that they are given.
        let root = source.filter(|source| !source.contains('.'));
        self.folder(folder, root.map(str::to_owned));
    }

    /// What `tsc -p FILE` writes, by its configuration.
    fn typescript(&mut self, texts: &BTreeMap<String, String>, words: &[&str], named: bool) {
        let projects = words.iter().zip(words.iter().skip(1));
        let chosen = projects
            .filter(|(option, _)| matches!(**option, "-p" | "--project" | "-b" | "--build"))
            .map(|(_, path)| clean(path))
            .next();
        let path = match chosen {
            Some(path) if path.contains(".json") => path.to_owned(),
            Some(folder) => join(folder, "tsconfig.json"),
            None if texts.contains_key("tsconfig.build.json")
                && !texts.contains_key("tsconfig.json") =>
            {
                "tsconfig.build.json".to_owned()
            }
            None => "tsconfig.json".to_owned(),
        };
        let options = options(texts, &path, 0);
        let base = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let root = options.root.map(|root| join(base, &root));
        if named {
            for (_, known) in &mut self.folders {
                if known.is_none() {
                    known.clone_from(&root);
                }
            }
            return;
        }
        if let Some(folder) = options.folder {
            let folder = join(base, &folder);
            // Unless it is told, the root is what all sources have in common (TypeScript's handbook, `rootDir`).
            if root.is_none() && !base.is_empty() {
                self.folder(&folder, Some(join(base, "src")));
                self.folder(&folder, Some(base.to_owned()));
            } else {
                self.folder(&folder, root);
            }
        } else {
            // Without `outDir` each file is written beside its source.
            self.folders
                .extend(root.map(|root| (root.clone(), Some(root))));
        }
    }

    /// `path: path.resolve(__dirname, "build")`, `outDir: "server"` of a bundler.
    fn configuration(&mut self, text: &str) {
        for mark in [
            "outDir",
            "outdir",
            "output:",
            "path:",
            "dir:",
            "file:",
            "outputDir",
            "distDir",
        ] {
            for (at, _) in text.match_indices(mark) {
                let Some(rest) = text.get(at + mark.len()..) else {
                    continue;
                };
                let line = rest.split(['\n', '}']).next().unwrap_or_default();
                let mut quoted = line.split(['"', '\'', '`']).skip(1).step_by(2);
                let Some(value) = quoted.find(|value| !value.is_empty()) else {
                    continue;
                };
                if value.contains(['*', ' ', '@', '$', '[']) {
                    continue;
                }
                if mark == "file:" {
                    self.files.push((clean(value).to_owned(), None));
                } else {
                    self.folder(value, None);
                }
            }
        }
    }
}

/// The compiler or bundler that a word of a command names.
fn tool(word: &str) -> Option<&'static str> {
    const TOOLS: &[&str] = &[
        "tsc",
        "tsc-watch",
        "tspc",
        "ttsc",
        "babel",
        "ncc",
        "tsup",
        "esbuild",
        "webpack",
        "vite",
        "rollup",
        "swc",
        "parcel",
        "nest",
        "bun",
        "unbuild",
        "tsdown",
        "rslib",
        "react-scripts",
        "coffee",
        "browserify",
        "rspack",
    ];
    let name = word.rsplit('/').next().unwrap_or(word);
    TOOLS.iter().find(|tool| **tool == name).copied()
}

fn clean(path: &str) -> &str {
    path.trim_start_matches("./")
        .trim_start_matches("/app/")
        .trim_end_matches('/')
}

fn stem(path: &str) -> &str {
    [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx"]
        .iter()
        .find_map(|ending| path.strip_suffix(ending))
        .unwrap_or(path)
}

fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    path.strip_prefix(folder)?.strip_prefix('/')
}

#[cfg(test)]
mod tests;
