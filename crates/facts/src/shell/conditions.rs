//! Conditions: `[ … ]`, `test`, `[[ … ]]`.

use super::pattern;
use super::run::Shell;
use super::state::{Text, Value};
use crate::bash::Word;

impl Shell<'_> {
    /// `[ … ]` without its brackets.
    pub(super) fn test(&mut self, words: &[Text]) -> Option<bool> {
        let known: Vec<Option<&str>> = words.iter().map(Text::get).collect();
        match known.as_slice() {
            [] => Some(false),
            [Some("!"), rest @ ..] if !rest.is_empty() => {
                let rest = words.get(1..)?;
                Some(!self.test(rest)?)
            }
            [one] => one
                .map(|text| !text.is_empty())
                .or_else(|| not_empty(words.first()?)),
            [Some("("), .., Some(")")] if words.len() > 2 => {
                let inner = words.get(1..words.len() - 1)?.to_vec();
                self.test(&inner)
            }
            [Some(operator), _] if operator.starts_with('-') => {
                let operator = (*operator).to_owned();
                self.unary(&operator, words.get(1)?)
            }
            [_, Some(operator), _] if is_binary(operator) => {
                let operator = (*operator).to_owned();
                binary(words.first()?, &operator, words.get(2)?)
            }
            _ => {
                let at = known.iter().position(|word| *word == Some("-o"));
                let (at, or) = match at {
                    Some(at) => (at, true),
                    None => (known.iter().position(|word| *word == Some("-a"))?, false),
                };
                let (left, right) = (words.get(..at)?.to_vec(), words.get(at + 1..)?.to_vec());
                let (left, right) = (self.test(&left), self.test(&right));
                joined(left, right, or)
            }
        }
    }

    fn unary(&mut self, operator: &str, operand: &Text) -> Option<bool> {
        match operator {
            "-z" => operand
                .get()
                .map(str::is_empty)
                .or_else(|| Some(!not_empty(operand)?)),
            "-n" => operand
                .get()
                .map(|text| !text.is_empty())
                .or_else(|| not_empty(operand)),
            "-v" => match self.state.get(operand.get()?) {
                Value::Unset => Some(false),
                Value::Open => None,
                _ => Some(true),
            },
            // A file test of an empty name never holds.
            "-e" | "-f" | "-d" | "-x" | "-r" | "-w" | "-s" | "-L" | "-h"
                if operand.get() == Some("") =>
            {
                Some(false)
            }
            _ => None,
        }
    }

    /// `[[ … ]]`.
    pub(super) fn double_test(&mut self, words: &[Word]) -> Option<bool> {
        let operators: Vec<Option<String>> = words.iter().map(plain).collect();
        let mut at = 0;
        let found = self.chain(true, words, &operators, &mut at, 0);
        if at == words.len() { found } else { None }
    }

    /// A chain of `||`, whose links are chains of `&&`.
    fn chain(
        &mut self,
        or: bool,
        words: &[Word],
        plain: &[Option<String>],
        at: &mut usize,
        depth: usize,
    ) -> Option<bool> {
        let mut link = |at: &mut usize| {
            if or {
                self.chain(false, words, plain, at, depth)
            } else {
                self.single(words, plain, at, depth)
            }
        };
        let mut found = link(at);
        while is(plain, *at, if or { "||" } else { "&&" }) {
            *at += 1;
            found = joined(found, link(at), or);
        }
        found
    }

    fn single(
        &mut self,
        words: &[Word],
        plain: &[Option<String>],
        at: &mut usize,
        depth: usize,
    ) -> Option<bool> {
        if depth > 30 {
            *at = words.len();
            return None;
        }
        if is(plain, *at, "!") {
            *at += 1;
            return self.single(words, plain, at, depth + 1).map(|holds| !holds);
        }
        if is(plain, *at, "(") {
            *at += 1;
            let found = self.chain(true, words, plain, at, depth + 1);
            *at += usize::from(is(plain, *at, ")"));
            return found;
        }
        let first = words.get(*at)?.clone();
        let operator = plain.get(*at).cloned().flatten();
        let next = plain.get(*at + 1).cloned().flatten();
        let unary = operator.filter(|word| word.starts_with('-') && word.len() == 2);
        if let (Some(operator), Some(operand)) = (unary, words.get(*at + 1)) {
            let operand = self.text(operand);
            *at += 2;
            return self.unary(&operator, &operand);
        }
        *at += 1;
        let Some(operator) = next.filter(|word| is_binary(word) || word == "=~") else {
            let text = self.text(&first);
            return text
                .get()
                .map(|text| !text.is_empty())
                .or_else(|| not_empty(&text));
        };
        let right = words.get(*at + 1)?.clone();
        *at += 2;
        let left = self.text(&first);
        match operator.as_str() {
            "=" | "==" | "!=" => {
                // Here extended patterns need no option.
                let pattern = self.pattern(&right, Some(true))?;
                let chars: Vec<char> = left.get()?.chars().collect();
                let ignores = self.state.options.ignores_case;
                let fits = pattern::fits_in_case(&pattern, &chars, ignores)?;
                Some(fits == (operator != "!="))
            }
            "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" => {
                let right = self.text(&right);
                let (left, right) = (left.get()?.to_owned(), right.get()?.to_owned());
                // Both are expressions, and `08` is none.
                let is_none = |text: &str| is_bad_octal(text.trim());
                if is_none(&left) || is_none(&right) {
                    return Some(false);
                }
                let left = self.arithmetic(&left).ok()??;
                let right = self.arithmetic(&right).ok()??;
                Some(compared(left, &operator, right))
            }
            _ => {
                let right = self.text(&right);
                binary(&left, &operator, &right)
            }
        }
    }
}

