//! The survey's lines: what was adopted, what nobody installed, and a root without projects.

use super::line::Line;
use slugsmith_cache::survey::{Survey, Uninstalled, Unrecognised};
use slugsmith_facts::environment::World;

/// For the section of dependencies.
#[must_use]
pub fn lines(survey: &Survey) -> Vec<Line> {
    let mut lines: Vec<_> = survey
        .adopted
        .iter()
        .map(|one| {
            let text = format!(
                "{} ({}) · installed by {}, adopted",
                one.language, one.what, one.by
            );
            Line::item(1, text)
        })
        .collect();
    for one in &survey.uninstalled {
        if !one.why.is_empty() {
            let text = format!(
                "{} ({}): not installed, {}",
                one.language, one.what, one.why
            );
            lines.push(Line::alarm(1, text));
            if !is_repeated(survey, one) {
                lines.push(Line::row(1, one.advice()));
            }
        }
    }
    lines.extend(survey.unrecognised.iter().flat_map(|found| {
        if found.is_adopted {
            adopted_below(found)
        } else {
            unrecognised(found)
        }
    }));
    lines
}

/// For the end of the log: what the app may lack when it starts. What ends the build is
/// said by its own problem.
#[must_use]
pub fn last_lines(survey: &Survey) -> Vec<Line> {
    let fatal = survey.fatal();
    let others = survey.uninstalled.iter().filter(|one| fatal != Some(*one));
    let mut lines: Vec<_> = others
        .filter(|one| is_repeated(survey, one))
        .flat_map(reminder)
        .collect();
    let unrecognised = survey.unrecognised.as_ref();
    // The dependencies below are asked for by no command at the root.
    let below = unrecognised.filter(|found| !survey.absent.is_empty() && !found.has_procfile);
    if let Some((folder, file)) = below.and_then(|found| found.below.first()) {
        let text = format!("{folder}/{file} was not looked at: slugsmith build {folder}");
        lines.push(Line::alarm(1, text));
    }
    lines
}

/// Whether it is repeated at the end of the log, where nobody misses it. On the platform what no
/// process needs may be another buildpack's.
fn is_repeated(survey: &Survey, one: &Uninstalled) -> bool {
    one.world == World::Embedded || (survey.is_build && (one.need.is_some() || one.is_promised))
}

fn reminder(one: &Uninstalled) -> Vec<Line> {
    let need = match &one.need {
        Some(need) => format!("; {need}"),
        None => String::new(),
    };
    vec![
        Line::alarm(
            1,
            format!("{} ({}) is not installed{need}", one.language, one.what),
        ),
        Line::row(1, one.advice()),
    ]
}

/// A buildpack that works in one folder of the app has its tree there.
fn adopted_below(found: &Unrecognised) -> Vec<Line> {
    let below = found.below.iter();
    below
        .map(|(at, file)| {
            let text = format!("{at}/{file} · installed by an earlier buildpack, adopted");
            Line::item(1, text)
        })
        .collect()
}

fn unrecognised(found: &Unrecognised) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some((folder, _)) = found.below.first() {
        let files: Vec<_> = found
            .below
            .iter()
            .map(|(at, file)| format!("{at}/{file}"))
            .collect();
        let verb = if files.len() == 1 { "is" } else { "are" };
        lines.push(Line::alarm(
            1,
            format!(
                "Nothing to install at the root: no manifest or lockfile is there, but {} {verb} \
                below it",
                files.join(", ")
            ),
        ));
        lines.push(Line::row(
            1,
            format!(
                "Build that folder (`slugsmith build {folder}`), or add [[com.slugsmith.cache]] \
                path = \"{folder}\" to project.toml."
            ),
        ));
    } else if let Some(page) = &found.page {
        lines.push(Line::item(
            1,
            format!(
                "Nothing to install: {page} is there and no manifest of a language, so these are \
                static files"
            ),
        ));
    } else if found.is_built {
        let text = "Nothing to install: what is here is the work of earlier buildpacks";
        lines.push(Line::item(1, text.to_owned()));
    } else if let Some(ending) = &found.ending {
        lines.push(Line::alarm(
            1,
            format!(
                "No language was recognised: most code here is *.{ending}, and no manifest that \
                slugsmith knows is at the root"
            ),
        ));
        lines.push(Line::row(1, format!("Looked for {}.", looked_for())));
    } else {
        lines.push(Line::alarm(
            1,
            format!(
                "No language was recognised: looked for {} at the root",
                looked_for()
            ),
        ));
    }
    if let (false, Some(path)) = (found.has_procfile, &found.procfile_below) {
        lines.push(Line::row(
            1,
            format!("The platform reads a Procfile at the root only: {path} starts nothing."),
        ));
    }
    lines
}

/// The most telling manifest of each ecosystem.
fn looked_for() -> String {
    let manifests = slugsmith_ecosystems::ALL
        .iter()
        .filter_map(|one| one.manifests.first());
    let names: Vec<_> = manifests.map(|one| one.pattern).collect();
    names.join(", ")
}
