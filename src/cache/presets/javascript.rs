//! What all JavaScript package managers share: which one an app uses, scripts that have
//! to run, the fields of a manifest that matter, settings and patches.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Place, Recognised, machine, missing, npm, pnpm, yarn};
use crate::cache::inputs::Inputs;
use crate::cache::secrets;
use crate::error::Problem;
use crate::facts::environment::Environment;
use crate::facts::{Malformed, Parsed, app, tools};

/// Fields of a manifest that an install depends on (npm docs, "package.json"; the yarn
/// and pnpm fields from their manuals).
pub(super) const FIELDS: &[&str] = &[
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
    "peerDependenciesMeta",
    "dependenciesMeta",
    "bundleDependencies",
    "bundledDependencies",
    "overrides",
    "resolutions",
    "workspaces",
    "engines",
    "os",
    "cpu",
    "libc",
    "config",
    "allowScripts",
    "installConfig",
    "packageManager",
    "pnpm",
    "trustedDependencies",
    "patchedDependencies",
];

/// Scripts of the root project that an install runs (npm docs, "scripts", "npm ci").
const INSTALL_SCRIPTS: &[&str] = &[
    "preinstall",
    "install",
    "postinstall",
    "prepublish",
    "preprepare",
    "prepare",
    "postprepare",
];

/// Settings that change what is printed or where downloads are kept, not the tree.
const IRRELEVANT: &[&str] = &[
    "cache",
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
    "timing",
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

/// Finds the package manager of a place: the lockfile decides, and where there are
/// several, the manifest's `packageManager`.
pub(super) fn recognise<'a>(place: &'a Place<'a>) -> Option<Recognised<'a>> {
    let manifest = match &place.app.package_json {
        Parsed::Missing => return None,
        Parsed::Broken(malformed) => return Some(place.unusable("npm", malformed)),
        Parsed::Good(manifest) => manifest,
    };
    let named = manifest
        .get("packageManager")
        .and_then(Value::as_str)
        .and_then(|text| text.split('@').next());
    let managers: [(&str, &[&str]); 3] = [
        ("npm", npm::LOCKFILES),
        ("pnpm", &["pnpm-lock.yaml"]),
        ("yarn", &["yarn.lock"]),
    ];
    let locked = |name: &str| {
        managers
            .iter()
            .filter(|(manager, _)| *manager == name)
            .flat_map(|(_, files)| files.iter().copied())
            .find(|file| place.app.has(file))
    };
    let chosen = named
        .filter(|name| locked(name).is_some())
        .or_else(|| {
            managers
                .iter()
                .map(|(name, _)| *name)
                .find(|name| locked(name).is_some())
        })
        .or(named)
        .unwrap_or("npm");
    let lockfile = locked(chosen);
    if lockfile.is_none() && !has_dependencies(manifest) {
        return None;
    }
    match (chosen, lockfile) {
        ("pnpm", Some(_)) => Some(pnpm::recognise(place, manifest)),
        ("yarn", Some(_)) => Some(yarn::recognise(place, manifest)),
        ("npm", lockfile) => Some(npm::recognise(place, manifest, lockfile)),
        // Without its lockfile no other manager promises the same tree twice.
        (_, _) => Some(npm::recognise(place, manifest, None)),
    }
}

fn has_dependencies(manifest: &Value) -> bool {
    ["dependencies", "devDependencies", "optionalDependencies"]
        .iter()
        .any(|field| {
            manifest
                .get(field)
                .and_then(Value::as_object)
                .is_some_and(|list| !list.is_empty())
        })
}

/// Inputs that every JavaScript install has.
pub(super) fn inputs(
    place: &Place<'_>,
    manifest: &Value,
    lockfile: &str,
    manager: &str,
    plan: &Plan,
) -> Result<Inputs, Problem> {
    let environment = place.context.environment;
    let version =
        tools::package_version(manager, environment).ok_or_else(|| missing(lockfile, manager))?;
    let node = tools::node(environment).ok_or_else(|| missing(lockfile, "node"))?;
    let mut inputs = Inputs::default();
    inputs.plain(manager, version);
    inputs.plain("node", node.version);
    inputs.plain("node ABI", node.abi);
    inputs.plain("dev dependencies", plan.word());
    machine(&mut inputs, place.context);
    manifest_inputs(&mut inputs, "package.json", manifest, false);
    settings(&mut inputs, place);
    Ok(inputs)
}

/// What has to run for this package.json.
pub(super) struct Plan {
    /// Present scripts of [`INSTALL_SCRIPTS`].
    pub install: Vec<&'static str>,
    pub prebuild: Option<&'static str>,
    pub build: Option<&'static str>,
    pub keep_dev: bool,
}

impl Plan {
    pub(super) fn of(manifest: &Value, environment: &Environment) -> Self {
        let has = |name: &&str| {
            manifest
                .get("scripts")
                .and_then(|scripts| scripts.get(*name))
                .and_then(Value::as_str)
                .is_some_and(|script| !script.trim().is_empty())
        };
        Self {
            install: INSTALL_SCRIPTS.iter().copied().filter(has).collect(),
            prebuild: Some("heroku-prebuild").filter(has),
            build: ["heroku-postbuild", "build"].into_iter().find(has),
            keep_dev: keeps_dev(environment),
        }
    }

    /// Whether the whole tree is installed and stored.
    pub(super) fn is_full(&self) -> bool {
        self.keep_dev || self.build.is_some() || self.prebuild.is_some() || !self.install.is_empty()
    }

    /// Whether dev dependencies go at the end.
    pub(super) fn prunes(&self) -> bool {
        self.is_full() && !self.keep_dev
    }

    fn word(&self) -> &'static str {
        match (self.keep_dev, self.is_full()) {
            (true, _) => "kept",
            (false, true) => "for scripts, then pruned",
            (false, false) => "left out",
        }
    }
}

