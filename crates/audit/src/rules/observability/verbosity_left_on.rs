//! Was debugging output switched off again?

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "verbosity-left-on",
    code: "SF904",
    title: "Verbose output is left on",
    level: Severity::Info,
    group: Group::Observability,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            `NPM_CONFIG_LOGLEVEL=verbose` (or silly), `BUILDPACK_XTRACE`, `LOG_LEVEL=debug`,
            `DEBUG=*` in app.json.
        "},
        why: indoc! {"
            Build logs and log streams drown in noise, log add-ons hit their limits, and debug
            output may hold personal data and secrets.
        "},
        fix: indoc! {"
            ```
            heroku config:unset NPM_CONFIG_LOGLEVEL BUILDPACK_XTRACE
            heroku config:set LOG_LEVEL=info
            ```
        "},
        silent: indoc! {"
            Values computed from the environment; the test environment; levels of info and above.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence: Vec<_> = rails(facts).into_iter().collect();
    for (name, bad) in [
        ("NPM_CONFIG_LOGLEVEL", &["verbose", "silly"][..]),
        ("BUILDPACK_XTRACE", &["1", "true"][..]),
        (
            "LOG_LEVEL",
            &["debug", "DEBUG", "trace", "verbose", "silly"][..],
        ),
        ("RAILS_LOG_LEVEL", &["debug"][..]),
        ("DEBUG", &["*"][..]),
    ] {
        if let Declared::Value(value) = facts.declared(name)
            && bad.contains(&value.as_str())
        {
            evidence.push(
                Evidence::line(
                    "app.json",
                    facts
                        .line("app.json", &format!("\"{name}\""))
                        .unwrap_or_default(),
                    format!("{name}={value} is left on for every app made from this file."),
                )
                .level(if name == "NPM_CONFIG_LOGLEVEL" {
                    Severity::Warn
                } else {
                    Severity::Info
                })
                .help(format!(
                    "Remove it from app.json, and on running apps: heroku config:unset {name}"
                )),
            );
        }
    }
    Outcome::when(facts.app.app_json.good().is_some(), evidence)
}

/// The log level of Rails in production.
fn rails(facts: &Facts<'_>) -> Option<Evidence> {
    let (code, setting) = facts.rails_setting("config.log_level")?;
    (setting.value.name() == Some("debug") && branch(code, setting.scope) == Branch::Always).then(
        || {
            Evidence::line(
                &code.path,
                setting.line,
                "The log level is `:debug` in production: every \
            query with its values goes to the log.",
            )
            .level(Severity::Info)
            .help("config.log_level = ENV.fetch(\"RAILS_LOG_LEVEL\", \"info\")")
        },
    )
}
