//! Simple commands: assignments, words and redirections.

use super::{DECLARATIONS, Parsed, Parser};
use crate::bash::word::{Mode, Unclosed, word};
use crate::bash::{Assign, Command, Part, Redirect, Simple, Word, is_name};

impl Parser<'_> {
    pub(in super::super) fn word(&mut self) -> Parsed<Word> {
        let found = word(&mut self.chars, Mode::Command, 0)?;
        if found.parts.is_empty() {
            return Err(Unclosed);
        }
        Ok(found)
    }

    pub(in super::super) fn simple(&mut self) -> Parsed<Command> {
        let line = self.line();
        let from = self.chars.at;
        let mut found = Simple {
            line,
            ..Simple::default()
        };
        loop {
            self.blanks();
            self.redirects(&mut found.redirects)?;
            self.blanks();
            match self.chars.peek() {
                None | Some('\n' | ';' | '&' | '|' | ')') => break,
                Some('(') => {
                    // `name() {`
                    let name = found.words.first().and_then(Word::literal);
                    self.chars.at += 1;
                    self.blanks();
                    return match (name, found.words.len(), self.chars.eat(")")) {
                        (Some(name), 1, true) => self.function(name),
                        _ => Err(Unclosed),
                    };
                }
                Some(_) => self.operand(&mut found)?,
            }
        }
        found.source = self.source(from);
        if found.words.is_empty() && found.assignments.is_empty() && found.redirects.is_empty() {
            return Err(Unclosed);
        }
        if is_refused(&found.redirects) {
            return Ok(refused());
        }
        Ok(Command::Simple(found))
    }

    /// One assignment or word of a simple command.
    pub(in super::super) fn operand(&mut self, found: &mut Simple) -> Parsed<()> {
        let mut one = self.word()?;
        let declares = found
            .words
            .first()
            .and_then(Word::literal)
            .is_some_and(|first| DECLARATIONS.contains(&first.as_str()));
        let target = assigned(&one);
        if target.is_some()
            && (found.words.is_empty() || declares)
            && self.chars.peek() == Some('(')
        {
            self.chars.at += 1;
            let mut items = Vec::new();
            loop {
                self.blank_lines();
                if self.chars.eat(")") {
                    break;
                }
                items.push(self.word()?);
            }
            one.parts.push(Part::Array(items));
            // What stands right behind the bracket makes it a text again.
            one.parts
                .extend(word(&mut self.chars, Mode::Command, 0)?.parts);
        }
        match target {
            Some((name, append, indexed, length)) if found.words.is_empty() => {
                found.assignments.push(Assign {
                    name,
                    append,
                    indexed,
                    value: without(one, length),
                });
            }
            _ => found.words.push(one),
        }
        Ok(())
    }

    /// Redirects, also those with a number in front.
    pub(in super::super) fn redirects(&mut self, found: &mut Vec<Redirect>) -> Parsed<()> {
        loop {
            self.blanks();
            let start = self.chars.at;
            while self.chars.peek().is_some_and(|c| c.is_ascii_digit()) {
                self.chars.at += 1;
            }
            let operators = [
                "<<<", "<<-", "<<", "<&", "<>", "<", "&>>", "&>", ">>", ">&", ">|", ">",
            ];
            let process =
                matches!(self.chars.peek(), Some('<' | '>')) && self.chars.ahead(1) == Some('(');
            let operator = operators
                .into_iter()
                .find(|operator| !process && self.chars.eat(operator));
            let Some(operator) = operator else {
                self.chars.at = start;
                return Ok(());
            };
            self.blanks();
            let target = self.word()?;
            if matches!(operator, "<<" | "<<-") {
                let delimiter = target.literal().unwrap_or_default();
                self.documents.push((delimiter, operator == "<<-"));
            }
            found.push(Redirect {
                operator: operator.to_owned(),
                target,
            });
        }
    }
}

/// `2>&x` copies no descriptor: the shell refuses to run the command.
pub(super) fn is_refused(redirects: &[Redirect]) -> bool {
    redirects.iter().any(|redirect| {
        let target = redirect.target.literal();
        matches!(redirect.operator.as_str(), ">&" | "<&")
            && target.is_some_and(|target| target.trim_end() != target)
    })
}

/// Runs nothing and fails.
pub(super) fn refused() -> Command {
    let text = "false".to_owned();
    let quoted = false;
    Command::Simple(Simple {
        words: vec![Word {
            parts: vec![Part::Text { text, quoted }],
        }],
        ..Simple::default()
    })
}

/// Name, `+=`, index and the length of what stands before the value.
fn assigned(word: &Word) -> Option<(String, bool, bool, usize)> {
    let Some(Part::Text {
        text,
        quoted: false,
    }) = word.parts.first()
    else {
        return None;
    };
    let (target, _) = text.split_once('=')?;
    let length = target.len() + 1;
    let (target, append) = match target.strip_suffix('+') {
        Some(target) => (target, true),
        None => (target, false),
    };
    let (name, indexed) = match target.split_once('[') {
        Some((name, index)) => (name, index.ends_with(']')),
        None => (target, false),
    };
    (is_name(name) && (indexed || !target.contains('[')))
        .then(|| (name.to_owned(), append, indexed, length))
}

/// A word without the first bytes of its first text.
fn without(mut word: Word, length: usize) -> Word {
    if let Some(Part::Text { text, .. }) = word.parts.first_mut() {
        *text = text.get(length..).unwrap_or_default().to_owned();
        if text.is_empty() {
            word.parts.remove(0);
        }
    }
    word
}

impl Word {
    /// `NAME=value` as an operand of `export` and the like.
    #[must_use]
    pub fn assignment(&self) -> Option<Assign> {
        let (name, append, indexed, length) = assigned(self)?;
        Some(Assign {
            name,
            append,
            indexed,
            value: without(self.clone(), length),
        })
    }
}
