//! Does app.json ask for things that exist?

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "app-json-invalid",
    code: "SF005",
    title: "app.json has an invalid part, or asks for a retired plan or dyno size",
    level: Severity::Error,
    group: Group::Buildpacks,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            app.json that is no JSON or whose `addons`, `env`, `formation` or `buildpacks` have the
            wrong shape; add-on plans and dyno sizes that were retired
            (`heroku-postgresql:hobby-dev`, `mongolab`, `free`); in-dyno databases outside the test
            environment; `BUILDPACK_URL` with heroku-buildpack-multi, or beside `buildpacks`.
        "},
        why: indoc! {"
            Review apps, the deploy button and Heroku CI read this file: they fail to create the
            app, at the moment somebody needs it.
        "},
        fix: indoc! {r#"
            Use the plan that replaced it, for example:
            ```json
            "addons": ["heroku-postgresql:essential-0"],
            "formation": { "web": { "size": "basic" } }
            ```
        "#},
        silent: indoc! {"
            Empty lists, `environments.test`, plans that the dated table `platform.toml` does not
            list as retired.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    use slugsmith_facts::Parsed;
    let app = match &facts.app.app_json {
        Parsed::Missing => return Outcome::not_applicable(),
        Parsed::Broken(broken) => {
            let line = u32::try_from(broken.line).unwrap_or(0);
            return Outcome::of(vec![
                Evidence::line(
                    "app.json",
                    line,
                    format!("app.json is not valid JSON: {}.", broken.reason),
                )
                .help("Fix the line shown."),
            ]);
        }
        Parsed::Good(app) => app,
    };
    let mut evidence = shapes(facts, app);
    for plan in facts.addons() {
        evidence.extend(retired_plan(facts, plan));
    }
    let listed = app
        .get("buildpacks")
        .and_then(serde_json::Value::as_array)
        .is_some_and(|list| !list.is_empty());
    evidence.extend(buildpack_url(facts, app, listed && evidence.is_empty()));
    evidence.extend(retired_sizes(facts));
    Outcome::of(evidence)
}

/// Keys that hold the wrong kind of value.
fn shapes(facts: &Facts<'_>, app: &serde_json::Value) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for (key, wanted, right) in [
        (
            "addons",
            "a list",
            app.get("addons").is_none_or(serde_json::Value::is_array),
        ),
        (
            "buildpacks",
            "a list",
            app.get("buildpacks")
                .is_none_or(serde_json::Value::is_array),
        ),
        (
            "env",
            "an object",
            app.get("env").is_none_or(serde_json::Value::is_object),
        ),
        (
            "scripts",
            "an object",
            app.get("scripts").is_none_or(serde_json::Value::is_object),
        ),
    ] {
        if !right {
            evidence.push(
                Evidence::line(
                    "app.json",
                    facts
                        .line("app.json", &format!("\"{key}\""))
                        .unwrap_or_default(),
                    format!("`{key}` must be {wanted}."),
                )
                .help(format!("Make `{key}` {wanted}.")),
            );
        }
    }
    evidence
}

/// A variable that replaces the list of buildpacks.
fn buildpack_url(facts: &Facts<'_>, app: &serde_json::Value, listed: bool) -> Option<Evidence> {
    let line = facts.line("app.json", "BUILDPACK_URL").unwrap_or_default();
    let declared = facts.declared("BUILDPACK_URL");
    if declared
        .value()
        .is_some_and(|url| url.contains("buildpack-multi"))
    {
        let message = "BUILDPACK_URL names heroku-buildpack-multi, which the platform's own list of \
                       buildpacks replaced; .buildpacks is read by nothing else.";
        return Some(Evidence::line("app.json", line, message).help(
            "\"buildpacks\": [{ \"url\": \"heroku/nodejs\" }, \
             { \"url\": \"heroku/ruby\" }]   and drop BUILDPACK_URL and .buildpacks",
        ));
    }
    let message = "BUILDPACK_URL is a config var here, and `buildpacks` a list: once the variable \
                   has a value, its buildpack is used instead of the list.";
    (listed
        && app
            .get("env")
            .and_then(|env| env.get("BUILDPACK_URL"))
            .is_some())
    .then(|| {
        Evidence::line("app.json", line, message)
            .conditional(true)
            .help(
                "Drop BUILDPACK_URL from env, and on running apps: heroku config:unset \
                 BUILDPACK_URL",
            )
    })
}

/// Dyno sizes that are no longer sold.
fn retired_sizes(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    let formation = facts.formation().into_iter();
    for entry in formation.filter(|entry| entry.path == "app.json") {
        let process = entry.process;
        let size = entry.size.unwrap_or_default();
        if facts.platform.retired.sizes.contains_key(&size) {
            let line = facts
                .line("app.json", &format!("\"{size}\""))
                .or_else(|| facts.line("app.json", "\"size\""))
                .unwrap_or_default();
            evidence.push(
                Evidence::line(
                    "app.json",
                    line,
                    format!("Dyno size `{size}` of `{process}` was retired in November 2022."),
                )
                .help(format!("\"{process}\": {{ \"size\": \"basic\" }}")),
            );
        }
    }
    evidence
}

fn retired_plan(facts: &Facts<'_>, plan: &str) -> Option<Evidence> {
    let line = facts.line("app.json", plan).unwrap_or_default();
    if plan.ends_with(":in-dyno") {
        return Some(
            Evidence::line(
                "app.json",
                line,
                format!("`{plan}` only works in Heroku CI: data is lost with the dyno."),
            )
            .help(
                "Move it to environments.test.addons and use heroku-postgresql:essential-0 here.",
            ),
        );
    }
    let name = plan.split(':').next().unwrap_or(plan);
    let plans = &facts.platform.retired.plans;
    let next = plans.get(plan).or_else(|| plans.get(name))?;
    Some(
        Evidence::line(
            "app.json",
            line,
            format!("The add-on plan `{plan}` was retired and can't be created any more."),
        )
        .help(format!("Use {next}.")),
    )
}
