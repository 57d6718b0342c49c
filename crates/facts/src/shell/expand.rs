//! Expansion of words: parameters, substitutions, tildes, splitting.

mod parameter;

use super::arithmetic;
use super::pattern::{self, Element};
use super::run::{Flow, Shell};
use super::state::{Text, Value};
use super::words::Words;
use crate::bash::{self, Command, Part, Word};

/// Substitutions in substitutions that are followed, in levels.
const DEPTH: usize = 12;
/// IFS as a shell sets it when it starts.
pub(super) const BLANKS: &str = " \t\n";

/// A read-only variable was to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReadOnly;

/// The variables of a shell as numbers.
struct Numbers<'s, 'a> {
    shell: &'s mut Shell<'a>,
    is_refused: bool,
}

impl arithmetic::Variables for Numbers<'_, '_> {
    fn get(&mut self, name: &str) -> Option<i64> {
        let mut name = name.to_owned();
        // A value that is a name stands for that variable.
        for _ in 0..5 {
            let value = match self.shell.state.get(&name) {
                Value::Unset if self.shell.state.options.no_unset => return None,
                Value::Unset => return Some(0),
                Value::Text(text) => text.get()?.trim().to_owned(),
                _ => return None,
            };
            if value.is_empty() {
                return Some(0);
            }
            if !bash::is_name(&value) {
                let (sign, digits) = match value.strip_prefix('-') {
                    Some(digits) => (-1, digits),
                    None => (1, value.as_str()),
                };
                return arithmetic::number(digits)?.checked_mul(sign);
            }
            name = value;
        }
        None
    }

    fn set(&mut self, name: &str, value: i64) {
        let value = Value::Text(Text::known(value.to_string()));
        self.is_refused |= !self.shell.assign(name, value, false);
    }
}

