//! Words that several rules share: moves in the list of buildpacks, and who is who.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::environment::{By, ModificationRule, Variable};
use crate::model::Model;
use crate::which::{Candidate, Owner};

/// One buildpack moved right before another, and the list for project.toml that makes this
/// and all other moves of the stack.
pub(super) fn order(model: &Model<'_>, moved: usize, before: usize) -> Vec<String> {
    let mut lines = vec![order_in_words(model, moved, before)];
    lines.extend(model.corrected.iter().cloned());
    lines
}

/// Names in one line, at most `shown` of them.
pub(super) fn listed<S: AsRef<str>>(names: &[S], shown: usize) -> String {
    let first: Vec<&str> = names.iter().take(shown).map(AsRef::as_ref).collect();
    let first = first.join(", ");
    match names.len().saturating_sub(shown) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// The same in one line, for findings where the order is one fix among others.
pub(super) fn order_in_words(model: &Model<'_>, moved: usize, before: usize) -> String {
    if model.classic.is_some() {
        return "A dyno runs scripts of .profile.d in the order of their names, whatever the order of buildpacks."
            .to_owned();
    }
    if let Some(system) = model.system_among([moved, before]) {
        return format!(
            "Use a builder without {}: its system.toml puts it around every list, so that project.toml can't move it.",
            model.id(system)
        );
    }
    format!(
        "Put {} before {} in project.toml.",
        model.id(moved),
        model.id(before)
    )
}

/// `heroku/nodejs` or `the image`.
pub(super) fn owner(model: &Model<'_>, owner: &Owner) -> String {
    match owner {
        Owner::Layer { buildpack, .. } => model.id(*buildpack).to_owned(),
        Owner::Image => "the image".to_owned(),
        Owner::App => "the app".to_owned(),
    }
}

/// `heroku/nodejs`, `the platform` …
pub(super) fn author(model: &Model<'_>, by: &By) -> String {
    match by {
        By::Layer { buildpack, .. } => model.id(*buildpack).to_owned(),
        By::Base => "the image".to_owned(),
        By::Platform if model.classic.is_some() => "a config var".to_owned(),
        By::Platform => "the platform (config var or `pack build --env`)".to_owned(),
        By::Operator => "the builder's operator".to_owned(),
    }
}

/// Whether two buildpacks are parts of one, as `heroku/nodejs-engine` and
/// `heroku/nodejs-npm-install` are: they are meant to replace each other's commands.
pub(super) fn are_family(one: &str, other: &str) -> bool {
    let family = |id: &str| -> Option<(String, String)> {
        let (vendor, name) = id.rsplit_once('/')?;
        let word = name.split(['-', '_']).next()?;
        Some((vendor.to_owned(), word.to_owned()))
    };
    one == other || family(one).is_some_and(|found| Some(found) == family(other))
}

/// Why a winner's folder stands before a loser's.
pub(super) fn why(
    model: &Model<'_>,
    path: Option<&Variable>,
    winner: &Candidate,
    loser: &Candidate,
) -> String {
    let folder = winner.folder.as_os_str().as_bytes();
    let by_file = path
        .into_iter()
        .flat_map(|path| &path.steps)
        .rev()
        .find(|step| {
            let parts = |value: &OsStr| {
                value
                    .as_bytes()
                    .split(|byte| *byte == b':')
                    .any(|part| part == folder)
            };
            step.fired
                && !matches!(
                    step.how,
                    ModificationRule::Root | ModificationRule::Base | ModificationRule::Cleaned
                )
                && parts(&step.value)
        });
    if let Some(step) = by_file {
        return format!(
            "because {} of {} puts it first",
            step.file,
            author(model, &step.by)
        );
    }
    let name = owner(model, &winner.owner);
    match (&winner.owner, &loser.owner) {
        (Owner::Layer { .. }, Owner::Image) => {
            format!("because the folders of {name} come before the image's")
        }
        (
            Owner::Layer { buildpack: one, .. },
            Owner::Layer {
                buildpack: other, ..
            },
        ) if one == other => "because its layer's name sorts later".to_owned(),
        (
            Owner::Layer { buildpack: one, .. },
            Owner::Layer {
                buildpack: other, ..
            },
        ) if one > other => {
            format!("because {name} comes later and prepends its bin")
        }
        _ => "because its folder comes first in PATH".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_of_names_are_cut() {
        assert_eq!(listed(&["a", "b", "c"], 2), "a, b and 1 more");
        assert_eq!(listed(&["a"], 2), "a");
    }
}
