//! Goes through a script as bash would, with what is not known kept apart.
//!
//! Each variable has a value, no value, or one that only a run can tell; each status is known
//! or not. Where a condition is not known both ways are gone and what differs is not known
//! behind them.

mod assign;
mod control;
mod list;
mod simple;

use std::collections::BTreeMap;
use std::rc::Rc;

use super::state::{State, Text, Value, Variable};
use super::{Event, Note, Trouble};
use crate::bash::{Command, Part, Pipeline};

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

    /// The state, to go on from here in another way.
    pub(super) fn copy_of_state(&mut self) -> State {
        self.copied += self.state.weight();
        self.state.clone()
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
