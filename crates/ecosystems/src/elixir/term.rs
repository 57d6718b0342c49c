//! Literal terms of Elixir: what `mix.lock` is made of, and dependencies in `mix.exs`.

use crate::graph::Unreadable;

/// A literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// A string, an atom, or a number as written.
    Text(String),
    List(Vec<Term>),
    Tuple(Vec<Term>),
    Map(Vec<(Term, Term)>),
    /// `only: :test` in a list or a tuple.
    Pair(String, Box<Term>),
}

/// Terms nested deeper are no lockfile's.
const MAX_DEPTH: usize = 32;

impl Term {
    /// The text of a string, an atom or a number.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list or tuple.
    #[must_use]
    pub fn items(&self) -> &[Term] {
        match self {
            Self::List(items) | Self::Tuple(items) => items,
            _ => &[],
        }
    }

    /// The value of a keyword among the items.
    #[must_use]
    pub fn keyword(&self, name: &str) -> Option<&Term> {
        self.items().iter().find_map(|item| match item {
            Self::Pair(key, value) if key == name => Some(&**value),
            // `{:a, "~> 1.0", [only: :test]}`
            Self::List(_) => item.keyword(name),
            _ => None,
        })
    }
}

/// Reads one term at the beginning of a text.
///
/// # Errors
/// What is no literal.
pub fn read(text: &str) -> Result<Term, Unreadable> {
    Reader { text, at: 0 }.term(0)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn wrong(&self, reason: &str) -> Unreadable {
        let before = self.text.get(..self.at).unwrap_or_default();
        Unreadable {
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().unwrap_or_default().len() + 1,
            reason: reason.to_owned(),
        }
    }

    /// Over white space, comments and separators.
    fn skip(&mut self) {
        loop {
            let rest = self
                .rest()
                .trim_start_matches(|c: char| c.is_whitespace() || c == ',');
            self.at = self.text.len() - rest.len();
            if !rest.starts_with('#') {
                return;
            }
            self.at += rest.find('\n').unwrap_or(rest.len());
        }
    }

    fn take(&mut self, what: &str) -> bool {
        let is_next = self.rest().starts_with(what);
        self.at += if is_next { what.len() } else { 0 };
        is_next
    }

    fn term(&mut self, depth: usize) -> Result<Term, Unreadable> {
        self.skip();
        if depth > MAX_DEPTH {
            return Err(self.wrong("nested too deeply"));
        }
        if self.take("%{") {
            return self.map(depth);
        }
        if self.take("{") {
            return Ok(Term::Tuple(self.items("}", depth)?));
        }
        if self.take("[") {
            return Ok(Term::List(self.items("]", depth)?));
        }
        let is_atom = self.take(":");
        let text = self.word()?;
        // `only: …` and `"plug": …`, but not `:only`.
        if !is_atom && self.rest().starts_with(": ") {
            self.at += 1;
            return Ok(Term::Pair(text, Box::new(self.term(depth + 1)?)));
        }
        Ok(Term::Text(text))
    }

    fn items(&mut self, end: &str, depth: usize) -> Result<Vec<Term>, Unreadable> {
        let mut items = Vec::new();
        loop {
            self.skip();
            if self.take(end) {
                return Ok(items);
            }
            items.push(self.term(depth + 1)?);
        }
    }

    fn map(&mut self, depth: usize) -> Result<Term, Unreadable> {
        let mut entries = Vec::new();
        loop {
            self.skip();
            if self.take("}") {
                return Ok(Term::Map(entries));
            }
            match self.term(depth + 1)? {
                Term::Pair(key, value) => entries.push((Term::Text(key), *value)),
                key => {
                    self.skip();
                    if !self.take("=>") {
                        return Err(self.wrong("expected `=>`"));
                    }
                    let value = self.term(depth + 1)?;
                    entries.push((key, value));
                }
            }
        }
    }

    /// A string, or letters as atoms, numbers and keywords have them.
    fn word(&mut self) -> Result<String, Unreadable> {
        if self.take("\"") {
            let rest = self.rest();
            let mut text = String::new();
            let mut letters = rest.char_indices();
            while let Some((at, letter)) = letters.next() {
                match letter {
                    '"' => {
                        self.at += at + 1;
                        return Ok(text);
                    }
                    '\\' => text.extend(letters.next().map(|(_, letter)| letter)),
                    _ => text.push(letter),
                }
            }
            return Err(self.wrong("a string without an end"));
        }
        let rest = self.rest();
        let is_part =
            |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '?' | '!' | '@' | '-');
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        if end == 0 {
            return Err(self.wrong("expected a literal"));
        }
        self.at += end;
        Ok(rest.get(..end).unwrap_or_default().to_owned())
    }
}
