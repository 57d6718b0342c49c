//! Which Python files do the processes load?
//!
//! From the files and modules that commands name, along imports, for apps that load nothing by
//! convention. Where a framework finds modules by itself (Django, Scrapy, Streamlit), or a name
//! is computed, everything that may run counts as reached, but for scripts at the root that nothing
//! names (`stray`).

mod stray;

use std::collections::BTreeSet;
use std::path::Path;

use slugsmith_ecosystems::python;

use super::Sources;
use super::paths::join;
use crate::code::{Branch, Call, Code, Expr, Language, branch};
use crate::process::{Need, Runs};

/// Packages that load modules of the app by folder or by a setting.
const LOADERS: &[&str] = &[
    "django",
    "scrapy",
    "streamlit",
    "airflow",
    "odoo",
    "frappe",
    "kedro",
    "robocorp",
    "chalice",
    "masonite",
    "venusian",
    "pyramid",
    "cement",
    "errbot",
    "pluggy",
    "stevedore",
    "nonebot",
    "connexion",
];

/// Calls that load a module of which the name is an argument, or modules of a folder.
const DYNAMIC: &[&str] = &[
    "import_module",
    "__import__",
    "import_string",
    "find_modules",
    "iter_modules",
    "walk_packages",
    "spec_from_file_location",
    "run_path",
    "run_module",
    "exec",
    "execfile",
    "load_extension",
    "load_extensions",
    "autodiscover_tasks",
    "scan",
    "autodiscover",
    "glob",
    "listdir",
];

/// Files that a program loads without being told to.
const BY_NAME: &[&str] = &[
    "gunicorn.conf.py",
    "celeryconfig.py",
    "sitecustomize.py",
    "conftest.py",
];

/// What is known of the files that the processes load.
enum Reach<'s> {
    /// These, and no others.
    Known(BTreeSet<&'s str>),
    /// These, and others that a framework finds or of which the names are computed.
    Open(BTreeSet<&'s str>),
    /// Nothing.
    Unknown,
}

/// Drops Python files that no process loads.
pub(super) fn keep(root: &Path, sources: &mut Sources, processes: &[Runs]) {
    let reached = match reached(sources, processes) {
        Reach::Known(reached) => reached,
        Reach::Open(reached) => {
            let stray = stray::find(root, sources, processes, &reached);
            sources.keep(|code| !stray.contains(&code.path));
            return;
        }
        Reach::Unknown => return,
    };
    let reached: BTreeSet<String> = with_packages(sources, reached)
        .into_iter()
        .map(str::to_owned)
        .collect();
    sources.keep(|code| code.language != Language::Python || reached.contains(&code.path));
}

/// A package that is loaded may find its own parts by means that are not seen: with all files of such packages, and
/// what those import.
fn with_packages<'s>(sources: &'s Sources, mut reached: BTreeSet<&'s str>) -> BTreeSet<&'s str> {
    let python = || {
        let files = sources.files.iter();
        files.filter(|code| code.language == Language::Python)
    };
    loop {
        let folders: BTreeSet<String> = reached
            .iter()
            .filter_map(|path| Some(format!("{}/", path.rsplit_once('/')?.0)))
            .collect();
        let is_part = |path: &str| folders.iter().any(|folder| path.starts_with(folder));
        let parts = python().filter(|code| is_part(&code.path));
        let mut pending: Vec<&Code> = parts.collect();
        let before = reached.len();
        while let Some(code) = pending.pop() {
            if reached.insert(&code.path) {
                pending.extend(imported(sources, code).flatten().flatten());
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

/// What each import of a file loads, but for those of development; `None` as [`modules`] says it.
fn imported<'s>(
    sources: &'s Sources,
    code: &'s Code,
) -> impl Iterator<Item = Option<Vec<&'s Code>>> {
    let imports = code.imports.iter();
    imports
        .filter(|import| branch(code, import.scope) != Branch::Development)
        .map(|import| modules(sources, &code.path, &import.module, &import.names))
}

fn reached<'s>(sources: &'s Sources, processes: &[Runs]) -> Reach<'s> {
    let python = || {
        let files = sources.files.iter();
        files.filter(|code| code.language == Language::Python)
    };
    let loads = |code: &Code| LOADERS.iter().any(|package| code.imports(package));
    let mut is_open = python().any(loads) || sources.has("manage.py");
    let Some(mut pending) = entries(sources, processes).filter(|some| !some.is_empty()) else {
        return Reach::Unknown;
    };
    let commands: Vec<&str> = processes
        .iter()
        .flat_map(|process| &process.commands)
        .map(|command| command.text.as_str())
        .collect();
    pending.extend(python().filter(|code| {
        BY_NAME.contains(&code.path.as_str())
            || commands.iter().any(|command| command.contains(&code.path))
    }));
    let mut reached = BTreeSet::new();
    while let Some(code) = pending.pop() {
        if !reached.insert(code.path.as_str()) {
            continue;
        }
        let mut follow = |found: Option<Vec<&'s Code>>| {
            is_open |= found.is_none();
            pending.extend(found.unwrap_or_default());
        };
        for call in code.calls.iter().filter(|call| is_dynamic(call)) {
            follow(named_by(code, call).and_then(|name| modules(sources, &code.path, name, &[])));
        }
        imported(sources, code).for_each(&mut follow);
        pending.extend(named_in(sources, code));
    }
    if is_open {
        Reach::Open(reached)
    } else {
        Reach::Known(reached)
    }
}

