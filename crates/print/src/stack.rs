//! The stack's lines: what buildpacks did to each other, then one line for each of them.
//!
//! Normal: what each brought, who set PATH where that matters, process types where
//! several buildpacks take part, and findings. Verbose: everything (`verbose`).
//! Whatever the stack's size, the normal log stays under `LIMIT` lines.

pub mod graph;
pub mod html;
mod verbose;
pub mod which;

use std::borrow::Cow;

use super::excerpt::Detail;
use super::line::Line;
use slugsmith_config::LogLevel;
use slugsmith_finding::units;
use slugsmith_finding::{Finding, Severity, pages};
use slugsmith_stack::environment::By;
use slugsmith_stack::which::Owner;
use slugsmith_stack::{BuildpackReport, StackReport, State};

/// Lines of the section in normal mode.
const LIMIT: usize = 200;
/// Buildpacks listed in normal mode.
const BUILDPACKS: usize = 60;
/// Findings listed in normal mode.
const FINDINGS: usize = 20;
/// Information that belongs into the normal log: it explains a value that nothing else does.
const NOTES: &[&str] = &["start-program-sets-variable"];
/// Names listed in one line.
const NAMES: usize = 8;

/// The section of the log.
#[must_use]
pub fn lines(report: &StackReport, detail: impl Into<Detail>) -> Vec<Line> {
    let detail = detail.into();
    let level = detail.level;
    let mut lines = vec![Line::section(title(report))];
    findings(report, detail, &mut lines);
    buildpacks(report, level, &mut lines);
    processes(report, &mut lines);
    modes(report, &mut lines);
    changes(report, &mut lines);
    if level == LogLevel::Verbose {
        verbose::lines(report, &mut lines);
    } else {
        winners(report, &mut lines);
    }
    if level != LogLevel::Verbose && lines.len() > LIMIT {
        let more = lines.len() - LIMIT + 1;
        lines.truncate(LIMIT - 1);
        lines.push(Line::item(
            1,
            format!("{more} more lines with SLUGSMITH_LOG=verbose"),
        ));
    }
    lines
}

/// The section about what processes start.
#[must_use]
pub fn starts(report: &StackReport, detail: impl Into<Detail>) -> Vec<Line> {
    let mut lines = vec![Line::section("Start commands".to_owned())];
    findings(report, detail.into(), &mut lines);
    lines
}

fn title(report: &StackReport) -> String {
    let count = units::counted(named_once(report).len() as u64, "buildpack");
    let own = report
        .buildpacks
        .iter()
        .position(|one| one.state == State::Own);
    let behind = own.map_or(&[][..], |own| {
        report.buildpacks.get(own + 1..).unwrap_or_default()
    });
    let last = match own {
        Some(own) if behind.is_empty() && own > 0 => ", this one last",
        Some(_) if !behind.is_empty() && behind.iter().all(|one| one.is_system) => {
            ", this one last before the builder's own"
        }
        Some(_) if !behind.is_empty() => ", this one not last",
        _ => "",
    };
    let order = match report.order {
        slugsmith_facts::layers::Order::Unknown => ", order unknown",
        _ => "",
    };
    format!("Stack ({count}{last}{order})")
}

/// The buildpacks, those without a known name as one: several scripts and folders that nothing says
/// anything about can all be of the same.
fn named_once(report: &StackReport) -> Vec<Cow<'_, BuildpackReport>> {
    let mut found: Vec<Cow<'_, BuildpackReport>> = Vec::new();
    for one in &report.buildpacks {
        let same = found.iter_mut().find(|known| {
            slugsmith_stack::is_unnamed(&known.id) && slugsmith_stack::is_unnamed(&one.id)
        });
        match same {
            Some(same) => same.to_mut().join(one),
            None => found.push(Cow::Borrowed(one)),
        }
    }
    found
}

fn buildpacks(report: &StackReport, level: LogLevel, lines: &mut Vec<Line>) {
    let shown = if level == LogLevel::Verbose {
        usize::MAX
    } else {
        BUILDPACKS
    };
    let name = |one: &BuildpackReport| format!("{} {}", one.id, one.version).trim_end().to_owned();
    let all = named_once(report);
    let width = all
        .iter()
        .map(|one| name(one).chars().count())
        .max()
        .unwrap_or(0)
        .min(40);
    for one in all.iter().take(shown) {
        let brought = brought(one).join(" · ");
        lines.push(Line::item(1, format!("{:width$}  {brought}", name(one))));
    }
    if let Some(more) = all.len().checked_sub(shown).filter(|more| *more > 0) {
        lines.push(Line::item(
            1,
            format!("{more} more buildpacks with SLUGSMITH_LOG=verbose"),
        ));
    }
}

