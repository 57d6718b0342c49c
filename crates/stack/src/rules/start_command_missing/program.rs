//! Is the program of a command there, as a file or on PATH?

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::{Started, Trouble};
use crate::which::{Index, Owner};
use slugsmith_ecosystems::javascript::MANIFEST;
use slugsmith_facts::command::{self, Command, Files, Start, is_open, join};
use slugsmith_facts::layers::launched::is_launched;
use slugsmith_facts::shell::OPEN;
use slugsmith_facts::{bash, glob};
use slugsmith_finding::Severity;

impl Started<'_, '_> {
    pub(in super::super) fn program(&self, one: &Command, name: &str) -> Option<Trouble> {
        let path_is_changed = one.environment.iter().any(|(name, _)| name == "PATH");
        // Scripts of package.json find programs of packages, those of composer.json the vendor's.
        let is_of_package = one.path.rsplit('/').next() == Some(MANIFEST);
        let from_manager = if is_of_package {
            self.may_have_program(one, name)
        } else {
            one.path.rsplit('.').next() == Some("json")
        };
        let is_home = self.model.classic.is_some() && join(None, name).is_some();
        let is_unknown = is_open(name) || name.starts_with('~');
        if is_unknown && !is_home || name.is_empty() || bash::is_builtin(name) {
            return None;
        }
        let level = Severity::Error;
        let help = "Correct the command, or install what it starts.".to_owned();
        if name.contains('/') {
            return self
                .file_program(one, name)
                .map(|message| Trouble::new(level, message, help));
        }
        if from_manager || path_is_changed || self.is_open_path() || self.is_in_layer(name) {
            return None;
        }
        // Outside of a build the commands of this machine are not the run image's.
        if self.is_built() && self.on_path(name) {
            return None;
        }
        let hidden = self.model.all_layers().find(|(_, _, layer)| {
            !is_launched(self.model.layers, layer)
                && layer
                    .contents
                    .executables
                    .iter()
                    .any(|one| one.name == OsStr::new(name))
        });
        if let Some((_, buildpack, layer)) = hidden {
            let (unless, level) = if self.model.is_image_unseen() {
                (" (the run image was not seen)", Severity::Warn)
            } else {
                ("", level)
            };
            let message = format!(
                "no folder of PATH at launch has `{name}`{unless}: it is in the layer {} of {}, which is not \
                 `launch = true`.",
                layer.shown(),
                buildpack.id
            );
            let help = format!(
                "{} has to set `launch = true` for {}.",
                buildpack.id,
                layer.shown()
            );
            return Some(Trouble::new(level, message, help));
        }
        if !self.is_built() {
            return None;
        }
        let message = format!(
            "no folder of PATH at launch has `{name}`, so `{}` can't start.",
            one.text
        );
        // An exec.d program may still put a folder on PATH.
        let certain = self
            .model
            .launch_layers()
            .all(|(_, _, layer)| layer.contents.exec_d.is_empty());
        let level = if certain { level } else { Severity::Warn };
        Some(Trouble::of_installer(level, message, help))
    }

    /// A program that is named by its path.
    pub(in super::super) fn file_program(&self, one: &Command, name: &str) -> Option<String> {
        if !self.is_built() {
            return None;
        }
        let path = Path::new(name);
        let root = &self.model.layers.root;
        let exists = if let Ok(inside) = path.strip_prefix(&self.files.0) {
            self.has(inside.to_str()?)
        } else if self.model.classic.is_none() && path.starts_with(root) {
            let layer = self.model.all_layers().find(|(_, buildpack, layer)| {
                path.starts_with(self.model.layer_path(buildpack, layer))
                    && !is_launched(self.model.layers, layer)
            });
            if let Some((_, buildpack, layer)) = layer {
                return Some(format!(
                    "{name} is in the layer {} of {}, which is not `launch = true`.",
                    layer.shown(),
                    buildpack.id
                ));
            }
            self.model.layers.on_disk(path).symlink_metadata().is_ok()
        } else if let Some(found) = self.in_image(path) {
            found
        } else {
            // Outside of the app the run image is asked, which nobody sees here.
            self.has(&one.in_app(name)?)
        };
        (!exists).then(|| {
            if one.text == name {
                format!("`{name}` does not exist.")
            } else {
                format!("`{}` starts {name}, which does not exist.", one.text)
            }
        })
    }

