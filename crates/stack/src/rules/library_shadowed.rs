//! A shared library exists in two folders of `LD_LIBRARY_PATH`.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use super::{Rule, World, fix};
use crate::libraries;
use crate::model::Model;
use slugsmith_facts::layers::Library;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "library-shadowed",
    code: "ST08",
    title: "A shared library exists in two folders of LD_LIBRARY_PATH.",
    level: Severity::Warn,
    world: World::Both,
    docs: Docs {
        finds: "One library (by its `DT_SONAME`, else by its file name) with different content directly in the `lib` \
                folder of two buildpacks' launch layers that are both in LD_LIBRARY_PATH. That a layer's library \
                hides the image's is information only.",
        why: "The loader takes the first folder for every program, also for those that were built against \
              the other one: crashes and missing symbols at start, or only in a rare code path.",
        fix: "Remove the package from one of the two, or put the buildpack whose library should win last.",
        silent: "For layers of one buildpack or family, for equal content, and for folders that are not in \
            LD_LIBRARY_PATH.",
    },
    check,
};

/// How many libraries one finding lists.
const NAMED: usize = 5;

fn check(model: &Model<'_>) -> Vec<Finding> {
    let hidden = hidden(model);
    let mut findings: Vec<Finding> = hidden
        .of_buildpacks
        .iter()
        .map(|(pair, names)| clash(model, *pair, names))
        .collect();
    findings.extend(hidden.of_image.iter().map(|(index, names)| {
        let message = format!(
            "{} of {} {} of the image for every program at launch.",
            fix::listed(names, NAMED),
            model.id(*index),
            hide(names)
        );
        let mut finding = RULE.finding(message, Vec::new());
        finding.level = Severity::Info;
        finding
    }));
    findings
}

/// Libraries that are in a dyno more than once.
#[derive(Default)]
pub(super) struct Hidden {
    /// By winner and loser.
    pub of_buildpacks: BTreeMap<(usize, usize), Vec<String>>,
    /// By the buildpack that hides the image's.
    of_image: BTreeMap<usize, Vec<String>>,
}

pub(super) fn hidden(model: &Model<'_>) -> Hidden {
    let mut owner: BTreeMap<&OsStr, (usize, &Library)> = BTreeMap::new();
    let mut hidden = Hidden::default();
    let image = model.surroundings.libraries.as_ref();
    for folder in libraries::folders(model) {
        let index = folder.buildpack;
        for library in folder.libraries {
            let key = library.key();
            let name = key.to_string_lossy().into_owned();
            let Some((first, known)) = owner.get(key) else {
                owner.insert(key, (index, library));
                if image.is_some_and(|image| image.contains(key)) {
                    hidden.of_image.entry(index).or_default().push(name);
                }
                continue;
            };
            let is_same = library.digest.is_some() && library.digest == known.digest;
            if !is_same && !fix::are_family(model.id(*first), model.id(index)) {
                let names = hidden.of_buildpacks.entry((*first, index)).or_default();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
    }
    hidden
}

fn clash(model: &Model<'_>, (winner, loser): (usize, usize), names: &[String]) -> Finding {
    let message = format!(
        "{} of {} {} of {} for every program at launch.",
        fix::listed(names, NAMED),
        model.id(winner),
        hide(names),
        model.id(loser),
    );
    let help = if winner > loser {
        fix::order(model, winner, loser)
    } else {
        Vec::new()
    };
    RULE.finding(message, help)
}

fn hide(names: &[String]) -> &'static str {
    match names {
        [_] => "hides that",
        _ => "hide those",
    }
}
