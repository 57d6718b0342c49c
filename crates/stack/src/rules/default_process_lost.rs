//! The default process is gone because its type was defined again without `default`.

use super::{Rule, World, fix};
use crate::model::Model;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "default-process-lost",
    code: "ST21",
    title: "The image has no default process any more.",
    level: Severity::Warn,
    world: World::CloudNative,
    docs: Docs {
        finds: "A process type that was `default = true` and is defined again by a later buildpack without it.",
        why: "The lifecycle then clears the default, and a container that is started without a command exits \
              with \"when there is no default process a command is required\".",
        fix: "Mark the process as default where it is defined last, build with \
              `pack build --default-process web`, or swap the two buildpacks.",
        silent: "When another process becomes the default afterwards.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let Some((kind, first, second)) = &model.processes.lost_default else {
        return Vec::new();
    };
    let (one, other) = (model.id(*first), model.id(*second));
    let message = if first == second {
        format!(
            "{one} makes `{kind}` the default and then defines it again without `default = true`: the image has \
             no default process."
        )
    } else {
        format!(
            "{other} defines `{kind}` again without `default = true`, so {one}'s default is lost: the image has \
             no default process."
        )
    };
    let mut help = vec![format!("pack build --default-process {kind}")];
    if second > first {
        help.extend(fix::order(model, *second, *first));
    }
    vec![RULE.finding(message, help)]
}
