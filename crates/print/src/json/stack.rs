//! `stack` of the report.

use serde_json::{Map, Value, json};

use slugsmith_stack::environment::{By, Environment};
use slugsmith_stack::launch::ProcessReport;
use slugsmith_stack::which::{Candidate, Owner};
use slugsmith_stack::{BuildpackReport, LayerReport, StackReport, State, secrets};

/// Order, layers, variables, processes and commands of a stack; findings stand in the
/// report's own list.
#[must_use]
pub fn value(report: &StackReport) -> Value {
    json!({
        "order": match report.order {
            slugsmith_facts::layers::Order::Unknown => "unknown",
            _ => "known",
        },
        "buildpacks": report.buildpacks.iter().map(buildpack).collect::<Vec<_>>(),
        "default_process": report.launch.default,
        "processes": report.launch.processes.iter().map(|one| process(report, one)).collect::<Vec<_>>(),
        "processes_elsewhere": report.launch.elsewhere.iter().map(|one| process(report, one)).collect::<Vec<_>>(),
        "path": report.path.iter().map(|(folder, owner, commands)| json!({
            "folder": folder, "owner": owner.as_ref().map(|one| who(report, one)), "commands": commands,
        })).collect::<Vec<_>>(),
        "shadowed": report.shadowings.iter().map(|one| json!({
            "command": one.name,
            "winner": candidate(report, &one.winner),
            "losers": one.losers.iter().map(|loser| candidate(report, loser)).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "variables": {
            "build": variables(report, &report.build),
            "launch": variables(report, &report.dyno),
            "by_process": report.by_process.iter()
                .map(|(kind, environment)| (kind.clone(), variables(report, environment)))
                .collect::<Map<_, _>>(),
        },
        "app_files": report.changes.as_ref().map(|changes| json!({
            "changed": changes.changed, "deleted": changes.deleted,
        })),
        "corrected_order": report.corrected,
        "unknown": report.unknown,
    })
}

/// The whole document of `slugsmith stack`.
#[must_use]
pub fn document(report: &StackReport) -> Value {
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|one| {
            json!({
                "rule": one.rule, "code": one.code, "level": one.level,
                "message": one.message, "help": one.help.join("\n"), "decided_by": one.decided_by,
            })
        })
        .collect();
    json!({
        "schema": "slugsmith.report/1",
        "findings": findings,
        "stack": value(report),
    })
}

fn id(report: &StackReport, index: usize) -> &str {
    report.buildpacks.get(index).map_or("?", |one| &one.id)
}

fn who<'a>(report: &'a StackReport, owner: &Owner) -> &'a str {
    match owner {
        Owner::Layer { buildpack, .. } => id(report, *buildpack),
        Owner::Image => "image",
        Owner::App => "app",
    }
}

/// `exec_env` is empty where the process exists in every execution environment.
fn process(report: &StackReport, one: &ProcessReport) -> Value {
    json!({
        "type": one.process.kind,
        "command": one.shown(),
        "direct": one.process.direct,
        "default": one.is_default,
        "exec_env": one.process.exec_env,
        "owner": one.owner.map(|owner| id(report, owner)),
        "replaces": one.replaced.iter().map(|(owner, _)| id(report, *owner)).collect::<Vec<_>>(),
    })
}

fn buildpack(one: &BuildpackReport) -> Value {
    json!({
        "id": one.id,
        "version": one.version,
        "state": match one.state {
            State::Ran => "ran",
            State::Own => "own",
            State::NotYet => "not yet",
        },
        "system": one.is_system,
        "launch_bytes": one.launch_bytes,
        "commands": one.commands.iter().map(|(name, version)| json!({
            "name": name, "version": version,
        })).collect::<Vec<_>>(),
        "variables": one.variables,
        "processes": one.processes,
        "layers": one.layers.iter().map(layer).collect::<Vec<_>>(),
    })
}

fn layer(one: &LayerReport) -> Value {
    json!({
        "name": one.name,
        "build": one.types.map(|types| types.build),
        "launch": one.types.map(|types| types.launch),
        "cache": one.types.map(|types| types.cache),
        "bytes": one.bytes,
        "files": one.files,
        "reused": one.reused,
        "remembered": one.remembered,
    })
}

fn candidate(report: &StackReport, one: &Candidate) -> Value {
    json!({
        "owner": who(report, &one.owner),
        "folder": one.folder.to_string_lossy(),
        "version": one.version,
        "bytes": one.size,
    })
}

fn variables(report: &StackReport, environment: &Environment) -> Value {
    let variables = environment.variables.iter().map(|(name, variable)| {
        let name = name.to_string_lossy().into_owned();
        let steps: Vec<Value> = variable
            .steps
            .iter()
            .map(|step| {
                let (buildpack, layer) = match &step.by {
                    By::Base => ("image", None),
                    By::Platform => ("platform", None),
                    By::Operator => ("operator", None),
                    By::Layer { buildpack, layer } => {
                        (id(report, *buildpack), Some(layer.to_string_lossy()))
                    }
                };
                json!({
                    "buildpack": buildpack, "layer": layer, "file": step.file,
                    "how": step.how.word(), "fired": step.fired,
                })
            })
            .collect();
        let value = secrets::of_variable(&name, variable);
        (name, json!({ "value": value, "set_by": steps }))
    });
    variables.collect::<Map<_, _>>().into()
}
