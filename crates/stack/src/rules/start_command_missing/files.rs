//! Are the files, folders and modules there that a command names?

use super::{Started, Trouble};
use slugsmith_facts::command::{Command, Need};
use slugsmith_finding::Severity;

impl Started<'_, '_> {
    /// A path of a command relative to the app, as its dyno or container has it.
    pub(super) fn in_app(&self, one: &Command, path: &str) -> Option<String> {
        // `~` and `$HOME` are the app on Cedar alone.
        let home = path.starts_with(['~', '$']) && self.model.classic.is_none();
        one.in_app(path).filter(|_| !home)
    }

    pub(super) fn need(&self, one: &Command, need: &Need) -> Option<Trouble> {
        let help = "Correct the command, or commit or build what it names.".to_owned();
        let lacks = |path: &str| {
            format!(
                "`{}` needs the file {path}, which does not exist.",
                one.text
            )
        };
        let in_app = |path: &str| self.in_app(one, path);
        let message = match need {
            Need::File(path) | Need::Script { path, .. } if path.contains(['*', '?']) => {
                let text = format!("`{}` needs a file {path}, and there is none.", one.text);
                self.matches_nothing(one, path).then_some(text)
            }
            Need::Script {
                path,
                language: "Node",
            } => {
                let inside = in_app(path)?;
                (!self.has_node_script(one, &inside)).then(|| lacks(path))
            }
            Need::Script {
                path,
                language: "Python",
            } => {
                let inside = in_app(path)?;
                let entry = self.files.0.join(&inside);
                let runs = !entry.is_dir() || entry.join("__main__.py").exists();
                (!self.has(&inside) || !runs).then(|| lacks(path))
            }
            Need::Script { path, .. } | Need::File(path) | Need::Variables(path) => {
                let inside = in_app(path)?;
                (!self.has(&inside)).then(|| lacks(path))
            }
            Need::Import(path) => {
                let inside = in_app(path)?;
                (!self.has(&inside) && !self.has_node_script(one, &inside)).then(|| lacks(path))
            }
            Need::Folder(path) => {
                let inside = in_app(path)?;
                let text = format!(
                    "`{}` needs the folder {path}, which does not exist.",
                    one.text
                );
                (!self.has(&inside)).then_some(text)
            }
            Need::Class {
                places,
                is_asked,
                name,
            } => self.lacks_class(one, places, *is_asked, name),
            Need::MainClass(path) => self.lacks_main_class(one, path),
            Need::Object { module, name } => self.lacks_object(one, module, name),
            Need::Preload(path) if path.starts_with(['.', '/']) => {
                let inside = in_app(path)?;
                let found = ["", ".js", ".mjs", ".cjs", ".ts"]
                    .iter()
                    .any(|ending| self.has(&format!("{inside}{ending}")));
                (!found).then(|| lacks(path))
            }
            Need::Preload(package) => {
                let message = self.package(one, package)?;
                return Some(Trouble::of_installer(Severity::Error, message, help));
            }
            Need::Module(module) | Need::Settings(module) => {
                if let Some(message) = self.not_importable(one, module) {
                    return Some(Trouble::of_installer(Severity::Error, message, help));
                }
                self.module(one, module)
            }
            Need::PackageScript(_) => None,
        }?;
        Some(Trouble::new(Severity::Error, message, help))
    }
}
