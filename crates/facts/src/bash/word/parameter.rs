//! What stands between `${` and `}`.

use super::{Chars, Mode, Unclosed, word};
use crate::bash::{Parameter, Part, Word, is_name};

/// Longest operators first.
const OPERATORS: &[&str] = &[
    ":-", ":=", ":+", ":?", "##", "%%", "//", "/#", "/%", "^^", ",,", "-", "=", "+", "?", "#", "%",
    "/", ":", "^", ",", "@",
];

/// What stands between `${` and `}`.
pub(super) fn parameter(body: &str, quoted: bool, depth: usize) -> Result<Part, Unclosed> {
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
