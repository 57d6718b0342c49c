//! Is our own environment the one that the model composes?
//!
//! In a build our process's variables are the lifecycle's own result. What the image
//! brought into the five path variables is unknown, so for them only the layers' part is
//! compared; everything else must be equal.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::environment::{self, BUILD_KEPT, Overlay, PATH_VARIABLES, Raw};
use super::model::Model;

/// A variable that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub name: String,
    pub live: Option<String>,
    pub model: Option<String>,
}

/// Stands for what the image put into a path variable; no value holds a NUL.
const IMAGE: &str = "\0";

/// Variables that a shell between the builder and us adds (bash(1), sh(1)).
const OF_SHELLS: &[&str] = &["PWD", "OLDPWD", "SHLVL", "_"];

/// Differences between the model and our own variables, by name.
#[must_use]
pub fn differences(model: &Model<'_>) -> Vec<Difference> {
    let surroundings = model.surroundings;
    let base: Raw = PATH_VARIABLES
        .iter()
        .map(|name| (name.into(), IMAGE.into()))
        .collect();
    let overlay = Overlay {
        platform: surroundings.platform.clone(),
        operator: surroundings.operator.clone(),
    };
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
            let text = |value: &OsString| value.to_string_lossy().replace(IMAGE, "<image>");
            (!agree).then(|| Difference {
                name: name.to_string_lossy().into_owned(),
                live: live.map(text),
                model: model.map(text),
            })
        })
        .collect()
}

/// Whether a value is what the layers add around something unknown.
fn fits(live: &OsStr, model: &OsStr) -> bool {
    let Some(at) = model.as_bytes().iter().position(|byte| *byte == 0) else {
        return live == model;
    };
    let (before, rest) = model.as_bytes().split_at(at);
    let after = rest.get(1..).unwrap_or_default();
    let live = live.as_bytes();
    // An empty value of the image takes the separator with it.
    let trimmed = |part: &[u8]| {
        part.strip_suffix(b":")
            .map_or(part.to_vec(), <[u8]>::to_vec)
    };
    (live.starts_with(before) && live.ends_with(after) && live.len() >= before.len() + after.len())
        || (after.is_empty() && live == trimmed(before))
}

fn is_from_outside(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b"CNB_")
        || BUILD_KEPT
            .iter()
            .chain(OF_SHELLS)
            .any(|outside| name == *outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_image_adds_is_left_open() {
        let fits = |live: &str, model: &str| fits(OsStr::new(live), OsStr::new(model));
        assert!(fits("/l/bin:/usr/bin:/bin", "/l/bin:\0"));
        assert!(fits("/l/bin", "/l/bin:\0"));
        assert!(fits("/usr/bin:/tail", "\0:/tail"));
        assert!(fits("/only", "/only"));
        assert!(fits("", "\0"));
        assert!(!fits("/other:/usr/bin", "/l/bin:\0"));
        assert!(!fits("/only:/usr/bin", "/only"));
    }
}
