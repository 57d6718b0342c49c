//! Other buildpacks changed or deleted files of the app.

use super::{Rule, World, fix};
use crate::model::Model;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "app-files-changed",
    code: "ST25",
    title: "Files of the app were changed or deleted by other buildpacks.",
    level: Severity::Warn,
    world: World::Both,
    docs: Docs {
        finds: "Files that were in the app when the companion buildpack `slugsmith/restore` ran first, and that \
            are gone now or have other content. Changed files are information, deleted ones a warning, but where \
            nothing is left of the app: then it was compiled.",
        why: "One buildpack prunes what another one still needs: development dependencies before the assets are \
              built, sources before a template is compiled. The build then fails later, or the app misses a file.",
        fix: "Put the buildpack that needs the files before the one that deletes them, \
         or tell the latter to keep them.",
        silent: "Without the companion at the front of the list: nobody then knows what the app was.",
    },
    check,
};

/// How many files one finding lists.
const NAMED: usize = 5;

fn check(model: &Model<'_>) -> Vec<Finding> {
    let Some(changes) = &model.surroundings.changes else {
        return Vec::new();
    };
    let others: Vec<&str> = model
        .layers
        .group
        .iter()
        .take(model.own.unwrap_or(usize::MAX))
        .map(|one| one.id.as_str())
        .filter(|id| !id.starts_with("slugsmith/"))
        .collect();
    let who = match others.as_slice() {
        [only] => (*only).to_owned(),
        several => format!("one of {}", fix::listed(several, NAMED)),
    };
    let told = |files: &[String], verb: &str, level: Severity| {
        let message = format!("{} {verb} by {who}.", fix::listed(files, NAMED));
        let mut finding = RULE.finding(message, Vec::new());
        finding.level = level;
        (!files.is_empty()).then_some(finding)
    };
    let verb = |files: &[String]| if files.len() == 1 { "was" } else { "were" };
    // Sources that were compiled as a whole are missed by nobody.
    let deleted = if changes.is_all_gone {
        Severity::Info
    } else {
        Severity::Warn
    };
    let all = [
        (&changes.deleted, "deleted", deleted),
        (&changes.changed, "changed", Severity::Info),
    ];
    all.into_iter()
        .filter_map(|(files, what, level)| told(files, &format!("{} {what}", verb(files)), level))
        .collect()
}
