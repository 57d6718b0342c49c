//! Settings of a database that a file of the app holds as an object, which a framework or the app's own code reads.

use super::kept::names_one_of;
use super::{effect, is_host};
use crate::rules::prelude::*;
use crate::services::help;

/// Keys that say which database it is.
const DRIVER: &[&str] = &["driver", "adapter", "dialect", "client", "dbdriver", "type"];

const DRIVERS: &[&str] = &[
    "pgsql",
    "postgres",
    "postgresql",
    "pg",
    "pdo_pgsql",
    "postgre",
    "mysql",
    "mysql2",
    "mysqli",
    "pdo_mysql",
    "mariadb",
    "mssql",
    "sqlsrv",
];

/// Keys of which one is there in each set of settings, beside the host.
const ACCOUNT: &[&str] = &["user", "username", "password", "database", "dbname"];

/// Which settings no dyno uses.
const ELSEWHERE: &[&str] = &[
    "development",
    "dev",
    "test",
    "testing",
    "tests",
    "local",
    "ci",
];

/// Hosts, each with what is told of it.
pub(super) fn check(facts: &Facts<'_>) -> Vec<(String, Evidence)> {
    let mut found = Vec::new();
    if !drives(facts) {
        return found;
    }
    for language in [Language::Php, Language::JavaScript] {
        // What else the app reads may replace them.
        if facts.laravel().is_some() || facts.code(language).any(reads_address) {
            continue;
        }
        for code in facts.code(language) {
            if guards::is_maintenance(facts, &code.path) || is_for_show(&code.path) {
                continue;
            }
            for one in &code.assignments {
                let is_used = branch(code, one.scope) == Branch::Always
                    && !one.target.split('.').any(|part| ELSEWHERE.contains(&part));
                if !is_used {
                    continue;
                }
                let host = host_within(code, &one.value, 0)
                    .or_else(|| host_of_target(code, &one.target, &one.value));
                let Some(host) = host else { continue };
                let message = format!(
                    "The settings of the database have the host `{host}`, whatever the environment says{}.",
                    effect(&host)
                );
                let line = facts.line(&code.path, &host).unwrap_or(one.line);
                let evidence = Evidence::line(&code.path, line, message);
                found.push((host, evidence.help(help(language, "the database"))));
            }
        }
    }
    found
}

/// What stands in for settings in tests and samples; those for development may be the only ones.
fn is_for_show(path: &str) -> bool {
    path.split(['/', '.', '-', '_'])
        .any(|part| matches!(part, "mock" | "mocks" | "example" | "sample"))
}

/// Whether the app has a driver: settings without one are of nothing that runs. PHP brings its own.
fn drives(facts: &Facts<'_>) -> bool {
    const NPM: &[&str] = &[
        "pg",
        "mysql",
        "mysql2",
        "mariadb",
        "mssql",
        "tedious",
        "postgres",
        "typeorm",
        "sequelize",
        "knex",
    ];
    facts.packages.manifest(Ecosystem::Npm).is_none()
        || facts.packages.wants_any(Ecosystem::Npm, NPM).is_some()
        || facts.packages.manifest(Ecosystem::Composer).is_some()
}

/// Whether a file reads a variable that holds, or may hold, where a database is.
fn reads_address(code: &Code) -> bool {
    const PARTS: &[&str] = &["DATABASE", "DB", "SQL", "POSTGRES", "PG", "DSN"];
    code.reads
        .iter()
        .any(|read| names_one_of(&read.name, PARTS))
}

/// The host of the first settings in a value that dynos use.
fn host_within(code: &Code, value: &Expr, depth: usize) -> Option<String> {
    let Expr::Object(entries) = value else {
        return None;
    };
    let driver = DRIVER.iter().find_map(|key| value.key(key)?.text());
    let inner = value
        .key("connection")
        .filter(|inner| matches!(inner, Expr::Object(_)));
    let own = driver
        .filter(|driver| DRIVERS.contains(&driver.to_ascii_lowercase().as_str()))
        .and_then(|_| host(code, inner.unwrap_or(value)));
    let below = || {
        entries
            .iter()
            .filter(|(key, _)| !ELSEWHERE.contains(&key.as_str()))
            .find_map(|(key, value)| {
                // What the settings are called says what they are of, too.
                let named = is_database(key) && !DRIVER.iter().any(|key| value.key(key).is_some());
                let own = || host(code, value).filter(|_| named);
                host_within(code, value, depth + 1).or_else(own)
            })
    };
    own.or_else(|| (depth < 4).then(below)?)
}

