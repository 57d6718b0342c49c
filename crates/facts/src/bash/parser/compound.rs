//! Compound commands: branches, loops, functions, tests.

use super::{Parsed, Parser};
use crate::bash::word::{Mode, Unclosed, arithmetic, word};
use crate::bash::{Command, List, Part, Pipeline, Reading, When, Word};

impl Parser<'_> {
    pub(in super::super) fn body(&mut self, end: &str) -> Parsed<List> {
        let mut found = List::new();
        self.list(&mut found, &[end])?;
        self.expect(end)?;
        Ok(found)
    }

    pub(in super::super) fn conditional(&mut self) -> Parsed<Command> {
        self.chars.at += 2;
        let mut branches = Vec::new();
        let mut otherwise = List::new();
        loop {
            let condition = self.body("then")?;
            let mut body = List::new();
            self.list(&mut body, &["elif", "else", "fi"])?;
            branches.push((condition, body));
            if self.keyword("elif") {
                continue;
            }
            if self.keyword("else") {
                self.list(&mut otherwise, &["fi"])?;
            }
            self.expect("fi")?;
            return Ok(Command::If {
                branches,
                otherwise,
            });
        }
    }

    pub(in super::super) fn counted_loop(&mut self) -> Parsed<Command> {
        let select = self.keyword("select");
        let _ = select || self.keyword("for");
        self.blanks();
        let line = self.line();
        let mut words = None;
        let mut expression = None;
        let mut name = self.peeked();
        if self.chars.eat("((") {
            expression = Some(arithmetic(&mut self.chars).ok_or(Unclosed)?);
            name = String::new();
        } else {
            self.chars.at += name.chars().count();
            self.blank_lines();
            if self.keyword("in") {
                let mut found = Vec::new();
                loop {
                    self.blanks();
                    if matches!(self.chars.peek(), None | Some(';' | '\n')) {
                        break;
                    }
                    found.push(self.word()?);
                }
                words = Some(found);
            }
        }
        self.blanks();
        let _ = self.chars.eat(";");
        self.expect("do")?;
        let mut body = self.body("done")?;
        if let Some(text) = expression {
            // What `(( … ; … ; … ))` changes is not known, as nothing of the loop is.
            body.insert(
                0,
                Pipeline {
                    when: When::Always,
                    negated: false,
                    source: text.clone(),
                    pipeline: vec![Command::Arithmetic(text)],
                    background: false,
                    line,
                    reading: Reading::default(),
                },
            );
        }
        if select {
            // What is answered, and how often, nobody knows.
            words = Some(vec![Word {
                parts: vec![Part::Substitution {
                    text: String::new(),
                    quoted: false,
                }],
            }]);
        }
        Ok(Command::For { name, words, body })
    }

    /// `coproc [NAME] COMMAND`: a copy of the shell beside it; only a compound command has a name.
    pub(in super::super) fn beside(&mut self) -> Parsed<Command> {
        self.chars.at += "coproc".len();
        self.blanks();
        let (line, from) = (self.line(), self.chars.at);
        let name = self.peeked();
        self.chars.at += name.chars().count();
        self.blanks();
        let opens = ["{", "[[", "if", "while", "until", "for", "select", "case"];
        let is_compound = |word: &str| opens.contains(&word);
        let is_named = is_compound(&self.peeked()) || self.chars.peek() == Some('(');
        if is_compound(&name) || !is_named {
            self.chars.at = from;
        }
        let command = self.command()?;
        Ok(Command::Subshell(vec![Pipeline {
            when: When::Always,
            negated: false,
            source: self.source(from),
            pipeline: vec![command],
            background: true,
            line,
            reading: Reading::default(),
        }]))
    }

    pub(in super::super) fn endless_loop(&mut self) -> Parsed<Command> {
        let until = self.keyword("until");
        let _ = until || self.keyword("while");
        let condition = self.body("do")?;
        let body = self.body("done")?;
        Ok(Command::While {
            until,
            condition,
            body,
        })
    }

    pub(in super::super) fn case(&mut self) -> Parsed<Command> {
        self.chars.at += "case".len();
        self.blanks();
        let subject = self.word()?;
        self.expect("in")?;
        let mut arms: Vec<(Arm, End)> = Vec::new();
        loop {
            self.blank_lines();
            if self.keyword("esac") {
                let arms = joined(&subject, arms);
                return Ok(Command::Case { subject, arms });
            }
            let _ = self.chars.eat("(");
            let mut patterns = Vec::new();
            loop {
                self.blanks();
                patterns.push(self.word()?);
                self.blanks();
                if !self.chars.eat("|") {
                    break;
                }
            }
            if !self.chars.eat(")") {
                return Err(Unclosed);
            }
            let mut body = List::new();
            self.list(&mut body, &["esac"])?;
            let end = if self.chars.eat(";&") {
                End::Falls
            } else if self.ends_with(";;") && self.chars.eat("&") {
                End::Resumes
            } else {
                End::Stops
            };
            arms.push(((patterns, body), end));
        }
    }

    /// `( … )` or `(( … ))`.
    pub(in super::super) fn round(&mut self) -> Parsed<Command> {
        let start = self.chars.at;
        if self.chars.eat("((") {
            if let Some(text) = arithmetic(&mut self.chars) {
                return Ok(Command::Arithmetic(text));
            }
            self.chars.at = start;
        }
        self.chars.at += 1;
        let mut found = List::new();
        self.list(&mut found, &[])?;
        self.blank_lines();
        if self.chars.eat(")") {
            Ok(Command::Subshell(found))
        } else {
            Err(Unclosed)
        }
    }

    pub(in super::super) fn function(&mut self, name: String) -> Parsed<Command> {
        self.blank_lines();
        self.depth += 1;
        let body = Box::new(self.command()?);
        self.depth -= 1;
        Ok(Command::Function { name, body })
    }

    pub(in super::super) fn test(&mut self) -> Parsed<Command> {
        let mut words = Vec::new();
        loop {
            self.blank_lines();
            if self.peeked() == "]]" {
                self.chars.at += 2;
                return Ok(Command::Test(words));
            }
            let before = words.last().and_then(Word::literal);
            let is_regex = before.as_deref() == Some("=~");
            let operator = ["&&", "||", "(", ")", "<", ">"]
                .into_iter()
                .find(|operator| !is_regex && self.chars.eat(operator));
            let found = if let Some(operator) = operator {
                Word {
                    parts: vec![Part::Text {
                        text: operator.to_owned(),
                        quoted: false,
                    }],
                }
            } else {
                let mode = match before.as_deref() {
                    Some("=" | "==" | "!=") => Mode::Test,
                    Some("=~") => Mode::Regex,
                    _ => Mode::Command,
                };
                word(&mut self.chars, mode, 0)?
            };
            if found.parts.is_empty() {
                return Err(Unclosed);
            }
            words.push(found);
        }
    }
}

/// Patterns and body of one arm of `case`.
type Arm = (Vec<Word>, List);

/// What stands behind the body of an arm.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// `;;`, or the end.
    Stops,
    /// `;&`: the next body runs, whatever its patterns are.
    Falls,
    /// `;;&`: the arms behind it are tried.
    Resumes,
}

/// Arms that all end in `;;`: what runs behind a body is part of it.
fn joined(subject: &Word, arms: Vec<(Arm, End)>) -> Vec<Arm> {
    let mut found: Vec<Arm> = Vec::new();
    for ((patterns, mut body), end) in arms.into_iter().rev() {
        match (end, found.first()) {
            (End::Falls, Some((_, next))) => body.extend(next.iter().cloned()),
            (End::Resumes, Some(_)) => body.push(Pipeline {
                when: When::Always,
                negated: false,
                pipeline: vec![Command::Case {
                    subject: subject.clone(),
                    arms: found.clone(),
                }],
                background: false,
                reading: Reading::default(),
                line: body.last().map_or(0, |step| step.line),
                source: "case".to_owned(),
            }),
            _ => {}
        }
        found.insert(0, (patterns, body));
    }
    found
}
