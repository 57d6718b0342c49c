//! Which compilers run when the app does, by its manifests and its own files?
//!
//! Commands say it for some (`runtime`); others are started by a script, by a Makefile, by a
//! file of a process manager, or from code. A compiler that only development installs never
//! counts here: it is not there when the app runs, or a start command names it.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;
use rayon::prelude::*;

use super::Command;
use crate::catalogue::python;
use crate::facts::{Texts, in_packages, package_folder};
use crate::index::{self, Index};
use crate::manifest::{Bundles, Manifest, Runtime};
use crate::references;
use crate::tooling::is_tooling;

/// Packages that compile when something is loaded, and nothing else.
const AT_RUN_TIME: &[&str] = &[
    "ts-node",
    "ts-node-dev",
    "tsx",
    "tsm",
    "esno",
    "vite-node",
    "esbuild-register",
    "esbuild-runner",
    "@swc-node/register",
    "@swc/register",
    "@esbuild-kit/cjs-loader",
    "@esbuild-kit/esm-loader",
    "@oxc-node/core",
    "sucrase",
    "@babel/register",
    "@babel/node",
    "babel-register",
    "babel-cli",
    "livescript",
    "typescript-require",
];
const COFFEE: &[&str] = &["coffeescript", "coffee-script", "iced-coffee-script"];
const COFFEE_REGISTER: &str = "coffeescript/register";
/// What a program calls that compiles with the library of TypeScript; to translate one file
/// alone needs no declarations.
const COMPILES: &[&str] = &[
    "createProgram",
    "createLanguageService",
    "createWatchProgram",
    "createWatchCompilerHost",
];
/// Packages that bundle.
const BUNDLERS: &[&str] = &[
    "browserify",
    "webpack",
    "rollup",
    "esbuild",
    "vite",
    "metro",
    "@parcel/core",
    "@rspack/core",
];
const MAPS: &[&str] = &[
    "source-map-support",
    "setSourceMapsEnabled",
    "--enable-source-maps",
];
/// What bundlers read the maps of packages with.
const MAP_LOADERS: &[&str] = &["source-map-loader", "rollup-plugin-sourcemaps"];
/// Larger files are bundles or data, in bytes.
const MAX_TEXT: u64 = 32_000_000;

/// What more than the commands say is switched on, and whether source maps may be read.
pub(crate) fn add(
    index: &Index<'_>,
    texts: &dyn Texts,
    manifests: &BTreeMap<String, Option<Manifest>>,
    commands: &[Command],
    runtime: &mut Runtime,
) -> bool {
    let production = production(manifests);
    let has = |name: &&str| production.contains(*name);
    runtime.coffee |= COFFEE.iter().any(has);
    let typescript = production.contains("typescript");
    let installed = installed(index);
    // To search every source of a large app costs seconds: only for what could change a decision.
    let mut asked: Vec<&str> = installed.iter().copied().collect();
    if typescript {
        asked.extend(COMPILES);
    }
    if runtime.coffee {
        asked.push(COFFEE_REGISTER);
    }
    if has_maps(index) {
        asked.extend(MAPS);
    }
    // As an `import` or `require` names them: some are words of their own.
    let bundlers = BUNDLERS.iter().filter(|name| has(name));
    let bundlers: Vec<String> = bundlers
        .flat_map(|name| [format!("'{name}'"), format!("\"{name}\"")])
        .collect();
    asked.extend(bundlers.iter().map(String::as_str));
    let own = own_words(index, texts, commands, &asked);
    let at_start = AT_RUN_TIME.iter().any(|name| {
        let direct = manifests.iter().any(|(folder, manifest)| {
            let manifest = manifest
                .as_ref()
                .filter(|_| !in_packages(&format!("{folder}/x")));
            manifest.is_some_and(|manifest| manifest.dependencies.contains(*name))
        });
        let by_unknown_name = || loads_unknown(index, texts, commands);
        direct && (!only_node(commands) || by_unknown_name())
            || own.contains(name) && installed.contains(name)
    });
    let library = typescript
        && (COMPILES.iter().any(|name| own.contains(name))
            || packages_compile(index, texts, manifests, &production));
    if bundlers.iter().any(|quoted| own.contains(quoted.as_str())) {
        runtime.bundles = runtime.bundles.max(Bundles::InCode);
    }
    runtime.typescript |= at_start || library || runtime.coffee && own.contains(COFFEE_REGISTER);
    let bundles_maps = runtime.bundles != Bundles::No && MAP_LOADERS.iter().any(has);
    bundles_maps || MAPS.iter().any(|name| own.contains(name))
}

/// Names of all that the app's own package.json files need, directly or not.
pub(crate) fn production(manifests: &BTreeMap<String, Option<Manifest>>) -> BTreeSet<&str> {
    let mut needs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut pending: Vec<&str> = Vec::new();
    for (folder, manifest) in manifests {
        let Some(manifest) = manifest else { continue };
        let names = manifest.needs.iter().map(String::as_str);
        if in_packages(&format!("{folder}/x")) {
            needs
                .entry(manifest.name.as_str())
                .or_default()
                .extend(names);
        } else {
            pending.extend(names);
        }
    }
    let mut seen = BTreeSet::new();
    while let Some(name) = pending.pop() {
        if seen.insert(name) {
            pending.extend(needs.get(name).into_iter().flatten());
        }
    }
    seen
}

