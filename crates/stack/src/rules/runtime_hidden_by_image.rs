//! The image's runtime wins over the one that a buildpack installed.

use std::ffi::OsStr;
use std::path::Path;

use super::{Rule, World, fix};
use crate::environment::Variable;
use crate::model::Model;
use crate::which::{Candidate, Owner, RUNTIMES, is_runtime};
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "runtime-hidden-by-image",
    code: "ST34",
    title: "A runtime that a buildpack installed is hidden by the image's.",
    level: Severity::Warn,
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

const EXTEND: &str = "The script should extend PATH: export PATH=\"…:$PATH\"";

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
        findings.push(RULE.finding(message, vec![EXTEND.to_owned()]));
        told.push(owner);
    }
    findings.extend(unseen(model, path));
    findings
}

/// The image's programs are not here: what is known is that its folders come first.
fn unseen(model: &Model<'_>, path: Option<&Variable>) -> Vec<Finding> {
    if !model.is_image_unseen() {
        return Vec::new();
    }
    let usual = ["/usr/local/bin", "/usr/bin", "/bin"];
    let mut image: Option<&Path> = None;
    let mut findings = Vec::new();
    let mut told: Vec<usize> = Vec::new();
    for (folder, owner, _) in model.launch_index.folders() {
        let (Some(first), Some(Owner::Layer { buildpack, .. })) = (image, owner) else {
            if usual.iter().any(|one| Path::new(one) == folder) {
                image = image.or(Some(folder));
            }
            continue;
        };
        let candidate = RUNTIMES.iter().find_map(|name| {
            let candidates = model.launch_index.candidates(name.as_ref());
            let winner = candidates.into_iter().next()?;
            (winner.folder == folder).then_some((*name, winner))
        });
        let Some((name, hidden)) = candidate.filter(|_| !told.contains(buildpack)) else {
            continue;
        };
        told.push(*buildpack);
        let of_image = Candidate::of_image(first);
        let message = format!(
            "A `{name}` of the image ({}), which was not seen, would win over {}'s ({}) at launch, {}.",
            first.display(),
            model.id(*buildpack),
            folder.display(),
            fix::why(model, path, &of_image, &hidden)
        );
        findings.push(RULE.finding(message, vec![EXTEND.to_owned()]));
    }
    findings
}
