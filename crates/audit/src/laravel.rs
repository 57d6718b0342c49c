//! Laravel's settings in `config/`, and those that Lumen brings along, for every rule that judges one.

use super::Facts;
use super::facts::Declared;
use super::guards::{Settled, settle};
use slugsmith_facts::code::{Code, Expr, Language, ScopeKind};
use slugsmith_facts::packages::{Ecosystem, Package};
use slugsmith_finding::LineSpan;

/// What `config/NAME.php` returns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings<'a> {
    pub(super) code: &'a Code,
    pub(super) value: &'a Expr,
    pub(super) line: LineSpan,
}

/// The file of this name, where the app has it.
pub(super) fn file<'a>(facts: &'a Facts<'_>, name: &str) -> Option<&'a Code> {
    let path = format!("config/{name}.php");
    facts.code(Language::Php).find(|code| code.path == path)
}

/// The settings of this name, where the app has them and the file returns a value.
pub(super) fn settings<'a>(facts: &'a Facts<'_>, name: &str) -> Option<Settings<'a>> {
    let code = file(facts, name)?;
    let returned = code.assignments.iter().find(|one| one.target == "return")?;
    Some(Settings {
        code,
        value: &returned.value,
        line: returned.line,
    })
}

/// Whether all of the app's own models are documents of `MongoDB`, and nothing declares an SQL database.
pub(super) fn lives_in_mongodb(facts: &Facts<'_>) -> bool {
    const PACKAGES: &[&str] = &[
        "mongodb/laravel-mongodb",
        "jenssegers/mongodb",
        "jenssegers/laravel-mongodb",
    ];
    const SQL: &[&str] = &[
        "heroku-postgresql",
        "jawsdb",
        "jawsdb-maria",
        "cleardb",
        "stackhero-mysql",
        "heroku-postgresql-advanced",
    ];
    let sql = facts.has_addon(SQL)
        || facts
            .declared("DB_CONNECTION")
            .value()
            .is_some_and(|name| name != "mongodb");
    if sql
        || facts
            .packages
            .wants_any(Ecosystem::Composer, PACKAGES)
            .is_none()
    {
        return false;
    }
    let mut models = facts
        .code(Language::Php)
        .filter(|code| code.path.starts_with("app/Models/"))
        .flat_map(|code| {
            let classes = code.scopes.iter().filter_map(|scope| match &scope.kind {
                ScopeKind::Class { bases, .. } => Some(bases),
                _ => None,
            });
            classes.map(move |bases| is_document(code, bases))
        })
        .peekable();
    models.peek().is_some() && models.all(|is_document| is_document)
}

/// Whether a class extends one of the library's, by its whole name or the one that it is imported under.
fn is_document(code: &Code, bases: &[String]) -> bool {
    let of_library = |name: &str| {
        let lower = name.replace('\\', ".").to_ascii_lowercase();
        let plain = lower.trim_start_matches('.');
        plain.starts_with("mongodb.laravel") || plain.starts_with("jenssegers.mongodb")
    };
    bases.iter().any(|base| {
        of_library(base)
            || code.imports.iter().any(|import| {
                let last = import.module.rsplit('.').next();
                let named = match import.names.as_slice() {
                    [] => last == Some(base),
                    names => names.contains(base),
                };
                of_library(&import.module) && named
            })
    })
}

impl Settings<'_> {
    /// What holds for a key, and whether only as long as nothing sets its variable; `None` if it is not known.
    pub(super) fn chosen(&self, facts: &Facts<'_>, key: &str) -> Option<(String, bool)> {
        match settle(facts, self.code, self.value.key(key)?) {
            Settled::Fixed(value) => Some((value.text()?.to_owned(), false)),
            Settled::Given(value) => Some((value, false)),
            Settled::Unless { fallback, .. } => Some((fallback.text()?.to_owned(), true)),
            _ => None,
        }
    }
}

/// What Lumen takes for a variable that nothing declares: what `.env` says, else `default`. `None` where
/// `package` is not Lumen.
pub(super) fn of_lumen(
    facts: &Facts<'_>,
    package: &Package,
    variable: &str,
    default: &str,
) -> Option<String> {
    if package.name != "laravel/lumen-framework" || facts.declared(variable) != Declared::No {
        return None;
    }
    let given = facts.dotenv(variable);
    Some(given.map_or_else(|| default.to_owned(), |one| one.value))
}
