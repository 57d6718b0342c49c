//! Words: quotes, parameters and substitutions.

use super::{Parameter, Part, Word, is_name};

/// Nesting of words in words that is followed, in levels.
const DEPTH: usize = 40;

/// Characters of a text with a position.
#[derive(Debug, Clone)]
pub(super) struct Chars<'a> {
    pub(super) all: &'a [char],
    pub(super) at: usize,
    /// A pattern was met that only `extglob` makes one.
    pub(super) extended: bool,
}

/// The text ends inside a quote or bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unclosed;

impl Chars<'_> {
    pub(super) fn peek(&self) -> Option<char> {
        self.all.get(self.at).copied()
    }

    pub(super) fn ahead(&self, by: usize) -> Option<char> {
        self.all.get(self.at + by).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let fits = text
            .chars()
            .enumerate()
            .all(|(offset, c)| self.ahead(offset) == Some(c));
        if fits {
            self.at += text.chars().count();
        }
        fits
    }
}

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

fn escaped_in_quotes(chars: &mut Chars<'_>, found: &mut Word) {
    match chars.peek() {
        Some('\n') => chars.at += 1,
        Some(next @ ('$' | '`' | '"' | '\\' | '}')) => {
            chars.at += 1;
            found.push(next, true);
        }
        _ => found.push('\\', true),
    }
}

/// An empty quoted text still makes a word.
fn quoted(found: &mut Word) {
    found.parts.push(Part::Text {
        text: String::new(),
        quoted: true,
    });
}

fn single(chars: &mut Chars<'_>, found: &mut Word) -> Result<(), Unclosed> {
    quoted(found);
    loop {
        match chars.next() {
            Some('\'') => return Ok(()),
            Some(c) => found.push(c, true),
            None => return Err(Unclosed),
        }
    }
}

fn double(chars: &mut Chars<'_>, found: &mut Word, depth: usize) -> Result<(), Unclosed> {
    quoted(found);
    loop {
        match chars.next() {
            Some('"') => return Ok(()),
            Some('\\') => match chars.peek() {
                Some('\n') => chars.at += 1,
                Some(next @ ('$' | '`' | '"' | '\\')) => {
                    chars.at += 1;
                    found.push(next, true);
                }
                _ => found.push('\\', true),
            },
            Some('$') => dollar(chars, found, true, depth)?,
            Some('`') => backtick(chars, found, true)?,
            Some(c) => found.push(c, true),
            None => return Err(Unclosed),
        }
    }
}

