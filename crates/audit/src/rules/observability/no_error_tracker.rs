//! Would anybody notice an error?

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "no-error-tracker",
    code: "SF902",
    title: "No APM or error tracker",
    level: Severity::Info,
    group: Group::Observability,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            No package, add-on or command of an error tracker or APM: New Relic, Datadog, Scout,
            Skylight, AppSignal, Sentry, Rollbar, Bugsnag, Honeybadger, Airbrake, OpenTelemetry,
            Elastic, Nightwatch and others.
        "},
        why: indoc! {"
            The platform's metrics show that requests are slow or fail, not which line of code is to
            blame. The log stream keeps 1,500 lines.
        "},
        fix: indoc! {"
            ```
            heroku addons:create newrelic:wayne
            npm install @sentry/node          # or: pip install sentry-sdk, bundle add sentry-ruby
            ```
        "},
        silent: "Any of them is a dependency, an add-on, a buildpack, or wraps a command.",
    },
    check,
};

const WORDS: &[&str] = &[
    "newrelic",
    "new_relic",
    "ddtrace",
    "dd-trace",
    "datadog",
    "scout",
    "skylight",
    "appsignal",
    "sentry",
    "raven",
    "rollbar",
    "bugsnag",
    "honeybadger",
    "airbrake",
    "opentelemetry",
    "opbeat",
    "elastic-apm",
    "elasticapm",
    "nightwatch",
    "raygun",
    "applicationinsights",
    "instana",
    "honeycomb",
    "exceptionless",
    "flare",
    "logfire",
    "trackjs",
    "judoscale-apm",
    "stackify",
    "hoptoad",
];

fn check(facts: &Facts<'_>) -> Outcome {
    if facts.packages.manifests.is_empty() {
        return Outcome::not_applicable();
    }
    let named = |text: &str| {
        let lower = text.to_ascii_lowercase();
        WORDS.iter().any(|word| lower.contains(word))
    };
    let tracked = facts
        .packages
        .wanted
        .iter()
        .any(|package| named(&package.name))
        || facts.packages.locked.keys().any(|(_, name)| named(name))
        || facts.addons().iter().any(|plan| named(plan))
        || facts.buildpacks().iter().any(|buildpack| named(buildpack))
        || facts
            .processes
            .iter()
            .any(|process| process.commands.iter().any(|command| named(&command.text)))
        || facts
            .sources
            .files
            .iter()
            .any(|code| code.imports.iter().any(|import| named(&import.module)));
    let path = facts
        .packages
        .manifests
        .first()
        .map_or("", |(_, path)| path.as_str());
    Outcome::of(if tracked {
        Vec::new()
    } else {
        vec![
            Evidence::line(
                path,
                0,
                "No error tracker or APM: errors are only in the log stream, \
                which keeps 1,500 lines.",
            )
            .help(
                "heroku addons:create newrelic:wayne, or a Sentry, Rollbar or OpenTelemetry \
                    library",
            ),
        ]
    })
}
