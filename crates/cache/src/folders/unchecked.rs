//! Entries of a tool folder whose tool does not check all that they were made of: they fit an unchanged app only.

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

/// The app as no script has changed it yet, read once for all folders.
pub(super) struct App {
    files: Files,
    variables: Inputs,
}

impl App {
    /// Without what is `outside`; `names` are those of the folders.
    pub(super) fn read(context: &Context<'_>, names: &[String], outside: Vec<PathBuf>) -> Self {
        let bounds = Bounds::new(context, outside);
        let installed = |path: &Path| path.iter().any(|part| part == "node_modules");
        let is_app = |path: &Path| bounds.is_app(path) && !installed(path);
        // Its salts; folders of other builds with others are not given back.
        let old = names
            .iter()
            .find_map(|name| match context.store.look_up(name) {
                Stored::Complete(record) if Unchecked::decides(&record) => Some(record.inputs),
                _ => None,
            });
        let (files, variables) = everything(context, is_app, old.as_ref());
        Self { files, variables }
    }
}

impl Unchecked {
    pub(super) fn of(app: &App, checked: &'static [&'static str], key: &Inputs) -> Self {
        let mut inputs = key.clone();
        inputs.plain(files::ALL, app.files.digest());
        inputs.add(&app.variables);
        Self {
            checked,
            inputs,
            files: app.files.clone(),
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
