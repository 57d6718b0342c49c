//! Entries of a tool folder whose tool is not known to check them: they fit an unchanged app only.

use std::path::{Path, PathBuf};

use crate::Context;
use crate::apply::{Bounds, everything};
use crate::files::{self, Files};
use crate::inputs::Inputs;
use crate::store::{Record, Stored};

/// What decides where such an entry is in a folder.
pub(super) struct Unchecked {
    /// Entries that their tools check.
    checked: &'static [&'static str],
    /// The key of the folder with the files of the app, and the config vars that these name.
    pub(super) inputs: Inputs,
    pub(super) files: Files,
}

impl Unchecked {
    /// Reads the app, which no script has changed yet.
    pub(super) fn of(
        context: &Context<'_>,
        name: &str,
        checked: &'static [&'static str],
        key: &Inputs,
        outside: Vec<PathBuf>,
    ) -> Self {
        let bounds = Bounds::new(context, outside);
        let installed = |path: &Path| path.iter().any(|part| part == "node_modules");
        let is_app = |path: &Path| bounds.is_app(path) && !installed(path);
        let stored = context.store.look_up(name);
        let old = match &stored {
            Stored::Complete(record) => Some(&record.inputs),
            _ => None,
        };
        let (files, variables) = everything(context, is_app, old);
        let mut inputs = key.clone();
        inputs.plain(files::ALL, files.digest());
        inputs.add(&variables);
        Self {
            checked,
            inputs,
            files,
        }
    }

    /// Whether what is stored has such an entry.
    pub(super) fn decides(record: &Record) -> bool {
        record.inputs.named().contains_key(files::ALL)
    }

    /// Whether the folder of the app has one.
    pub(super) fn is_in(&self, app: &Path, folder: &Path) -> bool {
        let entries = fs_err::read_dir(app.join(folder)).into_iter().flatten();
        let mut names = entries.flatten().map(|entry| entry.file_name());
        names.any(|name| !self.checked.iter().any(|checked| name == *checked))
    }
}
