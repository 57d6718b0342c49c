//! Which of several modules of settings does production load, and is `DEBUG` on there?

use super::super::settings_module::{NAME, entry, module_text};
use crate::rules::prelude::*;
use slugsmith_ecosystems::python;
use slugsmith_facts::code::{Assignment, Import};
use slugsmith_facts::formats::dockerfile;
use slugsmith_facts::process::container;

/// Modules that take in one another are followed so far.
const STEPS: usize = 4;

/// The assignment that `DEBUG` has in the settings of production.
pub(super) struct Served<'a> {
    pub(super) code: &'a Code,
    pub(super) setting: &'a Assignment,
    /// Only a default chooses the module, and another one of the app turns `DEBUG` off.
    pub(super) is_default: bool,
}

pub(super) fn debug<'a>(facts: &'a Facts<'_>) -> Option<Served<'a>> {
    let (module, is_default) = module(facts)?;
    let file = of_module(facts, &module)?;
    let (code, setting) = last(facts, file, STEPS)?;
    let is_off = |code: &&Code| {
        let mut set = code.assignments.iter();
        set.any(|one| one.target == "DEBUG" && one.value == Expr::Bool(false))
    };
    let others = facts
        .code(Language::Python)
        .filter(|other| other.path != code.path);
    let is_default = is_default && others.into_iter().any(|other| is_off(&other));
    Some(Served {
        code,
        setting,
        is_default,
    })
}

/// The module that the web process, its image, app.json or else `wsgi.py` names; whether it is a default.
fn module(facts: &Facts<'_>) -> Option<(String, bool)> {
    let declared = || facts.declared(NAME).value().map(str::to_owned);
    let given = by_command(facts)
        .or_else(|| by_image(facts))
        .or_else(declared);
    if let Some(given) = given {
        return Some((given, false));
    }
    if facts.declared(NAME) != Declared::No {
        return None;
    }
    by_entry(facts).or_else(|| Some((of_platform(facts)?, true)))
}

/// What `wsgi.py` or `asgi.py` sets; `None` where that depends on what the files don't tell.
fn by_entry(facts: &Facts<'_>) -> Option<(String, bool)> {
    let target = format!("os.environ.{NAME}");
    facts.process("web")?;
    let entry = entry(facts)?;
    let mut set = entry.assignments.iter().filter(|one| one.target == target);
    let only = set
        .next()
        .filter(|one| branch(entry, one.scope) == Branch::Always)?;
    if set.next().is_some() {
        return None;
    }
    match &only.value {
        Expr::Env {
            name,
            default: Some(default),
        } if name == NAME => Some((module_text(facts, entry, default)?, true)),
        value => Some((module_text(facts, entry, value)?, false)),
    }
}

/// The one module of settings that is called after the platform.
fn of_platform(facts: &Facts<'_>) -> Option<String> {
    facts.process("web")?;
    let named = |code: &&Code| {
        let (folder, name) = code.path.rsplit_once('/').unwrap_or_default();
        let of_settings = folder.rsplit('/').next() == Some("settings");
        of_settings && name == "heroku.py"
            || matches!(name, "settings_heroku.py" | "heroku_settings.py")
    };
    let mut found = facts.code(Language::Python).filter(named);
    let only = found.next()?;
    let path = only.path.trim_end_matches(".py").replace('/', ".");
    found.next().is_none().then_some(path)
}

/// `DJANGO_SETTINGS_MODULE=shop.live gunicorn …`, `gunicorn --env DJANGO_SETTINGS_MODULE=shop.live`.
fn by_command(facts: &Facts<'_>) -> Option<String> {
    facts.process("web")?.commands.iter().find_map(|command| {
        let set = command.environment.iter().rev();
        let mut set = set.filter(|(name, _)| name == NAME);
        let by_word = || {
            let mut words = command.words.iter().rev();
            words.find_map(|word| {
                let (before, module) = word.rsplit_once(&format!("{NAME}="))?;
                (before.is_empty() || before.ends_with('=')).then(|| module.to_owned())
            })
        };
        set.next()
            .map(|(_, module)| module.clone())
            .or_else(by_word)
    })
}

/// `ENV DJANGO_SETTINGS_MODULE=shop.live` of the image that heroku.yml builds.
fn by_image(facts: &Facts<'_>) -> Option<String> {
    let manifest = facts.sources.text("heroku.yml")?;
    let mut images = container::dockerfiles(manifest).into_iter();
    images.find_map(|path| {
        let instructions = dockerfile::read(facts.sources.text(&path)?);
        let mut set = instructions.iter().rev().filter(|one| one.keyword == "ENV");
        set.find_map(|one| {
            let mut words = one.words.iter();
            let first = words.next()?;
            let spaced = (first == NAME).then(|| words.next().cloned()).flatten();
            let joined = one
                .words
                .iter()
                .find_map(|word| word.strip_prefix(NAME)?.strip_prefix('='));
            spaced.or_else(|| joined.map(|module| module.trim_matches('"').to_owned()))
        })
    })
}

fn of_module<'a>(facts: &'a Facts<'_>, module: &str) -> Option<&'a Code> {
    let path = module.replace('.', "/");
    let files = python::modules::files(&path);
    let is_it = |code: &&Code, file: &String| {
        let below = code.path.strip_suffix(file.as_str());
        below.is_some_and(|below| below.is_empty() || below.ends_with('/'))
    };
    let mut code = facts.code(Language::Python);
    code.find(|code| files.iter().any(|file| is_it(code, file)))
}

/// The last assignment in the order of the module, with those that it takes in by `from .base import *`; `None` where a
/// condition or a file that is not there may have the last word.
fn last<'a>(
    facts: &'a Facts<'_>,
    code: &'a Code,
    steps: usize,
) -> Option<(&'a Code, &'a Assignment)> {
    let own = code.assignments.iter().filter(|one| one.target == "DEBUG");
    let own = own.max_by_key(|one| one.line);
    let takes_all = |import: &&Import| import.names.iter().any(|name| name == "*");
    let taken = code
        .imports
        .iter()
        .filter(takes_all)
        .max_by_key(|one| one.line);
    if let Some(own) = own.filter(|own| taken.is_none_or(|taken| taken.line < own.line)) {
        return (branch(code, own.scope) == Branch::Always).then_some((code, own));
    }
    let taken = taken.filter(|taken| code.around(taken.scope).next().is_none())?;
    let module = absolute(code, &taken.module);
    last(facts, of_module(facts, &module)?, steps.checked_sub(1)?)
}

/// The dotted path of a module by which a file names it: `.base` beside it, `..base` above.
fn absolute(code: &Code, module: &str) -> String {
    let Some((folder, below)) = python::modules::relative(&code.path, module) else {
        return module.to_owned();
    };
    let path = format!("{folder}/{below}");
    path.trim_matches('/').replace('/', ".")
}
