//! Which packages lie in the folders that we filled, by what the package managers
//! themselves left there?
//!
//! | ecosystem | read from |
//! |---|---|
//! | npm, yarn, pnpm | `node_modules/NAME/package.json`, nested ones too |
//! | pip, uv, Poetry | the name of `NAME-VERSION.dist-info`, its `METADATA` for the licence |
//! | Bundler | the name of `specifications/NAME-VERSION[-PLATFORM].gemspec` |
//! | Composer | `composer/installed.json` |
//!
//! Compiled programs hold no such list; what their lockfiles pin is known to the cache.

use std::collections::BTreeSet;
use std::path::Path;

use super::tree::{Entry, EntryKind, Tree};
use crate::beneath;

/// A package as it is installed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InstalledPackage {
    /// The type of a package URL: `npm`, `pypi`, `gem`, `composer`, `golang`, `cargo`
    /// (Package-URL specification, "Known types").
    pub kind: &'static str,
    /// With its scope, vendor or module path: `@img/sharp`.
    pub name: String,
    pub version: String,
    /// As the package says, which may be an SPDX expression or any text.
    pub licence: Option<String>,
    /// Pinned by a lockfile for something that was compiled: it may not be linked in.
    pub is_pinned_only: bool,
}

impl InstalledPackage {
    fn new(kind: &'static str, name: &str, version: &str, licence: Option<String>) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            version: version.to_owned(),
            licence,
            is_pinned_only: false,
        }
    }
}

/// Larger metadata is somebody's joke, in bytes.
const METADATA_LIMIT: u64 = 8 << 20;

/// The packages in these folders of a tree; with `""` those of the whole tree. What can't
/// be read or says no version is left out.
#[must_use]
pub fn read(tree: &Tree, folders: &[String]) -> BTreeSet<InstalledPackage> {
    let mut found = BTreeSet::new();
    for entry in tree.entries() {
        if entry.kind() != EntryKind::File || entry.size() > METADATA_LIMIT {
            continue;
        }
        if folders
            .iter()
            .any(|folder| entry.path().starts_with(folder))
        {
            found.extend(packages_of(tree.root(), entry));
        }
    }
    found
}

