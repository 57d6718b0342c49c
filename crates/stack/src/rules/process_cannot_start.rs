//! The launcher will stop before the process starts.

use super::{Rule, World, fix};
use crate::environment::By;
use crate::model::Model;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "process-cannot-start",
    code: "ST23",
    title: "An environment file stops the launcher or the next buildpack.",
    level: Severity::Error,
    world: World::CloudNative,
    docs: Docs {
        finds: "Environment files that are links to nothing or can't be read, values with a NUL byte, and variables \
                of 128 KiB and more.",
        why: "The lifecycle stops at the first of them: at launch with status 82, before anything of the app \
              has run.",
        fix: "Remove or repair the file in that buildpack.",
        silent: "For files of layers that are not used in that phase.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let shared = [
        (&model.dyno, "No process starts".to_owned()),
        (&model.build, "The next buildpack can't run".to_owned()),
    ];
    let own = model
        .by_process
        .iter()
        // What stops all of them is said once.
        .filter(|(_, one)| one.failure != model.dyno.failure)
        .map(|(kind, one)| (one, format!("`{kind}` does not start")));
    shared
        .into_iter()
        .chain(own)
        .filter_map(|(environment, consequence)| {
            let failure = environment.failure.as_ref()?;
            let layer = match &failure.by {
                By::Layer { layer, .. } => format!(" layer {}", layer.to_string_lossy()),
                _ => String::new(),
            };
            let who = fix::author(model, &failure.by);
            // What it is, or what was said when it was read.
            let colon = if failure.reason.starts_with("is ") {
                ""
            } else {
                ":"
            };
            let message = format!(
                "{consequence}: {} of {who}{layer}{colon} {}.",
                failure.file, failure.reason
            );
            Some(RULE.finding(message, Vec::new()))
        })
        .collect()
}
