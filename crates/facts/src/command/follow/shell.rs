//! What the shell does between programs: folders, variables, functions and branches.

use std::collections::BTreeMap;

use slugsmith_finding::LineSpan;

use super::audience::{For, audience};
use super::optional::{ends, may_be_left_out};
use super::options::Options;
use super::{Follower, Place};
use crate::bash::{self, Command as Node, List, Pipeline, Simple, When};
use crate::command::files::join;
use crate::command::next::Next;
use crate::command::{Need, effects};

/// What holds where a command runs.
#[derive(Debug, Clone, Default)]
#[allow(clippy::struct_excessive_bools)] // independent facts, each decides for itself
pub(super) struct State {
    pub(super) folder: Option<String>,
    /// Folders of `pushd`.
    pub(super) folders: Vec<Option<String>>,
    /// Value, and whether programs get it; in the order of their names.
    pub(super) variables: BTreeMap<String, (String, bool)>,
    pub(super) functions: BTreeMap<String, Node>,
    pub(super) conditional: bool,
    /// The process goes on where this fails.
    pub(super) survived: bool,
    pub(super) options: Options,
    /// What the redirections of the command that is read need.
    pub(super) redirected: Vec<Need>,
    /// When the step behind this one runs; `None` where there is none.
    pub(super) next: Option<When>,
    /// Something that goes on stands behind this step, for where it fails.
    pub(super) has_other_way: bool,
    pub(super) background: bool,
    /// Functions that are being gone through.
    pub(super) calls: usize,
}

impl State {
    pub(super) fn new(folder: Option<String>) -> Self {
        Self {
            folder,
            ..Self::default()
        }
    }

    pub(super) fn with(folder: Option<String>, environment: Vec<(String, String)>) -> Self {
        let variables = environment
            .into_iter()
            .map(|(name, value)| (name, (value, true)))
            .collect();
        Self {
            variables,
            ..Self::new(folder)
        }
    }

    pub(super) fn exported(&self) -> Vec<(String, String)> {
        self.variables
            .iter()
            .filter(|(_, (_, exported))| *exported)
            .map(|(name, (value, _))| (name.clone(), value.clone()))
            .collect()
    }

    fn set(&mut self, name: &str, value: String, exported: bool) {
        let before = self
            .variables
            .get(name)
            .is_some_and(|(_, exported)| *exported);
        self.variables
            .insert(name.to_owned(), (value, exported || before));
    }
}

/// Goes through one text.
pub(super) struct Walk<'w, 'f> {
    pub(super) follower: &'w mut Follower<'f>,
    pub(super) next: &'w Next,
    pub(super) depth: usize,
}

/// Functions that call functions are followed this many levels deep.
const CALLS: usize = 12;

impl Walk<'_, '_> {
    pub(super) fn list(&mut self, list: &List, state: &mut State) {
        for (at, step) in list.iter().enumerate() {
            let (conditional, survived) = (state.conditional, state.survived);
            let guarded = state.options.guarded;
            state.conditional |= may_be_left_out(list, at);
            state.survived |= state.options.goes_on(list, at);
            state.next = list.get(at + 1).map(|next| next.when);
            let other = list.get(at + 1).filter(|next| next.when == When::Failure);
            state.has_other_way = other.is_some_and(|next| !ends(next));
            // `set -e` does not hold in what `&&` and `||` ask for its status.
            state.options.guarded |= state.next.is_some_and(|next| next != When::Always);
            self.step(step, state);
            (state.conditional, state.survived) = (conditional, survived);
            state.options.guarded = guarded;
        }
    }

    fn step(&mut self, step: &Pipeline, state: &mut State) {
        if step.pipeline.len() > 1 || step.background {
            let before = self.follower.prepared;
            for (at, command) in step.pipeline.iter().enumerate() {
                // They run side by side.
                let prepared = std::mem::replace(&mut self.follower.prepared, before);
                let mut inner = state.clone();
                inner.background |= step.background;
                inner.survived |= !state.options.counts(step, at);
                self.command(command, &mut inner);
                self.follower.prepared |= prepared;
            }
        } else {
            for command in &step.pipeline {
                // `cd a || exit 1` goes on in `a`.
                self.command(command, state);
            }
        }
    }

