//! Quotes: `'…'`, `"…"`, `$'…'` and backticks.

use super::{Chars, Unclosed, dollar};
use crate::bash::{Part, Word};

pub(super) fn escaped_in_quotes(chars: &mut Chars<'_>, found: &mut Word) {
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

pub(super) fn single(chars: &mut Chars<'_>, found: &mut Word) -> Result<(), Unclosed> {
    quoted(found);
    loop {
        match chars.next() {
            Some('\'') => return Ok(()),
            Some(c) => found.push(c, true),
            None => return Err(Unclosed),
        }
    }
}

pub(super) fn double(
    chars: &mut Chars<'_>,
    found: &mut Word,
    depth: usize,
) -> Result<(), Unclosed> {
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

pub(super) fn backtick(
    chars: &mut Chars<'_>,
    found: &mut Word,
    quoted: bool,
) -> Result<(), Unclosed> {
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

/// `$'a\n'`.
pub(super) fn ansi(chars: &mut Chars<'_>, found: &mut Word) -> Result<(), Unclosed> {
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
