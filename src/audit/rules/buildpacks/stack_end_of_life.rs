//! Is the stack still maintained?

use crate::audit::platform::months_between;
use crate::audit::rules::prelude::*;

pub(in crate::audit::rules) static RULE: Rule = Rule {
    id: "stack-end-of-life",
    code: "SF003",
    title: "The stack gets no security fixes, or soon none",
    level: Level::Error,
    group: Group::Buildpacks,
    ecosystems: &["all"],
    target: Target::Classic,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A `stack` in app.json or in Terraform's `heroku_app` whose end of life (dated table
            `platform.toml`) has passed; a note when it is less than six months away.
        "},
        why: indoc! {"
            The base image gets no security fixes, builds on it are blocked some time later, and new
            runtime versions have no binaries for it.
        "},
        fix: indoc! {"
            ```
            heroku stack:set heroku-24
            git commit --allow-empty -m 'Move to heroku-24' && git push heroku main
            ```
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
            facts.line("app.json", "\"stack\"").unwrap_or(0),
            stack.to_owned(),
        ));
    }
    for (path, text) in facts.sources.texts.iter().filter(|(path, text)| {
        path.rsplit_once('.')
            .is_some_and(|(_, ending)| ending == "tf")
            && text.contains("heroku_app")
    }) {
        for (line, number) in text.lines().zip(1..) {
            if let Some(rest) = line.trim().strip_prefix("stack")
                && let Some(stack) = rest.split('"').nth(1)
            {
                declared.push((path.clone(), number, stack.to_owned()));
            }
        }
    }
    let mut evidence = Vec::new();
    for (path, line, stack) in &declared {
        let Some(end) = facts.platform.stacks.get(stack) else {
            continue;
        };
        if *end <= facts.today {
            evidence.push(
                Evidence::line(
                    path,
                    *line,
                    format!(
                        "The stack {stack} reached its end \
                of life on {end}: no more security fixes (table of {}).",
                        facts.platform.as_of
                    ),
                )
                .help("heroku stack:set heroku-24   then deploy"),
            );
        } else if months_between(&facts.today, end) < 6 {
            evidence.push(
                Evidence::line(
                    path,
                    *line,
                    format!("The stack {stack} reaches its end of life on {end}."),
                )
                .level(Level::Info)
                .help("heroku stack:set heroku-24   then deploy"),
            );
        }
    }
    Outcome::when(!declared.is_empty(), evidence)
}
