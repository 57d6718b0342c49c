//! Everything about the stack: layers, variables, PATH, processes, build plan.

use super::owner_name;
use crate::line::Line;
use slugsmith_finding::units;
use slugsmith_stack::environment::{By, Environment, Modification};
use slugsmith_stack::which::Owner;
use slugsmith_stack::{LayerReport, StackReport, secrets};

/// Characters of a value that are shown.
const VALUE: usize = 160;

pub(super) fn lines(report: &StackReport, lines: &mut Vec<Line>) {
    layers(report, lines);
    path(report, lines);
    lines.push(Line::item(1, "Variables at launch"));
    variables(report, &report.dyno, None, lines);
    for (kind, environment) in &report.by_process {
        lines.push(Line::item(
            1,
            format!("Other variables of `{kind}` at launch"),
        ));
        variables(report, environment, Some(&report.dyno), lines);
    }
    lines.push(Line::item(1, "Variables for the next buildpack"));
    variables(report, &report.build, None, lines);
    processes(report, lines);
    plan(report, lines);
    for unknown in &report.unknown {
        lines.push(Line::item(1, format!("Unknown: {unknown}")));
    }
}

fn layers(report: &StackReport, lines: &mut Vec<Line>) {
    // Layers that are taken from an image have left the files with their flags behind.
    let has_flags = report
        .buildpacks
        .iter()
        .flat_map(|buildpack| &buildpack.layers)
        .any(|layer| layer.types.is_some());
    for buildpack in &report.buildpacks {
        if buildpack.layers.is_empty() {
            continue;
        }
        lines.push(Line::item(1, format!("Layers of {}", buildpack.id)));
        for layer in &buildpack.layers {
            lines.push(Line::row(
                1,
                if report.is_classic {
                    folder(layer)
                } else {
                    row(layer, has_flags)
                },
            ));
        }
    }
}

/// A folder of a classic slug has no flags.
fn folder(layer: &LayerReport) -> String {
    format!(
        "{:>9}  {}  {}",
        units::size(layer.bytes),
        layer.name,
        units::counted(layer.files, "file")
    )
}

fn row(layer: &LayerReport, has_flags: bool) -> String {
    let flags = match layer.types {
        None if !has_flags => String::new(),
        None => "  no flags yet".to_owned(),
        Some(types) => {
            let set: Vec<&str> = [
                (types.build, "build"),
                (types.launch, "launch"),
                (types.cache, "cache"),
            ]
            .into_iter()
            .filter_map(|(set, name)| set.then_some(name))
            .collect();
            if set.is_empty() {
                "  ignored".to_owned()
            } else {
                format!("  {}", set.join("+"))
            }
        }
    };
    match &layer.reused {
        Some(_) if layer.remembered => format!(
            "{:>9}  {}{flags}  {}, reused, as an earlier build saw it",
            units::size(layer.bytes),
            layer.name,
            units::counted(layer.files, "file")
        ),
        Some(digest) => format!(
            "{}{flags}  reused, contents not here ({digest})",
            layer.name
        ),
        None => format!(
            "{:>9}  {}{flags}  {}",
            units::size(layer.bytes),
            layer.name,
            units::counted(layer.files, "file")
        ),
    }
}

fn path(report: &StackReport, lines: &mut Vec<Line>) {
    if report.path.is_empty() {
        return;
    }
    lines.push(Line::item(1, "PATH at launch"));
    for (folder, owner, commands) in &report.path {
        let who = owner_name(report, owner.as_ref());
        let commands = match (owner, commands) {
            (Some(Owner::Image), 0) => "nothing seen".to_owned(),
            (_, commands) => units::counted(*commands as u64, "command"),
        };
        let who = match (owner, is_in_app(report, folder)) {
            (None, true) => "the app",
            _ => who,
        };
        lines.push(Line::row(1, format!("{folder}  {who}, {commands}")));
    }
    for one in &report.shadowings {
        let mut losers: Vec<&str> = one
            .losers
            .iter()
            .map(|loser| owner_name(report, Some(&loser.owner)))
            .collect();
        losers.dedup();
        let winner = owner_name(report, Some(&one.winner.owner));
        let text = format!("`{}`: {winner} hides {}", one.name, losers.join(", "));
        lines.push(Line::row(1, text));
    }
}

