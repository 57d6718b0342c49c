//! YAML of settings, which may be a template of ERB: what that computes is a value as it is written.
//!
//! Merge keys (`<<: *default`) and aliases are followed: their entries have the place that they are written at.

mod template;

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use slugsmith_finding::LineSpan;

use super::Entry;
use template::without_templates;

/// Longer files are not settings, in bytes.
const LARGEST: usize = 1_000_000;
/// Entries that are read at most, with those of aliases: each of these may double what the file says.
const MOST_ENTRIES: usize = 50_000;
/// Collections inside of each other at most.
const DEEPEST: usize = 100;

/// The values of all documents of a file.
#[must_use]
pub fn read(text: &str) -> Vec<Entry> {
    if text.len() > LARGEST {
        return Vec::new();
    }
    let parsed = without_templates(text);
    let mut reader = Reader {
        text: Letters::of(text),
        parsed: Letters::of(&parsed),
        found: Vec::new(),
        open: Vec::new(),
        copied: 0,
        anchors: BTreeMap::new(),
        document: 0,
    };
    for event in Parser::new_from_str(&parsed) {
        let Ok((event, span)) = event else { break };
        if reader.take(&event, span).is_none() {
            break;
        }
    }
    reader.found
}

/// A collection that is open.
struct Open {
    path: String,
    kind: Kind,
    /// The number of its anchor; 0 for none.
    anchor: usize,
    /// Where its entries begin.
    first: usize,
}

enum Kind {
    /// The name that is read and has no value yet, with its place; anchors that are merged at the end.
    Mapping(Option<(String, Place)>, Vec<usize>),
    /// The number of the next item.
    Sequence(usize),
}

/// A part of a line, in bytes; the end only where it is on the same line.
#[derive(Clone, Copy)]
struct Place {
    line: u32,
    start: usize,
    end: Option<usize>,
}

impl Place {
    fn to(self, end: Self) -> LineSpan {
        let end = end.end.filter(|_| end.line == self.line);
        LineSpan::part(self.line, self.start, end)
    }
}

/// A text with the bytes at which its letters begin: the parser counts letters.
struct Letters<'t> {
    text: &'t str,
    begins: Vec<usize>,
}

impl<'t> Letters<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            begins: text.char_indices().map(|(at, _)| at).collect(),
        }
    }

    fn byte(&self, letter: usize) -> usize {
        self.begins.get(letter).copied().unwrap_or(self.text.len())
    }

    fn part(&self, letters: Range<usize>) -> Option<&'t str> {
        self.text
            .get(self.byte(letters.start)..self.byte(letters.end))
    }
}

struct Reader<'t> {
    text: Letters<'t>,
    /// As many letters as `text`.
    parsed: Letters<'t>,
    found: Vec<Entry>,
    open: Vec<Open>,
    /// Entries of anchors that were copied so far, also those that something else replaced.
    copied: usize,
    /// Path and entries.
    anchors: BTreeMap<usize, (String, Range<usize>)>,
    document: usize,
}

