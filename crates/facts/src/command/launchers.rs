//! Programs that start the commands of a text or a file: shells, process managers and helpers.

use serde_json::Value;

use super::Command;
use super::files::{Files, join};
use super::next::{Next, script};
use crate::code::{self, Call, Expr, Language};
use crate::formats::procfile;

/// What a shell runs: `bash -c TEXT`, `sh script.sh`, `npx -c TEXT`.
pub(super) fn shell(files: &dyn Files, command: &Command) -> Option<Next> {
    let words = &command.words;
    let line = |text: &str, arguments: &[String]| Next {
        arguments: arguments.to_vec(),
        ..Next::beside(command, text)
    };
    let mut strict = false;
    match command.program() {
        "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" => {
            let mut at = 1;
            while let Some(word) = words.get(at) {
                if !word.starts_with(['-', '+']) {
                    let mut next = script(files, command, at)?;
                    // The first line of the file counts for the kernel alone.
                    next.strict = strict;
                    return Some(next);
                }
                let letters = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
                let follows = words.get(at + 1);
                strict |= letters.is_some_and(|letters| letters.contains('e'))
                    || word == "-o" && follows.is_some_and(|name| name == "errexit");
                if letters.is_some_and(|letters| letters.contains('c')) {
                    // The word behind the text is `$0`.
                    return Some(Next {
                        zero: words.get(at + 2).cloned(),
                        strict,
                        ..line(follows?, words.get(at + 3..).unwrap_or_default())
                    });
                }
                at += 1 + usize::from(matches!(
                    word.as_str(),
                    "-o" | "+o" | "--rcfile" | "--init-file"
                ));
            }
            None
        }
        "npx" | "npm" | "flock" | "script" | "su" => {
            // `script -qec TEXT`
            let glued = matches!(command.program(), "script" | "su");
            let is_text = |word: &String| {
                let letters = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
                matches!(word.as_str(), "-c" | "--call" | "--command")
                    || glued && letters.is_some_and(|letters| letters.ends_with('c'))
            };
            let at = words.iter().position(is_text)?;
            Some(line(words.get(at + 1)?, &[]))
        }
        // Its operands are one text for a shell.
        "cross-env-shell" => {
            let is_command = |word: &&String| !word.contains('=') || word.contains(' ');
            let text = words.iter().skip(1).skip_while(|word| !is_command(word));
            let text: Vec<&str> = text.map(String::as_str).collect();
            (!text.is_empty()).then(|| line(&text.join(" "), &[]))
        }
        _ => None,
    }
}

/// Texts that a process manager or helper runs.
pub(super) fn leads(files: &dyn Files, command: &Command) -> Vec<Next> {
    let words = command.words();
    match command.program() {
        "foreman" | "honcho" | "overmind" | "nf" | "forego" | "hivemind" | "goreman" => {
            manager(files, command, &words)
        }
        "heroku" if words.get(1) == Some(&"local") => manager(files, command, &words),
        "concurrently" | "conc" => quoted(command, &words),
        "pm2" | "pm2-runtime" | "pm2-docker" => pm2(files, command, &words),
        "supervisord" => supervisor(files, command, &words),
        "nodemon" | "chokidar" | "watchexec" => value(&words, &["--exec", "-x", "-c"])
            .map(|text| Next::beside(command, text))
            .into_iter()
            .collect(),
        "node" | "tsx" | "ts-node" | "bun" => helper(files, command, &words),
        _ => Vec::new(),
    }
}

/// The value of an option, as the next word or behind `=`.
fn value<'w>(words: &[&'w str], options: &[&str]) -> Option<&'w str> {
    words.iter().enumerate().find_map(|(at, word)| {
        if options.contains(word) {
            return words.get(at + 1).copied();
        }
        let (option, value) = word.split_once('=')?;
        options.contains(&option).then_some(value)
    })
}

