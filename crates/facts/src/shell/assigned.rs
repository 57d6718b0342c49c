//! Names that a list may assign, however often it runs.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::arithmetic;
use crate::bash::{Command, List, Part, Simple, Word, is_name};

/// Builtins whose operands are assignments.
pub(super) fn declares(name: &str) -> bool {
    matches!(
        name,
        "export" | "declare" | "typeset" | "readonly" | "local"
    )
}

/// A command without `builtin` and `command` in front of it, and its first word.
pub(super) fn plain(simple: &Simple) -> (Cow<'_, Simple>, Option<String>) {
    let mut words = simple.words.iter().map(Word::literal);
    let front = words.position(|word| !matches!(word.as_deref(), Some("builtin" | "command")));
    let front = front.unwrap_or_default();
    let first = simple.words.get(front).and_then(Word::literal);
    if front == 0 {
        return (Cow::Borrowed(simple), first);
    }
    let words = simple.words.get(front..).unwrap_or_default().to_vec();
    let plain = Simple {
        words,
        ..simple.clone()
    };
    (Cow::Owned(plain), first)
}

pub(super) fn names(list: &List, functions: &BTreeMap<String, Command>) -> BTreeSet<String> {
    let mut found = Names {
        functions,
        called: BTreeSet::new(),
        found: BTreeSet::new(),
    };
    found.list(list);
    found.found
}

struct Names<'a> {
    functions: &'a BTreeMap<String, Command>,
    called: BTreeSet<String>,
    found: BTreeSet<String>,
}

impl Names<'_> {
    fn list(&mut self, list: &List) {
        for command in list.iter().flat_map(|step| &step.pipeline) {
            self.command(command);
        }
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::Simple(simple) => {
                let (plain, first) = plain(simple);
                let (simple, first) = (plain.as_ref(), first.unwrap_or_default());
                for assign in &simple.assignments {
                    self.found.insert(assign.name.clone());
                    self.word(&assign.value);
                }
                for word in &simple.words {
                    self.word(word);
                }
                if declares(&first) {
                    self.found.extend(
                        simple
                            .words
                            .iter()
                            .filter_map(Word::assignment)
                            .map(|assign| assign.name),
                    );
                }
                if matches!(
                    first.as_str(),
                    "read" | "unset" | "printf" | "mapfile" | "readarray" | "getopts"
                ) {
                    let words = simple.words.iter().skip(1).filter_map(Word::literal);
                    let targets =
                        words.map(|word| word.split('[').next().unwrap_or_default().to_owned());
                    self.found.extend(targets.filter(|word| is_name(word)));
                }
                if first == "let" {
                    for word in simple.words.iter().skip(1).filter_map(Word::literal) {
                        self.found.extend(arithmetic::assigned(&word));
                    }
                }
                if let Some(body) = self.functions.get(&first)
                    && self.called.insert(first)
                {
                    self.command(&body.clone());
                }
            }
            Command::Group(list) | Command::Subshell(list) => self.list(list),
            Command::If {
                branches,
                otherwise,
            } => {
                for (condition, body) in branches {
                    self.list(condition);
                    self.list(body);
                }
                self.list(otherwise);
            }
            Command::For { name, body, .. } => {
                self.found.extend((!name.is_empty()).then(|| name.clone()));
                self.list(body);
            }
            Command::While {
                condition, body, ..
            } => {
                self.list(condition);
                self.list(body);
            }
            Command::Case { arms, .. } => {
                for (_, body) in arms {
                    self.list(body);
                }
            }
            Command::Function { .. } | Command::Test(_) => {}
            Command::Arithmetic(text) => self.found.extend(arithmetic::assigned(text)),
        }
    }

    /// `${NAME:=value}` assigns.
    fn word(&mut self, word: &Word) {
        for part in &word.parts {
            if let Part::Arithmetic(text) = part {
                self.found.extend(arithmetic::assigned(text));
            }
            if let Part::Parameter(parameter) = part {
                if matches!(parameter.operator.as_str(), ":=" | "=") {
                    self.found.insert(parameter.name.clone());
                }
                self.word(&parameter.operand);
            }
        }
    }
}
