//! How big is each launch layer, also one whose contents are not here?
//!
//! The lifecycle brings back only the metadata of a layer that is neither cached nor used
//! in the build: its bytes ship all the same, out of the previous image. So a history keeps
//! the sizes of layers that were seen, by their `[metadata]` and by the digest that the
//! image gives them (`analyzed.toml`). One that was never seen is unknown, and said so.

mod share;

use super::history::{History, half_width};
pub use super::history::{Known, PastLayer};
use super::{BudgetReport, Compressed, Load, Part, PartKind};
use slugsmith_facts::tree::Totals;

/// A launch layer that is taken from the previous image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reused {
    pub name: String,
    pub buildpack: String,
    /// Digest of the layer's `[metadata]`.
    pub metadata: String,
    /// Digest of its contents in the previous image.
    pub digest: String,
}

/// A launch layer and its size; zeros when that is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerSize {
    pub known: Known,
    pub past: PastLayer,
}

/// True if `past` is what the image holds for `layer`.
fn is(past: &PastLayer, layer: &Reused) -> bool {
    past.name == layer.name
        && past.buildpack == layer.buildpack
        && past.metadata == layer.metadata
        && past
            .digest
            .as_ref()
            .is_none_or(|digest| *digest == layer.digest)
}

/// The sizes of the layers that were weighed: `shares` are their parts of the whole.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
pub(super) fn seen(load: &Load<'_>, shares: &[Part], report: &BudgetReport) -> Vec<LayerSize> {
    let ratio = report.size.image.bytes as f64 / (report.size.compressed.bytes as f64).max(1.0);
    // The first share is the app's own.
    let layers = load.layers.iter().zip(shares.iter().skip(1));
    layers
        .map(|(layer, share)| LayerSize {
            known: Known::Seen,
            past: PastLayer {
                name: layer.name.clone(),
                buildpack: layer.buildpack.clone(),
                metadata: layer.metadata.clone(),
                digest: None,
                files: share.totals.files,
                bytes: share.totals.bytes,
                compressed: share.compressed,
                plus_minus: share.plus_minus,
                image: (share.compressed as f64 * ratio) as u64,
                shares: share::of(load, layer, report),
            },
        })
        .collect()
}

/// Adds the layers that are not here to a weighed report, from what the last build knew.
pub(super) fn add_reused(report: &mut BudgetReport, load: &Load<'_>) {
    for layer in load.reused {
        let past = load.previous.and_then(|history| find(history, layer));
        let known = if past.is_some() {
            Known::Remembered
        } else {
            Known::Unknown
        };
        let past = past.cloned().unwrap_or_else(|| PastLayer {
            name: layer.name.clone(),
            buildpack: layer.buildpack.clone(),
            metadata: layer.metadata.clone(),
            ..PastLayer::default()
        });
        let past = PastLayer {
            digest: Some(layer.digest.clone()),
            ..past
        };
        if known == Known::Remembered {
            add(report, &past);
        }
        report.layers.push(LayerSize { known, past });
    }
    report.parts.sort_by(|a, b| {
        b.compressed
            .cmp(&a.compressed)
            .then_with(|| a.name.cmp(&b.name))
    });
}

pub(super) fn find<'a>(history: &'a History, layer: &Reused) -> Option<&'a PastLayer> {
    history.layers.iter().find(|past| is(past, layer))
}

fn add(report: &mut BudgetReport, past: &PastLayer) {
    let totals = Totals {
        files: past.files,
        bytes: past.bytes,
    };
    report.size.totals.files += totals.files;
    report.size.totals.bytes += totals.bytes;
    widen(
        &mut report.size.compressed,
        past.compressed,
        past.plus_minus,
    );
    widen(&mut report.size.image, past.image, past.plus_minus);
    let whole = Part {
        name: past.label(),
        kind: PartKind::Layer,
        totals,
        compressed: past.compressed,
        plus_minus: past.plus_minus,
    };
    share::add(&mut report.parts, whole, &past.shares);
}

fn widen(size: &mut Compressed, bytes: u64, plus_minus: u64) {
    let half = half_width(size) + plus_minus;
    size.bytes += bytes;
    size.low = size.bytes.saturating_sub(half);
    size.high = size.bytes + half;
    size.exact &= plus_minus == 0;
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_facts::tree::Tree;

    fn reused(digest: &str) -> Reused {
        Reused {
            name: "node".to_owned(),
            buildpack: "heroku/nodejs".to_owned(),
            metadata: "m".to_owned(),
            digest: digest.to_owned(),
        }
    }

    fn weigh(previous: Option<&History>, reused: &[Reused]) -> BudgetReport {
        let app = Tree::default();
        let load = Load {
            app: &app,
            layers: &[],
            reused,
            previous,
            missing: None,
            memory: None,
        };
        let mut report = BudgetReport::default();
        add_reused(&mut report, &load);
        report
    }

    #[test]
    fn a_layer_that_was_seen_counts_when_it_is_reused_and_only_as_long_as_it_is_the_same() {
        let mut history = History::of(&BudgetReport::default());
        history.layers.push(PastLayer {
            name: "node".to_owned(),
            buildpack: "heroku/nodejs".to_owned(),
            metadata: "m".to_owned(),
            files: 3,
            bytes: 300,
            compressed: 100,
            plus_minus: 2,
            image: 120,
            digest: None,
            shares: Vec::new(),
        });
        let first = weigh(Some(&history), &[reused("sha256:a")]);
        assert_eq!(first.layers[0].known, Known::Remembered);
        assert_eq!(first.size.totals.bytes, 300);
        assert_eq!(
            (first.size.compressed.low, first.size.compressed.high),
            (98, 102)
        );
        assert_eq!(first.size.image.bytes, 120);
        assert_eq!(first.parts[0].name, "node (heroku/nodejs)");

        // From now on the digest is known, and another one is another layer.
        let history = History::of(&first);
        let same = weigh(Some(&history), &[reused("sha256:a")]);
        assert_eq!(same.layers[0].known, Known::Remembered);
        let other = weigh(Some(&history), &[reused("sha256:b")]);
        assert_eq!(other.layers[0].known, Known::Unknown);
        assert_eq!(other.size.totals.bytes, 0);
        assert_eq!(
            weigh(None, &[reused("sha256:a")]).layers[0].known,
            Known::Unknown
        );
    }
}
