//! The image's runtime wins over the one that a buildpack installed.

use std::ffi::OsStr;

use super::{Rule, World, fix};
use crate::model::Model;
use crate::which::{Owner, is_runtime};
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Level};

pub(super) static RULE: Rule = Rule {
    id: "runtime-hidden-by-image",
    code: "ST34",
    title: "A runtime that a buildpack installed is hidden by the image's.",
    level: Level::Warn,
    world: World::Both,
    docs: Docs {
        finds: "`python3`, `node`, `ruby` and other runtimes of a buildpack that stand behind the image's own in PATH \
            at \
                launch, because something puts `/usr/bin` in front of them: often a PATH of the build that was \
                written out.",
        why: "The process runs with another version than the one its dependencies were installed for.",
        fix: "Write `export PATH=\"folder:$PATH\"` with `$PATH` as it stands, not the value that it has in the build.",
        silent: "When the buildpack's runtime comes first.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let path = model.dyno.variables.get(OsStr::new("PATH"));
    let mut findings: Vec<Finding> = Vec::new();
    let mut told: Vec<String> = Vec::new();
    for one in model
        .shadowings
        .iter()
        .filter(|one| is_runtime(&one.name) && one.winner.owner == Owner::Image)
    {
        let hidden = one.losers.iter().find(|loser| {
            matches!(loser.owner, Owner::Layer { .. }) && !loser.is_same_as(&one.winner)
        });
        let Some(hidden) = hidden else {
            continue;
        };
        let owner = fix::owner(model, &hidden.owner);
        // `python3` and `pip` of one buildpack are one trouble.
        if told.contains(&owner) {
            continue;
        }
        let why = fix::why(model, path, &one.winner, hidden);
        let message = format!(
            "The image's `{}` ({}) wins over {owner}'s ({}) at launch, {why}.",
            one.name,
            one.winner.folder.display(),
            hidden.folder.display()
        );
        findings.push(RULE.finding(
            message,
            vec!["The script should extend PATH: export PATH=\"…:$PATH\"".to_owned()],
        ));
        told.push(owner);
    }
    findings
}