/// Which compilers are installed anywhere in the app.
fn installed(index: &Index<'_>) -> BTreeSet<&'static str> {
    const FOLDER: &str = "node_modules/";
    let paths = (0..index.entries().len()).filter_map(|number| index.path(number));
    let nested = paths.filter_map(|path| {
        let at = path
            .rfind(FOLDER)
            .filter(|at| *at == 0 || path.as_bytes().get(at - 1) == Some(&b'/'))?;
        let name = path.get(at + FOLDER.len()..)?;
        AT_RUN_TIME.iter().copied().find(|known| *known == name)
    });
    let linked = AT_RUN_TIME
        .iter()
        .copied()
        .filter(|name| index.find(&format!("{FOLDER}{name}")).is_some());
    nested.chain(linked).collect()
}

/// Whether anything depends on who reads source maps.
fn has_maps(index: &Index<'_>) -> bool {
    (0..index.entries().len()).any(|number| {
        let end = index
            .path(number)
            .and_then(|path| path.get(path.len().checked_sub(4)?..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(".map"))
    })
}

/// Whether every process is `node` on a file: whatever compiles is then in the code.
fn only_node(commands: &[Command]) -> bool {
    !commands.is_empty()
        && commands.iter().all(|command| {
            let mut words = super::words(&command.text);
            let odd = command.text.contains(['&', '|', ';', '$']);
            !odd && words.next() == Some("node")
                && words.next().is_some_and(|word| {
                    [".js", ".cjs", ".mjs"]
                        .iter()
                        .any(|end| word.ends_with(end))
                })
        })
}

/// Whether the app's own code loads by names that only it knows.
fn loads_unknown(index: &Index<'_>, texts: &dyn Texts, commands: &[Command]) -> bool {
    let paths = (0..index.entries().len()).filter_map(|number| index.path(number));
    let sources: Vec<&str> = paths
        .filter(|path| {
            [".js", ".cjs", ".mjs"]
                .iter()
                .any(|end| path.ends_with(end))
        })
        .filter(|path| is_program(path, commands))
        .collect();
    sources.into_par_iter().any(|path| {
        let text = texts.text(path).unwrap_or_default();
        references::computed_load(&text)
    })
}

/// Which of these names the app's own files have in them.
fn own_words<'w>(
    index: &Index<'_>,
    texts: &dyn Texts,
    commands: &[Command],
    names: &[&'w str],
) -> BTreeSet<&'w str> {
    if names.is_empty() {
        return BTreeSet::new();
    }
    let finders: Vec<_> = names
        .iter()
        .map(|name| (*name, memmem::Finder::new(name)))
        .collect();
    let paths: Vec<&str> = (0..index.entries().len())
        .filter(|number| index.is_file(*number))
        .filter(|number| {
            index
                .entry(*number)
                .is_some_and(|entry| entry.size() < MAX_TEXT)
        })
        .filter_map(|number| index.path(number))
        .filter(|path| is_program(path, commands))
        .collect();
    paths
        .into_par_iter()
        .flat_map_iter(|path| {
            let text = texts.text(path).unwrap_or_default();
            let found = finders
                .iter()
                .filter(|(_, finder)| finder.find(&text).is_some());
            found.map(|(name, _)| *name).collect::<Vec<_>>()
        })
        .collect()
}

/// Sources, scripts, and files of process managers; no tests, no tools' configuration. What Python's packages
/// bring for browsers is no program of Node's.
fn is_program(path: &str, commands: &[Command]) -> bool {
    let hidden = [".git/", ".heroku/", ".vscode/", ".idea/"]
        .iter()
        .any(|folder| path.starts_with(folder));
    if in_packages(path) || python::split(path).is_some() || is_tooling(path) || hidden {
        return false;
    }
    let test = path
        .split('/')
        .any(|part| matches!(part, "test" | "tests" | "spec" | "__tests__" | "e2e"));
    let name = index::name(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let kinds = [
        "js", "cjs", "mjs", "ts", "mts", "cts", "tsx", "sh", "bash", "coffee", "mk", "", "yml",
        "yaml",
    ];
    // Of process managers and of the platform: app.json, nodemon.json, pm2.json.
    let lists =
        name.contains("-lock") || name.starts_with("tsconfig") || name.starts_with("jsconfig");
    let settings =
        extension == "json" && !lists && name != slugsmith_ecosystems::javascript::MANIFEST;
    let started = || commands.iter().any(|command| command.text.contains(path));
    (!test || started()) && (kinds.contains(&extension) || settings)
}

/// Whether a package that has TypeScript as a dependency compiles with it.
fn packages_compile(
    index: &Index<'_>,
    texts: &dyn Texts,
    manifests: &BTreeMap<String, Option<Manifest>>,
    production: &BTreeSet<&str>,
) -> bool {
    let folders: BTreeSet<&str> = manifests
        .iter()
        .filter_map(|(folder, manifest)| Some((folder, manifest.as_ref()?)))
        .filter(|(folder, manifest)| {
            in_packages(&format!("{folder}/x"))
                && manifest.needs.contains("typescript")
                && production.contains(manifest.name.as_str())
        })
        .map(|(folder, _)| folder.as_str())
        .collect();
    let paths: Vec<&str> = folders
        .iter()
        .flat_map(|folder| index.below_path(folder))
        .filter_map(|number| index.path(number))
        .filter(|path| package_folder(path).is_some_and(|folder| folders.contains(folder)))
        .filter(|path| {
            [".js", ".cjs", ".mjs"]
                .iter()
                .any(|end| path.ends_with(end))
        })
        .collect();
    paths.into_par_iter().any(|path| {
        let text = texts.text(path).unwrap_or_default();
        COMPILES
            .iter()
            .any(|name| memmem::find(&text, name.as_bytes()).is_some())
    })
}
