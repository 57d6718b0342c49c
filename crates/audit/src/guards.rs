//! Why is a pattern not yet a finding? The six questions that rules ask before they speak.
//!
//! - **use**: is the feature exercised, or only configured? ([`calls_to`], [`used`])
//! - **branch**: is the value only a fallback, or the code only run in development?
//!   ([`settle`], [`branch()`])
//! - **reach**: can a process run this code? (Only such code is in
//!   [`super::Facts::sources`]; see `slugsmith_facts::sources::reach`.)
//! - **lock**: does a lockfile resolve a loose version? ([`locked`])
//! - **knowledge**: does the platform or a library do it by itself? ([`super::platform`],
//!   [`at_least`])
//! - **cause**: is there one finding per cause? ([`super::registry::Rule::silenced_by`])

pub use super::versions::numbers;
pub use slugsmith_facts::code::{Branch, branch};

use super::facts::{Declared, Facts, Site};
use super::required;
use slugsmith_facts::code::{Code, Expr, Language, ScopeKind};
use slugsmith_facts::packages::Ecosystem;

/// Calls of a language that `test` accepts and that run in production.
pub fn calls_to<'a>(
    facts: &'a Facts<'_>,
    language: Language,
    test: impl Fn(Site<'a>) -> bool + 'a,
) -> impl Iterator<Item = Site<'a>> {
    facts.calls().filter(move |site| {
        site.code.language == language
            && test(*site)
            && branch(site.code, site.call.scope) != Branch::Development
    })
}

/// Whether a call of a language exists.
pub fn used(facts: &Facts<'_>, language: Language, test: impl Fn(Site<'_>) -> bool) -> bool {
    facts
        .calls()
        .any(|site| site.code.language == language && test(site))
}

/// Whether code only runs when somebody calls it by hand: a management command, a task, a
/// console command that no process names.
#[must_use]
pub fn is_maintenance(facts: &Facts<'_>, path: &str) -> bool {
    let folder = [
        "management/commands/",
        "Console/Commands/",
        "lib/tasks/",
        "src/Command/",
        "cmd/tools/",
        "cli/",
    ]
    .iter()
    .any(|folder| path.contains(folder) && !(*folder == "cli/" && path.starts_with("client")))
        || path
            .rsplit_once('.')
            .is_some_and(|(_, ending)| ending == "rake")
        || path == "Rakefile" && !runs_rake(facts);
    // Files are sorted by path.
    let files = &facts.sources.files;
    let at = files.binary_search_by(|code| code.path.as_str().cmp(path));
    let code = at.ok().and_then(|at| files.get(at));
    let tool = code.is_some_and(|code| {
        let commands = |bases: &[String]| bases.iter().any(|base| base.ends_with("Command"));
        let console = code.language == Language::Php
            && code.scopes.iter().any(
                |scope| matches!(&scope.kind, ScopeKind::Class { bases, .. } if commands(bases)),
            );
        console
            || ["invoke", "fabric", "click", "thor"]
                .iter()
                .any(|tool| code.imports(tool))
            || is_script(facts, code)
            || is_cloud_function(facts, code)
            || is_of_commands(facts, code)
            || facts.run_by_build_scripts().contains(&code.path)
    });
    let folder = folder && !is_django_app(facts, path) || tool;
    let stem = path.rsplit('/').next().unwrap_or(path);
    let stem = stem.split('.').next().unwrap_or(stem);
    folder
        && !facts
            .processes
            .iter()
            .filter(|process| process.name != "release")
            .any(|process| process.mentions(&[stem]))
}

/// Whether a call of Rails sends to a channel of Action Cable, or listens to one.
#[must_use]
pub fn streams(site: Site<'_>) -> bool {
    matches!(
        site.call.method(),
        "stream_from"
            | "stream_for"
            | "broadcasts_to"
            | "broadcasts"
            | "broadcast_to"
            | "broadcasts_refreshes"
    )
}

/// Whether a process runs a task of the Rakefile.
fn runs_rake(facts: &Facts<'_>) -> bool {
    let mut commands = facts.processes.iter().flat_map(|process| &process.commands);
    commands.any(|command| command.program() == "rake")
}

/// Whether a call stands in a function of Python that a hook of the build calls, and no code that a process reaches.
#[must_use]
pub fn is_of_build(facts: &Facts<'_>, site: Site<'_>) -> bool {
    const HOOKS: &[&str] = &["bin/pre_compile", "bin/post_compile"];
    let name = site.code.function(site.call.scope);
    let Some(name) = name.filter(|_| site.code.language == Language::Python) else {
        return false;
    };
    let called = format!("{name}(");
    let mut hooks = HOOKS.iter().filter_map(|path| facts.sources.text(path));
    hooks.any(|text| text.contains(&called))
        && facts.calls().all(|other| other.call.method() != name)
}

