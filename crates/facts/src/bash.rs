//! The syntax tree of a bash script: what start commands, `.profile.d` scripts and start
//! scripts are read with.
//!
//! Reading never fails: where the text is no bash, [`Script::broken`] holds the line, and
//! the tree holds what stands before it, which is what a shell has executed by then.

mod builtins;
mod parser;
pub mod strict;
mod word;

pub use builtins::is_builtin;

/// A script, or the text of one command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    pub list: List,
    /// 1-based line of the first syntax error.
    pub broken: Option<u32>,
    /// So many steps at the end are read together with that error, and do not run either.
    pub unread: usize,
}

/// Commands in the order of the text.
pub type List = Vec<Pipeline>;

/// One pipeline of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    pub when: When,
    /// `! command`.
    pub negated: bool,
    /// More than one for `a | b`.
    pub pipeline: Vec<Command>,
    /// Ends in `&`.
    pub background: bool,
    /// 1-based.
    pub line: u32,
    /// As written.
    pub source: String,
    pub reading: Reading,
}

/// What counts when the shell reads a step, before it runs any of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// It is read together with the step before it, on whose line it begins.
    pub joined: bool,
    /// It holds `@(a|b)` or the like where only the option `extglob` makes that a pattern.
    pub extended: bool,
}

/// On which status of the step before it a step runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Always,
    /// `&&`
    Success,
    /// `||`
    Failure,
}

/// A command of the grammar (bash manual, "Shell Commands").
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Simple(Simple),
    /// `{ …; }`
    Group(List),
    /// `( … )`
    Subshell(List),
    If {
        /// Condition and body of `if` and each `elif`.
        branches: Vec<(List, List)>,
        otherwise: List,
    },
    /// `for NAME in WORDS`; no words for `"$@"` and for the arithmetic form.
    For {
        name: String,
        words: Option<Vec<Word>>,
        body: List,
    },
    While {
        until: bool,
        condition: List,
        body: List,
    },
    Case {
        subject: Word,
        /// Patterns and body.
        arms: Vec<(Vec<Word>, List)>,
    },
    Function {
        name: String,
        body: Box<Command>,
    },
    /// `[[ … ]]`, word by word; operators are words.
    Test(Vec<Word>),
    /// `(( … ))`
    Arithmetic(String),
}

/// Assignments, a program and its arguments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Simple {
    pub assignments: Vec<Assign>,
    pub words: Vec<Word>,
    pub redirects: Vec<Redirect>,
    /// 1-based.
    pub line: u32,
    /// As written, without redirects of here-documents.
    pub source: String,
}

/// `NAME=value` before a command or on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assign {
    pub name: String,
    /// `NAME+=value`.
    pub append: bool,
    /// `NAME[0]=value`.
    pub indexed: bool,
    pub value: Word,
}

/// A redirection (bash manual, "Redirections").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// `>`, `<`, `>>`, `<<`, `<<<`, `>&` …
    pub operator: String,
    /// The delimiter of a here-document.
    pub target: Word,
}

/// One word, before any expansion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    pub parts: Vec<Part>,
}

/// A piece of a word, by how it expands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Text {
        text: String,
        quoted: bool,
    },
    Parameter(Box<Parameter>),
    /// `$(…)` and backticks, as written.
    Substitution {
        text: String,
        quoted: bool,
    },
    /// `$(( … ))`, as written.
    Arithmetic(String),
    /// `<( … )`.
    Process,
    /// `NAME=( … )`.
    Array(Vec<Word>),
}

/// `$NAME`, `${NAME…}`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    /// `[*]`, `[@]`, `[0]`, without the brackets.
    pub index: Option<String>,
    /// Empty, or `:-`, `-`, `:=`, `=`, `:+`, `+`, `:?`, `?`, `#`, `##`, `%`, `%%`, `/`, `//`,
    /// `/#`, `/%`, `:`, `^`, `^^`, `,`, `,,`, `@`; `length` for `${#NAME}`, `indirect` for
    /// `${!NAME}`.
    pub operator: String,
    pub operand: Word,
    /// What `/` replaces with, the length of `:`.
    pub second: Option<Word>,
    pub quoted: bool,
}

/// Reads a script.
#[must_use]
pub fn parse(text: &str) -> Script {
    parser::parse(text)
}

/// Calls `visit` for every simple command, also in functions and branches.
pub fn each_simple(list: &List, visit: &mut dyn FnMut(&Simple)) {
    for command in list.iter().flat_map(|step| &step.pipeline) {
        each_in(command, visit);
    }
}

fn each_in(command: &Command, visit: &mut dyn FnMut(&Simple)) {
    match command {
        Command::Simple(simple) => visit(simple),
        Command::Group(list) | Command::Subshell(list) => each_simple(list, visit),
        Command::If {
            branches,
            otherwise,
        } => {
            for (condition, body) in branches {
                each_simple(condition, visit);
                each_simple(body, visit);
            }
            each_simple(otherwise, visit);
        }
        Command::For { body, .. } => each_simple(body, visit),
        Command::While {
            condition, body, ..
        } => {
            each_simple(condition, visit);
            each_simple(body, visit);
        }
        Command::Case { arms, .. } => {
            for (_, body) in arms {
                each_simple(body, visit);
            }
        }
        Command::Function { body, .. } => each_in(body, visit),
        Command::Test(_) | Command::Arithmetic(_) => {}
    }
}

impl Script {
    /// The steps that a shell runs: it reads a line before it runs any of it.
    #[must_use]
    pub fn read(&self) -> &[Pipeline] {
        let end = self.list.len().saturating_sub(self.unread);
        self.list.get(..end).unwrap_or_default()
    }
}

impl Word {
    /// The text, if no part depends on anything.
    #[must_use]
    pub fn literal(&self) -> Option<String> {
        let mut found = String::new();
        for part in &self.parts {
            match part {
                Part::Text { text, .. } => found.push_str(text),
                _ => return None,
            }
        }
        Some(found)
    }

    /// Whether any part of it is written in quotes.
    #[must_use]
    pub fn is_quoted(&self) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Text { quoted, .. } | Part::Substitution { quoted, .. } => *quoted,
            Part::Parameter(parameter) => parameter.quoted,
            _ => false,
        })
    }

    fn push(&mut self, c: char, quoted: bool) {
        match self.parts.last_mut() {
            Some(Part::Text { text, quoted: same }) if *same == quoted => text.push(c),
            _ => self.parts.push(Part::Text {
                text: c.to_string(),
                quoted,
            }),
        }
    }
}

/// Whether a text can name a variable.
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests;
