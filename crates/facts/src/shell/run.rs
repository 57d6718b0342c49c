//! Goes through a script as bash would, with what is not known kept apart.
//!
//! Each variable has a value, no value, or one that only a run can tell; each status is known
//! or not. Where a condition is not known both ways are gone and what differs is not known
//! behind them.

use std::collections::BTreeMap;

use super::state::{State, Text, Value, Variable};
use super::{Event, Note, Trouble};
use crate::bash::{Assign, Command, List, Part, Pipeline, Simple, When, Word};

/// More commands than this are not gone through.
const COMMANDS: usize = 20_000;
/// Functions that call functions, and scripts that read scripts, in levels.
const CALLS: usize = 20;
/// Rounds of a loop with a known end.
const ROUNDS: usize = 200;

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
    Return,
    Exit,
}

/// A shell that runs one script after another.
pub struct Shell<'a> {
    pub(super) state: State,
    /// Text of a script that another one reads, by its path.
    pub(super) sourced: &'a dyn Fn(&str) -> Option<String>,
    pub(super) events: Vec<Event>,
    pub(super) notes: Vec<Note>,
    /// An expansion has ended the shell.
    pub(super) ends: Option<Flow>,
    pub(super) depth: usize,
    calls: usize,
    commands: usize,
    /// States that a function or script has returned with, by call.
    returned: Vec<Vec<State>>,
    /// Ways that may not be gone, in levels.
    maybe: usize,
    /// Conditions, in which `set -e` does not hold, in levels.
    conditions: usize,
    /// Status in front of the current builtin.
    pub(super) before: Option<i32>,
    /// A loop may have ended early.
    loose: bool,
    line: u32,
    script: String,
}

impl<'a> Shell<'a> {
    /// A shell with these variables, all of them exported.
    #[must_use]
    pub fn new(
        base: impl IntoIterator<Item = (String, String)>,
        sourced: &'a dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let variables: BTreeMap<String, Variable> = base
            .into_iter()
            .map(|(name, value)| {
                let variable = Variable {
                    value: Value::Text(Text::known(value)),
                    exported: Some(true),
                    ..Variable::default()
                };
                (name, variable)
            })
            .collect();
        Self {
            state: State {
                variables,
                status: Some(0),
                ..State::default()
            },
            sourced,
            events: Vec::new(),
            notes: Vec::new(),
            ends: None,
            depth: 0,
            calls: 0,
            commands: 0,
            returned: Vec::new(),
            maybe: 0,
            conditions: 0,
            before: Some(0),
            loose: false,
            line: 0,
            script: String::new(),
        }
    }

    /// Reads a script into the shell, as `.` does. Whether the shell goes on behind it.
    pub fn source(&mut self, name: &str, script: &crate::bash::Script) -> bool {
        name.clone_into(&mut self.script);
        let flow = self.framed(&script.list);
        if flow != Flow::Exit
            && let Some(line) = script.broken
        {
            self.line = line;
            self.note(Trouble::Syntax);
            self.state.status = Some(1);
        }
        flow != Flow::Exit
    }

    /// A list whose `return` ends it alone.
    fn framed(&mut self, list: &List) -> Flow {
        self.returned.push(Vec::new());
        let flow = self.list(list);
        let returned = self.returned.pop().unwrap_or_default();
        let mut returned = returned.into_iter();
        let mut flow = flow;
        if matches!(flow, Flow::Return | Flow::Exit)
            && let Some(first) = returned.next()
        {
            if flow == Flow::Exit && self.maybe == 0 {
                // One of the ways ends the shell, another goes on.
                self.note(Trouble::MayExit);
            }
            self.state = first;
            flow = Flow::Next;
        }
        let line = self.line;
        for state in returned {
            self.state.merge(&state, line);
        }
        if flow == Flow::Exit {
            Flow::Exit
        } else {
            Flow::Next
        }
    }

