//! Builtins that change the shell.

mod options;

use std::rc::Rc;

use super::Trouble;
use super::expand::has_braces;
use super::run::{Flow, Shell};
use super::state::{Text, Value};
use crate::bash::{self, Simple};

/// An operand of a declaration, expanded.
enum Operand {
    Assign(bash::Assign, Value),
    Word(Text),
}

impl Shell<'_> {
    pub(super) fn declaration(&mut self, name: &str, simple: &Simple) {
        // All operands are expanded before the first is assigned.
        let operands: Vec<Operand> = simple
            .words
            .iter()
            .skip(1)
            .flat_map(|word| match word.assignment() {
                // The last of several by braces counts, and each is expanded on its own.
                Some(assign) if has_braces(word) => vec![Operand::Assign(assign, Value::Open)],
                None if has_braces(word) => vec![Operand::Word(Text::open())],
                Some(assign) => {
                    let value = self.assigned_value(&assign);
                    vec![Operand::Assign(assign, value)]
                }
                // What is no assignment as it stands is split.
                None => match self.words(std::slice::from_ref(word)) {
                    Some(words) => words.into_iter().map(Operand::Word).collect(),
                    None => vec![Operand::Word(Text::open())],
                },
            })
            .collect();
        if name == "local" && self.state.locals.is_empty() {
            // It can only be used in a function.
            self.state.status = Some(1);
            return;
        }
        self.state.status = Some(0);
        let (mut flags, mut off) = (String::new(), String::new());
        for operand in operands {
            match operand {
                Operand::Assign(assign, mut value) => {
                    self.local(name, &flags, &assign.name);
                    // `declare -i`, `-u`, `-l` and `-n` change what is assigned.
                    if flags.contains(['i', 'u', 'l', 'n', 'A']) {
                        value = Value::Open;
                    }
                    if !self.assigned(&assign, value) {
                        self.state.status = Some(1);
                        // `export` passes on a read-only variable with the value that it keeps.
                        if name != "export" {
                            continue;
                        }
                    }
                    self.flag(name, &flags, &off, &assign.name);
                }
                Operand::Word(text) => {
                    self.declared_word(name, &text, &mut flags, &mut off, simple);
                }
            }
        }
    }

    fn declared_word(
        &mut self,
        builtin: &str,
        text: &Text,
        flags: &mut String,
        off: &mut String,
        simple: &Simple,
    ) {
        let dynamic = text
            .text
            .split_once('=')
            .filter(|(name, _)| bash::is_name(name));
        if let (true, Some((name, value))) = (text.open, dynamic) {
            let value = Text {
                text: value.to_owned(),
                open: true,
            };
            self.declared(builtin, name, value, flags, off);
            return;
        }
        let Some(text) = text.get() else {
            self.note(Trouble::RunsCode(simple.source.clone()));
            return;
        };
        if flags.contains(['f', 'F']) && bash::is_name(text) {
            // Functions are listed or exported.
            let is_doubtful = self.state.doubtful.contains(text);
            let is_known = self.state.functions.contains_key(text);
            self.state.status = (!is_doubtful).then(|| i32::from(!is_known));
        } else if let Some(on) = text.strip_prefix('-').filter(|on| !on.starts_with('-')) {
            flags.push_str(on);
        } else if let Some(more) = text.strip_prefix('+') {
            off.push_str(more);
        } else if bash::is_name(text) {
            self.local(builtin, flags, text);
            self.flag(builtin, flags, off, text);
        } else if let Some((name, value)) =
            text.split_once('=').filter(|(name, _)| bash::is_name(name))
        {
            self.declared(builtin, name, Text::known(value), flags, off);
        } else {
            self.state.status = Some(1);
        }
    }

    /// `export "$NAME=value"` and quoted assignments.
    fn declared(&mut self, builtin: &str, name: &str, value: Text, flags: &str, off: &str) {
        self.local(builtin, flags, name);
        let extends = match self.state.get(name) {
            Value::Text(old) => !old.text.is_empty() && value.text.contains(&old.text),
            _ => false,
        };
        let value = if flags.contains(['i', 'u', 'l', 'n', 'A']) {
            Value::Open
        } else {
            Value::Text(value)
        };
        if self.assign(name, value, extends) {
            self.flag(builtin, flags, off, name);
        } else {
            self.state.status = Some(1);
        }
    }

    /// Inside a function these make a variable of its own.
    fn local(&mut self, builtin: &str, flags: &str, name: &str) {
        let own = builtin == "local"
            || (matches!(builtin, "declare" | "typeset") && !flags.contains('g'));
        if !own {
            return;
        }
        let before = self.state.variables.get(name).cloned();
        if let Some(frame) = self.state.locals.last_mut()
            && !frame.contains_key(name)
        {
            frame.insert(
                name.to_owned(),
                before.unwrap_or_else(super::state::Variable::unset),
            );
            self.state
                .variables
                .insert(name.to_owned(), super::state::Variable::unset());
        }
    }

    fn flag(&mut self, builtin: &str, flags: &str, off: &str, name: &str) {
        match builtin {
            "export" if flags.contains('n') => self.withheld(name),
            "export" => self.state.export(name, true),
            "readonly" => self.state.protect(name),
            _ => {
                if flags.contains('x') {
                    self.state.export(name, true);
                }
                if off.contains('x') {
                    self.withheld(name);
                }
                if flags.contains('r') {
                    self.state.protect(name);
                }
            }
        }
    }

    /// No program gets the variable any more; the shell keeps it.
    fn withheld(&mut self, name: &str) {
        let before = self.state.get(name);
        self.state.export(name, false);
        self.events.push(self.event(name, before, Value::Unset));
    }

    pub(super) fn builtin(&mut self, name: &str, words: &[Text], simple: &Simple) -> Flow {
        let status = |known: Option<bool>| known.map(|holds| i32::from(!holds));
        self.before = self.state.status;
        self.state.status = Some(0);
        match name {
            ":" | "true" | "umask" | "ulimit" | "alias" => {}
            "trap" => self.trap(words, simple),
            "shopt" => self.shell_options(words),
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
