//! Where do the browsers of Puppeteer and Playwright go, so that they outlive a build?
//!
//! Both put them into the user's own cache folder, which is no part of an app: a restored
//! `node_modules` would have no browser. Where a production dependency needs them they go
//! to `.cache/puppeteer` and `.cache/ms-playwright` in the app instead, and the app is
//! told so when it runs. Puppeteer's install script fetches its browser, so it is part of
//! the installed tree; Playwright's comes with a command of the app's own build, so it is
//! a cache folder ([`crate::folders`]).
//!
//! Left alone: apps that choose a place themselves (the variables below, a
//! `.puppeteerrc`), that skip the download, or that need them for development only.
//! Not run for real where the tests run: the browsers are in no package registry.

use std::path::PathBuf;

use serde_json::Value;

use super::Project;
use crate::presets::{EnvChange, EnvRule, Job};

/// Package, the variable that places its browsers (manuals of both), the folder.
const BROWSERS: &[(&[&str], &str, &str)] = &[
    (&["puppeteer"], "PUPPETEER_CACHE_DIR", ".cache/puppeteer"),
    (
        &["playwright", "playwright-core", "playwright-chromium"],
        PLAYWRIGHT,
        ".cache/ms-playwright",
    ),
];

const PLAYWRIGHT: &str = "PLAYWRIGHT_BROWSERS_PATH";

/// Any of these means that the app has its own mind about it.
const CHOSEN: &[&str] = &[
    "PUPPETEER_SKIP_DOWNLOAD",
    "PUPPETEER_SKIP_CHROMIUM_DOWNLOAD",
    "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD",
];

/// Browsers that the app needs when it runs: the variable, and the folder in the app.
pub(in crate::presets) fn wanted(
    place: &Project<'_>,
    manifest: &Value,
) -> Vec<(&'static str, PathBuf)> {
    let environment = place.context.environment;
    let has = |packages: &[&str]| {
        let dependencies = manifest.get("dependencies");
        packages
            .iter()
            .any(|package| dependencies.is_some_and(|list| list.get(package).is_some()))
    };
    let is_set = |name: &str| environment.variables.contains_key(name);
    let has_settings = place
        .app
        .names
        .iter()
        .any(|name| name.starts_with(".puppeteerrc") || name.starts_with("puppeteer.config."));
    BROWSERS
        .iter()
        .filter(|(packages, variable, _)| {
            let family = variable.split('_').next().unwrap_or_default();
            let is_chosen = |name: &&&str| name.starts_with(family) && is_set(name);
            has(packages)
                && !is_set(variable)
                && !CHOSEN.iter().any(|name| is_chosen(&name))
                && (*variable == PLAYWRIGHT || !has_settings)
        })
        .map(|(_, variable, folder)| (*variable, place.tree(folder)))
        .collect()
}

/// The browsers that an install script fetches: part of the tree.
pub(in crate::presets) fn trees(
    browsers: &[(&'static str, PathBuf)],
) -> impl Iterator<Item = PathBuf> {
    browsers
        .iter()
        .filter(|(variable, _)| *variable != PLAYWRIGHT)
        .map(|(_, folder)| folder.clone())
}

/// Tells every command, and the app when it runs, where the browsers are.
pub(in crate::presets) fn expose(
    job: &mut Job,
    place: &Project<'_>,
    browsers: &[(&'static str, PathBuf)],
) {
    let root = &place.context.app.root;
    for (variable, folder) in browsers {
        let folder = root.join(folder);
        for step in job.steps() {
            step.variables.push((variable, folder.clone().into()));
        }
        job.exposes
            .push(EnvChange::launch(variable, EnvRule::Default, folder));
    }
}
