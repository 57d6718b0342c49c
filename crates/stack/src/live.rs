//! Is our own environment the one that the model composes?
//!
//! In a build our process's variables are the lifecycle's own result. What the image
//! brought into the five path variables is unknown, so for them only the layers' part is
//! compared; everything else must be equal.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::environment::{self, BUILD_KEPT, PATH_VARIABLES, Raw, UNKNOWN, fits};
use super::model::Model;

/// A variable that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub name: String,
    pub live: Option<String>,
    pub model: Option<String>,
}

/// Variables that a shell between the builder and us adds (bash(1), sh(1)).
const OF_SHELLS: &[&str] = &["PWD", "OLDPWD", "SHLVL", "_"];

/// Differences between the model and our own variables, by name.
#[must_use]
pub fn differences(model: &Model<'_>) -> Vec<Difference> {
    let surroundings = model.surroundings;
    let base: Raw = PATH_VARIABLES
        .iter()
        .map(|name| (name.into(), UNKNOWN.into()))
        .collect();
    let overlay = model.overlay(model.own);
    let before = model
        .own
        .and_then(|own| model.layers.group.get(..own))
        .unwrap_or_default();
    let composed = environment::build(&model.layers.root, before, &base, &overlay);
    let live = &surroundings.live;
    let mut names: Vec<&OsString> = composed.variables.keys().chain(live.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .filter(|name| !is_from_outside(name))
        .filter_map(|name| {
            let (live, model) = (
                live.get(name),
                composed.variables.get(name).map(|one| &one.value),
            );
            let agree = match (live, model) {
                (live, Some(model)) if PATH_VARIABLES.iter().any(|path| name == path) => {
                    fits(live.map_or(OsStr::new(""), |value| value), model)
                }
                (live, model) => live == model,
            };
            let text = |value: &OsString| value.to_string_lossy().replace(UNKNOWN, "<image>");
            (!agree).then(|| Difference {
                name: name.to_string_lossy().into_owned(),
                live: live.map(text),
                model: model.map(text),
            })
        })
        .collect()
}

fn is_from_outside(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b"CNB_")
        || BUILD_KEPT
            .iter()
            .chain(OF_SHELLS)
            .any(|outside| name == *outside)
}
