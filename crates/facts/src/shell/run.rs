//! Goes through a script as bash would, with what is not known kept apart.
//!
//! Each variable has a value, no value, or one that only a run can tell; each status is known
//! or not. Where a condition is not known both ways are gone and what differs is not known
//! behind them.

mod assign;
mod control;
mod simple;

use std::collections::BTreeMap;
use std::rc::Rc;

use super::state::{State, Text, Value, Variable};
use super::{Event, Note, Trouble};
use crate::bash::{Command, Part, Pipeline, When};

/// More commands than this are not gone through.
const COMMANDS: usize = 20_000;
/// Nor are they where the values of variables were copied to more bytes than this.
const COPIED: usize = 200_000_000;
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
    /// The rest of what the shell has read together is dropped.
    Discard,
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
    /// Bytes of values in all copies that were made: of events, and of states for ways that may not be gone.
    copied: usize,
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
                    value: Value::Text(Text::given(value)),
                    exported: Some(true),
                    ..Variable::default()
                };
                (name, variable)
            })
            .collect();
        Self {
            state: State {
                variables,
                arguments: Some(Vec::new()),
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
            copied: 0,
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
        let flow = self.framed(script.read(), true);
        if flow != Flow::Exit
            && let Some(line) = script.broken
        {
            self.line = line;
            self.note(Trouble::Syntax);
            self.state.status = Some(1);
        }
        flow != Flow::Exit
    }

    /// A list whose `return` ends it alone; a script is read line by line.
    fn framed(&mut self, list: &[Pipeline], is_script: bool) -> Flow {
        self.returned.push(Vec::new());
        let flow = if is_script {
            self.lines(list)
        } else {
            self.list(list)
        };
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
        match flow {
            Flow::Exit | Flow::Discard => flow,
            _ => Flow::Next,
        }
    }

    /// The text of a script or of `eval`: what stands on one line is read before any of it
    /// runs, and what drops the rest of it drops no more than that.
    pub(super) fn lines(&mut self, list: &[Pipeline]) -> Flow {
        let mut rest = list;
        while let Some(first) = rest.first() {
            let more = rest
                .iter()
                .skip(1)
                .take_while(|step| step.reading.joined)
                .count();
            let (unit, behind) = rest.split_at(more + 1);
            rest = behind;
            let extended = unit.iter().any(|step| step.reading.extended);
            if extended && self.state.options.extended == Some(false) {
                self.line = first.line;
                self.note(Trouble::Syntax);
                self.state.status = Some(2);
                return Flow::Next;
            }
            match self.list(unit) {
                Flow::Next => {}
                Flow::Discard => self.state.status = Some(1),
                ended => return ended,
            }
        }
        Flow::Next
    }

    fn list(&mut self, list: &[Pipeline]) -> Flow {
        let mut at = 0;
        while let Some(step) = list.get(at) {
            at += 1;
            let guarded = list.get(at).is_some_and(|next| next.when != When::Always);
            // `set -e` does not hold in what is tested, however deep a command stands in it.
            let is_tested = guarded || step.negated;
            let conditions = self.conditions;
            self.conditions += usize::from(is_tested);
            let flow = match (step.when, self.state.status) {
                (When::Success, Some(status)) if status != 0 => {
                    self.conditions = conditions;
                    continue;
                }
                (When::Failure, Some(0)) => {
                    self.conditions = conditions;
                    continue;
                }
                (When::Success | When::Failure, None) => {
                    self.either(&mut |shell| shell.step(step), &mut |_| Flow::Next)
                }
                _ => self.step(step),
            };
            self.conditions = conditions;
            if flow != Flow::Next {
                return flow;
            }
            if let Some(flow) = self.stopped_by_error(step, guarded) {
                return flow;
            }
        }
        Flow::Next
    }

    /// `set -e` ends the shell at a command that fails.
    fn stopped_by_error(&mut self, step: &Pipeline, guarded: bool) -> Option<Flow> {
        // A command inside of a compound one has ended the shell already, or was tested.
        let is_command = step.pipeline.len() > 1
            || matches!(
                step.pipeline.first(),
                Some(
                    Command::Simple(_)
                        | Command::Subshell(_)
                        | Command::Test(_)
                        | Command::Arithmetic(_)
                )
            );
        let plain = is_command && !guarded && !step.negated && !step.background;
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
        let before = self.copy_of_state();
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
            // Where the rest of the line is dropped a note was made.
            Flow::Return | Flow::Discard | Flow::Next => {}
        }
    }

    fn step(&mut self, step: &Pipeline) -> Flow {
        self.line = step.line;
        self.commands += 1;
        if self.commands > COMMANDS || self.copied > COPIED {
            self.note(Trouble::TooLong);
            return Flow::Exit;
        }
        let flow = if step.pipeline.len() > 1 || step.background {
            let pipe_fail = self.state.options.pipe_fail;
            let mut statuses = Vec::with_capacity(step.pipeline.len());
            for command in &step.pipeline {
                statuses.push(self.subshell(&mut |shell| shell.command(command)));
            }
            self.state.status = if step.background {
                Some(0)
            } else {
                of_pipeline(&statuses, pipe_fail)
            };
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

    /// The state, to go on from here in another way.
    pub(super) fn copy_of_state(&mut self) -> State {
        self.copied += self.state.weight();
        self.state.clone()
    }

    /// Runs in a copy of the shell; only its status is left.
    fn subshell(&mut self, run: &mut dyn FnMut(&mut Self) -> Flow) -> Option<i32> {
        let before = self.copy_of_state();
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
        match flow {
            Flow::Discard => Some(1),
            // Where an expansion ends the subshell its status is not kept.
            Flow::Exit if ended => None,
            _ => status,
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
                let functions = Rc::make_mut(&mut self.state.functions);
                functions.insert(name.clone(), body.as_ref().clone());
                self.state.doubtful.remove(name);
                self.state.status = Some(0);
                Flow::Next
            }
            Command::Test(words) => {
                let holds = self.double_test(words);
                self.state.status = holds.map(|holds| i32::from(!holds));
                Flow::Next
            }
            Command::Arithmetic(text) => {
                self.state.status = match self.arithmetic(text) {
                    Ok(value) => value.map(|value| i32::from(value == 0)),
                    Err(_) => Some(1),
                };
                Flow::Next
            }
        }
    }

    /// An expression that is not followed changes its variables nobody knows how.
    pub(super) fn forget_assigned_in(&mut self, text: &str) {
        for name in super::arithmetic::assigned(text) {
            self.assign(&name, Value::Open, false);
        }
    }

    /// An assignment to a read-only variable: the shell drops what it has read.
    pub(super) fn discards(&mut self, source: &str) {
        if self.ends.is_none() {
            self.ends = Some(Flow::Discard);
        }
        if self.maybe > 0 {
            self.note(Trouble::RunsCode(source.to_owned()));
        }
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

/// The status of a pipeline: that of its last command, or with `pipefail` of the last that failed.
fn of_pipeline(statuses: &[Option<i32>], pipe_fail: Option<bool>) -> Option<i32> {
    let last = statuses.last().copied().unwrap_or(Some(0));
    let failed = statuses.iter().rev().copied().find(|one| *one != Some(0));
    let failed = failed.unwrap_or(Some(0));
    match pipe_fail {
        Some(false) => last,
        Some(true) => failed,
        None => last.filter(|_| last == failed),
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
