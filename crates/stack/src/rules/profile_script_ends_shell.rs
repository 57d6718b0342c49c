//! A profile script changes or ends the shell that starts the process.

use super::{Rule, World};
use crate::model::Model;
use slugsmith_facts::shell::Trouble;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Location, Severity};

pub(super) static RULE: Rule = Rule {
    id: "profile-script-ends-shell",
    code: "ST27",
    title: "A script of .profile.d leaves `set -e` or `set -u` on, or ends the shell.",
    level: Severity::Warn,
    world: World::Classic,
    docs: Docs {
        finds: "`set -e`, `set -u`, `exit` and `exec` in scripts of `.profile.d`, and scripts that are no bash. Where \
            an \
                unset variable, a failing command or `exit` surely ends the shell it is an error.",
        why: "A dyno reads all scripts into the one shell that then starts the process: options hold for every script \
              behind it and for the command, and whatever ends that shell ends the dyno.",
        fix: "Take the line out, or run what needs it in a subshell: `( set -e; … )`. Use `return` for `exit`.",
        silent: "In subshells, and where the script switches the option off again.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for note in &model.notes {
        let owner = model.script_owner(&note.script);
        let at = format!("{} line {}", note.script, note.line);
        let (level, message) = match &note.trouble {
            Trouble::Strict(option) if model.strict => (
                Severity::Warn,
                format!(
                    "`set {option}` of {owner} ({at}) holds for every script behind it and for the command of each \
                     process: \
                     the first unset variable or failing command ends the dyno."
                ),
            ),
            Trouble::Ends(reason) => {
                let level = if note.certain {
                    Severity::Error
                } else {
                    Severity::Warn
                };
                (
                    level,
                    format!("No process starts where {at} of {owner} is reached: {reason}."),
                )
            }
            Trouble::Syntax => (
                Severity::Warn,
                format!("From {at} on the script of {owner} is no bash, and is not run."),
            ),
            _ => continue,
        };
        let mut finding = RULE.finding(
            message,
            vec!["Set it in a subshell, or take the line out.".to_owned()],
        );
        finding.level = level;
        finding.location = Some(Location::line(note.script.clone(), note.line));
        findings.push(finding);
    }
    findings
}
