//! Branches and loops: where a condition is not known, both ways are gone.

use super::{Flow, ROUNDS, Shell};
use crate::bash::{List, Word};
use crate::shell::state::Value;
use crate::shell::{assigned, pattern};

impl Shell<'_> {
    pub(in super::super) fn condition(&mut self, list: &List) -> Flow {
        self.conditions += 1;
        let flow = self.list(list);
        self.conditions -= 1;
        flow
    }

    pub(in super::super) fn branches(
        &mut self,
        branches: &[(List, List)],
        otherwise: &List,
    ) -> Flow {
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

    pub(in super::super) fn case(&mut self, subject: &Word, arms: &[(Vec<Word>, List)]) -> Flow {
        let text = self.text(subject);
        let chars: Option<Vec<char>> = text.get().map(|text| text.chars().collect());
        self.arms(chars.as_deref(), arms)
    }

    pub(in super::super) fn arms(
        &mut self,
        subject: Option<&[char]>,
        arms: &[(Vec<Word>, List)],
    ) -> Flow {
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
                let (extended, ignores) =
                    (self.state.options.extended, self.state.options.ignores_case);
                let pattern = self.pattern(word, extended);
                match (pattern, subject) {
                    (Some(pattern), Some(subject)) => {
                        pattern::fits_in_case(&pattern, subject, ignores)
                    }
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
    pub(in super::super) fn body(&mut self, list: &List) -> Flow {
        self.state.status = Some(0);
        self.list(list)
    }

    pub(in super::super) fn for_each(
        &mut self,
        name: &str,
        words: Option<&[Word]>,
        body: &List,
    ) -> Flow {
        let items = match words {
            Some(words) => self.words(words),
            None if name.is_empty() => None,
            None => self.state.arguments.clone(),
        };
        self.state.status = Some(0);
        let Some(items) = items.filter(|items| items.len() <= ROUNDS) else {
            if !name.is_empty() {
                self.assign(name, Value::Open, false);
            }
            return self.some_rounds(&mut |shell| shell.list(body), body);
        };
        for item in items {
            if !self.assign(name, Value::Text(item), false) {
                self.state.status = Some(1);
                return Flow::Next;
            }
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

    pub(in super::super) fn while_loop(
        &mut self,
        until: bool,
        condition: &List,
        body: &List,
    ) -> Flow {
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
    pub(in super::super) fn some_rounds(
        &mut self,
        run: &mut dyn FnMut(&mut Self) -> Flow,
        body: &List,
    ) -> Flow {
        let line = self.line;
        for name in assigned::names(body, &self.state.functions) {
            self.line = line;
            self.assign(&name, Value::Open, false);
        }
        let flow = self.either(run, &mut |_| Flow::Next);
        self.loose = false;
        self.state.status = None;
        if matches!(flow, Flow::Return | Flow::Discard | Flow::Exit) {
            flow
        } else {
            Flow::Next
        }
    }
}
