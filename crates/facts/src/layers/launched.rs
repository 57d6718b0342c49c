//! Which layers are in the image that a launch sees.

use super::{Analyzed, Layer, LayerToml, Layers};

/// Whether a layer is part of the image. The launcher never asks for flags, because the
/// exporter has left out every layer that is not `launch = true`; a root without any
/// `<layer>.toml` is such an image already.
#[must_use]
pub fn is_launched(layers: &Layers, layer: &Layer) -> bool {
    if !layers.has_layer_tomls {
        return true;
    }
    match &layer.toml {
        LayerToml::Good { types, .. } => types.is_some_and(|types| types.launch),
        LayerToml::Missing | LayerToml::Broken(_) => false,
    }
}

/// Digest under which a layer without contents will be taken from the previous image.
#[must_use]
pub fn reused<'a>(
    analyzed: Option<&'a Analyzed>,
    buildpack: &str,
    layer: &Layer,
) -> Option<&'a String> {
    let key = (buildpack.to_owned(), layer.shown());
    analyzed?.layers.get(&key)
}
