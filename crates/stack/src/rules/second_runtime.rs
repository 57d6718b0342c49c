//! Two buildpacks ship the same language runtime or package manager.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, World, fix};
use crate::model::Model;
use crate::which::{Candidate, Owner, Shadowing, is_runtime};
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::units;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "second-runtime",
    code: "ST02",
    title: "A language runtime or package manager exists twice at launch.",
    level: Severity::Warn,
    world: World::Both,
    docs: Docs {
        finds: "Two buildpacks whose launch layers both have `node`, `ruby`, `python`, `java` or another \
                runtime or package manager in `bin`, with different content.",
        why: "PATH decides which one runs: the later buildpack's. Native addons and gems that were built \
              for the other version fail to load, and the slug carries both.",
        fix: "Remove one of the two buildpacks, or put the one whose runtime should lose before the other \
              in the list. The finding prints the list with the two swapped.",
        silent: "For layers of one buildpack, for parts of one family (`heroku/nodejs-engine` and \
                 `heroku/nodejs-npm-install`), for equal content, and for runtimes of the image.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let mut pairs: BTreeMap<(usize, usize), Vec<Conflict<'_>>> = BTreeMap::new();
    for conflict in conflicts(model) {
        if is_runtime(&conflict.shadowing.name) {
            pairs.entry(conflict.pair()).or_default().push(conflict);
        }
    }
    pairs.values().map(|found| finding(model, found)).collect()
}

/// A name that two unrelated buildpacks offer with different content.
#[derive(Clone, Copy)]
pub(super) struct Conflict<'m> {
    /// Index of the winner's buildpack.
    pub winner: usize,
    pub loser: usize,
    pub shadowing: &'m Shadowing,
    /// The loser's file.
    pub candidate: &'m Candidate,
}

impl Conflict<'_> {
    pub(super) fn pair(&self) -> (usize, usize) {
        (self.winner, self.loser)
    }
}

/// Each name once per pair of buildpacks.
pub(super) fn conflicts<'m>(model: &'m Model<'_>) -> Vec<Conflict<'m>> {
    let mut found: Vec<Conflict<'_>> = Vec::new();
    for shadowing in &model.shadowings {
        let Owner::Layer {
            buildpack: winner, ..
        } = shadowing.winner.owner
        else {
            continue;
        };
        let mut told = BTreeSet::new();
        for candidate in &shadowing.losers {
            let Owner::Layer {
                buildpack: loser, ..
            } = candidate.owner
            else {
                continue;
            };
            let related = fix::are_family(model.id(winner), model.id(loser));
            if !related && !shadowing.winner.is_same_as(candidate) && told.insert(loser) {
                found.push(Conflict {
                    winner,
                    loser,
                    shadowing,
                    candidate,
                });
            }
        }
    }
    found
}

fn finding(model: &Model<'_>, found: &[Conflict<'_>]) -> Finding {
    // The runtime itself says more than the package manager that comes with it.
    let managers = ["npm", "pip", "bundle", "yarn"];
    let runtime = found
        .iter()
        .find(|one| !managers.contains(&one.shadowing.name.as_str()));
    let Some(&Conflict {
        winner,
        loser,
        shadowing,
        candidate,
    }) = runtime.or(found.first())
    else {
        return RULE.finding(String::new(), Vec::new());
    };
    let (one, other) = (model.id(winner), model.id(loser));
    let version = |candidate: &Candidate| match &candidate.version {
        Some(version) => format!("{version} from "),
        None => "the one from ".to_owned(),
    };
    let why = fix::why(
        model,
        model.dyno.variables.get(std::ffi::OsStr::new("PATH")),
        &shadowing.winner,
        candidate,
    );
    let others: Vec<String> = found
        .iter()
        .filter(|found| found.shadowing.name != shadowing.name)
        .map(|found| format!("`{}`", found.shadowing.name))
        .collect();
    let also = match others.as_slice() {
        [] => String::new(),
        others => format!(" The same holds for {}.", others.join(", ")),
    };
    let bytes = model
        .launch_layers()
        .filter(|(index, ..)| *index == loser)
        .filter(|(_, _, layer)| {
            matches!(&candidate.owner, Owner::Layer { layer: name, .. } if layer.name == *name)
        })
        .map(|(_, _, layer)| layer.contents.bytes)
        .sum();
    let built_with = model.build_index.candidates(shadowing.name.as_ref());
    let at_build = if built_with
        .first()
        .is_some_and(|first| first.owner == candidate.owner)
    {
        format!(" Later buildpacks still run {other}'s.")
    } else {
        String::new()
    };
    let message = format!(
        "`{}` exists twice at launch: {}{one} wins over {}{other}, {why}.{also}{at_build} What was built for \
         {other}'s may not load, and {} of it lie in the slug unused.",
        shadowing.name,
        version(&shadowing.winner),
        version(candidate),
        units::size(bytes),
    );
    let mut help = vec![format!("Remove {one} or {other} if one runtime is enough.")];
    if winner > loser {
        help.extend(fix::order(model, winner, loser));
    }
    RULE.finding(message, help)
}