/// The lines of a Procfile that `foreman start [TYPE] [-f FILE]` starts.
fn manager(files: &dyn Files, command: &Command, words: &[&str]) -> Vec<Next> {
    // `honcho -e .env run X` starts X alone, `foreman check` nothing.
    let starts = |word: &&str| matches!(*word, "start" | "s" | "local");
    if !words.iter().any(starts) && words.first() != Some(&"hivemind") {
        return Vec::new();
    }
    let file = value(words, &["-f", "--procfile", "-j"]).unwrap_or("Procfile");
    let file = if words.first() == Some(&"hivemind") {
        words
            .iter()
            .skip(1)
            .find(|word| !word.starts_with('-'))
            .copied()
            .unwrap_or(file)
    } else {
        file
    };
    let Some(path) = join(command.folder.as_deref(), file) else {
        return Vec::new();
    };
    let Some(text) = files.text(&path) else {
        return Vec::new();
    };
    let root = value(words, &["-d", "--root", "-r"]);
    let folder = match root {
        Some(root) => join(command.folder.as_deref(), root),
        None => Some(
            path.rsplit_once('/')
                .map_or("", |(folder, _)| folder)
                .to_owned(),
        ),
    };
    let lines = procfile::read(&text);
    let wanted: Vec<&str> = words
        .iter()
        .skip(1)
        .copied()
        .filter(|word| lines.iter().any(|line| line.name == *word))
        .collect();
    lines
        .iter()
        .filter(|line| wanted.is_empty() || wanted.contains(&line.name.as_str()))
        .map(|line| Next::line(&line.command, &path, line.line, folder.clone()))
        .collect()
}

/// `concurrently "a b" "npm:c"`: each operand is a command line.
fn quoted(command: &Command, words: &[&str]) -> Vec<Next> {
    let values = [
        "-n",
        "--names",
        "-c",
        "--prefix-colors",
        "-p",
        "--prefix",
        "-s",
        "--success",
        "-m",
        "-l",
        "-t",
    ];
    let mut found = Vec::new();
    let mut skip = false;
    for word in words.iter().skip(1) {
        if std::mem::take(&mut skip) {
            continue;
        }
        if word.starts_with('-') {
            skip = values.contains(word);
            continue;
        }
        let text = ["npm:", "yarn:", "pnpm:", "bun:"]
            .iter()
            .find_map(|prefix| {
                let name = word.strip_prefix(prefix)?;
                Some(format!("{} run {name}", prefix.trim_end_matches(':')))
            });
        let text = text.unwrap_or_else(|| (*word).to_owned());
        found.push(Next::beside(command, &text));
    }
    found
}

/// The apps of an ecosystem file, as JSON or JavaScript, or the script that is named itself.
fn pm2(files: &dyn Files, command: &Command, words: &[&str]) -> Vec<Next> {
    let target = words.iter().skip(1).find(|word| {
        !word.starts_with('-')
            && !matches!(**word, "start" | "startOrRestart" | "restart" | "reload")
    });
    let Some(target) = target else {
        return Vec::new();
    };
    let Some(path) = join(command.folder.as_deref(), target) else {
        return Vec::new();
    };
    let base = path
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder)
        .to_owned();
    let is_list = [".json", ".config.js", ".config.cjs", ".config.mjs"]
        .iter()
        .any(|ending| target.ends_with(ending));
    if !is_list {
        // `pm2 start npm -- start` and `pm2 start app.js -- a`.
        let script = words
            .iter()
            .position(|word| word == target)
            .unwrap_or_default();
        let arguments: Vec<&str> = words
            .iter()
            .skip(script + 1)
            .skip_while(|word| **word != "--")
            .skip(1)
            .copied()
            .collect();
        let program = if Language::of(target) == Some(Language::JavaScript) {
            "node "
        } else {
            ""
        };
        let text = format!("{program}{target} {}", arguments.join(" "));
        return vec![Next::beside(command, text.trim())];
    }
    let Some(text) = files.text(&path) else {
        return Vec::new();
    };
    let apps = match serde_json::from_str::<Value>(&text) {
        Ok(json) => json_apps(&json),
        Err(_) => code_apps(&path, &text),
    };
    apps.into_iter()
        .filter_map(|one| {
            let script = one.get("script")?;
            let folder = one
                .get("cwd")
                .map_or(Some(base.clone()), |folder| join(Some(&base), folder));
            let interpreter = one.get("interpreter").or(one.get("exec_interpreter"));
            let part = |name: &str| one.get(name).map_or("", String::as_str);
            let options = [part("interpreter_args"), part("node_args")].join(" ");
            let program = match interpreter.map(String::as_str) {
                Some("none") => "",
                Some(other) => other,
                None if Language::of(script) == Some(Language::Python) => "python",
                None if Language::of(script) == Some(Language::JavaScript) => "node",
                None => "",
            };
            let text = format!("{program} {options} {script} {}", part("args"));
            let line = crate::lines::line_of(&files.text(&path)?, script);
            Some(Next::line(text.trim(), &path, line, folder))
        })
        .collect()
}

type Pairs = std::collections::BTreeMap<String, String>;

