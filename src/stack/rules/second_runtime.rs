//! Two buildpacks ship the same language runtime or package manager.

use std::collections::BTreeMap;

use super::{Rule, fix};
use crate::audit::registry::Docs;
use crate::finding::{Finding, Level};
use crate::stack::model::Model;
use crate::stack::which::{Candidate, Owner, Shadowing, is_runtime};
use crate::units;

pub(super) static RULE: Rule = Rule {
    id: "second-runtime",
    code: "ST02",
    title: "A language runtime or package manager exists twice at launch.",
    level: Level::Warn,
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
    let mut pairs: BTreeMap<(usize, usize), Vec<(Shadowing, Candidate)>> = BTreeMap::new();
    for (winner, loser, shadowing, candidate) in conflicts(model) {
        if is_runtime(&shadowing.name) {
            pairs
                .entry((winner, loser))
                .or_default()
                .push((shadowing, candidate));
        }
    }
    pairs
        .into_iter()
        .map(|((winner, loser), found)| finding(model, winner, loser, &found))
        .collect()
}

/// Names that two unrelated buildpacks offer with different content: index of the
/// winner's buildpack, of the loser's, and what is shadowed.
pub(super) fn conflicts(model: &Model<'_>) -> Vec<(usize, usize, Shadowing, Candidate)> {
    let mut found = Vec::new();
    for shadowing in model.launch_index().shadowings() {
        let Owner::Layer {
            buildpack: winner, ..
        } = shadowing.winner.owner
        else {
            continue;
        };
        for loser in &shadowing.losers {
            let Owner::Layer { buildpack, .. } = loser.owner else {
                continue;
            };
            let related = fix::are_family(model.id(winner), model.id(buildpack));
            if !related && !shadowing.winner.is_same_as(loser) {
                found.push((winner, buildpack, shadowing.clone(), loser.clone()));
            }
        }
    }
    found
}

fn finding(
    model: &Model<'_>,
    winner: usize,
    loser: usize,
    found: &[(Shadowing, Candidate)],
) -> Finding {
    let (one, other) = (model.id(winner), model.id(loser));
    let Some((shadowing, candidate)) = found
        .iter()
        .find(|(shadowing, _)| !["npm", "pip", "bundle", "yarn"].contains(&shadowing.name.as_str()))
        .or(found.first())
    else {
        return RULE.finding(String::new(), Vec::new());
    };
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
        .filter(|(found, _)| found.name != shadowing.name)
        .map(|(found, _)| format!("`{}`", found.name))
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
    let message = format!(
        "`{}` exists twice at launch: {}{one} wins over {}{other}, {why}.{also} What was built for {other}'s may not \
         load, and {} of it lie in the slug unused.",
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