impl Shell<'_> {
    /// A word as one text, as the right side of an assignment is expanded.
    pub(super) fn text(&mut self, word: &Word) -> Text {
        let mut found = Text::default();
        let mut start = true;
        for part in &word.parts {
            match part {
                Part::Text {
                    text,
                    quoted: false,
                } => {
                    let expanded = self.tildes(text, start);
                    found.push(&expanded);
                }
                Part::Text { text, .. } => found.push(&Text::known(text.clone())),
                other => {
                    let value = self.part(other);
                    found.push(&value);
                }
            }
            start = false;
        }
        found
    }

    /// `~` at the beginning and behind colons; `~user` is not known.
    fn tildes(&mut self, text: &str, start: bool) -> Text {
        if !text.contains('~') {
            return Text::known(text);
        }
        let mut found = Text::default();
        for (index, piece) in text.split(':').enumerate() {
            if index > 0 {
                found.push(&Text::known(":"));
            }
            let rest = piece.strip_prefix('~').filter(|_| index > 0 || start);
            match rest {
                // Without HOME it is the user's, by the system's list.
                Some(_) if self.state.get("HOME") == Value::Unset => found.push(&Text::open()),
                Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                    let home = self.plain("HOME");
                    found.push(&home);
                    found.push(&Text::known(rest));
                }
                Some(_) => found.push(&Text::open()),
                None => found.push(&Text::known(piece)),
            }
        }
        found
    }

    fn part(&mut self, part: &Part) -> Text {
        match part {
            Part::Text { text, .. } => Text::known(text.clone()),
            Part::Parameter(parameter) => self.parameter(parameter),
            Part::Substitution { text, .. } => self.substitution(text),
            Part::Arithmetic(text) => match self.arithmetic(text) {
                Ok(Some(number)) => Text::known(number.to_string()),
                Ok(None) => Text::open(),
                Err(ReadOnly) => {
                    self.discards(text);
                    Text::open()
                }
            },
            Part::Process => Text::open(),
            Part::Array(items) => {
                let mut found = Text::default();
                for (index, item) in items.iter().enumerate() {
                    let value = self.text(item);
                    if index > 0 {
                        found.push(&Text::known(" "));
                    }
                    found.push(&value);
                }
                found
            }
        }
    }

    /// The words of a command; `None` if their number is not known.
    pub(super) fn words(&mut self, words: &[Word]) -> Option<Vec<Text>> {
        let mut found = Words::default();
        for word in words {
            self.split(word, &mut found)?;
            found.end_word();
        }
        Some(found.whole())
    }

    fn split(&mut self, word: &Word, found: &mut Words) -> Option<()> {
        if has_braces(word) {
            return None;
        }
        for (index, part) in word.parts.iter().enumerate() {
            let quoted = match part {
                Part::Text { quoted, .. } | Part::Substitution { quoted, .. } => *quoted,
                Part::Parameter(parameter) => {
                    if let Some(list) = self.items(parameter) {
                        if !parameter.quoted {
                            for (index, item) in list?.iter().enumerate() {
                                if index > 0 {
                                    found.end_word();
                                }
                                self.split_text(item, found)?;
                            }
                            continue;
                        }
                        for (index, item) in list?.iter().enumerate() {
                            if index > 0 {
                                found.end_word();
                            }
                            found.push(item)?;
                        }
                        continue;
                    }
                    parameter.quoted
                }
                _ => false,
            };
            if let Part::Text {
                text,
                quoted: false,
            } = part
            {
                // Which files there are is not known.
                if text.contains(['*', '?', '[', '(']) && text.len() > 1 {
                    return None;
                }
                let expanded = self.tildes(text, index == 0);
                found.push(&expanded)?;
                continue;
            }
            let value = self.part(part);
            let is_text = matches!(part, Part::Text { .. } | Part::Arithmetic(_));
            if quoted || is_text {
                found.push(&value)?;
                continue;
            }
            self.split_text(&value, found)?;
        }
        Some(())
    }

    /// Adds what is not quoted, split by IFS; `None` where that is not known.
    fn split_text(&self, text: &Text, found: &mut Words) -> Option<()> {
        let text = text.get()?;
        let signs = self.separators()?;
        // Which files there are is not known.
        if text.contains(['*', '?', '['])
            || (text.contains('(') && self.state.options.extended != Some(false))
        {
            return None;
        }
        if signs != BLANKS {
            if text.is_empty() {
                return Some(());
            }
            let mut one = signs.chars();
            let (Some(sign), None) = (one.next(), one.next()) else {
                return None;
            };
            if sign.is_whitespace() || !sign.is_ascii() {
                return None;
            }
            let mut pieces = text.split(sign).peekable();
            while let Some(piece) = pieces.next() {
                let is_last = pieces.peek().is_none();
                if !(is_last && piece.is_empty()) {
                    found.push(&Text::known(piece))?;
                }
                if !is_last {
                    found.end_word();
                }
            }
            return Some(());
        }
        let blanks = [' ', '\t', '\n'];
        let mut pieces = text
            .split(blanks)
            .filter(|piece| !piece.is_empty())
            .peekable();
        if text.starts_with(blanks) {
            found.end_word();
        }
        while let Some(piece) = pieces.next() {
            found.push(&Text::known(piece))?;
            if pieces.peek().is_some() || text.ends_with(blanks) {
                found.end_word();
            }
        }
        Some(())
    }

    /// The value of IFS, which every shell sets itself; `None` if it is not known.
    pub(super) fn separators(&self) -> Option<String> {
        match self.state.variables.get("IFS").map(|one| &one.value) {
            None | Some(Value::Unset) => Some(BLANKS.to_owned()),
            Some(Value::Text(text)) => text.get().map(str::to_owned),
            Some(Value::List(_) | Value::Open) => None,
        }
    }

    /// A pattern with its quoted parts as they are; `None` if a part is not known.
    /// `extended` is whether `@(a|b)` is a pattern here.
    pub(super) fn pattern(&mut self, word: &Word, extended: Option<bool>) -> Option<Vec<Element>> {
        let mut found: Vec<(char, bool)> = Vec::new();
        for part in &word.parts {
            match part {
                Part::Text {
                    text,
                    quoted: false,
                } => found.extend(text.chars().map(|c| (c, false))),
                Part::Text { text, .. } => found.extend(text.chars().map(|c| (c, true))),
                other => {
                    let quoted = match other {
                        Part::Parameter(parameter) => parameter.quoted,
                        Part::Substitution { quoted, .. } => *quoted,
                        _ => true,
                    };
                    let value = self.part(other);
                    let text = value.get()?;
                    // A backslash in an unquoted value quotes what follows it.
                    if !quoted && text.contains('\\') {
                        return None;
                    }
                    found.extend(text.chars().map(|c| (c, quoted)));
                }
            }
        }
        pattern::read(&found, extended)
    }

    /// The value of an expression; `None` if it is not known, and then what it may change is
    /// not known either.
    pub(super) fn arithmetic(&mut self, text: &str) -> Result<Option<i64>, ReadOnly> {
        let expanded = self.expanded(text);
        let mut variables = Numbers {
            shell: self,
            is_refused: false,
        };
        let value = expanded
            .as_deref()
            .and_then(|text| arithmetic::value(text, &mut variables));
        if variables.is_refused {
            return Err(ReadOnly);
        }
        if value.is_none() {
            self.forget_assigned_in(text);
            self.forget_assigned_in(expanded.as_deref().unwrap_or_default());
        }
        Ok(value)
    }

    /// An expression with its parameters expanded.
    fn expanded(&mut self, text: &str) -> Option<String> {
        // `$NAME` inside is expanded first, as in double quotes.
        let mut plain = String::new();
        if text.contains(['$', '`', '"']) {
            let quoted = format!("\"{}\"", text.replace('"', ""));
            let script = bash::parse(&format!("_ {quoted}"));
            let Some([Command::Simple(simple)]) =
                script.list.first().map(|step| step.pipeline.as_slice())
            else {
                return None;
            };
            let word = simple.words.get(1)?.clone();
            let value = self.text(&word);
            plain.push_str(value.get()?);
        } else {
            plain.push_str(text);
        }
        Some(plain)
    }

    /// What a command prints; nothing that it changes is left.
    fn substitution(&mut self, text: &str) -> Text {
        let changes = text.contains('=') || text.contains("++") || text.contains("--");
        let kept = changes.then(|| self.copy_of_state());
        let (events, notes, ends) = (self.events.len(), self.notes.len(), self.ends);
        let found = self.printed(text);
        let status = self.state.status;
        if let Some(kept) = kept {
            self.state = kept;
            self.state.status = status;
        }
        self.events.truncate(events);
        if self.ends == ends {
            return found;
        }
        self.notes.truncate(notes);
        self.ends = ends;
        self.state.status = None;
        Text::open()
    }

    /// What a command prints, where the shell itself prints it.
    fn printed(&mut self, text: &str) -> Text {
        self.state.status = None;
        if self.depth > DEPTH {
            return Text::open();
        }
        let script = bash::parse(text);
        let [step] = script.list.as_slice() else {
            return Text::open();
        };
        let [Command::Simple(simple)] = step.pipeline.as_slice() else {
            return Text::open();
        };
        if !simple.redirects.is_empty() || !simple.assignments.is_empty() || step.negated {
            return Text::open();
        }
        self.depth += 1;
        let words = self.words(&simple.words);
        self.depth -= 1;
        let Some(words) = words else {
            return Text::open();
        };
        let (Some(program), rest) = (
            words.first().and_then(Text::get),
            words.get(1..).unwrap_or_default(),
        ) else {
            return Text::open();
        };
        let options = rest
            .first()
            .and_then(Text::get)
            .is_some_and(|word| word.starts_with('-'));
        let escapes = rest.iter().any(|word| word.text.contains('\\'));
        let is_function = self.state.functions.contains_key(program);
        match program {
            "echo" if !options && !escapes && !is_function => {
                let mut found = Text::default();
                for (index, word) in rest.iter().enumerate() {
                    if index > 0 {
                        found.push(&Text::known(" "));
                    }
                    found.push(word);
                }
                self.state.status = Some(0);
                let end = found.text.trim_end_matches('\n').len();
                found.text.truncate(end);
                found
            }
            "printf"
                if rest.len() == 2
                    && rest.first().and_then(Text::get) == Some("%s")
                    && !is_function =>
            {
                self.state.status = Some(0);
                let mut found = rest.get(1).cloned().unwrap_or_default();
                let end = found.text.trim_end_matches('\n').len();
                found.text.truncate(end);
                found
            }
            _ => Text::open(),
        }
    }

    /// Ends the shell at this command.
    fn fails(&mut self, reason: String) {
        if self.ends.is_none() {
            self.ends = Some(Flow::Exit);
            self.failure(reason);
        }
    }
}

/// Whether a word is several by its braces: `{a,b}`, `{1..3}`.
pub(super) fn has_braces(word: &Word) -> bool {
    let plain = word.parts.iter().map(|part| match part {
        Part::Text {
            text,
            quoted: false,
        } => text.as_str(),
        _ => "_",
    });
    let plain: String = plain.collect();
    let inside = plain
        .split_once('{')
        .and_then(|(_, rest)| rest.rsplit_once('}'));
    inside.is_some_and(|(inside, _)| inside.contains(',') || inside.contains(".."))
}
