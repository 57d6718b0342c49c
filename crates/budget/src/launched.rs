//! Which layers ship besides the app?

use super::LayerTree;
use super::history::History;
use super::layers::{Reused, find};
use slugsmith_facts::layers::{self as read, Folder, Layer, Layers};

/// Where the contents of a launch layer are.
enum Contents {
    /// Here.
    Seen,
    /// In the previous image.
    Reused(Reused),
}

/// Launch layers that are here, and those that come out of the previous image. The trees
/// are those that the layers were read with: they are taken out, not walked again.
pub fn take(layers: &mut Layers) -> (Vec<LayerTree>, Vec<Reused>) {
    let (mut trees, mut reused) = (Vec::new(), Vec::new());
    let walked = layers.take_trees();
    for ((buildpack, layer), tree) in all(layers).zip(walked) {
        match contents(layers, buildpack, layer) {
            Some(Contents::Seen) => trees.push(LayerTree {
                name: layer.shown(),
                buildpack: buildpack.to_owned(),
                metadata: layer.metadata_digest(),
                tree,
            }),
            Some(Contents::Reused(layer)) => reused.push(layer),
            None => {}
        }
    }
    (trees, reused)
}

/// Bytes of all launch layers, whichever buildpack made them. One that is in the previous image alone counts
/// with what `past` knows of it.
#[must_use]
pub fn bytes(layers: &Layers, past: Option<&History>) -> u64 {
    let sizes = all(layers).map(
        |(buildpack, layer)| match contents(layers, buildpack, layer) {
            Some(Contents::Seen) => layer.contents.tree.totals().bytes,
            Some(Contents::Reused(layer)) => past
                .and_then(|past| find(past, &layer))
                .map_or(0, |layer| layer.bytes),
            None => 0,
        },
    );
    sizes.sum()
}

/// Every layer with the id of its buildpack, in the order of [`Layers::take_trees`].
fn all(layers: &Layers) -> impl Iterator<Item = (&str, &Layer)> {
    let group = layers.group.iter();
    group.flat_map(|one| one.layers.iter().map(|layer| (one.id.as_str(), layer)))
}

/// `None` for what does not ship, or is nowhere.
fn contents(layers: &Layers, buildpack: &str, layer: &Layer) -> Option<Contents> {
    if !read::launched::is_launched(layers, layer) {
        return None;
    }
    if layer.folder == Folder::Directory {
        return Some(Contents::Seen);
    }
    let digest = read::launched::reused(layers.analyzed.as_ref(), buildpack, layer)?;
    Some(Contents::Reused(Reused {
        name: layer.shown(),
        buildpack: buildpack.to_owned(),
        metadata: layer.metadata_digest(),
        digest: digest.clone(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn launch_layers_of_every_buildpack_count_and_build_layers_do_not() {
        let root = tempfile::tempdir().unwrap();
        for (layer, table) in [
            (
                "heroku_python/python",
                "[types]\nlaunch = true\nbuild = true\n",
            ),
            ("heroku_python/pip", "[types]\nbuild = true\n"),
            ("slugsmith_slugsmith/python", "[types]\nlaunch = true\n"),
        ] {
            let folder = root.path().join(layer);
            fs_err::create_dir_all(&folder).unwrap();
            fs_err::write(folder.join("file"), [0; 1000]).unwrap();
            fs_err::write(root.path().join(format!("{layer}.toml")), table).unwrap();
        }
        let mut layers = read::read(root.path());
        assert_eq!(bytes(&layers, None), 2000);
        // One that is still being made is in no sum of others.
        layers.leave_out(&root.path().join("slugsmith_slugsmith/python/data"));
        assert_eq!(bytes(&layers, None), 1000);
    }
}
