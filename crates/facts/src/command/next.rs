//! Texts that a command leads to.

use slugsmith_finding::LineSpan;

use super::files::{Files, join};
use super::{Command, Start};

/// A text to go through, with what holds where it begins.
#[derive(Debug, Clone, Default)]
#[allow(clippy::struct_excessive_bools)] // independent facts, each decides for itself
pub(super) struct Next {
    pub(super) start: Start,
    /// `$@` inside of it.
    pub(super) arguments: Vec<String>,
    /// Lines of the text count from the start's line.
    pub(super) has_lines: bool,
    /// It is a script file, so `$0` is its path.
    pub(super) is_script: bool,
    /// `$0` of the text of `sh -c`.
    pub(super) zero: Option<String>,
    /// `sh -e`: a command that fails ends the shell.
    pub(super) strict: bool,
    /// Nobody asks whether it fails, as for a line of a Makefile behind `-`.
    pub(super) optional: bool,
}

impl Next {
    /// A command line that stands where another one does.
    pub(super) fn beside(command: &Command, text: &str) -> Self {
        Self::line(text, &command.path, command.line, command.folder.clone())
    }

    /// One command line of a file.
    pub(super) fn line(
        text: &str,
        path: &str,
        line: impl Into<LineSpan>,
        folder: Option<String>,
    ) -> Self {
        Self {
            start: Start {
                text: text.to_owned(),
                path: path.to_owned(),
                line: line.into(),
                folder,
            },
            ..Self::default()
        }
    }

    /// A script file.
    pub(super) fn script(
        text: String,
        path: String,
        folder: Option<String>,
        arguments: &[String],
    ) -> Self {
        let strict = is_strict(&text);
        Self {
            start: Start {
                text,
                path,
                line: LineSpan::whole(1),
                folder,
            },
            arguments: arguments.to_vec(),
            has_lines: true,
            is_script: true,
            strict,
            ..Self::default()
        }
    }
}

/// The shell script of the app that is the word at `at`.
pub(super) fn script(files: &dyn Files, command: &Command, at: usize) -> Option<Next> {
    let word = command.words.get(at)?;
    // Without a slash the program comes from PATH, unless a shell is told its file.
    if at == 0 && !word.contains('/') {
        return None;
    }
    let path = join(command.folder.as_deref(), word)?;
    let text = files.text(&path)?;
    let arguments = command.words.get(at + 1..).unwrap_or_default();
    (at > 0 || is_shell(&path, &text))
        .then(|| Next::script(text, path, command.folder.clone(), arguments))
}

/// `#!/bin/sh -e`.
fn is_strict(text: &str) -> bool {
    let first = text.lines().next().and_then(|line| line.strip_prefix("#!"));
    let options = first.into_iter().flat_map(str::split_whitespace).skip(1);
    options
        .filter(|word| word.starts_with('-') && !word.starts_with("--"))
        .any(|word| word.contains('e'))
}

/// Whether a file is read by a shell.
#[must_use]
pub fn is_shell(path: &str, text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    match first.strip_prefix("#!") {
        Some(interpreter) => {
            let mut words = interpreter.split_whitespace();
            let program = words.next().unwrap_or_default();
            let name = if program.ends_with("/env") {
                words
                    .find(|word| !word.starts_with('-'))
                    .unwrap_or_default()
            } else {
                program.rsplit('/').next().unwrap_or_default()
            };
            matches!(name, "sh" | "bash" | "dash" | "ash" | "ksh" | "zsh")
        }
        None => path
            .rsplit_once('.')
            .is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("sh")),
    }
}
