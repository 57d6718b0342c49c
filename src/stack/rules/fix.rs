//! Words that several rules share: the corrected list of buildpacks, and who is who.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::stack::environment::{By, How, Variable};
use crate::stack::model::Model;
use crate::stack::which::{Candidate, Owner};

/// Longer lists are not printed again; the move is then said in words only.
const LISTED: usize = 12;

/// The list for project.toml with one buildpack moved right before another.
pub(super) fn order(model: &Model<'_>, moved: usize, before: usize) -> Vec<String> {
    let group = &model.layers.group;
    let (Some(first), Some(second)) = (group.get(moved), group.get(before)) else {
        return Vec::new();
    };
    let mut lines = vec![format!(
        "Put {} before {} in project.toml:",
        first.id, second.id
    )];
    if group.len() > LISTED {
        return lines;
    }
    let mut indexes: Vec<usize> = (0..group.len()).filter(|index| *index != moved).collect();
    let at = indexes
        .iter()
        .position(|index| *index == before)
        .unwrap_or(0);
    indexes.insert(at, moved);
    lines.push("[io.buildpacks]".to_owned());
    lines.push("group = [".to_owned());
    for buildpack in indexes.iter().filter_map(|index| group.get(*index)) {
        let version = match buildpack.version.as_str() {
            "" => String::new(),
            version => format!(", version = \"{version}\""),
        };
        lines.push(format!("  {{ id = \"{}\"{version} }},", buildpack.id));
    }
    lines.push("]".to_owned());
    lines
}

/// The same in one line, for findings where the order is one fix among others.
pub(super) fn order_in_words(model: &Model<'_>, moved: usize, before: usize) -> String {
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
    }
}

/// `heroku/nodejs`, `the platform` …
pub(super) fn author(model: &Model<'_>, by: &By) -> String {
    match by {
        By::Layer { buildpack, .. } => model.id(*buildpack).to_owned(),
        By::Base => "the image".to_owned(),
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
                && !matches!(step.how, How::Root | How::Base | How::Cleaned)
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
