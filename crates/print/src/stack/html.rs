//! The stack as one page that needs nothing else: buildpacks as columns, their layers,
//! what hides or replaces what, the variables of a dyno, findings.

use std::fmt::Write as _;

use super::graph;
use crate::html::escaped;
use slugsmith_finding::Severity;
use slugsmith_finding::units;
use slugsmith_stack::{BuildpackReport, StackReport, secrets};

/// The dress of the page of sizes, and what only this page has.
const STYLE: &str = concat!(include_str!("../html/style.css"), include_str!("style.css"));

const SCRIPT: &str = include_str!("arrows.js");

/// The whole page.
#[must_use]
pub fn page(report: &StackReport) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>Stack</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>Stack</h1>\n\
         <div class=\"stack\" tabindex=\"0\" role=\"region\" aria-label=\"Buildpacks and their layers, in order\">\n"
    );
    for (index, buildpack) in report.buildpacks.iter().enumerate() {
        column(&mut out, index, buildpack);
    }
    out.push_str("</div>\n");
    findings(&mut out, report);
    arrows(&mut out, report);
    processes(&mut out, report);
    variables(&mut out, report);
    out.push_str("</main>\n");
    picture(&mut out, report);
    out.push_str("</body>\n</html>\n");
    out
}

fn column(out: &mut String, index: usize, buildpack: &BuildpackReport) {
    let (id, version) = (escaped(&buildpack.id), escaped(&buildpack.version));
    let _ = writeln!(
        out,
        "<div class=\"buildpack\"><b>{}. {id}</b> <small>{version}</small>",
        index + 1
    );
    for layer in &buildpack.layers {
        let types = layer.types.unwrap_or_default();
        let class = match layer.types {
            None => "layer unknown",
            Some(types) if types.launch => "layer",
            Some(_) => "layer build",
        };
        let flags: Vec<&str> = [
            (types.build, "build"),
            (types.launch, "launch"),
            (types.cache, "cache"),
        ]
        .into_iter()
        .filter_map(|(set, name)| set.then_some(name))
        .collect();
        let _ = writeln!(
            out,
            "<div class=\"{class}\" id=\"{}\">{}<br><small>{}</small></div>",
            graph::node(index, &layer.name),
            escaped(&layer.name),
            [flags.join("+"), units::size(layer.bytes)]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" · ")
        );
    }
    let commands: Vec<String> = buildpack
        .commands
        .iter()
        .map(|(name, version)| escaped(&format!("{name} {}", version.as_deref().unwrap_or(""))))
        .collect();
    let _ = writeln!(out, "<small>{}</small></div>", commands.join(", "));
}

fn findings(out: &mut String, report: &StackReport) {
    if report.findings.is_empty() {
        return;
    }
    out.push_str("<h2>Findings</h2>\n<ul>\n");
    for finding in &report.findings {
        let class = match finding.level {
            Severity::Error => "error",
            Severity::Warn => "warn",
            Severity::Info => "info",
        };
        let _ = writeln!(
            out,
            "<li><b class=\"{class}\">{class}</b> <code>{}</code> {}",
            finding.rule,
            escaped(&finding.message)
        );
        let list = finding
            .help
            .iter()
            .position(|line| report.corrected.first() == Some(line));
        let help = finding
            .help
            .get(..list.unwrap_or(finding.help.len()))
            .unwrap_or_default();
        if !help.is_empty() {
            let _ = writeln!(out, "<pre>{}</pre>", escaped(&help.join("\n")));
        }
    }
    out.push_str("</ul>\n");
    if !report.corrected.is_empty() {
        let list = escaped(&report.corrected.join("\n"));
        let _ = writeln!(out, "<h2>The corrected order</h2>\n<pre>{list}</pre>");
    }
}

fn arrows(out: &mut String, report: &StackReport) {
    let arrows = graph::arrows(report);
    if arrows.is_empty() {
        return;
    }
    out.push_str("<h2>Who hides or replaces whom</h2>\n\
        <p><small>In the picture: commands that hide others in red, variables that replace others in dashed \
        blue.</small>\n<table>\n");
    for (from, to, label) in arrows {
        let name = |node: &str| escaped(&place(report, node));
        let _ = writeln!(
            out,
            "<tr><td><a href=\"#{from}\">{}</a><td>{}<td><a href=\"#{to}\">{}</a>",
            name(&from),
            escaped(&label),
            name(&to)
        );
    }
    out.push_str("</table>\n");
}

/// The arrows over the columns; the table says the same where no script runs.
fn picture(out: &mut String, report: &StackReport) {
    let arrows: Vec<_> = graph::arrows(report);
    if arrows.is_empty() {
        return;
    }
    // In a script nothing but `<` could end it early.
    let arrows = serde_json::json!(arrows)
        .to_string()
        .replace('<', "\\u003c");
    let _ = writeln!(out, "<script>\nconst arrows = {arrows};\n{SCRIPT}</script>");
}

/// `heroku/nodejs dist` for a node of the picture.
fn place(report: &StackReport, wanted: &str) -> String {
    report
        .buildpacks
        .iter()
        .enumerate()
        .flat_map(|(index, buildpack)| {
            buildpack
                .layers
                .iter()
                .map(move |layer| (index, buildpack, layer))
        })
        .find(|(index, _, layer)| graph::node(*index, &layer.name) == wanted)
        .map_or_else(
            || wanted.to_owned(),
            |(_, buildpack, layer)| format!("{} {}", buildpack.id, layer.name),
        )
}

fn processes(out: &mut String, report: &StackReport) {
    out.push_str(
        "<h2>Processes</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Processes\">\n\
         <table>\n<tr><th scope=\"col\">type<th scope=\"col\">buildpack<th scope=\"col\">command\n",
    );
    for one in report
        .launch
        .processes
        .iter()
        .chain(&report.launch.elsewhere)
    {
        let owner = one
            .owner
            .and_then(|owner| report.buildpacks.get(owner))
            .map_or("?", |owner| &owner.id);
        let default = if one.is_default { " (default)" } else { "" };
        let _ = writeln!(
            out,
            "<tr><td>{}{default}<td>{}<td><code>{}</code>",
            escaped(&slugsmith_stack::launch::named(&one.process)),
            escaped(owner),
            escaped(&one.shown())
        );
    }
    out.push_str("</table>\n</div>\n");
}

fn variables(out: &mut String, report: &StackReport) {
    out.push_str(
        "<h2>Variables at launch</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Variables\">\n\
         <table>\n<tr><th scope=\"col\">name<th scope=\"col\">value<th scope=\"col\">steps\n",
    );
    for (name, variable) in &report.dyno.variables {
        let name = name.to_string_lossy();
        let value = secrets::of_variable(&name, variable);
        let _ = write!(
            out,
            "<tr><td>{}<td><code>{}</code><td>",
            escaped(&name),
            escaped(&value)
        );
        for step in &variable.steps {
            let who = match &step.by {
                slugsmith_stack::environment::By::Layer { buildpack, .. } => {
                    report.buildpacks.get(*buildpack).map_or("?", |one| &one.id)
                }
                _ => "image",
            };
            let _ = write!(out, "{} {}<br>", escaped(who), step.how.word());
        }
        out.push('\n');
    }
    out.push_str("</table>\n</div>\n");
}
