//! The last steps of a layer that the cache installed: strip, then what a start needs.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cache::finish::{Finish, Layer};
use crate::error::Result;
use crate::finding::layer::{Made, Stripped};
use crate::{boot, facts, strip};

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

    fn prepare(&self, layer: &Layer<'_>) -> Option<Made> {
        boot::layer(layer.folder, &layer.config.boot, layer.environment)
    }
}
