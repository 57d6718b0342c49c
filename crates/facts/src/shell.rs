//! Shell scripts of buildpacks: `.profile.d`, `profile.d`, `export`.
//!
//! [`Shell`] goes through scripts as bash would and says of each variable what it is, that it
//! is not set, or that only a run can tell. [`parse`] lists the assignments that stand in a
//! text, which is enough for scripts of which only the beginning was read.

mod arithmetic;
mod assigned;
mod builtins;
mod conditions;
mod expand;
mod pattern;
mod run;
mod state;
mod words;

use std::iter::Peekable;
use std::str::Chars;

use super::bash;

pub use run::Shell;
pub use state::{OPEN, Text, Value, Variable};

/// One assignment that was gone through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub name: String,
    /// Name of the script.
    pub script: String,
    /// 1-based.
    pub line: u32,
    pub before: Value,
    pub after: Value,
    /// The new value is made of the old one.
    pub extends: bool,
    /// What `${NAME:-default}` gives where the variable had no value.
    pub default: Option<Text>,
    /// It depends on what is not known whether this runs.
    pub conditional: bool,
}

/// Something that a script does besides setting variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub script: String,
    /// 1-based.
    pub line: u32,
    /// It surely happens.
    pub certain: bool,
    pub trouble: Trouble,
}

/// Why the end of a script is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Code that can't be followed, as written: `eval "$(tool)"`.
    RunsCode(String),
    /// `set -e` or `set -u` holds for every script behind it, and for the start command.
    Strict(String),
    /// The shell ends, and no process starts.
    Ends(String),
    /// One of several ways ends the shell.
    MayExit,
    /// The text is no bash from here on.
    Syntax,
    /// There are too many commands to go through.
    TooLong,
}

/// One assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub name: String,
    pub value: Vec<Part>,
    /// 1-based.
    pub line: usize,
    /// Runs only if something holds that is not known.
    pub conditional: bool,
}

/// A piece of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Variable(String),
    /// `${NAME:-otherwise}`: also when the variable is empty.
    Default(String, Vec<Part>),
    /// `${NAME:+instead}`: only when the variable is not empty.
    Alternative(String, Vec<Part>),
    /// The output of a command, or something else that is not known.
    Computed,
}

/// A script, as far as it is understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    pub assignments: Vec<Assignment>,
    /// It runs commands, too, which may set anything.
    pub runs_code: bool,
    pub tree: bash::Script,
}

impl Assignment {
    /// Whether the new value holds the variable's old one.
    #[must_use]
    pub fn keeps(&self) -> bool {
        fn mentions(parts: &[Part], wanted: &str) -> bool {
            parts.iter().any(|part| match part {
                Part::Variable(name) => name == wanted,
                Part::Default(name, more) | Part::Alternative(name, more) => {
                    name == wanted || mentions(more, wanted)
                }
                Part::Text(_) | Part::Computed => false,
            })
        }
        mentions(&self.value, &self.name)
    }
}

/// Paths that a script reads with `.` or `source`, with `$HOME` as it is on a dyno.
#[must_use]
pub fn sourced(script: &bash::Script) -> Vec<String> {
    let mut found = Vec::new();
    bash::each_simple(&script.list, &mut |simple| {
        let first = simple.words.first().and_then(bash::Word::literal);
        let Some(word) = simple
            .words
            .get(1)
            .filter(|_| matches!(first.as_deref(), Some("." | "source")))
        else {
            return;
        };
        let mut path = String::new();
        for part in &word.parts {
            match part {
                bash::Part::Text { text, .. } => path.push_str(text),
                bash::Part::Parameter(one) if one.name == "HOME" && one.operator.is_empty() => {
                    path.push_str("/app");
                }
                _ => return,
            }
        }
        found.push(path);
    });
    found
}