    fn list(&mut self, list: &List) -> Flow {
        let mut at = 0;
        while let Some(step) = list.get(at) {
            at += 1;
            let flow = match (step.when, self.state.status) {
                (When::Success, Some(status)) if status != 0 => continue,
                (When::Failure, Some(0)) => continue,
                (When::Success | When::Failure, None) => {
                    self.either(&mut |shell| shell.step(step), &mut |_| Flow::Next)
                }
                _ => self.step(step),
            };
            if flow != Flow::Next {
                return flow;
            }
            let guarded = list.get(at).is_some_and(|next| next.when != When::Always);
            if let Some(flow) = self.stopped_by_error(step, guarded) {
                return flow;
            }
        }
        Flow::Next
    }

    /// `set -e` ends the shell at a command that fails.
    fn stopped_by_error(&mut self, step: &Pipeline, guarded: bool) -> Option<Flow> {
        let plain = !guarded && !step.negated && step.when == When::Always && !step.background;
        if !self.state.options.error_exit || !plain || self.conditions > 0 {
            return None;
        }
        match self.state.status {
            Some(status) if status != 0 => {
                self.note(Trouble::Ends(
                    "a command fails, and `set -e` ends the shell".to_owned(),
                ));
                Some(Flow::Exit)
            }
            _ => None,
        }
    }

    /// Both ways of a condition that is not known.
    fn either(
        &mut self,
        one: &mut dyn FnMut(&mut Self) -> Flow,
        other: &mut dyn FnMut(&mut Self) -> Flow,
    ) -> Flow {
        let line = self.line;
        let before = self.state.clone();
        self.maybe += 1;
        let first = one(self);
        let mut after = std::mem::replace(&mut self.state, before);
        let second = other(self);
        self.maybe -= 1;
        match (first, second) {
            (Flow::Next, Flow::Next) => {
                let line = self.line.max(line);
                std::mem::swap(&mut after, &mut self.state);
                self.state.merge(&after, line);
                Flow::Next
            }
            (Flow::Next, ended) => {
                self.ended(ended);
                self.state = after;
                Flow::Next
            }
            (ended, Flow::Next) => {
                std::mem::swap(&mut after, &mut self.state);
                self.ended(ended);
                std::mem::swap(&mut after, &mut self.state);
                Flow::Next
            }
            (first, second) if first == second => {
                self.state.merge(&after, line);
                first
            }
            // The ways end differently: `return` keeps what it knows.
            (Flow::Exit, other) | (other, Flow::Exit) => {
                if first != Flow::Exit {
                    self.state = after;
                }
                other
            }
            (_, second) => second,
        }
    }

    /// One way has ended while another goes on.
    fn ended(&mut self, flow: Flow) {
        match flow {
            Flow::Exit => self.note(Trouble::MayExit),
            Flow::Break | Flow::Continue => self.loose = true,
            // `returned` was filled where the `return` was met.
            Flow::Return | Flow::Next => {}
        }
    }

    fn step(&mut self, step: &Pipeline) -> Flow {
        self.line = step.line;
        self.commands += 1;
        if self.commands > COMMANDS {
            self.note(Trouble::TooLong);
            return Flow::Exit;
        }
        let flow = if step.pipeline.len() > 1 || step.background {
            let mut status = Some(0);
            for command in &step.pipeline {
                status = self.subshell(&mut |shell| shell.command(command));
            }
            self.state.status = if step.background { Some(0) } else { status };
            Flow::Next
        } else {
            match step.pipeline.first() {
                Some(command) => self.command(command),
                None => Flow::Next,
            }
        };
        if let Some(ends) = self.ends.take() {
            return ends;
        }
        if step.negated {
            self.state.status = self.state.status.map(|status| i32::from(status == 0));
        }
        flow
    }

    /// Runs in a copy of the shell; only its status is left.
    fn subshell(&mut self, run: &mut dyn FnMut(&mut Self) -> Flow) -> Option<i32> {
        let before = self.state.clone();
        let (events, notes) = (self.events.len(), self.notes.len());
        self.returned.push(Vec::new());
        let flow = run(self);
        let ended = self.ends.is_some();
        self.returned.pop();
        self.events.truncate(events);
        // What ends a subshell does not end the shell; what it reads is not known either way.
        let kept: Vec<Note> = self.notes.split_off(notes);
        self.notes.extend(
            kept.into_iter()
                .filter(|note| note.trouble == Trouble::Syntax),
        );
        self.ends = None;
        let status = std::mem::replace(&mut self.state, before).status;
        // Where an expansion ends the subshell its status is not kept.
        if ended && flow == Flow::Exit {
            None
        } else {
            status
        }
    }

