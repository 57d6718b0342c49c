//! Django settings that Python does not find from the folder where the server starts.

use crate::rules::prelude::*;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::code::Assignment;
use slugsmith_facts::command::Need;
use slugsmith_facts::process::Command;
use slugsmith_facts::sources::paths::join;
use slugsmith_finding::LineSpan;

const NAME: &str = "DJANGO_SETTINGS_MODULE";

/// `os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")` of a module that Python
/// does not find from the folder where the server starts, since the file lies deeper.
pub(super) fn off_the_path(facts: &Facts<'_>, command: &Command) -> Option<Evidence> {
    let is_set = |name: &str| {
        facts.declared(name) != Declared::No
            || command.environment.iter().any(|(set, _)| set == name)
            || facts
                .processes
                .iter()
                .any(|process| process.mentions(&[name]))
    };
    let moves = ["--chdir", "--pythonpath", "--app-dir"];
    let moved = command
        .words
        .iter()
        .any(|word| moves.iter().any(|option| word.starts_with(option)));
    let folder = command.folder.as_deref()?;
    // The buildpack sets PYTHONPATH to the app's root, where the server starts anyway.
    let path = "PYTHONPATH";
    let extended = matches!(facts.declared(path), Declared::Value(_))
        || command.environment.iter().any(|(set, _)| set == path);
    if moved || is_set(NAME) || extended || facts.sources.has(".profile") {
        return None;
    }
    let entry = command.needs().into_iter().find_map(|need| match need {
        Need::Module(module) => Some(join(folder, &format!("{}.py", module.replace('.', "/")))),
        _ => None,
    })?;
    let code = facts
        .code(Language::Python)
        .find(|code| code.path == entry)?;
    if code
        .calls
        .iter()
        .any(|call| call.callee.starts_with("sys.path"))
    {
        return None;
    }
    let (line, module) = (set_by(code)?.line, named_by(code)?);
    let below = module.replace('.', "/");
    let sources = &facts.sources;
    let is_at = |path: &str| {
        ecosystems::python::modules::files(path)
            .iter()
            .any(|file| sources.has(file))
    };
    let roots = [join(folder, &below), join(folder, &format!("src/{below}"))];
    if roots.iter().any(|path| is_at(path)) {
        return None;
    }
    // Only a file of the app's own under that name shows that no package brings it.
    let file = format!("/{below}.py");
    let Some(found) = sources.paths.iter().find(|path| path.ends_with(&file)) else {
        return nowhere(facts, code, line, module, folder);
    };
    let root = found.strip_suffix(&file)?;
    // A project of its own may be installed, and then Python finds it.
    let manifests = [
        ecosystems::python::PYPROJECT,
        ecosystems::python::SETUP_PY,
        ecosystems::python::SETUP_CFG,
    ];
    if manifests.iter().any(|name| sources.has(&join(root, name))) {
        return None;
    }
    let message = format!(
        "{} asks for the settings module {module}, which Python does not find from the folder where \
         `{}` starts: the file is {found}.",
        code.path, command.text
    );
    Some(Evidence::line(&code.path, line, message).help(format!(
        "Procfile: web: gunicorn --chdir {root} …, with the module as it is named from there"
    )))
}

/// Where a file says which settings Django takes.
fn set_by(code: &Code) -> Option<&Assignment> {
    let mut set = code.assignments.iter();
    set.find(|one| one.target == format!("os.environ.{NAME}"))
}

/// The module that a file names where no variable says otherwise.
fn named_by(code: &Code) -> Option<&str> {
    match &set_by(code)?.value {
        Expr::Env {
            default: Some(default),
            ..
        } => default.text(),
        value => value.text(),
    }
}

/// Settings of a package that the app neither has nor asks for by that name, while its own stand beside the file that
/// starts it, where `startproject` writes them: a project that was renamed. Without those, an installed package may
/// bring what is asked for.
fn nowhere(
    facts: &Facts<'_>,
    code: &Code,
    line: LineSpan,
    module: &str,
    folder: &str,
) -> Option<Evidence> {
    let sources = &facts.sources;
    let top = module.split('.').next()?;
    let below = join(folder, &format!("{top}/"));
    let packages = [top.to_owned(), top.replace('_', "-")];
    let is_known = sources.below(&below).next().is_some()
        || packages
            .iter()
            .any(|name| facts.packages.has(Ecosystem::Pypi, name));
    if is_known {
        return None;
    }
    let own = ecosystems::python::modules::files(&join(code.folder(), "settings"));
    let own = own.iter().find(|file| sources.has(file))?;
    let message = format!(
        "{} asks for the settings module {module}, and the app has no {top}/: every worker stops with an ImportError. \
         It has {own}.",
        code.path
    );
    let fix = format!(
        "heroku config:set {NAME}=…   or the module's name in {}",
        code.path
    );
    Some(Evidence::line(&code.path, line, message).help(fix))
}
