//! The stack as a picture in text: Mermaid for Markdown pages, DOT for Graphviz.
//!
//! Buildpacks are groups, their launch and build layers nodes; arrows show which layer's
//! command hides which other's and whose variable replaces whose.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use slugsmith_finding::units;
use slugsmith_stack::StackReport;
use slugsmith_stack::environment::{By, Environment, Modification, ModificationRule};
use slugsmith_stack::which::Owner;

/// An arrow between two layers: from, to, what it says.
pub(super) type Arrow = (String, String, String);

/// Labels name at most this many commands or variables.
const NAMED: usize = 4;

/// A Mermaid flowchart.
#[must_use]
pub fn mermaid(report: &StackReport) -> String {
    let mut out = "flowchart LR\n".to_owned();
    for (index, buildpack) in report.buildpacks.iter().enumerate() {
        let _ = writeln!(
            out,
            "  subgraph b{index}[\"{} {}\"]",
            clean(&buildpack.id),
            clean(&buildpack.version)
        );
        for layer in &buildpack.layers {
            let node = node(index, &layer.name);
            let size = units::size(layer.bytes);
            let _ = writeln!(out, "    {node}[\"{}<br>{size}\"]", clean(&layer.name));
        }
        if buildpack.layers.is_empty() {
            let _ = writeln!(out, "    b{index}x[\"no layers\"]");
        }
        out.push_str("  end\n");
    }
    for (from, to, label) in arrows(report) {
        let _ = writeln!(out, "  {from} -->|\"{}\"| {to}", clean(&label));
    }
    out
}

/// A Graphviz digraph.
#[must_use]
pub fn dot(report: &StackReport) -> String {
    let mut out = "digraph stack {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    for (index, buildpack) in report.buildpacks.iter().enumerate() {
        let title = format!("{} {}", buildpack.id, buildpack.version);
        let _ = writeln!(
            out,
            "  subgraph cluster_{index} {{\n    label=\"{}\";",
            clean(&title)
        );
        for layer in &buildpack.layers {
            let label = format!("{}\\n{}", clean(&layer.name), units::size(layer.bytes));
            let _ = writeln!(out, "    {} [label=\"{label}\"];", node(index, &layer.name));
        }
        if buildpack.layers.is_empty() {
            let _ = writeln!(out, "    b{index}x [label=\"no layers\"];");
        }
        out.push_str("  }\n");
    }
    for (from, to, label) in arrows(report) {
        let _ = writeln!(out, "  {from} -> {to} [label=\"{}\"];", clean(&label));
    }
    out.push_str("}\n");
    out
}

/// A name that both languages take: letters and digits only, so bytes are written as hex.
pub(super) fn node(buildpack: usize, layer: &str) -> String {
    let mut name = format!("b{buildpack}_");
    for byte in layer.bytes() {
        if byte.is_ascii_alphanumeric() {
            name.push(char::from(byte));
        } else {
            let _ = write!(name, "_{byte:02x}");
        }
    }
    name
}

/// Quotes, backslashes and control characters would end a label.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '"' => '\'',
            '\\' | '<' | '>' | '|' => '/',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// What hides or replaces what, each pair of layers once.
pub(super) fn arrows(report: &StackReport) -> Vec<Arrow> {
    let mut found: Vec<(String, String, &'static str, String)> = Vec::new();
    for one in &report.shadowings {
        let Owner::Layer { buildpack, layer } = &one.winner.owner else {
            continue;
        };
        let from = node(*buildpack, &layer.to_string_lossy());
        for loser in &one.losers {
            if let Owner::Layer { buildpack, layer } = &loser.owner {
                let to = node(*buildpack, &layer.to_string_lossy());
                found.push((from.clone(), to, "hides", one.name.clone()));
            }
        }
    }
    for environment in [&report.build, &report.dyno]
        .into_iter()
        .chain(report.by_process.values())
    {
        replaced(environment, &mut found);
    }
    let pairs: BTreeSet<_> = found
        .iter()
        .map(|(from, to, verb, _)| (from.clone(), to.clone(), *verb))
        .collect();
    pairs
        .into_iter()
        .map(|(from, to, verb)| {
            let mut names: Vec<&str> = found
                .iter()
                .filter(|one| (&one.0, &one.1, one.2) == (&from, &to, verb))
                .map(|one| one.3.as_str())
                .collect();
            names.sort_unstable();
            names.dedup();
            let more = names.len().saturating_sub(NAMED);
            names.truncate(NAMED);
            let more = if more == 0 {
                String::new()
            } else {
                format!(" +{more}")
            };
            (from, to, format!("{verb} {}{more}", names.join(", ")))
        })
        .collect()
}

fn replaced(environment: &Environment, found: &mut Vec<(String, String, &'static str, String)>) {
    let place = |step: &Modification| match &step.by {
        By::Layer { buildpack, layer } => Some(node(*buildpack, &layer.to_string_lossy())),
        By::Base | By::Platform | By::Operator => None,
    };
    for (name, variable) in &environment.variables {
        let mut holder: Option<String> = None;
        for step in variable.steps.iter().filter(|step| step.fired) {
            let here = place(step);
            if let (ModificationRule::Override, Some(from), Some(to)) = (step.how, &here, &holder)
                && from != to
            {
                found.push((
                    from.clone(),
                    to.clone(),
                    "replaces",
                    name.to_string_lossy().into_owned(),
                ));
            }
            holder = here.or(holder);
        }
    }
}