fn plain(word: &Word) -> Option<String> {
    (!word.is_quoted()).then(|| word.literal()).flatten()
}

fn is(words: &[Option<String>], at: usize, wanted: &str) -> bool {
    words.get(at).and_then(Option::as_deref) == Some(wanted)
}

fn is_binary(operator: &str) -> bool {
    matches!(
        operator,
        "=" | "=="
            | "!="
            | "<"
            | ">"
            | "-eq"
            | "-ne"
            | "-lt"
            | "-le"
            | "-gt"
            | "-ge"
            | "-nt"
            | "-ot"
            | "-ef"
    )
}

/// A text with a known part is not empty, whatever the rest is.
fn not_empty(text: &Text) -> Option<bool> {
    (text.open && text.is_filled()).then_some(true)
}

fn joined(left: Option<bool>, right: Option<bool>, or: bool) -> Option<bool> {
    match (left, right) {
        (Some(value), _) | (_, Some(value)) if value == or => Some(or),
        (Some(left), Some(right)) => Some(if or { left || right } else { left && right }),
        _ => None,
    }
}

fn binary(left: &Text, operator: &str, right: &Text) -> Option<bool> {
    let (left, right) = (left.get()?, right.get()?);
    let numbers = || {
        Some((
            left.trim().parse::<i64>().ok()?,
            right.trim().parse::<i64>().ok()?,
        ))
    };
    Some(match operator {
        "=" | "==" => left == right,
        "!=" => left != right,
        "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" => {
            // No number: the test complains and fails.
            let (left, right) = numbers()?;
            compared(left, operator, right)
        }
        _ => return None,
    })
}

fn compared(left: i64, operator: &str, right: i64) -> bool {
    match operator {
        "-eq" => left == right,
        "-ne" => left != right,
        "-lt" => left < right,
        "-le" => left <= right,
        "-gt" => left > right,
        _ => left >= right,
    }
}

/// A number that a leading zero makes octal, with digits that are not.
fn is_bad_octal(text: &str) -> bool {
    text.len() > 1
        && text.starts_with('0')
        && text.chars().all(|c| c.is_ascii_digit())
        && text.contains(['8', '9'])
}