fn backtick(chars: &mut Chars<'_>, found: &mut Word, quoted: bool) -> Result<(), Unclosed> {
    let mut text = String::new();
    loop {
        match chars.next() {
            Some('`') => break,
            Some('\\')
                if matches!(chars.peek(), Some('`' | '\\' | '$'))
                    || (quoted && chars.peek() == Some('"')) =>
            {
                text.extend(chars.next());
            }
            Some(c) => text.push(c),
            None => return Err(Unclosed),
        }
    }
    found.parts.push(Part::Substitution { text, quoted });
    Ok(())
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

/// `$'a\n'`.
fn ansi(chars: &mut Chars<'_>, found: &mut Word) -> Result<(), Unclosed> {
    quoted(found);
    loop {
        match chars.next() {
            Some('\'') => return Ok(()),
            Some('\\') => match chars.next() {
                Some('n') => found.push('\n', true),
                Some('t') => found.push('\t', true),
                Some('r') => found.push('\r', true),
                Some('a') => found.push('\u{7}', true),
                Some('b') => found.push('\u{8}', true),
                Some('f') => found.push('\u{c}', true),
                Some('v') => found.push('\u{b}', true),
                Some('e' | 'E') => found.push('\u{1b}', true),
                Some(c @ ('\\' | '\'' | '"' | '?')) => found.push(c, true),
                Some(c @ '0'..='7') => {
                    chars.at -= 1;
                    numbered(chars, found, c, 8, 3);
                }
                Some(c @ 'x') => numbered(chars, found, c, 16, 2),
                Some(c @ 'u') => numbered(chars, found, c, 16, 4),
                Some(c @ 'U') => numbered(chars, found, c, 16, 8),
                // Control and a letter: its lowest five bits.
                Some('c') => match chars.next() {
                    Some(c) if c.is_ascii() && u32::from(c) & 31 != 0 => {
                        found.push(char::from_u32(u32::from(c) & 31).unwrap_or(c), true);
                    }
                    Some(_) => found.parts.push(Part::Process),
                    None => return Err(Unclosed),
                },
                None => return Err(Unclosed),
                Some(c) => {
                    found.push('\\', true);
                    found.push(c, true);
                }
            },
            Some(c) => found.push(c, true),
            None => return Err(Unclosed),
        }
    }
}

/// A character by its number, behind `kind`: `\033`, `\x1b`, `\u00e9`. What one that is not ASCII
/// becomes depends on the locale, and a NUL ends the text.
fn numbered(chars: &mut Chars<'_>, found: &mut Word, kind: char, radix: u32, most: usize) {
    let (mut number, mut digits) = (0_u32, 0);
    while digits < most
        && let Some(digit) = chars.peek().and_then(|c| c.to_digit(radix))
    {
        number = number.wrapping_mul(radix).wrapping_add(digit);
        digits += 1;
        chars.at += 1;
    }
    match char::from_u32(number).filter(char::is_ascii) {
        _ if digits == 0 => {
            found.push('\\', true);
            found.push(kind, true);
        }
        Some(c) if c != '\0' => found.push(c, true),
        _ => found.parts.push(Part::Process),
    }
}

/// Longest operators first.
const OPERATORS: &[&str] = &[
    ":-", ":=", ":+", ":?", "##", "%%", "//", "/#", "/%", "^^", ",,", "-", "=", "+", "?", "#", "%",
    "/", ":", "^", ",", "@",
];

/// What stands between `${` and `}`.
fn parameter(body: &str, quoted: bool, depth: usize) -> Result<Part, Unclosed> {
    let odd = || {
        Part::Parameter(Box::new(Parameter {
            name: body.to_owned(),
            operator: "unsupported".to_owned(),
            quoted,
            ..Parameter::default()
        }))
    };
    let (body, prefix) = match body.strip_prefix(['#', '!']) {
        Some(rest) if !rest.is_empty() && body.starts_with('#') => (rest, "length"),
        Some(rest) if !rest.is_empty() => (rest, "indirect"),
        _ => (body, ""),
    };
    let special = body.starts_with(|c: char| "@*?$!#-".contains(c) || c.is_ascii_digit());
    let end = if special {
        body.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(body.len())
            .max(1)
    } else {
        body.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(body.len())
    };
    let Some((name, mut rest)) = body.split_at_checked(end) else {
        return Ok(odd());
    };
    if !special && !is_name(name) {
        return Ok(odd());
    }
    let mut index = None;
    if let Some(inside) = rest.strip_prefix('[') {
        let Some((between, after)) = inside.split_once(']') else {
            return Ok(odd());
        };
        index = Some(between.to_owned());
        rest = after;
    }
    let mut found = Parameter {
        name: name.to_owned(),
        index,
        operator: prefix.to_owned(),
        quoted,
        ..Parameter::default()
    };
    if !rest.is_empty() {
        let operator = OPERATORS
            .iter()
            .find(|operator| rest.starts_with(**operator));
        let (Some(operator), "") = (operator, prefix) else {
            return Ok(odd());
        };
        let operand = rest.get(operator.len()..).unwrap_or_default();
        (*operator).clone_into(&mut found.operator);
        let is_value = matches!(*operator, ":-" | "-" | ":=" | "=" | ":+" | "+" | ":?" | "?");
        let mode = if is_value && quoted {
            Mode::Quoted
        } else {
            Mode::Pattern
        };
        let (first, second) = match *operator {
            "/" | "//" | "/#" | "/%" => split(operand, '/'),
            ":" => split(operand, ':'),
            _ => (operand, None),
        };
        found.operand = sub_word(first, mode, depth)?;
        let second_mode = if quoted { Mode::Quoted } else { Mode::Pattern };
        found.second = second
            .map(|text| sub_word(text, second_mode, depth))
            .transpose()?;
    }
    Ok(Part::Parameter(Box::new(found)))
}

fn sub_word(text: &str, mode: Mode, depth: usize) -> Result<Word, Unclosed> {
    let all: Vec<char> = text.chars().collect();
    let mut chars = Chars {
        all: &all,
        at: 0,
        extended: false,
    };
    word(&mut chars, mode, depth)
}

/// Splits at the first separator outside of quotes and brackets.
fn split(text: &str, separator: char) -> (&str, Option<&str>) {
    let (mut quote, mut depth, mut escaped) = (None, 0_usize, false);
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match (quote, c) {
            (_, '\\') => escaped = true,
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, '{' | '(') => depth += 1,
            (None, '}' | ')') => depth = depth.saturating_sub(1),
            (None, _) if c == separator && depth == 0 => {
                let after = text.get(at + c.len_utf8()..);
                return (text.get(..at).unwrap_or_default(), after);
            }
            _ => {}
        }
    }
    (text, None)
}