    pub(super) fn command(&mut self, command: &Command) -> Flow {
        match command {
            Command::Simple(simple) => self.simple(simple),
            Command::Group(list) => self.list(list),
            Command::Subshell(list) => {
                self.state.status = self.subshell(&mut |shell| shell.list(list));
                Flow::Next
            }
            Command::If {
                branches,
                otherwise,
            } => self.branches(branches, otherwise),
            Command::For { name, words, body } => self.for_each(name, words.as_deref(), body),
            Command::While {
                until,
                condition,
                body,
            } => self.while_loop(*until, condition, body),
            Command::Case { subject, arms } => self.case(subject, arms),
            Command::Function { name, body } => {
                self.state
                    .functions
                    .insert(name.clone(), body.as_ref().clone());
                self.state.status = Some(0);
                Flow::Next
            }
            Command::Test(words) => {
                let holds = self.double_test(words);
                self.state.status = holds.map(|holds| i32::from(!holds));
                Flow::Next
            }
            Command::Arithmetic(text) => {
                let value = self.arithmetic(text);
                self.state.status = value.map(|value| i32::from(value == 0));
                if value.is_none() {
                    self.forget_assigned_in(text);
                }
                Flow::Next
            }
        }
    }

    /// `(( x = 1 ))` and `let` change variables in ways that are not followed.
    pub(super) fn forget_assigned_in(&mut self, text: &str) {
        let names: Vec<&str> = text
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .filter(|name| crate::bash::is_name(name))
            .collect();
        if text.contains('=') || text.contains("++") || text.contains("--") {
            for name in names {
                self.assign(name, Value::Open, false);
            }
        }
    }

    fn condition(&mut self, list: &List) -> Flow {
        self.conditions += 1;
        let flow = self.list(list);
        self.conditions -= 1;
        flow
    }

    fn branches(&mut self, branches: &[(List, List)], otherwise: &List) -> Flow {
        let Some(((condition, body), rest)) = branches.split_first() else {
            if otherwise.is_empty() {
                self.state.status = Some(0);
            }
            return self.list(otherwise);
        };
        let flow = self.condition(condition);
        if flow != Flow::Next {
            return flow;
        }
        match self.state.status {
            Some(0) => self.list(body),
            Some(_) => self.branches(rest, otherwise),
            None => self.either(&mut |shell| shell.list(body), &mut |shell| {
                shell.branches(rest, otherwise)
            }),
        }
    }

    fn case(&mut self, subject: &Word, arms: &[(Vec<Word>, List)]) -> Flow {
        let text = self.text(subject);
        let chars: Option<Vec<char>> = text.get().map(|text| text.chars().collect());
        self.arms(chars.as_deref(), arms)
    }