fn is_dynamic(call: &Call) -> bool {
    DYNAMIC.contains(&call.method())
}

/// The module that such a call loads, where it is written out.
fn named_by<'c>(code: &'c Code, call: &'c Call) -> Option<&'c str> {
    const BY_ARGUMENT: &[&str] = &[
        "import_module",
        "__import__",
        "import_string",
        "load_extension",
    ];
    BY_ARGUMENT.contains(&call.method()).then_some(())?;
    code.resolve(call.positional(0)?).text()
}

/// What the commands load; `None` where one of them loads something that is not known.
fn entries<'s>(sources: &'s Sources, processes: &[Runs]) -> Option<Vec<&'s Code>> {
    let mut found = Vec::new();
    for command in processes.iter().flat_map(|process| &process.commands) {
        let program = command.program();
        let plain = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        if !runs_code(plain) {
            continue;
        }
        let before = found.len();
        for need in command.needs() {
            match need {
                Need::Script {
                    path,
                    language: "Python",
                } => {
                    found.push(file(sources, &command.in_app(&path)?)?);
                }
                Need::Module(module) => {
                    let folder = command.folder.as_deref()?;
                    let path = join(folder, "_");
                    let loaded = modules(sources, &path, &module, &[])?;
                    found.extend(loaded);
                }
                _ => {}
            }
        }
        if found.len() == before && !is_foreign(&command.words) {
            return None;
        }
    }
    Some(found)
}

/// `python -m http.server`, `python -c …`, `alembic upgrade head`: nothing of the app's code but
/// what its own configuration names.
fn is_foreign(words: &[String]) -> bool {
    words.first().is_some_and(|word| word.starts_with("python"))
        && words.get(1).is_some_and(|word| word == "--version")
}

fn file<'s>(sources: &'s Sources, path: &str) -> Option<&'s Code> {
    let at = sources
        .files
        .binary_search_by(|probe| probe.path.as_str().cmp(path));
    sources.files.get(at.ok()?)
}

/// The files that an import loads, with the packages around them. Empty for a module of others;
/// `None` for one that is of the app, in a folder that is on the path by other means.
fn modules<'s>(
    sources: &'s Sources,
    from: &str,
    module: &str,
    names: &[String],
) -> Option<Vec<&'s Code>> {
    let relative = python::modules::relative(from, module);
    let is_relative = relative.is_some();
    // The app's root is on the path before a module's own folder, which only a script's is.
    let (roots, plain) = relative.map_or_else(
        || {
            let own = from.rsplit_once('/').map_or("", |(folder, _)| folder);
            (vec!["", "src", own], module.replace('.', "/"))
        },
        |(folder, plain)| (vec![folder], plain),
    );
    let parts: Vec<&str> = plain.split('/').filter(|part| !part.is_empty()).collect();
    let mut found = Vec::new();
    let mut is_ours = false;
    for root in &roots {
        let mut path = (*root).to_owned();
        for (at, part) in parts.iter().enumerate() {
            path = if path.is_empty() {
                (*part).to_owned()
            } else {
                format!("{path}/{part}")
            };
            let here = at_path(sources, &path);
            is_ours |=
                at == 0 && (!here.is_empty() || sources.below(&format!("{path}/")).any(is_python));
            found.extend(here);
        }
        // `from package import module`, also `from . import module`.
        for name in names {
            let name = name.trim_end_matches(".*");
            let path = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}/{name}")
            };
            found.extend(at_path(sources, &path));
        }
        if is_ours && !is_relative {
            break;
        }
    }
    let elsewhere = || {
        let first = parts.first().copied().unwrap_or_default();
        let either = python::modules::files(&format!("/{first}"));
        let is_it = |code: &Code| either.iter().any(|file| code.path.ends_with(file));
        sources.files.iter().any(is_it)
    };
    if !is_ours && !is_relative && elsewhere() {
        return None;
    }
    Some(found)
}

fn is_python(path: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, ending)| ending == "py")
}

/// A module's file, or its package's.
fn at_path<'s>(sources: &'s Sources, path: &str) -> Vec<&'s Code> {
    let both = python::modules::files(path);
    both.iter().filter_map(|path| file(sources, path)).collect()
}

