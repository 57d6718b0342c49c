//! Which packages is a launch layer made of, also when its contents are not here?

use std::collections::BTreeMap;

use crate::attribute::{Packages, big, part_of};
use crate::history::Share;
use crate::{BudgetReport, LayerTree, Load, Part};
use slugsmith_facts::tree::Totals;

/// Most parts of a layer that are remembered; the rest counts as the layer's own.
const KEPT: usize = 200;

/// The shares of a layer that was weighed, the largest first.
pub(super) fn of(load: &Load<'_>, layer: &LayerTree, report: &BudgetReport) -> Vec<Share> {
    let label = format!("{} ({})", layer.name, layer.buildpack);
    let layers = load.layers.iter().map(|layer| layer.tree.totals().bytes);
    let big = big(load.app.totals().bytes + layers.sum::<u64>());
    let packages = Packages::read(&layer.tree);
    let mut sums = BTreeMap::<_, Totals>::new();
    for entry in layer.tree.entries() {
        let part = part_of(entry, &packages, Some(&label), big);
        *sums.entry(part).or_default() += entry;
    }
    let mut shares: Vec<_> = sums
        .into_iter()
        .filter(|(_, totals)| totals.files > 0)
        .map(|((kind, name), totals)| {
            let mut parts = report.parts.iter();
            let part = parts.find(|part| part.kind == kind && part.name == name);
            Share {
                kind,
                name,
                files: totals.files,
                bytes: totals.bytes,
                compressed: part.map_or(0, |part| {
                    in_proportion(part.compressed, totals.bytes, part.totals.bytes)
                }),
            }
        })
        .collect();
    shares.sort_by_key(|share| std::cmp::Reverse(share.compressed));
    shares.truncate(KEPT);
    shares
}

/// `value` times `part / whole`.
fn in_proportion(value: u64, part: u64, whole: u64) -> u64 {
    let product = u128::from(value) * u128::from(part) / u128::from(whole.max(1));
    u64::try_from(product).unwrap_or(u64::MAX)
}

/// Adds a layer that was taken over to the parts of a report: its shares, and what they
/// leave of the whole.
pub(super) fn add(parts: &mut Vec<Part>, whole: Part, shares: &[Share]) {
    let (compressed, width) = (whole.compressed, whole.plus_minus);
    let mut rest = whole;
    for share in shares {
        let totals = Totals {
            files: share.files,
            bytes: share.bytes,
        };
        rest.totals.files = rest.totals.files.saturating_sub(totals.files);
        rest.totals.bytes = rest.totals.bytes.saturating_sub(totals.bytes);
        rest.compressed = rest.compressed.saturating_sub(share.compressed);
        let plus_minus = in_proportion(width, share.compressed, compressed);
        rest.plus_minus = rest.plus_minus.saturating_sub(plus_minus);
        merge(
            parts,
            Part {
                name: share.name.clone(),
                kind: share.kind,
                totals,
                compressed: share.compressed,
                plus_minus,
            },
        );
    }
    if rest.totals.files > 0 {
        merge(parts, rest);
    }
}

fn merge(parts: &mut Vec<Part>, more: Part) {
    let mut same = parts.iter_mut();
    match same.find(|part| part.kind == more.kind && part.name == more.name) {
        Some(part) => {
            part.totals.files += more.totals.files;
            part.totals.bytes += more.totals.bytes;
            part.compressed += more.compressed;
            part.plus_minus += more.plus_minus;
        }
        None => parts.push(more),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::History;
    use crate::judge_load;
    use crate::layers::{Known, Reused};
    use slugsmith_facts::environment::{Environment, World, this_machine};
    use slugsmith_facts::tree::Tree;

    #[test]
    fn a_layer_that_is_taken_over_is_still_the_same_packages() {
        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in [
            ("app/app.js", 10),
            ("layer/lib/node_modules/ms/index.js", 5_000),
            ("layer/lib/node_modules/debug/index.js", 3_000),
            ("layer/bin/tool", 700),
        ] {
            let path = folder.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            let content: Vec<u8> = (0..bytes).map(|n| b"abcdefg"[n * n % 7]).collect();
            fs_err::write(path, content).unwrap();
        }
        let app = Tree::read(&folder.path().join("app"));
        let layer = LayerTree {
            name: "deps".to_owned(),
            buildpack: "a/b".to_owned(),
            metadata: "m".to_owned(),
            tree: Tree::read(&folder.path().join("layer")),
        };
        let environment = Environment {
            world: World::CloudNative,
            target: this_machine(None),
            variables: BTreeMap::new(),
        };
        let config = slugsmith_config::parse("", &environment).unwrap();
        let first = Load {
            app: &app,
            layers: &[layer],
            reused: &[],
            previous: None,
            missing: None,
            memory: None,
        };
        let history = History::of(&judge_load(&first, &config));
        let reused = Reused {
            name: "deps".to_owned(),
            buildpack: "a/b".to_owned(),
            metadata: "m".to_owned(),
            digest: "sha256:x".to_owned(),
        };
        let second = Load {
            app: &app,
            layers: &[],
            reused: &[reused],
            previous: Some(&history),
            missing: None,
            memory: None,
        };
        let report = judge_load(&second, &config);
        assert_eq!(report.layers[0].known, Known::Remembered);
        let change = report.change.unwrap();
        assert!(change.is_nothing(), "{:#?}", change.moved);
        let names: Vec<_> = report.parts.iter().map(|part| part.name.as_str()).collect();
        for name in ["ms", "debug", "deps (a/b)"] {
            assert!(names.contains(&name), "{names:?}");
        }
        // And so it stays from build to build.
        let history = History::of(&BudgetReport {
            change: None,
            ..report
        });
        let third = Load {
            previous: Some(&history),
            missing: None,
            ..second
        };
        assert!(judge_load(&third, &config).change.unwrap().is_nothing());
    }
}
