//! What Node and the programs around it need.

use super::{Command, Need};

/// Programs that run one JavaScript or TypeScript file.
pub(super) const NODE: &[&str] = &[
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
];

/// What the variable of Node's options asks for, in every program that is one of Node.
pub(super) fn of_options(command: &Command) -> Vec<Need> {
    let is_node = NODE.contains(&command.program())
        || matches!(command.program(), "npm" | "npx" | "yarn" | "pnpm");
    let value = command
        .environment
        .iter()
        .rfind(|(name, _)| name == "NODE_OPTIONS")
        .filter(|(_, value)| is_node && !value.contains(['$', '`', '"']));
    let options: Vec<&str> = value
        .iter()
        .flat_map(|(_, value)| value.split_whitespace())
        .collect();
    of(&options)
}

pub(super) fn of(words: &[&str]) -> Vec<Need> {
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
            "-r" | "--require" | "--import" | "--loader" | "--experimental-loader" => {
                let value = value.or_else(|| words.get(at).copied());
                at += usize::from(word == option);
                let is_path = value.is_some_and(|value| value.starts_with(['.', '/']));
                let need = match option {
                    "-r" | "--require" => Need::Preload,
                    _ if is_path => Need::Import,
                    _ => Need::Preload,
                };
                found.extend(value.map(|value| need(value.to_owned())));
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
