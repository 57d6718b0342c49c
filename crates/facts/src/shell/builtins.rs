//! Builtins that change the shell.

mod declarations;
mod options;

use std::rc::Rc;

use super::Trouble;
use super::run::{Flow, Shell};
use super::state::{Text, Value};
use crate::bash::{self, Simple};

impl Shell<'_> {
    pub(super) fn builtin(&mut self, name: &str, words: &[Text], simple: &Simple) -> Flow {
        let status = |known: Option<bool>| known.map(|holds| i32::from(!holds));
        self.before = self.state.status;
        self.state.status = Some(0);
        match name {
            ":" | "true" | "umask" | "ulimit" | "alias" => {}
            "trap" => self.trap(words, simple),
            "shopt" => self.shell_options(words, simple),
            _ if super::assigned::declares(name) => {
                self.declaration_of_words(name, words, simple);
            }
            // Only a run can tell which programs there are.
            "hash" if words.iter().any(|word| !word.text.starts_with('-')) => {
                self.state.status = None;
            }
            "hash" => {}
            "echo" | "printf" if words.first().and_then(Text::get) != Some("-v") => {}
            "false" => self.state.status = Some(1),
            "[" => {
                let end = words.len().saturating_sub(1);
                let inner = words.get(..end).unwrap_or_default().to_vec();
                let holds = self.test(&inner);
                self.state.status = status(holds);
            }
            "test" => {
                let holds = self.test(words);
                self.state.status = status(holds);
            }
            "set" => self.options(words, simple),
            "unset" => self.unset(words),
            "shift" => self.shift(words),
            "return" => {
                self.state.status = self.ended_with(words);
                return self.returns();
            }
            "exit" => {
                self.state.status = self.ended_with(words);
                self.note(Trouble::Ends("`exit` ends the shell".to_owned()));
                return Flow::Exit;
            }
            "exec" if words.is_empty() => {}
            "exec" => {
                self.note(Trouble::Ends("`exec` replaces the shell".to_owned()));
                return Flow::Exit;
            }
            "break" => return Flow::Break,
            "continue" => return Flow::Continue,
            "eval" => return self.eval(words, simple),
            "." | "source" => {
                let path = words.first().and_then(Text::get).map(str::to_owned);
                return self.dot(
                    path.as_deref(),
                    words.get(1..).unwrap_or_default(),
                    &simple.source,
                );
            }
            "builtin" | "command"
                if words
                    .first()
                    .and_then(Text::get)
                    .is_some_and(|word| !word.starts_with('-')) =>
            {
                let inner = words
                    .first()
                    .and_then(Text::get)
                    .unwrap_or_default()
                    .to_owned();
                return self.builtin(&inner, words.get(1..).unwrap_or_default(), simple);
            }
            "command" | "type" => self.state.status = self.finds(name, words),
            "let" => self.evaluates(words),
            "read" | "mapfile" | "readarray" | "getopts" | "printf" => self.reads(words),
            // A program, or a builtin that changes no variable.
            _ => self.state.status = None,
        }
        Flow::Next
    }

    /// The status of `return` and `exit`, of which the system keeps one byte.
    fn ended_with(&self, words: &[Text]) -> Option<i32> {
        let Some(word) = words.first() else {
            return self.before;
        };
        let status: i32 = word.get()?.parse().ok()?;
        Some(status.rem_euclid(256))
    }

    fn unset(&mut self, words: &[Text]) {
        let functions = words.iter().any(|word| word.get() == Some("-f"));
        let names: Vec<Option<String>> = words
            .iter()
            .map(|word| word.get().map(str::to_owned))
            .collect();
        for name in names {
            match name {
                Some(name) if functions => {
                    Rc::make_mut(&mut self.state.functions).remove(&name);
                }
                Some(name) if bash::is_name(&name) => {
                    if self.assign(&name, Value::Unset, false) {
                        self.state.export(&name, false);
                        Rc::make_mut(&mut self.state.functions).remove(&name);
                    } else {
                        self.state.status = Some(1);
                    }
                }
                // One item of a list.
                Some(name) => {
                    let list = name.split('[').next().unwrap_or_default();
                    if name.ends_with(']') && bash::is_name(list) {
                        self.assign(list, Value::Open, false);
                    }
                }
                None => {}
            }
        }
    }

    fn eval(&mut self, words: &[Text], simple: &Simple) -> Flow {
        let texts: Option<Vec<&str>> = words.iter().map(Text::get).collect();
        let Some(texts) = texts else {
            self.note(Trouble::RunsCode(simple.source.clone()));
            self.state.status = None;
            return Flow::Next;
        };
        self.depth += 1;
        if self.depth > 20 {
            self.depth -= 1;
            return Flow::Next;
        }
        let line = simple.line;
        let script = bash::parse(&texts.join(" "));
        let list: Vec<bash::Pipeline> = script
            .read()
            .iter()
            .map(|step| bash::Pipeline {
                pipeline: step
                    .pipeline
                    .iter()
                    .map(|command| relined(command, line))
                    .collect(),
                line,
                ..step.clone()
            })
            .collect();
        self.state.status = Some(0);
        let flow = self.lines(&list);
        self.depth -= 1;
        flow
    }
}

/// The line of an `eval` is that of its text.
fn relined(command: &bash::Command, line: u32) -> bash::Command {
    match command {
        bash::Command::Simple(simple) => bash::Command::Simple(Simple {
            line,
            ..simple.clone()
        }),
        other => other.clone(),
    }
}
