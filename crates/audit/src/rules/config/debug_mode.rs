//! Does production run in debug mode?

mod django;
mod flask;
mod php;
mod settings_module;

use crate::rules::prelude::*;
use django::{django, overwritten};
use settings_module::wsgi_settings;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "debug-mode",
    code: "SF504",
    title: "Debug mode is on in production",
    level: Severity::Error,
    group: Group::Config,
    ecosystems: &["node", "python", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            `DEBUG = True` in settings that production loads, of several those that the web process, its image,
            app.json or WSGI names; `NODE_ENV`, `FLASK_ENV`, `APP_ENV` or
            `RAILS_ENV` set to development in app.json or a web command; `FLASK_DEBUG=1`;
            `APP_DEBUG=true`; `DJANGO_SETTINGS_MODULE` naming development settings; `APP_ENV=dev` in
            the `.env` that Symfony loads, `APP_DEBUG=true` in one that Laravel or Lumen loads
            (warnings).
            Details of errors for visitors: Slim's `addErrorMiddleware(true, …)`, also by a constant, Express'
            `errorhandler`, `display_errors`, `YII_DEBUG` and `WP_DEBUG` defined as true. `app.run(debug=True)`
            of Flask in the file that the web process starts; its `DEBUG` set to true in the code that another server
            serves, and `FastAPI(debug=True)` (warnings). Django's DEBUG that is on unless a variable says
            otherwise, also by a branch, and code
            that sets `NODE_ENV` and its like to development (warnings). A `wsgi.py` that falls back to settings of
            development, also by a branch, a condition or a text made of parts. The finding stands where it
            is switched on; pages of PHP that each do so are one finding,
            with the others in it.
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
    evidence.extend(php::laravel(facts));
    evidence.extend(details(facts));
    evidence.extend(php::codeigniter(facts));
    evidence.extend(wsgi_settings(facts));
    evidence.extend(flask::own_server(facts));
    evidence.extend(flask::served(facts));
    evidence.extend(flask::fastapi(facts));
    evidence.extend(overwritten(facts));
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
                facts
                    .line("app.json", &format!("\"{name}\""))
                    .unwrap_or_default(),
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

/// Error pages with details, switched on in code: Slim's middleware, Express' `errorhandler`,
/// Whoops, PHP's `display_errors`.
fn details(facts: &Facts<'_>) -> Option<Evidence> {
    let mut sites = facts.calls().filter(|site| {
        let call = site.call;
        let first_is_on = call.positional(0).is_some_and(|value| {
            let value = site.code.resolve(value);
            value == &Expr::Bool(true) || php::constant(facts, value) == Some(&Expr::Bool(true))
        });
        let shows = match site.code.language {
            Language::Php => {
                let on = call
                    .positional(1)
                    .and_then(Expr::word)
                    .is_some_and(|value| {
                        matches!(value.to_ascii_lowercase().as_str(), "1" | "on" | "true")
                    })
                    || call.positional(1) == Some(&Expr::Bool(true))
                    || call.positional(1).and_then(Expr::number) == Some(1);
                let displays = call.callee == "ini_set"
                    && call.positional(0).and_then(Expr::text) == Some("display_errors");
                call.method() == "addErrorMiddleware" && first_is_on
                    || displays && on
                    || php::switches_on(facts, *site)
            }
            Language::JavaScript => {
                matches!(
                    call.callee.as_str(),
                    "errorhandler" | "errorHandler" | "require()"
                ) && site.code.imports("errorhandler")
                    && call.callee != "require()"
            }
            _ => false,
        };
        shows
            && branch(site.code, site.call.scope) == Branch::Always
            && !guards::is_maintenance(facts, &site.code.path)
    });
    let site = sites.next()?;
    // One finding, with the other files: pages that are served one by one each switch it on.
    let mut others: Vec<String> = sites
        .filter(|other| other.code.path != site.code.path)
        .map(|other| format!("{}:{}", other.code.path, other.call.line))
        .collect();
    others.dedup_by(|a, b| a.split(':').next() == b.split(':').next());
    let constant = site.call.positional(0).and_then(Expr::text);
    let constant = constant.filter(|_| site.call.callee == "define");
    let message = format!(
        "`{}` shows the details of errors to visitors, in production as well.",
        constant.unwrap_or(&site.call.callee)
    );
    let fix = match site.code.language {
        Language::Php if site.call.method() == "addErrorMiddleware" => {
            "$app->addErrorMiddleware((bool) getenv('APP_DEBUG'), true, true);"
        }
        Language::Php if site.call.callee == "define" => {
            "define('YII_DEBUG', (bool) getenv('YII_DEBUG'));   the same for other constants"
        }
        Language::Php => "ini_set('display_errors', getenv('APP_DEBUG') ? '1' : '0');",
        _ => "if (process.env.NODE_ENV === \"development\") app.use(errorhandler())",
    };
    let found = Evidence::line(&site.code.path, site.call.line, message);
    Some(found.also(&others).help(fix))
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
