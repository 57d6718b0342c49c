//! May a program make files that the commands behind it need?
//!
//! `npm run build && node dist/index.js`: that `dist` is not there yet says nothing.

use super::Command;
use crate::bash::Redirect;

/// Programs, builtins of the shell among them, that write no file that a later command starts.
const HARMLESS: &[&str] = &[
    ".",
    ":",
    "[",
    "[[",
    "alias",
    "basename",
    "break",
    "builtin",
    "cat",
    "cd",
    "chmod",
    "command",
    "continue",
    "cut",
    "date",
    "declare",
    "df",
    "dirname",
    "du",
    "echo",
    "env",
    "eval",
    "exec",
    "exit",
    "export",
    "false",
    "file",
    "free",
    "getopts",
    "grep",
    "hash",
    "head",
    "hostname",
    "id",
    "jobs",
    "kill",
    "let",
    "local",
    "ls",
    "mapfile",
    "nc",
    "nproc",
    "ping",
    "popd",
    "printenv",
    "printf",
    "ps",
    "pushd",
    "pwd",
    "read",
    "readarray",
    "readonly",
    "return",
    "rm",
    "seq",
    "set",
    "shift",
    "shopt",
    "sleep",
    "sort",
    "source",
    "stat",
    "tail",
    "test",
    "time",
    "times",
    "trap",
    "tr",
    "true",
    "type",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "uname",
    "unset",
    "wait",
    "wc",
    "whereis",
    "which",
    "whoami",
];

/// Whether a command may have made files when it has ended; what nobody knows may.
pub(super) fn may_make_files(command: &Command) -> bool {
    let program = command.program();
    if program.is_empty() || HARMLESS.contains(&program) || program.starts_with("wait-for") {
        return false;
    }
    let words = command.words();
    // Migrations change a database.
    let migrates = |word: &&str| {
        matches!(
            *word,
            "migrate" | "db:migrate" | "db:prepare" | "db:seed" | "alembic"
        ) || word.starts_with("migrate:")
            || word.starts_with("migration:run")
    };
    let upgrades = words.contains(&"db") && words.contains(&"upgrade");
    !words.iter().any(migrates) && !upgrades
}

/// Whether output goes into a file: `echo … > settings.js`.
pub(super) fn writes(redirects: &[Redirect]) -> bool {
    redirects.iter().any(|one| {
        let target = one.target.literal().unwrap_or_default();
        let into_file = matches!(
            one.operator.as_str(),
            ">" | ">>" | ">|" | "&>" | "&>>" | "<>"
        );
        into_file && !target.starts_with("/dev/")
    })
}
