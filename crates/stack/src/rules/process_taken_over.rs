//! A process type of one buildpack is replaced by another's.

use super::{Rule, World, fix};
use crate::launch::shown;
use crate::model::Model;
use slugsmith_facts::layers::Process;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "process-taken-over",
    code: "ST10",
    title: "A process type is defined by two buildpacks; the later definition counts.",
    level: Severity::Warn,
    world: World::CloudNative,
    docs: Docs {
        finds: "A process type in the `launch.toml` of two buildpacks with different commands, or whose later \
                definition is for another execution environment (`exec-env`).",
        why: "The whole entry is replaced: command, arguments, working directory and whether it is the \
              default. The first buildpack's command never runs, and the image does not say so.",
        fix: "Name the process in a Procfile, which is yours to decide, or put the buildpack whose command \
              should count last.",
        silent: "When the new command comes from the app's Procfile, when both are equal, and within one \
                 buildpack or family.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for report in &model.processes.processes {
        let (Some(owner), Some((former, process))) = (report.owner, report.replaced.last()) else {
            continue;
        };
        let related = fix::are_family(model.id(owner), model.id(*former));
        let same = process.command == report.process.command && process.args == report.process.args;
        if related || same || is_from_procfile(model, owner, &report.process) {
            continue;
        }
        let (winner, loser) = (model.id(owner), model.id(*former));
        let kind = &report.process.kind;
        let message = format!(
            "`{kind}` of {loser} (`{}`) is replaced by {winner}'s (`{}`).",
            shown(process),
            report.shown(),
        );
        let mut help = vec![format!(
            "Decide it yourself: Procfile: {kind}: {}",
            report.shown()
        )];
        help.push(fix::order_in_words(model, owner, *former));
        findings.push(RULE.finding(message, help));
    }
    findings.extend(lost(model));
    findings
}

/// Process types whose last definition is for another execution environment: the definitions
/// replace each other first, and only then the launcher asks whether the one that is left applies.
fn lost<'m>(model: &'m Model<'_>) -> impl Iterator<Item = Finding> + 'm {
    model.processes.elsewhere.iter().filter_map(|report| {
        let (owner, (former, process)) = (report.owner?, report.replaced.last()?);
        if process.exec_env == report.process.exec_env {
            return None;
        }
        let (winner, loser) = (model.id(owner), model.id(*former));
        let kind = &report.process.kind;
        let only = report.process.exec_env.join(", ");
        let message = format!(
            "`{kind}` of {loser} is replaced by {winner}'s, which exists only in the execution environment {only}: \
             here `{kind}` can't be started."
        );
        let help = vec![format!(
            "Give the process of {winner} another type, such as {kind}-{only}."
        )];
        Some(RULE.finding(message, help))
    })
}

/// Whether the app itself asked for this process.
fn is_from_procfile(model: &Model<'_>, owner: usize, process: &Process) -> bool {
    let id = model.id(owner);
    id.rsplit('/').next() == Some("procfile")
        || model.procfile(&process.kind).any(|line| {
            let has = |list: &[String]| list.iter().any(|part| part == line);
            shown(process) == line || has(&process.command) || has(&process.args)
        })
}