/// Whether a file stands beside Django's views, whatever the folder is called.
fn is_django_app(facts: &Facts<'_>, path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let beside = |name: &str| facts.sources.has(&format!("{folder}/{name}"));
    has_ending(path, "py") && beside("views.py") && (beside("urls.py") || beside("apps.py"))
}

fn has_ending(path: &str, ending: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, found)| found == ending)
}

/// Modules that frameworks load by their names.
const LOADED: &[&str] = &[
    "views",
    "urls",
    "models",
    "admin",
    "apps",
    "forms",
    "tasks",
    "signals",
    "settings",
    "middleware",
    "consumers",
    "routing",
    "celery",
    "routes",
    "api",
    "__init__",
    "__main__",
    "dependencies",
    "schema",
    "plugins",
];

/// A Python file that is started by hand: it parses arguments, asks for `__main__` or a person, and nothing of the
/// app imports or names it. What servers are usually called does not count, nor what frameworks load by its name.
fn is_script(facts: &Facts<'_>, code: &Code) -> bool {
    const ENTRIES: &[&str] = &[
        "app",
        "main",
        "server",
        "wsgi",
        "asgi",
        "application",
        "run",
        "manage",
        "worker",
        "bot",
        "index",
    ];
    let Some(module) = code.path.strip_suffix(".py") else {
        return false;
    };
    let (folder, stem) = module.rsplit_once('/').unwrap_or(("", module));
    let asks = code.calls.iter().any(|call| {
        let asks = ["input", "raw_input", "getpass.getpass"];
        call.method() == "ArgumentParser" || asks.contains(&call.callee.as_str())
    }) || ["tkinter", "Tkinter", "curses"]
        .iter()
        .any(|module| code.imports(module));
    let is_main = || {
        let mut conditions = code
            .scopes
            .iter()
            .filter_map(|scope| scope.kind.condition());
        conditions.any(|it| it.contains("__name__"))
    };
    if ENTRIES.contains(&stem) {
        return false;
    }
    if folder.is_empty() {
        let imported = facts
            .code(Language::Python)
            .any(|other| other.path != code.path && other.imports(stem));
        return (asks || is_main()) && !imported;
    }
    // In a package many a module has a main part of its own, and frameworks load modules by folder: Streamlit its
    // pages, Airflow its DAGs.
    let by_folder = ["streamlit", "airflow", "scrapy", "dash"]
        .iter()
        .any(|package| code.imports(package));
    asks && is_main()
        && !by_folder
        && !LOADED.contains(&stem)
        && facts.that_name_in_python(&code.path, stem).next().is_none()
}

/// A Python file with the entry of a cloud function (AWS Lambda calls `handler(event, context)`), which nothing of the
/// app imports or names and no framework of the web serves: it runs elsewhere.
fn is_cloud_function(facts: &Facts<'_>, code: &Code) -> bool {
    const FOLDERS: &[&str] = &[
        "lambda",
        "lambdas",
        "functions",
        "serverless",
        "cloud_functions",
    ];
    const SERVES: &[&str] = &[
        "flask",
        "django",
        "fastapi",
        "starlette",
        "mangum",
        "zappa",
        "celery",
    ];
    let Some(module) = code.path.strip_suffix(".py") else {
        return false;
    };
    let (folder, stem) = module.rsplit_once('/').unwrap_or(("", module));
    let entry = code.scopes.iter().any(|scope| match &scope.kind {
        ScopeKind::Function { name } => {
            let apart = folder.split('/').any(|part| FOLDERS.contains(&part));
            name == "lambda_handler" || name == "handler" && (apart || stem.contains("lambda"))
        }
        _ => false,
    });
    entry
        && !SERVES.iter().any(|module| code.imports(module))
        && facts.that_name_in_python(&code.path, stem).next().is_none()
}

