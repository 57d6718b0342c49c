//! Patterns of the shell: `*`, `?`, `[…]`.

/// One element of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Element {
    Char(char),
    Any,
    One,
    /// Ranges, and whether they are excluded.
    Set(Vec<(char, char)>, bool),
}

/// Reads the unquoted part of a pattern.
pub(super) fn unquoted(text: &str, out: &mut Vec<Element>) {
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        at += 1;
        match c {
            '*' => out.push(Element::Any),
            '?' => out.push(Element::One),
            '[' => match set(&chars, at) {
                Some((found, end)) => {
                    out.push(found);
                    at = end;
                }
                None => out.push(Element::Char('[')),
            },
            c => out.push(Element::Char(c)),
        }
    }
}

fn set(chars: &[char], start: usize) -> Option<(Element, usize)> {
    let mut at = start;
    let negated = matches!(chars.get(at), Some('!' | '^'));
    at += usize::from(negated);
    let mut ranges = Vec::new();
    loop {
        let c = *chars.get(at)?;
        if c == ']' && at > start + usize::from(negated) {
            return Some((Element::Set(ranges, negated), at + 1));
        }
        // `[[:alpha:]]` is not followed.
        if c == '[' && chars.get(at + 1) == Some(&':') {
            return None;
        }
        match (chars.get(at + 1), chars.get(at + 2)) {
            (Some('-'), Some(end)) if *end != ']' => {
                ranges.push((c, *end));
                at += 3;
            }
            _ => {
                ranges.push((c, c));
                at += 1;
            }
        }
    }
}

fn one(element: &Element, c: char) -> bool {
    match element {
        Element::Char(wanted) => *wanted == c,
        Element::Any | Element::One => true,
        Element::Set(ranges, negated) => {
            ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != *negated
        }
    }
}

/// Whether the whole text fits.
pub(super) fn fits(pattern: &[Element], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(Element::Any) => {
                star = Some((p, t));
                p += 1;
            }
            Some(element) if text.get(t).is_some_and(|c| one(element, *c)) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    p = at + 1;
                    t = taken + 1;
                    star = Some((at, taken + 1));
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .unwrap_or_default()
        .iter()
        .all(|element| *element == Element::Any)
}

/// `${NAME#pattern}` and its three relatives.
pub(super) fn removed(text: &str, pattern: &[Element], operator: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let lengths: Vec<usize> = if operator.len() == 2 {
        (0..=chars.len()).rev().collect()
    } else {
        (0..=chars.len()).collect()
    };
    for length in lengths {
        let (head, tail) = if operator.starts_with('#') {
            chars.split_at(length)
        } else {
            let (head, tail) = chars.split_at(chars.len() - length);
            (tail, head)
        };
        if fits(pattern, head) {
            return tail.iter().collect();
        }
    }
    text.to_owned()
}

/// `${NAME/pattern/new}` and its three relatives.
pub(super) fn replaced(text: &str, pattern: &[Element], new: &str, operator: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    // The work grows with the square of the text.
    if pattern.is_empty() || chars.len() > 5000 {
        return text.to_owned();
    }
    let longest = |from: usize| {
        (from..=chars.len())
            .rev()
            .find(|to| chars.get(from..*to).is_some_and(|part| fits(pattern, part)))
    };
    let mut out = String::new();
    let mut at = 0;
    let mut done = false;
    while at < chars.len() {
        let allowed = match operator {
            "//" => true,
            "/#" => at == 0,
            _ => !done,
        };
        let end = longest(at)
            .filter(|end| allowed && *end > at && (operator != "/%" || *end == chars.len()));
        if let Some(end) = end {
            out.push_str(new);
            at = end;
            done = true;
        } else {
            out.extend(chars.get(at));
            at += 1;
        }
    }
    out
}
