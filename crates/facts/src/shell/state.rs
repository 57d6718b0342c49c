//! What is known about the variables of a shell.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::bash::Command;

/// Stands in a value for what only a run can tell.
pub const OPEN: char = '…';
/// Longer values are not followed, in bytes.
const LIMIT: usize = 100_000;
/// Longer lists are not followed, in bytes.
pub(super) const LIST_LIMIT: usize = 1_000_000;

/// A text, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    pub text: String,
    /// A part of it, marked with [`OPEN`], can't be known.
    pub open: bool,
    /// What can't be known is surely something: a platform sets the variable.
    pub(super) filled: bool,
}

impl Text {
    pub(super) fn known(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.len() > LIMIT {
            return Self::open();
        }
        Self {
            text,
            ..Self::default()
        }
    }

    /// What a process is given: [`OPEN`] alone is something that only the platform knows.
    pub(super) fn given(text: String) -> Self {
        let is_open = text.chars().eq([OPEN]);
        Self {
            open: is_open,
            filled: is_open,
            ..Self::known(text)
        }
    }

    /// Whether an open text is surely not empty: a part of it is known, or somebody fills it.
    pub(super) fn is_filled(&self) -> bool {
        self.filled || self.text.chars().count() > 1
    }

    pub(super) fn open() -> Self {
        Self {
            text: OPEN.to_string(),
            open: true,
            filled: false,
        }
    }

    pub(super) fn push(&mut self, other: &Self) {
        self.open |= other.open;
        self.filled |= other.filled;
        self.text.push_str(&other.text);
        if self.text.len() > LIMIT {
            *self = Self::open();
        }
    }

    /// Bytes that a copy takes, about.
    pub(super) fn weight(&self) -> usize {
        size_of::<Self>() + self.text.len()
    }

    /// The text, if all of it is known.
    pub(super) fn get(&self) -> Option<&str> {
        (!self.open).then_some(self.text.as_str())
    }
}

/// The value of a variable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Value {
    #[default]
    Unset,
    Text(Text),
    List(Vec<Text>),
    /// Anything, or unset.
    Open,
}

impl Value {
    /// A list, if it is not too long to be followed.
    pub(super) fn list(items: Vec<Text>) -> Self {
        let list = Self::List(items);
        if list.weight() > LIST_LIMIT {
            return Self::Open;
        }
        list
    }

    /// Bytes that a copy takes, about.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.weight(),
            Self::List(items) => items.iter().map(Text::weight).sum(),
            Self::Unset | Self::Open => 0,
        }
    }
}

/// A variable of the shell, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variable {
    pub value: Value,
    /// `None` if it depends on what is not known.
    pub exported: Option<bool>,
    /// Where its value was made.
    pub line: u32,
    pub(super) readonly: bool,
    /// It depends on what is not known whether it is read-only.
    pub(super) maybe_readonly: bool,
}

impl Variable {
    pub(super) fn unset() -> Self {
        Self {
            exported: Some(false),
            ..Self::default()
        }
    }
}

/// Everything that one command leaves to the next.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) variables: BTreeMap<String, Variable>,
    /// Shared by copies of the state until one of them makes another function.
    pub(super) functions: Rc<BTreeMap<String, Command>>,
    /// Functions that exist, or are this one, only if something holds that is not known.
    pub(super) doubtful: BTreeSet<String>,
    /// Variables that a trap changes nobody knows how often.
    pub(super) trapped: BTreeSet<String>,
    /// `None` where they are not known.
    pub(super) arguments: Option<Vec<Text>>,
    pub(super) options: Options,
    /// Status of the last command; `None` if it is not known.
    pub(super) status: Option<i32>,
    /// Variables of the callers behind `local` ones, by call.
    pub(super) locals: Vec<BTreeMap<String, Variable>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) all_export: bool,
    pub(super) no_unset: bool,
    pub(super) error_exit: bool,
    /// `shopt -s extglob`; `None` if it is not known.
    pub(super) extended: Option<bool>,
    /// `shopt -s nocasematch`; `None` if it is not known.
    pub(super) ignores_case: Option<bool>,
    /// `set -o pipefail`; `None` if it is not known.
    pub(super) pipe_fail: Option<bool>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            all_export: false,
            no_unset: false,
            error_exit: false,
            extended: Some(false),
            ignores_case: Some(false),
            pipe_fail: Some(false),
        }
    }
}

impl State {
    /// Bytes that a copy takes, about.
    pub(super) fn weight(&self) -> usize {
        let locals = self.locals.iter().flat_map(BTreeMap::values);
        let variables = self.variables.values().chain(locals);
        let values: usize = variables.map(|one| one.value.weight()).sum();
        let arguments = self.arguments.iter().flatten();
        values + arguments.map(Text::weight).sum::<usize>()
    }

    pub(super) fn get(&self, name: &str) -> Value {
        match self.variables.get(name) {
            Some(variable) => variable.value.clone(),
            None if is_of_shell(name) => Value::Open,
            None => Value::Unset,
        }
    }

