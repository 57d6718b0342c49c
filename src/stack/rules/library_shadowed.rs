//! A shared library exists in two folders of `LD_LIBRARY_PATH`.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::{Rule, fix};
use crate::audit::registry::Docs;
use crate::facts::layers::escape;
use crate::finding::{Finding, Level};
use crate::stack::model::Model;

pub(super) static RULE: Rule = Rule {
    id: "library-shadowed",
    code: "ST08",
    title: "A shared library exists in two folders of LD_LIBRARY_PATH.",
    level: Level::Warn,
    docs: Docs {
        finds: "The same `lib*.so*` directly in the `lib` folder of two buildpacks' launch layers that are both \
                in LD_LIBRARY_PATH.",
        why: "The loader takes the first folder for every program, also for those that were built against \
              the other one: crashes and missing symbols at start, or only in a rare code path.",
        fix: "Remove the package from one of the two, or put the buildpack whose library should win last.",
        silent: "For layers of one buildpack or family, and for folders that are not in LD_LIBRARY_PATH.",
    },
    check,
};

/// How many libraries one finding lists.
const NAMED: usize = 5;

fn check(model: &Model<'_>) -> Vec<Finding> {
    let order: Vec<PathBuf> = model
        .dyno
        .get("LD_LIBRARY_PATH")
        .as_bytes()
        .split(|byte| *byte == b':')
        .map(|part| PathBuf::from(OsStr::from_bytes(part)))
        .collect();
    let mut found: Vec<(usize, usize, &[OsString])> = model
        .launch_layers()
        .filter_map(|(index, buildpack, layer)| {
            let lib = model
                .layers
                .root
                .join(escape(&buildpack.id))
                .join(&layer.name)
                .join("lib");
            let at = order.iter().position(|folder| *folder == lib)?;
            Some((at, index, layer.contents.libraries.as_slice()))
        })
        .collect();
    found.sort_unstable_by_key(|(at, ..)| *at);
    let mut owner: BTreeMap<&OsString, usize> = BTreeMap::new();
    let mut clashes: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
    for (_, index, libraries) in found {
        for library in libraries {
            match owner.get(library) {
                None => {
                    owner.insert(library, index);
                }
                Some(first) if !fix::are_family(model.id(*first), model.id(index)) => {
                    let names = clashes.entry((*first, index)).or_default();
                    names.push(library.to_string_lossy().into_owned());
                }
                Some(_) => {}
            }
        }
    }
    clashes
        .into_iter()
        .map(|((winner, loser), names)| {
            let more = match names.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let message = format!(
                "{}{more} of {} hide those of {} for every program at launch.",
                names
                    .iter()
                    .take(NAMED)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(", "),
                model.id(winner),
                model.id(loser),
            );
            let help = if winner > loser {
                fix::order(model, winner, loser)
            } else {
                Vec::new()
            };
            RULE.finding(message, help)
        })
        .collect()
}