/// Reads a script. Never fails.
#[must_use]
pub fn parse(text: &str) -> Script {
    let mut script = Script {
        tree: bash::parse(text),
        ..Script::default()
    };
    let mut depth = 0_usize;
    for (number, line) in (1..).zip(text.lines()) {
        for (statement, guarded) in statements(line) {
            let words = statement.trim_start();
            let first = words.split_whitespace().next().unwrap_or_default();
            match first {
                "" => {}
                "if" | "for" | "while" | "until" | "case" => depth += 1,
                "fi" | "done" | "esac" | "}" => depth = depth.saturating_sub(1),
                "then" | "else" | "do" => {
                    let rest = words.strip_prefix(first).unwrap_or_default();
                    assign(&mut script, rest, number, true);
                }
                _ if words.ends_with('{') => {
                    depth += 1;
                    script.runs_code = true;
                }
                _ => assign(&mut script, words, number, guarded || depth > 0),
            }
        }
    }
    script
}

/// Simple statements of a line; whether each depends on the one before it (`&&`, `||`).
fn statements(line: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let (mut current, mut quote, mut guarded) = (String::new(), None, false);
    let mut rest = line.chars().peekable();
    let mut braces = 0_usize;
    while let Some(c) = rest.next() {
        let is_start = current.is_empty() || current.ends_with(char::is_whitespace);
        match (quote, c) {
            (_, '\\') => {
                current.push(c);
                current.extend(rest.next());
                continue;
            }
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), close) if open == close => quote = None,
            (None, '(' | '{') if current.ends_with('$') => braces += 1,
            (None, ')' | '}') if braces > 0 => braces -= 1,
            (None, '#') if is_start => break,
            (None, ';') if braces == 0 => {
                found.push((std::mem::take(&mut current), guarded));
                guarded = false;
                continue;
            }
            (None, '&' | '|') if braces == 0 && rest.peek() == Some(&c) => {
                rest.next();
                found.push((std::mem::take(&mut current), guarded));
                guarded = true;
                continue;
            }
            _ => {}
        }
        current.push(c);
    }
    found.push((current, guarded));
    found
}

/// `export A=1 B=2`, `A=1`; everything else is code.
fn assign(script: &mut Script, statement: &str, line: usize, conditional: bool) {
    let mut rest = statement.trim();
    if rest.is_empty() || rest.starts_with('[') || rest == "true" || rest == ":" {
        return;
    }
    rest = rest.strip_prefix("export ").unwrap_or(rest).trim_start();
    // `export A` passes on what was assigned before.
    if is_name(rest) && statement.trim().starts_with("export ") {
        return;
    }
    while !rest.is_empty() {
        let Some((name, after)) = rest.split_once('=').filter(|(name, _)| is_name(name)) else {
            script.runs_code = true;
            return;
        };
        let mut chars = after.chars().peekable();
        let value = word(&mut chars);
        script.assignments.push(Assignment {
            name: name.to_owned(),
            value,
            line,
            conditional,
        });
        let left: usize = chars.map(char::len_utf8).sum();
        rest = after
            .get(after.len() - left..)
            .unwrap_or_default()
            .trim_start();
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// One shell word: quotes are taken away, variables become parts.
fn word(rest: &mut Peekable<Chars<'_>>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut quote: Option<char> = None;
    while let Some(c) = rest.peek().copied() {
        if quote.is_none() && c.is_whitespace() {
            break;
        }
        rest.next();
        match (quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (Some('\''), c) => text(&mut parts, c),
            (_, '\\') => {
                if let Some(next) = rest.next() {
                    text(&mut parts, next);
                }
            }
            (_, '$') => parts.push(variable(rest)),
            (_, '`') => {
                let _ = rest.by_ref().take_while(|c| *c != '`').count();
                parts.push(Part::Computed);
            }
            (_, c) => text(&mut parts, c),
        }
    }
    parts
}

fn text(parts: &mut Vec<Part>, c: char) {
    match parts.last_mut() {
        Some(Part::Text(text)) => text.push(c),
        _ => parts.push(Part::Text(c.to_string())),
    }
}

/// What stands after a `$`.
fn variable(rest: &mut Peekable<Chars<'_>>) -> Part {
    match rest.peek() {
        Some('{') => {
            rest.next();
            braced(&inside(rest, '{', '}'))
        }
        Some('(') => {
            rest.next();
            let _ = inside(rest, '(', ')');
            Part::Computed
        }
        Some(c) if c.is_ascii_alphabetic() || *c == '_' => {
            let mut name = String::new();
            while let Some(c) = rest.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
                name.push(c);
            }
            Part::Variable(name)
        }
        _ => Part::Computed,
    }
}

/// The text up to the closing bracket, brackets inside it counted.
fn inside(rest: &mut Peekable<Chars<'_>>, open: char, close: char) -> String {
    let mut depth = 1_usize;
    let mut found = String::new();
    for c in rest.by_ref() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                break;
            }
        }
        found.push(c);
    }
    found
}