fn keeps_dev(environment: &Environment) -> bool {
    environment.variables.iter().any(|(name, value)| {
        let value = value.to_string_lossy();
        match name.to_ascii_lowercase().as_str() {
            "npm_config_production" | "yarn_production" | "pnpm_skip_pruning_off" => {
                value == "false"
            }
            "npm_config_include" => value.split([',', ' ']).any(|word| word == "dev"),
            "yarn2_skip_pruning" | "pnpm_skip_pruning" => value == "true",
            _ => false,
        }
    })
}

/// Each field is an input of its own, so that a miss names it. The root's version is no
/// input: releasing the app changes nothing that is installed.
fn manifest_inputs(inputs: &mut Inputs, path: &str, manifest: &Value, is_member: bool) {
    let own: &[&str] = if is_member {
        &["name", "version", "bin"]
    } else {
        &[]
    };
    for field in FIELDS.iter().chain(own) {
        if let Some(value) = manifest.get(field) {
            inputs.digest(format!("{path} {field}"), value.to_string().as_bytes());
        }
    }
    for script in INSTALL_SCRIPTS {
        let text = manifest
            .get("scripts")
            .and_then(|scripts| scripts.get(script));
        if let Some(text) = text {
            let name = format!("{path} scripts.{script}");
            inputs.digest(name, text.to_string().as_bytes());
        }
    }
}

/// The manifests of workspaces.
pub(super) fn members(
    inputs: &mut Inputs,
    place: &Place<'_>,
    folders: &[String],
) -> Result<(), Malformed> {
    for folder in folders {
        let path = format!("{folder}/package.json");
        match app::json(&place.app.root, &path) {
            Parsed::Good(manifest) => manifest_inputs(inputs, &path, &manifest, true),
            Parsed::Missing => {}
            Parsed::Broken(malformed) => return Err(malformed),
        }
    }
    Ok(())
}

/// `node_modules` of the root and of each workspace, relative to the app.
pub(super) fn trees(place: &Place<'_>, workspaces: &[String]) -> Vec<PathBuf> {
    std::iter::once(place.tree("node_modules"))
        .chain(
            workspaces
                .iter()
                .map(|folder| place.tree(folder).join("node_modules")),
        )
        .collect()
}

/// Folders with a package.json that the globs accept (package.json `workspaces`,
/// pnpm-workspace.yaml `packages`), sorted.
pub(super) fn expand(root: &Path, globs: &[String]) -> Vec<String> {
    let mut builder = ignore::gitignore::GitignoreBuilder::new(root);
    for glob in globs {
        let (sign, glob) = match glob.strip_prefix('!') {
            Some(rest) => ("!", rest),
            None => ("", glob.as_str()),
        };
        let glob = glob.trim_start_matches("./").trim_end_matches('/');
        // A glob that can't be read names no folder; the package manager will say so.
        let _ = builder.add_line(None, &format!("{sign}/{glob}"));
    }
    let Ok(matcher) = builder.build() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(folder) = pending.pop() {
        for entry in fs_err::read_dir(root.join(&folder))
            .into_iter()
            .flatten()
            .flatten()
        {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if !is_folder || name.starts_with('.') || name == "node_modules" {
                continue;
            }
            let path = folder.join(&name);
            if matcher.matched(&path, true).is_ignore()
                && root.join(&path).join("package.json").is_file()
            {
                found.extend(path.to_str().map(str::to_owned));
            }
            if path.components().count() < 6 {
                pending.push(path);
            }
        }
    }
    found.sort_unstable();
    found
}

/// The globs of package.json's `workspaces`, in both of its forms.
pub(super) fn workspace_globs(manifest: &Value) -> Vec<String> {
    let field = manifest.get("workspaces");
    field
        .and_then(|field| field.get("packages").or(Some(field)))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|glob| glob.as_str().map(str::to_owned))
        .collect()
}

fn settings(inputs: &mut Inputs, place: &Place<'_>) {
    let app = &place.app.root;
    let environment = place.context.environment;
    let mut rc = |name: &str, path: PathBuf| {
        if let Ok(text) = crate::cache::inputs::read_regular(&path) {
            let text = secrets::settings(&String::from_utf8_lossy(&text), IRRELEVANT);
            if !text.is_empty() {
                inputs.digest(name, text.as_bytes());
            }
        }
    };
    for name in [".npmrc", ".yarnrc", ".yarnrc.yml"] {
        rc(name, app.join(name));
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
    secrets::environment(inputs, environment, is_relevant);
    for name in SCRIPT_FILES {
        inputs.file(app, name);
    }
    for folder in ["patches", ".npm-patches", ".yarn/patches", ".yarn/plugins"] {
        inputs.folder(app, folder);
    }
    prisma(inputs, app);
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
fn prisma(inputs: &mut Inputs, app: &Path) {
    let root = app.join("prisma");
    if !root.is_dir() {
        return;
    }
    for entry in crate::facts::tree::Tree::read(&root).entries() {
        if entry.path().extension().is_some_and(|end| end == "prisma") {
            inputs.file(app, &format!("prisma/{}", entry.path().to_string_lossy()));
        }
    }
}

/// Whether an old tree may be the base of a new one: only which versions are wanted has
/// changed, not how or for what they are built.
pub(super) fn syncs_over(input: &str) -> bool {
    const LOCKS: &[&str] = &[
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
    ];
    LOCKS.contains(&input)
        || [
            "package.json dependencies",
            "package.json devDependencies",
            "package.json optionalDependencies",
        ]
        .contains(&input)
}
