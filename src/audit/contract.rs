//! Which variables does the app need, and who gives them a value?
//!
//! One table over all places that speak of variables: reads in code, app.json, add-ons, the
//! platform, example files and Terraform. The rule `env-contract-drift` and
//! `slugsmith check --config` both read it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::facts::Facts;
use super::guards::{self, Branch, branch};
use crate::facts::code::{Expr, ScopeKind};
use crate::facts::process::line_of;
use crate::finding::Place;

/// One variable with everyone who speaks of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    /// A read somewhere has a default of its own.
    pub defaulted: bool,
    /// Where reachable code reads it, in file order.
    pub reads: Vec<Read>,
    /// Line in app.json's `env` (0 if the line is not known).
    pub app_json: Option<u32>,
    /// app.json has a value or a generator, or says that it is required.
    pub promised: bool,
    /// The add-on that sets it.
    pub addon: Option<String>,
    /// The platform or a buildpack sets it.
    pub platform: bool,
    /// Example or default files that name it, with lines.
    pub examples: Vec<Place>,
    pub terraform: Option<Place>,
    /// Whether it is really set; `None` where that can't be seen.
    pub set: Option<bool>,
}

/// One read of a variable in reachable code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub place: Place,
    /// The process fails here if the variable is not set.
    pub required: bool,
}

impl Variable {
    /// Whether anything says that the variable exists.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        self.app_json.is_some()
            || self.addon.is_some()
            || self.platform
            || !self.examples.is_empty()
            || self.terraform.is_some()
    }

    /// The first read that fails without a value.
    #[must_use]
    pub fn required(&self) -> Option<&Read> {
        self.reads.iter().find(|read| read.required)
    }
}

/// Every variable, sorted by name.
#[must_use]
pub fn variables(facts: &Facts<'_>) -> Vec<Variable> {
    let mut table = BTreeMap::new();
    reads(facts, &mut table);
    declared_in_app_json(facts, &mut table);
    for (path, names) in examples(facts) {
        for (name, line) in names {
            entry(&mut table, &name)
                .examples
                .push(Place::line(&path, line));
        }
    }
    for variable in &facts.terraform.variables {
        entry(&mut table, &variable.name).terraform =
            Some(Place::line(&variable.path, variable.line));
    }
    for plan in facts.addons() {
        for name in facts.platform.addon(plan) {
            entry(&mut table, name).addon = Some(plan.to_owned());
        }
    }
    // A build sees config vars only on some platforms: one of the app's own shows that it does.
    let sees = facts.set.as_ref().filter(|set| {
        table
            .values()
            .any(|variable| !facts.platform.sets(&variable.name) && set.contains(&variable.name))
    });
    for variable in table.values_mut() {
        variable.platform = facts.platform.sets(&variable.name);
        variable.set = sees.map(|set| set.contains(&variable.name));
    }
    table.into_values().collect()
}

/// Whether the app says anywhere which variables it has.
#[must_use]
pub fn exists(facts: &Facts<'_>) -> bool {
    facts.app_json(&["env"]).is_some()
        || !facts.terraform.variables.is_empty()
        || examples(facts).next().is_some()
}

fn entry<'t>(table: &'t mut BTreeMap<String, Variable>, name: &str) -> &'t mut Variable {
    table.entry(name.to_owned()).or_insert_with(|| Variable {
        name: name.to_owned(),
        ..Variable::default()
    })
}

