//! The last steps of a layer that the cache installed: strip, then what a start needs.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cache::finish::{Finish, Layer};
use crate::error::Result;
use crate::facts::tree::Tree;
use crate::finding::layer::{Prepared, Stripped};
use crate::{boot, budget, facts, strip};

/// Layers as they ship: stripped, and prepared for a start.
#[derive(Debug, Clone, Copy)]
pub struct Finished;

impl Finish for Finished {
    fn names(&self, app: &Path) -> BTreeSet<String> {
        strip::layer::names(app)
    }

    fn strip(&self, layer: &Layer<'_>) -> Result<Stripped> {
        let layers = layer.layers.map(facts::layers::read);
        let commands = layers.map(|layers| strip::start::set_by(&layers, layer.app));
        strip::layer::run(
            layer.app,
            layer.folder,
            layer.config,
            layer.environment,
            commands.unwrap_or_default(),
        )
    }

    fn prepare(&self, layer: &Layer<'_>) -> Prepared {
        let around = || around(layer);
        boot::layer(layer.folder, around, &layer.config.boot, layer.environment)
    }
}

/// The app that runs what a layer holds, and what else ships.
fn around(layer: &Layer<'_>) -> boot::Around {
    let app = facts::app::read(layer.app);
    let own = app.procfile.iter().map(|process| process.command.clone());
    let mut commands: Vec<String> = own.collect();
    let tree = Tree::read(layer.app);
    let mut bytes = tree.totals().bytes;
    if let Some(mut layers) = layer.layers.map(facts::layers::read) {
        let others = strip::start::set_by(&layers, layer.app);
        commands.extend(others.into_iter().map(|command| command.text));
        layers.leave_out(layer.folder);
        // How large a layer is that is not here now nobody knows yet: the share is the smaller one.
        bytes += budget::launched::bytes(&layers, None);
    }
    boot::Around {
        app: tree,
        commands,
        bytes,
    }
}