/// Whether a key names the settings of a database: `database: { host, user, password }`.
fn is_database(key: &str) -> bool {
    const NAMES: &[&str] = &[
        "database",
        "db",
        "mysql",
        "postgres",
        "postgresql",
        "pg",
        "mariadb",
        "mssql",
        "sql",
    ];
    NAMES.contains(&key.to_ascii_lowercase().as_str())
}

fn host(code: &Code, settings: &Expr) -> Option<String> {
    let host = ["host", "hostname", "server"]
        .iter()
        .find_map(|key| settings.key(key))?;
    let host = code.resolve(host).text().filter(|host| is_host(host))?;
    let has_account = ACCOUNT.iter().any(|key| settings.key(key).is_some());
    (has_account && !settings.reads_environment()).then(|| host.to_owned())
}

/// `$db["default"]["hostname"] = "localhost";` beside a line for the driver.
fn host_of_target(code: &Code, target: &str, value: &Expr) -> Option<String> {
    let settings = target
        .strip_suffix(".hostname")
        .or_else(|| target.strip_suffix(".host"))?;
    let host = code.resolve(value).text().filter(|host| is_host(host))?;
    let mut others = code.assignments.iter();
    let is_driver = |key: &str| DRIVER.contains(&key);
    others
        .any(|one| {
            one.target
                .strip_prefix(settings)
                .and_then(|key| key.strip_prefix('.'))
                .is_some_and(is_driver)
        })
        .then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{host_of_target, host_within};
    use slugsmith_facts::code::{Language, parse};

    fn hosts(language: Language, text: &str) -> Vec<String> {
        let code = parse("a", language, text);
        let mut found = Vec::new();
        for one in &code.assignments {
            found.extend(host_within(&code, &one.value, 0));
            found.extend(host_of_target(&code, &one.target, &one.value));
        }
        found
    }

    #[test]
    fn settings_are_known_by_their_keys() {
        let php = |text: &str| hosts(Language::Php, &format!("<?php {text}"));
        let node = |text: &str| hosts(Language::JavaScript, text);
        let own = |settings: &str| php(&format!("$app = ['db' => [{settings}]];"));
        let whole = "'driver' => 'pdo_pgsql', 'host' => 'db.example.com', 'user' => 'shop'";
        assert_eq!(own(whole), ["db.example.com"]);
        assert_eq!(
            php("$db['default']['hostname'] = 'localhost'; $db['default']['dbdriver'] = 'mysqli';"),
            ["localhost"]
        );
        assert_eq!(
            node(
                "module.exports = { client: 'pg', connection: { host: '127.0.0.1', user: 'a', database: 'b' } };"
            ),
            ["127.0.0.1"]
        );
        // What only development uses, what the environment says, other services and other objects.
        let none: [&[String]; 6] = [
            &node(
                "module.exports = { development: { dialect: 'mysql', host: 'localhost', username: 'a' } };",
            ),
            &own("'driver' => 'pgsql', 'host' => getenv('DB_HOST'), 'user' => 'shop'"),
            &own(
                "'driver' => 'pgsql', 'host' => 'db.example.com', 'user' => 'shop', 'url' => getenv('X')",
            ),
            &own("'driver' => 'smtp', 'host' => 'mail.example.com', 'user' => 'shop'"),
            &own("'driver' => 'mysql', 'host' => 'localhost'"),
            &php("$mail['hostname'] = 'mail.example.com'; $mail['user'] = 'a';"),
        ];
        assert_eq!(none, [&[] as &[String]; 6]);
    }
}