fn reads(facts: &Facts<'_>, table: &mut BTreeMap<String, Variable>) {
    for code in &facts.sources.files {
        if guards::is_maintenance(facts, &code.path) {
            continue;
        }
        for read in &code.reads {
            let place = branch(code, read.scope);
            if !is_variable(&read.name) || place == Branch::Development {
                continue;
            }
            // Where there is none, the app goes on without it.
            let caught = code
                .around(read.scope)
                .any(|scope| matches!(scope.kind, ScopeKind::Try));
            if caught {
                continue;
            }
            entry(table, &read.name).reads.push(Read {
                place: Place::line(&code.path, read.line),
                required: read.required && place == Branch::Always,
            });
        }
    }
    // django-environ takes types and defaults where it is made: `Env(DEBUG=(bool, False))`.
    let typed: BTreeSet<_> = facts
        .calls()
        .filter(|site| site.call.method() == "Env")
        .flat_map(|site| &site.call.arguments)
        .filter(|argument| matches!(&argument.value, Expr::List(items) if items.len() > 1))
        .filter_map(|argument| argument.name.as_deref())
        .collect();
    for variable in table
        .values_mut()
        .filter(|variable| typed.contains(variable.name.as_str()))
    {
        for read in &mut variable.reads {
            read.required = false;
        }
    }
    // A default or a check anywhere shows that the app can do without.
    for code in &facts.sources.files {
        for read in code.reads.iter().filter(|read| read.has_default) {
            if let Some(variable) = table.get_mut(&read.name) {
                variable.defaulted = true;
                for read in &mut variable.reads {
                    read.required = false;
                }
            }
        }
    }
}

/// `DATABASE_URL`; not `*`, and not a key of some other settings object.
fn is_variable(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_uppercase())
        && characters.all(|rest| rest.is_ascii_uppercase() || rest.is_ascii_digit() || rest == '_')
}

fn declared_in_app_json(facts: &Facts<'_>, table: &mut BTreeMap<String, Variable>) {
    let text = facts.sources.text("app.json").unwrap_or_default();
    let declared = facts.app_json(&["env"]).and_then(Value::as_object);
    for (name, value) in declared.into_iter().flatten() {
        let optional = value.get("required") == Some(&Value::Bool(false));
        let filled = value
            .as_str()
            .or_else(|| value.get("value")?.as_str())
            .is_some_and(|value| !value.is_empty());
        let variable = entry(table, name);
        variable.app_json = Some(line_of(text, &format!("\"{name}\"")));
        variable.promised = filled || value.get("generator").is_some() || !optional;
    }
}

/// Files that show or supply variables, each with the names and lines.
fn examples<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = (String, Vec<(String, u32)>)> + 'a {
    let files = facts
        .sources
        .texts
        .iter()
        .filter(|(path, _)| is_example(path));
    files.map(|(path, text)| {
        let names = text.lines().zip(1..).filter_map(|(line, number)| {
            // Optional ones are often shown as comments.
            let line = line.trim().trim_start_matches(['#', ' ']);
            let line = line.strip_prefix("export ").unwrap_or(line);
            let (name, _) = line.split_once('=')?;
            is_variable(name.trim()).then(|| (name.trim().to_owned(), number))
        });
        (path.clone(), names.collect())
    })
}

fn is_example(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with(".env")
        || matches!(
            name,
            "env.example"
                | "example.env"
                | "sample.env"
                | "env.default"
                | "env.sample"
                | "env.template"
        )
}

/// Declared in app.json, and in no text of the app at all.
#[must_use]
pub fn unread<'v>(facts: &Facts<'_>, variables: &'v [Variable]) -> Vec<&'v Variable> {
    // A computed name may be any of them.
    let computed = facts
        .sources
        .files
        .iter()
        .any(|code| code.reads.iter().any(|read| read.name == "*"));
    variables
        .iter()
        .filter(|variable| !computed && variable.app_json.is_some() && variable.reads.is_empty())
        .filter(|variable| {
            !facts.sources.words.contains(&variable.name) && !read_by_others(&variable.name)
        })
        .collect()
}

