//! What is in a built image, layer by layer, and which bytes does nobody see?
//!
//! Takes what `docker save` writes, an OCI layout folder, and a folder of layers. Layers
//! are named after the buildpack that made them, from the label that the lifecycle
//! leaves. A file that a later layer replaces or removes still travels with every pull:
//! it is listed as hidden.
//!
//! Sources: OCI image spec (layer.md: whiteouts, opaque folders), buildpacks platform spec
//! (`io.buildpacks.lifecycle.metadata`).

mod blobs;
mod bound;
mod names;
mod overlay;
mod press;
mod tar;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub use blobs::{Begin, begin};
pub use overlay::{Hidden, Hiding};

use rayon::prelude::*;

use super::attribute::Named;
use super::codec::{self, Piece};
use super::estimate::{Estimate, Window};
use super::stream::{ArchivedTree, Stream};
use super::{BudgetReport, Compressed, LayerTree, Load};
use slugsmith_facts::tree::{Entry, EntryKind, Totals, Tree};
use slugsmith_finding::error::{Kind, Problem, Result};

/// A layer of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageLayer {
    /// `node (heroku/nodejs)`, `app`, or the digest's first letters.
    pub name: String,
    pub totals: Totals,
    /// Bytes in the registry; those of `gzip -6` when the archive holds the layer uncompressed.
    pub compressed: u64,
    pub exact: bool,
}

/// An image and what is hidden in it.
#[derive(Debug, Clone, Default)]
pub struct ImageReport {
    pub budget: BudgetReport,
    /// Lowest first.
    pub layers: Vec<ImageLayer>,
    /// Files that a later layer replaces or removes; largest first.
    pub hidden: Vec<Hidden>,
}

impl ImageReport {
    /// Raw bytes that travel with the image and that nobody sees.
    #[must_use]
    pub fn hidden_bytes(&self) -> u64 {
        self.hidden.iter().map(|hidden| hidden.bytes).sum()
    }
}

/// What a path is, for `inspect`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Folder,
    /// A folder of layers, as the lifecycle leaves it.
    Layers,
    /// An OCI layout folder or an archive of one, or what `docker save` writes.
    Image,
}

/// Tells by names only what a path is.
#[must_use]
pub fn form(path: &Path) -> Form {
    if path.is_file()
        || path.join("oci-layout").is_file()
        || path.join("manifest.json").is_file() && path.join("repositories").is_file()
    {
        return Form::Image;
    }
    if layers_in(path).next().is_some() && path.join("config/metadata.toml").is_file()
        || path.join("group.toml").is_file()
    {
        return Form::Layers;
    }
    Form::Folder
}

/// Weighs an image.
///
/// # Errors
/// [`BROKEN`] if it is none, or is truncated or damaged.
pub fn inspect(path: &Path) -> Result<ImageReport> {
    let image = blobs::open(path)?;
    let bound = bound::Bound::of(blobs::stored(&image.layers));
    let read = |(number, blob): (usize, &blobs::Blob)| {
        tar::read(bound.over(blob.open()?), &bound)
            .map_err(|error| broken(path, &format!("layer {}: {error}", number + 1)))
    };
    let layers = image.layers.par_iter().enumerate().map(read);
    let layers = layers.collect::<Result<Vec<_>>>()?;
    let labels = names::of(&image.config, layers.len());
    Ok(report(&image.layers, layers, &labels))
}

fn report(blobs: &[blobs::Blob], layers: Vec<tar::Layer>, labels: &[String]) -> ImageReport {
    let hidden = overlay::hidden(&layers, labels);
    let mut trees = Vec::new();
    let mut samples = Vec::new();
    let mut weights = Vec::new();
    for (layer, blob) in layers.into_iter().zip(blobs) {
        let pressed = layer.compressed;
        let (entries, mut seen) = layer.into_entries();
        let bytes = blob.compressed.unwrap_or(pressed);
        rescale(&mut seen, bytes, pressed);
        weights.push(bytes);
        trees.push(Tree::from_entries(PathBuf::new(), entries, Vec::new()));
        samples.push(seen);
    }
    let sources: Vec<_> = trees
        .iter()
        .map(|tree| ArchivedTree {
            tree,
            prefix: b"/".to_vec(),
        })
        .collect();
    let stream = Stream::new(sources.clone());
    let windows = windows(&stream, &trees, &samples);
    let mut summaries = Vec::new();
    for (((tree, blob), name), compressed) in trees.iter().zip(blobs).zip(labels).zip(&weights) {
        summaries.push(ImageLayer {
            name: name.clone(),
            totals: tree.totals(),
            compressed: *compressed,
            exact: blob.compressed.is_some(),
        });
    }
    let exact = summaries.iter().all(|layer| layer.exact);
    let bytes: u64 = summaries.iter().map(|layer| layer.compressed).sum();
    // Who pushes it compresses it with another coder than ours.
    let slack = if exact { 0 } else { bytes / 100 };
    let compressed = Compressed {
        bytes,
        low: bytes - slack,
        high: bytes + slack,
        exact,
    };
    let estimate = Estimate {
        compressed,
        image: compressed,
        windows,
    };
    let named: Vec<_> = sources
        .iter()
        .zip(labels)
        .map(|(source, label)| Named {
            source,
            layer: Some(label.as_str()),
        })
        .collect();
    ImageReport {
        budget: super::report(&stream, &estimate, &named, true).0,
        layers: summaries,
        hidden,
    }
}

