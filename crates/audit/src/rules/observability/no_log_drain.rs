//! Is the log kept anywhere?

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "no-log-drain",
    code: "SF903",
    title: "No logging add-on or drain is declared",
    level: Severity::Info,
    group: Group::Observability,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            app.json with add-ons, or Terraform's `heroku_app`, that declare neither a logging
            add-on (Papertrail, Coralogix, Mezmo, SolarWinds, Logtail and others) nor a
            `heroku_drain`.
        "},
        why: indoc! {"
            The platform keeps the last 1,500 lines of the log for a week at most. After an incident
            the lines that explain it are usually gone.
        "},
        fix: indoc! {"
            ```
            heroku addons:create papertrail
            heroku drains:add syslog+tls://logs.example.com:6514
            heroku drains          # what an app really has
            ```
        "},
        silent: indoc! {"
            Without app.json's add-ons or Terraform the status is unknown: a drain may well be set
            by hand.
        "},
    },
    check,
};

const ADDONS: &[&str] = &[
    "papertrail",
    "coralogix",
    "mezmo",
    "logdna",
    "solarwinds",
    "logentries",
    "sumologic",
    "timber",
    "logtail",
    "betterstack",
    "sematext",
    "humio",
    "datadog",
    "logflare",
    "librato",
];

fn check(facts: &Facts<'_>) -> Outcome {
    let addons = facts.addons();
    let declares = !addons.is_empty() || facts.terraform.app;
    if !declares {
        return Outcome {
            status: crate::Status::Unknown,
            evidence: Vec::new(),
        };
    }
    let kept = facts.terraform.drains
        || facts.has_addon(ADDONS)
        || facts.buildpacks().iter().any(|buildpack| {
            buildpack.contains("datadog")
                || buildpack.contains("vector")
                || buildpack.contains("fluent")
        });
    if kept {
        return Outcome::of(Vec::new());
    }
    let line = facts.line("app.json", "\"addons\"");
    let place = match (line, facts.terraform.addons.first()) {
        (Some(line), _) => slugsmith_finding::Location::line("app.json", line),
        (None, Some(addon)) => slugsmith_finding::Location::line(&addon.path, addon.line),
        (None, None) => slugsmith_finding::Location::file("app.json"),
    };
    Outcome::of(vec![
        Evidence::at(
            place,
            "No logging add-on or drain is declared: the platform keeps 1,500 lines.",
        )
        .help("heroku addons:create papertrail   or: heroku drains:add syslog+tls://…"),
    ])
}