/// Names that buildpacks, frameworks and libraries read by themselves.
#[must_use]
pub fn read_by_others(name: &str) -> bool {
    const PREFIXES: &[&str] = &[
        "RAILS_",
        "RACK_",
        "NODE_",
        "NPM_",
        "YARN",
        "PNPM_",
        "BUNDLE",
        "SENTRY_",
        "AWS_",
        "NEW_RELIC",
        "DD_",
        "MALLOC_",
        "JAVA_",
        "JDBC_",
        "MAVEN_",
        "GRADLE_",
        "SPRING_",
        "PYTHON",
        "PIP",
        "POETRY_",
        "UV_",
        "DJANGO_",
        "GUNICORN",
        "WEB_",
        "PG",
        "LD_",
        "BUILDPACK_",
        "HEROKU",
        "DISABLE_",
        "JEMALLOC",
        "APP_",
        "LOG_",
        "LANG",
        "LC_",
        "TZ",
        "RUBY",
        "GEM_",
        "GO",
        "GIN_",
        "COMPOSER_",
        "PHP",
        "LARAVEL_",
        "DATABASE_",
        "DB_",
        "REDIS_",
        "CACHE_",
        "QUEUE_",
        "SESSION_",
        "MAIL_",
        "SECRET_KEY",
        "NGINX_",
        "NEXT_",
        "VITE_",
        "REACT_APP_",
        "NUXT_",
        "PRISMA_",
        "SLUGSMITH_",
        "BP_",
        "SKYLIGHT_",
        "SCOUT_",
        "OTEL_",
        "FLASK_",
        "PROCFILE",
        "USE_",
        "TS_",
        "PUMA_",
        "SIDEKIQ_",
        "FORCE_",
        "BACKTRACE",
        "PIDFILE",
        "SOLID_QUEUE",
        "RUN_MAIN",
        "WERKZEUG_",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "CI",
        "METRICS_",
        "STATSD_",
        "KEEP_",
        "WP_",
        "EXECJS_",
        "SSL_",
        "PORT",
        "DEBUG",
        "MIX_",
    ];
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// An add-on of app.json whose variables nobody reads, while code reads another name of the
/// same service that nothing declares: the place, the wanted name, and the add-on's.
#[must_use]
pub fn misnamed<'v>(
    facts: &Facts<'_>,
    variables: &'v [Variable],
) -> Vec<(&'v Read, &'v str, String)> {
    let mut found = Vec::new();
    for plan in facts.addons() {
        let set = facts.platform.addon(plan);
        let known = |name: &String| {
            facts.sources.words.contains(name)
                || variables
                    .iter()
                    .any(|variable| variable.name == *name && !variable.reads.is_empty())
        };
        let Some(first) = set.first() else { continue };
        let Some(family) = family(first).filter(|_| !set.iter().any(known)) else {
            continue;
        };
        let wanted = variables.iter().find(|variable| {
            !variable.is_declared()
                && !variable.reads.is_empty()
                && self::family(&variable.name) == Some(family)
                && is_address(&variable.name)
        });
        let with_default = |variable: &Variable| {
            facts
                .sources
                .files
                .iter()
                .flat_map(|code| &code.reads)
                .any(|read| read.name == variable.name && read.has_default)
        };
        // A default of localhost is no help on a dyno, but the app may have others.
        if let Some(variable) = wanted.filter(|variable| !with_default(variable))
            && let Some(read) = variable.reads.first()
        {
            found.push((read, variable.name.as_str(), first.clone()));
        }
    }
    found
}

fn is_address(name: &str) -> bool {
    ["_URL", "_URI", "_HOST", "_SERVER", "_SERVERS", "_DSN"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// The kind of service that a variable's name speaks of.
fn family(name: &str) -> Option<&'static str> {
    const FAMILIES: &[(&str, &[&str])] = &[
        ("redis", &["REDIS"]),
        ("postgres", &["DATABASE", "POSTGRES", "PG_", "DB_"]),
        ("mysql", &["JAWSDB", "CLEARDB", "MYSQL"]),
        ("mongo", &["MONGO"]),
        ("amqp", &["AMQP", "RABBIT"]),
        ("memcache", &["MEMCACHE"]),
        ("search", &["ELASTIC", "BONSAI", "SEARCHBOX"]),
    ];
    FAMILIES
        .iter()
        .find(|(_, words)| words.iter().any(|word| name.contains(word)))
        .map(|(family, _)| *family)
}

/// Names that reachable code cannot do without and that nothing in the app or the platform
/// supplies: what `required` of `launch-check` should hold.
#[must_use]
pub fn required_names(variables: &[Variable]) -> BTreeSet<&str> {
    variables
        .iter()
        .filter(|variable| !variable.platform && variable.required().is_some())
        .map(|variable| variable.name.as_str())
        .collect()
}