/// What a buildpack brought: commands with versions, MB at launch, variables, processes.
fn brought(one: &BuildpackReport) -> Vec<String> {
    let mut parts = Vec::new();
    if one.is_system {
        parts.push("added by the builder (system.toml)".to_owned());
    }
    if one.state == State::NotYet {
        parts.push("has not run yet".to_owned());
        return parts;
    }
    if !one.commands.is_empty() {
        let commands = one.commands.iter().map(|(name, version)| match version {
            Some(version) => format!("{name} {version}"),
            None => name.clone(),
        });
        parts.push(named(commands.collect()));
    }
    if one.launch_bytes > 0 {
        parts.push(format!("{} at launch", units::size(one.launch_bytes)));
    }
    let reused = one
        .layers
        .iter()
        .filter(|layer| layer.reused.is_some() && !layer.remembered)
        .count() as u64;
    if reused > 0 {
        parts.push(format!("{} reused unseen", units::counted(reused, "layer")));
    }
    if !one.variables.is_empty() {
        parts.push(format!("sets {}", named(one.variables.clone())));
    }
    if !one.start_programs.is_empty() && one.state != State::Own {
        parts.push(format!(
            "runs {} at start",
            named(one.start_programs.clone())
        ));
    }
    match one.processes.as_slice() {
        [] => {}
        [single] => parts.push(format!("process {single}")),
        several => parts.push(format!("processes {}", named(several.to_vec()))),
    }
    parts
}

