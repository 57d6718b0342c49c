//! How do the parts of a path stand in a Python source?

use memchr::memmem;

use crate::index::join;

/// What a path is joined with next.
pub(super) enum Part<'t> {
    Literal(&'t str),
    Value,
    /// Whatever is below: `rglob("*.json")`.
    All,
}

/// How many folders a path leads upwards from what is named here, and what follows: `dirname(` before it,
/// `.parent` behind.
pub(super) fn climbed<'t>(before: &str, mut rest: &'t str) -> (usize, &'t str) {
    const SAME: &[&str] = &[".resolve()", ".absolute()", ".expanduser()"];
    let start = before
        .rfind([';', '\n', '=', ',', '{'])
        .map_or(0, |at| at + 1);
    let mut up = before[start..].matches("dirname(").count();
    // As many brackets as the expression has opened, but for the call that it is an argument of.
    let mut open = before[start..].matches('(').count();
    loop {
        if let Some(inner) = SAME.iter().find_map(|call| rest.strip_prefix(*call)) {
            rest = inner;
        } else if let Some(inner) = rest.strip_prefix(".parents[") {
            let digit = inner.chars().next().and_then(|digit| digit.to_digit(10));
            up += digit.unwrap_or_default() as usize + 1;
            rest = inner.get(2..).unwrap_or_default();
        } else if let Some(inner) = rest.strip_prefix(".parent") {
            up += 1;
            rest = inner;
        } else if let Some(inner) = rest.strip_prefix(')').filter(|_| open > 0) {
            open -= 1;
            rest = inner;
        } else {
            return (up, rest);
        }
    }
}

/// Whether a path is the first argument of a call that joins, on its line or begun on the line above.
pub(super) fn is_joined(before: &str) -> bool {
    let mut lines = before.rmatch_indices('\n').map(|(at, _)| at);
    let start = lines.nth(1).unwrap_or_default();
    before[start..].contains("join(")
}

/// The next operand of `/`, `,`, `+`, `.joinpath(` or `.glob(`.
pub(super) fn operand(rest: &str) -> Option<&str> {
    let rest = rest.trim_start_matches(' ');
    let inner = rest
        .strip_prefix(".joinpath(")
        .or_else(|| rest.strip_prefix(".glob("))
        .or_else(|| rest.strip_prefix('+'))
        .or_else(|| {
            rest.strip_prefix(',')
                .filter(|rest| !rest.trim_start().starts_with(')'))
        })
        .or_else(|| rest.strip_prefix('/').filter(|rest| !rest.starts_with('/')))?;
    Some(inner.trim_start())
}

/// The next part of a path, and what follows it.
pub(super) fn next_part(rest: &str) -> Option<(Part<'_>, &str)> {
    if rest.starts_with(".rglob(") {
        return Some((Part::All, ""));
    }
    // Inside of a text: `f"{HERE}/{kind}/x"`.
    if let Some(inside) = rest.strip_prefix("}/") {
        let end = inside.find(['"', '\'', '\n']).unwrap_or(inside.len());
        return Some(template(&inside[..end], ""));
    }
    let value = operand(rest)?;
    if let Some((text, after)) = quoted(value) {
        let goes_on =
            after.trim_start_matches(' ').starts_with(['+', '%']) || after.starts_with(".format");
        let template = text.strip_prefix("%s").or_else(|| text.strip_prefix("{}"));
        let is_value = template.map_or_else(|| begins_tests(text), is_name_end);
        let part = if goes_on && is_value {
            Part::Value
        } else {
            Part::Literal(text)
        };
        return Some((part, after));
    }
    if let Some((text, after)) = value.strip_prefix('f').and_then(quoted) {
        return Some(template(text, after));
    }
    let is_value = value.starts_with(|c: char| is_letter(c) && !c.is_ascii_digit() || c == '*');
    let end = value.find([',', ')', '/', '\n']).unwrap_or(value.len());
    let (value, after) = value.split_at(end);
    // `name + ".csv"` is a file.
    let added = value
        .split_once('+')
        .and_then(|(_, text)| quoted(text.trim_start()));
    let is_file = added.is_some_and(|(text, _)| text.contains('.'));
    let part = if is_file {
        (Part::Literal(value), "")
    } else {
        (Part::Value, after)
    };
    is_value.then_some(part)
}

/// The first part of a text with values in it that is a value or ends in one.
pub(super) fn template<'t>(text: &'t str, after: &'t str) -> (Part<'t>, &'t str) {
    let Some((known, value)) = text.split_once('{') else {
        return (Part::Literal(text), after);
    };
    let ends = value
        .split_once('}')
        .is_none_or(|(_, rest)| is_name_end(rest));
    match known.rfind('/') {
        // `f"data/{name}"` is below `data`.
        Some(slash) => (Part::Literal(&known[..slash]), ""),
        None if ends && begins_tests(known) => (Part::Value, after),
        None => (Part::Literal(text), ""),
    }
}

/// A folder with the literals that follow, and what is behind them.
pub(super) fn literals<'t>(folder: &str, mut rest: &'t str) -> (String, &'t str) {
    let mut folder = folder.to_owned();
    while let Some((Part::Literal(part), after)) = next_part(rest) {
        let Some(next) = join(&folder, part) else {
            break;
        };
        folder = next;
        rest = after;
    }
    (folder, rest)
}

/// Whether a part of a path may end before this text: no folder of tests has an ending.
pub(super) fn is_name_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['/', '{', '%'])
}

/// Whether what begins so can become the name of a folder of tests.
pub(super) fn begins_tests(text: &str) -> bool {
    "tests".starts_with(text)
}

pub(super) fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inside = &text[1..];
    let end = inside.find(quote)?;
    Some((&inside[..end], &inside[end + 1..]))
}

/// The texts of a list that is written out: `["a", "b"]`.
pub(super) fn listed(text: &str) -> Option<Vec<&str>> {
    let inside = text.trim_start().strip_prefix(['[', '(', '{'])?;
    let inside = &inside[..inside.find([']', ')', '}'])?];
    let items = inside
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty());
    items
        .map(|item| Some(quoted(item).filter(|(_, rest)| rest.is_empty())?.0))
        .collect()
}

pub(super) fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The name that a text ends with.
pub(super) fn last_word(text: &str) -> &str {
    let start = text.rfind(|c| !(is_letter(c) || c == '.'));
    let start = start.map_or(0, |at| {
        at + text[at..].chars().next().map_or(1, char::len_utf8)
    });
    &text[start..]
}

pub(super) fn places<'t>(text: &'t str, mark: &'t str) -> impl Iterator<Item = usize> + 't {
    memmem::find_iter(text.as_bytes(), mark)
}
