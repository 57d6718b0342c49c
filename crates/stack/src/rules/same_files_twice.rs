//! Large files that several launch layers ship.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Rule, World};
use crate::model::Model;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::units;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "same-files-twice",
    code: "ST20",
    title: "Large files are in the image more than once.",
    level: Severity::Info,
    world: World::Both,
    docs: Docs {
        finds: "Files of 1 MB and more with equal content in two or more launch layers. From 20 MB on it is a \
                warning.",
        why: "Every layer is stored, transferred and unpacked on its own: nothing is shared between them.",
        fix: "Remove one of the two buildpacks, or let one of the layers be for the build only.",
        silent: "For hard links within one layer, which are one file, and for smaller files.",
    },
    check,
};

/// From here on somebody should do something, in bytes.
const MUCH: u64 = 20 * units::MB;

fn check(model: &Model<'_>) -> Vec<Finding> {
    let mut known: BTreeMap<[u8; 32], (String, &Path, u64)> = BTreeMap::new();
    let mut twice: BTreeMap<(String, String), (u64, u64, String)> = BTreeMap::new();
    for (_, buildpack, layer) in model.launch_layers() {
        let at = format!("{} ({})", buildpack.id, layer.shown());
        for (path, size, digest) in &layer.contents.big {
            let Some(digest) = digest else { continue };
            match known.get(digest) {
                Some((first, ..)) if *first != at => {
                    let entry =
                        twice
                            .entry((first.clone(), at.clone()))
                            .or_insert((0, 0, String::new()));
                    entry.0 += 1;
                    entry.1 += size;
                    if entry.2.is_empty() {
                        entry.2 = path.display().to_string();
                    }
                }
                Some(_) => {}
                None => {
                    known.insert(*digest, (at.clone(), path, *size));
                }
            }
        }
    }
    twice
        .into_iter()
        .map(|((first, second), (files, bytes, example))| {
            let message = format!(
                "{first} and {second} ship {} with equal content, {} twice ({example}).",
                units::counted(files, "file"),
                units::size(bytes)
            );
            let mut finding = RULE.finding(message, Vec::new());
            if bytes >= MUCH {
                finding.level = Severity::Warn;
            }
            finding
        })
        .collect()
}
