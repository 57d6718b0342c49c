//! Commands: lists, pipelines and compound commands.

mod compound;
mod simple;

use simple::{is_refused, refused};

use super::word::{Chars, Unclosed};
use super::{Command, List, Pipeline, Reading, Script, When};

/// Commands inside commands that are followed, in levels.
const DEPTH: usize = 60;

pub(super) fn parse(text: &str) -> Script {
    let all: Vec<char> = text.chars().collect();
    let mut parser = Parser {
        chars: Chars {
            all: &all,
            at: 0,
            extended: false,
        },
        documents: Vec::new(),
        depth: 0,
        counted: (0, 1),
        is_fresh: true,
    };
    let mut script = Script::default();
    let end = parser.list(&mut script.list, &[]);
    if end.is_err() || parser.chars.peek().is_some() {
        script.broken = Some(parser.line());
        if !parser.is_fresh {
            let joined = script
                .list
                .iter()
                .rev()
                .take_while(|step| step.reading.joined);
            script.unread = (joined.count() + 1).min(script.list.len());
        }
    }
    script
}

struct Parser<'a> {
    chars: Chars<'a>,
    /// Delimiters of here-documents that begin at the next line; whether tabs are stripped.
    documents: Vec<(String, bool)>,
    depth: usize,
    /// Position and its line, so that lines are counted once.
    counted: (usize, u32),
    /// The outermost step that is read begins a line.
    is_fresh: bool,
}

/// Words that end a list inside a compound command.
const CLOSING: &[&str] = &["then", "else", "elif", "fi", "do", "done", "esac", "}"];
/// Builtins whose operands may be assignments.
const DECLARATIONS: &[&str] = &["export", "declare", "typeset", "readonly", "local"];

type Parsed<T> = Result<T, Unclosed>;