impl Reader<'_> {
    /// `None` to stop.
    fn take(&mut self, event: &Event<'_>, span: Span) -> Option<()> {
        let place = self.place(span);
        match event {
            Event::DocumentStart(_) => {
                self.document += 1;
                self.anchors.clear();
            }
            Event::Scalar(value, style, anchor, _) => {
                let (written, length) = self.scalar(span, *style);
                let value = written.unwrap_or_else(|| value.to_string());
                let place = self.scalar_place(place, span, length);
                if let Some(Open {
                    kind: Kind::Mapping(name @ None, _),
                    ..
                }) = self.open.last_mut()
                {
                    *name = Some((value, place));
                } else {
                    let at = self.found.len();
                    let path = self.add(value, place)?;
                    self.anchors.insert(*anchor, (path, at..at + 1));
                }
            }
            Event::MappingStart(anchor, _) => {
                self.begin(*anchor, Kind::Mapping(None, Vec::new()), place)?;
            }
            Event::SequenceStart(anchor, _) => self.begin(*anchor, Kind::Sequence(0), place)?,
            Event::MappingEnd | Event::SequenceEnd => self.end()?,
            Event::Alias(anchor) => self.alias(*anchor)?,
            _ => {}
        }
        (self.found.len() < MOST_ENTRIES && self.open.len() < DEEPEST).then_some(())
    }

    /// The path of the value that comes next, and the place of its name.
    fn next(&mut self) -> Option<(String, Option<Place>)> {
        let Some(open) = self.open.last_mut() else {
            return Some((String::new(), None));
        };
        match &mut open.kind {
            Kind::Mapping(name, _) => {
                let (name, place) = name.take()?;
                let dot = if open.path.is_empty() { "" } else { "." };
                Some((format!("{}{dot}{name}", open.path), Some(place)))
            }
            Kind::Sequence(number) => {
                let path = format!("{}[{number}]", open.path);
                *number += 1;
                Some((path, None))
            }
        }
    }

    fn add(&mut self, value: String, place: Place) -> Option<String> {
        let (path, name) = self.next()?;
        self.found.push(Entry {
            key: path.clone(),
            value,
            line: name.unwrap_or(place).to(place),
            document: self.document,
        });
        Some(path)
    }

    fn begin(&mut self, anchor: usize, kind: Kind, place: Place) -> Option<()> {
        let first = self.found.len();
        let is_named = matches!(
            self.open.last(),
            Some(Open {
                kind: Kind::Mapping(Some(_), _),
                ..
            })
        );
        let path = if is_named {
            let name = self.name_place().unwrap_or(place);
            self.add(String::new(), name)?
        } else {
            self.next()?.0
        };
        self.open.push(Open {
            path,
            kind,
            anchor,
            first,
        });
        Some(())
    }

    fn name_place(&self) -> Option<Place> {
        match &self.open.last()?.kind {
            Kind::Mapping(Some((_, place)), _) => Some(*place),
            _ => None,
        }
    }

    fn end(&mut self) -> Option<()> {
        let open = self.open.pop()?;
        if let Kind::Mapping(_, merged) = open.kind
            && !merged.is_empty()
        {
            let mut own: HashSet<String> = self.found[open.first..]
                .iter()
                .map(|entry| entry.key.clone())
                .collect();
            for anchor in merged {
                for entry in self.copies(anchor, &open.path) {
                    if entry.key != open.path && own.insert(entry.key.clone()) {
                        self.found.push(entry);
                    }
                }
            }
        }
        let end = self.found.len();
        self.anchors
            .insert(open.anchor, (open.path, open.first..end));
        Some(())
    }

    fn alias(&mut self, anchor: usize) -> Option<()> {
        let is_merge =
            |open: &Open| matches!(&open.kind, Kind::Mapping(Some((name, _)), _) if name == "<<");
        let last = self.open.len().checked_sub(1)?;
        // `<<: *a`, and `<<: [*a, *b]`.
        let in_list = matches!(self.open[last].kind, Kind::Sequence(_))
            && self.open[last].path.ends_with("<<");
        let into = if is_merge(&self.open[last]) {
            Some(last)
        } else {
            last.checked_sub(1).filter(|_| in_list)
        };
        let (path, _) = self.next()?;
        if let Some(Kind::Mapping(_, merged)) = into.map(|at| &mut self.open[at].kind) {
            merged.push(anchor);
        } else {
            let copies = self.copies(anchor, &path);
            self.found.extend(copies);
        }
        Some(())
    }

    /// The entries of an anchor, under another path.
    fn copies(&mut self, anchor: usize, path: &str) -> Vec<Entry> {
        let Some((old, range)) = self.anchors.get(&anchor) else {
            return Vec::new();
        };
        let entries = self.found.get(range.clone()).unwrap_or_default();
        let entries = entries
            .iter()
            .take(MOST_ENTRIES.saturating_sub(self.copied));
        let copies: Vec<Entry> = entries
            .filter_map(|entry| {
                let below = entry.key.strip_prefix(old.as_str())?;
                let below = if path.is_empty() {
                    below.trim_start_matches('.')
                } else {
                    below
                };
                Some(Entry {
                    key: format!("{path}{below}"),
                    ..entry.clone()
                })
            })
            .collect();
        self.copied += copies.len();
        copies
    }

    fn place(&self, span: Span) -> Place {
        let (start, end) = (span.start, span.end);
        let byte = |letter| self.text.byte(letter);
        let begin = byte(start.index().saturating_sub(start.col()));
        Place {
            line: u32::try_from(start.line()).unwrap_or(0),
            start: byte(start.index()) - begin,
            end: (start.line() == end.line()).then(|| byte(end.index()) - begin),
        }
    }

    /// The place of a scalar of so many letters.
    fn scalar_place(&self, place: Place, span: Span, letters: usize) -> Place {
        let written = self
            .text
            .part(span.start.index()..span.start.index() + letters);
        let written = written.unwrap_or_default();
        Place {
            end: (!written.contains('\n')).then(|| place.start + written.trim_end().len()),
            ..place
        }
    }

    /// A scalar as it is written, where a template computes some of it, and the letters that it has: the parser's span
    /// of a text in quotes goes on to what follows.
    fn scalar(&self, span: Span, style: ScalarStyle) -> (Option<String>, usize) {
        let letters = span.start.index()..span.end.index();
        let parsed = self.parsed.part(letters.clone()).unwrap_or_default();
        let length = match style {
            ScalarStyle::SingleQuoted => quoted(parsed, '\''),
            ScalarStyle::DoubleQuoted => quoted(parsed, '"'),
            _ => None,
        };
        let is_quoted = length.is_some();
        let length = length.unwrap_or(letters.len());
        let part = |of: &Letters<'_>| {
            of.part(letters.start..letters.start + length)
                .map(str::to_owned)
        };
        let written =
            part(&self.text).filter(|written| part(&self.parsed).as_ref() != Some(written));
        let written = written.map(|written| {
            let inner = written.get(1..written.len().saturating_sub(1));
            inner
                .filter(|_| is_quoted)
                .unwrap_or(written.trim())
                .to_owned()
        });
        (written, length)
    }
}

/// How many letters a text in quotes has that begins here, with both of them.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    let mut letters = text.chars().enumerate().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        let doubled = quote == '\'' && letters.peek().is_some_and(|(_, next)| *next == quote);
        if letter == quote && doubled {
            letters.next();
        } else if letter == quote && !escaped {
            return Some(at + 1);
        }
        escaped = quote == '"' && letter == '\\' && !escaped;
    }
    None
}

#[cfg(test)]
mod tests;
