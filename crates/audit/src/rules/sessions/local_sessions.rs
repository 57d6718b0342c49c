//! Do sessions live in one dyno only?

mod go;
mod java;
mod symfony;
mod yii;

use crate::rules::prelude::*;
use slugsmith_finding::LineSpan;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "local-sessions",
    code: "SF201",
    title: "Sessions are kept in memory or on the disk of one dyno",
    level: Severity::Error,
    group: Group::Sessions,
    ecosystems: &["node", "python", "ruby", "go", "php", "java"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            express-session without a `store`; Flask-Session on the file system; Django's file
            sessions; `Rack::Session::Pool`; Laravel's `file` or `array` driver, also in Lumen where
            its application gets `StartSession`; PHP's native sessions;
            Yii's session component without another class;
            gorilla's `FilesystemStore`; a map of sessions in Go beside a cookie; Java's
            `HttpSession` and Spring Security's logins without Spring Session; Symfony's sessions
            without a `handler_id` (a warning).
        "},
        why: indoc! {"
            The next request may reach another dyno, which does not know the session: people are
            logged out at random, and all of them at each restart.
        "},
        fix: indoc! {"
            ```
            heroku addons:create heroku-redis:mini
            npm install connect-redis redis   # session({ store: new RedisStore({ client }) })
            heroku config:set SESSION_DRIVER=database
            ```
            or signed cookies: `cookie-session`, Rails' `:cookie_store`, Django's `signed_cookies`.
        "},
        silent: indoc! {"
            Cookie sessions; a store is given, also through options that can't be read; development
            settings; where the driver's variable is declared with another value.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let evidence: Vec<_> = [
        express(facts),
        flask(facts),
        django(facts),
        rack(facts),
        laravel(facts),
        native_php(facts),
        gorilla(facts),
        go::in_map(facts),
        java::check(facts),
        symfony::check(facts),
        yii::check(facts),
    ]
    .into_iter()
    .flatten()
    .collect();
    let applies = facts
        .packages
        .has_any(Ecosystem::Npm, &["express-session", "cookie-session"])
        || facts
            .packages
            .has_any(Ecosystem::Pypi, &["django", "flask-session"])
        || facts
            .packages
            .has_any(Ecosystem::Gem, &["rails", "sinatra"])
        || facts.packages.has(Ecosystem::Composer, "laravel/framework");
    Outcome::when(applies, evidence)
}

fn express(facts: &Facts<'_>) -> Option<Evidence> {
    let site = calls_to(facts, Language::JavaScript, |site| {
        let options = site
            .call
            .positional(0)
            .map(|options| site.code.resolve(options));
        site.code.imports("express-session")
            && matches!(
                site.call.callee.as_str(),
                "session" | "expressSession" | "require()" | "express_session"
            )
            && options.is_some_and(|options| {
                let in_memory = options
                    .key("store")
                    .is_some_and(|store| in_memory(site, store));
                let none = options.key("store").is_none() && !sets_store_later(site);
                options.key("secret").is_some()
                    && options.key("...").is_none()
                    && (none || in_memory)
            })
    })
    .next()?;
    Some(
        Evidence::line(
            &site.code.path,
            site.call.line,
            "express-session without a store keeps \
            sessions in this process: other dynos don't know them, and a restart loses them all.",
        )
        .help("npm install connect-redis redis; heroku addons:create heroku-redis:mini")
        .help("session({ store: new RedisStore({ client }), … })"),
    )
}

/// `new session.MemoryStore()`, or the package memorystore.
fn in_memory(site: Site<'_>, store: &Expr) -> bool {
    let made = site.code.resolve(store);
    made.callee()
        .is_some_and(|callee| callee.rsplit('.').next() == Some("MemoryStore"))
}

/// `options.store = …` before the options are handed over.
fn sets_store_later(site: Site<'_>) -> bool {
    site.code
        .assignments
        .iter()
        .any(|assignment| assignment.target.rsplit('.').next() == Some("store"))
}

fn python_setting(
    facts: &Facts<'_>,
    name: &str,
    bad: impl Fn(&str) -> bool,
) -> Option<(String, LineSpan, String, bool)> {
    facts.code(Language::Python).find_map(|code| {
        let setting = code.assignments.iter().rfind(|assignment| {
            assignment.target == name || assignment.target.ends_with(&format!(".{name}"))
        })?;
        if branch(code, setting.scope) == Branch::Development {
            return None;
        }
        let (value, conditional) = match settle(facts, code, &setting.value) {
            Settled::Fixed(value) => (
                value.text()?.to_owned(),
                branch(code, setting.scope) != Branch::Always,
            ),
            Settled::Given(value) => (value, false),
            Settled::Unless { fallback, .. } => (fallback.text()?.to_owned(), true),
            _ => return None,
        };
        bad(&value).then(|| (code.path.clone(), setting.line, value, conditional))
    })
}

fn flask(facts: &Facts<'_>) -> Option<Evidence> {
    facts.packages.wants(Ecosystem::Pypi, "flask-session")?;
    let (path, line, value, conditional) =
        python_setting(facts, "SESSION_TYPE", |value| value == "filesystem")?;
    Some(
        Evidence::line(
            &path,
            line,
            format!("SESSION_TYPE \"{value}\" keeps sessions on the dyno's disk."),
        )
        .conditional(conditional)
        .help("SESSION_TYPE = \"redis\"; heroku addons:create heroku-redis:mini"),
    )
}

fn django(facts: &Facts<'_>) -> Option<Evidence> {
    if !facts.is_django() {
        return None;
    }
    let (path, line, value, conditional) = python_setting(facts, "SESSION_ENGINE", |value| {
        value.ends_with("backends.file")
    })?;
    Some(
        Evidence::line(
            &path,
            line,
            format!("{value} keeps sessions on the dyno's disk."),
        )
        .conditional(conditional)
        .help("SESSION_ENGINE = \"django.contrib.sessions.backends.db\""),
    )
}

fn rack(facts: &Facts<'_>) -> Option<Evidence> {
    let site = calls_to(facts, Language::Ruby, |site| {
        let first = site.call.positional(0).and_then(Expr::name);
        (site.call.method() == "use" && first == Some("Rack.Session.Pool"))
            || (site.call.method() == "session_store"
                && matches!(first, Some("file_store" | "memory_store")))
    })
    .next()?;
    Some(
        Evidence::line(
            &site.code.path,
            site.call.line,
            "Sessions are kept in this dyno only.",
        )
        .help(
            "Use signed cookies: use Rack::Session::Cookie, or config.session_store :cookie_store",
        ),
    )
}

fn laravel(facts: &Facts<'_>) -> Option<Evidence> {
    let package = facts.laravel()?;
    // Lumen has no sessions unless the app brings the middleware in.
    if package.name.ends_with("lumen-framework") && !starts_sessions(facts) {
        return None;
    }
    let setting = crate::laravel::settings(facts, "session")?;
    let code = setting.code;
    let local = |value: &str| matches!(value, "file" | "array");
    let (driver, conditional) = setting.chosen(facts, "driver")?;
    local(&driver).then(|| {
        Evidence::line(
            &code.path,
            facts_line(code, setting.line),
            format!(
                "The session driver is `{driver}`{}: sessions stay on one dyno's disk.",
                if conditional {
                    ", since nothing declares SESSION_DRIVER"
                } else {
                    ""
                }
            ),
        )
        .conditional(conditional)
        .help("heroku config:set SESSION_DRIVER=database   (php artisan session:table)")
    })
}

/// Whether Lumen's application gets the middleware of sessions for all requests.
fn starts_sessions(facts: &Facts<'_>) -> bool {
    guards::used(facts, Language::Php, |site| {
        let given = |value: &Expr| {
            let class = value.name().or(value.text()).unwrap_or_default();
            class.contains("StartSession")
        };
        site.call.method() == "middleware"
            && site.call.arguments.iter().any(|one| one.value.any(given))
    })
}

/// The line of the read inside the file's array.
fn facts_line(code: &Code, other: LineSpan) -> LineSpan {
    code.reads
        .iter()
        .find(|read| read.name == "SESSION_DRIVER")
        .map_or(other, |read| read.line)
}

fn native_php(facts: &Facts<'_>) -> Option<Evidence> {
    if facts.packages.has_any(
        Ecosystem::Composer,
        &["laravel/framework", "symfony/framework-bundle"],
    ) {
        return None;
    }
    let handled = guards::used(facts, Language::Php, |site| {
        matches!(
            site.call.callee.as_str(),
            "session_set_save_handler" | "ini_set"
        ) && site.call.arguments.first().is_none_or(|first| {
            first
                .value
                .text()
                .is_none_or(|text| text.starts_with("session.save"))
        })
    });
    let configured = facts.sources.texts.iter().any(|(path, text)| {
        path.rsplit('/').next() == Some(".user.ini") || text.contains("session.save_handler")
    });
    // Of many pages the one that visitors come to first.
    let site = calls_to(facts, Language::Php, |site| {
        site.call.callee == "session_start"
    })
    .min_by_key(|site| !matches!(site.code.path.as_str(), "index.php" | "public/index.php"))?;
    (!handled && !configured).then(|| {
        Evidence::line(
            &site.code.path,
            site.call.line,
            "session_start() keeps sessions in files on the dyno's disk.",
        )
        .help("heroku addons:create memcachier, and in .user.ini: session.save_handler=memcached")
    })
}

fn gorilla(facts: &Facts<'_>) -> Option<Evidence> {
    let site = calls_to(facts, Language::Go, |site| {
        site.call.callee == "sessions.NewFilesystemStore"
    })
    .next();
    let Some(site) = site else {
        return go_memory(facts);
    };
    Some(
        Evidence::line(
            &site.code.path,
            site.call.line,
            "Sessions are kept in files on the dyno's disk.",
        )
        .help("sessions.NewCookieStore, or github.com/rbcervilla/redisstore"),
    )
}

/// The stores in memory of gin, and what scs and Fiber take without a store.
fn go_memory(facts: &Facts<'_>) -> Option<Evidence> {
    let site = calls_to(facts, Language::Go, |site| {
        let (code, call) = (site.code, site.call);
        let imports = |part: &str| code.imports.iter().any(|one| one.module.contains(part));
        let given = |name: &str| {
            let named = |value: &Expr| match value {
                Expr::Call { arguments, .. } => arguments
                    .iter()
                    .any(|one| one.name.as_deref() == Some(name)),
                value => value.key(name).is_some(),
            };
            call.named(name).is_some() || call.arguments.iter().any(|one| one.value.any(named))
        };
        let set_later = || {
            let mut set = code.assignments.iter();
            set.any(|one| one.target.ends_with(".Store"))
        };
        match call.callee.as_str() {
            "memstore.NewStore" => imports("gin-contrib/sessions/memstore"),
            "scs.New" | "scs.NewSession" => imports("alexedwards/scs") && !set_later(),
            "session.New" | "session.NewStore" => {
                let handed = |value: &Expr| matches!(value, Expr::Name(_));
                let by_name = call.arguments.iter().any(|one| handed(&one.value));
                imports("gofiber/fiber") && !given("Storage") && !given("Store") && !by_name
            }
            _ => false,
        }
    })
    .next()?;
    let message = format!(
        "`{}` keeps sessions in this process: other dynos don't know them, and a restart forgets \
         them all.",
        site.call.callee
    );
    Some(
        Evidence::line(&site.code.path, site.call.line, message)
            .help("heroku addons:create heroku-redis:mini, and the same library's store for Redis"),
    )
}
