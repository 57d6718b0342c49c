//! The settings of gunicorn, wherever they are written: in its command, in
//! `GUNICORN_CMD_ARGS`, or in the configuration file that the command names.

use super::facts::{Declared, Facts};
use slugsmith_facts::code::{Branch, Code, Expr, Language, branch};
use slugsmith_facts::process::Command;
use slugsmith_facts::sources::configured;
use slugsmith_finding::LineSpan;

/// One setting with its place.
pub(super) struct Setting<'a> {
    pub(super) path: String,
    /// 1-based.
    pub(super) line: LineSpan,
    pub(super) value: Value<'a>,
}

/// What a setting is.
pub(super) enum Value<'a> {
    /// A word of a command.
    Word(String),
    /// An expression of the configuration file.
    Code(&'a Code, &'a Expr),
}

impl Value<'_> {
    /// The number that is written out.
    pub(super) fn number(&self) -> Option<u32> {
        match self {
            Self::Word(word) => word.parse().ok(),
            Self::Code(code, value) => u32::try_from(code.resolve(value).number()?).ok(),
        }
    }
}

impl Value<'_> {
    /// The text that is written out.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Code(code, value) => code.resolve(value).text(),
        }
    }

    /// Whether a worker class serves one request after the other.
    pub(super) fn is_synchronous(&self) -> bool {
        matches!(self.text(), Some("sync" | "gthread" | "egg:gunicorn#sync"))
    }

    /// The setting with another value, in the form of the place that it is written in.
    pub(super) fn written(&self, option: &str, name: &str, value: &str) -> String {
        match self {
            Self::Word(_) => format!("{option} {value}"),
            Self::Code(..) => format!("{name} = {value}"),
        }
    }
}

/// Commands of the web process that start gunicorn.
pub(super) fn commands<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = &'a Command> {
    let web = facts.process("web").into_iter();
    web.flat_map(|web| &web.commands)
        .filter(|command| command.program() == "gunicorn")
}

/// The value of a setting for a command; the command line wins over the variable, and that
/// over the file.
pub(super) fn setting<'a>(
    facts: &'a Facts<'_>,
    command: &'a Command,
    name: &str,
    options: &[&str],
) -> Option<Setting<'a>> {
    let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    if let Some(word) = option(&words, options) {
        return Some(Setting {
            path: command.path.clone(),
            line: command.line,
            value: Value::Word(word.to_owned()),
        });
    }
    let by_command = command
        .environment
        .iter()
        .find(|(name, _)| name == "GUNICORN_CMD_ARGS");
    let given = facts.declared("GUNICORN_CMD_ARGS");
    let (arguments, path, line) = match (by_command, &given) {
        (Some((_, value)), _) => (value.as_str(), command.path.as_str(), command.line),
        (None, Declared::Value(value)) => {
            let line = facts
                .line("app.json", "GUNICORN_CMD_ARGS")
                .unwrap_or_default();
            (value.as_str(), "app.json", line)
        }
        _ => ("", "", LineSpan::default()),
    };
    let words: Vec<&str> = arguments.split_whitespace().collect();
    if let Some(word) = option(&words, options) {
        return Some(Setting {
            path: path.to_owned(),
            line,
            value: Value::Word(word.to_owned()),
        });
    }
    let file = match configured::named(command) {
        Some((path, _)) => path,
        None => command.in_app("gunicorn.conf.py")?,
    };
    let code = facts
        .code(Language::Python)
        .find(|code| code.path == file)?;
    let set = code
        .assignments
        .iter()
        .rfind(|one| one.target == name && branch(code, one.scope) == Branch::Always)?;
    Some(Setting {
        path: code.path.clone(),
        line: set.line,
        value: Value::Code(code, &set.value),
    })
}

/// The value of an option: `--timeout 60`, `--timeout=60`, `-t60`.
fn option<'w>(words: &[&'w str], options: &[&str]) -> Option<&'w str> {
    words.iter().enumerate().find_map(|(at, word)| {
        options.iter().find_map(|option| {
            if word == option {
                return words.get(at + 1).copied();
            }
            let rest = word.strip_prefix(option)?;
            let glued = option.len() == 2 && rest.starts_with(|c: char| c.is_ascii_digit());
            rest.strip_prefix('=').or(glued.then_some(rest))
        })
    })
}
