//! A command of one buildpack hides another's, or a tool of the image that scripts rely on.

use std::collections::{BTreeMap, BTreeSet};

use super::second_runtime::{Conflict, conflicts};
use super::{Rule, World, fix};
use crate::model::Model;
use crate::which::{Owner, is_runtime};
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "shadowed-command",
    code: "ST01",
    title: "A command exists twice at launch, with different content.",
    level: Severity::Warn,
    world: World::Both,
    docs: Docs {
        finds: "The same name in the `bin` of two buildpacks' launch layers with different content, or a \
                layer that hides a tool of the image which shell scripts expect (`which`, `tar`, `git` …).",
        why: "The first folder of PATH wins for every process and script, also for those of the buildpack \
              that lost. A node package named `which` that hides the system's has broken builds before.",
        fix: "Put the buildpack whose command should lose earlier in the list, or call the other one by its \
              full path.",
        silent: "For layers of one buildpack or family, for equal content, for runtimes (see \
                 `second-runtime`), and for other commands of the image.",
    },
    check,
};

/// Tools of a base image that scripts call by name and whose options they rely on.
const SYSTEM_TOOLS: &[&str] = &[
    "[",
    "awk",
    "basename",
    "bash",
    "cat",
    "chmod",
    "chown",
    "cp",
    "curl",
    "cut",
    "date",
    "dirname",
    "echo",
    "env",
    "expr",
    "find",
    "git",
    "grep",
    "gzip",
    "head",
    "id",
    "kill",
    "ln",
    "ls",
    "make",
    "mkdir",
    "mktemp",
    "mv",
    "openssl",
    "printf",
    "ps",
    "pwd",
    "readlink",
    "realpath",
    "rm",
    "rmdir",
    "sed",
    "sh",
    "sha256sum",
    "sleep",
    "sort",
    "ssh",
    "stat",
    "tail",
    "tar",
    "tee",
    "test",
    "touch",
    "tr",
    "true",
    "uname",
    "uniq",
    "unzip",
    "wc",
    "wget",
    "which",
    "xargs",
    "xz",
    "zip",
];

/// How many names one finding lists.
const NAMED: usize = 5;

fn check(model: &Model<'_>) -> Vec<Finding> {
    let found = conflicts(model);
    // Where a runtime is doubled, its companions (npx, corepack, irb) are too: said there.
    let told: BTreeSet<(usize, usize)> = found
        .iter()
        .filter(|conflict| is_runtime(&conflict.shadowing.name))
        .map(Conflict::pair)
        .collect();
    let mut pairs: BTreeMap<(usize, usize), Vec<Conflict<'_>>> = BTreeMap::new();
    for conflict in found {
        if !told.contains(&conflict.pair()) {
            pairs.entry(conflict.pair()).or_default().push(conflict);
        }
    }
    let mut findings: Vec<Finding> = pairs
        .values()
        .filter_map(|conflicts| between(model, conflicts))
        .collect();
    findings.extend(system_tools(model));
    findings
}

fn between(model: &Model<'_>, conflicts: &[Conflict<'_>]) -> Option<Finding> {
    let first = conflicts.first()?;
    let (winner, loser) = first.pair();
    let (one, other) = (model.id(winner), model.id(loser));
    let path = model.dyno.variables.get(std::ffi::OsStr::new("PATH"));
    let message = format!(
        "{} of {one} hide{} that of {other} at launch, {}.",
        listed(conflicts.iter().map(|one| one.shadowing.name.as_str())),
        if conflicts.len() == 1 { "s" } else { "" },
        fix::why(model, path, &first.shadowing.winner, first.candidate),
    );
    let folder = first.candidate.folder.display();
    let mut help = vec![format!("Call {other}'s by its path: {folder}")];
    if winner > loser {
        help.extend(fix::order(model, winner, loser));
    }
    Some(RULE.finding(message, help))
}

fn system_tools(model: &Model<'_>) -> Vec<Finding> {
    let mut by_owner: BTreeMap<Owner, Vec<String>> = BTreeMap::new();
    for shadowing in &model.shadowings {
        let is_tool = SYSTEM_TOOLS.contains(&shadowing.name.as_str());
        let hides_image = shadowing
            .losers
            .iter()
            .any(|loser| loser.owner == Owner::Image && !shadowing.winner.is_same_as(loser));
        // What lies in a folder of the app that it puts on PATH is meant.
        let is_of_app = shadowing.winner.owner == Owner::App;
        if is_tool && hides_image && !is_of_app {
            by_owner
                .entry(shadowing.winner.owner.clone())
                .or_default()
                .push(shadowing.name.clone());
        }
    }
    by_owner
        .into_iter()
        .map(|(owner, names)| {
            let who = fix::owner(model, &owner);
            let message = format!(
                "{} of {who} hide{} the image's at launch; scripts that rely on the image's options may break.",
                listed(names.iter().map(String::as_str)),
                if names.len() == 1 { "s" } else { "" },
            );
            RULE.finding(message, vec!["Call the image's by its full path, such as /usr/bin/….".to_owned()])
        })
        .collect()
}

fn listed<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    let more = names.len().saturating_sub(NAMED);
    let shown: Vec<String> = names.take(NAMED).map(|name| format!("`{name}`")).collect();
    match more {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
