//! Lists and pipelines: `;`, `&&`, `||`, `|`, and what `set -e` makes of a status.

use super::{COMMANDS, COPIED, Flow, Shell};
use crate::bash::{Command, Pipeline, When};
use crate::shell::{Note, Trouble};

impl Shell<'_> {
    /// The text of a script or of `eval`: what stands on one line is read before any of it
    /// runs, and what drops the rest of it drops no more than that.
    pub(in crate::shell) fn lines(&mut self, list: &[Pipeline]) -> Flow {
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

    pub(super) fn list(&mut self, list: &[Pipeline]) -> Flow {
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
    pub(super) fn either(
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

    /// Runs in a copy of the shell; only its status is left.
    pub(super) fn subshell(&mut self, run: &mut dyn FnMut(&mut Self) -> Flow) -> Option<i32> {
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
