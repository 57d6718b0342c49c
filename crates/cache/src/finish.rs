//! What other capabilities do to a layer of ours before it is stored. The flow hands it in, since no capability knows
//! another one.

use std::collections::BTreeSet;
use std::path::Path;

use slugsmith_config::Config;
use slugsmith_facts::environment::Environment;
use slugsmith_finding::error::Result;
use slugsmith_finding::layer::{Prepared, Stripped};

/// A layer that was just installed. Later builds restore it without looking at its files.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'a> {
    pub folder: &'a Path,
    pub app: &'a Path,
    pub config: &'a Config,
    pub environment: &'a Environment,
    /// The layers of all buildpacks, where the build has them.
    pub layers: Option<&'a Path>,
}

/// The last steps of a layer.
pub trait Finish: Sync {
    /// Names in the app that decide what [`Finish::strip`] leaves: an input of the layer's key.
    fn names(&self, app: &Path) -> BTreeSet<String>;

    /// Removes what no process needs.
    ///
    /// # Errors
    /// A file can't be removed; nothing was, then.
    fn strip(&self, layer: &Layer<'_>) -> Result<Stripped>;

    /// Makes what a start needs, such as byte code.
    fn prepare(&self, layer: &Layer<'_>) -> Prepared;
}

/// Leaves layers as they were installed.
#[derive(Debug, Clone, Copy)]
pub struct AsInstalled;

impl Finish for AsInstalled {
    fn names(&self, _app: &Path) -> BTreeSet<String> {
        BTreeSet::new()
    }

    fn strip(&self, _layer: &Layer<'_>) -> Result<Stripped> {
        Ok(Stripped::default())
    }

    fn prepare(&self, _layer: &Layer<'_>) -> Prepared {
        Prepared::default()
    }
}
