//! Which processes can be followed: Node on a file, and the servers of built front ends.

use crate::decide::Because;
use crate::facts::Facts;
use crate::start::Command;
use crate::trace::may_be_path;

/// Programs that hand over to what follows, or to a script that is a command of its own.
const RUNNERS: &[&str] = &[
    "exec",
    "env",
    "npx",
    "cross-env",
    "dotenv",
    "npm",
    "yarn",
    "pnpm",
];
/// Programs that read no file, whatever they are given.
const WITHOUT_FILES: &[&str] = &[
    "echo", "printf", "true", "false", "sleep", "exit", "date", "printenv",
];
/// Programs that serve what was built, and nothing else of the app.
const SERVERS: &[&str] = &["next", "nuxt", "remix-serve", "react-router-serve"];

/// Why nobody can say what the processes read.
pub(super) fn doubt(facts: &Facts<'_>) -> Option<Because> {
    if facts.commands.is_empty() {
        return Some(Because::Doubt(
            "the app names no process that could be followed".to_owned(),
        ));
    }
    let unread = |command: &&Command| !is_read(facts, &command.text);
    let command = facts.commands.iter().find(unread)?;
    Some(Because::Doubt(format!(
        "slugsmith can't tell what `{}` reads ({})",
        shortened(&command.text),
        command.origin
    )))
}

fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain(['…']).collect()
}

fn is_read(facts: &Facts<'_>, text: &str) -> bool {
    let odd = text.contains(['`', '<', '>', '(', ')', '{', '\n']) || text.contains("$(");
    !odd && text
        .split(['&', '|', ';'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .all(|part| part_is_read(facts, part))
}

fn part_is_read(facts: &Facts<'_>, part: &str) -> bool {
    let words = part
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '\'']));
    if words.clone().any(holds_path) {
        return false;
    }
    let mut words = words.skip_while(|word| is_assignment(word)).peekable();
    while let Some(word) = words.next() {
        match word {
            "npm" | "yarn" | "pnpm" => {
                // A script of this package.json, which is a command of its own.
                let elsewhere = [
                    "--prefix",
                    "-C",
                    "--cwd",
                    "--dir",
                    "-w",
                    "--workspace",
                    "--filter",
                ];
                return words.all(|word| !elsewhere.iter().any(|one| word.starts_with(one)));
            }
            "node" | "nodejs" => return runs_file(facts, &mut words),
            word if RUNNERS.contains(&word) || is_assignment(word) => {}
            word if word.starts_with('-') => {}
            word if WITHOUT_FILES.contains(&word) => return true,
            word => return SERVERS.contains(&word) && words.peek() == Some(&"start"),
        }
    }
    // `env` alone prints the variables.
    part.trim() == "env"
}

/// `$DOCS`: what the platform's variable holds may be a folder of the app.
fn holds_path(word: &str) -> bool {
    let name = |rest: &str| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        may_be_path(rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest))
    };
    word.split('$').skip(1).any(name)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// Whether `node` gets a file of the app: `-e` and a standard input can be anything.
fn runs_file<'w>(facts: &Facts<'_>, words: &mut impl Iterator<Item = &'w str>) -> bool {
    let evaluates = |word: &str| matches!(word, "-e" | "--eval" | "-p" | "--print" | "-i" | "-");
    let mut takes_value = false;
    for word in words {
        if evaluates(word) {
            return false;
        }
        if word.starts_with('-') {
            takes_value = matches!(word, "-r" | "--require" | "--import" | "--loader");
            continue;
        }
        if std::mem::take(&mut takes_value) {
            continue;
        }
        let path = word.trim_start_matches("./").trim_end_matches('/');
        let is_root = matches!(path, "" | ".");
        let ends = ["", ".js", ".mjs", ".cjs"];
        return is_root
            || ends
                .iter()
                .any(|end| facts.index.find(&format!("{path}{end}")).is_some());
    }
    false
}
