//! Does production run in debug mode?

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "debug-mode",
    code: "SF504",
    title: "Debug mode is on in production",
    level: Level::Error,
    group: Group::Config,
    ecosystems: &["node", "python", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            `DEBUG = True` in settings that production loads; `NODE_ENV`, `FLASK_ENV`, `APP_ENV` or
            `RAILS_ENV` set to development in app.json or a web command; `FLASK_DEBUG=1`;
            `APP_DEBUG=true`; `DJANGO_SETTINGS_MODULE` naming development settings; `APP_ENV=dev` in
            the `.env` that Symfony loads (a warning).
        "},
        why: indoc! {"
            Error pages show source code, settings and queries to visitors; memory grows with every
            query kept; caches and compiled assets are off.
        "},
        fix: indoc! {r#"
            ```py
            DEBUG = os.environ.get("DEBUG") == "1"
            ```
            ```
            heroku config:unset NODE_ENV FLASK_DEBUG
            heroku config:set DJANGO_SETTINGS_MODULE=shop.settings.production
            ```
        "#},
        silent: indoc! {"
            A base file that a production file overrides; a value computed from the environment;
            examples; `environments.test` and review apps.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = variables(facts);
    evidence.extend(django(facts));
    evidence.extend(commands(facts));
    evidence.extend(symfony(facts));
    Outcome::of(evidence)
}

fn variables(facts: &Facts<'_>) -> Vec<Evidence> {
    [
        ("NODE_ENV", &["development", "dev"][..]),
        ("RAILS_ENV", &["development", "test"][..]),
        ("RACK_ENV", &["development", "test"][..]),
        ("FLASK_ENV", &["development"][..]),
        ("FLASK_DEBUG", &["1", "true", "True"][..]),
        ("APP_DEBUG", &["true", "1"][..]),
        ("APP_ENV", &["local", "dev", "development"][..]),
        ("DJANGO_DEBUG", &["True", "true", "1"][..]),
    ]
    .iter()
    .filter_map(|(name, bad)| match facts.declared(name) {
        Declared::Value(value) if bad.contains(&value.as_str()) => Some(
            Evidence::line(
                "app.json",
                facts.line("app.json", &format!("\"{name}\"")).unwrap_or(0),
                format!("{name}={value} runs production in development mode."),
            )
            .help(format!(
                "Remove it from app.json, and on running apps: heroku config:unset {name}"
            )),
        ),
        _ => None,
    })
    .collect()
}

fn django(facts: &Facts<'_>) -> Option<Evidence> {
    if !facts.is_django() {
        return None;
    }
    if let Some(found) = switched_on(facts) {
        return Some(found);
    }
    let settings: Vec<_> = facts
        .code(Language::Python)
        .filter(|code| code.path.contains("settings"))
        .flat_map(|code| {
            code.assignments
                .iter()
                .filter(|assignment| assignment.target == "DEBUG")
                .map(move |assignment| (code, assignment))
        })
        .collect();
    // Another file or line that sets it from something else has the last word.
    if settings.len() != 1 {
        return None;
    }
    let (code, setting) = settings.first()?;
    (setting.value == Expr::Bool(true)
        && branch(code, setting.scope) == Branch::Always
        && !names_other_settings(facts))
    .then(|| {
        Evidence::line(
            &code.path,
            setting.line,
            "DEBUG = True: error pages show settings and source to visitors.",
        )
        .help("DEBUG = os.environ.get(\"DEBUG\") == \"1\"")
    })
}

/// `DEBUG = env("DEBUG")`, and app.json turns the variable on.
fn switched_on(facts: &Facts<'_>) -> Option<Evidence> {
    let settings = facts
        .code(Language::Python)
        .filter(|code| code.path.contains("settings"));
    let mut debug = settings
        .flat_map(|code| code.assignments.iter())
        .filter(|assignment| assignment.target == "DEBUG");
    let name = debug.find_map(|assignment| {
        let mut name = None;
        assignment.value.walk(&mut |value| {
            if let Expr::Env { name: read, .. } = value {
                name = name.or(Some(read.as_str()));
            }
        });
        name
    })?;
    let on = facts.declared(name).value().is_some_and(|value| {
        matches!(
            value.to_ascii_lowercase().as_str(),
            "true" | "1" | "yes" | "on"
        )
    });
    let line = facts
        .line("app.json", &format!("\"{name}\""))
        .filter(|_| on)?;
    Some(
        Evidence::line(
            "app.json",
            line,
            format!(
                "{name} is on in app.json, and the settings read \
            DEBUG from it: error pages show settings and source to visitors."
            ),
        )
        .help(format!(
            "Remove it from app.json, and on running apps: heroku config:unset {name}"
        )),
    )
}

/// Imports of `local_settings` may change everything; `django_heroku` leaves DEBUG alone.
fn names_other_settings(facts: &Facts<'_>) -> bool {
    facts
        .code(Language::Python)
        .filter(|code| code.path.contains("settings"))
        .any(|code| {
            code.imports.iter().any(|import| {
                import.module.contains("local_settings") || import.module.starts_with('.')
            })
        })
}

/// Symfony loads `.env`, where `APP_ENV=dev` stands from the start.
fn symfony(facts: &Facts<'_>) -> Option<Evidence> {
    facts.packages.wants_any(
        Ecosystem::Composer,
        &["symfony/framework-bundle", "symfony/runtime"],
    )?;
    let deployed = facts.process("web").is_some() || facts.app.app_json.good().is_some();
    if !deployed || facts.declared("APP_ENV") != Declared::No {
        return None;
    }
    let line = facts.line(".env", "APP_ENV=dev")?;
    Some(
        Evidence::line(
            ".env",
            line,
            "APP_ENV is dev, and nothing declares another: error pages \
            show settings and source to visitors.",
        )
        .conditional(true)
        .help(
            "heroku config:set APP_ENV=prod   and in app.json: \"env\": \
                { \"APP_ENV\": \"prod\" }",
        ),
    )
}

fn commands(facts: &Facts<'_>) -> Option<Evidence> {
    let web = facts.process("web")?;
    web.commands.iter().find_map(|command| {
        let bad = [
            "NODE_ENV=development",
            "RAILS_ENV=development",
            "FLASK_ENV=development",
            "FLASK_DEBUG=1",
        ]
        .iter()
        .find(|text| command.text.contains(*text))?;
        Some(
            Evidence::line(
                &command.path,
                command.line,
                format!("{bad} runs the web process in development mode."),
            )
            .help(format!("Remove {bad} from the command.")),
        )
    })
}