fn named(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(NAMES);
    names.truncate(NAMES);
    let shown = names.join(", ");
    match more {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Process types with their owner.
fn processes(report: &StackReport, lines: &mut Vec<Line>) {
    let mut parts = Vec::new();
    for one in &report.launch.processes {
        let owner = one
            .owner
            .and_then(|owner| report.buildpacks.get(owner))
            .map_or(
                if report.is_classic {
                    one.process.buildpack.as_deref().unwrap_or("Procfile")
                } else {
                    "an unknown buildpack"
                },
                |owner| owner.id.as_str(),
            );
        let default = if one.is_default { ", default" } else { "" };
        let instead = match one.replaced.last() {
            Some((former, _)) => report
                .buildpacks
                .get(*former)
                .map(|former| format!(", instead of {}'s", former.id))
                .unwrap_or_default(),
            None => String::new(),
        };
        parts.push(format!("{} ({owner}{default}{instead})", one.process.kind));
    }
    if !parts.is_empty() {
        lines.push(Line::item(1, format!("Processes: {}", named(parts))));
    }
    let elsewhere: Vec<String> = report
        .launch
        .elsewhere
        .iter()
        .map(|one| slugsmith_stack::launch::named(&one.process))
        .collect();
    if !elsewhere.is_empty() {
        let text = format!("Not in this execution environment: {}", named(elsewhere));
        lines.push(Line::item(1, text));
    }
}

/// Variables that say whether code is built for development or for production.
const MODES: &[&str] = &[
    "APP_ENV",
    "DJANGO_ENV",
    "FLASK_ENV",
    "MIX_ENV",
    "NODE_ENV",
    "RACK_ENV",
    "RAILS_ENV",
];

/// Where buildpacks build in another mode than the app runs in.
fn modes(report: &StackReport, lines: &mut Vec<Line>) {
    for name in MODES {
        let (build, launch) = (report.build.get(name), report.dyno.get(name));
        if build.is_empty() || launch.is_empty() || build == launch {
            continue;
        }
        let variable = report.build.variables.get(std::ffi::OsStr::new(name));
        let step = variable.and_then(|one| one.steps.iter().rev().find(|step| step.fired));
        let Some(By::Layer { buildpack, .. }) = step.map(|step| &step.by) else {
            continue;
        };
        let id = report
            .buildpacks
            .get(*buildpack)
            .map_or("?", |one| one.id.as_str());
        let text = format!(
            "{name} is `{}` for the buildpacks after {id}, and `{}` at launch",
            build.to_string_lossy(),
            launch.to_string_lossy()
        );
        lines.push(Line::item(1, text));
    }
}

/// What others did to the app's own files.
fn changes(report: &StackReport, lines: &mut Vec<Line>) {
    let Some(changes) = &report.changes else {
        return;
    };
    let told = |files: &[String], what: &str| {
        let count = units::counted(files.len() as u64, "file");
        (!files.is_empty()).then(|| format!("{count} {what} ({})", named(files.to_vec())))
    };
    let parts: Vec<String> = [
        told(&changes.changed, "changed"),
        told(&changes.deleted, "deleted"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let text = if parts.is_empty() {
        "The app's own files are as they were".to_owned()
    } else {
        format!("By other buildpacks: {} of the app", parts.join(", "))
    };
    lines.push(Line::item(1, text));
}

/// Which executable wins, and who set PATH: only where a command exists twice.
fn winners(report: &StackReport, lines: &mut Vec<Line>) {
    let told = report
        .findings
        .iter()
        .any(|finding| finding.rule == "second-runtime" || finding.rule == "shadowed-command");
    if !told {
        return;
    }
    let mut order: Vec<&str> = Vec::new();
    for (_, owner, _) in &report.path {
        let name = owner_name(report, owner.as_ref());
        if order.last() != Some(&name) {
            order.push(name);
        }
    }
    lines.push(Line::item(
        1,
        format!("PATH at launch, first wins: {}", order.join(", ")),
    ));
}

fn owner_name<'a>(report: &'a StackReport, owner: Option<&Owner>) -> &'a str {
    match owner {
        Some(Owner::Layer { buildpack, .. }) => report
            .buildpacks
            .get(*buildpack)
            .map_or("?", |one| one.id.as_str()),
        Some(Owner::Image) => "the image",
        Some(Owner::App) => "the app",
        None => "a folder that is not here",
    }
}

/// Findings as alarms; what is only information stays for the verbose log.
fn findings(report: &StackReport, detail: Detail, lines: &mut Vec<Line>) {
    let verbose = detail.level == LogLevel::Verbose;
    let shown: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| {
            verbose || finding.level > Severity::Info || NOTES.contains(&finding.rule)
        })
        .collect();
    let limit = if verbose { usize::MAX } else { FINDINGS };
    let mut ordered = false;
    for finding in shown.iter().take(limit) {
        let (fact, consequences) = first_sentence(&finding.message);
        let text = match finding.level {
            Severity::Error => format!("error: {fact} ({})", finding.rule),
            Severity::Info | Severity::Warn => format!("{fact} ({})", finding.rule),
        };
        lines.push(match finding.level {
            Severity::Info => Line::item(1, text),
            Severity::Warn | Severity::Error => Line::alarm(1, text),
        });
        lines.extend(detail.excerpt(finding));
        // The list of buildpacks is the same for all: it comes once, at the end.
        let list = finding
            .help
            .iter()
            .position(|line| report.corrected.first() == Some(line));
        ordered |= list.is_some();
        let help = finding.help.iter().take(list.unwrap_or(usize::MAX));
        let details = consequences.iter().chain(help);
        lines.extend(details.map(|detail| Line::row(1, detail.clone())));
        lines.extend(pages::of_rule(finding.rule, finding.code).map(|url| Line::row(1, url)));
    }
    if let Some(more) = shown.len().checked_sub(limit).filter(|more| *more > 0) {
        lines.push(Line::alarm(
            1,
            format!("{more} more findings with SLUGSMITH_LOG=verbose"),
        ));
    }
    if ordered {
        lines.push(Line::item(1, "The corrected order, for project.toml"));
        lines.extend(report.corrected.iter().map(|line| Line::row(1, line)));
    }
}

/// The fact, and the sentences after it.
fn first_sentence(message: &str) -> (&str, Option<String>) {
    let end = message.match_indices(". ").find(|(at, _)| {
        let next = message.get(at + 2..).and_then(|rest| rest.chars().next());
        next.is_some_and(char::is_uppercase)
    });
    match end.map(|(at, _)| message.split_at(at)) {
        Some((fact, rest)) => {
            let rest = rest.trim_start_matches(['.', ' ']);
            (fact, Some(rest.to_owned()))
        }
        None => (message.trim_end_matches('.'), None),
    }
}

#[cfg(test)]
mod tests;