fn braced(body: &str) -> Part {
    let end = body.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let (name, operator) = body.split_at(end.unwrap_or(body.len()));
    if !is_name(name) {
        return Part::Computed;
    }
    let parts = |text: &str| {
        // Inside braces blanks belong to the word.
        let quoted = format!("\"{}\"", text.replace('"', ""));
        word(&mut quoted.chars().peekable())
    };
    let after = |sign: &str| operator.strip_prefix(sign);
    match operator {
        "" => Part::Variable(name.to_owned()),
        _ => match (after(":-").or(after("-")), after(":+").or(after("+"))) {
            (Some(otherwise), _) => Part::Default(name.to_owned(), parts(otherwise)),
            (_, Some(instead)) => Part::Alternative(name.to_owned(), parts(instead)),
            _ => Part::Computed,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let script = parse(text);
        let mut lines: Vec<String> = script
            .assignments
            .iter()
            .map(|one| {
                format!(
                    "{}{:?} {}",
                    if one.conditional { "?" } else { "" },
                    one.value,
                    one.name
                )
            })
            .collect();
        if script.runs_code {
            lines.push("code".to_owned());
        }
        lines
    }

    #[test]
    fn what_buildpacks_write_is_understood() {
        let text = "# a comment\nexport PATH=\"$HOME/.heroku/node/bin:${PATH}\" # more\n\
                    export NODE_ENV=${NODE_ENV:-production}\n\
                    A='$x y' B=2; export A\n\
                    export GEM=\"/a${GEM:+:$GEM}\"\n";
        let all = shown(text);
        assert_eq!(
            all,
            [
                "[Variable(\"HOME\"), Text(\"/.heroku/node/bin:\"), Variable(\"PATH\")] PATH",
                "[Default(\"NODE_ENV\", [Text(\"production\")])] NODE_ENV",
                "[Text(\"$x y\")] A",
                "[Text(\"2\")] B",
                "[Text(\"/a\"), Alternative(\"GEM\", [Text(\":\"), Variable(\"GEM\")])] GEM",
            ]
        );
        assert!(parse(text).assignments[4].keeps() && !parse(text).assignments[2].keeps());
    }

    #[test]
    fn what_is_not_known_is_said() {
        assert_eq!(shown("export N=$(nproc)\n"), ["[Computed] N"]);
        assert_eq!(
            shown("if [ -z \"$A\" ]; then\n  export A=1\nfi\nexport B=2\n"),
            ["?[Text(\"1\")] A", "[Text(\"2\")] B"]
        );
        assert_eq!(shown("[ -n \"$A\" ] || export A=1"), ["?[Text(\"1\")] A"]);
        assert_eq!(
            shown("calculate() {\n  X=1\n}\ncalculate"),
            ["?[Text(\"1\")] X", "code"]
        );
        assert_eq!(shown("eval \"$(tool env)\""), ["code"]);
    }

    #[test]
    fn no_text_is_a_crash() {
        for text in [
            "export A=${",
            "A=$",
            "A=\"",
            "'",
            "A=`",
            "A=${:-}",
            "A=$((1+1))",
            "=",
            "export =",
            "\\",
            "A=\\",
            "€=1",
            "A=€$€",
        ] {
            let _ = parse(text);
        }
    }
}