    fn command(&mut self, command: &Node, state: &mut State) {
        match command {
            Node::Simple(simple) => self.simple(simple, state),
            Node::Group(list) => self.list(list, state),
            Node::Subshell(list) => self.list(list, &mut state.clone()),
            Node::If {
                branches,
                otherwise,
            } => self.branches(branches, otherwise, state),
            Node::For { body, .. } => self.branch(body, state),
            Node::While {
                condition, body, ..
            } => {
                self.branch(condition, state);
                self.branch(body, state);
            }
            Node::Case { arms, .. } => {
                for (_, body) in arms {
                    self.branch(body, state);
                }
            }
            Node::Function { name, body } => {
                state.functions.insert(name.clone(), body.as_ref().clone());
            }
            Node::Test(_) | Node::Arithmetic(_) => {}
        }
    }

    /// A list that may not run: what it changes is not known behind it.
    fn branch(&mut self, list: &List, state: &mut State) {
        let mut inner = State {
            conditional: true,
            ..state.clone()
        };
        self.list(list, &mut inner);
        if inner.folder != state.folder {
            state.folder = None;
        }
        for (name, value) in &inner.variables {
            if state.variables.get(name) != Some(value) {
                let open = format!("${name}");
                state.variables.insert(name.clone(), (open, value.1));
            }
        }
    }

    fn branches(&mut self, branches: &[(List, List)], otherwise: &List, state: &mut State) {
        let mut before = For::Anyone;
        for (condition, body) in branches {
            // Its failure is an answer.
            let outer = std::mem::replace(&mut state.conditional, true);
            self.list(condition, state);
            state.conditional = outer;
            let text: Vec<&str> = condition.iter().map(|step| step.source.as_str()).collect();
            before = audience(&text.join(" "), self.follower.stage_variable());
            if before != For::Development {
                self.branch(body, state);
            }
        }
        if before != For::Production {
            self.branch(otherwise, state);
        }
    }

    fn simple(&mut self, simple: &Simple, state: &mut State) {
        let mut own = Vec::new();
        for assign in &simple.assignments {
            let value = self.value(&assign.value, state);
            if simple.words.is_empty() {
                state.set(&assign.name, value, false);
            } else {
                own.push((assign.name.clone(), value));
            }
        }
        let mut words: Vec<String> = Vec::new();
        for word in &simple.words {
            words.extend(self.expand(word, state));
        }
        let line = if self.next.has_lines {
            LineSpan::whole(self.next.start.line.number() + simple.line - 1)
        } else {
            self.next.start.line
        };
        let place = Place {
            path: &self.next.start.path,
            line,
            text: &simple.source,
        };
        let Some(first) = words.first() else {
            return;
        };
        if let Some(body) = state.functions.get(first).cloned() {
            if state.calls < CALLS {
                state.calls += 1;
                let arguments = words.get(1..).unwrap_or_default().to_vec();
                let next = Next {
                    arguments,
                    ..self.next.clone()
                };
                let mut inner = Walk {
                    follower: self.follower,
                    next: &next,
                    depth: self.depth,
                };
                inner.command(&body, state);
                state.calls -= 1;
            }
            return;
        }
        // Asks for a program and runs none.
        if first == "command"
            && words
                .get(1)
                .is_some_and(|word| matches!(word.as_str(), "-v" | "-V"))
        {
            return;
        }
        self.builtin(&words, simple, state);
        state.options.change(&words);
        state.redirected = self.redirected(simple, state);
        let sourced = matches!(
            words.first().map(String::as_str),
            Some("." | "source" | "eval")
        );
        if sourced && self.depth < 8 {
            self.source(&words, &place, state);
        } else {
            self.follower.program(words, state, &place, own, self.depth);
        }
        self.follower.prepared |= effects::writes(&simple.redirects);
    }