/// What the samples say about the places of their files in the archive.
#[allow(clippy::cast_precision_loss)]
fn windows(
    stream: &Stream<'_>,
    trees: &[Tree],
    samples: &[HashMap<PathBuf, tar::Sample>],
) -> Vec<Window> {
    let mut windows = Vec::new();
    for (number, (tree, samples)) in trees.iter().zip(samples).enumerate() {
        let mut start = stream.source_start(number);
        for entry in tree.entries() {
            let length = stream.member_length(number, entry);
            if let Some(sample) = samples.get(entry.path()) {
                windows.push(Window {
                    start,
                    length: sample.length.min(length),
                    compressed: sample.compressed as f64,
                });
            }
            start += length;
        }
    }
    windows
}

/// Makes what is known of the files fit the layer that lies in the archive, whatever coder made it.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
fn rescale(samples: &mut HashMap<PathBuf, tar::Sample>, bytes: u64, pressed: u64) {
    let factor = bytes as f64 / pressed.max(1) as f64;
    for sample in samples.values_mut() {
        sample.compressed = (sample.compressed as f64 * factor).round() as u64;
    }
}

/// Compressed length of a small file.
fn measure(content: &[u8]) -> u64 {
    let piece = Piece {
        before: &[],
        content,
    };
    codec::proxy(&[piece])
        .into_iter()
        .next()
        .unwrap_or(content.len() as u64)
}

/// Weighs a folder of layers, `BUILDPACK/LAYER` with `BUILDPACK/LAYER.toml` beside it.
#[must_use]
pub fn inspect_layers(root: &Path) -> ImageReport {
    let layers: Vec<_> = layers_in(root)
        .map(|(buildpack, name, path)| LayerTree {
            name,
            buildpack,
            metadata: String::new(),
            tree: Tree::read(&path),
        })
        .collect();
    let nothing = Tree::default();
    let load = Load {
        app: &nothing,
        layers: &layers,
        reused: &[],
        previous: None,
        missing: None,
        memory: None,
    };
    let budget = super::weigh(&load, &super::estimate::Goal::NUMBER, true);
    let summaries = layers.iter().map(|layer| ImageLayer {
        name: super::label(layer),
        totals: layer.tree.totals(),
        compressed: alone(&layer.tree),
        exact: false,
    });
    ImageReport {
        layers: summaries.collect(),
        hidden: Vec::new(),
        budget,
    }
}

fn alone(tree: &Tree) -> u64 {
    let source = ArchivedTree {
        tree,
        prefix: b"./".to_vec(),
    };
    let goal = super::estimate::Goal::NUMBER;
    super::estimate::estimate(&Stream::new(vec![source]), &goal)
        .compressed
        .bytes
}

/// Buildpack, name and folder of each layer below a layers root, in order of names.
fn layers_in(root: &Path) -> impl Iterator<Item = (String, String, PathBuf)> {
    let mut found = Vec::new();
    for buildpack in folders(root) {
        for layer in folders(&buildpack) {
            if !layer.with_extension("toml").is_file() && !toml_beside(&layer) {
                continue;
            }
            let name = |path: &Path| {
                let name = path.file_name().unwrap_or_default();
                name.to_string_lossy().into_owned()
            };
            found.push((name(&buildpack).replace('_', "/"), name(&layer), layer));
        }
    }
    found.sort();
    found.into_iter()
}

/// `LAYER.toml`, also where the layer's name has a dot.
fn toml_beside(layer: &Path) -> bool {
    let mut name = layer.as_os_str().to_owned();
    name.push(".toml");
    Path::new(&name).is_file()
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let Ok(listing) = fs_err::read_dir(path) else {
        return Vec::new();
    };
    listing
        .filter_map(|entry| {
            let entry = entry.ok()?;
            entry.file_type().ok()?.is_dir().then(|| entry.path())
        })
        .collect()
}

/// A file's entry from an archive.
fn entry(path: PathBuf, kind: EntryKind, size: u64, mode: u32) -> Entry {
    Entry::new(path, kind, size).with_mode(mode)
}

fn broken(path: &Path, what: &str) -> Problem {
    Problem::new(&BROKEN).saw(format!("{}: {what}", path.display()))
}

/// An image that can't be read.
pub static BROKEN: Kind = Kind {
    id: "image-unreadable",
    header: "This is no image that can be read",
    why: "Sizes of half an image would be wrong, so none are given.",
    steps: &[
        "Save it again: `docker save IMAGE --output image.tar`, or point at an OCI layout folder (it holds \
         `oci-layout` and `index.json`).",
        "A folder of an app is inspected as a folder; its layers root as one too.",
    ],
    example: || {
        broken(
            Path::new("image.tar"),
            "layer 3: it ends in the middle of usr/lib/libc.so.6",
        )
    },
};

#[cfg(test)]
mod tests;
