//! A process starts a program that no folder of PATH has, or loads a package that is not installed.

use super::{Rule, World, start_command_missing};
use crate::model::Model;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "start-program-missing",
    code: "ST35",
    title: "A process starts a program or loads a package that nobody installed.",
    level: Severity::Error,
    world: World::Both,
    docs: Docs {
        finds: "After the build, for each process type: a program by its bare name that no folder of PATH at launch \
            has, \
                and a package behind Node's `--require` or `--import` that `node_modules` does not have.",
        why: "The build succeeds and the process ends at once with status 127 or `Cannot find module`.",
        fix: "Install what is named, move it out of the development dependencies, or correct the command.",
        silent: "Where slugsmith itself has installed packages in this build, where a script computes PATH, behind \
                 `bundle exec`, `npx` and the like, and outside of a build.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    start_command_missing::findings(model, &RULE, true)
}