    fn arms(&mut self, subject: Option<&[char]>, arms: &[(Vec<Word>, List)]) -> Flow {
        let Some(((patterns, body), rest)) = arms.split_first() else {
            self.state.status = Some(0);
            return Flow::Next;
        };
        let mut fits = Some(false);
        for word in patterns {
            let everything = word.literal().as_deref() == Some("*") && !word.is_quoted();
            let one = if everything {
                Some(true)
            } else {
                let pattern = self.pattern(word);
                match (pattern, subject) {
                    (Some(pattern), Some(subject)) => Some(super::pattern::fits(&pattern, subject)),
                    _ => None,
                }
            };
            fits = match (fits, one) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            };
        }
        match fits {
            Some(true) => self.body(body),
            Some(false) => self.arms(subject, rest),
            None => self.either(&mut |shell| shell.body(body), &mut |shell| {
                shell.arms(subject, rest)
            }),
        }
    }

    /// An empty body succeeds.
    fn body(&mut self, list: &List) -> Flow {
        self.state.status = Some(0);
        self.list(list)
    }

    fn for_each(&mut self, name: &str, words: Option<&[Word]>, body: &List) -> Flow {
        let items = match words {
            Some(words) => self.words(words),
            None if name.is_empty() => None,
            None => Some(self.state.arguments.clone()),
        };
        self.state.status = Some(0);
        let Some(items) = items.filter(|items| items.len() <= ROUNDS) else {
            if !name.is_empty() {
                self.assign(name, Value::Open, false);
            }
            return self.some_rounds(&mut |shell| shell.list(body), body);
        };
        for item in items {
            self.assign(name, Value::Text(item), false);
            match self.list(body) {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Flow::Next,
                ended => return ended,
            }
            if std::mem::take(&mut self.loose) {
                return self.some_rounds(&mut |shell| shell.list(body), body);
            }
        }
        Flow::Next
    }

    fn while_loop(&mut self, until: bool, condition: &List, body: &List) -> Flow {
        for _ in 0..ROUNDS {
            let flow = self.condition(condition);
            if flow != Flow::Next {
                return flow;
            }
            let Some(status) = self.state.status else {
                return self.some_rounds(
                    &mut |shell| {
                        let flow = shell.list(body);
                        if flow == Flow::Next {
                            shell.condition(condition)
                        } else {
                            flow
                        }
                    },
                    body,
                );
            };
            if (status == 0) == until {
                self.state.status = Some(0);
                return Flow::Next;
            }
            match self.list(body) {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Flow::Next,
                ended => return ended,
            }
            if std::mem::take(&mut self.loose) {
                break;
            }
        }
        self.some_rounds(&mut |shell| shell.list(body), body)
    }

    /// A loop that runs nobody knows how often: what it assigns is not known behind it.
    fn some_rounds(&mut self, run: &mut dyn FnMut(&mut Self) -> Flow, body: &List) -> Flow {
        let line = self.line;
        for name in super::assigned::names(body, &self.state.functions) {
            self.line = line;
            self.assign(&name, Value::Open, false);
        }
        let flow = self.either(run, &mut |_| Flow::Next);
        self.loose = false;
        self.state.status = None;
        if matches!(flow, Flow::Return | Flow::Exit) {
            flow
        } else {
            Flow::Next
        }
    }

    fn simple(&mut self, simple: &Simple) -> Flow {
        self.line = simple.line;
        if simple.words.is_empty() {
            for assign in &simple.assignments {
                self.assignment(assign);
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
        let first = simple.words.first().and_then(Word::literal);
        if let Some(declaration) = first
            .as_deref()
            .filter(|word| super::assigned::declares(word))
        {
            let declaration = declaration.to_owned();
            self.declaration(&declaration, simple);
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
            Some(body) => self.call(&body, rest),
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
    fn unknown_command(&mut self, simple: &Simple) -> Flow {
        self.state.status = None;
        let name = simple.words.first().and_then(Word::literal);
        match name.as_deref() {
            // `$COMMAND` may be anything, also a function.
            Some("eval" | "source" | ".") | None => {
                self.note(Trouble::RunsCode(simple.source.clone()));
            }
            Some("read" | "unset" | "printf" | "mapfile" | "readarray" | "getopts" | "let") => {
                for word in &simple.words {
                    if let Some(name) = word.literal().filter(|name| crate::bash::is_name(name)) {
                        self.assign(&name, Value::Open, false);
                    }
                }
            }
            Some(name) if self.state.functions.contains_key(name) => {
                if let Some(body) = self.state.functions.get(name).cloned() {
                    // Its arguments are not known.
                    return self.call(&body, Vec::new());
                }
            }
            _ => {}
        }
        Flow::Next
    }

    fn call(&mut self, body: &Command, arguments: Vec<Text>) -> Flow {
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
        }];
        let flow = self.framed(&list);
        for (name, variable) in self.state.locals.pop().unwrap_or_default() {
            self.state.variables.insert(name, variable);
        }
        self.state.arguments = callers;
        self.calls -= 1;
        flow
    }

    /// `. file`: the text, if it is known.
    pub(super) fn dot(&mut self, path: Option<&str>, arguments: &[Text], source: &str) -> Flow {
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
            self.state.arguments = arguments.to_vec();
        }
        let line = self.line;
        let flow = self.framed(&script.list);
        self.line = line;
        self.state.arguments = callers;
        self.calls -= 1;
        flow
    }

    /// `return`: the state is kept until the function or script ends.
    pub(super) fn returns(&mut self) -> Flow {
        let state = self.state.clone();
        if let Some(frame) = self.returned.last_mut() {
            frame.push(state);
        }
        Flow::Return
    }

    fn assignment(&mut self, assign: &Assign) {
        let value = self.assigned_value(assign);
        self.assigned(assign, value);
    }

    /// Sets a variable to what its assignment gave.
    pub(super) fn assigned(&mut self, assign: &Assign, value: Value) {
        let own = assign
            .value
            .parts
            .iter()
            .any(|part| mentions(part, &assign.name));
        let default = match assign.value.parts.as_slice() {
            [Part::Parameter(one)]
                if one.name == assign.name && matches!(one.operator.as_str(), ":-" | "-") =>
            {
                Some(self.text(&one.operand))
            }
            _ => None,
        };
        self.assign_or_default(&assign.name, value, own || assign.append, default);
    }

    pub(super) fn assigned_value(&mut self, assign: &Assign) -> Value {
        if assign.indexed {
            return Value::Open;
        }
        if assign.value.parts.len() > 1
            && assign
                .value
                .parts
                .iter()
                .any(|part| matches!(part, Part::Array(_)))
        {
            return Value::Open;
        }
        if let [Part::Array(items)] = assign.value.parts.as_slice() {
            let Some(mut items) = self.words(items) else {
                return Value::Open;
            };
            if items.iter().any(|item| item.text.starts_with('[')) {
                return Value::Open;
            }
            if assign.append {
                return match self.state.get(&assign.name) {
                    Value::List(mut before) => {
                        before.append(&mut items);
                        Value::List(before)
                    }
                    Value::Unset => Value::List(items),
                    _ => Value::Open,
                };
            }
            return Value::List(items);
        }
        let value = self.text(&assign.value);
        if !assign.append {
            return Value::Text(value);
        }
        match self.state.get(&assign.name) {
            Value::Unset => Value::Text(value),
            Value::Text(mut before) => {
                before.push(&value);
                Value::Text(before)
            }
            _ => Value::Open,
        }
    }

    /// Sets a variable and remembers that it was.
    pub(super) fn assign(&mut self, name: &str, value: Value, extends: bool) {
        self.assign_or_default(name, value, extends, None);
    }

    pub(super) fn assign_or_default(
        &mut self,
        name: &str,
        value: Value,
        extends: bool,
        default: Option<Text>,
    ) {
        let before = self.state.get(name);
        self.state.set(name, value, self.line);
        self.events.push(Event {
            name: name.to_owned(),
            script: self.script.clone(),
            line: self.line,
            before,
            after: self.state.get(name),
            extends,
            default,
            conditional: self.maybe > 0,
        });
    }

    pub(super) fn failure(&mut self, reason: String) {
        self.note(Trouble::Ends(reason));
    }

    pub(super) fn note(&mut self, trouble: Trouble) {
        let note = Note {
            script: self.script.clone(),
            line: self.line,
            certain: self.maybe == 0,
            trouble,
        };
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Variables that a program would get, and everything else that is known.
    #[must_use]
    pub fn variables(&self) -> &BTreeMap<String, Variable> {
        &self.state.variables
    }

    /// Options that the scripts leave switched on.
    #[must_use]
    pub fn is_strict(&self) -> (bool, bool) {
        (self.state.options.error_exit, self.state.options.no_unset)
    }

    /// What was set, in order, and what was met.
    #[must_use]
    pub fn into_history(self) -> (BTreeMap<String, Variable>, Vec<Event>, Vec<Note>) {
        (self.state.variables, self.events, self.notes)
    }
}

/// Whether a part of a value is the variable itself.
pub(super) fn mentions(part: &Part, wanted: &str) -> bool {
    match part {
        Part::Parameter(parameter) => {
            parameter.name == wanted
                || parameter
                    .operand
                    .parts
                    .iter()
                    .any(|part| mentions(part, wanted))
        }
        Part::Substitution { text, .. } => {
            text.contains(&format!("${wanted}")) || text.contains(&format!("${{{wanted}"))
        }
        _ => false,
    }
}
