//! Two lines of a profile script have become one.

use super::{Rule, World, fix};
use crate::model::Model;
use slugsmith_facts::bash::{self, Part, Word};
use slugsmith_facts::classic::NamedScript;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Location, Severity};

pub(super) static RULE: Rule = Rule {
    id: "line-end-missing",
    code: "ST28",
    title: "A line end of a script is missing or of Windows, so a value has more in it than was meant.",
    level: Severity::Warn,
    world: World::Classic,
    docs: Docs {
        finds: "`export A=\"x\"export B=\"y\"` in a script of `.profile.d`: a word behind the closing quote. \
                Lines that end in a carriage return, as Windows writes them.",
        why: "The value of the first variable ends in `export`. If it is PATH, its last folder does not exist, and \
              programs of that buildpack are not found. \
              A carriage return is a part of each value, too.",
        fix: "The buildpack has to end each line that it appends: `echo 'export …' >> file` instead of `printf`.",
        silent: "For words behind a quote that are no command.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let Some(slug) = model.slug else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for script in &slug.scripts {
        findings.extend(of_windows(model, script));
        bash::each_simple(&script.script.tree.list, &mut |simple| {
            let values = simple
                .assignments
                .iter()
                .map(|assign| (assign.name.clone(), assign.value.clone()));
            let operands = simple.words.iter().filter_map(Word::assignment);
            let operands = operands.map(|assign| (assign.name, assign.value));
            for (name, _) in values.chain(operands).filter(|(_, value)| swallows(value)) {
                let end = if model.dyno.is_set(&name) {
                    let value = model.dyno.get(&name).to_string_lossy().into_owned();
                    let last = value.rsplit(':').next().unwrap_or_default().to_owned();
                    format!(" {name} ends in `{last}` at launch.")
                } else {
                    String::new()
                };
                let message = format!(
                    "A line end is missing in a script of {}: the value of {name} is followed by `export` without a \
                     blank.{end}",
                    script.maker
                );
                let mut finding = RULE.finding(
                    message,
                    vec![format!(
                        "Put each `export` of {} on its own line.",
                        script.path
                    )],
                );
                finding.location = Some(Location::line(script.path.clone(), simple.line));
                findings.push(finding);
            }
        });
    }
    findings
}

/// Values that end in a carriage return.
fn of_windows(model: &Model<'_>, script: &NamedScript) -> Option<Finding> {
    let mut names: Vec<String> = Vec::new();
    let mut line = 0;
    bash::each_simple(&script.script.tree.list, &mut |simple| {
        let values = simple.assignments.iter().cloned();
        for one in values.chain(simple.words.iter().filter_map(Word::assignment)) {
            let last = one.value.parts.last();
            let ends = matches!(last, Some(Part::Text { text, .. }) if text.ends_with('\r'));
            if ends && model.dyno.is_set(&one.name) && !names.contains(&one.name) {
                line = if names.is_empty() { simple.line } else { line };
                names.push(one.name);
            }
        }
    });
    if names.is_empty() {
        return None;
    }
    let verb = if names.len() == 1 { "ends" } else { "end" };
    let message = format!(
        "{} has the line ends of Windows: {} of {} {verb} in a carriage return at launch.",
        script.path,
        fix::listed(&names, 3),
        script.maker,
    );
    let help = format!("sed -i 's/\\r$//' {}", script.path);
    let mut finding = RULE.finding(message, vec![help]);
    finding.location = Some(Location::line(script.path.clone(), line));
    Some(finding)
}

/// Quotes, and `export` right behind them.
fn swallows(value: &Word) -> bool {
    value.is_quoted()
        && matches!(value.parts.last(), Some(Part::Text { text, quoted: false }) if text.ends_with("export"))
}
