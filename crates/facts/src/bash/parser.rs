//! Commands: lists, pipelines and compound commands.

use super::word::{Chars, Mode, Unclosed, arithmetic, word};
use super::{Assign, Command, List, Part, Pipeline, Redirect, Script, Simple, When, Word, is_name};

/// Commands inside commands that are followed, in levels.
const DEPTH: usize = 60;

pub(super) fn parse(text: &str) -> Script {
    let all: Vec<char> = text.chars().collect();
    let mut parser = Parser {
        chars: Chars { all: &all, at: 0 },
        documents: Vec::new(),
        depth: 0,
        counted: (0, 1),
    };
    let mut script = Script::default();
    let end = parser.list(&mut script.list, &[]);
    if end.is_err() || parser.chars.peek().is_some() {
        script.broken = Some(parser.line());
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

    fn blank_lines(&mut self) {
        loop {
            self.blanks();
            if !self.line_end() {
                return;
            }
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

    /// Steps up to one of the closing words or a `)`.
    fn list(&mut self, found: &mut List, until: &[&str]) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Unclosed);
        }
        let mut when = When::Always;
        loop {
            self.blank_lines();
            let next = self.peeked();
            if self.chars.peek().is_none_or(|c| c == ')') || self.chars.eat(";;") {
                break;
            }
            if CLOSING.contains(&next.as_str()) {
                if until.contains(&next.as_str()) {
                    break;
                }
                return Err(Unclosed);
            }
            let mut step = self.step(when)?;
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
        Ok(Pipeline {
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
                return self.command();
            }
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

    fn body(&mut self, end: &str) -> Parsed<List> {
        let mut found = List::new();
        self.list(&mut found, &[end])?;
        self.expect(end)?;
        Ok(found)
    }

    fn conditional(&mut self) -> Parsed<Command> {
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

    fn counted_loop(&mut self) -> Parsed<Command> {
        let select = self.keyword("select");
        let _ = select || self.keyword("for");
        self.blanks();
        let mut words = None;
        let mut name = self.peeked();
        if self.chars.eat("((") {
            arithmetic(&mut self.chars).ok_or(Unclosed)?;
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
        let body = self.body("done")?;
        Ok(Command::For { name, words, body })
    }

    fn endless_loop(&mut self) -> Parsed<Command> {
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

    fn case(&mut self) -> Parsed<Command> {
        self.chars.at += "case".len();
        self.blanks();
        let subject = self.word()?;
        self.expect("in")?;
        let mut arms = Vec::new();
        loop {
            self.blank_lines();
            if self.keyword("esac") {
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
            arms.push((patterns, body));
        }
    }

    /// `( … )` or `(( … ))`.
    fn round(&mut self) -> Parsed<Command> {
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

    fn function(&mut self, name: String) -> Parsed<Command> {
        self.blank_lines();
        self.depth += 1;
        let body = Box::new(self.command()?);
        self.depth -= 1;
        Ok(Command::Function { name, body })
    }

    fn test(&mut self) -> Parsed<Command> {
        let mut words = Vec::new();
        loop {
            self.blank_lines();
            if self.peeked() == "]]" {
                self.chars.at += 2;
                return Ok(Command::Test(words));
            }
            let operator = ["&&", "||", "(", ")", "<", ">"]
                .into_iter()
                .find(|operator| self.chars.eat(operator));
            let found = match operator {
                Some(operator) => Word {
                    parts: vec![Part::Text {
                        text: operator.to_owned(),
                        quoted: false,
                    }],
                },
                None => self.word()?,
            };
            if found.parts.is_empty() {
                return Err(Unclosed);
            }
            words.push(found);
        }
    }

    fn word(&mut self) -> Parsed<Word> {
        let found = word(&mut self.chars, Mode::Command, 0)?;
        if found.parts.is_empty() {
            return Err(Unclosed);
        }
        Ok(found)
    }

    fn simple(&mut self) -> Parsed<Command> {
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
    fn operand(&mut self, found: &mut Simple) -> Parsed<()> {
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
    fn redirects(&mut self, found: &mut Vec<Redirect>) -> Parsed<()> {
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
fn is_refused(redirects: &[Redirect]) -> bool {
    redirects.iter().any(|redirect| {
        let target = redirect.target.literal();
        matches!(redirect.operator.as_str(), ">&" | "<&")
            && target.is_some_and(|target| target.trim_end() != target)
    })
}

/// Runs nothing and fails.
fn refused() -> Command {
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