    /// What commands of the shell change for those behind them.
    fn builtin(&mut self, words: &[String], simple: &Simple, state: &mut State) {
        let operand = words.iter().skip(1).find(|word| !word.starts_with('-'));
        match words.first().map(String::as_str) {
            Some("cd" | "pushd") => {
                if words.first().is_some_and(|word| word == "pushd") {
                    state.folders.push(state.folder.clone());
                }
                let folder = operand.and_then(|path| join(state.folder.as_deref(), path));
                // `cd gone; node a.js` stays where it is.
                let ends = state.options.strict && !state.options.guarded;
                let stays = |folder: &String| {
                    let goes_on = state.has_other_way || state.next == Some(When::Always) && !ends;
                    goes_on && self.follower.files.names(folder).is_empty()
                };
                state.folder = folder.filter(|folder| !stays(folder));
            }
            Some("popd") => state.folder = state.folders.pop().flatten(),
            Some(builtin @ ("export" | "declare" | "typeset" | "readonly" | "local")) => {
                let exports = builtin == "export" || words.iter().any(|word| word == "-x");
                for word in simple.words.iter().skip(1) {
                    if let Some(assign) = word.assignment() {
                        let value = self.value(&assign.value, state);
                        state.set(&assign.name, value, exports);
                    } else if let Some(name) = word.literal().filter(|name| bash::is_name(name))
                        && let Some((_, exported)) = state.variables.get_mut(&name)
                    {
                        *exported |= exports;
                    }
                }
            }
            Some("unset") => {
                for name in words {
                    state.variables.remove(name);
                }
            }
            _ => {}
        }
    }

    /// `. file` and `eval text` run in the same shell.
    fn source(&mut self, words: &[String], place: &Place<'_>, state: &mut State) {
        let operands = words.get(1..).unwrap_or_default();
        let next = if words.first().is_some_and(|word| word == "eval") {
            let text = operands.join(" ");
            Some(Next::line(
                &text,
                place.path,
                place.line,
                state.folder.clone(),
            ))
        } else {
            operands.first().and_then(|file| {
                let path = join(state.folder.as_deref(), file)?;
                let Some(text) = self.follower.files.text(&path) else {
                    self.not_sourced(words, place, state);
                    return None;
                };
                let arguments = operands.get(1..).unwrap_or_default();
                Some(Next::script(text, path, state.folder.clone(), arguments))
            })
        };
        let Some(next) = next else {
            return;
        };
        let script = bash::parse(&next.start.text);
        let mut inner = Walk {
            follower: self.follower,
            next: &next,
            depth: self.depth + 1,
        };
        inner.list(&script.list, state);
    }

    /// A file that can't be read fails the command, which ends the shell where all depends on it.
    fn not_sourced(&mut self, words: &[String], place: &Place<'_>, state: &mut State) {
        // Anything else goes on without the file.
        if matches!(state.next, None | Some(When::Success)) {
            let (words, depth) = (words.to_vec(), self.depth);
            self.follower
                .program(words, state, place, Vec::new(), depth);
        }
    }

    /// What stands behind a syntax error, line by line: the script is of another shell.
    pub(super) fn rest(&mut self, from: u32, state: &mut State) {
        let text = self.next.start.text.clone();
        let skip = usize::try_from(from)
            .unwrap_or(usize::MAX)
            .saturating_sub(1);
        state.conditional = true;
        for (line, number) in text.lines().zip(1..).skip(skip) {
            let next = Next {
                start: crate::command::Start {
                    text: line.to_owned(),
                    line: LineSpan::whole(number),
                    ..self.next.start.clone()
                },
                has_lines: true,
                ..self.next.clone()
            };
            let script = bash::parse(line);
            let mut inner = Walk {
                follower: self.follower,
                next: &next,
                depth: self.depth,
            };
            inner.list(&script.list, state);
        }
    }

    /// What the shell asks for before it starts a command: a file that is read, the folder of one that is written.
    fn redirected(&self, simple: &Simple, state: &State) -> Vec<Need> {
        let mut found = Vec::new();
        for one in &simple.redirects {
            let target = self.value(&one.target, state);
            match one.operator.as_str() {
                "<" => found.push(Need::File(target)),
                ">" | ">>" | ">|" | "&>" | "&>>" => {
                    let folder = target.rsplit_once('/').map(|(folder, _)| folder);
                    let folder = folder.filter(|folder| !folder.is_empty());
                    found.extend(folder.map(|folder| Need::Folder(folder.to_owned())));
                }
                _ => {}
            }
        }
        found
    }
}