impl Parser<'_> {
    fn line(&mut self) -> u32 {
        let (from, mut line) = self.counted;
        let to = self.chars.at.min(self.chars.all.len());
        if to < from {
            self.counted = (0, 1);
            return self.line();
        }
        let passed = self.chars.all.get(from..to).unwrap_or_default();
        for c in passed {
            line += u32::from(*c == '\n');
        }
        self.counted = (to, line);
        line
    }

    fn source(&self, from: usize) -> String {
        let text = self.chars.all.get(from..self.chars.at).unwrap_or_default();
        text.iter().collect::<String>().trim().to_owned()
    }

    /// Skips blanks, comments and escaped line ends.
    fn blanks(&mut self) {
        loop {
            match self.chars.peek() {
                Some(' ' | '\t') => self.chars.at += 1,
                Some('\\') if self.chars.ahead(1) == Some('\n') => self.chars.at += 2,
                Some('#') => {
                    while self.chars.peek().is_some_and(|c| c != '\n') {
                        self.chars.at += 1;
                    }
                }
                _ => return,
            }
        }
    }

    /// Passes a line end with the here-documents that follow it.
    fn line_end(&mut self) -> bool {
        if self.chars.peek() != Some('\n') {
            return false;
        }
        self.chars.at += 1;
        for (delimiter, tabs) in std::mem::take(&mut self.documents) {
            loop {
                let mut line = String::new();
                let mut ended = false;
                while let Some(c) = self.chars.next() {
                    ended = c == '\n';
                    if ended {
                        break;
                    }
                    line.push(c);
                }
                let text = if tabs {
                    line.trim_start_matches('\t')
                } else {
                    &line
                };
                if text == delimiter || (!ended && self.chars.peek().is_none()) {
                    break;
                }
            }
        }
        true
    }

    /// Whether a line has ended before the next word.
    fn blank_lines(&mut self) -> bool {
        let mut ended = false;
        loop {
            self.blanks();
            if !self.line_end() {
                return ended;
            }
            ended = true;
        }
    }

    /// The unquoted word that begins here, without taking it.
    fn peeked(&self) -> String {
        let rest = self.chars.all.get(self.chars.at..).unwrap_or_default();
        let end = |c: &char| !(" \t\n;&|()<>".contains(*c));
        rest.iter().copied().take_while(end).take(24).collect()
    }

    fn keyword(&mut self, wanted: &str) -> bool {
        let fits = self.peeked() == wanted;
        if fits {
            self.chars.at += wanted.len();
        }
        fits
    }

    fn expect(&mut self, wanted: &str) -> Parsed<()> {
        self.blank_lines();
        if self.keyword(wanted) {
            Ok(())
        } else {
            Err(Unclosed)
        }
    }

    /// `;&` ends an arm of `case`, as `;;` does.
    fn falls_through(&self) -> bool {
        self.chars.peek() == Some(';') && self.chars.ahead(1) == Some('&')
    }

    /// Whether this stands right before the position.
    fn ends_with(&self, text: &str) -> bool {
        let before = self.chars.all.get(..self.chars.at).unwrap_or_default();
        before
            .iter()
            .rev()
            .copied()
            .take(text.len())
            .eq(text.chars().rev())
    }

    /// Steps up to one of the closing words or a `)`.
    fn list(&mut self, found: &mut List, until: &[&str]) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Unclosed);
        }
        let mut when = When::Always;
        loop {
            let own_line = self.blank_lines();
            if self.depth == 1 {
                self.is_fresh = found.is_empty() || (own_line && when == When::Always);
            }
            let next = self.peeked();
            if self.chars.peek().is_none_or(|c| c == ')')
                || self.falls_through()
                || self.chars.eat(";;")
            {
                break;
            }
            if CLOSING.contains(&next.as_str()) {
                if until.contains(&next.as_str()) {
                    break;
                }
                return Err(Unclosed);
            }
            let mut step = self.step(when)?;
            step.reading.joined = !found.is_empty() && (!own_line || when != When::Always);
            self.blanks();
            when = When::Always;
            if self.chars.eat("&&") {
                when = When::Success;
            } else if self.chars.eat("||") {
                when = When::Failure;
            } else if self.chars.peek() == Some('&') {
                self.chars.at += 1;
                step.background = true;
            }
            found.push(step);
            if when == When::Always {
                self.blanks();
                if self.falls_through() {
                    break;
                }
                if self.chars.peek() == Some(';') {
                    if self.chars.ahead(1) == Some(';') {
                        self.chars.at += 2;
                        break;
                    }
                    self.chars.at += 1;
                }
            } else {
                self.blank_lines();
                if self.chars.peek().is_none() {
                    self.is_fresh &= self.depth > 1;
                    return Err(Unclosed);
                }
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn step(&mut self, when: When) -> Parsed<Pipeline> {
        let line = self.line();
        let from = self.chars.at;
        let outer = std::mem::take(&mut self.chars.extended);
        let mut negated = false;
        while self.keyword("!") {
            negated = !negated;
            self.blanks();
        }
        let mut pipeline = vec![self.command()?];
        loop {
            self.blanks();
            if self.chars.peek() != Some('|') || self.chars.ahead(1) == Some('|') {
                break;
            }
            self.chars.at += 1;
            let _ = self.chars.eat("&");
            self.blank_lines();
            pipeline.push(self.command()?);
        }
        let extended = self.chars.extended;
        self.chars.extended |= outer;
        Ok(Pipeline {
            reading: Reading {
                joined: false,
                extended,
            },
            when,
            negated,
            pipeline,
            background: false,
            line,
            source: self.source(from),
        })
    }

    fn command(&mut self) -> Parsed<Command> {
        let next = self.peeked();
        let compound = match next.as_str() {
            "if" => Some(self.conditional()?),
            "for" | "select" => Some(self.counted_loop()?),
            "while" | "until" => Some(self.endless_loop()?),
            "case" => Some(self.case()?),
            "{" => {
                self.chars.at += 1;
                Some(Command::Group(self.body("}")?))
            }
            "[[" => {
                self.chars.at += 2;
                Some(self.test()?)
            }
            "function" => {
                self.chars.at += "function".len();
                self.blanks();
                let name = self.peeked();
                self.chars.at += name.chars().count();
                self.blanks();
                let _ = self.chars.eat("()");
                return self.function(name);
            }
            "time" => {
                self.chars.at += "time".len();
                self.blanks();
                let _ = self.keyword("-p");
                self.blanks();
                return self.command();
            }
            "coproc" => return self.beside(),
            "" if self.chars.peek() == Some('(') => Some(self.round()?),
            _ => None,
        };
        match compound {
            Some(command) => {
                let mut redirects = Vec::new();
                self.redirects(&mut redirects)?;
                Ok(if is_refused(&redirects) {
                    refused()
                } else {
                    command
                })
            }
            None => self.simple(),
        }
    }
}
