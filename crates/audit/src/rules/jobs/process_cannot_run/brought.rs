//! A command that only a package brings (`manage.py qcluster`, `rake jobs:work`, `artisan horizon`), and neither the
//! package nor a command of the app's own by that name.

use crate::rules::prelude::*;
use slugsmith_facts::command::management_command;
use slugsmith_facts::process::Command;

/// Commands of one program and the packages that bring them.
struct Brought {
    names: &'static [&'static str],
    /// The first one is what a message names.
    packages: &'static [&'static str],
    /// What Django's `INSTALLED_APPS` calls it; empty elsewhere.
    app: &'static str,
}

const fn by(
    names: &'static [&'static str],
    packages: &'static [&'static str],
    app: &'static str,
) -> Brought {
    Brought {
        names,
        packages,
        app,
    }
}

/// Of Django's `manage.py`, as the packages' own documentation has them.
const DJANGO: &[Brought] = &[
    by(
        &["qcluster", "qmonitor", "qinfo", "qmemory"],
        &["django-q2", "django-q", "django-q-sentry"],
        "django_q",
    ),
    by(
        &["rqworker", "rqworker-pool", "rqscheduler", "rqstats"],
        &["django-rq", "django-rq-scheduler"],
        "django_rq",
    ),
    by(
        &["process_tasks"],
        &["django-background-tasks", "django4-background-tasks"],
        "background_task",
    ),
    by(&["runcrons"], &["django-cron"], "django_cron"),
    by(
        &["run_huey", "djangohuey"],
        &["huey", "django-huey"],
        "huey",
    ),
    by(&["rundramatiq"], &["django-dramatiq"], "django_dramatiq"),
    by(
        &["celeryd", "celerybeat", "celerycam"],
        &["django-celery"],
        "djcelery",
    ),
    by(
        &["runserver_plus", "shell_plus", "runjobs", "runscript"],
        &["django-extensions"],
        "django_extensions",
    ),
    by(
        &["send_queued_mail"],
        &["django-post-office"],
        "post_office",
    ),
    by(&["rebuild_index"], &["django-haystack"], "haystack"),
    by(
        &["search_index"],
        &["django-elasticsearch-dsl"],
        "django_elasticsearch_dsl",
    ),
    by(
        &["migrate_schemas"],
        &["django-tenants", "django-tenant-schemas"],
        "tenant",
    ),
    by(&["procrastinate"], &["procrastinate"], "procrastinate"),
    by(
        &["db_worker"],
        &["django-tasks-db", "django-tasks"],
        "django_tasks",
    ),
    by(&["tailwind"], &["django-tailwind"], "tailwind"),
    by(&["schemamigration", "datamigration"], &["south"], "south"),
];
/// Of `rake` and `rails`.
const RAKE: &[Brought] = &[
    by(&["jobs:work", "jobs:workoff"], &["delayed_job"], ""),
    by(
        &["resque:work", "resque:workers", "resque:scheduler"],
        &["resque"],
        "",
    ),
    by(&["sneakers:run"], &["sneakers", "kicks"], ""),
    by(&["solid_queue:start"], &["solid_queue"], ""),
    by(&["environment:resque"], &["resque"], ""),
];
/// Of Laravel's `artisan`.
const ARTISAN: &[Brought] = &[
    by(&["horizon"], &["laravel/horizon"], ""),
    by(&["octane:start"], &["laravel/octane"], ""),
    by(&["reverb:start"], &["laravel/reverb"], ""),
    by(
        &["websockets:serve"],
        &["beyondcode/laravel-websockets"],
        "",
    ),
    by(&["telescope:prune"], &["laravel/telescope"], ""),
    by(&["pulse:check", "pulse:work"], &["laravel/pulse"], ""),
];
/// Of Symfony's `bin/console`.
const CONSOLE: &[Brought] = &[
    by(
        &["messenger:consume", "messenger:consume-messages"],
        &["symfony/messenger"],
        "",
    ),
    by(
        &["doctrine:migrations:migrate"],
        &["doctrine/doctrine-migrations-bundle", "doctrine/migrations"],
        "",
    ),
    by(&["asset-map:compile"], &["symfony/asset-mapper"], ""),
];
/// Of `flask`.
const FLASK: &[Brought] = &[
    by(&["db"], &["flask-migrate", "flask-alembic", "flask-db"], ""),
    by(&["rq"], &["flask-rq2"], ""),
    by(&["assets"], &["flask-assets"], ""),
];

