//! What a shell does when a command of a list fails.

use crate::bash::{Command as Node, List, Pipeline, Simple, When, Word};

/// Options of the shell that decide on that.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools)] // independent facts, each decides for itself
pub(super) struct Options {
    /// `set -e`.
    pub(super) strict: bool,
    /// `set -o pipefail`.
    pub(super) whole_pipes: bool,
    /// What fails here is asked for its status by something around it, so that `set -e` does not hold.
    pub(super) guarded: bool,
    /// `trap 'exit 0' EXIT`: the status is that of the trap.
    pub(super) replaced: bool,
}

impl Options {
    /// `set -eo pipefail`, `set +e`, `trap 'exit 0' EXIT`.
    pub(super) fn change(&mut self, words: &[String]) {
        match words.first().map(String::as_str) {
            Some("set") => self.set(words),
            Some("trap") => {
                let on_exit = words
                    .iter()
                    .skip(2)
                    .any(|word| word == "EXIT" || word == "0");
                let text = words.get(1).map_or("", String::as_str);
                self.replaced |= on_exit && text.contains("exit");
            }
            _ => {}
        }
    }

    fn set(&mut self, words: &[String]) {
        let mut words = words.iter().skip(1).map(String::as_str);
        while let Some(word) = words.next() {
            let on = word.starts_with('-');
            let letters = word.strip_prefix(['-', '+']).unwrap_or_default();
            if letters.is_empty() || word == "--" {
                break;
            }
            if letters.contains('e') {
                self.strict = on;
            }
            if letters.contains('o') {
                match words.next() {
                    Some("errexit") => self.strict = on,
                    Some("pipefail") => self.whole_pipes = on,
                    _ => {}
                }
            }
        }
    }

    /// Whether the shell goes on behind a step of a list that fails.
    pub(super) fn goes_on(self, list: &List, at: usize) -> bool {
        let (Some(step), Some(behind)) = (list.get(at), list.get(at + 1..)) else {
            return false;
        };
        if self.replaced || step.negated {
            return true;
        }
        if step.background {
            return !behind.iter().any(waits_for_one);
        }
        // `exec` leaves no shell that could go on.
        if step.pipeline.len() == 1 && step.pipeline.iter().any(replaces_shell) {
            return false;
        }
        let ends_chain = behind.first().is_none_or(|next| next.when == When::Always);
        let something_follows = behind.iter().any(|next| next.when == When::Always);
        something_follows && !(self.strict && !self.guarded && ends_chain)
    }

    /// Whether the status of a program of a pipeline counts.
    pub(super) fn counts(self, step: &Pipeline, at: usize) -> bool {
        self.whole_pipes || at + 1 == step.pipeline.len()
    }
}

/// `wait -n` and `wait $!` have the status of what they wait for.
fn waits_for_one(step: &Pipeline) -> bool {
    step.pipeline
        .iter()
        .filter_map(simple)
        .any(|one| starts_with(one, "wait") && one.words.len() > 1)
}

fn replaces_shell(command: &Node) -> bool {
    simple(command).is_some_and(|one| starts_with(one, "exec") && one.words.len() > 1)
}

fn simple(command: &Node) -> Option<&Simple> {
    match command {
        Node::Simple(simple) => Some(simple),
        _ => None,
    }
}

fn starts_with(one: &Simple, name: &str) -> bool {
    let first = one.words.first().and_then(Word::literal);
    first.is_some_and(|first| first == name)
}
