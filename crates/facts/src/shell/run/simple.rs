//! Simple commands: builtins, functions, scripts that are read, and programs that nobody knows.

use std::collections::BTreeMap;

use super::{CALLS, Flow, Shell};
use crate::bash::{Command, Part, Pipeline, Reading, Simple, When, Word};
use crate::shell::state::{OPEN, Text, Value, Variable};
use crate::shell::{Trouble, assigned};

impl Shell<'_> {
    pub(in super::super) fn simple(&mut self, simple: &Simple) -> Flow {
        self.line = simple.line;
        if simple.words.is_empty() {
            for assign in &simple.assignments {
                if !self.assignment(assign) {
                    self.discards(&simple.source);
                }
                if self.ends.is_some() {
                    return Flow::Next;
                }
            }
            // A substitution leaves its own status.
            let parts = simple
                .assignments
                .iter()
                .flat_map(|assign| &assign.value.parts);
            let substitutes = parts
                .into_iter()
                .any(|part| matches!(part, Part::Substitution { .. }));
            if !substitutes {
                self.state.status = Some(0);
            }
            return Flow::Next;
        }
        let (plain, first) = assigned::plain(simple);
        if let Some(declaration) = first.filter(|word| assigned::declares(word)) {
            self.declaration(&declaration, &plain);
            return Flow::Next;
        }
        let Some(words) = self.words(&simple.words) else {
            return self.unknown_command(simple);
        };
        let Some(name) = words.first().and_then(Text::get).map(str::to_owned) else {
            return self.unknown_command(simple);
        };
        // Assignments in front hold for the command alone.
        let before: Vec<(String, Option<Variable>)> = simple
            .assignments
            .iter()
            .map(|assign| {
                (
                    assign.name.clone(),
                    self.state.variables.get(&assign.name).cloned(),
                )
            })
            .collect();
        let events = self.events.len();
        for assign in &simple.assignments {
            self.assignment(assign);
        }
        self.events.truncate(events);
        let rest = words.get(1..).unwrap_or_default().to_vec();
        let flow = match self.state.functions.get(&name).cloned() {
            Some(_) if self.state.doubtful.contains(&name) => {
                self.note(Trouble::RunsCode(simple.source.clone()));
                self.state.status = None;
                Flow::Next
            }
            Some(body) => self.call(&body, Some(rest)),
            None => self.builtin(&name, &rest, simple),
        };
        for (name, variable) in before {
            match variable {
                Some(variable) => self.state.variables.insert(name, variable),
                None => self.state.variables.remove(&name),
            };
        }
        flow
    }

    /// A command whose name or words are not known: a program, if it is none of the shell's.
    pub(in super::super) fn unknown_command(&mut self, simple: &Simple) -> Flow {
        self.state.status = None;
        let name = simple.words.first().and_then(Word::literal);
        match name.as_deref() {
            // `$COMMAND` may be anything, also a function.
            Some("eval" | "source" | "." | "trap") | None => {
                self.note(Trouble::RunsCode(simple.source.clone()));
            }
            Some("read" | "unset" | "printf" | "mapfile" | "readarray" | "getopts" | "let") => {
                for word in simple.words.iter().skip(1) {
                    self.forget_target(word, simple);
                }
            }
            Some("set") => self.state.arguments = None,
            Some("shopt") => {
                self.state.options.extended = None;
                self.state.options.ignores_case = None;
            }
            Some(name) if self.state.functions.contains_key(name) => {
                if let Some(body) = self.state.functions.get(name).cloned() {
                    return self.call(&body, None);
                }
            }
            _ => {}
        }
        Flow::Next
    }

    /// A variable that a builtin sets, with words around it that are not known.
    fn forget_target(&mut self, word: &Word, simple: &Simple) {
        let mut text = String::new();
        for part in &word.parts {
            match part {
                Part::Text { text: known, .. } => text.push_str(known),
                _ => text.push(OPEN),
            }
        }
        let is_let = simple.words.first().and_then(Word::literal).as_deref() == Some("let");
        if is_let {
            self.forget_assigned_in(&text);
            return;
        }
        let name = text.split('[').next().unwrap_or_default();
        if crate::bash::is_name(name) {
            self.assign(name, Value::Open, false);
        } else if name.starts_with(OPEN) {
            self.note(Trouble::RunsCode(simple.source.clone()));
        }
    }

    pub(in super::super) fn call(&mut self, body: &Command, arguments: Option<Vec<Text>>) -> Flow {
        if self.calls > CALLS {
            self.note(Trouble::TooLong);
            self.state.status = None;
            return Flow::Next;
        }
        self.calls += 1;
        let callers = std::mem::replace(&mut self.state.arguments, arguments);
        self.state.locals.push(BTreeMap::new());
        let list = vec![Pipeline {
            when: When::Always,
            negated: false,
            pipeline: vec![body.clone()],
            background: false,
            line: self.line,
            source: String::new(),
            reading: Reading::default(),
        }];
        let flow = self.framed(&list, false);
        for (name, variable) in self.state.locals.pop().unwrap_or_default() {
            self.state.variables.insert(name, variable);
        }
        self.state.arguments = callers;
        self.calls -= 1;
        flow
    }

    /// `. file`: the text, if it is known.
    pub(in super::super) fn dot(
        &mut self,
        path: Option<&str>,
        arguments: &[Text],
        source: &str,
    ) -> Flow {
        let text = path.and_then(|path| (self.sourced)(path));
        let Some(text) = text.filter(|_| self.calls <= CALLS) else {
            self.note(Trouble::RunsCode(source.to_owned()));
            self.state.status = None;
            return Flow::Next;
        };
        let script = crate::bash::parse(&text);
        self.calls += 1;
        let callers = self.state.arguments.clone();
        if !arguments.is_empty() {
            self.state.arguments = Some(arguments.to_vec());
        }
        let line = self.line;
        let flow = self.framed(script.read(), true);
        self.line = line;
        self.state.arguments = callers;
        self.calls -= 1;
        flow
    }

    /// `return`: the state is kept until the function or script ends.
    pub(in super::super) fn returns(&mut self) -> Flow {
        let state = self.copy_of_state();
        if let Some(frame) = self.returned.last_mut() {
            frame.push(state);
        }
        Flow::Return
    }
}