/// The command that nothing brings, with the package that would.
pub(super) fn lacking(facts: &Facts<'_>, command: &Command) -> Option<(String, &'static str)> {
    let words = command.words();
    let (ecosystem, table, name) = if let Some(name) = management_command(&command.words) {
        (Ecosystem::Pypi, DJANGO, name)
    } else {
        let behind = |script: &str| {
            let at = words
                .iter()
                .position(|word| word.rsplit('/').next() == Some(script))?;
            words.get(at + 1).copied()
        };
        match command.program() {
            "rake" | "rails" => (
                Ecosystem::Gem,
                RAKE,
                *words.iter().skip(1).find(|word| word.contains(':'))?,
            ),
            "flask" => (Ecosystem::Pypi, FLASK, *words.get(1)?),
            "php" | "artisan" | "console" => match (behind("artisan"), behind("console")) {
                (Some(name), _) => (Ecosystem::Composer, ARTISAN, name),
                (None, Some(name)) => (Ecosystem::Composer, CONSOLE, name),
                _ => return None,
            },
            _ => return None,
        }
    };
    let name = name.split('[').next().unwrap_or(name);
    let brought = table.iter().find(|one| one.names.contains(&name))?;
    let is_open = facts.packages.manifest(ecosystem).is_none() || has_own(facts, ecosystem, name);
    if is_open || has_package(facts, ecosystem, brought) {
        return None;
    }
    Some((name.to_owned(), brought.packages.first().copied()?))
}

/// Whether a manifest or a lockfile has one of the packages, or the code names its module: then it comes by another
/// way.
fn has_package(facts: &Facts<'_>, ecosystem: Ecosystem, brought: &Brought) -> bool {
    let starts = |name: &str| {
        // `delayed_job_active_record` brings `delayed_job`.
        let of_family = |package: &&str| {
            name.strip_prefix(*package).is_some_and(|rest| {
                rest.is_empty() || ecosystem == Ecosystem::Gem && rest.starts_with(['_', '-'])
            })
        };
        brought.packages.iter().any(of_family)
    };
    let wanted = facts.packages.wanted.iter();
    let mut wanted = wanted.filter(|package| package.ecosystem == ecosystem);
    let mut locked = facts.packages.locked.keys();
    wanted.any(|package| starts(&package.name))
        || locked.any(|(of, name)| *of == ecosystem && starts(name))
        || !brought.app.is_empty() && is_named(facts, brought.app)
}

/// Whether any text or import of the app's Python holds the module.
fn is_named(facts: &Facts<'_>, module: &str) -> bool {
    facts.code(Language::Python).any(|code| {
        let says = |value: &Expr| value.text().is_some_and(|text| text.contains(module));
        code.imports
            .iter()
            .any(|import| import.module.contains(module))
            || code.values().any(|(_, _, value)| value.any(says))
    })
}

/// Whether the app may have a command of its own by that name; what can't be told counts as one.
fn has_own(facts: &Facts<'_>, ecosystem: Ecosystem, name: &str) -> bool {
    let paths = &facts.sources.paths;
    let texts = |language: Language| {
        facts.code(language).any(|code| {
            code.values().any(|(_, _, value)| {
                value.any(|part| {
                    part.word()
                        .is_some_and(|text| text == name || text.starts_with(&format!("{name} ")))
                })
            })
        })
    };
    match ecosystem {
        Ecosystem::Pypi => {
            let file = format!("management/commands/{name}.py");
            // A group of commands is called like the function that makes it.
            let function = || {
                facts.code(Language::Python).any(|code| {
                    code.scopes.iter().any(|scope| {
                        matches!(&scope.kind, slugsmith_facts::code::ScopeKind::Function { name: own } if own == name)
                    })
                })
            };
            let by_function = |command: &str| matches!(command, "db" | "rq" | "assets");
            paths.iter().any(|path| path.ends_with(&file))
                || by_function(name) && (function() || texts(Language::Python))
        }
        Ecosystem::Gem => {
            let first = name.split(':').next().unwrap_or(name);
            let is_tasks = |path: &String| path.ends_with(".rake") || path.ends_with("Rakefile");
            let unread = paths
                .iter()
                .filter(|path| is_tasks(path))
                .any(|path| !facts.sources.files.iter().any(|code| &code.path == path));
            let named = facts.code(Language::Ruby).any(|code| {
                code.calls.iter().any(|call| {
                    let word = call.positional(0).and_then(Expr::word);
                    matches!(call.callee.as_str(), "namespace" | "task")
                        && word.is_some_and(|word| word == first || word == name)
                })
            });
            unread || named
        }
        _ => texts(Language::Php),
    }
}
