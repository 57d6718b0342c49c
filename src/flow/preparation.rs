//! What a start needs is prepared when everything else is done to the app's files: strip must
//! not look at it, and what strip removed needs none.

use std::path::PathBuf;

use super::Run;
use crate::cache::store::Store;
use crate::config::{BootLevel, Config};
use crate::facts::app::App;
use crate::facts::process;
use crate::facts::tree::Tree;
use crate::report::event::Event;
use crate::{audit, boot, budget, stack, strip};

impl Run<'_> {
    /// Prepares the app whose files `left` lists.
    pub(super) fn prepare(&mut self, left: &mut Tree) {
        self.progress.event(Event::Working { what: "Preparing" });
        let commands = self.commands();
        let outside = self.environments_outside();
        let is_trained = self.input.config.boot.level.value == BootLevel::Trained;
        let training = is_trained
            .then(|| training(&self.app, left, self.input.config, self.web_of_others()))
            .flatten();
        let input = boot::Input {
            training,
            store: self.input.store.map(Store::root),
            outside: &outside,
            beside: self.beside(),
            ..boot::Input::new(left, &self.input.config.boot, self.input.environment)
        };
        let report = boot::run(&input.with_commands(commands.iter().map(String::as_str)));
        left.look_for(&report.written);
        self.report.boot = Some(report);
    }

    /// Bytes of launch layers. A classic build has all that ships in the app.
    fn beside(&self) -> u64 {
        let remembered = self.remembered_sizes();
        let past = self.input.previous.or(remembered.as_ref());
        let layers = self.layers.as_ref();
        layers.map_or(0, |layers| budget::launched::bytes(layers, past))
    }

    fn web_of_others(&self) -> Option<String> {
        let others = self.layers.as_ref().map_or_else(
            || self.released(),
            |layers| strip::start::set_by(layers, self.input.app),
        );
        let web = others.into_iter().find(|one| one.origin.ends_with(": web"));
        web.map(|one| one.text)
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

    /// Virtual environments and gems of ours that lie in layers.
    fn environments_outside(&self) -> Vec<PathBuf> {
        let exposed = self.report.caches.iter().flat_map(|one| &one.exposes);
        exposed
            .filter(|change| matches!(&*change.name, "VIRTUAL_ENV" | "BUNDLE_PATH"))
            .map(|change| PathBuf::from(&change.value))
            .filter(|folder| !folder.starts_with(self.input.app))
            .collect()
    }
}

/// How an app is started to learn from it: its `web` process, that of `others`, or its `start`
/// script. `None` where nothing starts.
#[must_use]
pub fn training(
    app: &App,
    tree: &Tree,
    config: &Config,
    others: Option<String>,
) -> Option<boot::Training> {
    let own = app.process("web").map(|web| web.command.clone());
    let command = own
        .or(others)
        .or_else(|| process::script(app, "start").map(|_| "npm start".to_owned()))
        .or_else(|| config.boot.command.as_ref().map(|_| String::new()))?;
    let manifest = app.app_json.good();
    let manifest = manifest.and_then(|app| app.get("env")?.as_object());
    let mut declared: Vec<(String, Option<String>)> = manifest
        .into_iter()
        .flatten()
        .map(|(name, entry)| {
            let value = entry.as_str().or_else(|| entry.get("value")?.as_str());
            (name.clone(), value.map(str::to_owned))
        })
        .collect();
    let facts = audit::Facts::read(app, tree);
    for read in stack::reads::needed(&facts.sources, app) {
        if declared.iter().all(|(name, _)| *name != read.name) {
            declared.push((read.name, None));
        }
    }
    Some(boot::Training { command, declared })
}
