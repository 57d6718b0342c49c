//! The line of the app that a finding is about, for printers: read at the end, masked before anybody sees it.
//!
//! A file is read once, whatever the number of findings in it. One that is not there any more, or not as a rule saw
//! it, gives no excerpt: the finding says its location anyway.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use slugsmith_finding::{Excerpt, Finding, LineSpan};

use crate::beneath::Beneath;
use crate::secrets::{self, LOGIN_MASK, MASK};

/// Bytes of a line that is still shown: what is longer was made by a program.
const LONGEST_LINE: usize = 64 * 1024;

/// Gives each finding the line that it is about. What stands in quotes, or is assigned, stays out of it where
/// `names_secret` says that the finding is about a secret.
pub fn attach<'f>(
    app: &Path,
    findings: impl Iterator<Item = &'f mut Finding>,
    names_secret: impl Fn(&Finding) -> bool,
) {
    let Ok(app) = Beneath::open(app) else {
        return;
    };
    let mut texts: BTreeMap<String, Option<String>> = BTreeMap::new();
    for finding in findings {
        let Some(location) = &finding.location else {
            continue;
        };
        let Some(span) = location.line.filter(|line| *line > 0) else {
            continue;
        };
        let text = texts
            .entry(location.path.clone())
            .or_insert_with(|| text(&app, &location.path));
        let line = text.as_deref().and_then(|text| line(text, span));
        finding.excerpt = line.and_then(|line| excerpt(line, span, names_secret(finding)));
    }
}

fn text(app: &Beneath, path: &str) -> Option<String> {
    let bytes = app.read(Path::new(path)).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.trim_start_matches('\u{feff}').to_owned())
}

fn line(text: &str, span: LineSpan) -> Option<&str> {
    let line = text.lines().nth(span.number() as usize - 1)?.trim_end();
    (!line.trim().is_empty() && line.len() <= LONGEST_LINE).then_some(line)
}

fn excerpt(line: &str, span: LineSpan, names_secret: bool) -> Option<Excerpt> {
    let marked = span.within(line);
    let columns = marked.as_ref().map(|marked| {
        let units = |end: usize| {
            let before = line.get(..end).unwrap_or_default();
            u32::try_from(before.encode_utf16().count()).map_or(u32::MAX, |units| units + 1)
        };
        units(marked.start)..units(marked.end)
    });
    let shown = if names_secret {
        Cow::Owned(without_values(line)?)
    } else {
        secrets::mask(line)
    };
    // A second look, at what is left: an address in quotes, a token in a comment.
    let shown = secrets::mask(&shown).into_owned();
    let marked = match marked {
        Some(marked) => moved(marked, line, &shown),
        None => whole(&shown),
    };
    Some(Excerpt {
        text: shown,
        marked,
        columns,
    })
}

/// The line without its indentation.
fn whole(line: &str) -> Range<usize> {
    line.len() - line.trim_start().len()..line.len()
}

/// Where the marked part of a line is after something in it was masked: what was not masked stays as it is, and a mark
/// that begins or ends in a masked part has all of that. The whole line where the two can't be told apart.
fn moved(marked: Range<usize>, line: &str, shown: &str) -> Range<usize> {
    let Some(kept) = kept(line, shown) else {
        return whole(shown);
    };
    let position = |at: usize, is_end: bool| {
        let behind = kept.partition_point(|part| part.in_line.start <= at);
        let part = kept.get(behind.saturating_sub(1))?;
        let inside = part.in_shown.start + at.saturating_sub(part.in_line.start);
        if at <= part.in_line.end {
            return Some(inside);
        }
        let next = kept.get(behind).filter(|_| is_end);
        Some(next.map_or(part.in_shown.end, |part| part.in_shown.start))
    };
    match (position(marked.start, false), position(marked.end, true)) {
        (Some(start), Some(end)) => start..end.max(start),
        _ => whole(shown),
    }
}

