//! What a program and its words need on disk.

mod java;
mod node;
mod python;
mod scripts;

use super::Command;

/// One thing without which a command does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// A file that an interpreter runs; Node finds it without its extension, too.
    Script {
        path: String,
        language: &'static str,
    },
    /// A module that is loaded before the script: a path, or the name of a package.
    Preload(String),
    /// A module by its path, loaded before the script as `import` finds it: with its extension.
    Import(String),
    /// A module of Python, dotted.
    Module(String),
    /// A module of Python that holds a server's own settings.
    Settings(String),
    /// What a server takes out of a module of Python: `app` of `shop.wsgi:app`.
    Object { module: String, name: String },
    /// A class of Java, dotted, and where it is looked for.
    Class {
        places: Vec<String>,
        /// The command itself says where.
        is_asked: bool,
        name: String,
    },
    /// The class that the manifest of this archive names.
    MainClass(String),
    /// A configuration file that an option names, or one that is read as input.
    File(String),
    /// A folder that is changed into, served, or written into.
    Folder(String),
    /// A file with variables, which a build may write.
    Variables(String),
    /// A script of package.json.
    PackageScript(String),
}

pub(super) fn of(command: &Command) -> Vec<Need> {
    let Some((program, rest)) = command.words.split_first() else {
        return Vec::new();
    };
    let mut found = node::of_options(command);
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    let program = program.rsplit('/').next().unwrap_or(program);
    found.extend(of_program(command, program, &rest));
    found
}

fn of_program(command: &Command, program: &str, rest: &[&str]) -> Vec<Need> {
    if node::NODE.contains(&program) {
        return node::of(rest);
    }
    match program {
        "bun" | "deno" => scripts::typed(program, rest),
        "npm" | "yarn" | "pnpm" => package_script(program, rest),
        _ if is_python(program) => python::of(command, rest),
        "ruby" => scripts::ruby(rest),
        "rake" => option(rest, &["-f", "--rakefile"])
            .map(file)
            .into_iter()
            .collect(),
        "php" => scripts::php(rest),
        "perl" => scripts::perl(rest),
        "sh" | "bash" | "dash" | "ash" | "ksh" | "zsh" | "." | "source" => shell(rest),
        "java" => java::of(command),
        "dotnet" => scripts::dotnet(rest),
        "gunicorn" | "uvicorn" | "hypercorn" | "daphne" | "waitress-serve" | "granian" => {
            python::server(program, rest)
        }
        "flask" => python::flask(command, rest),
        "celery" => option(rest, &["-A", "--app"])
            .map(|app| Need::Module(app.split(':').next().unwrap_or(app).to_owned()))
            .into_iter()
            .collect(),
        "honcho" | "foreman" | "overmind" | "forego" => option(rest, &["-f", "--procfile"])
            .map(file)
            .into_iter()
            .collect(),
        "puma" | "unicorn" => option(rest, &["-C", "-c", "--config"])
            .map(file)
            .into_iter()
            .collect(),
        "rackup" => rest
            .iter()
            .find(|word| word.ends_with("config.ru"))
            .map(|word| file(word))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

fn is_python(program: &str) -> bool {
    program
        .strip_prefix("python")
        .is_some_and(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

fn file(path: &str) -> Need {
    Need::File(path.to_owned())
}

/// The value of an option, as the next word, behind `=`, or right behind the letter.
fn option<'w>(words: &[&'w str], names: &[&str]) -> Option<&'w str> {
    words.iter().enumerate().find_map(|(at, word)| {
        if names.contains(word) {
            return words.get(at + 1).copied();
        }
        names.iter().find_map(|name| {
            let rest = word.strip_prefix(name)?;
            rest.strip_prefix('=')
                .or_else(|| (name.len() == 2).then_some(rest))
        })
    })
}

/// A name without a folder may be found on PATH, so only paths and `*.sh` are needs.
fn shell(words: &[&str]) -> Vec<Need> {
    let values = ["-o", "+o", "-O", "+O", "--rcfile", "--init-file"];
    let mut at = 0;
    while let Some(word) = words.get(at).copied() {
        at += 1;
        let is_option = word.starts_with(['-', '+']);
        // `-c TEXT` and `-s`: the commands are no file.
        if is_option && !word.starts_with("--") && word.contains(['c', 's']) {
            return Vec::new();
        }
        if !is_option {
            let is_path = word.contains('/') || word.ends_with(".sh");
            let path = word.to_owned();
            let language = "shell";
            return Vec::from_iter(is_path.then_some(Need::Script { path, language }));
        }
        at += usize::from(values.contains(&word));
    }
    Vec::new()
}

fn package_script(program: &str, rest: &[&str]) -> Vec<Need> {
    let words: Vec<&str> = std::iter::once(program)
        .chain(rest.iter().copied())
        .collect();
    let asked = super::packages::asked(&words);
    asked
        .script
        .filter(|_| asked.certain)
        .map(|name| Need::PackageScript(name.to_owned()))
        .into_iter()
        .collect()
}
