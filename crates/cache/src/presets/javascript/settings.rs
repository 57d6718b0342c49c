//! Which settings, variables and files beside the manifest change what an install makes?

use std::path::{Path, PathBuf};

use super::Project;
use crate::inputs::{Inputs, read_regular};
use crate::mentions::Mentions;
use crate::presets::job::Owns;
use crate::presets::{reached, variables};
use crate::secrets;
use slugsmith_facts::beneath;
use slugsmith_facts::tree::Tree;

/// Settings that change what is printed or where downloads are kept, not the tree.
const IRRELEVANT: &[&str] = &[
    "cache",
    // yarn 1's; heroku/nodejs gives npm and yarn a new temporary one in every build.
    "cache-folder",
    "loglevel",
    "progress",
    "color",
    "fund",
    "audit",
    "update-notifier",
    "userconfig",
    "globalconfig",
    "user-agent",
    "noproxy",
    "proxy",
    "https-proxy",
    "prefix",
    "local-prefix",
    "global-prefix",
    "init-module",
    "node-gyp",
    "npm-version",
    "prefer-offline",
    "offline",
    "maxsockets",
    "enable-network",
    "fetch-retries",
    "fetch-retry-factor",
    "fetch-retry-mintimeout",
    "fetch-retry-maxtimeout",
    "fetch-timeout",
    "timing",
];

/// Settings of package managers, which put the values of variables into them. They may name files
/// of the app, such as plugins and patches.
pub(super) const SETTINGS: &[&str] = &[
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    "pnpm-workspace.yaml",
    "bunfig.toml",
];

/// Files that install scripts of well-known packages read in the app's root.
const SCRIPT_FILES: &[&str] = &[
    "binding.gyp",
    "schema.prisma",
    ".puppeteerrc",
    ".puppeteerrc.cjs",
    ".puppeteerrc.json",
    ".puppeteerrc.js",
    "puppeteer.config.cjs",
    "puppeteer.config.js",
];

/// Variables that install scripts and native builds read.
const VARIABLES: &[&str] = &[
    "NODE_ENV", "CC", "CXX", "CFLAGS", "CXXFLAGS", "LDFLAGS", "CPPFLAGS",
];
const VARIABLE_PREFIXES: &[&str] = &[
    "sharp_",
    "puppeteer_",
    "playwright_",
    "cypress_install_",
    "prisma_",
    "electron_",
];

/// Where a manager puts what it installs, besides `node_modules`: pnpm's settings in each form,
/// the flag of yarn 1 as `.yarnrc` has it.
const PLACES: &[&str] = &[
    "virtual-store-dir",
    "virtualStoreDir",
    "modules-dir",
    "modulesDir",
    "--modules-folder",
    "--install.modules-folder",
];

/// The folders that settings give the manager for packages: what an install adds there does not
/// tell that it read the app.
pub(super) fn owns(place: &Project<'_>) -> Owns {
    let mut folders = Vec::new();
    for name in SETTINGS {
        let text = beneath::text_in(&place.app.root, name).unwrap_or_default();
        for line in text.lines() {
            let line = line.trim();
            let values = PLACES.iter().filter_map(|key| line.strip_prefix(key));
            let values = values.filter(|rest| rest.starts_with([' ', '=', ':']));
            let values = values.map(|rest| rest.trim_matches([' ', '=', ':', '"', '\'']));
            let inside = values.filter_map(|value| reached(PathBuf::new(), value));
            folders.extend(inside.map(|folder| place.tree(folder)));
        }
    }
    Box::new(move |_| folders.clone())
}

/// Adds the settings files, variables and script files that matter.
pub(super) fn add(inputs: &mut Inputs, place: &Project<'_>, manager: &str) {
    let app = &place.app.root;
    let environment = place.context.environment;
    let mentions = Mentions::of(environment);
    let mut rc = |name: &str, path: PathBuf| {
        if let Ok(text) = read_regular(&path) {
            let text = secrets::settings(&String::from_utf8_lossy(&text), IRRELEVANT);
            if !text.is_empty() {
                inputs.digest(name, text.as_bytes());
                inputs.expands(mentions.in_settings(&text));
            }
        }
    };
    for name in SETTINGS {
        rc(name, app.join(name));
    }
    // npm looks in the folder of the package alone, the others in those above it, too.
    let above = place.at.ancestors().skip(1).filter(|_| manager != "npm");
    for folder in above {
        for name in SETTINGS {
            let path = folder.join(name).to_string_lossy().into_owned();
            rc(
                &format!("{path} of the app"),
                place.context.app.root.join(path),
            );
        }
    }
    let user = environment
        .get("NPM_CONFIG_USERCONFIG")
        .or_else(|| environment.get("npm_config_userconfig"))
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(environment.get("HOME")?).join(".npmrc")));
    // The build may run with the app as its home.
    if let Some(user) = user.filter(|user| *user != app.join(".npmrc")) {
        rc("the user's .npmrc", user);
    }
    variables(inputs, place, is_relevant);
    for name in SCRIPT_FILES {
        inputs.file(app, name);
    }
    for folder in ["patches", ".npm-patches", ".yarn/patches", ".yarn/plugins"] {
        inputs.folder(app, folder);
    }
    prisma(inputs, place);
}

/// What counts of a settings file of npm.
pub(in crate::presets) fn of_npm(text: &str) -> String {
    secrets::settings(text, IRRELEVANT)
}

fn is_relevant(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    for prefix in ["npm_config_", "yarn_", "pnpm_config_"] {
        if let Some(setting) = lower.strip_prefix(prefix) {
            return !IRRELEVANT.contains(&setting.replace('_', "-").as_str());
        }
    }
    VARIABLES.contains(&name)
        || lower.ends_with("_skip_download")
        || lower.ends_with("_binary_host")
        || VARIABLE_PREFIXES
            .iter()
            .any(|prefix| lower.starts_with(prefix))
}

/// `@prisma/client` generates its code into `node_modules` from these when it is installed.
/// package.json says where they are, or they are in a place of convention.
fn prisma(inputs: &mut Inputs, place: &Project<'_>) {
    let app = &place.app.root;
    let manifest = place.app.package_json.good();
    let is_used = manifest.is_some_and(|manifest| {
        let mut fields = ["dependencies", "devDependencies"].iter();
        fields.any(|field| {
            let list = manifest.get(field);
            list.is_some_and(|list| list.get("@prisma/client").or(list.get("prisma")).is_some())
        })
    });
    let root = if is_used {
        app.clone()
    } else {
        app.join("prisma")
    };
    for entry in Tree::read(&root).entries() {
        let path = root.join(entry.path());
        let is_schema = path.extension().is_some_and(|end| end == "prisma");
        let is_installed = entry
            .path()
            .components()
            .any(|part| part.as_os_str() == "node_modules");
        if let (true, false, Ok(path)) = (is_schema, is_installed, path.strip_prefix(app)) {
            inputs.file(app, &path.to_string_lossy());
        }
    }
}
