//! The environment of this build is not what the layers say.

use super::{Rule, World};
use crate::model::Model;
use crate::{live, secrets};
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "environment-changed",
    code: "ST14",
    title: "A layer of another buildpack was changed after its buildpack had finished.",
    level: Severity::Warn,
    world: World::CloudNative,
    docs: Docs {
        finds: "Differences between the environment that the lifecycle gave this buildpack and the one that \
                the layers on disk would give now.",
        why: "The lifecycle reads each layer's variables when its buildpack ends. A difference means that a \
              later buildpack edited another's layer, or that slugsmith's model is wrong. In the first case \
              the dyno gets what was edited, which no buildpack was built with.",
        fix: "Find the buildpack that writes outside of its own layers. If there is none, report it to \
              slugsmith with the output of `SLUGSMITH_LOG=verbose`.",
        silent: "Outside of a build, and for what the image's own environment may contribute.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    if model.own.is_none() {
        return Vec::new();
    }
    live::differences(model)
        .into_iter()
        .map(|difference| {
            let shown = |value: Option<&String>| match value {
                Some(value) => {
                    let files = model.surroundings.platform.files();
                    let is_platform = files.iter().any(|file| file.name == *difference.name);
                    format!("`{}`", secrets::from(&difference.name, value, is_platform))
                }
                None => "unset".to_owned(),
            };
            let message = format!(
                "{} is {} in this build, and {} by the layers on disk.",
                difference.name,
                shown(difference.live.as_ref()),
                shown(difference.model.as_ref())
            );
            RULE.finding(message, Vec::new())
        })
        .collect()
}