fn json_apps(json: &Value) -> Vec<Pairs> {
    let list = json.get("apps").unwrap_or(json);
    let apps: Vec<&Value> = list
        .as_array()
        .map_or_else(|| vec![list], |all| all.iter().collect());
    apps.into_iter()
        .filter_map(Value::as_object)
        .map(|app| {
            app.iter()
                .filter_map(|(name, value)| {
                    let text = match value {
                        Value::String(text) => text.clone(),
                        Value::Array(all) => all
                            .iter()
                            .filter_map(Value::as_str)
                            .collect::<Vec<_>>()
                            .join(" "),
                        _ => return None,
                    };
                    Some((name.clone(), text))
                })
                .collect()
        })
        .collect()
}

/// The objects with a `script` key in `module.exports = { apps: [ … ] }`.
fn code_apps(path: &str, text: &str) -> Vec<Pairs> {
    let code = code::parse(path, Language::JavaScript, text);
    let mut found = Vec::new();
    let mut visit = |value: &Expr| {
        if let Expr::Object(entries) = value {
            let pairs: Pairs = entries
                .iter()
                .filter_map(|(name, value)| {
                    let text = match value {
                        Expr::List(all) => all
                            .iter()
                            .filter_map(Expr::text)
                            .collect::<Vec<_>>()
                            .join(" "),
                        value => value.text()?.to_owned(),
                    };
                    Some((name.clone(), text))
                })
                .collect();
            if pairs.contains_key("script") {
                found.push(pairs);
            }
        }
    };
    for assignment in &code.assignments {
        assignment.value.walk(&mut visit);
    }
    for argument in code.calls.iter().flat_map(|call| &call.arguments) {
        argument.value.walk(&mut visit);
    }
    found.dedup();
    found
}

/// `[program:x]` sections of a supervisor file.
fn supervisor(files: &dyn Files, command: &Command, words: &[&str]) -> Vec<Next> {
    let file = value(words, &["-c", "--configuration"]).unwrap_or("supervisord.conf");
    let Some(path) = join(command.folder.as_deref(), file) else {
        return Vec::new();
    };
    let Some(text) = files.text(&path) else {
        return Vec::new();
    };
    let (mut found, mut folder, mut section): (Vec<Next>, _, _) =
        (Vec::new(), command.folder.clone(), false);
    let mut first = 0;
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.starts_with('[') {
            section = line.starts_with("[program:");
            folder.clone_from(&command.folder);
            first = found.len();
        }
        let Some((key, value)) = line.split_once('=').filter(|_| section) else {
            continue;
        };
        match key.trim() {
            "command" => found.push(Next::line(value.trim(), &path, number, folder.clone())),
            "directory" => {
                folder = join(command.folder.as_deref(), value.trim());
                for next in found.iter_mut().skip(first) {
                    next.start.folder.clone_from(&folder);
                }
            }
            _ => {}
        }
    }
    found
}

/// Commands that a Node script starts (`execSync("prisma migrate deploy")`). Only helper
/// scripts are followed: what a server starts while it answers is no step of its start.
fn helper(files: &dyn Files, command: &Command, words: &[&str]) -> Vec<Next> {
    let Some(path) = words
        .get(1)
        .and_then(|word| join(command.folder.as_deref(), word))
    else {
        return Vec::new();
    };
    let is_helper = ["scripts/", "script/", "bin/", "build/", "tools/"]
        .iter()
        .any(|folder| path.starts_with(folder) || path.contains(&format!("/{folder}")));
    if !is_helper || Language::of(&path) != Some(Language::JavaScript) {
        return Vec::new();
    }
    let Some(text) = files.text(&path) else {
        return Vec::new();
    };
    let code = code::parse(&path, Language::JavaScript, &text);
    code.calls
        .iter()
        .filter_map(|call| {
            let text = command_of(call)?;
            Some(Next::line(&text, &path, call.line, command.folder.clone()))
        })
        .collect()
}

/// The command line of `exec("a b")` or `spawn("a", ["b"])`.
fn command_of(call: &Call) -> Option<String> {
    let starts = matches!(
        call.method(),
        "exec" | "execSync" | "spawn" | "spawnSync" | "execFile" | "execFileSync" | "execa"
    );
    let program = call.positional(0).filter(|_| starts)?.text()?;
    let mut line = program.to_owned();
    if let Some(Expr::List(arguments)) = call.positional(1) {
        for argument in arguments.iter().filter_map(Expr::text) {
            line.push(' ');
            line.push_str(argument);
        }
    }
    Some(line)
}