/// Whether a program runs the app's own code, of which the entry has to be known.
fn runs_code(program: &str) -> bool {
    const OTHERS: &[&str] = &["python", "flask", "fastapi", "flower", "alembic"];
    [OTHERS, python::SERVERS, python::WORKERS]
        .iter()
        .any(|some| some.contains(&program))
}

/// Modules of the app that texts name: `include=["app.tasks"]`, `"config.Production"`,
/// `queue.enqueue("jobs.send")`, `uvicorn.run("app.main:app")`.
fn named_in<'s>(sources: &'s Sources, code: &Code) -> Vec<&'s Code> {
    let mut texts = BTreeSet::new();
    let mut note = |value: &Expr| {
        value.walk(&mut |value| {
            if let Some(text) = value.text()
                && !text.is_empty()
                && text.len() < 120
                && text
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':'))
            {
                texts.insert(text.to_owned());
            }
        });
    };
    let arguments = code.calls.iter().flat_map(|call| &call.arguments);
    arguments.for_each(|argument| note(&argument.value));
    code.assignments.iter().for_each(|one| note(&one.value));
    let mut found = Vec::new();
    for text in texts {
        let mut module = text.split(':').next().unwrap_or_default();
        loop {
            let path = module.replace('.', "/");
            found.extend(at_path(sources, &path));
            found.extend(at_path(sources, &format!("src/{path}")));
            match module.rsplit_once('.') {
                Some((above, _)) => module = above,
                None => break,
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::parse;
    use crate::process::Command;

    fn kept(files: &[(&str, &str)], command: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let mut sources = Sources::default();
        for (path, text) in files {
            let file = folder.path().join(path);
            fs_err::create_dir_all(file.parent().unwrap()).unwrap();
            fs_err::write(file, text).unwrap();
            sources.files.push(parse(path, Language::Python, text));
            sources.paths.push((*path).to_owned());
        }
        sources.files.sort_by(|a, b| a.path.cmp(&b.path));
        sources.paths.sort();
        let command = Command::written(command, "Procfile", 1);
        let process = Runs {
            name: "web".to_owned(),
            commands: vec![command.clone()],
            command,
        };
        keep(folder.path(), &mut sources, &[process]);
        sources.files.into_iter().map(|code| code.path).collect()
    }

    #[test]
    fn what_no_module_imports_is_not_loaded() {
        let files = [
            ("main.py", "from app import app\napp.run()\n"),
            (
                "app/__init__.py",
                "from flask import Flask\nfrom . import views\napp = Flask(__name__)\n",
            ),
            ("app/views.py", "import requests\n"),
            ("app/tasks.py", "q.enqueue('app.jobs.send')\n"),
            ("app/jobs.py", "pass\n"),
            ("lambda/handler.py", "import requests\n"),
        ];
        let found = kept(&files, "python main.py");
        let package = [
            "app/__init__.py",
            "app/jobs.py",
            "app/tasks.py",
            "app/views.py",
        ];
        assert_eq!(found[..4], package);
        assert_eq!(found[4..], ["main.py"]);
        assert_eq!(kept(&files, "gunicorn app.tasks:app"), package);
    }

    #[test]
    fn what_is_computed_keeps_everything() {
        let files = [
            (
                "main.py",
                "import importlib\nfor n in names:\n    importlib.import_module(n)\n",
            ),
            ("plugin.py", "pass\n"),
        ];
        assert_eq!(kept(&files, "python main.py").len(), 2);
        let files = [
            ("bot/main.py", "import settings\n"),
            ("lib/settings.py", ""),
            ("lib/other.py", ""),
        ];
        assert_eq!(kept(&files, "python bot/main.py").len(), 3);
        let files = [("main.py", "import os\n"), ("other.py", "")];
        assert_eq!(kept(&files, "flask run").len(), 2);
    }

    #[test]
    fn a_script_at_the_root_that_nothing_names_is_run_by_hand() {
        let files = [
            ("app/__init__.py", "import helpers\nload('plugin')\n"),
            (
                "app/parts.py",
                "for n in os.listdir(folder):\n    importlib.import_module(n)\n",
            ),
            ("check_data.py", "import requests\nimport tools\n"),
            ("helpers.py", "for name in ['later']:\n    pass\n"),
            ("later.py", ""),
            ("plugin.py", ""),
            ("tools.py", ""),
            ("wsgi.py", "from app import parts\n"),
        ];
        let found = kept(&files, "gunicorn wsgi:app");
        let left = [
            "app/__init__.py",
            "app/parts.py",
            "helpers.py",
            "later.py",
            "plugin.py",
            "wsgi.py",
        ];
        assert_eq!(found, left);
        // Where the root itself may be listed, each of its modules may be loaded.
        let mut files = files;
        files[7].1 = "import app.parts\nfor n in names():\n    importlib.import_module(n)\n";
        assert_eq!(kept(&files, "gunicorn wsgi:app").len(), 8);
    }
}
