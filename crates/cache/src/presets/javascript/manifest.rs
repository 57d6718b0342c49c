//! What does a package.json say to an install, and which folders are workspaces?

use slugsmith_ecosystems as ecosystems;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Project;
use crate::inputs::Inputs;
use slugsmith_facts::{Malformed, Parsed, app};

/// Fields of a manifest that an install depends on (npm docs, "package.json"; the yarn
/// and pnpm fields from their manuals).
pub(in crate::presets) const FIELDS: &[&str] = &[
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
pub(super) const INSTALL_SCRIPTS: &[&str] = &[
    "preinstall",
    "install",
    "postinstall",
    "prepublish",
    "preprepare",
    "prepare",
    "postprepare",
];

/// Each field is an input of its own, so that a miss names it. The root's version is no
/// input: releasing the app changes nothing that is installed.
pub(super) fn add(inputs: &mut Inputs, path: &str, manifest: &Value, is_member: bool) {
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

/// A workspace, or a folder that is linked to as a package.
pub(in crate::presets) struct Member {
    /// Relative to the place.
    pub folder: String,
    pub manifest: Value,
}

impl Member {
    /// Reads those that can be read; whether one can't is said elsewhere.
    pub(in crate::presets) fn read(place: &Project<'_>, folders: &[String]) -> Vec<Self> {
        let member = |folder: &String| {
            let path = format!("{folder}{}", ecosystems::javascript::IN_FOLDER);
            let manifest = app::json(&place.app.root, &path).good().cloned()?;
            let folder = folder.clone();
            Some(Self { folder, manifest })
        };
        folders.iter().filter_map(member).collect()
    }

    /// Whether an install runs code of it.
    pub(super) fn has_install_script(&self, root: &Path) -> bool {
        runs_script(&self.manifest, &root.join(&self.folder))
    }
}

/// Whether an install runs code of the package in this folder.
pub(super) fn runs_script(manifest: &Value, folder: &Path) -> bool {
    let mut scripts = INSTALL_SCRIPTS.iter();
    scripts.any(|name| has_script(manifest, name)) || folder.join("binding.gyp").is_file()
}

/// Whether a manifest has this script and it is not empty.
pub(super) fn has_script(manifest: &Value, name: &str) -> bool {
    let script = manifest
        .get("scripts")
        .and_then(|scripts| scripts.get(name));
    let script = script.and_then(Value::as_str);
    script.is_some_and(|script| !script.trim().is_empty())
}

/// The manifests of workspaces.
pub(in crate::presets) fn members(
    inputs: &mut Inputs,
    place: &Project<'_>,
    folders: &[String],
) -> Result<(), Malformed> {
    for folder in folders {
        let path = format!("{folder}{}", ecosystems::javascript::IN_FOLDER);
        match app::json(&place.app.root, &path) {
            Parsed::Good(manifest) => add(inputs, &path, &manifest, true),
            Parsed::Missing => {}
            Parsed::Broken(malformed) => return Err(malformed),
        }
    }
    Ok(())
}

/// `node_modules` of the root and of each workspace, relative to the app.
pub(in crate::presets) fn trees(place: &Project<'_>, workspaces: &[String]) -> Vec<PathBuf> {
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
pub(in crate::presets) fn expand(root: &Path, globs: &[String]) -> Vec<String> {
    let mut builder = ignore::gitignore::GitignoreBuilder::new(root);
    for glob in globs {
        let (sign, glob) = match glob.strip_prefix('!') {
            Some(rest) => ("!", rest),
            None => ("", glob.as_str()),
        };
        let glob = glob.trim_start_matches("./").trim_end_matches('/');
        // A glob that can't be read names no folder; the package manager will say so.
        slugsmith_facts::bounds::add_line(&mut builder, &format!("{sign}/{glob}"));
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
                && root
                    .join(&path)
                    .join(ecosystems::javascript::MANIFEST)
                    .is_file()
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
pub(in crate::presets) fn workspace_globs(manifest: &Value) -> Vec<String> {
    let field = manifest.get("workspaces");
    field
        .and_then(|field| field.get("packages").or(Some(field)))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|glob| glob.as_str().map(str::to_owned))
        .collect()
}
