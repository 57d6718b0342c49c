//! Which folders do well-known build tools keep for themselves?
//!
//! Class packed, and none of them is installed by us: a script of the app, or another
//! buildpack, fills them. Their tools check what is in them, so the key is the machine. Anyone
//! may keep something in `node_modules/.cache`: where an entry is there whose tool is not known
//! to check it ([`CHECKED`]), every file of the app decides; so it does where a tool goes by what a project declares
//! ([`DECLARED`]).
//!
//! | tool | folder |
//! |---|---|
//! | Next.js | `.next/cache` |
//! | Angular | `.angular/cache` |
//! | Nx | `.nx`: the cache and the database that lists it |
//! | Turborepo | `.turbo` |
//! | Vite | `.vite`, `node_modules/.vite` |
//! | Babel, webpack and others | `node_modules/.cache` |
//! | Rails, Sprockets, Bootsnap | `tmp/cache/assets`, `tmp/cache/bootsnap` |
//! | Playwright | `.cache/ms-playwright`, where production needs it ([`super::javascript::browsers`]) |
//! | TypeScript | `*.tsbuildinfo` with what `tsc` made ([`typescript`]) |
//!
//! Left alone: a folder that the app serves from, because a Procfile or start script names
//! it: its contents are the app's own then, not a tool's.

mod typescript;

use std::path::PathBuf;

use crate::Context;
use crate::files::Files;
use crate::inputs::Inputs;
use slugsmith_facts::beneath;

pub(crate) use self::typescript::{changed_after, forget, make_old};

/// The folder in which any tool may keep something (`find-cache-dir`).
const SHARED: &str = "node_modules/.cache";
const FOLDERS: &[&str] = &[
    ".next/cache",
    ".angular/cache",
    ".nx",
    ".parcel-cache",
    ".turbo",
    ".vite",
    ".eleventy-cache",
    ".cache/ms-playwright",
    SHARED,
    "node_modules/.vite",
    "tmp/cache/assets",
    "tmp/cache/bootsnap",
];

/// Names in `node_modules/.cache` of tools that look at what they find there and at what they would
/// make it of.
const CHECKED: &[&str] = &[
    ".eslintcache",
    ".prettier-caches",
    "@babel",
    "babel-loader",
    "css-minimizer-webpack-plugin",
    "eslint-loader",
    "eslint-webpack-plugin",
    "fork-ts-checker-webpack-plugin",
    "jiti",
    "prettier",
    "rpt2",
    "swc",
    "terser-webpack-plugin",
    "uglifyjs-webpack-plugin",
    "webpack",
];

/// Caches of tools that give back the results of scripts where what the project declares to be their inputs has not
/// changed. A script that reads a file above its package, or a variable that nobody declared, would be answered with
/// what it made of the old one (Turborepo, "Configuring tasks"; Nx, "Inputs and named inputs").
const DECLARED: &[&str] = &[".nx", ".turbo"];

/// A cache of a well-known tool, there or not.
pub(crate) struct Known {
    pub name: String,
    pub paths: Vec<PathBuf>,
    /// The folder among them of which its tool believes that it is as it left it.
    pub outputs: Option<PathBuf>,
    /// What decides beside the machine whether it still fits.
    pub inputs: Inputs,
    /// The files of the app among them, where they decide.
    pub files: Option<Files>,
    /// The names that its tools check, where others may be there as well.
    pub checked: Option<&'static [&'static str]>,
}

/// Everything that may be kept for this app.
pub(crate) fn known(context: &Context<'_>) -> Vec<Known> {
    let starts = starts(context);
    FOLDERS
        .iter()
        .filter(|folder| !starts.iter().any(|command| command.contains(**folder)))
        .map(|folder| Known {
            name: (*folder).to_owned(),
            paths: vec![PathBuf::from(folder)],
            outputs: None,
            inputs: Inputs::default(),
            files: None,
            checked: checked(folder),
        })
        .chain(typescript::known(context))
        .collect()
}

/// The names in this folder whose tools check them, where what is beside them decides otherwise.
fn checked(folder: &str) -> Option<&'static [&'static str]> {
    match folder {
        SHARED => Some(CHECKED),
        _ => DECLARED.contains(&folder).then_some(&[]),
    }
}

/// The commands that start the app.
fn starts(context: &Context<'_>) -> Vec<String> {
    let app = context.app;
    let procfile = beneath::text_in(&app.root, "Procfile").unwrap_or_default();
    let start = app
        .package_json
        .good()
        .and_then(|manifest| manifest.pointer("/scripts/start")?.as_str());
    procfile
        .lines()
        .filter(|line| !line.starts_with('#'))
        .chain(start)
        .map(str::to_owned)
        .collect()
}
