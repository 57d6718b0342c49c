//! Builtins that change the shell.

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
            .map(|word| match word.assignment() {
                // The last of several by braces counts, and each is expanded on its own.
                Some(assign) if has_braces(word) => Operand::Assign(assign, Value::Open),
                None if has_braces(word) => Operand::Word(Text::open()),
                Some(assign) => {
                    let value = self.assigned_value(&assign);
                    Operand::Assign(assign, value)
                }
                None => Operand::Word(self.text(word)),
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
                    self.assigned(&assign, value);
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
        let Some(text) = text.get() else {
            self.note(Trouble::RunsCode(simple.source.clone()));
            return;
        };
        if let Some(on) = text.strip_prefix('-').filter(|on| !on.starts_with('-')) {
            flags.push_str(on);
        } else if let Some(more) = text.strip_prefix('+') {
            off.push_str(more);
        } else if bash::is_name(text) {
            self.local(builtin, flags, text);
            self.flag(builtin, flags, off, text);
        } else if let Some((name, value)) =
            text.split_once('=').filter(|(name, _)| bash::is_name(name))
        {
            // `export "$NAME=value"` and quoted assignments.
            self.assign(name, Value::Text(Text::known(value)), false);
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
            ":" | "true" | "trap" | "umask" | "ulimit" | "hash" | "shopt" | "alias" => {}
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
            "shift" => {
                let count = words
                    .first()
                    .map_or(Some(1), |word| word.get()?.parse().ok());
                let count: usize = count.unwrap_or(usize::MAX);
                match &mut self.state.arguments {
                    Some(arguments) if count <= arguments.len() => {
                        arguments.drain(..count);
                    }
                    _ => {}
                }
            }
            "return" => {
                self.state.status = words
                    .first()
                    .map_or(self.before, |word| word.get()?.parse().ok());
                return self.returns();
            }
            "exit" => {
                let status = words
                    .first()
                    .map_or(self.before, |word| word.get()?.parse().ok());
                self.state.status = status;
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
            "let" => {
                self.state.status = None;
                for word in words {
                    self.forget_assigned_in(&word.text);
                }
            }
            "read" | "mapfile" | "readarray" | "getopts" | "printf" => {
                self.state.status = None;
                let names: Vec<String> = words
                    .iter()
                    .filter_map(Text::get)
                    .filter(|word| bash::is_name(word))
                    .map(str::to_owned)
                    .collect();
                for name in names {
                    self.assign(&name, Value::Open, false);
                }
            }
            // A program, or a builtin that changes no variable.
            _ => self.state.status = None,
        }
        Flow::Next
    }

    fn options(&mut self, words: &[Text], simple: &Simple) {
        let mut words = words.iter().peekable();
        while let Some(word) = words.next() {
            let Some(text) = word.get() else {
                self.note(Trouble::RunsCode(simple.source.clone()));
                return;
            };
            let (on, letters) = match (text.strip_prefix('-'), text.strip_prefix('+')) {
                (Some("-"), _) => {
                    self.state.arguments = Some(words.cloned().collect());
                    return;
                }
                (Some(letters), _) => (true, letters),
                (_, Some(letters)) => (false, letters),
                _ => {
                    let mut arguments = vec![word.clone()];
                    arguments.extend(words.cloned());
                    self.state.arguments = Some(arguments);
                    return;
                }
            };
            for letter in letters.chars() {
                match letter {
                    'a' => self.state.options.all_export = on,
                    'u' => self.state.options.no_unset = on,
                    'e' => self.state.options.error_exit = on,
                    'o' => match words.next().and_then(|word| word.get()) {
                        Some("allexport") => self.state.options.all_export = on,
                        Some("nounset") => self.state.options.no_unset = on,
                        Some("errexit") => self.state.options.error_exit = on,
                        _ => {}
                    },
                    _ => {}
                }
            }
            let strict = self.state.options;
            if on && (strict.error_exit || strict.no_unset) {
                self.note(Trouble::Strict(text.to_owned()));
            }
        }
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
                    self.state.functions.remove(&name);
                }
                Some(name) if bash::is_name(&name) => {
                    self.assign(&name, Value::Unset, false);
                    self.state.export(&name, false);
                    self.state.functions.remove(&name);
                }
                _ => {}
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
        let mut flow = Flow::Next;
        for step in &script.list {
            for command in &step.pipeline {
                flow = self.command(&relined(command, line));
            }
            if flow != Flow::Next {
                break;
            }
        }
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
