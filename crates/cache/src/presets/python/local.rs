//! Which packages of the app itself does an environment hold, and what of them matters?
//!
//! An editable one is a link: only what says how it is built matters. Any other is copied
//! when it is installed, so each of its files does.

use std::path::{Path, PathBuf};

use super::Tool;
use super::editable;
use crate::inputs::Inputs;
use crate::presets::reached;

/// A package that is a folder or a file of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Local {
    /// As written: relative to the place.
    pub path: String,
    pub editable: bool,
}

impl Local {
    /// Adds what is known to matter; gives the folder, relative to the place, of which every file
    /// can.
    pub(super) fn add(&self, inputs: &mut Inputs, root: &Path) -> Option<PathBuf> {
        let Some(path) = inside(&self.path) else {
            // Beside the place, in the app or not.
            return Some(PathBuf::from(&self.path));
        };
        let full = root.join(&path);
        if full.is_file() {
            inputs.file(root, &path.to_string_lossy());
            return None;
        }
        let is_known = self.editable && editable::add(inputs, root, &path);
        (!is_known).then_some(path)
    }
}

impl Local {
    /// Whether an install runs code of it.
    pub(super) fn runs_code(&self, root: &Path) -> bool {
        let full = root.join(&self.path);
        full.is_dir() && editable::runs_code(&full)
    }
}

/// A path that stays in the place; empty for the place itself.
pub(super) fn inside(path: &str) -> Option<PathBuf> {
    reached(PathBuf::new(), path)
}

/// The ones that a lockfile names (`source` in uv.lock and poetry.lock, `path` in
/// Pipfile.lock).
pub(super) fn of_lock(tool: Tool, text: &str) -> Vec<Local> {
    let mut found = Vec::new();
    let mut add = |path: &str, editable| {
        found.push(Local {
            path: path.to_owned(),
            editable,
        });
    };
    match tool {
        Tool::Uv | Tool::Poetry => {
            let table: toml::Table = text.parse().unwrap_or_default();
            let list = table.get("package").and_then(toml::Value::as_array);
            for package in list.into_iter().flatten() {
                let Some(source) = package.get("source") else {
                    continue;
                };
                let field = |name| source.get(name).and_then(toml::Value::as_str);
                // A workspace's own members; `virtual` ones are only a list of others, and of the
                // root that is all: uv installs nothing of it, and its manifest is an input.
                if field("virtual") == Some(".") {
                    continue;
                }
                for (name, editable) in [
                    ("editable", true),
                    ("virtual", true),
                    ("directory", false),
                    ("path", false),
                ] {
                    if let Some(path) = field(name) {
                        add(path, editable);
                    }
                }
                if let (Some("directory" | "file"), Some(path)) = (field("type"), field("url")) {
                    let develop = package.get("develop").and_then(toml::Value::as_bool);
                    add(path, develop == Some(true));
                }
            }
        }
        Tool::Pipenv => {
            let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
            let list = value.get("default").and_then(serde_json::Value::as_object);
            for package in list.into_iter().flatten().map(|(_, package)| package) {
                let path = package.get("path").or_else(|| package.get("file"));
                let editable = package.get("editable").and_then(serde_json::Value::as_bool);
                if let Some(path) = path.and_then(serde_json::Value::as_str) {
                    add(path, editable == Some(true));
                }
            }
        }
        Tool::Pip => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_the_app_are_found_in_every_lockfile() {
        let local = |path: &str, editable| Local {
            path: path.to_owned(),
            editable,
        };
        let uv = "[[package]]\nname = \"a\"\nsource = { directory = \"lib\" }\n[[package]]\nname = \"b\"\n\
            source = { virtual = \".\" }\n[[package]]\nname = \"c\"\nsource = { registry = \"https://h\" }\n";
        assert_eq!(of_lock(Tool::Uv, uv), [local("lib", false)]);
        let poetry = "[[package]]\nname = \"a\"\ndevelop = true\n[package.source]\ntype = \"directory\"\n\
            url = \"lib\"\n";
        assert_eq!(of_lock(Tool::Poetry, poetry), [local("lib", true)]);
        let pipenv = r#"{"default":{"a":{"path":"./lib"},"b":{"version":"==1"}}}"#;
        assert_eq!(of_lock(Tool::Pipenv, pipenv), [local("./lib", false)]);
    }

    #[test]
    fn a_copied_package_is_all_of_its_files_an_editable_one_what_its_build_reads() {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| crate::tests::put(folder.path(), path, text);
        let look = |editable| {
            let mut inputs = Inputs::default();
            let path = "./lib".to_owned();
            let read = Local { path, editable }.add(&mut inputs, folder.path());
            (inputs, read)
        };
        put("lib/lib/__init__.py", "1");
        put("lib/README.md", "1");
        let project = "[project]\nname = \"lib\"\nversion = \"1\"\nreadme = \"README.md\"\n\
             [build-system]\nbuild-backend = \"hatchling.build\"\n";
        put("lib/pyproject.toml", project);
        assert_eq!(look(false).1, Some(PathBuf::from("lib")));
        let first = look(true);
        assert_eq!(first.1, None);
        put("lib/lib/__init__.py", "2");
        assert_eq!(look(true), first);
        for (path, text) in [("lib/README.md", "2"), ("lib/other/__init__.py", "")] {
            let before = look(true);
            put(path, text);
            assert_ne!(look(true), before, "{path}");
        }
        put("lib/setup.py", "");
        assert_eq!(look(true).1, Some(PathBuf::from("lib")));
    }
}
