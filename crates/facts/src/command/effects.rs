//! May a program make files that the commands behind it need?
//!
//! `npm run build && node dist/index.js`: that `dist` is not there yet says nothing.

use super::Command;
use crate::bash::{self, Redirect};

/// Programs that write no file that a later command starts. The shell's own words write none either.
const HARMLESS: &[&str] = &[
    "basename", "cat", "chmod", "cut", "date", "df", "dirname", "du", "env", "file", "free",
    "grep", "head", "hostname", "id", "ls", "nc", "nproc", "ping", "printenv", "ps", "rm", "seq",
    "sleep", "sort", "stat", "tail", "tr", "uname", "wc", "whereis", "which", "whoami",
];

/// Whether a command may have made files when it has ended; what nobody knows may.
pub(super) fn may_make_files(command: &Command) -> bool {
    let program = command.program();
    let is_harmless = bash::is_builtin(program) || HARMLESS.contains(&program);
    if program.is_empty() || is_harmless || program.starts_with("wait-for") {
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
