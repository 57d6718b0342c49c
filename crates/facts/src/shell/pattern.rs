//! Patterns of the shell: `*`, `?`, `[…]` and, where they are on, `@(a|b)` and its relatives.

use std::collections::BTreeSet;

/// Longer texts are not compared with `@(a|b)`, since the work grows fast, in characters.
const GROUP_LIMIT: usize = 300;

/// One element of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Element {
    Char(char),
    Any,
    One,
    /// Ranges, and whether they are excluded.
    Set(Vec<(char, char)>, bool),
    /// `@(a|b)`: the sign in front and the ways.
    Group(char, Vec<Vec<Element>>),
}

/// Reads a pattern of characters that are quoted or not; `None` if it can't be followed.
pub(super) fn read(text: &[(char, bool)], groups: Option<bool>) -> Option<Vec<Element>> {
    let mut at = 0;
    let found = sequence(text, &mut at, groups, 0)?;
    (at == text.len()).then_some(found)
}

fn sequence(
    text: &[(char, bool)],
    at: &mut usize,
    groups: Option<bool>,
    depth: usize,
) -> Option<Vec<Element>> {
    if depth > 20 {
        return None;
    }
    let mut out = Vec::new();
    while let Some((c, quoted)) = text.get(*at).copied() {
        if !quoted && depth > 0 && matches!(c, '|' | ')') {
            break;
        }
        *at += 1;
        if quoted {
            out.push(Element::Char(c));
            continue;
        }
        if matches!(c, '?' | '*' | '+' | '@' | '!') && text.get(*at) == Some(&('(', false)) {
            // It depends on `extglob` whether this is a group.
            if groups? {
                *at += 1;
                let ways = ways(text, at, groups, depth)?;
                out.push(Element::Group(c, ways));
                continue;
            }
        }
        match c {
            '*' => out.push(Element::Any),
            '?' => out.push(Element::One),
            '[' => match set(text, *at)? {
                Some((found, end)) => {
                    out.push(found);
                    *at = end;
                }
                None => out.push(Element::Char('[')),
            },
            c => out.push(Element::Char(c)),
        }
    }
    Some(out)
}

/// The ways of a group, behind its bracket and up to the closing one.
fn ways(
    text: &[(char, bool)],
    at: &mut usize,
    groups: Option<bool>,
    depth: usize,
) -> Option<Vec<Vec<Element>>> {
    let mut found = Vec::new();
    loop {
        found.push(sequence(text, at, groups, depth + 1)?);
        let (end, _) = text.get(*at).copied()?;
        *at += 1;
        if end == ')' {
            return Some(found);
        }
    }
}

