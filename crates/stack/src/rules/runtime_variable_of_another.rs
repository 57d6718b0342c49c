//! A variable of one runtime reaches the program of another.

use std::ffi::OsStr;
use std::path::Path;

use super::{Rule, World, fix};
use crate::model::Model;
use crate::which::{Candidate, Owner};
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "runtime-variable-of-another",
    code: "ST36",
    title: "A runtime starts with the home folder of another one.",
    level: Severity::Warn,
    world: World::Both,
    docs: Docs {
        finds: "PYTHONHOME, JAVA_HOME, GOROOT or DOTNET_ROOT that leads into what one buildpack installed, while PATH \
                at launch leads to the `python3`, `java`, `go` or `dotnet` of another one or of the image.",
        why: "Python takes its standard library from PYTHONHOME and stops at once where the versions differ: `No \
              module named 'encodings'`. Tools that ask JAVA_HOME run another Java than the command line does.",
        fix: "Put the buildpack whose runtime the app needs last, or unset the variable for the other program.",
        silent: "Where the variable and the program belong to one buildpack, or to none that is known.",
    },
    check,
};

/// A variable, the commands that it is for, and what happens.
const HOMES: &[(&str, &[&str], &str)] = &[
    (
        "PYTHONHOME",
        &["python3", "python"],
        "It looks for its standard library there and stops where the versions differ.",
    ),
    (
        "JAVA_HOME",
        &["java"],
        "Tools that ask JAVA_HOME run another Java.",
    ),
    (
        "GOROOT",
        &["go"],
        "It compiles with the other one's standard library.",
    ),
    (
        "DOTNET_ROOT",
        &["dotnet"],
        "Programs look for their runtime there.",
    ),
];

fn check(model: &Model<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, commands, consequence) in HOMES {
        let value = Path::new(model.dyno.get(name));
        let Some(owner) = owner(model, value) else {
            continue;
        };
        let clash = commands.iter().find_map(|command| {
            let candidates = model.launch_index.candidates(command.as_ref());
            let winner = candidates.into_iter().next()?;
            is_of_another(model, owner, value, &winner).then_some((*command, winner))
        });
        if let Some((command, winner)) = clash {
            findings.push(finding(model, name, command, owner, &winner, consequence));
        }
    }
    findings
}

/// The buildpack whose launch layer a folder lies in.
fn owner(model: &Model<'_>, folder: &Path) -> Option<usize> {
    let mut layers = model.launch_layers();
    layers
        .find(|(_, buildpack, layer)| folder.starts_with(model.layer_path(buildpack, layer)))
        .map(|(index, ..)| index)
}

fn is_of_another(model: &Model<'_>, owner: usize, home: &Path, winner: &Candidate) -> bool {
    if winner.folder.starts_with(home) {
        return false;
    }
    match winner.owner {
        Owner::Image => true,
        // A program that the app brings is meant.
        Owner::App => false,
        Owner::Layer { buildpack, .. } => {
            buildpack != owner && !fix::are_family(model.id(buildpack), model.id(owner))
        }
    }
}

fn finding(
    model: &Model<'_>,
    name: &str,
    command: &str,
    owner: usize,
    winner: &Candidate,
    consequence: &str,
) -> Finding {
    let of = fix::owner(model, &winner.owner);
    let variable = model.dyno.variables.get(OsStr::new(name));
    let step = variable.and_then(|variable| variable.steps.iter().rev().find(|step| step.fired));
    let message = format!(
        "`{command}` at launch is {of}'s ({}), and {name} is {}'s ({}). {consequence}",
        winner.folder.display(),
        model.id(owner),
        step.map_or("", |step| step.file.as_str()),
    );
    let mut help = Vec::new();
    if let Owner::Layer { buildpack, .. } = winner.owner {
        help.push(fix::order_in_words(model, buildpack, owner));
    }
    help.push(format!(
        "Or start the other program without it: env -u {name} {command} …"
    ));
    RULE.finding(message, help)
}