    /// Whether a program of the system is there; the image of a dyno has what its build image has, or less.
    fn in_image(&self, path: &Path) -> Option<bool> {
        let is_of_system = ["/usr", "/bin", "/sbin"]
            .iter()
            .any(|root| path.starts_with(root));
        let is_known = self.model.classic.is_some() && !self.model.is_image_unseen();
        (is_of_system && is_known).then(|| path.symlink_metadata().is_ok())
    }

    pub(in super::super) fn has(&self, path: &str) -> bool {
        self.files.0.join(path).symlink_metadata().is_ok()
    }

    pub(in super::super) fn has_program(&self, name: &str, start: &Start) -> bool {
        if name.contains('/') {
            return command::join(start.folder.as_deref(), name)
                .is_some_and(|path| self.has(&path));
        }
        self.on_path(name)
    }

    /// A layer's folder on PATH at launch has it.
    pub(in super::super) fn is_in_layer(&self, name: &str) -> bool {
        let path = self.model.process(&self.process.kind).get("PATH");
        let own = Index::new(path, self.model.layers, &self.model.surroundings.image);
        let candidates = own.candidates(name.as_ref());
        candidates
            .iter()
            .any(|one| matches!(one.owner, Owner::Layer { .. }))
    }

    pub(in super::super) fn on_path(&self, name: &str) -> bool {
        let path = self.model.process(&self.process.kind).get("PATH");
        let own = Index::new(path, self.model.layers, &self.model.surroundings.image);
        let listed = !self.model.launch_index.candidates(name.as_ref()).is_empty()
            || !own.candidates(name.as_ref()).is_empty();
        listed
            || std::env::split_paths(path).any(|folder| {
                let inside = folder
                    .strip_prefix(&self.files.0)
                    .ok()
                    .and_then(Path::to_str)
                    .map(str::to_owned);
                let inside = inside.or_else(|| command::join(Some(""), folder.to_str()?));
                inside.is_some_and(|inside| self.has(&format!("{inside}/{name}")))
                    || folder.is_absolute() && {
                        let disk = self.model.layers.on_disk(&folder);
                        let is_seen = disk != folder || !self.model.is_image_unseen();
                        is_seen && disk.join(name).symlink_metadata().is_ok()
                    }
            })
    }

    /// Whether no file of the app has a name like that of a pattern, which a shell then leaves as it is.
    pub(super) fn matches_nothing(&self, one: &Command, pattern: &str) -> bool {
        let (folder, name) = pattern.rsplit_once('/').unwrap_or((".", pattern));
        let Some(folder) = one.in_app(folder).filter(|_| !name.contains(['$', '`'])) else {
            return false;
        };
        let Some(pattern) = glob::Pattern::new(name, glob::BASH) else {
            return false;
        };
        let names = self.files.names(&folder);
        !names.iter().any(|file| pattern.names(file))
    }

    /// A folder of PATH where it is now.
    pub(super) fn on_disk(&self, folder: &Path) -> PathBuf {
        let inside = folder
            .strip_prefix(&self.files.0)
            .ok()
            .and_then(Path::to_str)
            .map(str::to_owned);
        match inside.or_else(|| command::join(Some(""), folder.to_str()?)) {
            Some(inside) => self.files.0.join(inside),
            None => self.model.layers.on_disk(folder),
        }
    }

    /// What is on PATH can't be known: a script computes it, or a layer is not here.
    pub(in super::super) fn is_open_path(&self) -> bool {
        let path = self
            .model
            .process(&self.process.kind)
            .get("PATH")
            .to_string_lossy()
            .into_owned();
        path.is_empty()
            || path.contains(OPEN)
            || self.model.may_be_anything
            || self.model.launch_layers().any(|(_, _, layer)| {
                layer.folder == slugsmith_facts::layers::Folder::Absent && !layer.remembered
            })
    }
}
