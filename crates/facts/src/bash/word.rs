//! Words: quotes, parameters and substitutions.

mod chars;
mod parameter;
mod quotes;

use super::{Parameter, Part, Word};
use parameter::parameter;
use quotes::{ansi, backtick, double, escaped_in_quotes, single};

pub(super) use chars::Chars;

/// Nesting of words in words that is followed, in levels.
const DEPTH: usize = 40;

/// The text ends inside a quote or bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unclosed;

/// Where words end and which quotes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// A word of a command.
    Command,
    /// The pattern on the right of `==` in `[[ ]]`, where `@(a|b)` is always one.
    Test,
    /// The expression on the right of `=~` in `[[ ]]`: brackets and `|` belong to it.
    Regex,
    /// A pattern of `${NAME#pattern}`: blanks belong to it.
    Pattern,
    /// The word of `${NAME:-word}` in double quotes: blanks and single quotes belong to it.
    Quoted,
}

/// Reads one word. It may be empty where none begins.
pub(super) fn word(chars: &mut Chars<'_>, mode: Mode, depth: usize) -> Result<Word, Unclosed> {
    if depth > DEPTH {
        return Err(Unclosed);
    }
    let mut found = Word::default();
    let inherited = mode == Mode::Quoted;
    let ends = matches!(mode, Mode::Command | Mode::Test | Mode::Regex);
    // Open brackets of `@(a|b)`.
    let mut groups = 0_usize;
    while let Some(c) = chars.peek() {
        if c == '(' && (groups > 0 || mode == Mode::Regex || (ends && opens_group(&found))) {
            groups += 1;
        } else if c == ')' && groups > 0 {
            groups -= 1;
        } else if ends && groups == 0 && ends_word(chars, mode) {
            break;
        }
        chars.extended |= mode == Mode::Command && groups > 0;
        chars.at += 1;
        match c {
            '\\' if inherited => escaped_in_quotes(chars, &mut found),
            '\\' => match chars.next() {
                Some('\n') => {}
                Some(next) => found.push(next, true),
                None => found.push('\\', true),
            },
            '\'' if mode != Mode::Quoted => single(chars, &mut found)?,
            // Inside `"${A:+" "}"` the inner quotes only disappear.
            '"' if inherited => {}
            '"' => double(chars, &mut found, depth)?,
            '$' => dollar(chars, &mut found, inherited, depth)?,
            '`' => backtick(chars, &mut found, inherited)?,
            '<' | '>' if ends && groups == 0 && chars.peek() == Some('(') => {
                chars.at += 1;
                brackets(chars, '(', ')')?;
                found.parts.push(Part::Process);
            }
            _ => found.push(c, inherited),
        }
    }
    if groups > 0 { Err(Unclosed) } else { Ok(found) }
}

/// Whether a bracket behind this opens an extended pattern: `?(`, `*(`, `+(`, `@(`, `!(`.
fn opens_group(before: &Word) -> bool {
    matches!(before.parts.last(), Some(Part::Text { text, quoted: false }) if text.ends_with(['?', '*', '+', '@', '!']))
}

/// Whether an unquoted word ends at the next character.
fn ends_word(chars: &Chars<'_>, mode: Mode) -> bool {
    match chars.peek() {
        Some('|' | '<' | '>' | ';' | '&') if mode == Mode::Regex => false,
        // `NAME=(` is an array, which the parser reads; `f()` a function.
        Some(' ' | '\t' | '\n' | ';' | '&' | '|' | '(' | ')') | None => true,
        Some('<' | '>') => chars.ahead(1) != Some('('),
        Some(_) => false,
    }
}

/// What stands after a `$`.
fn dollar(
    chars: &mut Chars<'_>,
    found: &mut Word,
    quoted: bool,
    depth: usize,
) -> Result<(), Unclosed> {
    let part = match chars.peek() {
        Some('\'') if !quoted => {
            chars.at += 1;
            return ansi(chars, found);
        }
        Some('"') if !quoted => {
            chars.at += 1;
            return double(chars, found, depth);
        }
        Some('{') => {
            chars.at += 1;
            let body = brackets(chars, '{', '}')?;
            parameter(&body, quoted, depth + 1)?
        }
        Some('(') if chars.ahead(1) == Some('(') => {
            let start = chars.at;
            chars.at += 2;
            if let Some(text) = arithmetic(chars) {
                Part::Arithmetic(text)
            } else {
                // `$((a) | b)`: a substitution that begins with a subshell.
                chars.at = start + 1;
                let text = brackets(chars, '(', ')')?;
                Part::Substitution { text, quoted }
            }
        }
        Some('(') => {
            chars.at += 1;
            let text = brackets(chars, '(', ')')?;
            Part::Substitution { text, quoted }
        }
        // The old form of `$(( … ))`.
        Some('[') => {
            chars.at += 1;
            Part::Arithmetic(brackets(chars, '[', ']')?)
        }
        Some(c) if c.is_ascii_alphabetic() || c == '_' => {
            let mut name = String::new();
            while let Some(c) = chars
                .peek()
                .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
            {
                name.push(c);
                chars.at += 1;
            }
            plain(name, quoted)
        }
        Some(c) if c.is_ascii_digit() || "@*?$!#-".contains(c) => {
            chars.at += 1;
            plain(c.to_string(), quoted)
        }
        _ => {
            found.push('$', quoted);
            return Ok(());
        }
    };
    found.parts.push(part);
    Ok(())
}

fn plain(name: String, quoted: bool) -> Part {
    Part::Parameter(Box::new(Parameter {
        name,
        quoted,
        ..Parameter::default()
    }))
}

/// The text of `$(( … ))`, behind its opening brackets; `None` if it ends otherwise.
pub(super) fn arithmetic(chars: &mut Chars<'_>) -> Option<String> {
    let mut depth = 0_usize;
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => {
                return (chars.next() == Some(')')).then_some(text);
            }
            ')' => depth -= 1,
            _ => {}
        }
        text.push(c);
    }
    None
}

/// The text up to the closing bracket; brackets and quotes inside it are counted.
pub(super) fn brackets(chars: &mut Chars<'_>, open: char, close: char) -> Result<String, Unclosed> {
    let mut depth = 1_usize;
    let mut text = String::new();
    let mut quote: Option<char> = None;
    while let Some(c) = chars.next() {
        match (quote, c) {
            (_, '\\') if quote != Some('\'') => {
                text.push(c);
                text.extend(chars.next());
                continue;
            }
            (None, '"') => quote = Some(c),
            (None, '\'') if open == '(' => quote = Some(c),
            (Some(opened), _) if opened == c => quote = None,
            (None, _) if c == open => depth += 1,
            (None, _) if c == close => {
                depth -= 1;
                if depth == 0 {
                    return Ok(text);
                }
            }
            _ => {}
        }
        text.push(c);
    }
    Err(Unclosed)
}