    /// Sets a variable; `false` where it is read-only and keeps its value.
    pub(super) fn set(&mut self, name: &str, value: Value, line: u32) -> bool {
        let all = self.options.all_export;
        let value = if self.trapped.contains(name) {
            Value::Open
        } else {
            value
        };
        let one = self
            .variables
            .entry(name.to_owned())
            .or_insert_with(Variable::unset);
        if one.readonly {
            return false;
        }
        if one.maybe_readonly {
            one.value = Value::Open;
            return true;
        }
        if all {
            one.exported = Some(true);
        }
        one.value = match (std::mem::take(&mut one.value), value) {
            // A list stays one: its first item changes.
            (Value::List(mut items), Value::Text(text)) => {
                match items.first_mut() {
                    Some(first) => *first = text,
                    None => items.push(text),
                }
                Value::List(items)
            }
            (_, value) => value,
        };
        one.line = line;
        true
    }

    pub(super) fn export(&mut self, name: &str, exported: bool) {
        let one = self
            .variables
            .entry(name.to_owned())
            .or_insert_with(Variable::unset);
        one.exported = Some(exported);
    }

    /// From here on only a run can tell what this variable is.
    pub(super) fn doubt(&mut self, name: &str) {
        self.trapped.insert(name.to_owned());
        let one = self
            .variables
            .entry(name.to_owned())
            .or_insert_with(Variable::unset);
        one.exported = one.exported.filter(|exported| *exported);
    }

    pub(super) fn protect(&mut self, name: &str) {
        let one = self
            .variables
            .entry(name.to_owned())
            .or_insert_with(Variable::unset);
        one.readonly = true;
    }

    /// What is known if this state holds or the other one.
    pub(super) fn merge(&mut self, other: &Self, line: u32) {
        let names: BTreeSet<String> = self
            .variables
            .keys()
            .chain(other.variables.keys())
            .cloned()
            .collect();
        for name in names {
            let mine = self
                .variables
                .get(&name)
                .cloned()
                .unwrap_or_else(Variable::unset);
            let theirs = other
                .variables
                .get(&name)
                .cloned()
                .unwrap_or_else(Variable::unset);
            if mine == theirs {
                continue;
            }
            let same_value = mine.value == theirs.value;
            let merged = Variable {
                value: if same_value { mine.value } else { Value::Open },
                exported: if mine.exported == theirs.exported {
                    mine.exported
                } else {
                    None
                },
                line: if same_value {
                    mine.line.max(theirs.line)
                } else {
                    line
                },
                readonly: mine.readonly && theirs.readonly,
                maybe_readonly: mine.maybe_readonly
                    || theirs.maybe_readonly
                    || mine.readonly != theirs.readonly,
            };
            self.variables.insert(name, merged);
        }
        if self.status != other.status {
            self.status = None;
        }
        self.merge_functions(other);
        self.trapped.extend(other.trapped.iter().cloned());
        self.options.error_exit |= other.options.error_exit;
        self.options.no_unset |= other.options.no_unset;
        self.options.all_export |= other.options.all_export;
        let same = |mine: Option<bool>, theirs| mine.filter(|_| mine == theirs);
        self.options.extended = same(self.options.extended, other.options.extended);
        self.options.ignores_case = same(self.options.ignores_case, other.options.ignores_case);
        self.options.pipe_fail = same(self.options.pipe_fail, other.options.pipe_fail);
        if self.arguments != other.arguments {
            self.arguments = None;
        }
    }
}

impl State {
    fn merge_functions(&mut self, other: &Self) {
        self.doubtful.extend(other.doubtful.iter().cloned());
        if Rc::ptr_eq(&self.functions, &other.functions) {
            return;
        }
        for (name, body) in other.functions.iter() {
            if self.functions.get(name) != Some(body) {
                self.doubtful.insert(name.clone());
            }
        }
        let mine = self.functions.keys();
        let more = mine.filter(|name| !other.functions.contains_key(*name));
        self.doubtful.extend(more.cloned());
        let all = Rc::make_mut(&mut self.functions);
        all.extend(
            other
                .functions
                .iter()
                .map(|(name, body)| (name.clone(), body.clone())),
        );
    }
}

/// Variables that bash sets itself.
pub(super) fn is_of_shell(name: &str) -> bool {
    name.starts_with("BASH")
        || matches!(
            name,
            "PWD"
                | "OLDPWD"
                | "SHLVL"
                | "_"
                | "RANDOM"
                | "SRANDOM"
                | "SECONDS"
                | "EPOCHSECONDS"
                | "EPOCHREALTIME"
                | "LINENO"
                | "UID"
                | "EUID"
                | "PPID"
                | "GROUPS"
                | "HOSTNAME"
                | "HOSTTYPE"
                | "MACHTYPE"
                | "OSTYPE"
                | "IFS"
                | "OPTIND"
                | "OPTARG"
                | "OPTERR"
                | "SHELLOPTS"
                | "FUNCNAME"
                | "DIRSTACK"
                | "PIPESTATUS"
                | "PS1"
                | "PS2"
                | "PS4"
                | "SHELL"
                | "TERM"
                | "REPLY"
                | "COLUMNS"
                | "LINES"
                | "COMP_WORDBREAKS"
        )
}
