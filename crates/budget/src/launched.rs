//! Which layers ship besides the app?

use super::LayerTree;
use super::layers::Reused;
use slugsmith_facts::layers::{self as read, Folder, Layers};

/// Launch layers that are here, and those that come out of the previous image. The trees
/// are those that the layers were read with: they are taken out, not walked again.
pub fn take(layers: &mut Layers) -> (Vec<LayerTree>, Vec<Reused>) {
    let (mut trees, mut reused) = (Vec::new(), Vec::new());
    let mut walked = layers.take_trees().into_iter();
    for buildpack in &layers.group {
        for layer in &buildpack.layers {
            let tree = walked.next().unwrap_or_default();
            if !read::launched::is_launched(layers, layer) {
                continue;
            }
            let (name, metadata) = (layer.shown(), layer.metadata_digest());
            let buildpack = buildpack.id.clone();
            if layer.folder == Folder::Directory {
                trees.push(LayerTree {
                    name,
                    buildpack,
                    metadata,
                    tree,
                });
            } else if let Some(digest) =
                read::launched::reused(layers.analyzed.as_ref(), &buildpack, layer)
            {
                reused.push(Reused {
                    name,
                    buildpack,
                    metadata,
                    digest: digest.clone(),
                });
            }
        }
    }
    (trees, reused)
}
