//! A file of `.profile.d` that no dyno reads.

use super::{Rule, World};
use crate::model::Model;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Location, Severity};

pub(super) static RULE: Rule = Rule {
    id: "profile-script-not-read",
    code: "ST31",
    title: "A file of .profile.d does not end in `.sh`, so no dyno reads it.",
    level: Severity::Warn,
    world: World::Classic,
    docs: Docs {
        finds: "Files of `.profile.d` whose names do not end in `.sh`.",
        why: "A dyno reads `.profile.d/*.sh` and nothing else: what such a file exports is not there, and nothing \
            says so.",
        fix: "Rename it: `NAME.sh`.",
        silent: "For hidden files.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let names = model.slug.into_iter().flat_map(|slug| &slug.ignored);
    names
        .filter(|name| !name.starts_with('.'))
        .map(|name| {
            let path = format!(".profile.d/{name}");
            let stem = name
                .rsplit_once('.')
                .map_or(name.as_str(), |(stem, _)| stem);
            let help = format!("mv {path} .profile.d/{stem}.sh");
            let mut finding = RULE.finding(
                format!("No dyno reads {path}: its name does not end in `.sh`."),
                vec![help],
            );
            finding.location = Some(Location::file(path));
            finding
        })
        .collect()
}