/// `[…]` behind its bracket; the inner `None` where none closes it, the outer one for
/// `[[:alpha:]]`, which is not followed.
#[allow(clippy::option_option)] // no set, or one that is not followed
fn set(text: &[(char, bool)], start: usize) -> Option<Option<(Element, usize)>> {
    let plain = |at: usize| text.get(at).filter(|(_, quoted)| !quoted).map(|(c, _)| *c);
    let mut at = start;
    let negated = matches!(plain(at), Some('!' | '^'));
    at += usize::from(negated);
    let mut ranges = Vec::new();
    loop {
        let Some((c, quoted)) = text.get(at).copied() else {
            return Some(None);
        };
        if c == ']' && !quoted && at > start + usize::from(negated) {
            return Some(Some((Element::Set(ranges, negated), at + 1)));
        }
        if c == '[' && !quoted && matches!(plain(at + 1), Some(':' | '.' | '=')) {
            return None;
        }
        match (plain(at + 1), text.get(at + 2)) {
            (Some('-'), Some((end, _))) if plain(at + 2) != Some(']') => {
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
        Element::Group(..) => false,
    }
}

fn has_group(pattern: &[Element]) -> bool {
    pattern
        .iter()
        .any(|element| matches!(element, Element::Group(..)))
}

/// Whether it depends on the locale what of a text fits: bytes or characters are counted.
fn counts(pattern: &[Element]) -> bool {
    pattern.iter().any(|element| match element {
        Element::One | Element::Set(..) => true,
        Element::Group(_, ways) => ways.iter().any(|way| counts(way)),
        Element::Char(_) | Element::Any => false,
    })
}

/// Whether a text and a pattern can be compared.
fn is_followed(pattern: &[Element], text: &[char]) -> bool {
    !(has_group(pattern) && text.len() > GROUP_LIMIT)
        && (text.iter().all(char::is_ascii) || !counts(pattern))
}

/// Whether the whole text fits; `None` if that can't be known.
pub(super) fn fits(pattern: &[Element], text: &[char]) -> Option<bool> {
    is_followed(pattern, text).then(|| matches(pattern, text))
}

/// The same for a comparison that may take capital letters for small ones.
pub(super) fn fits_in_case(
    pattern: &[Element],
    text: &[char],
    ignores_case: Option<bool>,
) -> Option<bool> {
    let exact = fits(pattern, text)?;
    if exact || ignores_case == Some(false) {
        return Some(exact);
    }
    let plain = |element: &Element| matches!(element, Element::Char(c) if c.is_ascii());
    let is_plain =
        |element: &Element| plain(element) || matches!(element, Element::Any | Element::One);
    if !pattern.iter().all(is_plain) || !text.iter().all(char::is_ascii) {
        return None;
    }
    let small = |element: &Element| match element {
        Element::Char(c) => Element::Char(c.to_ascii_lowercase()),
        other => other.clone(),
    };
    let pattern: Vec<Element> = pattern.iter().map(small).collect();
    let text: Vec<char> = text.iter().map(char::to_ascii_lowercase).collect();
    match (fits(&pattern, &text)?, ignores_case) {
        (false, _) => Some(false),
        (true, ignores) => ignores,
    }
}

fn matches(pattern: &[Element], text: &[char]) -> bool {
    if has_group(pattern) {
        return ends(pattern, text, &BTreeSet::from([0])).contains(&text.len());
    }
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

/// Where a pattern that begins at one of these places may end.
fn ends(pattern: &[Element], text: &[char], starts: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut places = starts.clone();
    for element in pattern {
        if places.is_empty() {
            break;
        }
        places = match element {
            Element::Any => {
                let first = places.first().copied().unwrap_or_default();
                (first..=text.len()).collect()
            }
            Element::Group(sign, ways) => group(*sign, ways, text, &places),
            single => places
                .into_iter()
                .filter(|place| text.get(*place).is_some_and(|c| one(single, *c)))
                .map(|place| place + 1)
                .collect(),
        };
    }
    places
}

fn group(
    sign: char,
    ways: &[Vec<Element>],
    text: &[char],
    starts: &BTreeSet<usize>,
) -> BTreeSet<usize> {
    let once = |starts: &BTreeSet<usize>| -> BTreeSet<usize> {
        ways.iter()
            .flat_map(|way| ends(way, text, starts))
            .collect()
    };
    match sign {
        '!' => starts
            .iter()
            .flat_map(|start| {
                let taken = once(&BTreeSet::from([*start]));
                (*start..=text.len()).filter(move |end| !taken.contains(end))
            })
            .collect(),
        '@' => once(starts),
        '?' => &once(starts) | starts,
        _ => {
            let mut all = if sign == '*' {
                starts.clone()
            } else {
                once(starts)
            };
            loop {
                let more = &once(&all) | &all;
                if more.len() == all.len() {
                    return all;
                }
                all = more;
            }
        }
    }
}

/// `${NAME#pattern}` and its three relatives.
pub(super) fn removed(text: &str, pattern: &[Element], operator: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    if !is_followed(pattern, &chars) {
        return None;
    }
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
        if matches(pattern, head) {
            return Some(tail.iter().collect());
        }
    }
    Some(text.to_owned())
}

/// `${NAME/pattern/new}` and its three relatives.
pub(super) fn replaced(
    text: &str,
    pattern: &[Element],
    new: &str,
    operator: &str,
) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    // The work grows with the square of the text.
    if !is_followed(pattern, &chars) || chars.len() > 5000 {
        return None;
    }
    if pattern.is_empty() {
        // Nothing is at each end, too.
        return Some(match operator {
            "/#" => format!("{new}{text}"),
            "/%" => format!("{text}{new}"),
            _ => text.to_owned(),
        });
    }
    let longest = |from: usize| {
        (from..=chars.len()).rev().find(|to| {
            chars
                .get(from..*to)
                .is_some_and(|part| matches(pattern, part))
        })
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
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Vec<Element> {
        let text: Vec<(char, bool)> = text.chars().map(|c| (c, false)).collect();
        read(&text, Some(true)).unwrap()
    }

    #[test]
    fn groups_fit_as_they_do_in_bash() {
        for (shape, text, wanted) in [
            ("@(web|worker)", "worker", true),
            ("@(web|worker)", "run", false),
            ("a?(b)c", "ac", true),
            ("*(a|b)c", "ababc", true),
            ("+(a)", "", false),
            ("!(y)", "x", true),
            ("!(y)", "y", false),
            ("!(*.tar)", "a.tar", false),
            ("*.@(tar|g[x-z])", "a.b.gz", true),
            ("@(a|@(b|c))d", "cd", true),
        ] {
            let text: Vec<char> = text.chars().collect();
            assert_eq!(fits(&pattern(shape), &text), Some(wanted), "{shape}");
        }
        assert_eq!(removed("0012", &pattern("+(0)"), "##").unwrap(), "12");
        assert_eq!(replaced("0012", &pattern("+(0)"), "z", "/").unwrap(), "z12");
    }

    #[test]
    fn what_is_not_known_is_not_compared() {
        let text: Vec<char> = "é".chars().collect();
        assert_eq!(fits(&pattern("?"), &text), None);
        assert_eq!(fits(&pattern("*"), &text), Some(true));
        let long = vec!['a'; GROUP_LIMIT + 1];
        assert_eq!(fits(&pattern("+(a)"), &long), None);
        let group: Vec<(char, bool)> = "@(a)".chars().map(|c| (c, false)).collect();
        assert_eq!(read(&group, None), None);
        assert_eq!(read(&group, Some(false)).map(|found| found.len()), Some(4));
    }
}
