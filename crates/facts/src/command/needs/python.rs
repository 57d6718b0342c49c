//! What Python and the servers that are written in it need.

use super::{Command, Need, file, option};

/// Options of Python that take the next word.
const PYTHON_VALUES: &[&str] = &["-W", "-X", "--check-hash-based-pycs"];
/// Letters of Python that take nothing.
const FLAGS: &str = "bBdEhiIOPqsSuvx";

pub(super) fn of(command: &Command, words: &[&str]) -> Vec<Need> {
    let mut at = 0;
    while let Some(word) = words.get(at).copied() {
        at += 1;
        // `-um` and `-OO -m`: letters without values in front of the one that takes the next word.
        let letters = word.strip_prefix('-').unwrap_or_default();
        let flags = letters.trim_start_matches(|c| FLAGS.contains(c));
        let word = match flags {
            "m" | "c" if !letters.starts_with('-') => letters.get(letters.len() - 1..),
            _ => None,
        }
        .map_or(word, |letter| if letter == "m" { "-m" } else { "-c" });
        match word {
            "-m" => {
                let module = words.get(at).copied().unwrap_or_default();
                let rest = words.get(at + 1..).unwrap_or_default();
                let mut found = vec![Need::Module(module.to_owned())];
                if matches!(module, "gunicorn" | "uvicorn" | "hypercorn" | "daphne") {
                    found.extend(server(module, rest));
                }
                if module == "flask" {
                    found.extend(flask(command, rest));
                }
                return found;
            }
            "-c" => return imported(words.get(at).copied().unwrap_or_default()),
            "-" => return Vec::new(),
            _ if !word.starts_with('-') => {
                let path = word.to_owned();
                let language = "Python";
                return vec![Need::Script { path, language }];
            }
            _ => at += usize::from(PYTHON_VALUES.contains(&word)),
        }
    }
    Vec::new()
}

/// `package.module:app`, also as `--factory package.module:make`.
pub(super) fn server<'w>(program: &str, words: &[&'w str]) -> Vec<Need> {
    // `-c python:shop.gunicorn` and `-b localhost:8000` are no modules to run.
    let values = [
        "-b",
        "--bind",
        "-c",
        "--config",
        "-e",
        "--env",
        "-n",
        "--name",
        "--host",
        "--port",
        "-p",
        "--log-config",
        "--log-level",
        "-k",
        "--worker-class",
        "-w",
        "--workers",
        "-t",
        "--timeout",
        "--threads",
        "--uds",
        "--listen",
        "--access-logfile",
        "--error-logfile",
        "--chdir",
        "--app-dir",
        "--pythonpath",
        "--root-path",
    ];
    let mut found = settings(program, words);
    let after = std::iter::once(&"").chain(words);
    let target = words
        .iter()
        .zip(after)
        .filter(|(_, before)| !values.contains(before))
        .map(|(word, _)| *word)
        .find(|word| !word.starts_with('-') && !head(word).contains(['/', '$', '=']));
    // hypercorn is told the interface in front of the module.
    let bare = |target: &'w str| match target.split_once(':') {
        Some(("asgi" | "wsgi", rest)) if program == "hypercorn" && rest.contains(':') => rest,
        _ => target,
    };
    let (module, object) = match target
        .map(bare)
        .map(|target| target.split_once(':').unwrap_or((target, "")))
    {
        Some((module, object)) if is_dotted(module) => (module.to_owned(), object),
        _ => return found,
    };
    found.push(Need::Module(module.clone()));
    // gunicorn takes `application` where nothing is named, and calls `make()`.
    let object = match (object, program) {
        ("", "gunicorn") => "application",
        (object, _) => object.split(['(', '.', '[']).next().unwrap_or_default(),
    };
    if !object.is_empty()
        && object
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_')
    {
        let name = object.to_owned();
        found.push(Need::Object { module, name });
    }
    found
}

/// The part of `shop.wsgi:make(mode="live")` in front of what the factory is given.
fn head(target: &str) -> &str {
    target.split('(').next().unwrap_or_default()
}

/// Modules that the text behind `-c` imports before anything else could go wrong, or be prepared.
fn imported(text: &str) -> Vec<Need> {
    let mut found = Vec::new();
    for statement in text.split([';', '\n']).map(str::trim) {
        let names: Vec<&str> = match statement.split_once(' ') {
            Some(("import", names)) => names.split(',').collect(),
            Some(("from", rest)) => rest.split(" import ").take(1).collect(),
            _ => break,
        };
        let first = |name: &str| {
            name.split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        let names = names.into_iter().map(first).filter(|name| is_dotted(name));
        found.extend(names.map(Need::Module));
    }
    found
}

fn is_dotted(module: &str) -> bool {
    module.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && module
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
}

/// Files and modules that options of a server name.
fn settings(program: &str, words: &[&str]) -> Vec<Need> {
    let mut found = Vec::new();
    let named = match program {
        "gunicorn" | "hypercorn" => option(words, &["-c", "--config"]),
        "uvicorn" => option(words, &["--log-config"]),
        _ => None,
    };
    match named.map(|named| named.split_once(':').unwrap_or(("", named))) {
        Some(("" | "file", path)) => found.push(file(path)),
        Some(("python", module)) if is_dotted(module) => {
            found.push(Need::Settings(module.to_owned()));
        }
        _ => {}
    }
    let folders: &[&str] = match program {
        "gunicorn" => &["--chdir"],
        "uvicorn" => &["--app-dir"],
        _ => &[],
    };
    // What names its folder is in it; a path without one is the folder of the command.
    let folder = option(words, folders).filter(|folder| !folder.is_empty());
    found.extend(folder.map(|folder| Need::Folder(folder.to_owned())));
    if program == "uvicorn" && option(words, &["--env-file"]).is_some() {
        found.push(Need::Module("dotenv".to_owned()));
    }
    if program == "gunicorn" {
        let class = option(words, &["-k", "--worker-class"]);
        let module = class.and_then(worker);
        found.extend(module.map(|module| Need::Module(module.to_owned())));
    }
    found
}

/// The package that a kind of worker comes with (gunicorn's `SUPPORTED_WORKERS`), or the module of its class.
fn worker(class: &str) -> Option<&str> {
    match class {
        "gevent" | "gevent_wsgi" | "gevent_pywsgi" => Some("gevent"),
        "eventlet" | "tornado" => Some(class),
        _ => class
            .rsplit_once('.')
            .map(|(module, _)| module)
            .filter(|module| is_dotted(module)),
    }
}

/// The app that `flask run` looks for: `--app`, or the variable.
pub(super) fn flask(command: &Command, words: &[&str]) -> Vec<Need> {
    let set = command
        .environment
        .iter()
        .rfind(|(name, _)| name == "FLASK_APP");
    let named = option(words, &["-A", "--app"]).or(set.map(|(_, value)| value.as_str()));
    let module = named.map(|named| named.split(':').next().unwrap_or(named));
    let module = module.map(|module| module.strip_suffix(".py").unwrap_or(module));
    module
        .filter(|module| is_dotted(module))
        .map(|module| Need::Module(module.to_owned()))
        .into_iter()
        .collect()
}
