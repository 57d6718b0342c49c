//! Walks through commands and the files that they run.

mod audience;
mod optional;
mod options;
mod shell;
mod words;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use slugsmith_finding::LineSpan;

use self::options::Options;
use self::shell::{State, Walk};
use super::files::{Files, Nothing};
use super::next::{Next, script};
use super::{Command, Start, daemons, effects, launchers, packages, python, recipes, wrappers};
use crate::bash;

/// Scripts that run scripts are followed this many levels deep.
const DEPTH: usize = 8;
/// More commands than this are of no start.
const LIMIT: usize = 600;

pub(super) fn all(files: &dyn Files, start: &Start) -> Vec<Command> {
    let mut follower = Follower::new(files);
    let next = Next {
        start: start.clone(),
        ..Next::default()
    };
    follower.text(&next, &State::new(start.folder.clone()), 0);
    follower.out
}

/// The commands of a text, without following any.
pub(super) fn alone(start: &Start) -> Vec<Command> {
    let mut follower = Follower::new(&Nothing);
    let next = Next {
        start: start.clone(),
        has_lines: true,
        ..Next::default()
    };
    follower.text(&next, &State::new(start.folder.clone()), DEPTH);
    follower.out
}

/// A program that is started without a shell.
pub(super) fn direct(files: &dyn Files, words: &[String], start: &Start) -> Vec<Command> {
    let mut follower = Follower::new(files);
    let mut state = State::new(start.folder.clone());
    let place = Place {
        path: &start.path,
        line: start.line,
        text: &start.text,
    };
    follower.program(words.to_vec(), &mut state, &place, Vec::new(), 0);
    follower.out
}

/// Where a simple command is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) path: &'a str,
    pub(super) line: LineSpan,
    pub(super) text: &'a str,
}

pub(super) struct Follower<'f> {
    pub(super) files: &'f dyn Files,
    seen: BTreeSet<(String, String, Option<String>, Vec<String>)>,
    out: Vec<Command>,
    /// What ran so far may have made files.
    pub(super) prepared: bool,
    /// See [`Follower::stage_variable`].
    stage: OnceCell<Option<&'static str>>,
}

impl<'f> Follower<'f> {
    fn new(files: &'f dyn Files) -> Self {
        Self {
            files,
            seen: BTreeSet::new(),
            out: Vec::new(),
            prepared: false,
            stage: OnceCell::new(),
        }
    }

    /// The variable by which app.json puts every app that is made from it into development.
    pub(super) fn stage_variable(&self) -> Option<&'static str> {
        const NAMES: &[&str] = &["NODE_ENV", "RAILS_ENV", "RACK_ENV", "APP_ENV", "FLASK_ENV"];
        let read = || {
            let manifest: Value = serde_json::from_str(&self.files.text("app.json")?).ok()?;
            NAMES.iter().copied().find(|name| {
                let entry = manifest.get("env").and_then(|env| env.get(*name));
                let value =
                    entry.and_then(|entry| entry.as_str().or_else(|| entry.get("value")?.as_str()));
                value.is_some_and(|value| matches!(value, "development" | "dev"))
            })
        };
        *self.stage.get_or_init(read)
    }

    /// Goes through a text in a state of its own.
    fn text(&mut self, next: &Next, state: &State, depth: usize) {
        let start = &next.start;
        let key = (
            start.path.clone(),
            start.text.clone(),
            start.folder.clone(),
            next.arguments.clone(),
        );
        if depth > DEPTH || self.out.len() > LIMIT || !self.seen.insert(key) {
            return;
        }
        let mut inner = State {
            folder: start.folder.clone(),
            functions: BTreeMap::new(),
            folders: Vec::new(),
            options: Options {
                strict: next.strict,
                ..Options::default()
            },
            survived: state.survived || next.optional,
            ..state.clone()
        };
        let script = bash::parse(&start.text);
        let mut walk = Walk {
            follower: self,
            next,
            depth,
        };
        walk.list(&script.list, &mut inner);
        if let Some(broken) = script.broken.filter(|_| next.has_lines) {
            walk.rest(broken, &mut inner);
        }
    }

    /// One program with its words: takes wrappers off, keeps it, and goes where it leads.
    fn program(
        &mut self,
        words: Vec<String>,
        state: &mut State,
        place: &Place<'_>,
        environment: Vec<(String, String)>,
        depth: usize,
    ) {
        let mut command = Command {
            text: place.text.to_owned(),
            path: place.path.to_owned(),
            line: place.line,
            words,
            wrappers: Vec::new(),
            folder: state.folder.clone(),
            environment: state.exported(),
            conditional: state.conditional,
            survived: state.survived,
            redirected: std::mem::take(&mut state.redirected),
            missing: None,
            background: state.background,
            prepared: self.prepared,
        };
        command.environment.extend(environment);
        while let Some(found) = wrappers::unwrap(&command.words) {
            command.wrappers.extend(found.wrapper.first().cloned());
            command.folder = wrappers::folder(command.folder.as_deref(), found.folder.as_deref());
            command.environment.extend(found.environment);
            command.words = found.words;
            command.redirected.extend(found.needs);
            if command.wrappers.len() > DEPTH {
                break;
            }
        }
        command.missing = packages::missing(self.files, &command)
            .or_else(|| recipes::missing(self.files, &command));
        let (leads, parallel) = self.leads(&command);
        let alone = leads.is_empty() && !command.background;
        let prepares = alone && effects::may_make_files(&command);
        self.out.push(command.clone());
        let inner = State {
            conditional: command.conditional,
            survived: command.survived,
            background: command.background,
            ..State::with(command.folder, command.environment)
        };
        let before = self.prepared;
        for next in leads {
            self.text(&next, &inner, depth + 1);
            // A process manager starts them all at once.
            self.prepared &= !parallel || before;
        }
        self.prepared |= prepares;
    }

    /// The texts that a command runs, and whether it runs them side by side.
    fn leads(&self, command: &Command) -> (Vec<Next>, bool) {
        let files = self.files;
        if let Some(next) = launchers::shell(files, command) {
            return (vec![next], false);
        }
        let mut found = packages::leads(files, command);
        let managed = launchers::leads(files, command);
        let parallel = found.is_empty() && !managed.is_empty();
        found.extend(managed);
        found.extend(recipes::leads(files, command));
        found.extend(daemons::leads(files, command));
        found.extend(python::leads(files, command));
        if found.is_empty() {
            found.extend(script(files, command, 0));
        }
        (found, parallel)
    }
}