/// Whether a folder of PATH is one of the app's own.
fn is_in_app(report: &StackReport, folder: &str) -> bool {
    report.is_classic && folder.starts_with("/app/") || folder.starts_with("/workspace/")
}

/// Every variable with its history; only what differs from `known`, if given.
fn variables(
    report: &StackReport,
    environment: &Environment,
    known: Option<&Environment>,
    lines: &mut Vec<Line>,
) {
    if let Some(failure) = &environment.failure {
        let text = format!(
            "The lifecycle stops here: {} {}: {}",
            who(report, &failure.by),
            failure.file,
            failure.reason
        );
        lines.push(Line::alarm(2, text));
    }
    for (name, variable) in &environment.variables {
        if known.is_some_and(|known| known.variables.get(name) == Some(variable)) {
            continue;
        }
        let name = name.to_string_lossy();
        let shown = cut(&secrets::of_variable(&name, variable));
        lines.push(Line::row(1, format!("{name}={shown}")));
        for step in &variable.steps {
            lines.push(Line::row(2, told(report, &name, step)));
        }
    }
}

/// One line of a history: who, which file, how, what.
fn told(report: &StackReport, name: &str, step: &Modification) -> String {
    let value = cut(&secrets::of_step(name, step));
    let effect = if step.fired {
        ""
    } else {
        ", without effect: it has a value"
    };
    let who = who(report, &step.by);
    let how = step.how.word();
    let file = if step.file.is_empty() {
        String::new()
    } else {
        format!(" {}", step.file)
    };
    format!("{who}{file}: {how} `{value}`{effect}")
}

fn who(report: &StackReport, by: &By) -> String {
    match by {
        By::Base => "image".to_owned(),
        By::Platform => "platform".to_owned(),
        By::Operator => "operator".to_owned(),
        By::Layer { buildpack, layer } => {
            let id = report
                .buildpacks
                .get(*buildpack)
                .map_or("?", |one| one.id.as_str());
            // A script of a classic slug is told with its line.
            if report.is_classic {
                return id.to_owned();
            }
            format!("{id} {}", layer.to_string_lossy())
        }
    }
}

fn cut(value: &str) -> String {
    let one_line = value.replace('\n', "\\n");
    match one_line.char_indices().nth(VALUE) {
        None => one_line,
        Some((at, _)) => format!(
            "{} … ({})",
            one_line.get(..at).unwrap_or_default(),
            units::size(value.len() as u64)
        ),
    }
}

fn processes(report: &StackReport, lines: &mut Vec<Line>) {
    let name = |index: usize| report.buildpacks.get(index).map_or("?", |one| &one.id);
    for one in report
        .launch
        .processes
        .iter()
        .chain(&report.launch.elsewhere)
    {
        let nobody = if report.is_classic {
            one.process.buildpack.as_deref().unwrap_or("the Procfile")
        } else {
            "?"
        };
        let owner = one.owner.map_or(nobody, name);
        let shell = if one.process.direct {
            "direct"
        } else {
            "in a shell"
        };
        let default = if one.is_default { ", default" } else { "" };
        let kind = slugsmith_stack::launch::named(&one.process);
        let command = cut(&one.shown());
        let text = format!("Process {kind} of {owner}, {shell}{default}: {command}");
        lines.push(Line::item(1, text));
        for (former, process) in &one.replaced {
            let command = cut(&slugsmith_stack::launch::shown(process));
            let text = format!("replaces {}'s: {command}", name(*former));
            lines.push(Line::row(1, text));
        }
    }
}

fn plan(report: &StackReport, lines: &mut Vec<Line>) {
    if report.plan.is_empty() {
        return;
    }
    lines.push(Line::item(1, "Build plan"));
    for entry in &report.plan {
        let requires = entry.requires.join(", ");
        let providers = entry.providers.join(", ");
        lines.push(Line::row(1, format!("{requires}: provided by {providers}")));
    }
}
