//! What a program and its words need on disk.

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
    /// A module of Python, dotted.
    Module(String),
    /// A configuration file that an option names.
    File(String),
    /// A file with variables, which a build may write.
    Variables(String),
    /// A script of package.json.
    PackageScript(String),
}

/// Programs that run one JavaScript or TypeScript file.
const NODE: &[&str] = &[
    "node",
    "nodejs",
    "iojs",
    "tsx",
    "ts-node",
    "ts-node-esm",
    "ts-node-dev",
    "babel-node",
    "nodemon",
    "coffee",
    "swc-node",
    "esno",
    "vite-node",
];
/// Options of Node that take the next word.
const NODE_VALUES: &[&str] = &[
    "-C",
    "--conditions",
    "--title",
    "--project",
    "-P",
    "--tsconfig",
    "--watch",
    "-w",
    "--ext",
    "-e",
    "--ignore",
    "--exec",
    "-x",
    "--loader",
    "--experimental-loader",
];
/// Options of Python that take the next word.
const PYTHON_VALUES: &[&str] = &["-W", "-X", "--check-hash-based-pycs"];
/// Options of Ruby that take the next word.
const RUBY_VALUES: &[&str] = &["-r", "-I", "-C", "-E"];

pub(super) fn of(words: &[String]) -> Vec<Need> {
    let Some((program, rest)) = words.split_first() else {
        return Vec::new();
    };
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    let program = program.rsplit('/').next().unwrap_or(program);
    if NODE.contains(&program) {
        return node(&rest);
    }
    match program {
        "npm" | "yarn" | "pnpm" | "bun" => package_script(program, &rest),
        _ if is_python(program) => python(&rest),
        "ruby" => script(&rest, RUBY_VALUES, "Ruby", "-e"),
        "php" => script(&rest, &["-d", "-c", "-S", "-t", "-f"], "PHP", "-r"),
        "perl" => script(&rest, &["-I"], "Perl", "-e"),
        "sh" | "bash" | "dash" | "ash" | "ksh" | "zsh" | "." | "source" => shell(&rest),
        "java" => jar(&rest),
        "dotnet" => rest
            .first()
            .filter(|word| {
                word.rsplit_once('.')
                    .is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("dll"))
            })
            .map(|word| file(word))
            .into_iter()
            .collect(),
        "gunicorn" | "uvicorn" | "hypercorn" | "daphne" | "waitress-serve" | "granian" => {
            server(program, &rest)
        }
        "celery" => option(&rest, &["-A", "--app"])
            .map(|app| Need::Module(app.split(':').next().unwrap_or(app).to_owned()))
            .into_iter()
            .collect(),
        "puma" | "unicorn" | "thin" | "sidekiq" | "good_job" => {
            option(&rest, &["-C", "-c", "--config"])
                // `sidekiq -c 5` and `thin -c DIR` are no files.
                .filter(|_| program == "puma" || program == "unicorn")
                .map(file)
                .into_iter()
                .collect()
        }
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

fn node(words: &[&str]) -> Vec<Need> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at).copied() {
        at += 1;
        if word == "--" {
            continue;
        }
        if !word.starts_with('-') {
            if !matches!(word, "inspect" | "watch" | "run") {
                found.push(Need::Script {
                    path: word.to_owned(),
                    language: "Node",
                });
            }
            break;
        }
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None => (word, None),
        };
        match option {
            "-r" | "--require" | "--import" => {
                let value = value.or_else(|| words.get(at).copied());
                at += usize::from(word == option);
                found.extend(value.map(|value| Need::Preload(value.to_owned())));
            }
            // Where it is not there, Node ends with 9; `--env-file-if-exists` takes it as it comes.
            "--env-file" => {
                let value = value.or_else(|| words.get(at).copied());
                at += usize::from(word == option);
                found.extend(value.map(|path| Need::Variables(path.to_owned())));
            }
            // The code, or another program, stands in the words.
            "-e" | "--eval" | "-p" | "--print" | "--run" | "--test" | "--exec" | "-x" => break,
            _ => at += usize::from(value.is_none() && NODE_VALUES.contains(&option)),
        }
    }
    found
}

fn script(words: &[&str], values: &[&str], language: &'static str, code: &str) -> Vec<Need> {
    let mut at = 0;
    while let Some(word) = words.get(at).copied() {
        at += 1;
        if word == code || word == "-S" {
            return Vec::new();
        }
        if !word.starts_with('-') {
            let path = word.to_owned();
            return vec![Need::Script { path, language }];
        }
        at += usize::from(values.contains(&word));
    }
    Vec::new()
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

fn python(words: &[&str]) -> Vec<Need> {
    let mut at = 0;
    while let Some(word) = words.get(at).copied() {
        at += 1;
        match word {
            "-m" => {
                let module = words.get(at).copied().unwrap_or_default();
                let rest = words.get(at + 1..).unwrap_or_default();
                let mut found = vec![Need::Module(module.to_owned())];
                if matches!(module, "gunicorn" | "uvicorn" | "hypercorn" | "daphne") {
                    found.extend(server(module, rest));
                }
                return found;
            }
            "-c" | "-" => return Vec::new(),
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
fn server(program: &str, words: &[&str]) -> Vec<Need> {
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
    let mut found = Vec::new();
    if program == "gunicorn"
        && let Some(config) =
            option(words, &["-c", "--config"]).filter(|config| !config.contains(':'))
    {
        found.push(file(config));
    }
    let after = std::iter::once(&"").chain(words);
    let target = words
        .iter()
        .zip(after)
        .filter(|(_, before)| !values.contains(before))
        .map(|(word, _)| *word)
        .find(|word| !word.starts_with('-') && !word.contains(['/', '$', '=', '(']));
    let module = target.map(|target| target.split(':').next().unwrap_or(target));
    let valid = |module: &str| {
        module.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && module
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
    };
    found.extend(
        module
            .filter(|module| valid(module))
            .map(|module| Need::Module(module.to_owned())),
    );
    found
}

fn jar(words: &[&str]) -> Vec<Need> {
    let at = words.iter().position(|word| *word == "-jar");
    at.and_then(|at| words.get(at + 1))
        .map(|path| file(path))
        .into_iter()
        .collect()
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
