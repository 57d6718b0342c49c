//! Is the stack still maintained?

use crate::platform::months_between;
use crate::rules::prelude::*;
use slugsmith_finding::LineSpan;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "stack-end-of-life",
    code: "SF003",
    title: "The stack gets no security fixes, or soon none",
    level: Severity::Error,
    group: Group::Buildpacks,
    ecosystems: &["all"],
    target: Target::Classic,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A `stack` in app.json or in Terraform's `heroku_app` whose end of life (the dated tables
            of the audit) has passed: an error. A warning from the day on which builds on it begin
            to fail, or half a year before its end.
        "},
        why: indoc! {"
            The base image gets no security fixes, builds on it fail now and then and later always,
            and new runtime versions have no binaries for it.
        "},
        fix: indoc! {"
            ```
            heroku stack:set heroku-26
            git commit --allow-empty -m 'Move to heroku-26' && git push heroku main
            ```
            The help line of the finding names the stack that is recommended today.
        "},
        silent: indoc! {"
            The name of an old stack elsewhere in code; the container stack; no stack declared,
            which means the newest.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut declared = Vec::new();
    if let Some(stack) = facts.app_json(&["stack"]).and_then(|stack| stack.as_str()) {
        declared.push((
            "app.json".to_owned(),
            facts.line("app.json", "\"stack\"").unwrap_or_default(),
            stack.to_owned(),
        ));
    }
    let by_terraform = facts.terraform.stacks.iter();
    declared.extend(by_terraform.map(|entry| (entry.path.clone(), entry.line, entry.name.clone())));
    let evidence: Vec<_> = declared
        .iter()
        .filter_map(|(path, line, stack)| finding(facts, path, *line, stack))
        .collect();
    Outcome::when(!declared.is_empty(), evidence)
}

/// What is to be said of a declared stack: its end has come, builds fail already, or soon will.
fn finding(facts: &Facts<'_>, path: &str, line: LineSpan, stack: &str) -> Option<Evidence> {
    let known = facts.platform.stacks.get(stack)?;
    let end = &known.end;
    let begun = known.steps.iter().rfind(|(day, _)| *day <= facts.today);
    let next = known.steps.iter().find(|(day, _)| *day > facts.today);
    let (text, level) = if *end <= facts.today {
        let text =
            format!("The stack {stack} reached its end of life on {end}: no more security fixes.");
        (text, Severity::Error)
    } else if let Some((day, what)) = begun {
        let more = next.map_or(String::new(), |(day, what)| format!("; from {day} {what}"));
        let text =
            format!("On the stack {stack}, {what} since {day}{more}. Its end of life is {end}.");
        (text, Severity::Warn)
    } else if months_between(&facts.today, end) < 6 {
        (
            format!("The stack {stack} reaches its end of life on {end}."),
            Severity::Warn,
        )
    } else {
        return None;
    };
    let help = format!("heroku stack:set {}   then deploy", facts.platform.stack());
    Some(Evidence::line(path, line, text).level(level).help(help))
}