fn packages_of(root: &Path, entry: &Entry) -> Vec<InstalledPackage> {
    let Some(path) = entry.path().to_str() else {
        return Vec::new();
    };
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let text = || beneath::text_in(root, path).ok();
    match file {
        slugsmith_ecosystems::javascript::MANIFEST if is_npm_package(folder) => {
            text().and_then(|text| npm(&text)).into_iter().collect()
        }
        "METADATA" => folder
            .strip_suffix(".dist-info")
            .and_then(|stem| python(stem, &text()?))
            .into_iter()
            .collect(),
        "installed.json" if folder.ends_with("/composer") => {
            text().map_or_else(Vec::new, |text| composer(&text))
        }
        gemspec if folder.ends_with("/specifications") => gemspec
            .strip_suffix(".gemspec")
            .and_then(gem)
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// `…/node_modules/NAME` or `…/node_modules/@SCOPE/NAME`, and not a folder inside of one.
fn is_npm_package(folder: &str) -> bool {
    let inside = match folder.rsplit_once("/node_modules/") {
        Some((_, inside)) => Some(inside),
        None => folder.strip_prefix("node_modules/"),
    };
    inside.is_some_and(|name| match name.split_once('/') {
        Some((scope, name)) => scope.starts_with('@') && !name.contains('/'),
        None => !name.starts_with('.'),
    })
}

fn npm(text: &str) -> Option<InstalledPackage> {
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    let licence = json.get("license");
    // Old packages have an object: {"type": "MIT", "url": …}.
    let licence = licence.and_then(|found| found.as_str().or_else(|| found.get("type")?.as_str()));
    Some(InstalledPackage::new(
        "npm",
        json.get("name")?.as_str()?,
        json.get("version")?.as_str()?,
        licence.map(str::to_owned),
    ))
}

/// `stem` is the path of `NAME-VERSION` (packaging.python.org, "Recording installed
/// projects"); names are normalised as PEP 503 has it.
fn python(stem: &str, metadata: &str) -> Option<InstalledPackage> {
    let (name, version) = stem.rsplit('/').next()?.rsplit_once('-')?;
    let headers = || metadata.lines().take_while(|line| !line.is_empty());
    let header = |wanted: &str| headers().find_map(|line| line.strip_prefix(wanted));
    let licence = header("License-Expression: ").or_else(|| header("License: "));
    let licence = licence.filter(|licence| !matches!(*licence, "" | "UNKNOWN"));
    let name = super::packages::pep_503(name);
    Some(InstalledPackage::new(
        "pypi",
        &name,
        version,
        licence.map(str::to_owned),
    ))
}

/// `nokogiri-1.16.0-x86_64-linux`: the version begins at the first `-` before a digit.
fn gem(stem: &str) -> Option<InstalledPackage> {
    let at = stem
        .match_indices('-')
        .map(|(at, _)| at)
        .find(|at| stem[at + 1..].starts_with(|c: char| c.is_ascii_digit()))?;
    let version = stem[at + 1..].split('-').next()?;
    Some(InstalledPackage::new("gem", &stem[..at], version, None))
}

/// Composer 2 has an object, Composer 1 the list itself.
fn composer(text: &str) -> Vec<InstalledPackage> {
    let json: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let list = json.get("packages").unwrap_or(&json).as_array();
    let packages = list.into_iter().flatten().filter_map(|package| {
        let licence = package.get("license").and_then(|licences| {
            let all: Vec<_> = licences
                .as_array()?
                .iter()
                .filter_map(|one| one.as_str())
                .collect();
            Some(all.join(" OR ")).filter(|licence| !licence.is_empty())
        });
        let version = package.get("version")?.as_str()?;
        Some(InstalledPackage::new(
            "composer",
            package.get("name")?.as_str()?,
            version.strip_prefix('v').unwrap_or(version),
            licence,
        ))
    });
    packages.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_files(files: &[(&str, &str)], folders: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        }
        let folders: Vec<_> = folders.iter().map(|name| (*name).to_owned()).collect();
        read(&Tree::read(folder.path()), &folders)
            .into_iter()
            .map(|one| {
                let licence = one.licence.unwrap_or_default();
                format!("{} {} {} {licence}", one.kind, one.name, one.version)
            })
            .collect()
    }

    #[test]
    fn every_package_manager_says_what_it_installed() {
        let found = read_files(
            &[
                (
                    "node_modules/a/package.json",
                    r#"{"name":"a","version":"1.0.0","license":"MIT"}"#,
                ),
                ("node_modules/a/lib/package.json", r#"{"type":"module"}"#),
                (
                    "node_modules/a/node_modules/@s/b/package.json",
                    r#"{"name":"@s/b","version":"2.0.0","license":{"type":"ISC"}}"#,
                ),
                (
                    "node_modules/.pnpm/c@3.0.0/node_modules/c/package.json",
                    r#"{"name":"c","version":"3.0.0"}"#,
                ),
                (
                    "node_modules/.cache/package.json",
                    r#"{"name":"x","version":"1.0.0"}"#,
                ),
                ("node_modules/broken/package.json", "{"),
                (
                    ".venv/lib/python3.11/site-packages/Typing_Ext.X-4.1.dist-info/METADATA",
                    "Name: x\nLicense: BSD\n\nLicense-Expression: no\n",
                ),
                (
                    "vendor/bundle/ruby/3.3.0/specifications/nokogiri-1.16.0-x86_64-linux.gemspec",
                    "",
                ),
                (
                    "vendor/bundle/ruby/3.3.0/specifications/net-http-0.4.1.gemspec",
                    "",
                ),
                (
                    "vendor/composer/installed.json",
                    r#"{"packages":[{"name":"psr/log","version":"v3.0.1","license":["MIT"]}]}"#,
                ),
                (
                    "other/node_modules/z/package.json",
                    r#"{"name":"z","version":"9.0.0"}"#,
                ),
            ],
            &["node_modules", ".venv", "vendor"],
        );
        assert_eq!(
            found,
            [
                "composer psr/log 3.0.1 MIT",
                "gem net-http 0.4.1 ",
                "gem nokogiri 1.16.0 ",
                "npm @s/b 2.0.0 ISC",
                "npm a 1.0.0 MIT",
                "npm c 3.0.0 ",
                "pypi typing-ext-x 4.1 BSD",
            ]
        );
    }

    #[test]
    fn an_empty_name_means_the_whole_tree() {
        let gemspec = "ruby/3.3.0/specifications/rack-3.1.7.gemspec";
        assert_eq!(read_files(&[(gemspec, "")], &[""]), ["gem rack 3.1.7 "]);
        assert!(read_files(&[(gemspec, "")], &[]).is_empty());
    }
}
