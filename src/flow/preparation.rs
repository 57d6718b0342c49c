//! What a start needs is prepared when everything else is done to the app's files: strip must
//! not look at it, and what strip removed needs none.

use std::path::PathBuf;

use super::Run;
use crate::boot;
use crate::cache::store::Store;
use crate::facts::tree::Tree;
use crate::report::event::Event;
use crate::strip;

impl Run<'_> {
    /// Prepares the app whose files `left` lists.
    pub(super) fn prepare(&mut self, left: &mut Tree) {
        self.progress.event(Event::Working { what: "Preparing" });
        let commands = self.commands();
        let outside = self.environments_outside();
        let layers = self.report.caches.iter();
        let beside = layers.filter(|one| one.folders.is_empty());
        let input = boot::Input {
            store: self.input.store.map(Store::root),
            outside: &outside,
            beside: beside.map(|one| one.tree_bytes).sum(),
            ..boot::Input::new(left, &self.input.config.boot, self.input.environment)
        };
        let report = boot::run(&input.with_commands(commands.iter().map(String::as_str)));
        left.look_for(&report.written);
        self.report.boot = Some(report);
    }

    /// What processes run: the Procfile's, and those of other buildpacks.
    fn commands(&self) -> Vec<String> {
        let procfile = self.app.procfile.iter();
        let own = procfile.map(|process| process.command.clone());
        let others = self.layers.as_ref().map_or_else(
            || self.released(),
            |layers| strip::start::set_by(layers, self.input.app),
        );
        own.chain(others.into_iter().map(|command| command.text))
            .collect()
    }

    /// Virtual environments of ours that lie in layers.
    fn environments_outside(&self) -> Vec<PathBuf> {
        let exposed = self.report.caches.iter().flat_map(|one| &one.exposes);
        exposed
            .filter(|change| change.name == "VIRTUAL_ENV")
            .map(|change| PathBuf::from(&change.value))
            .filter(|folder| !folder.starts_with(self.input.app))
            .collect()
    }
}