/// A module of Django's app that only management commands import, of which no process names one. What the framework
/// loads by its name is no such module, nor one that a text names.
fn is_of_commands(facts: &Facts<'_>, code: &Code) -> bool {
    const COMMANDS: &str = "management/commands/";
    let Some(module) = code.path.strip_suffix(".py") else {
        return false;
    };
    let (folder, stem) = module.rsplit_once('/').unwrap_or(("", module));
    if LOADED.contains(&stem)
        || folder.is_empty()
        || module.contains(COMMANDS)
        || !facts.is_django()
    {
        return false;
    }
    let importers: Vec<&Code> = facts.that_name_in_python(&code.path, stem).collect();
    let by_hand = |other: &&Code| {
        let name = other.path.rsplit('/').next().unwrap_or(&other.path);
        let command = name.trim_end_matches(".py");
        other.path.contains(COMMANDS)
            && !facts
                .processes
                .iter()
                .any(|process| process.mentions(&[command]))
            && !is_called_elsewhere(facts, command)
    };
    !importers.is_empty() && importers.iter().all(by_hand)
}

/// Whether code starts a management command: `call_command("report")`.
fn is_called_elsewhere(facts: &Facts<'_>, command: &str) -> bool {
    used(facts, Language::Python, |site| {
        let mut arguments = site.call.arguments.iter();
        site.call.method() == "call_command"
            && arguments.any(|one| one.value.text() == Some(command))
    })
}

/// What a value is in production.
#[derive(Debug, Clone, PartialEq)]
pub enum Settled<'a> {
    /// This literal, whatever the environment.
    Fixed(&'a Expr),
    /// app.json gives the variable this value.
    Given(String),
    /// A variable decides that is set for sure; to what is not known.
    Set,
    /// This literal unless the variable is set, which nothing declares.
    Unless {
        variable: &'a str,
        fallback: &'a Expr,
    },
    /// Not known from the text.
    Unknown,
}

/// Resolves a value through names of its file, environment reads and app.json.
#[must_use]
pub fn settle<'a>(facts: &Facts<'_>, code: &'a Code, value: &'a Expr) -> Settled<'a> {
    let value = code.resolve(value);
    match value {
        Expr::Env { name, default } => match (facts.declared(name), default.as_deref()) {
            (Declared::Value(given), _) => Settled::Given(given),
            (Declared::Set, _) => Settled::Set,
            // The app does not start without it.
            (Declared::No, Some(_)) if required::is_demanded(facts, name) => Settled::Set,
            (Declared::No, Some(fallback)) => Settled::Unless {
                variable: name,
                fallback: match code.resolve(fallback) {
                    Expr::Env {
                        default: Some(inner),
                        ..
                    } => inner,
                    other => other,
                },
            },
            (Declared::No, None) => Settled::Unknown,
        },
        value
            if value.is_literal() || matches!(value, Expr::Name(name) if name.starts_with(':')) =>
        {
            Settled::Fixed(value)
        }
        _ => Settled::Unknown,
    }
}

/// The environment variable that the innermost condition around a scope asks for: itself, or
/// through a name of the file (`BUCKET = os.environ.get("BUCKET")`, `if BUCKET:`).
#[must_use]
pub fn asked(code: &Code, scope: usize) -> Option<String> {
    if let Branch::Conditional(variable) = branch(code, scope)
        && !variable.is_empty()
    {
        return Some(variable);
    }
    let condition = code.around(scope).find_map(|scope| match &scope.kind {
        ScopeKind::Branch { condition, .. } => Some(condition.trim()),
        _ => None,
    })?;
    let names = slugsmith_facts::code::names_in(condition);
    let name = names
        .iter()
        .find(|name| !matches!(name.as_str(), "not" | "if" | "bool"))?;
    // A name of the condition is nowhere an expression: it is looked up as one.
    let asked = Expr::Name(name.clone());
    let mut value = code.resolve(&asked);
    // `os.environ.get("BUCKET") or None`, `bool(os.environ.get("BUCKET"))`
    if let Expr::Call { arguments, .. } = value
        && let [only] = arguments.as_slice()
    {
        value = &only.value;
    }
    match value {
        Expr::Env { name, .. } => Some(name.clone()),
        _ => None,
    }
}

/// Whether a lockfile resolves the package.
#[must_use]
pub fn locked(facts: &Facts<'_>, ecosystem: Ecosystem, name: &str) -> bool {
    facts.packages.version(ecosystem, name).is_some()
}

/// Whether the locked version of a package is at least this; `None` if no lock tells.
#[must_use]
pub fn at_least(
    facts: &Facts<'_>,
    ecosystem: Ecosystem,
    name: &str,
    least: &[u64],
) -> Option<bool> {
    let version = facts.packages.version(ecosystem, name)?;
    Some(numbers(version).as_slice() >= least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(numbers("v20.19.0"), [20, 19, 0]);
        assert!(numbers("5.10.1") > vec![5, 9]);
    }
}