/// A part of a line that is shown as it is.
struct Kept {
    in_line: Range<usize>,
    in_shown: Range<usize>,
}

/// What of a line is shown as it is, in order; `None` where the shown text is not the line with masks in it.
fn kept(line: &str, shown: &str) -> Option<Vec<Kept>> {
    let mut parts: Vec<Kept> = Vec::new();
    let (mut in_line, mut in_shown) = (0, 0);
    loop {
        let masks = [MASK, LOGIN_MASK].into_iter();
        let text = shown.get(in_shown..)?;
        let masked = masks.filter_map(|mask| Some((text.find(mask)?, mask.len())));
        let masked = masked.min();
        let part = masked.map_or(text, |(at, _)| &text[..at]);
        let rest = line.get(in_line..)?;
        let at = match masked {
            _ if parts.is_empty() => rest.starts_with(part).then_some(0),
            None => rest.ends_with(part).then(|| rest.len() - part.len()),
            Some(_) => rest.find(part),
        };
        let start = in_line + at?;
        in_line = start + part.len();
        parts.push(Kept {
            in_line: start..in_line,
            in_shown: in_shown..in_shown + part.len(),
        });
        let Some((at, length)) = masked else {
            return Some(parts);
        };
        in_shown += at + length;
    }
}

/// A line whose quoted texts are masked; without quotes, what is assigned. `None` where a line has neither, as inside
/// of a key: nothing of it can be shown.
fn without_values(line: &str) -> Option<String> {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(open) = rest.find(['"', '\'', '`']) {
        let quote = rest.get(open..=open)?;
        let inner = rest.get(open + 1..)?;
        let (inside, after) = inner.split_once(quote).unwrap_or((inner, ""));
        out.push_str(rest.get(..=open)?);
        // Names of keys stay; a text in quotes is a name where a value follows.
        let is_key = after.trim_start().starts_with([':', '=', ']']);
        let is_shown = is_key && is_name(inside) || is_variable(inside) && asks_for_variable(&out);
        out.push_str(if inside.is_empty() || is_shown {
            inside
        } else {
            MASK
        });
        if inner.len() > inside.len() {
            out.push_str(quote);
        }
        rest = after;
    }
    if out.contains(MASK) {
        out.push_str(rest);
        return Some(out);
    }
    let at = line.find(['=', ':'])?;
    let value = line.get(at + 1..)?;
    let name = line.get(..at)?.trim().trim_start_matches("export ");
    // The last line of a key in base64 ends in `=` as well.
    let is_value = !value.trim_matches(['=', ' ']).is_empty();
    (is_value && is_name(name)).then(|| {
        let blank = if value.starts_with(' ') { " " } else { "" };
        format!("{}{blank}{MASK}", &line[..=at])
    })
}

/// What code calls with the name of a variable first, in lower case.
const ENVIRONMENT_READERS: &[&str] = &[
    "environ.get(",
    "environ.setdefault(",
    "environ.pop(",
    "environ[",
    "getenv(",
    "env(",
    "env[",
    "env.get(",
    "env.fetch(",
    "env.str(",
    "lookupenv(",
];

/// Whether the name of a variable comes next, behind `os.environ.get("` and the like.
fn asks_for_variable(before: &str) -> bool {
    let before = before.trim_end_matches(['"', '\'', '`']).trim_end();
    let last: Vec<char> = before.chars().rev().take(24).collect();
    let last: String = last.iter().rev().collect::<String>().to_ascii_lowercase();
    ENVIRONMENT_READERS
        .iter()
        .any(|reader| last.ends_with(reader))
}

/// `SECRET_KEY`: letters, no run of digits as in a key that was drawn.
fn is_variable(text: &str) -> bool {
    text.len() <= 60
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        && text.chars().filter(char::is_ascii_digit).count() <= 4
}

fn is_name(text: &str) -> bool {
    text.len() <= 60
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "_-. @$[]".contains(c))
}

#[cfg(test)]
mod tests;
