//! Which packages of the app itself does an environment hold, and what of them matters?
//!
//! An editable one is a link: only what says how it is built matters. Any other is copied
//! when it is installed, so each of its files does.

use std::path::Path;

use super::Tool;
use crate::inputs::Inputs;
use crate::presets::build_tools;

/// A package that is a folder or a file of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Local {
    /// As written: relative to the place.
    pub path: String,
    pub editable: bool,
}

impl Local {
    pub(super) fn add(&self, inputs: &mut Inputs, root: &Path) {
        let path = self.path.trim_start_matches("./").trim_end_matches('/');
        let folder = root.join(path);
        let is_root = path.is_empty() || path == ".";
        if is_root && self.editable {
            // Its manifests are inputs in any case.
        } else if folder.is_file() {
            inputs.file(root, path);
        } else if self.editable {
            for manifest in ["pyproject.toml", "setup.py", "setup.cfg"] {
                inputs.file(root, &Path::new(path).join(manifest).to_string_lossy());
            }
        } else if is_root {
            build_tools::sources(inputs, root, &[]);
        } else {
            inputs.folder(root, path);
        }
    }
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
                // A workspace's own members; `virtual` ones are only a list of others.
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
        assert_eq!(
            of_lock(Tool::Uv, uv),
            [local("lib", false), local(".", true)]
        );
        let poetry = "[[package]]\nname = \"a\"\ndevelop = true\n[package.source]\ntype = \"directory\"\n\
            url = \"lib\"\n";
        assert_eq!(of_lock(Tool::Poetry, poetry), [local("lib", true)]);
        let pipenv = r#"{"default":{"a":{"path":"./lib"},"b":{"version":"==1"}}}"#;
        assert_eq!(of_lock(Tool::Pipenv, pipenv), [local("./lib", false)]);
    }

    #[test]
    fn a_copied_package_is_all_of_its_files_an_editable_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        fs_err::create_dir(folder.path().join("lib")).unwrap();
        let inputs = |editable, text: &str| {
            fs_err::write(folder.path().join("lib/a.py"), text).unwrap();
            let mut inputs = Inputs::default();
            let path = "./lib".to_owned();
            Local { path, editable }.add(&mut inputs, folder.path());
            inputs
        };
        assert_ne!(inputs(false, "1"), inputs(false, "2"));
        assert_eq!(inputs(true, "1"), inputs(true, "2"));
    }
}
