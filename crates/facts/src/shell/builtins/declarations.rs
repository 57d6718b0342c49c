//! Builtins that declare variables: `export`, `declare`, `typeset`, `readonly`, `local`.

use super::super::Trouble;
use super::super::expand::has_braces;
use super::super::run::Shell;
use super::super::state::{Text, Value, Variable};
use crate::bash::{self, Simple};

/// An operand of a declaration, expanded.
enum Operand {
    Assign(bash::Assign, Value),
    Word(Text),
}

impl Shell<'_> {
    pub(in super::super) fn declaration(&mut self, name: &str, simple: &Simple) {
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
        self.declare(name, operands, simple);
    }

    /// A declaration whose name comes from a variable: its words are split like any others.
    pub(super) fn declaration_of_words(&mut self, name: &str, words: &[Text], simple: &Simple) {
        let operands = words.iter().cloned().map(Operand::Word).collect();
        self.declare(name, operands, simple);
    }

    fn declare(&mut self, name: &str, operands: Vec<Operand>, simple: &Simple) {
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
                    if shapes(name, &flags) {
                        if flags.contains('n') {
                            self.refers(&value, simple);
                        }
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
                ..Text::default()
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
            let hands_on = builtin == "export" || flags.contains('x');
            if hands_on && (is_known || is_doubtful) {
                // Programs get it as a variable of its own.
                let name = format!("BASH_FUNC_{text}%%");
                self.assign(&name, Value::Open, false);
                self.state.export(&name, !flags.contains('n'));
            }
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
            if flags.contains('n') && builtin != "export" {
                self.refers(&Value::Text(Text::known(value)), simple);
            }
            self.declared(builtin, name, Text::known(value), flags, off);
        } else if let Some((name, _)) = text
            .split_once("+=")
            .filter(|(name, _)| bash::is_name(name))
        {
            self.declared(builtin, name, Text::open(), flags, off);
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
        let value = if shapes(builtin, flags) {
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
            frame.insert(name.to_owned(), before.unwrap_or_else(Variable::unset));
            self.state
                .variables
                .insert(name.to_owned(), Variable::unset());
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
                if flags.contains(['i', 'u', 'l', 'n']) {
                    // So does every later assignment.
                    self.state.trapped.insert(name.to_owned());
                }
            }
        }
    }

    /// `declare -n NAME=OTHER`: whatever is done to the one is done to the other.
    fn refers(&mut self, other: &Value, simple: &Simple) {
        let name = match other {
            Value::Text(text) => text.get().filter(|text| bash::is_name(text)),
            _ => None,
        };
        if let Some(name) = name.map(str::to_owned) {
            self.assign(&name, Value::Open, false);
            self.state.doubt(&name);
        } else {
            self.note(Trouble::RunsCode(simple.source.clone()));
        }
    }

    /// No program gets the variable any more; the shell keeps it.
    fn withheld(&mut self, name: &str) {
        let before = self.state.get(name);
        self.state.export(name, false);
        self.events.push(self.event(name, before, Value::Unset));
    }
}

/// Whether attributes change what a declaration assigns; `-n` of `export` is none.
fn shapes(builtin: &str, flags: &str) -> bool {
    flags.contains(['i', 'u', 'l', 'A']) || (flags.contains('n') && builtin != "export")
}
